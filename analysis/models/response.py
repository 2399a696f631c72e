"""How the outcome goes with the burden: the straight slope, the curve, and which of the two predicts unseen wijken better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.sample import FEWEST_FOR_CHAPTER, one_city
from analysis.models.spline import Spline, line
from analysis.models.wls import FEWEST_CLUSTERS, fit, weighted_sd

# Wijken are held out in this many groups when curve and line compete.
FOLDS = 10

# The curve is drawn between these quantiles of the burden: beyond them there are hardly any buurten.
SUPPORT = (0.01, 0.99)


@dataclass(frozen=True)
class Slope:
    """A weighted least-squares slope: outcome per percentage point of burden, with its 95 % interval.

    Attributes:
        value, low, high, error: slope, limits and standard error.
        intercept: predicted outcome at a burden of 0 %.
        r2: share of the weighted variance that the line carries.
        n: buurten. clusters: wijken. errors: "wijk" (clustered) or "HC3".
        outcome_sd: weighted standard deviation of the outcome, to compare outcomes with.
    """

    value: float
    low: float
    high: float
    error: float
    intercept: float
    r2: float
    n: int
    clusters: int
    errors: str
    outcome_sd: float


# Through fewer buurten than this no line is drawn.
FEWEST_BUURTEN = 10


def slope_if_known(sample: pd.DataFrame) -> Slope | None:
    """The slope with errors by wijk, or nothing where too few buurten have the outcome."""
    return slope(sample, errors="wijk") if len(sample) >= FEWEST_BUURTEN else None


def curve_if_known(sample: pd.DataFrame, seed: int) -> Curve | None:
    """The curve, or nothing where too few buurten have the outcome for its degrees of freedom."""
    return curve(sample, seed) if len(sample) >= FEWEST_FOR_CHAPTER else None


def slope(sample: pd.DataFrame, weighted: bool = True, errors: str = "HC3") -> Slope:
    """Regress `uitkomst` on `belasting`.

    Args:
        sample: result of `measures.sample.select`, one city.
        weighted: weights are inhabitants (`gewicht`); otherwise every buurt counts once.
        errors: "HC3", or "wijk" for errors clustered by wijk (HC3 where there are too few wijken).
    """
    one_city(sample, "Een helling")
    weights = sample.gewicht if weighted else pd.Series(1.0, index=sample.index)
    clusters = sample.wijkcode.nunique()
    by_wijk = errors == "wijk" and clusters >= FEWEST_CLUSTERS
    found = fit(line(sample.belasting), sample.uitkomst, weights, sample.wijkcode if by_wijk else None)
    low, high = found.conf_int()[1]
    spread = weighted_sd(sample.uitkomst, weights)
    return Slope(
        float(found.params[1]), float(low), float(high), float(found.bse[1]), float(found.params[0]), float(found.rsquared),
        len(sample), clusters, "wijk" if by_wijk else "HC3", spread,
    )  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """The response curve.

    Attributes:
        grid: burden (%), `curve`, `low`, `high` (95 % interval) and `line`, over the support of the data.
        r2_curve, r2_line: share of the variance in held-out wijken that each predicts; below 0 is worse than the mean.
        n: buurten.
    """

    grid: pd.DataFrame
    r2_curve: float
    r2_line: float
    n: int


def curve(sample: pd.DataFrame, seed: int, points: int = 80) -> Curve:
    """Fit a natural spline of burden, weighted by inhabitants, with errors clustered by wijk.

    Args:
        sample: result of `measures.sample.select`, one city.
        seed: of the division of wijken into held-out groups.
        points: of the grid.
    """
    one_city(sample, "Een gebogen lijn")
    x = sample.belasting.to_numpy(float)
    spline = Spline(x)
    found = fit(spline.basis(x), sample.uitkomst, sample.gewicht, sample.wijkcode)
    at = np.linspace(*np.quantile(x, SUPPORT), points)
    predicted = found.get_prediction(spline.basis(at)).summary_frame()
    straight = fit(line(x), sample.uitkomst, sample.gewicht)
    grid = pd.DataFrame({
        "belasting": at, "curve": predicted["mean"], "low": predicted["mean_ci_lower"],
        "high": predicted["mean_ci_upper"], "line": straight.predict(line(at)),
    })  # fmt: skip
    return Curve(grid, held_out_r2(sample, spline.basis, seed), held_out_r2(sample, line, seed), len(sample))


def held_out_r2(sample: pd.DataFrame, basis: Callable[[np.ndarray], np.ndarray], seed: int) -> float:
    """Share of the weighted variance predicted in wijken that the fit has not seen.

    Args:
        sample: result of `measures.sample.select`.
        basis: design matrix by burden.
        seed: of the division of wijken into groups.
    """
    wijken = pd.factorize(sample.wijkcode)[0]
    shuffled = np.random.default_rng(seed).permutation(wijken.max() + 1)
    fold = shuffled[wijken] % FOLDS
    x, y, w = (sample[column].to_numpy(float) for column in ("belasting", "uitkomst", "gewicht"))
    design, predicted = basis(x), np.empty_like(y)
    for held_out in np.unique(fold):
        seen = fold != held_out
        root = np.sqrt(w[seen])[:, None]
        coefficients, *_ = np.linalg.lstsq(design[seen] * root, y[seen] * root[:, 0], rcond=None)
        predicted[~seen] = design[~seen] @ coefficients
    centre = np.average(y, weights=w)
    return float(1 - np.sum(w * (y - predicted) ** 2) / np.sum(w * (y - centre) ** 2))
