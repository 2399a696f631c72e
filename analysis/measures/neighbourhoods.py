"""What is told of every buurt, one by one: its figures, and in a big city its deviation from what was expected."""

from __future__ import annotations

import pandas as pd

from analysis.errors import InvalidInput
from analysis.measures.sample import REGISTER_CUT, STEADY, crime_rate, crimes

CRIME_RATE = "misdrijven_per_1000"

FIGURES = (
    "buurtnaam", "wijkcode", "inwoners_2017", "pct_sociaal_minimum_2017", "onv_2014", "onv_2018", "onv_2020",
    CRIME_RATE, "pct_corporatie_2017",
)  # fmt: skip

DEVIATION = ("afwijking", "laag", "hoog", "rang", "rang_laag", "rang_hoog", "type", "zeker")


def figures(buurten: pd.DataFrame) -> pd.DataFrame:
    """The figures of buurten, also of those that no model uses.

    Args:
        buurten: the dataset's table, all gemeenten or one.

    Returns:
        `FIGURES` per buurtcode. Registered crimes are per year and 1,000 residents of 2024, where the buurt has about the size it had
        in 2017 (`STEADY`) and enough residents for a rate (`REGISTER_CUT`).
    """
    known = buurten.verhouding_2024_2017.between(*STEADY) & (buurten.inwoners_2024 >= REGISTER_CUT)
    rate = crime_rate(crimes(buurten), buurten.inwoners_2024.where(known))
    return buurten.assign(**{CRIME_RATE: rate})[list(FIGURES)]


def _check_same_city(own: pd.DataFrame, deviations: pd.DataFrame, gemeentecode: str) -> None:
    if not deviations.index.isin(own.index).all():
        raise InvalidInput(f"Deze afwijkingen horen niet bij de buurten van {gemeentecode}.")


def of_city(buurten: pd.DataFrame, gemeentecode: str, deviations: pd.DataFrame) -> pd.DataFrame:
    """The figures of all buurten of one city, with their deviations beside them.

    Args:
        buurten: the dataset's table.
        gemeentecode: of the city.
        deviations: of `models.deviation.deviations` or `levers.sheet.Sheet`; of a small city without interval or rank.

    Returns:
        `figures` with the columns of `DEVIATION`, empty for buurten without a deviation.

    Raises:
        InvalidInput: for deviations of another city.
    """
    own = buurten[buurten.gemeentecode == gemeentecode]
    _check_same_city(own, deviations, gemeentecode)
    return figures(own).join(deviations.reindex(columns=list(DEVIATION)))
