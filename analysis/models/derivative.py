"""The primary estimand of "does it hold elsewhere": each city's average derivative over the burden that the cities share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.regression.linear_model import RegressionResults

from analysis.choices import REFERENCE, Choices
from analysis.measures.sample import of_cities, of_city, one_city, select
from analysis.models.cities import FEWEST_BUURTEN, by_city
from analysis.models.spline import DEGREES, Spline
from analysis.models.wls import FEWEST_CLUSTERS, fit, weighted_sd

# The range that the cities share: these quantiles of the burden over all their buurten (research design, 4B).
SHARED = (0.10, 0.90)

# With fewer buurten than this a curve of four degrees has fewer than eight buurten per coefficient; it gets two degrees,
# one bend, instead. One degree would be a straight line, and its average derivative the raw slope.
SMALL_CITY = 40
SMALL_DEGREES = 2

MODERATORS = ("omvang_log", "belasting")


@dataclass(frozen=True)
class Average:
    """An average derivative: outcome per percentage point of burden, with its 95 % interval.

    Attributes:
        value, low, high, error: estimate, limits (Student's t), standard error.
        df: degrees of freedom of the t.
    """

    value: float
    low: float
    high: float
    error: float
    df: float


@dataclass(frozen=True)
class CityCurve:
    """The fitted curve of one city.

    Attributes:
        spline: its basis. degrees: of the basis.
        shown, plain: fits with errors clustered by wijk (HC3 where wijken are few), and with HC3.
        low, high: the city's own range of burden (%). n: buurten. wijken: wijken.
    """

    spline: Spline
    degrees: int
    shown: RegressionResults
    plain: RegressionResults
    low: float
    high: float
    n: int
    wijken: int


def curve_of(sample: pd.DataFrame) -> CityCurve:
    """Fit the natural spline of one city, weighted by inhabitants.

    Args:
        sample: result of `measures.sample.select`, one city.
    """
    one_city(sample, "Een gebogen lijn")
    x = sample.belasting.to_numpy(float)
    degrees = DEGREES if len(x) >= SMALL_CITY else SMALL_DEGREES
    spline = Spline(x, degrees)
    plain = fit(spline.basis(x), sample.uitkomst, sample.gewicht)
    shown = fit(spline.basis(x), sample.uitkomst, sample.gewicht, sample.wijkcode)
    return CityCurve(spline, degrees, shown, plain, x.min(), x.max(), len(x), sample.wijkcode.nunique())


def average(spline: Spline, found: RegressionResults, low: float, high: float) -> Average:
    """(f(high) - f(low)) / (high - low): a linear functional of the coefficients, so that its error is exact.

    Args:
        spline: basis that `found` was fitted on.
        found: result of `wls.fit`.
        low, high: limits of the burden (%).
    """
    contrast = np.diff(spline.basis(np.array([low, high])), axis=0)[0] / (high - low)
    test = found.t_test(contrast)
    below, above = test.conf_int()[0]
    return Average(test.effect.item(), float(below), float(above), test.sd.item(), float(test.df_denom))


def shared_range(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int) -> tuple[float, float]:
    """Burden (%) between which most buurten of the big cities lie, every buurt counted once.

    It is taken over the sample of the choices' own outcome, so that all outcomes are laid along the same range.
    """
    low, high = select(of_cities(buurten, cities), choices, cut).belasting.quantile(list(SHARED))
    return float(low), float(high)


def derivatives(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> pd.DataFrame:
    """The average derivative of each city over the shared range, cut to the city's own range.

    Args:
        buurten: the dataset's table.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.
        cut: fewest inhabitants of a buurt.
        outcome: column; the choices' own when left out.

    Returns:
        Per gemeentecode: `gemeente`, the fields of `Average` (`error` clustered by wijk where there are enough, see `errors`;
        limits by the larger of that and HC3, as for slopes), `error_hc3` for pooling, `n`, `wijken`, `degrees`, `from_burden` and `to_burden` (%), `covered`
        (share of the shared range, 0 to 1), and `reference`, `reference_error`, `reference_error_hc3`, `reference_df`: the
        reference city over the same part of the range (NaN where it is not among the cities). Left out: cities with fewer than
        `cities.FEWEST_BUURTEN` buurten, or wholly outside the shared range.
    """
    shared = shared_range(buurten, cities, choices, cut)
    samples = by_city(select(of_cities(buurten, cities), choices, cut, outcome), cities)
    curves = {code: curve_of(sample) for code, sample in samples.items() if len(sample) >= FEWEST_BUURTEN}
    rows = {code: _row(curve, shared, curves.get(REFERENCE)) for code, curve in curves.items() if _meets(curve, shared)}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")
    table.insert(0, "gemeente", cities.gemeentenaam.reindex(table.index))
    return table


@dataclass(frozen=True)
class OnShared:
    """The primary estimand of one gemeente: its average derivative over the burden that the big cities share.

    Attributes:
        value, low, high: outcome per percentage point of burden, with its 95 % interval (the larger of both errors).
        n: buurten. outcome_sd: weighted standard deviation of the outcome, to compare outcomes with.
        covered: share of the shared range that the gemeente has itself (0 to 1).
    """

    value: float
    low: float
    high: float
    n: int
    outcome_sd: float
    covered: float


def of_gemeente(
    buurten: pd.DataFrame, big: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> OnShared | None:
    """The average derivative of the chosen gemeente, or nothing where it has too few buurten or none on the shared range.

    Args:
        buurten: the dataset's table.
        big: rows of `gemeenten`: the cities that share the range, whether the chosen one is among them or not.
        choices, cut, outcome: as in `derivatives`.
    """
    sample = select(of_city(buurten, choices.gemeentecode), choices, cut, outcome)
    shared = shared_range(buurten, big, choices, cut)
    if len(sample) < FEWEST_BUURTEN or not _meets(curve := curve_of(sample), shared):
        return None
    row = _row(curve, shared, None)
    spread = weighted_sd(sample.uitkomst, sample.gewicht)
    return OnShared(row["value"], row["low"], row["high"], len(sample), spread, row["covered"])


def _meets(curve: CityCurve, shared: tuple[float, float]) -> bool:
    return max(shared[0], curve.low) < min(shared[1], curve.high)


def _row(curve: CityCurve, shared: tuple[float, float], reference: CityCurve | None) -> dict[str, object]:
    low, high = max(shared[0], curve.low), min(shared[1], curve.high)
    found, plain = (average(curve.spline, one, low, high) for one in (curve.shown, curve.plain))
    reach = stats.t.ppf(0.975, found.df) * max(found.error, plain.error)
    return {
        **vars(found), "low": found.value - reach, "high": found.value + reach,
        "errors": "wijk" if curve.wijken >= FEWEST_CLUSTERS else "HC3", "error_hc3": plain.error,
        "n": curve.n, "wijken": curve.wijken, "degrees": curve.degrees, "from_burden": low, "to_burden": high,
        "covered": (high - low) / (shared[1] - shared[0]), **_beside(reference, low, high),
    }  # fmt: skip


def _beside(reference: CityCurve | None, low: float, high: float) -> dict[str, float]:
    names = ("reference", "reference_error", "reference_error_hc3", "reference_df")
    if reference is None:
        return dict.fromkeys(names, np.nan)
    shown, plain = (average(reference.spline, found, low, high) for found in (reference.shown, reference.plain))
    return dict(zip(names, (shown.value, shown.error, plain.error, shown.df), strict=True))


def summarise(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> pd.DataFrame:
    """Per gemeentecode the moderators: `omvang_log`, log of the median inhabitants of a buurt, and `belasting`, mean
    burden over inhabitants (%)."""
    sample = select(of_cities(buurten, cities), choices, cut, outcome)
    by_city = sample.groupby("gemeentecode")
    total = (sample.belasting * sample.gewicht).groupby(sample.gemeentecode).sum()
    return pd.DataFrame({"omvang_log": np.log(by_city.gewicht.median()), "belasting": total / by_city.gewicht.sum()})


@dataclass(frozen=True)
class MetaRegression:
    """Slopes of the cities regressed on what the cities are like.

    Attributes:
        coefficients: per term ("gemiddelde stad", `omvang_log`, `belasting`) `value`, `low`, `high` (95 %), `error`, `p`.
        tau: standard deviation between cities that is left. cities: how many.
    """

    coefficients: pd.DataFrame
    tau: float
    cities: int


def meta_regression(table: pd.DataFrame, buurten_summary: pd.DataFrame) -> MetaRegression:
    """Regress the cities' slopes on log median buurt size and mean burden.

    Random effects: weights 1 / (HC3 variance + tau²), tau² by Paule and Mandel with moderators (the weighted sum of
    squares equals its degrees of freedom). Errors are those of Knapp and Hartung: the scale is estimated, limits are
    Student's t with cities less coefficients. Moderators are centred: the constant is the slope of the mean city.

    Args:
        table: `value` and `error_hc3` per gemeentecode: result of `derivatives` or `cities.slopes`.
        buurten_summary: result of `summarise`.
    """
    given = buurten_summary.loc[table.index, list(MODERATORS)]
    design = sm.add_constant((given - given.mean()).to_numpy(float), has_constant="add")
    values, variances = table.value.to_numpy(float), table.error_hc3.to_numpy(float) ** 2
    tau2 = _paule_mandel(design, values, variances)
    found = sm.WLS(values, design, 1 / (variances + tau2)).fit(use_t=True)
    low, high = found.conf_int().T
    coefficients = pd.DataFrame(
        {"value": found.params, "low": low, "high": high, "error": found.bse, "p": found.pvalues},
        index=pd.Index(["gemiddelde stad", *MODERATORS], name="term"),
    )
    return MetaRegression(coefficients, float(np.sqrt(tau2)), len(table))


def _paule_mandel(design: np.ndarray, values: np.ndarray, variances: np.ndarray) -> float:
    """Variance between cities beyond the moderators; 0 where sampling error alone explains the spread."""

    def excess(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        residuals = sm.WLS(values, design, weights).fit().resid
        return float(np.sum(weights * residuals**2)) - (len(values) - design.shape[1])

    return optimize.brentq(excess, 0, 100 * values.var() + variances.max(), xtol=1e-16) if excess(0) > 0 else 0.0
