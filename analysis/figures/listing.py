"""A table too long for the page of a city: a line that leads to it, with the data for the builder and for the reader."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from analysis import dutch
from analysis.choices import Choices
from analysis.figures.output import DATA_MIME, data_record

# The page where the buurten of a gemeente stand on a map and in a table; its address ends with the gemeente.
FINDER_PAGE = "vind-uw-buurt"


@dataclass(frozen=True)
class Listing:
    """All buurten of a city, shown as one line.

    Attributes:
        name: of its CSV.
        data: of `measures.neighbourhoods`, per buurtcode.
        choices: settled choices, for the city.
    """

    name: str
    data: pd.DataFrame
    choices: Choices

    def html(self) -> str:
        """A link to the buurten on the map and in a table, and one to their CSV. On paper the line says nothing, so it stays out."""
        text = f"{dutch.sentence_case(dutch.share(len(self.data), len(self.data), 'buurt'))} van {self.choices.gemeente}: op de kaart en in een tabel"
        return (
            f'<p class="vk-alle-buurten"><a href="{FINDER_PAGE}.html#{self.choices.gemeentecode}">{escape(text)}</a> · '
            f'<a href="_static/cijfers/{self.name}.csv" download>Cijfers (CSV)</a></p>'
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/html": self.html(),
            "text/plain": f"Lijst {self.name}",
            DATA_MIME: data_record(self.name, self.data.reset_index()),
        }
