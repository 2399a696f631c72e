"""Afwijking van verwachting, the measure of veerkracht: how much safer or less safe a buurt is than buurten of its city
with the same burden.

It says nothing about why. It is never regressed on context afterwards: that is what the joint model is for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.choices import INCOME_MEASURES, YEARS, Choices
from analysis.errors import InvalidInput
from analysis.measures.sample import FEWEST_FOR_CHAPTER, of_city, select
from analysis.models.spline import Spline

DRAWS = 500

# The two measures of very low income; the third, the lowest 40 %, is dominated by students in university cities.
BURDENS = ("sociaal_minimum", "laag_inkomen")

# A buurt gets a type only where the type holds in this share of the draws (research design, section 3).
CERTAIN = 0.9

# With fewer buurten than this a city has no curve of its own.
FEWEST_BUURTEN = FEWEST_FOR_CHAPTER

TYPES = {
    (True, True): "veel lage inkomens, veiliger dan verwacht",
    (True, False): "veel lage inkomens, minder veilig dan verwacht",
    (False, True): "weinig lage inkomens, veiliger dan verwacht",
    (False, False): "weinig lage inkomens, minder veilig dan verwacht",
}
UNDECIDED = "niet te onderscheiden"
TYPE_ORDER = (*TYPES.values(), UNDECIDED)

# Limits of the 95 % interval over the draws.
LIMITS = (0.025, 0.975)


def deviations(buurten: pd.DataFrame, choices: Choices, draws: int = DRAWS) -> pd.DataFrame:
    """The lasting deviation of every buurt of one city, with its interval, rank and type.

    A buurt's deviation is its mean over the years (2014, 2018, 2020), shrunk towards 0 as far as buurten of this city
    change from year to year: what is new every year is no deviation. Each draw takes one measure of very low income and
    a resample of the city's wijken, fits the curve of the city in every year, lays every buurt beside it, and adds the
    year-to-year noise that the shrinkage leaves. The interval so holds model error, change from year to year, and the
    choice of the measure of burden; and a type that holds in 90 % of the draws is right nine times in ten.

    Args:
        buurten: the dataset's table, all gemeenten or one; the buurten of the chosen gemeente are taken from it.
        choices: settled choices: gemeente, cut, income measure of the central estimate, seed; the year only for `uitkomst`.
        draws: number of draws.

    Returns:
        Per buurt: `belasting` (%), `uitkomst`, `afwijking` (LBM points), `laag`, `hoog` (95 %), `rang` (1 is least safe
        compared with what was expected), `rang_laag`, `rang_hoog` (95 %), `zeker` (share of the draws in which the most
        frequent type holds) and `type`. Empty where the city has too few buurten.

    Raises:
        InvalidInput: where the table has no buurt of the chosen gemeente.
    """
    own = of_city(buurten, choices.gemeentecode)
    if not len(own):
        raise InvalidInput(f"In deze tabel staat geen buurt van {choices.gemeente} ({choices.gemeentecode}).")
    central = select(own, choices)
    if len(central) < FEWEST_BUURTEN:
        empty = central.iloc[:0]
        return empty.assign(afwijking=0.0, laag=0.0, hoog=0.0, rang=0, rang_laag=0, rang_hoog=0, zeker=0.0, type="")
    part = own.loc[central.index]
    measures = [_Measure(part, measure) for measure in dict.fromkeys((choices.inkomensmaat, *BURDENS))]
    yearly = measures[0].residuals(np.ones(len(part)))
    kept = _Shrinkage(yearly)
    lasting, burdened = _draw([one for one in measures if one.readings], kept, part.wijkcode, choices.zaad, draws)
    out = central[["buurtnaam", "wijkcode", "gewicht", "belasting", "uitkomst"]].copy()
    out["afwijking"] = kept.share * np.nanmean(yearly, axis=0)
    out["laag"], out["hoog"] = np.nanquantile(lasting, LIMITS, axis=0)
    out["rang"] = out.afwijking.rank().astype(int)
    out["rang_laag"], out["rang_hoog"] = np.nanquantile(_ranks(lasting), LIMITS, axis=0).round().astype(int)
    share = _type_shares(lasting, burdened).set_axis(out.index)
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

    def residuals(self, times: np.ndarray) -> np.ndarray:
        """Outcome minus the city's curve, fitted with weights inhabitants × times drawn; NaN for unknown buurten."""
        root = np.sqrt(self._weight * times[self.known])
        coefficients, *_ = np.linalg.lstsq(self._design * root[:, None], self._outcome * root, rcond=None)
        out = np.full(len(self.known), np.nan)
        out[self.known] = self._outcome - self._design @ coefficients
        return out


