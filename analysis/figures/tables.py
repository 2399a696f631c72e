"""Tables: result in, accessible HTML out, with Dutch numbers and the data one click away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from analysis import dutch, quoted
from analysis.figures.output import DATA_MIME, data_record
from analysis.intervals import KINDS

# From this many rows on a reader can sort a table; a shorter one is seen at a glance.
SORTABLE_FROM = 5

# What stands in a cell of which nothing is known. `book/_static/tabel.js` knows it and keeps it last.
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """A column to show: where it comes from, its heading, and decimals (None for text).

    `places` names a column with the decimals of each row, for tables whose rows differ in size. A column with limits says
    what they are: `kind` is a key of `intervals.KINDS`, and its words stand in the heading.

    Raises:
        ValueError: for limits without a kind.
    """

    source: str
    heading: str
    decimals: int | None = None
    low: str | None = None
    high: str | None = None
    places: str | None = None
    kind: str | None = None

    def __post_init__(self) -> None:
        if (self.low is not None or self.high is not None) and self.kind not in KINDS:
            raise ValueError(f"Kolom {self.source!r} heeft grenzen zonder soort; kies: {', '.join(KINDS)}.")

    @property
    def title(self) -> str:
        """The heading, with what its limits are."""
        return f"{self.heading} ({KINDS[self.kind].head})" if self.kind else self.heading


@dataclass(frozen=True)
class Table:
    """A table on a page.

    Attributes:
        name: of its CSV.
        caption: what it shows, with unit, source and n.
        columns: what is shown, in order; the first names the row.
        data: rows in order.
        searched_for: what a reader can search the rows for, such as "buurt"; no search field when left out. The field,
            and the buttons to sort with, are added by `book/_static/tabel.js`: without a script the table is simply whole.
        sortable: whether its rows are of one kind, so that sorting them makes sense.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    data: pd.DataFrame
    searched_for: str = ""
    sortable: bool = True

    def html(self) -> str:
        """The table with headings for screen readers, and a link to its CSV, which the builder lays beside the page."""
        head = "".join(
            f'<th scope="col" class="{_kind(column)}">{escape(column.title)}</th>' for column in self.columns
        )
        body = "".join(self._row(row) for _, row in self.data.iterrows())
        return (
            f"{_opening(self.name, self.caption, len(self.data) if self.sortable else 0, self.searched_for)}"
            f'<table class="dataframe" id="{self.name}" aria-labelledby="{self.name}-titel">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, row: pd.Series) -> str:
        first, *rest = self.columns
        cells = "".join(
            f'<td class="{_kind(column)}"{_sort_value(row, column)}>{_cell(row, column)}</td>' for column in rest
        )
        return f'<tr><th scope="row"{_sort_value(row, first)}>{_cell(row, first)}</th>{cells}</tr>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/html": self.html(),
            "text/plain": f"Tabel {self.name}",
            DATA_MIME: data_record(self.name, self.data),
            **quoted.bundle_of(self.caption),
        }


def _opening(name: str, caption: str, rows: int, searched_for: str = "", kind: str = "") -> str:
    """What comes before a table: its title, a link to its CSV, and the frame it scrolls in, which ends with a </div>.

    `kind` is a class for the frame of tables with widths of their own.
    """
    search = f' data-zoek="{escape(searched_for)}"' if searched_for else ""
    sort = " data-sorteer" if rows >= SORTABLE_FROM else ""
    return (
        f'<p class="vk-tabel-titel"><span id="{name}-titel">{quoted.html_of(caption)}</span> '
        f'<a href="_static/cijfers/{name}.csv" download>Cijfers (CSV)</a></p>'
        f'<div class="{f"vk-tabel-omslag {kind}".strip()}" tabindex="0" role="region" aria-labelledby="{name}-titel"{search}{sort}>'
    )


def _kind(column: Column) -> str:
    return "tekst" if column.decimals is None else "getal-kolom"


def _sort_value(row: pd.Series, column: Column) -> str:
    """The number itself for the script that sorts, which cannot read Dutch. A missing one has none."""
    if column.decimals is None or pd.isna(row[column.source]):
        return ""
    return f' data-sort="{float(row[column.source]):.10g}"'


def _cell(row: pd.Series, column: Column) -> str:
    value = row[column.source]
    if column.decimals is None:
        return NOTHING if pd.isna(value) else escape(str(value))
    if pd.isna(value):
        return NOTHING
    decimals = int(row[column.places]) if column.places else column.decimals
    text = dutch.number(float(value), decimals)
    if column.low and column.high and not (math.isfinite(row[column.low]) and math.isfinite(row[column.high])):
        text += " (geen grens)"
    elif column.low and column.high:
        text += f" ({dutch.interval(float(row[column.low]), float(row[column.high]), decimals)})"
    return text


@dataclass(frozen=True)
class Evidence:
    """Entries of the evidence register as a Markdown table, so that its sources are real references.

    It stands in the frame of the other tables. The frame is HTML around the Markdown: MyST has no `tabindex` or `role`.
    """

    name: str
    data: pd.DataFrame

    def markdown(self) -> str:
        """One row per finding: what, which direction, how strong the study, where, which year, where it stands."""
        levers = dutch.enumeration(f"‘{lever}’" for lever in self.data.hefboom_naam.unique())
        caption = (
            f"Bewijs bij de hefboom {levers}, het sterkste onderzoek eerst. Bron: het bewijsregister van dit boek."
        )
        lines = [_markdown_row(EVIDENCE_HEADINGS), "|:--|:--|:--|:-:|:--|:--|:--|"]
        for _, row in self.data.iterrows():
            place, year = (NOTHING if text == dutch.MISSING else text for text in (row.plaats, row.jaar))
            source = f"{{cite:t}}`{row.bron}`"
            lines.append(_markdown_row((row.instrument, row.bevinding, row.richting, row.graad, place, year, source)))
        return "\n".join([_opening(self.name, caption, len(self.data), kind="vk-bewijs"), "", *lines, "", "</div>"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/markdown": self.markdown(), "text/plain": f"Tabel {self.name}",
                DATA_MIME: data_record(self.name, self.data.reset_index())}  # fmt: skip


# The register keeps the year of the source, not of the fieldwork.
EVIDENCE_HEADINGS = ("Instrument", "Wat is bekend", "Richting", "Graad", "Waar", "Jaar van de bron", "Bron")


def _markdown_row(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


@dataclass(frozen=True)
class CitedTable:
    """A table in Markdown, so that its sources are real references, with its data one click away.

    Attributes:
        name: of its CSV.
        caption: what it shows.
        headings: of the columns of `cells`, in order.
        cells: Markdown texts, a row per entry.
        data: what the CSV holds.
        searched_for: what a reader can search the rows for, as in `Table`.
    """

    name: str
    caption: str
    headings: Sequence[str]
    cells: pd.DataFrame
    data: pd.DataFrame
    searched_for: str = ""

    def markdown(self) -> str:
        """The table in the frame of the other tables."""
        lines = [_markdown_row(self.headings), _markdown_row([":--"] * len(self.headings))]
        rows = [_markdown_row(row) for row in self.cells.itertuples(index=False)]
        opening = _opening(self.name, self.caption, len(self.cells), self.searched_for, "vk-geciteerd")
        return "\n".join([opening, "", *lines, *rows, "", "</div>"])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/markdown": self.markdown(), "text/plain": f"Tabel {self.name}",
                DATA_MIME: data_record(self.name, self.data), **quoted.bundle_of(self.caption)}  # fmt: skip
