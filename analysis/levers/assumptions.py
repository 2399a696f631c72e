"""What a scenario takes for granted: each assumption with its value, its reason, and what others might hold."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import MEANINGS, REFERENCE, Choices
from analysis.dutch import number
from analysis.errors import InvalidInput

# In the research design: seven of every hundred households leave their dwelling in a year. No open source was found.
TURNOVER = 7.0

# Percentage of the households that come to live in a new dwelling of this kind and are at or around the social minimum.
# Declared, not measured: incomes of newcomers are in no open figure. `compared` lays buurten of Amsterdam beside them.
SOCIAL, MIDDLE = 30.0, 3.0

# What others might hold: every scenario is also worked out at these values.
OTHERS = {"doorstroming": (4.0, 10.0), "sociale_huur": (20.0, 40.0), "middenhuur": (0.0, 10.0)}

# A buurt is nearly all of one tenure from this share of its dwellings (%).
NEARLY_ALL = 80.0


@dataclass(frozen=True)
class Assumptions:
    """The declared assumptions, all in percent.

    Attributes:
        doorstroming: households that move out in a year, of all households.
        sociale_huur: very low incomes among those who come to, or leave, a social rented dwelling.
        middenhuur: very low incomes among those who come to a mid-priced rented dwelling.

    Raises:
        InvalidInput: for a value that is no percentage.
    """

    doorstroming: float = TURNOVER
    sociale_huur: float = SOCIAL
    middenhuur: float = MIDDLE

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value <= 100:
                raise InvalidInput(f"Aanname {name!r} is {number(value, 1)} %, maar moet tussen 0 en 100 % liggen.")

    def renewed(self, years: int) -> float:
        """Share (0 to 1) of the dwellings that has changed hands after so many years."""
        return 1 - (1 - self.doorstroming / 100) ** years

    def others(self) -> dict[str, Assumptions]:
        """The same with one assumption at another value, by what was changed."""
        return {
            f"{MEANINGS[name]}: {number(value)} %": dataclasses.replace(self, **{name: value})
            for name, values in OTHERS.items()
            for value in values
        }


def compared(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Amsterdam buurten with nearly one tenure: what share of all their households is at or around the social minimum.

    It is a comparison of buurten, not of tenants, and the households that live there are not those that come.

    Returns:
        Per tenure: `buurten` and `belasting` (%, mean over inhabitants; NaN where there is no such buurt).
    """
    own = buurten[(buurten.gemeentecode == REFERENCE) & (buurten.inwoners_2017 >= choices.ondergrens)]
    own = own.dropna(subset=[choices.income.column])
    kinds = {
        "corporatie": "pct_corporatie_2017",
        "koop": "pct_koop_2017",
        "particuliere huur": "pct_particuliere_huur_2017",
    }
    rows = {}
    for kind, column in kinds.items():
        part = own[own[column] >= NEARLY_ALL]
        mean = np.average(part[choices.income.column], weights=part.inwoners_2017) if len(part) else np.nan
        rows[kind] = {"buurten": len(part), "belasting": float(mean)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("eigendom")
