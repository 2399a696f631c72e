"""Where the pressure is: per city the burden, and the share of inhabitants in buurten of each type."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from analysis.choices import Choices
from analysis.measures.sample import of_city, select
from analysis.models.deviation import FEWEST_BUURTEN, TYPE_ORDER, deviations, type_shares


def by_city(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Need of each big city.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.

    Returns:
        Per gemeentecode: `gemeente`, `belasting` (mean over inhabitants, %), `n` buurten, and for each type the share
        of the inhabitants (%). Cities with too few buurten for a curve of their own are left out.
    """
    rows = {}
    for code, city in cities.iterrows():
        here = dataclasses.replace(choices, gemeente=city.gemeentenaam, gemeentecode=code)
        sample = select(of_city(buurten, code), here)
        if len(sample) < FEWEST_BUURTEN:
            continue
        shares = type_shares(deviations(buurten, here))
        burden = np.average(sample.belasting, weights=sample.gewicht)
        rows[code] = {"gemeente": city.gemeentenaam, "belasting": burden, "n": len(sample), **shares}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


def pressed(need: pd.DataFrame) -> pd.Series:
    """Share of inhabitants in buurten that are more burdened and less safe than expected: where pressure meets need."""
    return need[TYPE_ORDER[1]]


def shares(need: pd.DataFrame) -> pd.DataFrame:
    """The shares by type alone, per gemeente, from most to least inhabitants under pressure."""
    ordered = need.loc[pressed(need).sort_values(ascending=False).index]
    return ordered.set_index("gemeente")[list(TYPE_ORDER)]
