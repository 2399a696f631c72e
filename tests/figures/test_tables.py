"""Tables are accessible HTML with Dutch numbers, and carry their data."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from invented import AMSTERDAM, DEVIATIONS, LONG, NEED, SLOPES

from analysis.figures import pages
from analysis.figures.output import DATA_MIME
from analysis.figures.tables import CitedTable, Column, Evidence, Table
from analysis.intervals import CONFIDENCE
from analysis.levers.evidence import GRADES, LEVERS
from analysis.models.deviation import TYPE_ORDER


class Reader(HTMLParser):
    """What a browser sees: tags with their attributes, and the text of each cell by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags sluiten in de volgorde waarin ze openen"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


TABLE = Table(
    "proef", "Een <b>titel</b> & meer",
    [Column("naam", "Naam"), Column("waarde", "Waarde", 2, "laag", "hoog", kind=CONFIDENCE), Column("n", "<i>n</i> & meer", 0),
     Column("soort", "Soort")],
    pd.DataFrame({
        "naam": ["<script>alert(1)</script>", 'A & "B"', "C"], "waarde": [-0.5, 1234.567, np.nan],
        "laag": [-1.0, 0.0, np.nan], "hoog": [-0.004, 2000.0, np.nan], "n": [1234567, 0, np.nan], "soort": ["x", None, "z"],
        "niet_getoond": [1, 2, 3],
    }),
)  # fmt: skip


@pytest.fixture
def seen() -> Reader:
    return Reader(TABLE.html())


def test_headings_have_their_scope(seen):
    scopes = [attributes["scope"] for attributes in seen.all("th")]
    assert scopes == ["col"] * 4 + ["row"] * 3
    assert len(seen.all("td")) == 9


def test_html_in_data_heading_and_caption_is_text(seen):
    assert seen.rows[0] == ["Naam", "Waarde (95\u00a0%)", "<i>n</i> & meer", "Soort"]
    assert [row[0] for row in seen.rows[1:]] == TABLE.data.naam.tolist()
    assert not seen.all("script")
    assert not seen.all("b")
    assert not seen.all("i")


def test_numbers_are_dutch_with_their_interval(seen):
    assert seen.rows[1][1:] == ["−0,50 (−1,00 tot 0,00)", "1.234.567", "x"]
    assert seen.rows[2][1] == "1.234,57 (0,00 tot 2.000,00)"


def test_what_is_missing_is_a_dash(seen):
    assert seen.rows[3] == ["C", "–", "–", "z"]
    assert seen.rows[2][3] == "–"


def test_zero_is_not_missing(seen):
    assert seen.rows[2][2] == "0"


def test_the_table_is_named_by_its_caption_and_can_be_scrolled_by_keyboard(seen):
    (table,), (span,) = seen.all("table"), seen.all("span")
    (region,) = [one for one in seen.all("div") if one.get("role") == "region"]
    assert table["aria-labelledby"] == region["aria-labelledby"] == span["id"]
    assert region["tabindex"] == "0"


def test_the_csv_is_one_click_away_under_the_name_of_the_data(seen):
    (link,) = seen.all("a")
    assert link["href"].endswith(f"/{TABLE._repr_mimebundle_()[DATA_MIME]['name']}.csv")


def test_the_data_travel_whole():
    travelled = pd.read_csv(io.StringIO(TABLE._repr_mimebundle_()[DATA_MIME]["csv"]))
    pd.testing.assert_frame_equal(travelled, TABLE.data, check_dtype=False, rtol=1e-5)


def test_a_number_carries_its_raw_value_to_sort_by_and_text_or_nothing_does_not(seen):
    assert [one.get("data-sort") for one in seen.all("td")] == [
        "-0.5", "1234567", None, "1234.567", "0", None, None, None, None,
    ]  # fmt: skip
    assert [one.get("data-sort") for one in seen.all("th")] == [None] * 7


