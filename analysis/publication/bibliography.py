"""The list of references and its citations, after APA, in Dutch: (Jansen & De Vries, 2024), (red.), "In".

An entry has two fields of its own: `nagegaan`, whether somebody saw that the work exists as it is described, and
`omschrijving` in place of a title that nobody knows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pybtex.plugin
from pybtex.database import BibliographyData, Entry, parse_file
from pybtex.style.formatting import BaseStyle, toplevel
from pybtex.style.formatting.unsrt import pages
from pybtex.style.template import (
    FieldIsMissing,
    Node,
    first_of,
    href,
    join,
    names,
    optional,
    sentence,
    tag,
    words,
)
from pybtex.style.template import field as bib
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from analysis.errors import InvalidInput
from analysis.paths import BOOK

NAME = "veerkracht"

REFERENCES = BOOK / "references.bib"

# Of more makers only the first is named in a citation.
MOST_NAMED = 2
OTHERS = "others"  # how BibTeX writes "and others"

# Works that stand on their own: their title is in italics. Of the others, the journal or book around them is.
THESES = {"phdthesis", "mastersthesis"}
WHOLE_WORKS = THESES | {"book", "techreport", "report", "manual", "dataset", "online", "misc"}
KINDS = WHOLE_WORKS | {"article", "incollection", "inbook", "inproceedings", "unpublished", "software"}

# How far a work was looked up, as an entry says it ("nee: geen kopie gevonden") and as readers see it.
CHECKED = {"ja": "Nagegaan", "deels": "Deels nagegaan", "nee": "Niet nagegaan"}
STATUS = re.compile(rf"(?P<answer>{'|'.join(CHECKED)}): (?P<how>\S.*)", re.DOTALL)

# A title in square brackets is no title: somebody made it up.
BRACKETED = re.compile(r"\[.*\]", re.DOTALL)

# Registrant and suffix, as Crossref advises to recognise them.
DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+")
WEB = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?")

# Who brought a work out, by whichever field the entry has.
PUBLISHERS = ("institution", "publisher", "school", "organization", "howpublished")


class DutchStyle(BaseStyle):
    """One template for every kind of work: who (year). What. Where. Address."""

    default_name_style = "lastfirst"
    default_sorting_style = "author_year_title"

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "abbreviate_names": True})

    def template(self, entry: Entry) -> Node:
        """Build the template of one entry."""
        title = bib("title") if entry.type not in WHOLE_WORKS else tag("em")[bib("title")]
        title = first_of[optional[title], bib("omschrijving")]
        return toplevel[
            words[_makers(entry), join["(", first_of[optional[bib("year")], "z.d."], ")."]],
            sentence(capfirst=False)[title],
            optional[sentence(capfirst=False)[_container()]],
            optional[sentence(capfirst=False)[_publisher()]],
            optional[sentence[bib("note")]],
            optional[sentence(capfirst=False)[bib("nagegaan", apply_func=_told, raw=True)]],
            first_of[optional[_doi()], optional[_url()], ""],
        ]


for _kind in KINDS:  # pybtex looks for one method per kind of work
    setattr(DutchStyle, f"get_{_kind}_template", DutchStyle.template)


def faults(works: BibliographyData) -> Iterator[str]:
    """What is wrong with a list of references, one sentence a fault."""
    for key, entry in works.entries.items():
        yield from (f"{key}: {fault}." for fault in _faults_of(entry))
    for name in ("url", "doi"):
        found = Counter(
            entry.fields[name].lower().rstrip("/") for entry in works.entries.values() if name in entry.fields
        )
        yield from (f"Meer dan één bron heeft {name} {address}." for address, times in found.items() if times > 1)


def _faults_of(entry: Entry) -> Iterator[str]:
    fields = entry.fields
    if ("title" in fields) == ("omschrijving" in fields):
        yield "een bron heeft een titel, of een omschrijving als de titel niet bekend is"
    if BRACKETED.search(fields.get("title", "") + fields.get("omschrijving", "")):
        yield "een titel tussen rechte haken is geen titel; gebruik omschrijving"
    if not STATUS.fullmatch(fields.get("nagegaan", "")):
        yield f"nagegaan begint met {', '.join(CHECKED)} en een dubbele punt, en zegt dan hoe of waarom"
    if "doi" in fields and not DOI.fullmatch(fields["doi"]):
        yield f"{fields['doi']} is geen doi"
    if "url" in fields and not WEB.fullmatch(fields["url"]):
        yield f"{fields['url']} is geen webadres"


def _told(status: str) -> str:
    """How far a work was looked up, for readers; a status of another form is shown as it is."""
    found = STATUS.fullmatch(status)
    return f"{CHECKED[found['answer']]}: {found['how']}" if found else status


def _makers(entry: Entry) -> Node:
    """Authors, or else editors with "(red.)"."""
    role = "author" if "author" in entry.persons else "editor"
    if role not in entry.persons:
        raise FieldIsMissing("author", entry)
    people = names(role, sep=", ", sep2=" & ", last_sep=", & ")
    return people if role == "author" else words[people, "(red.)"]


def _container() -> Node:
    """The journal with volume, number and pages, or the book that the chapter stands in."""
    volume = join[bib("volume"), optional["(", bib("number"), ")"]]
    return first_of[
        optional[join(sep=", ")[tag("em")[bib("journal")], optional[volume], optional[pages]]],
        words["In", tag("em")[bib("booktitle")], optional["(pp. ", pages, ")"]],
    ]


def _publisher() -> Node:
    return first_of[[optional[bib(name)] for name in PUBLISHERS[:-1]] + [bib(PUBLISHERS[-1])]]


def _doi() -> Node:
    address = join["https://doi.org/", bib("doi", raw=True)]
    return href[address, address]


def _url() -> Node:
    return href[bib("url", raw=True), bib("url", raw=True)]


def _round(last: str) -> BracketStyle:
    """Round brackets; works are joined by semicolons, the last one by `last`."""
    return BracketStyle("(", ")", sep="; ", sep2=last, last_sep=last)


def _people() -> PersonStyle:
    return PersonStyle(style="last", abbreviate=False, sep2=" en ", last_sep=" en ", other=" e.a.")


@dataclass
class DutchReferences(AuthorYearReferenceStyle):
    """Citations in round brackets, two names joined by "en"."""

    bracket_parenthetical: BracketStyle = field(default_factory=lambda: _round("; "))
    bracket_textual: BracketStyle = field(default_factory=lambda: _round(" en "))
    person: PersonStyle = field(default_factory=_people)


def register_styles() -> None:
    """Make both styles known by name to pybtex and to sphinxcontrib-bibtex."""
    pybtex.plugin.register_plugin("pybtex.style.formatting", NAME, DutchStyle)
    register_plugin("sphinxcontrib.bibtex.style.referencing", NAME, DutchReferences)


@cache
def _works() -> BibliographyData:
    return parse_file(str(REFERENCES), bib_format="bibtex")


def entries() -> list[str]:
    """Every work as the list of references writes it, as plain text and in its order; for a page without Sphinx."""
    return [one.text.render_as("text") for one in DutchStyle().format_bibliography(_works(), _works().entries)]


def label(key: str) -> str:
    """How a work is cited, such as "Jansen e.a., 2024"; for a page without Sphinx.

    Raises:
        InvalidInput: when the bibliography does not have it.
    """
    if key not in _works().entries:
        raise InvalidInput(f"Bron {key!r} staat niet in {REFERENCES.name}.")
    entry = _works().entries[key]
    people = [
        " ".join([*one.prelast_names, *one.last_names]).replace("{", "").replace("}", "")
        for role in ("author", "editor")
        for one in entry.persons.get(role, [])
    ]
    few = len(people) <= MOST_NAMED and OTHERS not in people
    who = " en ".join(people) if few else f"{people[0]} e.a."
    return f"{who}, {entry.fields.get('year', 'z.d.')}"
