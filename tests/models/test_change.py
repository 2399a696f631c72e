"""Change between two years, where what really changed is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from analysis.choices import Choices
from analysis.models import change as module
from analysis.models.change import (
    CORRECTED,
    DIFFERENCE,
    FALLING,
    LESS_SAFE,
    NO_INSTRUMENT,
    NO_VERDICT,
    NOT_SHOWN,
    RISING,
    SAFER,
    WEAK_INSTRUMENT,
    WITH,
    WITHOUT,
    asymmetry,
    change,
    regression_to_mean,
    verdict,
)

CHOICES = Choices()
ERROR = 0.04


def invent(
    effect: float = 0.0, error: float = ERROR, n: int = 400, wijken: int = 80, cities: int = 1, seed: int = 1
) -> pd.DataFrame:
    """True safety that goes with the burden, three measurements of it, and a change 2018→2020 of `effect` per point."""
    random = np.random.default_rng(seed)
    wijk = np.arange(n) % wijken
    burden = random.gamma(4, 3, n)
    true = 0.2 - 0.01 * burden + random.normal(0, 0.05, n)
    table = pd.DataFrame({
        "gemeentecode": [f"GM{number % cities:04d}" for number in wijk], "wijkcode": [f"WK{number:03d}" for number in wijk],
        "inwoners_2017": random.integers(600, 6000, n).astype(float), "pct_sociaal_minimum_2017": burden,
    })  # fmt: skip
    for year, level in ((2014, true), (2018, true), (2020, true + effect * burden)):
        table[f"onv_{year}"] = level + error * random.normal(size=n)
    return table


# --- The three models -----------------------------------------------------------------------------

FORMULAS = {
    WITHOUT: "I(onv_2020 - onv_2018) ~ pct_sociaal_minimum_2017 + C(gemeentecode)",
    WITH: "I(onv_2020 - onv_2018) ~ pct_sociaal_minimum_2017 + onv_2018 + C(gemeentecode)",
}


@pytest.mark.parametrize("model", FORMULAS)
@pytest.mark.parametrize("cities", [2, 6])
def test_the_plain_models_equal_statsmodels(model, cities):
    table = invent(0.001, cities=cities)
    groups = pd.factorize(table.wijkcode)[0]
    expected = smf.wls(FORMULAS[model], table, weights=table.inwoners_2017).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)  # fmt: skip
    found = change(table, CHOICES, 2018, 2020).loc[model]
    limits = expected.conf_int().loc["pct_sociaal_minimum_2017"]
    assert (found.estimate, found.low, found.high) == pytest.approx(
        tuple(10 * value for value in (expected.params["pct_sociaal_minimum_2017"], *limits)), rel=1e-6)  # fmt: skip
    assert found.n == len(table)


def test_the_corrected_model_equals_two_stages_by_hand():
    table = invent(0.001, cities=3)
    cities = pd.get_dummies(table.gemeentecode, drop_first=True).to_numpy(float)
    exogenous = np.column_stack([np.ones(len(table)), cities, table.pct_sociaal_minimum_2017])
    z, x = (np.column_stack([exogenous, table[f"onv_{year}"]]) for year in (2014, 2018))
    weighted = z.T * table.inwoners_2017.to_numpy()
    expected = np.linalg.solve(weighted @ x, weighted @ (table.onv_2020 - table.onv_2018))[-2]
    assert change(table, CHOICES, 2018, 2020).estimate[CORRECTED] == pytest.approx(10 * expected, rel=1e-8)


def test_an_instrument_that_is_the_baseline_itself_gives_the_plain_model_and_its_interval():
    table = invent(0.001, cities=3)
    table["onv_2014"] = table.onv_2018 + 1e-9 * np.arange(len(table))
    found = change(table, CHOICES, 2018, 2020)[["estimate", "low", "high"]]
    np.testing.assert_allclose(found.loc[CORRECTED], found.loc[WITH], rtol=1e-3)


def test_the_first_stage_f_is_the_square_of_a_clustered_t():
    table = invent()
    first = smf.wls("onv_2018 ~ pct_sociaal_minimum_2017 + onv_2014", table, weights=table.inwoners_2017).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(table.wijkcode)[0]}, use_t=True)  # fmt: skip
    found = change(table, CHOICES, 2018, 2020).first_stage_f
    assert found[CORRECTED] == pytest.approx(first.tvalues["onv_2014"] ** 2, rel=1e-6)
    assert found[[WITHOUT, WITH]].isna().all()


def test_errors_of_measurement_are_corrected():
    """Nothing changes. A baseline with error says that burdened buurten declined; the corrected one does not."""
    runs = pd.concat([change(invent(seed=seed), CHOICES, 2018, 2020).estimate for seed in range(40)], axis=1)
    mean, error = runs.mean(axis=1), runs.std(axis=1) / np.sqrt(runs.shape[1])
    assert mean[WITH] < -10 * error[WITH]
    assert abs(mean[WITHOUT]) < 3 * error[WITHOUT]
    assert abs(mean[CORRECTED]) < 3 * error[CORRECTED]
    assert abs(mean[CORRECTED]) < abs(mean[WITH]) / 4


@pytest.mark.parametrize("effect", [0.003, -0.003])
def test_a_real_change_is_recovered_per_ten_points(effect):
    runs = pd.concat([change(invent(effect, seed=seed), CHOICES, 2018, 2020).estimate for seed in range(15)], axis=1)
    assert runs.mean(axis=1)[[WITHOUT, CORRECTED]].tolist() == pytest.approx([10 * effect] * 2, abs=0.004)


def test_a_change_that_a_whole_city_shares_is_no_association_with_the_burden():
    table = invent(0.001, cities=5)
    shifted = table.assign(onv_2020=table.onv_2020 + pd.factorize(table.gemeentecode)[0] * 0.3)
    before, after = (change(each, CHOICES, 2018, 2020) for each in (table, shifted))
    np.testing.assert_allclose(after.estimate, before.estimate, rtol=1e-6)


@pytest.mark.parametrize("end", [2018, 2020])
def test_a_change_from_2014_has_no_instrument(end):
    found = change(invent(), CHOICES, 2014, end)
    assert found.estimate.isna().tolist() == [False, False, True]
    assert found.reason.tolist() == ["", "", NO_INSTRUMENT]
    assert verdict(found) == NO_VERDICT


def test_a_weak_instrument_gives_no_estimate():
    table = invent()
    table["onv_2014"] = np.random.default_rng(100).normal(size=len(table))
    found = change(table, CHOICES, 2018, 2020).loc[CORRECTED]
    assert np.isnan(found.estimate)
    assert found.reason == WEAK_INSTRUMENT


def test_each_model_counts_the_buurten_that_it_has():
    table = invent()
    table.loc[:4, "onv_2014"] = np.nan
    table.loc[:1, "onv_2018"] = np.nan
    table.loc[10:12, "inwoners_2017"] = CHOICES.ondergrens - 1
    assert change(table, CHOICES, 2018, 2020).n.tolist() == [395, 395, 392]


def test_few_wijken_still_give_an_interval():
    found = change(invent(wijken=8, n=150), CHOICES, 2018, 2020)
    assert (found.low < found.estimate).all()
    assert (found.high > found.estimate).all()


# --- The verdict ----------------------------------------------------------------------------------

UP, UP_UNSURE, DOWN, DOWN_UNSURE = (0.2, 0.1, 0.3), (0.2, -0.1, 0.5), (-0.2, -0.3, -0.1), (-0.2, -0.5, 0.1)
MISSING = (np.nan, np.nan, np.nan)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [((UP, UP, UP), SAFER), ((DOWN, DOWN, DOWN), LESS_SAFE), ((UP_UNSURE,) * 3, NOT_SHOWN), ((DOWN_UNSURE,) * 3, NOT_SHOWN),
     ((UP, UP, DOWN), NO_VERDICT), ((UP, UP, UP_UNSURE), NO_VERDICT), ((UP_UNSURE, UP_UNSURE, DOWN_UNSURE), NO_VERDICT),
     ((UP, UP_UNSURE, DOWN), NO_VERDICT), ((UP, UP, MISSING), NO_VERDICT), ((UP_UNSURE, UP_UNSURE, MISSING), NO_VERDICT)],
)  # fmt: skip
def test_a_verdict_needs_three_models_that_agree(rows, expected):
    table = pd.DataFrame(rows, columns=["estimate", "low", "high"], index=[WITHOUT, WITH, CORRECTED])
    assert verdict(table) == expected


@pytest.mark.parametrize(("effect", "expected"), [(0.01, SAFER), (-0.01, LESS_SAFE)])
def test_a_large_real_change_gets_its_verdict(effect, expected):
    assert verdict(change(invent(effect), CHOICES, 2018, 2020)) == expected


# --- Regression to the mean -----------------------------------------------------------------------


def test_what_measured_worst_seems_to_improve_and_what_measured_best_to_decline():
    found = regression_to_mean(0.8, seed=1)
    assert list(found.index) == [1, 2, 3, 4, 5]
    assert found.change.is_monotonic_decreasing
    assert found.change[1] > 0.2
    assert found.change[5] < -0.2
    assert found.change_burdened[1] > 0.1, "wie veel belasting heeft en onveilig leek, lijkt ook te verbeteren"
    assert (found.change_burdened < found.change).all(), (
        "belaste plekken vallen terug naar hun eigen, lagere gemiddelde"
    )
    np.testing.assert_allclose(found.change, found.expected, atol=0.015)
    np.testing.assert_allclose(found.change, found.second - found["first"])


def test_perfect_measurement_shows_no_change_and_none_at_all_shows_only_luck():
    assert regression_to_mean(1.0, seed=1).change.abs().max() == 0
    luck = regression_to_mean(0.0, seed=1)
    assert luck.second.abs().max() < 0.02
    assert luck.change[1] == pytest.approx(1.4, abs=0.02)


def test_the_simulation_is_the_same_for_the_same_seed():
    pd.testing.assert_frame_equal(regression_to_mean(0.9, 1, 1000), regression_to_mean(0.9, 1, 1000))
    assert not regression_to_mean(0.9, 1, 1000).equals(regression_to_mean(0.9, 2, 1000))


# --- Falling against rising -----------------------------------------------------------------------


def moving(
    falling: float = 0.0, rising: float = 0.0, seed: int = 1, n: int = 240, shared: float = 0.02
) -> pd.DataFrame:
    """Shares of low income that fall, rise or stay, and a change of safety for each; wijken share part of the noise."""
    random = np.random.default_rng(seed)
    wijk = np.arange(n) % 60
    before = random.uniform(4, 25, n).round(1)
    after = (before + np.where(random.random(n) < 0.7, -1, 1) * random.uniform(0.1, 4, n)).round(1)
    after[:6] = before[:6]
    moved = np.select([after < before, after > before], [falling, rising], 0.5)
    safety = random.normal(0, 0.1, n)
    return pd.DataFrame({
        "wijkcode": wijk, "inwoners_2017": random.integers(600, 6000, n).astype(float),
        "pct_laag_inkomen_2017": before, "pct_laag_inkomen_2020": after, "onv_2018": safety,
        "onv_2020": safety + moved + random.normal(0, 0.03, n) + shared * random.normal(size=60)[wijk],
    })  # fmt: skip


def test_a_planted_difference_is_recovered():
    runs = pd.concat([asymmetry(moving(0.05, -0.03, seed))["mean"] for seed in range(20)], axis=1).mean(axis=1)
    assert runs.to_dict() == pytest.approx({FALLING: 0.05, RISING: -0.03, DIFFERENCE: -0.08}, abs=0.006)


def test_means_counts_and_interval_equal_statsmodels():
    table = moving(0.02, 0.01)
    step = (table.pct_laag_inkomen_2020 - table.pct_laag_inkomen_2017).round(6)
    known = table[step != 0].assign(rising=(step > 0).astype(float), step=step)
    found = asymmetry(table)
    assert found.n.to_dict() == {
        FALLING: (known.rising == 0).sum(),
        RISING: (known.rising == 1).sum(),
        DIFFERENCE: len(known),
    }
    expected = smf.wls("I(onv_2020 - onv_2018) ~ rising", known, weights=known.inwoners_2017).fit(
        cov_type="cluster", cov_kwds={"groups": known.wijkcode}, use_t=True)  # fmt: skip
    assert found.loc[DIFFERENCE, ["low", "high"]].tolist() == pytest.approx(expected.conf_int().loc["rising"].tolist())
    assert found.loc[FALLING, ["low", "high"]].tolist() == pytest.approx(expected.conf_int().loc["Intercept"].tolist())
    for group, part in ((FALLING, known[known.rising == 0]), (RISING, known[known.rising == 1])):
        weights = part.inwoners_2017
        assert found["mean"][group] == pytest.approx(np.average(part.onv_2020 - part.onv_2018, weights=weights))
        assert found.change_income[group] == pytest.approx(np.average(part.step, weights=weights))


def test_the_smallest_detectable_difference_is_found_four_times_in_five():
    size = np.mean([asymmetry(moving(seed=seed)).detectable[DIFFERENCE] for seed in range(10)])
    runs = [asymmetry(moving(0.0, size, seed)).loc[DIFFERENCE] for seed in range(200)]
    assert np.mean([run.low > 0 for run in runs]) == pytest.approx(module.POWER, abs=0.08)


def test_only_the_difference_has_a_smallest_detectable_size():
    assert asymmetry(moving()).detectable.notna().tolist() == [False, False, True]


@pytest.mark.parametrize("direction", [1, -1])
def test_a_group_that_is_too_small_gives_counts_only(direction):
    table = moving()
    table["pct_laag_inkomen_2020"] = table.pct_laag_inkomen_2017 + direction
    found = asymmetry(table)
    assert sorted(found.n[[FALLING, RISING]]) == [0, len(table)]
    assert found.drop(columns="n").isna().all(axis=None)


def test_where_the_later_share_is_missing_nothing_is_said():
    found = asymmetry(moving().assign(pct_laag_inkomen_2020=np.nan))
    assert found.n.tolist() == [0, 0, 0]
    assert found["mean"].isna().all()
