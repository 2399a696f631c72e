"""The average derivative of each city, where the curve is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from analysis.choices import REFERENCE, Choices
from analysis.models import cities as pooling
from analysis.models.derivative import (
    SHARED,
    SMALL_CITY,
    SMALL_DEGREES,
    average,
    curve_of,
    derivatives,
    meta_regression,
    shared_range,
    summarise,
)
from analysis.models.response import slope
from analysis.models.spline import DEGREES

CUT = 500


def straight(x: np.ndarray) -> np.ndarray:
    return 0.3 - 0.012 * x


def bent(x: np.ndarray) -> np.ndarray:
    """Falls steeply at first, hardly at 20 %."""
    return 0.3 - 0.02 * x + 0.0004 * x**2


def city(
    code: str, truth: Callable[[np.ndarray], np.ndarray] = bent, n: int = 120, seed: int = 1, noise: float = 0.04,
    wijken: int = 15, shape: float = 4.0, top: float = np.inf,
) -> pd.DataFrame:  # fmt: skip
    """Buurten of one city; noise is larger where the burden is."""
    random = np.random.default_rng(seed)
    x = np.minimum(random.gamma(shape, 10 / shape, n), top)
    return pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"WK{code[2:]}{number % wijken:02d}" for number in range(n)],
        "inwoners_2017": random.lognormal(7.6, 0.5, n).round().clip(CUT), "pct_sociaal_minimum_2017": x,
        "onv_2018": truth(x) + random.normal(0, noise * (0.6 + x / 20), n),
    })  # fmt: skip


def country(*parts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    codes = [part.gemeentecode.iloc[0] for part in parts]
    names = pd.DataFrame({"gemeentenaam": [f"Stad {code}" for code in codes]}, index=codes)
    return pd.concat(parts, ignore_index=True), names


def as_sample(part: pd.DataFrame) -> pd.DataFrame:
    return part.assign(belasting=part.pct_sociaal_minimum_2017, uitkomst=part.onv_2018, gewicht=part.inwoners_2017)


def between(truth: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
    return float((truth(high) - truth(low)) / (high - low))


@pytest.mark.parametrize("truth", [straight, bent])
def test_it_recovers_the_truth_where_the_raw_slope_depends_on_where_a_city_stands(truth):
    poor, rich = (
        city(code, n=2000, seed=seed, shape=2).assign(
            pct_sociaal_minimum_2017=lambda table, scale=scale: scale * table.pct_sociaal_minimum_2017,
            onv_2018=lambda table: truth(table.pct_sociaal_minimum_2017),
        )
        for code, seed, scale in (("GM0001", 2, 1.3), ("GM0002", 3, 0.6))
    )
    buurten, names = country(poor, rich)
    found = derivatives(buurten, names, Choices(), CUT)
    wanted = between(truth, *shared_range(buurten, names, Choices(), CUT))
    assert found.value.tolist() == pytest.approx([wanted] * 2, rel=0.03)
    raw = [slope(as_sample(part)).value for part in (poor, rich)]
    assert (abs(raw[0] - raw[1]) > 0.1 * abs(wanted)) == (truth is bent)


def test_on_noise_free_curves_in_the_basis_it_is_exact():
    buurten, names = country(city("GM0001", straight, noise=0), city("GM0002", straight, noise=0, seed=4))
    assert derivatives(buurten, names, Choices(), CUT).value.tolist() == pytest.approx([-0.012] * 2, abs=1e-12)


@pytest.mark.parametrize("n", [30, 100])
def test_the_interval_covers_the_truth_nominally(n):
    """300 samples of one design; 95 % ± 3 standard errors, and never much too wide."""
    design, low, high = city("GM0001", n=n, noise=0), 3.0, 17.0
    random = np.random.default_rng(5)
    x = design.pct_sociaal_minimum_2017.to_numpy()
    hits = 0
    for _ in range(300):
        noisy = as_sample(design.assign(onv_2018=bent(x) + random.normal(0, 0.04 * (0.6 + x / 20))))
        curve = curve_of(noisy)
        one = average(curve.spline, curve.plain, low, high)
        hits += one.low <= between(bent, low, high) <= one.high
    assert 0.91 <= hits / 300 <= 0.99


def test_the_error_is_that_of_the_linear_functional_written_out():
    curve = curve_of(as_sample(city("GM0001")))
    contrast = (curve.spline.basis(np.array([15.0])) - curve.spline.basis(np.array([3.0])))[0] / 12
    found = average(curve.spline, curve.plain, 3, 15)
    error = np.sqrt(contrast @ curve.plain.cov_params() @ contrast)
    reach = stats.t.ppf(0.975, 120 - DEGREES - 1) * error
    assert found.error == pytest.approx(error)
    assert (found.low, found.high) == pytest.approx((found.value - reach, found.value + reach))


def test_errors_by_wijk_are_shown_where_there_are_enough_and_hc3_is_kept():
    few, many = city("GM0001", wijken=15), city("GM0002", wijken=40)
    found = derivatives(*country(few, many), Choices(), CUT)
    assert found.errors.tolist() == ["HC3", "wijk"]
    assert found.error["GM0001"] == found.error_hc3["GM0001"]
    assert found.error["GM0002"] != found.error_hc3["GM0002"]
    assert found.df.tolist() == [120 - DEGREES - 1, 39]


def test_a_city_that_does_not_reach_is_cut_and_says_how_much_is_covered():
    buurten, names = country(city("GM0001", n=400), city("GM0002", top=9.0, n=60))
    low, high = buurten.pct_sociaal_minimum_2017.quantile(list(SHARED))
    found = derivatives(buurten, names, Choices(), CUT)
    assert found.covered["GM0001"] == 1
    assert found.to_burden["GM0002"] == 9.0
    start = max(low, buurten[buurten.gemeentecode == "GM0002"].pct_sociaal_minimum_2017.min())
    assert found.covered["GM0002"] == pytest.approx((9.0 - start) / (high - low))


def test_the_reference_is_read_over_the_same_part_as_the_city():
    """On a bent curve the reference is steeper along a low range; a cut city must be laid beside that."""
    buurten, names = country(city(REFERENCE, n=900, noise=0.005), city("GM0002", top=9.0, n=200, noise=0.005))
    found = derivatives(buurten, names, Choices(), CUT)
    assert found.reference[REFERENCE] == found.value[REFERENCE]
    assert abs(found.reference["GM0002"]) > 1.1 * abs(found.value[REFERENCE])
    assert found.value["GM0002"] == pytest.approx(found.reference["GM0002"], rel=0.1)


def test_without_the_reference_its_columns_are_empty():
    found = derivatives(*country(city("GM0001"), city("GM0002", seed=2)), Choices(), CUT)
    assert found.filter(like="reference").isna().all(axis=None)


def test_small_cities_get_fewer_degrees_and_very_small_ones_nothing():
    parts = [city("GM0001", n=SMALL_CITY), city("GM0002", n=SMALL_CITY - 1), city("GM0003", n=9)]
    found = derivatives(*country(*parts), Choices(), CUT)
    assert found.degrees.to_dict() == {"GM0001": DEGREES, "GM0002": SMALL_DEGREES}


def test_another_outcome_keeps_the_range_and_the_table_can_be_pooled():
    parts = [city(f"GM{number:04d}", n=80, seed=number) for number in range(1, 8)]
    buurten, names = country(*parts)
    buurten["anders"] = (3 * buurten.onv_2018).where(buurten.index % 5 > 0)
    plain, other = (derivatives(buurten, names, Choices(), CUT, outcome) for outcome in (None, "anders"))
    assert other.n.sum() < plain.n.sum()
    range_of = shared_range(buurten, names, Choices(), CUT)
    whole = other.covered == 1
    assert whole.any() and set(zip(other[whole].from_burden, other[whole].to_burden, strict=True)) == {range_of}
    truth = between(bent, *range_of)
    pooled = pooling.pool(plain)
    assert pooled.low < truth < pooled.high < 0


def many_cities(seed: int, effect: float, between_cities: float = 0.002) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    codes = [f"GM{number:04d}" for number in range(30)]
    given = pd.DataFrame({"omvang_log": random.normal(7.7, 0.5, 30), "belasting": random.normal(8, 2, 30)}, index=codes)
    errors = random.uniform(0.0005, 0.003, 30)
    mean = -0.012 + effect * (given.omvang_log - given.omvang_log.mean())
    values = mean + random.normal(0, np.hypot(errors, between_cities))
    return pd.DataFrame({"value": values, "error_hc3": errors}, index=codes), given


def test_meta_regression_equals_the_formulas_written_out():
    table, given = many_cities(1, -0.004)
    found = meta_regression(table, given)
    z = np.column_stack([np.ones(30), given - given.mean()])
    y, v = table.value.to_numpy(), table.error_hc3.to_numpy() ** 2

    def solve(tau2: float) -> tuple[np.ndarray, float, np.ndarray]:
        inverse = np.linalg.inv(z.T @ (z / (v + tau2)[:, None]))
        beta = inverse @ z.T @ (y / (v + tau2))
        return beta, float(np.sum((y - z @ beta) ** 2 / (v + tau2))), inverse

    tau2 = optimize.brentq(lambda tau2: solve(tau2)[1] - 27, 0, 1e-3, xtol=1e-16)
    beta, squares, inverse = solve(tau2)
    error = np.sqrt(np.diag(inverse) * squares / 27)
    assert found.tau == pytest.approx(np.sqrt(tau2), rel=1e-5)
    assert found.coefficients.value.to_numpy() == pytest.approx(beta, rel=1e-6)
    assert found.coefficients.high.to_numpy() == pytest.approx(beta + stats.t.ppf(0.975, 27) * error, rel=1e-5)


@pytest.mark.parametrize("effect", [0.0, -0.004])
def test_meta_regression_covers_its_truth_nominally(effect):
    found = [meta_regression(*many_cities(seed, effect)).coefficients.loc["omvang_log"] for seed in range(300)]
    assert 0.91 <= np.mean([one.low <= effect <= one.high for one in found]) <= 0.99
    assert np.mean([one.value for one in found]) == pytest.approx(effect, abs=0.0003)


def test_meta_regression_has_no_spread_left_where_cities_differ_by_error_only():
    taus = [meta_regression(*many_cities(seed, -0.004, between_cities=0.0)).tau for seed in range(40)]
    assert np.median(taus) < 0.0006 and min(taus) == 0


def test_the_summary_is_weighted_and_follows_the_cut():
    buurten, names = country(city("GM0001", n=40))
    buurten.loc[0, "inwoners_2017"] = CUT - 1
    kept = buurten.iloc[1:]
    found = summarise(buurten, names, Choices(), CUT).loc["GM0001"]
    assert found.omvang_log == pytest.approx(np.log(kept.inwoners_2017.median()))
    assert found.belasting == pytest.approx(np.average(kept.pct_sociaal_minimum_2017, weights=kept.inwoners_2017))


def test_a_city_wholly_outside_the_shared_range_is_left_out():
    spared = city("GM0002", n=30).assign(pct_sociaal_minimum_2017=np.linspace(0, 0.5, 30))
    assert derivatives(*country(city("GM0001", n=600), spared), Choices(), CUT).index.tolist() == ["GM0001"]
