"""The pooled slope, against Paule-Mandel and Hartung-Knapp written out with a root finder."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from analysis.choices import REFERENCE, Choices
from analysis.measures.sample import select
from analysis.models.cities import FEWEST_BUURTEN, Pooled, pool, slopes
from analysis.models.response import FEWEST_CLUSTERS, slope

SIMULATIONS = 200
MEAN, BETWEEN = -0.02, 0.006


def effects(seed: int, between: float = BETWEEN, cities: int = 20) -> pd.DataFrame:
    """Slopes of invented cities around `MEAN`, with errors that differ a factor four."""
    random = np.random.default_rng(seed)
    errors = random.uniform(0.002, 0.008, cities)
    values = random.normal(MEAN, np.sqrt(between**2 + errors**2))
    return pd.DataFrame({"value": values, "error_hc3": errors}, index=[f"GM{code:04d}" for code in range(cities)])


def paule_mandel(values: np.ndarray, variances: np.ndarray) -> float:
    """The variance between cities at which the weighted sum of squares is its expectation."""

    def excess(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        mean = np.sum(weights * values) / np.sum(weights)
        return float(np.sum(weights * (values - mean) ** 2) - (len(values) - 1))

    return optimize.brentq(excess, 0, 10 * values.var(), xtol=1e-14) if excess(0) > 0 else 0.0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("between", [0.0, 0.003, 0.02])
def test_the_pooled_slope_equals_paule_mandel_with_hartung_knapp(between, seed):
    table = effects(seed, between)
    values, variances = table.value.to_numpy(), table.error_hc3.to_numpy() ** 2
    tau2, k = paule_mandel(values, variances), len(values)
    weights = 1 / (variances + tau2)
    mean = np.sum(weights * values) / np.sum(weights)
    error = np.sqrt(np.sum(weights * (values - mean) ** 2) / (k - 1) / np.sum(weights))
    margin = stats.t.ppf(0.975, k - 1) * error
    reach = stats.t.ppf(0.975, k - 2) * np.sqrt(tau2 + error**2)
    found = pool(table)
    assert found.tau == pytest.approx(np.sqrt(tau2), rel=1e-4, abs=1e-9)
    assert found.value == pytest.approx(mean, rel=1e-5)
    assert (found.low, found.high) == pytest.approx((mean - margin, mean + margin), rel=1e-4)
    assert (found.new_low, found.new_high) == pytest.approx((mean - reach, mean + reach), rel=1e-4)
    assert found.cities == k


def test_the_reference_city_stays_out():
    table = effects(1)
    extreme = pd.DataFrame({"value": [5.0], "error_hc3": [1e-6]}, index=[REFERENCE])
    assert pool(pd.concat([extreme, table])) == pool(table)


def test_another_city_can_be_left_out_instead():
    table = effects(1)
    first = table.index[0]
    assert pool(table, without=first) == pool(table.drop(index=first))
    assert pool(table, without=first).cities == len(table) - 1


def test_without_heterogeneity_tau_is_zero():
    table = effects(1).assign(value=MEAN)
    assert pool(table).tau == 0
    assert pool(table).value == pytest.approx(MEAN)


def test_tau_shrinks_to_zero_or_grows_to_the_truth_with_many_cities():
    same = [pool(effects(seed, 0.0, cities=300)).tau for seed in range(5)]
    different = [pool(effects(seed, 0.01, cities=300)).tau for seed in range(5)]
    assert np.median(same) < 0.0015
    assert np.median(different) == pytest.approx(0.01, rel=0.1)


def allowed() -> tuple[int, int]:
    """Fewest and most of the simulations that an interval of 95 % covers, but for one in ten thousand."""
    return tuple(stats.binom.ppf([0.0001, 0.9999], SIMULATIONS, 0.95))


def test_the_interval_covers_the_known_mean_about_nominally():
    found = [pool(effects(seed)) for seed in range(SIMULATIONS)]
    covered = sum(one.low <= MEAN <= one.high for one in found)
    assert allowed()[0] <= covered <= allowed()[1]


def test_the_prediction_interval_covers_a_new_city_about_nominally():
    new = np.random.default_rng(1).normal(MEAN, BETWEEN, SIMULATIONS)
    found = [pool(effects(seed)) for seed in range(SIMULATIONS)]
    covered = sum(one.new_low <= value <= one.new_high for one, value in zip(found, new, strict=True))
    assert allowed()[0] <= covered <= allowed()[1]


def test_a_new_city_is_less_certain_than_the_mean():
    found = pool(effects(1))
    assert found.new_low < found.low < found.value < found.high < found.new_high


# --- The slope of each city -----------------------------------------------------------------------


def buurten(code: str, n: int, wijken: int, seed: int = 1, tilt: float = -0.02) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    x = random.gamma(4, 2.5, n)
    return pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"WK{code[2:]}{number % wijken:02d}" for number in range(n)],
        "inwoners_2017": random.integers(500, 9000, n).astype(float), "pct_sociaal_minimum_2017": x,
        "onv_2018": 0.2 + tilt * x + random.normal(0, 0.05, n), "onv_2020": random.normal(0, 0.05, n),
    }, index=[f"BU{code[2:]}{number:04d}" for number in range(n)])  # fmt: skip


@pytest.fixture
def country() -> pd.DataFrame:
    return pd.concat([
        buurten("GM0363", 90, FEWEST_CLUSTERS), buurten("GM0599", 60, FEWEST_CLUSTERS - 1, seed=2),
        buurten("GM0001", FEWEST_BUURTEN, 5, seed=3), buurten("GM0002", FEWEST_BUURTEN - 1, 5, seed=4),
    ])  # fmt: skip


NAMES = pd.DataFrame({"gemeentenaam": ["Amsterdam", "Rotterdam", "Tien", "Negen"]},
                     index=["GM0363", "GM0599", "GM0001", "GM0002"])  # fmt: skip


def test_cities_with_too_few_buurten_are_left_out(country):
    found = slopes(country, NAMES, Choices(), cut=500)
    assert list(found.index) == ["GM0363", "GM0599", "GM0001"]
    assert found.gemeente.tolist() == ["Amsterdam", "Rotterdam", "Tien"]
    assert found.n.tolist() == [90, 60, FEWEST_BUURTEN]


def test_the_cut_decides_which_buurten_count(country):
    country.loc[country.index[0], "inwoners_2017"] = 499
    found = slopes(country, NAMES, Choices(), cut=500)
    assert found.n["GM0363"] == 89
    assert slopes(country, NAMES, Choices(), cut=200).n["GM0363"] == 90


def test_every_city_has_its_own_slope_with_the_larger_of_both_errors(country):
    found = slopes(country, NAMES, Choices(), cut=500)
    for code, row in found.iterrows():
        sample = select(country[country.gemeentecode == code], Choices())
        assert row.value == slope(sample).value
        assert row.error == max(slope(sample, errors="wijk").error, slope(sample).error)
        assert row.error_hc3 == slope(sample).error
        assert row.standardised == pytest.approx(10 * row.value / slope(sample).outcome_sd)
    assert set(found.errors) <= {"wijk", "HC3"}


def test_another_outcome_can_be_asked_for(country):
    found = slopes(country, NAMES, Choices(), 500, outcome="onv_2020")
    assert found.value.abs().max() < 0.015
    assert (slopes(country, NAMES, Choices(), 500).value < -0.01).all()


def test_an_estimate_may_lie_further_off_than_a_true_slope():
    """The reach for a true slope is the prediction interval itself; an error of the estimate widens it."""
    pooled = Pooled(-0.02, -0.025, -0.015, 0.004, -0.03, -0.01, 12)
    assert pooled.reach_for(0.0) == pytest.approx((-0.03, -0.01))
    critical = stats.t.ppf(0.975, 10)
    assert pooled.reach_for(0.004)[1] - pooled.value == pytest.approx(critical * np.hypot(0.01 / critical, 0.004))


def test_a_city_like_the_others_is_called_another_city_one_time_in_twenty():
    random = np.random.default_rng(5)
    errors = random.uniform(0.5e-3, 2e-3, 30)
    flagged = 0
    for _ in range(400):
        true = random.normal(-0.012, 1e-3, 31)
        table = pd.DataFrame({"value": random.normal(true[:30], errors), "error_hc3": errors})
        low, high = pool(table).reach_for(1e-3)
        flagged += not low <= random.normal(true[30], 1e-3) <= high
    assert 0.02 <= flagged / 400 <= 0.09
