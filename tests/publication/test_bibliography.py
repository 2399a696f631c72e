"""The list of references: every work has its own title and address, says how far it was looked up, and is cited."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from pybtex.backends.plaintext import Backend
from pybtex.database import BibliographyData, parse_file, parse_string

from analysis.dataset import store
from analysis.models import validation
from analysis.paths import BOOK
from analysis.publication import bibliography

CITED = re.compile(r"\{cite:\w+\}`([^`]+)`")

SOUND = """@misc{jansen2024, author = {Jansen, Anna}, title = {Wonen}, year = {2024}, url = {https://voorbeeld.nl/wonen},
doi = {10.1000/xyz}, nagegaan = {ja: titel gezien}}"""


@pytest.fixture(scope="module")
def works() -> BibliographyData:
    return parse_file(str(BOOK / "references.bib"), bib_format="bibtex")


def cited_in_pages() -> set[str]:
    """The keys that a page or notebook cites."""
    texts = [path.read_text("utf-8") for pattern in ("*.md", "*.ipynb") for path in BOOK.glob(pattern)]
    return {key.strip() for text in texts for found in CITED.findall(text) for key in found.split(",")}


def cited_by_code() -> set[str]:
    """The keys that a table names for each of its rows: readers see them as citations."""
    tables = pd.concat([store.read("bewijs").bron, store.read("kader").bron])
    shown = [figure for key, figure in validation.PUBLISHED.items() if key != "V19"]  # V19 is a table without sources
    figures = [*shown, *validation.UNCHECKED]
    return set(tables) | {figure.source for figure in figures} - {""}


def written(text: str) -> str:
    """An entry as the list of references shows it, without marks."""
    style = bibliography.DutchStyle()
    (entry,) = style.format_entries(parse_string(text, "bibtex").entries.values())
    return entry.text.render(Backend())


def test_the_references_of_the_book_hold_no_fault(works):
    assert list(bibliography.faults(works)) == []


def test_every_citation_has_its_work_and_every_work_its_citation(works):
    cited = cited_in_pages() | cited_by_code()
    assert cited - set(works.entries) == set()
    assert set(works.entries) - cited == set()


def test_what_was_read_of_a_finding_does_not_exceed_what_was_seen_of_its_source(works):
    """Whoever read a part of a source itself knows that it exists; an earlier note counts as such."""
    register = pd.concat([store.read("bewijs"), store.read("kader")])
    for _, row in register[register.gelezen == "primair, deels"].iterrows():
        entry = works.entries[row.bron].fields
        assert not entry["nagegaan"].startswith("nee") or "eerder deels gelezen" in entry["note"], row.bron


def test_a_sound_entry_has_no_fault():
    assert list(bibliography.faults(parse_string(SOUND, "bibtex"))) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("{Wonen}", "{{[Artikel over wonen]}}", "rechte haken"),
        ("title = {Wonen},", "omschrijving = {[Over wonen]},", "rechte haken"),
        ("title = {Wonen},", "", "een bron heeft een titel"),
        ("title = {Wonen},", "title = {Wonen}, omschrijving = {over wonen},", "een bron heeft een titel"),
        (", nagegaan = {ja: titel gezien}", "", "nagegaan begint met"),
        ("ja: titel gezien", "ja", "nagegaan begint met"),
        ("ja: titel gezien", "misschien: titel gezien", "nagegaan begint met"),
        ("10.1000/xyz", "doi:10.1000/xyz", "geen doi"),
        ("10.1000/xyz", "10.1/xyz", "geen doi"),
        ("https://voorbeeld.nl/wonen", "voorbeeld.nl/wonen", "geen webadres"),
    ],
)
def test_a_fault_is_told(right, wrong, said):
    assert right in SOUND
    (fault,) = bibliography.faults(parse_string(SOUND.replace(right, wrong), "bibtex"))
    assert fault.startswith("jansen2024: ") and said in fault


def test_two_works_do_not_share_an_address():
    other = SOUND.replace("jansen2024", "ander2024").replace("nl/wonen", "nl/wonen/").replace("/xyz", "/XYZ")
    faults = list(bibliography.faults(parse_string(f"{SOUND}\n{other}", "bibtex")))
    assert faults == [
        "Meer dan één bron heeft url https://voorbeeld.nl/wonen.", "Meer dan één bron heeft doi 10.1000/xyz.",
    ]  # fmt: skip


def test_readers_see_how_far_a_work_was_looked_up():
    assert "Wonen. Nagegaan: titel gezien. https://doi.org" in written(SOUND)
    assert "Niet nagegaan: geen kopie. " in written(SOUND.replace("ja: titel gezien", "nee: geen kopie"))
    assert "Deels nagegaan: het jaar niet. " in written(SOUND.replace("ja: titel gezien", "deels: het jaar niet"))


def test_a_work_without_a_known_title_is_described(works):
    shown = written(SOUND.replace("title = {Wonen}", "omschrijving = {Artikel over wonen (titel niet bekend)}"))
    assert "(2024). Artikel over wonen (titel niet bekend). Nagegaan" in shown
