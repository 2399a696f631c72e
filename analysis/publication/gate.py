"""Loose numerals: figures on a built page that nobody can check, because no register row, data file or name stands behind them.

A numeral is certified when it is a link to the register, a number of an earlier edition, or stands in a table that offers its CSV. It
needs no certificate when it is code or a formula, a date, the number of a figure, the name of a table, law or measure, or a
statement with its reference. The only other way out is `EXCEPTIONS`. What is left is loose: anyone could have typed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from analysis import dutch
from analysis.publication import plain
from analysis.publication.register import REFERENCE

# A numeral that has been judged to be fine stays readable, but is written in digits that no pattern below sees.
JUDGED = {ord(str(digit)): 0xE000 + digit for digit in range(10)}
READABLE = {hidden: shown for shown, hidden in JUDGED.items()}
# Stands in a sentence that gives its reference.
CITED = "\ue010"

NUMERAL = re.compile(r"(?<!\w)[−-]?\d(?:[\d.,]*\d)?")

# Parts of a page whose numerals are certified, or need no certificate.
FINE = (
    "a.getal",  # a link to its row in the register
    ".vk-eerder",  # an earlier edition, with its stored register
    ".vk-register",  # the register itself
    "code, pre, kbd, .math",
    "p:has(> strong:-soup-contains('Formule'))",  # a formula written out, in the list of methods
    ".caption-number, a.reference .std-numref",  # Figuur 3
    "div.citation",  # an entry of the bibliography
    "nav, footer",  # links to other pages, by their titles
)

MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"

# What says which thing is meant, and no quantity.
NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b\d{{1,2}} (?:{MONTHS})\b",
        r"(?<![\d.,])(?:19|20)\d\d(?:[–-](?:19|20)?\d\d)?(?!\d|[.,]\d)",  # a year, or a span of years
        r"\b(?:[Ff]iguur|[Tt]abel|[Hh]oofdstuk|[Pp]aragraaf|cel) \d+",
        r"^\d+\.(?= [A-Z]|$)",  # a numbered heading
        r"\b\d{5}(?:NED|TV)\b",  # a table of Statistics Netherlands
        r"\b(?:Leefbaarometer|[Vv]ersie|[Uu]itgave|[Ee]dition|CC BY|WCAG) \d+(?:\.\d+)+",
        r"\bPython \d\.\d+(?:(?:, | of )\d\.\d+)*",
        r"\b40-wijkenbeleid\b|\b\d\d-plussers\b|\b(?:laagste|hoogste|lowest|highest) [24]0 ?%",  # a policy, groups and measures by name
        r"\b(?:peiljaar|ondergrens|zaad|jaren) = \d+",  # a parameter of the run that is offered
        r"\b[Hh]efboom \d(?: en \d)?|\b[Uu]itkomst \d|\bvragen 1, 2 en 3",  # the parts of this study
    )
)

# Not certified, and yet no result. Each with the reason; short, for every line here is a numeral that no check of numbers sees.
EXCEPTIONS: dict[str, str] = {
    r"\b95 ?%(?:-| )(?:interval|voorspellingsinterval|band|van de trekkingen)|van 95 %|\(95 %\)": "het vaste niveau van elk interval",
    r"\b10 procentpunt\b": "de eenheid waarin het onderzoeksplan een helling vertelt",
    r"\b[Pp]er 1\.000 inwoners\b": "de eenheid van misdrijven",
    r"\b(?:Plaats|Plek|Rang)(?: 1|: 1 is)\b": "uitleg bij een rangorde: waar zij begint",
    r"(?<![\d,])[−-]?[01] is (?=niet|niets|nee|gelijk|gemiddeld|alles|volledig|het vaste nulpunt)": "uitleg bij een schaal: wat haar einden zijn",
    r"\b(?:200|500|2\.000|100\.000) inwoners\b": "grenzen van de steekproef, vastgelegd in het onderzoeksplan",
    r"\b0,05\b(?= in deze stad)|\bboven 0,7\b|\bsterker dan 0,7\b|\b0,7 (?:tot|en) 1,5\b": "drempels, vastgelegd in het onderzoeksplan",
}  # fmt: skip

EXCEPTED = tuple(re.compile(pattern) for pattern in EXCEPTIONS)


@dataclass(frozen=True)
class Loose:
    """A numeral without anything behind it, and the sentence in which a reader meets it."""

    sentence: str
    numeral: str


def loose(html: str, templates: Mapping[str, str] | None = None) -> list[Loose]:
    """The loose numerals of a built page: of its text, titles and captions, and of its alt texts.

    Args:
        html: the whole page, or a piece of one.
        templates: by alt text, the same text with a role in the place of each number of the register.
    """
    soup = BeautifulSoup(html, "html.parser")
    page = soup.select_one("article") or soup
    _judge(page)
    found = [one for sentence in plain.sentences(str(page)) for one in _in_sentence(sentence)]
    for image in page.select("img[alt]"):
        alt = str(image["alt"])
        found += loose_in_template((templates or {}).get(alt, alt))
    return found


def loose_in_template(text: str) -> list[Loose]:
    """The loose numerals of a plain text before its numbers are filled in: those that are no role."""
    return [one for sentence in dutch.sentences(REFERENCE.sub("…", text)) for one in _in_sentence(sentence)]


def _judge(page: Tag) -> None:
    """Hide the numerals of what is fine, and mark what gives a reference."""
    for tag in [one for selector in FINE for one in page.select(selector)] + list(_tables_with_csv(page)):
        for string in list(tag.find_all(string=True)):
            string.replace_with(string.translate(JUDGED))
    for mark in page.select(".headerlink"):
        mark.decompose()
    for link in page.select("a[href*='bronnen.html#']"):
        link.append(CITED)


def _tables_with_csv(page: Tag) -> Iterator[Tag]:
    """Tables whose title, just before them, offers their data."""
    for table in page.select(".vk-tabel-omslag"):
        title = table.find_previous_sibling()
        if title and title.select_one("a[href$='.csv']"):
            yield table


def _in_sentence(sentence: str) -> Iterator[Loose]:
    if CITED in sentence:
        return
    for pattern in (*NAMES, *EXCEPTED):
        sentence = pattern.sub(lambda match: match[0].translate(JUDGED), sentence)
    for numeral in NUMERAL.findall(sentence):
        yield Loose(sentence.translate(READABLE), numeral)


def report(folder: Path, templates: Mapping[str, str] | None = None) -> dict[str, list[Loose]]:
    """The loose numerals of each page of a built book, by its name; see `loose`."""
    return {path.stem: loose(path.read_text("utf-8"), templates) for path in sorted(folder.glob("*.html"))}