def test_a_small_number_is_not_rounded_as_it_is_shown():
    table = Table("t", "T", [Column("n", "N"), Column("p", "p", 1)], pd.DataFrame({"n": ["a"], "p": [0.0123456789]}))
    assert Reader(table.html()).all("td")[0]["data-sort"] == "0.0123456789"


@pytest.mark.parametrize("rows", [4, 5])
def test_a_table_is_sortable_from_five_rows_on(rows):
    table = Table("t", "T", [Column("n", "N", 0)], pd.DataFrame({"n": range(rows)}))
    assert ("data-sorteer" in Reader(table.html()).all("div")[0]) == (rows == 5)


def test_numbers_and_text_have_a_class_of_their_own(seen):
    assert [one["class"] for one in seen.all("td")] == ["getal-kolom", "getal-kolom", "tekst"] * 3


# --- The pages' own tables ------------------------------------------------------------------------


SENSITIVITY = pd.DataFrame({"variant": ["Zoals in de figuur"], "value": [-0.234], "low": [-0.3], "high": [-0.1],
                            "standardised": [-0.51], "n": [1350], "errors": ["HC3"]})  # fmt: skip
COVERAGE = pd.DataFrame({"gemeente": [LONG], "inwoners": [845_000.0], "linked": [99.96], "with_outcome": [98.0],
                         "in_sample": [91.25], "buurten": [350]}, index=["GM0820"])  # fmt: skip
DESCRIPTION = pd.DataFrame({"kenmerk": ["65-plussers"], "eenheid": ["%"], "groep": ["Amsterdam"], "gemiddelde": [12.3],
                            "p10": [5.0], "p50": [11.0], "p90": [20.0], "n": [350]})  # fmt: skip
COUNTS = pd.DataFrame([[2, 0, 1, 1]] * 4, index=pd.Index(list(LEVERS), name="hefboom"), columns=list(GRADES))
CRIMES = SLOPES.iloc[1:].assign(standardised=0.77)
PAGES = {
    "coverage": (pages.coverage("t", COVERAGE, AMSTERDAM), 1, ["845.000", "100,0", "98,0", "91,2", "350"]),
    "sensitivity": (pages.sensitivity("t", SENSITIVITY, AMSTERDAM), 1, ["−0,234 (−0,300 tot −0,100)", "−0,51", "1.350"]),
    "deviations": (pages.deviations("t", DEVIATIONS, AMSTERDAM), len(DEVIATIONS), ["−0,30 (−0,40 tot −0,20)", "1 (1 tot 40)"]),
    "description": (pages.description("t", DESCRIPTION, AMSTERDAM), 1, ["12,3", "5,0", "11,0", "20,0", "350"]),
    "cities": (pages.cities("t", SLOPES, CRIMES, AMSTERDAM), len(SLOPES), ["−0,120 (−0,220 tot −0,020)", "0,30", "–"]),
    "need": (pages.need("t", NEED, AMSTERDAM), len(NEED), ["9,0", "40", "10", "20", "5", "15", "50"]),
    "grades": (pages.grades("t", COUNTS, LEVERS, GRADES), 4, ["2", "0", "1", "1"]),
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_every_table_of_the_book_shows_its_rows_in_dutch(page):
    table, rows, cells = PAGES[page]
    seen = Reader(table.html())
    assert len(seen.rows) == 1 + rows
    assert [cell for cell in cells if cell not in seen.rows[1]] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "grades"])
def test_every_table_of_figures_names_its_source(page):
    assert "Bron: " in PAGES[page][0].caption


@pytest.mark.parametrize("page", PAGES)
def test_every_tables_data_travel_with_their_columns(page):
    table = PAGES[page][0]
    travelled = pd.read_csv(io.StringIO(table._repr_mimebundle_()[DATA_MIME]["csv"]))
    assert {column.source for column in table.columns} <= set(travelled.columns)
    assert len(travelled) == len(table.data)


