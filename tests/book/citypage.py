"""The page of a city as the finder needs it: with the table of all its buurten, and without the rest."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.choices import settle
from analysis.dataset import store
from analysis.figures import lever_tables
from analysis.figures.output import DATA_MIME
from analysis.levers.priority import NAMED
from analysis.measures import sample
from analysis.models.deviation import deviations
from analysis.publication.build import page_name
from analysis.publication.staging import Chapter

# Enough for an interval; the numbers themselves are not what these tests are about.
DRAWS = 40

KEY_FIGURES = {
    "name": "kerncijfers",
    "csv": "wat,stad,midden,plaats,decimalen\nInwoners (2017),343038,160000,4 van 31,0\nKoopwoningen (%),,45.5,–,0\n",
}


def start(found: pd.DataFrame) -> dict[str, str]:
    """The buurten to start with: as on the real page those with more very low incomes than the city, of one year only."""
    burdened = found[found.belasting > np.average(found.belasting, weights=found.gewicht)]
    return {"name": "begin", "csv": burdened.nsmallest(NAMED, "uitkomst").to_csv()}


@cache
def city_page(gemeente: str) -> Chapter:
    """An executed page of a city with one cell."""
    buurten = sample.prepare(store.read("buurten"))
    choices = settle({"gemeente": gemeente}, store.read("gemeenten"))
    found = deviations(sample.of_city(buurten, choices.gemeentecode), choices, DRAWS)
    listing = lever_tables.all_buurten("buurten", buurten, found, choices)
    shown = (listing._repr_mimebundle_(), {DATA_MIME: KEY_FIGURES}, {DATA_MIME: start(found)})
    outputs = [new_output("display_data", one) for one in shown]
    notebook = new_notebook(cells=[new_code_cell("x", outputs=outputs)])
    page = page_name("stad", gemeente)
    return Chapter(page, "stad", choices.gemeentecode, choices, notebook, "stadsblad")
