"""Why a city is safer or less safe than the reference on average: what of the difference goes with what.

A bookkeeping of two averages, not an explanation: each term says what would differ if only that part did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.choices import REFERENCE, Choices
from analysis.measures.sample import of_cities, of_city, select
from analysis.models.cities import FEWEST_BUURTEN
from analysis.models.derivative import SHARED
from analysis.models.spline import Spline
from analysis.models.wls import fit

# The level of a city is read at this burden (%) and this size of buurt (inhabitants): near the medians of the big
# cities, and inside every city's own range. The split between level and the other terms depends on them.
REFERENCE_BURDEN = 8.0
REFERENCE_SIZE = 2000.0

# One bend, and straight outside the burden that the cities share. With four degrees the end of the curve rests on a single
# buurt in five cities (leverage 1), where no error can be had from it (tried: the error in Ede was 80 LBM points).
DEGREES = 2

DIFFERENCE, BURDEN, SHAPE, LEVEL, SIZE = (
    "verschil",
    "zeer lage inkomens",
    "vorm van de curve",
    "niveau",
    "omvang van buurten",
)
TERMS = (BURDEN, SHAPE, LEVEL, SIZE)


def decompose(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> pd.DataFrame:
    """Split each city's difference from the reference in weighted mean outcome into four terms that sum to it.

    In each city the outcome is a + f(burden) + g × log inhabitants, with one spline basis for all (see `common_spline`),
    centred at `REFERENCE_BURDEN` and `REFERENCE_SIZE`. With means over inhabitants B (basis) and S
    (log size), of the city (c) and the reference (r):

    - zeer lage inkomens: (B_c - B_r) · f_r, the reference's curve along the city's burden;
    - vorm van de curve: B_c · (f_c - f_r), along the city's own burden, so that no curve is read where it has no data;
    - niveau: a_c - a_r;
    - omvang van buurten: S_c g_c - S_r g_r.

    Args:
        buurten: the dataset's table.
        cities: rows of `gemeenten`, indexed by gemeentecode, the reference among them.
        choices: settled choices.
        cut: fewest inhabitants of a buurt.
        outcome: column; the choices' own when left out.

    Returns:
        A row per city and term: `gemeentecode`, `gemeente`, `term` (`DIFFERENCE` and `TERMS`), `value`, `low`, `high`
        (95 %), `error`, `n`. Errors follow from the covariances of both cities' coefficients (clustered by wijk, or
        HC3); all buurten of a city are there, so that the means of burden and size are taken as known.
    """
    pooled = select(of_cities(buurten, cities), choices, cut, outcome)
    spline = common_spline(pooled)
    samples = {code: of_city(pooled, code) for code in cities.index}
    fits = {code: _fit(sample, spline) for code, sample in samples.items() if len(sample) >= FEWEST_BUURTEN}
    reference = fits.pop(REFERENCE)
    tables = [
        _compare(city, reference).assign(gemeentecode=code, gemeente=cities.gemeentenaam[code], n=city.n)
        for code, city in fits.items()
    ]
    columns = ["gemeentecode", "gemeente", "term", "value", "low", "high", "error", "n"]
    return pd.concat(tables, ignore_index=True)[columns]


def common_spline(pooled: pd.DataFrame) -> Spline:
    """The basis for all cities: knots at quantiles of the burden of all buurten, the outer ones at `SHARED`."""
    return Spline(pooled.belasting.clip(*pooled.belasting.quantile(list(SHARED))), DEGREES)


@dataclass(frozen=True)
class _Fit:
    """Coefficients (constant, curve, size), their covariance, the weighted means of the design, and the degrees of freedom
    of the t."""

    coefficients: np.ndarray
    covariance: np.ndarray
    means: np.ndarray
    df: float
    n: int


def _fit(sample: pd.DataFrame, spline: Spline) -> _Fit:
    basis = spline.basis(sample.belasting) - spline.basis(np.array([REFERENCE_BURDEN]))
    size = np.log(sample.gewicht.to_numpy(float) / REFERENCE_SIZE)
    design = np.column_stack([np.ones(len(sample)), basis[:, 1:], size])
    found = fit(design, sample.uitkomst, sample.gewicht, sample.wijkcode)
    means = np.average(design, axis=0, weights=sample.gewicht)
    df = getattr(found, "df_resid_inference", None) or found.df_resid
    return _Fit(found.params, found.cov_params(), means, float(df), len(sample))


def _compare(city: _Fit, reference: _Fit) -> pd.DataFrame:
    """All terms at once: each is a linear functional of the city's and the reference's coefficients, shape (5, k)."""
    k = len(city.means)
    of_curve, of_level, of_size = np.arange(1, k - 1), 0, k - 1
    ours, theirs = np.zeros((5, k)), np.zeros((5, k))
    ours[0], theirs[0] = city.means, -reference.means
    theirs[1, of_curve] = (city.means - reference.means)[of_curve]
    ours[2, of_curve], theirs[2, of_curve] = city.means[of_curve], -city.means[of_curve]
    ours[3, of_level], theirs[3, of_level] = 1, -1
    ours[4, of_size], theirs[4, of_size] = city.means[of_size], -reference.means[of_size]
    value = ours @ city.coefficients + theirs @ reference.coefficients
    variance = np.einsum("ij,jk,ik->i", ours, city.covariance, ours)
    variance += np.einsum("ij,jk,ik->i", theirs, reference.covariance, theirs)
    error = np.sqrt(variance)
    reach = stats.t.ppf(0.975, min(city.df, reference.df)) * error
    return pd.DataFrame(
        {"term": [DIFFERENCE, *TERMS], "value": value, "low": value - reach, "high": value + reach, "error": error}
    )