def test_deviations_run_from_less_safe_to_safer():
    assert PAGES["deviations"][0].data.afwijking.is_monotonic_increasing


def test_a_city_without_crime_figures_has_a_dash_and_stays_in_the_table():
    rows = {row[0]: row for row in Reader(PAGES["cities"][0].html()).rows}
    assert rows["Amsterdam"][4] == "–"
    assert rows["Ede"][4] == "0,77"


def test_need_shows_every_type_and_levers_their_names():
    assert {f"{kind[0].upper()}{kind[1:]} (%)" for kind in TYPE_ORDER} <= set(Reader(PAGES["need"][0].html()).rows[0])
    assert [row[0] for row in Reader(PAGES["grades"][0].html()).rows[1:]] == [
        f"{key}. {name}" for key, name in LEVERS.items()
    ]


def test_tables_of_places_can_be_searched_and_others_not():
    searchable = [name for name, (table, *_) in PAGES.items() if "data-zoek" in table.html()]
    assert searchable == ["coverage", "deviations", "cities", "need"]


def test_a_table_with_sources_stands_in_the_same_frame_and_is_sorted_when_long():
    cells = pd.DataFrame({"wat": [f"regel {number}" for number in range(5)], "bron": ["{cite:t}`scp2011`"] * 5})
    text = CitedTable("kader", "Wat er & nu geldt.", ("Wat", "Bron"), cells, cells, "regel").markdown()
    assert '<span id="kader-titel">Wat er &amp; nu geldt.</span>' in text
    assert 'data-zoek="regel" data-sorteer>' in text
    assert "\n\n| Wat | Bron |\n| :-- | :-- |\n| regel 0 | {cite:t}`scp2011` |\n" in text
    assert text.endswith("|\n\n</div>")
    short = CitedTable("kader", "Kort.", ("Wat", "Bron"), cells.head(4), cells).markdown()
    assert "data-sorteer" not in short and "data-zoek" not in short


# --- The evidence table ---------------------------------------------------------------------------


EVIDENCE = Evidence("bewijs", pd.DataFrame({
    "hefboom_naam": ["schoon & heel"] * 2, "instrument": ["Wijkteam | buurt", "Groen"],
    "bevinding": ["Minder overlast", "Meer spel"], "richting": ["gunstig", "gemengd"], "graad": ["B", "D"],
    "bron": ["leidelmeijer2018", "scp2011"], "jaar": ["2018", "onbekend"], "plaats": ["onbekend", "Utrecht"],
}))  # fmt: skip


def test_evidence_refers_to_its_source_and_a_bar_does_not_break_the_row():
    bundle = EVIDENCE._repr_mimebundle_()
    first, second = [line for line in bundle["text/markdown"].splitlines() if "{cite:t}" in line]
    assert first == "| Wijkteam \\| buurt | Minder overlast | gunstig | B | – | 2018 | {cite:t}`leidelmeijer2018` |"
    assert second == "| Groen | Meer spel | gemengd | D | Utrecht | – | {cite:t}`scp2011` |"
    assert "leidelmeijer2018" in bundle[DATA_MIME]["csv"]


def test_evidence_stands_in_a_named_frame_with_its_csv_and_empty_lines_around_the_markdown():
    opening, before, *_, after, closing = EVIDENCE.markdown().splitlines()
    assert (before, after, closing) == ("", "", "</div>")
    seen = Reader(f"{opening}</div>")
    assert seen.all("div")[0]["aria-labelledby"] == seen.all("span")[0]["id"]
    assert seen.all("a")[0]["href"] == "_static/cijfers/bewijs.csv"
    assert "‘schoon &amp; heel’" in opening and "data-sorteer" not in opening


def test_every_row_of_evidence_has_as_many_cells_as_there_are_headings():
    rows = [line.replace("\\|", "") for line in EVIDENCE.markdown().splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {8}
