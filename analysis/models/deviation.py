"""Afwijking van verwachting, the measure of veerkracht: how much safer or less safe a buurt is than buurten of its city
with the same burden.

It says nothing about why. It is never regressed on context afterwards: that is what the joint model is for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.choices import INCOME_MEASURES, YEARS, Choices
from analysis.measures.sample import select
from analysis.models.spline import DEGREES, Spline

DRAWS = 500

# The two measures of very low income; the third, the lowest 40 %, is dominated by students in university cities.
BURDENS = ("sociaal_minimum", "laag_inkomen")

# A buurt gets a type only where the type holds in this share of the draws (research design, section 3).
CERTAIN = 0.9

# With fewer buurten than this a city has no curve of its own.
FEWEST_BUURTEN = 4 * (DEGREES + 1)

TYPES = {
    (True, True): "meer belast, veiliger dan verwacht",
    (True, False): "meer belast, minder veilig dan verwacht",
    (False, True): "minder belast, veiliger dan verwacht",
    (False, False): "minder belast, minder veilig dan verwacht",
}
UNDECIDED = "niet te onderscheiden"
TYPE_ORDER = (*TYPES.values(), UNDECIDED)

# Limits of the 95 % interval over the draws.
LIMITS = (0.025, 0.975)


def deviations(buurten: pd.DataFrame, choices: Choices, draws: int = DRAWS) -> pd.DataFrame:
    """The deviation of every buurt of one city, with its interval and type.

    Each draw takes one of the years (2014, 2018, 2020), one of the two measures of very low income, and a resample of
    the city's wijken, fits the curve of the city, and lays every buurt beside it. The interval so holds model error,
    change from year to year, and the choice of the measure of burden.

    Args:
        buurten: of one city, the dataset's table.
        choices: settled choices: cut, year and income measure of the central estimate, seed.
        draws: number of draws.

    Returns:
        Per buurt: `belasting` (%), `uitkomst`, `afwijking` (LBM points), `laag`, `hoog` (95 %), `zeker` (share of
        the draws in which the most frequent type holds) and `type`. Empty where the city has too few buurten.
    """
    central = select(buurten, choices)
    if len(central) < FEWEST_BUURTEN:
        empty = central.iloc[:0]
        return empty.assign(afwijking=0.0, laag=0.0, hoog=0.0, zeker=0.0, type="")
    residuals, burdened = _draw(buurten.loc[central.index], choices, draws)
    out = central[["buurtnaam", "wijkcode", "gewicht", "belasting", "uitkomst"]].copy()
    out["afwijking"] = _Reading(central.belasting, central.uitkomst, central.gewicht).residuals(np.ones(len(central)))
    out["laag"], out["hoog"] = np.nanquantile(residuals, LIMITS, axis=0)
    share = _type_shares(residuals, burdened).set_axis(out.index)
    out["zeker"] = share.max(axis=1)
    out["type"] = share.idxmax(axis=1).where(out.zeker >= CERTAIN, UNDECIDED)
    return out


class _Reading:
    """One year and one measure of burden for the buurten of a city, ready to be fitted many times.

    Args:
        burden, outcome, weight: per buurt; a missing burden or outcome leaves the buurt out.
    """

    def __init__(self, burden: pd.Series, outcome: pd.Series, weight: pd.Series) -> None:
        self.known = (burden.notna() & outcome.notna()).to_numpy()
        x = burden.to_numpy(float)[self.known]
        self._outcome = outcome.to_numpy(float)[self.known]
        self._weight = weight.to_numpy(float)[self.known]
        self._design = Spline(x).basis(x)
        self.burdened = x > _weighted_median(x, self._weight)

    def residuals(self, times: np.ndarray) -> np.ndarray:
        """Outcome minus the city's curve, fitted with weights inhabitants × times drawn, for the known buurten."""
        root = np.sqrt(self._weight * times)
        coefficients, *_ = np.linalg.lstsq(self._design * root[:, None], self._outcome * root, rcond=None)
        return self._outcome - self._design @ coefficients


def _draw(buurten: pd.DataFrame, choices: Choices, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Residuals and burdened-or-not per draw and buurt, shapes (draws, n); NaN where a draw's figures are missing."""
    random = np.random.default_rng(choices.zaad)
    wijk, names = pd.factorize(buurten.wijkcode)
    readings = [
        _Reading(buurten[INCOME_MEASURES[measure].column], buurten[f"onv_{year}"], buurten.inwoners_2017)
        for year in YEARS for measure in BURDENS
    ]  # fmt: skip
    residuals = np.full((draws, len(buurten)), np.nan)
    burdened = np.full((draws, len(buurten)), np.nan)
    for draw in range(draws):
        reading = readings[random.integers(len(readings))]
        times = np.bincount(random.integers(len(names), size=len(names)), minlength=len(names))
        residuals[draw, reading.known] = reading.residuals(times[wijk[reading.known]])
        burdened[draw, reading.known] = reading.burdened
    return residuals, burdened


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def _type_shares(residuals: np.ndarray, burdened: np.ndarray) -> pd.DataFrame:
    """Per buurt the share of the draws in which each type holds."""
    known = np.isfinite(residuals)
    total = known.sum(axis=0)
    shares = {
        name: ((burdened == high) & (residuals > 0 if safer else residuals <= 0) & known).sum(axis=0) / total
        for (high, safer), name in TYPES.items()
    }
    return pd.DataFrame(shares)


def type_shares(table: pd.DataFrame) -> pd.Series:
    """Share of the inhabitants (%) that live in buurten of each type."""
    weight = table.groupby("type").gewicht.sum().reindex(TYPE_ORDER, fill_value=0)
    return 100 * weight / weight.sum()
