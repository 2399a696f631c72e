"""Households per buurt, which the open table lacks: an estimate from the wijk's persons per dwelling, with its error.

Every household is taken to have a dwelling of its own. A scenario counts households, so that one who does not come to
one buurt is seen to live in another.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.choices import REFERENCE

# A wijk outside these has a home, a barracks or a building site in it: its persons per dwelling say nothing of a household.
PERSONS_PER_DWELLING = (1.2, 4.0)

# The error is read in buurten of this size and up, those that the figures are about.
FEWEST_INHABITANTS = 500

# Half the distance between these quantiles is one standard error, untouched by a few buurten that were being built.
MIDDLE = (0.16, 0.84)


def estimate(buurten: pd.DataFrame, wijken: pd.DataFrame) -> pd.DataFrame:
    """Estimate the households of every buurt: inhabitants of 2017 over the persons per dwelling of its wijk in 2022.

    Args:
        buurten: the dataset's table.
        wijken: the dataset's table.

    Returns:
        Per buurt `huishoudens` (NaN without inhabitants), `huishoudens_fout` (relative standard error) and
        `huishoudens_uit` ("wijk", or "gemeente" where the wijk has no usable figure).
    """
    per_wijk = _persons_per_dwelling(wijken.inwoners_2022, wijken.woningen_2022)
    totals = wijken[per_wijk.notna()].groupby("gemeentecode")[["inwoners_2022", "woningen_2022"]].sum()
    per_gemeente = totals.inwoners_2022 / totals.woningen_2022
    national = totals.inwoners_2022.sum() / totals.woningen_2022.sum()
    own = buurten.wijkcode.map(per_wijk)
    wider = buurten.gemeentecode.map(per_gemeente).fillna(national)
    found = buurten.inwoners_2017.where(buurten.inwoners_2017 > 0) / own.fillna(wider)
    within = _spread(np.log(found / buurten.woningen_2017.where(buurten.woningen_2017 > 0))[_checkable(buurten)])
    between = _spread(np.log(per_wijk / wijken.gemeentecode.map(per_gemeente)))
    return pd.DataFrame({
        "huishoudens": found,
        "huishoudens_fout": np.where(own.notna(), within, np.hypot(within, between)),
        "huishoudens_uit": np.where(own.notna(), "wijk", "gemeente"),
    })  # fmt: skip


def checked(buurten: pd.DataFrame, wijken: pd.DataFrame) -> pd.DataFrame:
    """The estimate beside the dwellings that Amsterdam counted in 2017: the only place where it can be checked.

    Returns:
        Per buurt `huishoudens`, `woningen_2017` and `verhouding` (estimate over count).
    """
    known = buurten[_checkable(buurten)]
    found = estimate(buurten, wijken).huishoudens[known.index]
    return pd.DataFrame(
        {"huishoudens": found, "woningen_2017": known.woningen_2017, "verhouding": found / known.woningen_2017}
    )


def _checkable(buurten: pd.DataFrame) -> pd.Series:
    """Buurten of Amsterdam whose dwellings were counted."""
    return (
        (buurten.gemeentecode == REFERENCE)
        & (buurten.inwoners_2017 >= FEWEST_INHABITANTS)
        & (buurten.woningen_2017 > 0)
    )


def _persons_per_dwelling(inhabitants: pd.Series, dwellings: pd.Series) -> pd.Series:
    ratio = inhabitants / dwellings.where(dwellings > 0)
    return ratio.where(ratio.between(*PERSONS_PER_DWELLING))


def _spread(logs: pd.Series) -> float:
    """Half the distance between the middle quantiles: a standard error, for logs a relative one."""
    low, high = np.nanquantile(logs.to_numpy(float), MIDDLE)
    return float(high - low) / 2