class _Measure:
    """One measure of burden for the buurten of a city: a reading for every year that enough of them have.

    Attributes:
        readings: one per year.
        burdened: 1 where the burden lies above the middle buurt (by inhabitants), 0 where not, NaN where unknown.
    """

    def __init__(self, buurten: pd.DataFrame, measure: str) -> None:
        burden = buurten[INCOME_MEASURES[measure].column]
        outcomes = [buurten[f"onv_{year}"] for year in YEARS]
        enough = [outcome for outcome in outcomes if (outcome.notna() & burden.notna()).sum() >= FEWEST_BUURTEN]
        self.readings = [_Reading(burden, outcome, buurten.inwoners_2017) for outcome in enough]
        known = burden.dropna()
        middle = _weighted_median(known.to_numpy(float), buurten.inwoners_2017[known.index].to_numpy(float))
        self.burdened = (burden > middle).where(burden.notna()).to_numpy(float)

    def residuals(self, times: np.ndarray) -> np.ndarray:
        """Residuals per year with the buurten drawn so many times, shape (years, n)."""
        return np.array([reading.residuals(times) for reading in self.readings])


class _Shrinkage:
    """How much of a buurt's mean deviation lasts, by analysis of variance over years (empirical Bayes).

    Args:
        yearly: residuals, shape (years, n).

    Attributes:
        share: of the mean that lasts, 0 to 1, shape (n,). noise: standard deviation of what is left, shape (n,). With
            a single year nothing can be said of change: the share is then 1 and the noise 0.
    """

    def __init__(self, yearly: np.ndarray) -> None:
        count = np.isfinite(yearly).sum(axis=0)
        means = np.nanmean(yearly, axis=0)
        freedom = np.sum(np.maximum(count - 1, 0))
        within = np.nansum((yearly - means) ** 2) / freedom if freedom else 0.0
        lasting = max(float(np.var(means, ddof=1) - np.mean(within / count)), 0.0)
        self.share = np.ones(len(means)) if not within else lasting / (lasting + within / count)
        self.noise = np.sqrt(self.share * within / count)


def _draw(
    measures: list[_Measure], kept: _Shrinkage, wijken: pd.Series, seed: int, draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lasting deviation and burdened-or-not per draw and buurt, shapes (draws, n); NaN where a draw's figures miss."""
    random = np.random.default_rng(seed)
    wijk, names = pd.factorize(wijken)
    lasting, burdened = np.full((2, draws, len(wijk)), np.nan)
    for draw in range(draws):
        chosen = measures[random.integers(len(measures))]
        times = np.bincount(random.integers(len(names), size=len(names)), minlength=len(names))[wijk]
        yearly = chosen.residuals(times)
        known = np.isfinite(yearly).any(axis=0)
        noise = kept.noise * random.standard_normal(len(wijk))
        lasting[draw, known] = kept.share[known] * np.nanmean(yearly[:, known], axis=0) + noise[known]
        burdened[draw] = chosen.burdened
    return lasting, burdened


def _ranks(residuals: np.ndarray) -> np.ndarray:
    """Rank of each buurt within its draw, scaled to all buurten where a draw misses some; shape (draws, n)."""
    known = np.isfinite(residuals).sum(axis=1, keepdims=True)
    return stats.rankdata(residuals, axis=1, nan_policy="omit") * residuals.shape[1] / known


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def _type_shares(residuals: np.ndarray, burdened: np.ndarray) -> pd.DataFrame:
    """Per buurt the share of the draws in which each type holds."""
    known = np.isfinite(residuals) & np.isfinite(burdened)
    total = np.maximum(known.sum(axis=0), 1)
    shares = {
        name: ((burdened == high) & (residuals > 0 if safer else residuals < 0) & known).sum(axis=0) / total
        for (high, safer), name in TYPES.items()
    }
    return pd.DataFrame(shares)


def type_shares(table: pd.DataFrame) -> pd.Series:
    """Share of the inhabitants (%) that live in buurten of each type."""
    weight = table.groupby("type").gewicht.sum().reindex(TYPE_ORDER, fill_value=0)
    return 100 * weight / max(weight.sum(), 1)
