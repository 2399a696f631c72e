"""Weighted least squares: the fast functional is statsmodels, and errors are those that suit the number of wijken."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

import analysis
from analysis.models.wls import FEWEST_CLUSTERS, Functional, fit, standardise, weighted_sd

N = 240
MANY = 50


def invent(wijken: int, n: int = N, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Design of four columns, weights, labels of wijken in no order, a contrast, and outcomes of very different sizes."""
    random = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), random.gamma(4, 2.5, n), random.normal(size=(n, 2))])
    groups = random.permutation(np.arange(n) % wijken)
    shared = random.normal(size=(wijken, MANY))[groups]
    sizes = 10.0 ** random.integers(-3, 4, MANY)
    outcomes = sizes * (
        design @ random.normal(size=(4, MANY)) + shared + random.normal(size=(n, MANY)) * design[:, [1]]
    )
    labels = np.array([f"WK{group:03d}" for group in groups])
    return design, random.lognormal(7.5, 0.6, n), labels, np.array([0.5, -1.0, 0.0, 2.0]), outcomes


# --- The functional is statsmodels ----------------------------------------------------------------


@pytest.mark.parametrize("wijken", [FEWEST_CLUSTERS, 60, N])
def test_estimate_and_both_errors_equal_statsmodels_for_every_outcome(wijken):
    design, weights, labels, contrast, outcomes = invent(wijken)
    found = Functional(design, weights, contrast, labels).estimate(outcomes)
    for number, outcome in enumerate(outcomes.T):
        shown, plain = (fit(design, outcome, weights, clusters).t_test(contrast) for clusters in (labels, None))
        expected = [shown.effect.item(), shown.sd.item(), plain.sd.item()]
        np.testing.assert_allclose([part[number] for part in found], expected, rtol=1e-8)


def test_errors_by_wijk_are_others_than_hc3_where_wijken_share_noise():
    design, weights, labels, contrast, outcomes = invent(60)
    _, shown, plain = Functional(design, weights, contrast, labels).estimate(outcomes)
    assert np.abs(np.log(shown / plain)).min() > 1e-6


@pytest.mark.parametrize("wijken", [None, 2, FEWEST_CLUSTERS - 1])
def test_without_enough_wijken_both_errors_are_hc3(wijken):
    design, weights, labels, contrast, outcomes = invent(wijken or 60)
    prepared = Functional(design, weights, contrast, None if wijken is None else labels)
    _, shown, plain = prepared.estimate(outcomes)
    assert not prepared.clustered
    np.testing.assert_array_equal(shown, plain)
    for number, outcome in enumerate(outcomes.T[:5]):
        by_hand = sm.WLS(outcome, design, weights).fit(cov_type="HC3").t_test(contrast)
        assert plain[number] == pytest.approx(by_hand.sd.item(), rel=1e-8)


@pytest.mark.parametrize(("wijken", "degrees"), [(FEWEST_CLUSTERS, FEWEST_CLUSTERS - 1), (60, 59), (None, N - 4),
                                                 (FEWEST_CLUSTERS - 1, N - 4)])  # fmt: skip
def test_degrees_of_freedom_are_those_of_statsmodels(wijken, degrees):
    design, weights, labels, contrast, outcomes = invent(wijken or 60)
    clusters = None if wijken is None else labels
    assert Functional(design, weights, contrast, clusters).degrees == degrees
    assert fit(design, outcomes[:, 0], weights, clusters).t_test(contrast).df_denom == degrees


def test_the_order_and_the_names_of_wijken_do_not_matter():
    design, weights, labels, contrast, outcomes = invent(40)
    order = np.random.default_rng(2).permutation(N)
    names = dict(zip(np.unique(labels), np.random.default_rng(3).permutation(1000), strict=False))
    renamed = np.array([names[label] for label in labels])
    before = Functional(design, weights, contrast, labels).estimate(outcomes)
    after = Functional(design[order], weights[order], contrast, renamed[order]).estimate(outcomes[order])
    np.testing.assert_allclose(after, before, rtol=1e-8)


