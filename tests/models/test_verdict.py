"""The verdict per city: the rule branch by branch, Fieller's interval and the power against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from analysis.choices import REFERENCE, Choices
from analysis.models.verdict import (
    DIRECTION,
    FEWEST_BUURTEN,
    HOLDS,
    MARGIN_POINTS,
    MARGIN_SD,
    NOT,
    UNDECIDED,
    fieller,
    judge,
    power,
    spread,
    verdicts,
)

# An outcome whose margin is exactly 0.2 around a reference of -0.01.
SD = 0.2 * 0.01 * MARGIN_POINTS / MARGIN_SD
MANY = 100_000


def table(**changes: list[object]) -> pd.DataFrame:
    """Cities beside a reference of -0.01; a city is laid along the whole range, with errors of 0.0002."""
    rows = {"value": [-0.01], "error": [0.0002], "n": [60], "df": [55.0], **changes}
    length = max(len(column) for column in rows.values())
    columns = {name: column * length if len(column) == 1 else column for name, column in rows.items()}
    columns = {"error_hc3": columns["error"], "reference": -0.01, "reference_error": 0.0002, "reference_df": 90.0,
               "reference_error_hc3": 0.0002, **columns}  # fmt: skip
    return pd.DataFrame({"gemeente": [f"Stad {number}" for number in range(length)], **columns},
                        index=[f"GM{number:04d}" for number in range(length)])  # fmt: skip


@pytest.mark.parametrize(
    ("value", "error", "wanted"),
    [
        (-0.010, 0.0002, HOLDS),
        (-0.010, 0.0020, DIRECTION),  # too wide for the margin, sign certain
        (-0.003, 0.0002, DIRECTION),  # certainly much shallower: the rule asks for the sign only
        (-0.030, 0.0002, DIRECTION),  # certainly much steeper
        (0.003, 0.0002, NOT),
        (-0.010, 0.0200, UNDECIDED),
        (0.0001, 0.0020, UNDECIDED),
    ],
)
def test_every_branch_of_the_rule(value, error, wanted):
    assert verdicts(table(value=[value], error=[error]), SD).verdict.tolist() == [wanted]


def test_the_order_of_the_rule_and_its_borders():
    low = np.array([0.8, 0.79, 0.8, 1e-9, 0.0, -1.0, -1.0, -np.inf])
    high = np.array([1.2, 1.2, 1.21, 9.0, 1.5, -1e-9, 0.0, np.inf])
    wanted = [HOLDS, DIRECTION, DIRECTION, DIRECTION, UNDECIDED, NOT, UNDECIDED, UNDECIDED]
    assert judge(low, high, np.full(8, 0.2), np.full(8, True)).tolist() == wanted
    assert set(judge(low, high, np.full(8, 0.2), np.full(8, False))) == {UNDECIDED}


def test_a_wide_margin_does_not_make_a_doubtful_sign_hold():
    """With a margin above 1 an interval that includes 0 can lie inside it: that is what the rule says, margin first."""
    assert judge(np.array([-0.1]), np.array([1.5]), np.array([1.2]), np.array([True])).tolist() == [HOLDS]


def test_a_rising_reference_is_judged_by_its_own_sign():
    rising = table(value=[0.01, -0.01]).assign(reference=0.01)
    assert verdicts(rising, SD).verdict.tolist() == [HOLDS, NOT]


def test_a_small_city_has_no_verdict_unless_its_interval_was_shown_to_cover():
    cities = table(n=[FEWEST_BUURTEN - 1, FEWEST_BUURTEN])
    assert verdicts(cities, SD).verdict.tolist() == [UNDECIDED, HOLDS]
    assert verdicts(cities, SD, covers_small=True).verdict.tolist() == [HOLDS, HOLDS]


def test_the_reference_itself_has_no_verdict_and_the_margin_is_a_fixed_difference():
    cities = table(value=[-0.01, -0.01]).rename(index={"GM0000": REFERENCE})
    cities.loc["GM0001", "reference"] = -0.02
    found = verdicts(cities, SD)
    assert found.index.tolist() == ["GM0001"]
    assert found.margin["GM0001"] * 0.02 == pytest.approx(MARGIN_SD * SD / MARGIN_POINTS)


def test_the_larger_of_both_errors_counts_of_the_city_and_of_the_reference():
    wide = table(error=[0.0002, 0.0002, 0.002, 0.0002]).assign(
        error_hc3=[0.0002, 0.002, 0.0002, 0.0002], reference_error_hc3=[0.0002] * 3 + [0.002]
    )
    found = verdicts(wide, SD)
    assert found.verdict.tolist() == [HOLDS, DIRECTION, DIRECTION, DIRECTION]
    assert found.low.iloc[1] == found.low.iloc[2] < found.low.iloc[0]


def test_fieller_ends_where_the_test_of_the_ratio_no_longer_refutes():
    low, high = fieller(-0.012, 0.002, -0.010, 0.001, 2.0)

    def excess(ratio: float) -> float:
        return abs(-0.012 + 0.010 * ratio) - 2 * np.hypot(0.002, 0.001 * ratio)

    assert low == pytest.approx(optimize.brentq(excess, 0, 1.2))
    assert high == pytest.approx(optimize.brentq(excess, 1.2, 5))


def test_fieller_has_no_ends_where_the_reference_is_not_certain():
    low, high = fieller(np.array([0.01] * 2), np.array([1e-3] * 2), np.array([0.01] * 2), np.array([6e-3, 4e-3]),
                        np.array([2.0] * 2))  # fmt: skip
    assert (low[0], high[0]) == (-np.inf, np.inf)
    assert np.isfinite([low[1], high[1]]).all()


@pytest.mark.parametrize(("city", "error"), [(-0.010, 0.001), (-0.015, 0.004), (0.004, 0.002), (0.0, 0.001)])
def test_fieller_covers_the_ratio_nominally_also_where_the_plain_ratio_is_skewed(city, error):
    random = np.random.default_rng(1)
    critical = stats.norm.ppf(0.975)
    values, references = random.normal(city, error, MANY), random.normal(-0.01, 0.002, MANY)
    low, high = fieller(values, error, references, 0.002, critical)
    truth = city / -0.01
    # One sample in a thousand has no ends, and counts as covering.
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(
    ("error", "reference_error", "margin"),
    [(0.0002, 0.0002, 0.2), (0.0006, 0.0003, 0.2), (0.0008, 0.0001, 0.2), (0.0003, 0.0006, 0.2), (0.002, 0.001, 0.2)],
)
def test_the_power_is_the_share_of_samples_inside_the_margin(error, reference_error, margin):
    random = np.random.default_rng(2)
    critical = stats.t.ppf(0.975, 40)
    values, references = random.normal(-0.01, error, MANY), random.normal(-0.01, reference_error, MANY)
    low, high = fieller(values, error, references, reference_error, critical)
    share = np.mean((low >= 1 - margin) & (high <= 1 + margin))
    found = power([-0.01], [error], [reference_error], [margin], [critical])[0]
    assert found == pytest.approx(share, abs=0.006)


def test_the_power_spans_from_none_to_certain_and_knows_a_perfect_city():
    near, far = power([-0.01] * 2, [1e-4, 0.01], [1e-4] * 2, [0.2] * 2, [2.0] * 2)
    assert near > 0.999 and far < 1e-6
    perfect = power([-0.01], [0.0], [0.0005], [0.2], [2.0])[0]
    references = np.random.default_rng(3).normal(-0.01, 0.0005, MANY)
    low, high = fieller(-0.01, 0.0, references, 0.0005, 2.0)
    assert perfect == pytest.approx(np.mean((low >= 0.8) & (high <= 1.2)), abs=0.006)


def test_the_spread_is_weighted_over_the_buurten_of_the_cities_only():
    buurten = pd.DataFrame({
        "gemeentecode": ["GM0001"] * 3 + ["GM0009"], "inwoners_2017": [1000.0, 1000, 2000, 1000],
        "pct_sociaal_minimum_2017": 5.0, "onv_2018": [0.0, 0.2, 0.4, 99],
    })  # fmt: skip
    cities = pd.DataFrame({"gemeentenaam": ["Stad"]}, index=["GM0001"])
    found = spread(buurten, cities, Choices(), 500)
    assert found == pytest.approx(np.sqrt(np.cov([0, 0.2, 0.4], aweights=[1, 1, 2])))


def test_the_t_has_the_smaller_degrees_of_freedom_of_city_and_reference():
    low, high = fieller(-0.01, 0.0002, -0.01, 0.0002, stats.t.ppf(0.975, 3))
    for freedom in ({"df": [3.0]}, {"reference_df": [3.0]}):
        found = verdicts(table(**freedom), SD).iloc[0]
        assert (found.low, found.high) == pytest.approx((low, high))
