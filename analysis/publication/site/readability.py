"""How hard the pages are to read: lengths of sentences and words, and the Flesch score with the Dutch weights of Douma.

A formula counts; it does not read. It knows nothing of jargon, order or what a reader already knows, and it takes every long
compound (woningcorporatie) for a hard word. Syllables are counted at the places where a word may be broken off (pyphen, within
textstat), so rather too few than too many. The bands below say how heavy the sentences and words are. They aren't a measurement of
the levels B1 and B2: those are about readers, and no formula settles them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import textstat
from bs4 import BeautifulSoup, Tag

from analysis import dutch
from analysis.errors import InvalidInput

LANGUAGE = "nl"

# Prose is what stands in running text; a list item or definition that holds paragraphs is read through those.
PROSE = "main article :is(p, li, dd)"
BLOCKS = ("p", "li", "dd", "ul", "ol", "dl", "table", "pre", "figure", "div")

# Not prose: tables, code, captions and what stands below a figure, references, navigation, names of boxes and controls.
LEFT_OUT = ("table", "pre", "figure", "figcaption", "nav", "footer", "summary", "form", "script", "style",
            ".citation", "[lang=en]", ".vk-tabel-titel", ".vk-onder", ".admonition-title", ".headerlink", ".toctree-wrapper", ".vk-steden",
            ".prev-next-footer", ".math")  # fmt: skip

# "0,95", "1.234", "−0,3 tot 0,1" and "2018–2020": one word each, and no point in them ends a sentence.
NUMBER = re.compile(r"[−-]?(?<![^\W\d_])\d(?:[\d.,]*\d)?(?!-?[^\W_])(?:\s?%)?")
ONE_NUMBER = "9"

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

FORMULA = re.compile("[=≤√Σ·]")

LONG_SENTENCE = 25  # words; the advice for B1 is 15 or so on average, and few above this
LONG_WORD = 14  # letters; mostly compounds, which Dutch writes as one word
SHORTEST = 3  # words; less is a label, not a sentence
SAME_BEGINNING = 6  # words

# Lowest score of each band (Flesch, as Douma used it), and how heavy the text then is.
BANDS = (
    (60, "licht, als B1"),
    (45, "gewoon, als B1 tot B2"),
    (30, "zwaar, als B2 tot C1"),
    (float("-inf"), "zeer zwaar"),
)


@dataclass(frozen=True)
class Sentence:
    """A sentence and the page it stands on, by its name without `.html`."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its words; a number is one."""
        return WORD.findall(_plain_numbers(self.text))


def pages(html: Path) -> list[Path]:
    """The pages with Dutch prose, in order of name.

    Raises:
        InvalidInput: when there is no book in the folder.
    """
    found = sorted(html.glob("*.html"))
    if not found:
        raise InvalidInput(f"In {html} staat geen boek: draai eerst `make book`.")
    return found


def sentences(page: Path) -> list[Sentence]:
    """The sentences of a page's prose, in order; a page without prose has none."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    for tag in soup.select(", ".join(LEFT_OUT)):
        tag.decompose()
    return [Sentence(page.stem, text) for tag in soup.select(PROSE) for text in split(_own_text(tag))]


def _own_text(tag: Tag) -> str:
    """The text of a tag without that of the blocks in it, which are read by themselves."""
    parts = [str(child) if isinstance(child, str) else child.get_text() if child.name not in BLOCKS else " "
             for child in tag.children]  # fmt: skip
    return " ".join("".join(parts).split())


def split(text: str) -> list[str]:
    """Sentences of a paragraph, without formulas and labels."""
    found = dutch.sentences(text)
    return [one for one in found if len(WORD.findall(_plain_numbers(one))) >= SHORTEST and not FORMULA.search(one)]


def _plain_numbers(text: str) -> str:
    return NUMBER.sub(f" {ONE_NUMBER} ", text)


def score(found: Iterable[Sentence]) -> float:
    """Flesch-Douma: 206.84 − 0.93 × words per sentence − 77 × syllables per word. Higher is easier."""
    textstat.set_lang(LANGUAGE)
    # Numbers are left out: textstat takes each for one syllable, and a page full of them would seem easy.
    texts = (" ".join(word for word in one.words if word != ONE_NUMBER) for one in found)
    return float(textstat.flesch_reading_ease(". ".join(texts) + "."))


def band(value: float) -> str:
    """How heavy a text with this score is, roughly."""
    return next(name for lowest, name in BANDS if value >= lowest)


def measure(html: Path) -> pd.DataFrame:
    """Each page with prose: index its name; see `row` for the columns. Sorted from hard to easy."""
    found = {page.stem: sentences(page) for page in pages(html)}
    rows = {name: row(prose) for name, prose in found.items() if prose}
    return pd.DataFrame.from_dict(rows, orient="index").sort_values("score")


def row(found: list[Sentence]) -> dict[str, float]:
    """The measures of a text.

    Returns:
        `zinnen`, `woorden` (counts); `woorden_per_zin`, `letters_per_woord` (means); `lange_zinnen` (% above 25 words);
        `lange_woorden` (% above 14 letters); `score` (Flesch-Douma).
    """
    words = [one.words for one in found]
    every = [word for own in words for word in own]
    return {
        "zinnen": len(found),
        "woorden": len(every),
        "woorden_per_zin": len(every) / len(found),
        "lange_zinnen": 100 * sum(len(own) > LONG_SENTENCE for own in words) / len(found),
        "letters_per_woord": sum(map(len, every)) / len(every),
        "lange_woorden": 100 * sum(len(word) > LONG_WORD for word in every) / len(every),
        "score": score(found),
    }


def longest(html: Path, most: int) -> list[Sentence]:
    """The longest sentences of the book; those that begin alike, as on the pages of cities, are given once."""
    found: dict[str, Sentence] = {}
    every = sorted((one for page in pages(html) for one in sentences(page)), key=lambda one: -len(one.words))
    for one in every:
        found.setdefault(" ".join(one.words[:SAME_BEGINNING]), one)
    return list(found.values())[:most]


def told(table: pd.DataFrame, outliers: list[Sentence]) -> str:
    """The table and the outliers as lines for the screen."""
    head = f"{'pagina':24}{'zinnen':>8}{'woorden/zin':>13}{'> 25 wrd':>10}{'letters/wrd':>13}{'> 14 ltr':>10}{'score':>7}  hoe zwaar"
    lines = [
        f"{name:24}{one.zinnen:8.0f}{dutch.number(one.woorden_per_zin, 1):>13}{dutch.number(one.lange_zinnen):>8} %"
        f"{dutch.number(one.letters_per_woord, 1):>13}{dutch.number(one.lange_woorden):>8} %{dutch.number(one.score):>7}  {band(one.score)}"
        for name, one in table.iterrows()
    ]
    caveat = (
        "Score: Flesch met de gewichten van Douma. Een formule telt woorden en lettergrepen; zij meet geen taalniveau."
    )
    longest_ones = [f"  {len(one.words)} woorden, {one.page}: {one.text}" for one in outliers]
    return "\n".join([head, *lines, "", caveat, "", "Langste zinnen:", *longest_ones])
