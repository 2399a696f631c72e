"""Tables: result in, accessible HTML out, with Dutch numbers and the data one click away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from analysis import dutch
from analysis.figures.output import DATA_MIME, data_record


@dataclass(frozen=True)
class Column:
    """A column to show: where it comes from, its heading, and decimals (None for text).

    `places` names a column with the decimals of each row, for tables whose rows differ in size.
    """

    source: str
    heading: str
    decimals: int | None = None
    low: str | None = None
    high: str | None = None
    places: str | None = None


@dataclass(frozen=True)
class Table:
    """A table on a page.

    Attributes:
        name: of its CSV.
        caption: what it shows, with unit, source and n.
        columns: what is shown, in order; the first names the row.
        data: rows in order.
        searched_for: what a reader can search the rows for, such as "buurt"; no search field when left out. The field
            is added by `book/_static/tabel.js`: without a script the table is simply whole.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    data: pd.DataFrame
    searched_for: str = ""

    def html(self) -> str:
        """The table with headings for screen readers, and a link to its CSV, which the builder lays beside the page."""
        head = "".join(
            f'<th scope="col" class="{_kind(column)}">{escape(column.heading)}</th>' for column in self.columns
        )
        body = "".join(self._row(row) for _, row in self.data.iterrows())
        title = f"{self.name}-titel"
        search = f' data-zoek="{escape(self.searched_for)}"' if self.searched_for else ""
        return (
            f'<p class="vk-tabel-titel"><span id="{title}">{escape(self.caption)}</span> '
            f'<a href="_static/cijfers/{self.name}.csv" download>Cijfers (CSV)</a></p>'
            f'<div class="vk-tabel-omslag" tabindex="0" role="region" aria-labelledby="{title}"{search}>'
            f'<table class="dataframe" id="{self.name}" aria-labelledby="{title}">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, row: pd.Series) -> str:
        first, *rest = self.columns
        cells = "".join(f'<td class="{_kind(column)}">{_cell(row, column)}</td>' for column in rest)
        return f'<tr><th scope="row">{_cell(row, first)}</th>{cells}</tr>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/html": self.html(),
            "text/plain": f"Tabel {self.name}",
            DATA_MIME: data_record(self.name, self.data),
        }


def _kind(column: Column) -> str:
    return "tekst" if column.decimals is None else "getal-kolom"


def _cell(row: pd.Series, column: Column) -> str:
    value = row[column.source]
    if column.decimals is None:
        return "–" if pd.isna(value) else escape(str(value))
    if pd.isna(value):
        return "–"
    decimals = int(row[column.places]) if column.places else column.decimals
    text = dutch.number(float(value), decimals)
    if column.low and column.high and not (math.isfinite(row[column.low]) and math.isfinite(row[column.high])):
        text += " (geen grens)"
    elif column.low and column.high:
        text += f" ({dutch.interval(float(row[column.low]), float(row[column.high]), column.decimals)})"
    return text


@dataclass(frozen=True)
class Evidence:
    """Entries of the evidence register as a Markdown table, so that its sources are real references."""

    name: str
    data: pd.DataFrame

    def markdown(self) -> str:
        """One row per finding: what, which direction, how strong the study, where it stands."""
        lines = ["| Instrument | Wat is bekend | Richting | Graad | Bron |", "|:--|:--|:--|:-:|:--|"]
        for _, row in self.data.iterrows():
            cells = (row.instrument, row.bevinding, row.richting, row.graad, f"{{cite:t}}`{row.bron}`")
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/markdown": self.markdown(), "text/plain": f"Tabel {self.name}",
                DATA_MIME: data_record(self.name, self.data.reset_index())}  # fmt: skip
