"""Does it hold in this city? A verdict by a rule that the research design fixed (4B), and the power that the city had."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.choices import REFERENCE, Choices
from analysis.measures.sample import of_cities, select
from analysis.models.wls import weighted_sd

HOLDS = "geldt"
DIRECTION = "geldt in richting"
NOT = "geldt niet"
UNDECIDED = "niet te zeggen"
VERDICTS = (HOLDS, DIRECTION, NOT, UNDECIDED)

# A difference in the outcome smaller than this share of its standard deviation, over this many percentage points of
# burden, is no difference (research design, 4B).
MARGIN_SD = 0.25
MARGIN_POINTS = 10

# A city with fewer buurten has no verdict, unless a simulation showed that its interval covers (research design, 4B).
FEWEST_BUURTEN = 30

CONFIDENCE = 0.95


def spread(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> float:
    """Standard deviation of the outcome over the buurten of the big cities, weighted by inhabitants."""
    sample = select(of_cities(buurten, cities), choices, cut, outcome)
    return weighted_sd(sample.uitkomst, sample.gewicht)


def verdicts(table: pd.DataFrame, outcome_sd: float, covers_small: bool = False) -> pd.DataFrame:
    """The verdict of each city but the reference.

    The ratio is the city's average derivative over that of the reference city, along the same part of the burden. Its
    interval is Fieller's, with Student's t at the smaller of the two degrees of freedom, and for each city the larger of
    its two errors (by wijk and HC3): with 20 to 40 wijken the first alone covers 85 to 93 % in these cities' own designs,
    the larger one about 95 %. The margin is a fixed
    difference in derivatives, `MARGIN_SD` × `outcome_sd` per `MARGIN_POINTS`, written as a ratio around 1 by dividing by
    the reference's derivative.

    Args:
        table: result of `derivative.derivatives`, the reference city among its cities.
        outcome_sd: result of `spread`.
        covers_small: a simulation showed that the interval of a city with fewer than `FEWEST_BUURTEN` buurten covers.

    Returns:
        Per gemeentecode: `gemeente`, `n`, `ratio`, `low`, `high` (infinite where the reference's own derivative is not
        certain), `margin` (the ratio may lie in 1 ± margin), `verdict`, and `power`: see `power`.
    """
    table = table.drop(index=REFERENCE, errors="ignore")
    critical = stats.t.ppf((1 + CONFIDENCE) / 2, np.minimum(table.df, table.reference_df))
    error = table[["error", "error_hc3"]].max(axis=1)
    reference_error = table[["reference_error", "reference_error_hc3"]].max(axis=1)
    low, high = fieller(table.value, error, table.reference, reference_error, critical)
    margin = MARGIN_SD * outcome_sd / MARGIN_POINTS / table.reference.abs()
    enough = np.full(len(table), True) if covers_small else table.n >= FEWEST_BUURTEN
    return pd.DataFrame({
        "gemeente": table.gemeente, "n": table.n, "ratio": table.value / table.reference, "low": low, "high": high,
        "margin": margin, "verdict": judge(low, high, margin, enough),
        "power": power(table.reference, error, reference_error, margin, critical),
    }, index=table.index)  # fmt: skip


def critical_value(degrees: float) -> float:
    """Student's t that an estimate of so many degrees of freedom has to pass, two-sided."""
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees))


def fieller(
    value: np.ndarray, error: np.ndarray, reference: np.ndarray, reference_error: np.ndarray, critical: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fieller's interval for value / reference, two independent estimates with their errors.

    It holds every ratio r that (value - r × reference)² <= critical² (error² + r² reference_error²) does not refute.
    Where the reference itself is not certain to differ from 0, that set has no two ends: the limits are infinite.

    Args:
        value, error, reference, reference_error, critical: shape (n,).

    Returns:
        Lower and upper limits, shape (n,).
    """
    value, error, reference, reference_error, critical = map(
        np.asarray, (value, error, reference, reference_error, critical)
    )
    square = reference**2 - (critical * reference_error) ** 2
    constant = value**2 - (critical * error) ** 2
    certain = square > 0
    centre = value * reference
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.sqrt(centre**2 - square * constant)
        low, high = (centre - reach) / square, (centre + reach) / square
    return np.where(certain, low, -np.inf), np.where(certain, high, np.inf)


def judge(low: np.ndarray, high: np.ndarray, margin: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """The rule, in its order: inside the margin, sign certain, that sign excluded, undecided.

    Args:
        low, high: interval of the ratio, shape (n,).
        margin: the ratio may lie in 1 ± margin, shape (n,).
        enough: whether the city has enough buurten for a verdict, shape (n,).
    """
    low, high, margin = map(np.asarray, (low, high, margin))
    branches = [~np.asarray(enough), (low >= 1 - margin) & (high <= 1 + margin), low > 0, high < 0]
    return np.select(branches, [UNDECIDED, HOLDS, DIRECTION, NOT], UNDECIDED)


def power(
    reference: np.ndarray, error: np.ndarray, reference_error: np.ndarray, margin: np.ndarray, critical: np.ndarray
) -> np.ndarray:
    """Probability that the interval would lie inside the margin if the city were just like the reference (ratio 1).

    The interval lies inside 1 ± m exactly when both ends are refuted: with U = (c - (1 - m) a) / s, s² = error² +
    (1 - m)² reference_error², and V = ((1 + m) a - c) / t, t² = error² + (1 + m)² reference_error², both must exceed the
    critical value. If c and a both have mean A, (U, V) is bivariate normal with means m A / s and m A / t, variances 1,
    and correlation -(error² + (1 - m²) reference_error²) / (s t). Errors are taken as known, A as the reference's
    estimate. It can be 0 in all but name: an interval wider than the margin never lies inside it.

    Args:
        reference, error, reference_error, margin, critical: shape (n,).
    """
    arrays = (np.asarray(values, float) for values in (np.abs(reference), error, reference_error, margin, critical))
    return np.array([_both_ends(*row) for row in zip(*arrays, strict=True)])


def _both_ends(mean: float, error: float, reference_error: float, margin: float, critical: float) -> float:
    lower, upper = np.hypot(error, (1 - margin) * reference_error), np.hypot(error, (1 + margin) * reference_error)
    correlation = -(error**2 + (1 - margin**2) * reference_error**2) / (lower * upper)
    distance = [margin * mean / lower - critical, margin * mean / upper - critical]
    together = stats.multivariate_normal(cov=[[1, correlation], [correlation, 1]], allow_singular=True).cdf(distance)
    return float(np.clip(together, 0, 1))