def test_a_prepared_functional_is_much_faster_than_one_fit_for_each():
    design, weights, labels, contrast, outcomes = invent(60)
    start = time.process_time()
    Functional(design, weights, contrast, labels).estimate(np.tile(outcomes, 40))
    assert time.process_time() - start < 0.5


# --- One fit --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wijken", "kind"), [(FEWEST_CLUSTERS - 1, "HC3"), (FEWEST_CLUSTERS, "cluster"), (None, "HC3")]
)
def test_errors_are_by_wijk_from_twenty_wijken_on(wijken, kind):
    design, weights, labels, _, outcomes = invent(wijken or 60)
    found = fit(design, outcomes[:, 0], weights, None if wijken is None else labels)
    assert found.cov_type == kind
    assert found.use_t


def test_coefficients_solve_the_weighted_normal_equations():
    design, weights, labels, _, outcomes = invent(60)
    found = fit(design, outcomes[:, 0], weights, labels)
    weighted = design.T * weights
    np.testing.assert_allclose(found.params, np.linalg.solve(weighted @ design, weighted @ outcomes[:, 0]), rtol=1e-8)


def test_the_interval_covers_where_wijken_share_noise_and_that_of_hc3_does_not():
    """A regressor that belongs to the wijk, with noise that the wijk shares: 300 samples of a slope of 1."""
    random = np.random.default_rng(3)
    wijk = np.arange(400) % 50
    design = np.column_stack([np.ones(400), random.normal(size=50)[wijk]])
    outcomes = design[:, [1]] + random.normal(size=(50, 300))[wijk] + 0.3 * random.normal(size=(400, 300))
    prepared = Functional(design, np.ones(400), np.array([0.0, 1.0]), wijk)
    value, shown, plain = prepared.estimate(outcomes)
    reach = stats.t.ppf(0.975, prepared.degrees)
    assert 0.89 < np.mean(np.abs(value - 1) <= reach * shown) < 0.99
    assert np.mean(np.abs(value - 1) <= reach * plain) < 0.7


# --- Weighted z-scores ----------------------------------------------------------------------------


def test_scores_have_weighted_mean_zero_and_spread_one():
    random = np.random.default_rng(1)
    values, weights = random.gamma(4, 2.5, N), random.lognormal(7.5, 0.6, N)
    scores = standardise(values, weights)
    assert np.average(scores, weights=weights) == pytest.approx(0, abs=1e-12)
    assert np.cov(scores, aweights=weights) == pytest.approx(1)
    assert abs(np.mean(scores)) > 0.01, "ongewogen is het gemiddelde niet nul"


def test_scores_do_not_know_the_unit_of_values_or_weights():
    random = np.random.default_rng(1)
    values, weights = random.gamma(4, 2.5, N), random.lognormal(7.5, 0.6, N)
    np.testing.assert_allclose(standardise(32 + 1.8 * values, 1000 * weights), standardise(values, weights), rtol=1e-9)


def test_with_equal_weights_scores_are_the_ordinary_ones():
    values = np.random.default_rng(1).normal(3, 2, N)
    np.testing.assert_allclose(standardise(values, np.full(N, 7)), stats.zscore(values, ddof=1))


# --- one weighted standard deviation --------------------------------------------------------------


def test_the_weighted_standard_deviation_is_the_formula_of_the_register():
    values, weights = np.array([1.0, 2.0, 4.0, 8.0]), np.array([10.0, 20.0, 30.0, 40.0])
    mean = (weights * values).sum() / weights.sum()
    below = weights.sum() - (weights**2).sum() / weights.sum()
    assert weighted_sd(values, weights) == pytest.approx(np.sqrt((weights * (values - mean) ** 2).sum() / below))
    assert weighted_sd(values, 7 * weights) == pytest.approx(weighted_sd(values, weights))
    assert weighted_sd(values) == weighted_sd(values, np.ones(4)) == pytest.approx(values.std(ddof=1))


def test_no_other_weighted_standard_deviation_is_worked_out():
    """A second formula in a corner gives a second number under the same name."""
    root = Path(analysis.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"sqrt\(np\.cov|np\.std\(outcomes|DescrStatsW\([^)]*\)\.std", path.read_text("utf-8"))
    }
    assert found == {"models/wls.py"}
