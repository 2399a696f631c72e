"""Who is in the analysis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import BIG_CITY, Choices
from analysis.measures import sample


@pytest.fixture
def buurten() -> pd.DataFrame:
    return pd.DataFrame({
        "inwoners_2017": [499.0, 500.0, 1000.0, 2000.0, 3000.0, 0.0, np.nan],
        "pct_sociaal_minimum_2017": [10.0, 11.0, 12.0, np.nan, 14.0, 15.0, np.nan],
        "pct_laag_inkomen_2017": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan],
        "onv_2018": [0.1, 0.2, np.nan, 0.4, 0.5, 0.6, 0.7],
        "onv_2020": [1.1, 1.2, 1.3, 1.4, np.nan, 1.6, 1.7],
        "inwoners_2024": [500.0, 500.0, 1000.0, 2000.0, 0.0, np.nan, 800.0],
        "misdrijven_2022": [0.0, 40.0, 20.0, 10.0, 10.0, 5.0, 20.0],
        "misdrijven_2023": [0.0, 60.0, 40.0, 10.0, 10.0, 5.0, 20.0],
        "misdrijven_2024": [0.0, 50.0, 30.0, np.nan, 10.0, 5.0, 20.0],
        "verhouding_2024_2017": [1.0, 0.7, 1.5, 1.0, 1.0, np.nan, np.nan],
    }, index=list("abcdefg"))  # fmt: skip


def test_the_sample_has_both_figures_and_enough_inhabitants(buurten):
    """Too small: a and f; no outcome: c; no burden: d; not linked: g."""
    chosen = sample.select(buurten, Choices())
    assert list(chosen.index) == ["b", "e"]
    assert chosen.belasting.tolist() == [11, 14]
    assert chosen.uitkomst.tolist() == [0.2, 0.5]
    assert chosen.gewicht.tolist() == [500, 3000]


def test_the_choices_decide_measure_year_and_cut(buurten):
    chosen = sample.select(buurten, Choices(inkomensmaat="laag_inkomen", peiljaar=2020, ondergrens=1000))
    assert chosen[["belasting", "uitkomst"]].to_dict("index") == {
        "c": {"belasting": 3, "uitkomst": 1.3},
        "d": {"belasting": 4, "uitkomst": 1.4},
    }


@pytest.mark.parametrize(("cut", "expected"), [(499, "abe"), (0, "abe"), (501, "e"), (5000, "")])
def test_a_cut_given_by_hand_goes_before_the_choices(cut, expected, buurten):
    """Even with a cut of 0, a buurt without inhabitants has no weight and stays out."""
    assert "".join(sample.select(buurten, Choices(), cut=cut).index) == expected


def test_another_outcome_goes_before_the_choices(buurten):
    chosen = sample.select(buurten, Choices(), outcome="misdrijven_2024")
    assert chosen.uitkomst.to_dict() == {"b": 50, "c": 30, "e": 10}


def test_the_table_itself_is_left_alone(buurten):
    before = buurten.copy()
    sample.select(buurten, Choices())
    sample.with_crime(buurten)
    pd.testing.assert_frame_equal(buurten, before)


def test_the_crime_rate_is_per_1000_residents_with_half_a_crime_added(buurten):
    crime = sample.with_crime(buurten).misdrijven_log
    assert crime["a"] == pytest.approx(np.log(1000 * 0.5 / (3 * 500)))
    assert crime["b"] == pytest.approx(np.log(1000 * 150.5 / (3 * 500)))


def test_crimes_of_three_years_are_added_and_missing_where_one_is(buurten):
    counted = sample.with_crime(buurten).misdrijven
    assert counted[["a", "b", "c"]].tolist() == [0, 150, 90]
    assert np.isnan(counted["d"])


def test_one_year_is_a_rate_per_year_too(buurten):
    assert sample.with_crime(buurten, (2023,)).misdrijven_log["b"] == pytest.approx(np.log(1000 * 60.5 / 500))


def test_a_buurt_that_is_unknown_empty_or_no_longer_the_same_has_no_crime_rate(buurten):
    buurten.loc["b", "verhouding_2024_2017"] = 0.69
    buurten.loc["c", "verhouding_2024_2017"] = 1.51
    crime = sample.with_crime(buurten).misdrijven_log
    assert list(crime.index[crime.notna()]) == ["a"]
    assert np.isfinite(crime.dropna()).all()


def test_the_ends_of_steady_still_count(buurten):
    assert sample.with_crime(buurten).misdrijven_log[["b", "c"]].notna().all()


def test_coverage_counts_down_step_by_step(buurten):
    found = sample.coverage(buurten, 10_000, Choices(), cut=500)
    assert found.linked == pytest.approx(100 * 6999 / 10_000)
    assert found.with_outcome == pytest.approx(100 * 5999 / 10_000)
    assert found.in_sample == pytest.approx(100 * 3500 / 10_000)
    assert found.buurten == 2


def test_coverage_of_nothing_is_zero(buurten):
    found = sample.coverage(buurten.assign(inwoners_2017=np.nan), 10_000, Choices(), cut=500)
    assert found == sample.Coverage(0, 0, 0, 0)


def test_big_cities_start_at_100000_and_come_largest_first():
    gemeenten = pd.DataFrame({"inwoners_2017": [BIG_CITY - 1, BIG_CITY, np.nan, 300_000]}, index=["a", "b", "c", "d"])
    assert list(sample.big_cities(gemeenten).index) == ["d", "b"]
