"""The slope and the curve of one city, against formulas written out here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.models import response
from analysis.models.response import FEWEST_CLUSTERS, SUPPORT, curve, held_out_r2, slope
from analysis.models.spline import DEGREES, Spline, line
from analysis.publication.reports import WORTH_A_BEND


def straight(x: np.ndarray) -> np.ndarray:
    return 0.3 - 0.02 * x


def bent(x: np.ndarray) -> np.ndarray:
    """Falls at first and is flat from 12 % on."""
    return 0.3 - 0.03 * np.minimum(x, 12)


def invent(
    truth: Callable[[np.ndarray], np.ndarray] = straight, n: int = 150, wijken: int = 30, seed: int = 1,
    noise: float = 0.05, shared: float = 0.04,
) -> pd.DataFrame:  # fmt: skip
    """A sample with skewed burden and inhabitants; noise grows with the burden and is partly shared by a wijk."""
    random = np.random.default_rng(seed)
    x = random.gamma(4, 2.5, n)
    wijk = np.arange(n) % wijken
    error = random.normal(0, noise * (0.5 + x / 10), n) + random.normal(0, shared, wijken)[wijk]
    return pd.DataFrame({
        "wijkcode": [f"WK{code:06d}" for code in wijk], "gewicht": random.lognormal(7.5, 0.7, n).round(),
        "belasting": x, "uitkomst": truth(x) + error,
    })  # fmt: skip


def arrays(sample: pd.DataFrame, weighted: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, w = (sample[column].to_numpy(float) for column in ("belasting", "uitkomst", "gewicht"))
    return x, y, w if weighted else np.ones_like(w)


def sandwich(x: np.ndarray, y: np.ndarray, w: np.ndarray, scores: Callable[..., np.ndarray]) -> float:
    """Standard error of the slope: bread × meat × bread, the meat made of the rows that `scores` gives."""
    design = np.column_stack([np.ones_like(x), x])
    bread = np.linalg.inv(design.T @ (w[:, None] * design))
    residual = y - design @ (bread @ design.T @ (w * y))
    leverage = w * np.einsum("ij,jk,ik->i", design, bread, design)
    rows = scores(design * (w * residual)[:, None], leverage)
    return float(np.sqrt((bread @ rows.T @ rows @ bread)[1, 1]))


# --- The slope ------------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_slope_intercept_and_r2_equal_the_closed_form(seed, weighted):
    sample = invent(seed=seed)
    x, y, w = arrays(sample, weighted)
    x_mean, y_mean = np.sum(w * x) / np.sum(w), np.sum(w * y) / np.sum(w)
    expected = np.sum(w * (x - x_mean) * (y - y_mean)) / np.sum(w * (x - x_mean) ** 2)
    explained = expected**2 * np.sum(w * (x - x_mean) ** 2) / np.sum(w * (y - y_mean) ** 2)
    found = slope(sample, weighted)
    assert found.value == pytest.approx(expected, rel=1e-9)
    assert found.intercept == pytest.approx(y_mean - expected * x_mean, rel=1e-9)
    assert found.r2 == pytest.approx(explained, rel=1e-9)


def test_weights_change_the_slope():
    assert slope(invent()).value != pytest.approx(slope(invent(), weighted=False).value, rel=1e-3)


@pytest.mark.parametrize("weighted", [True, False])
def test_hc3_error_and_interval_equal_the_formula(weighted):
    sample = invent()
    x, y, w = arrays(sample, weighted)
    expected = sandwich(x, y, w, lambda rows, leverage: rows / (1 - leverage)[:, None])
    found = slope(sample, weighted)
    margin = stats.t.ppf(0.975, len(x) - 2) * expected
    assert found.errors == "HC3"
    assert found.error == pytest.approx(expected, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((found.value - margin, found.value + margin), rel=1e-9)


@pytest.mark.parametrize("wijken", [FEWEST_CLUSTERS, 50])
def test_clustered_error_and_interval_equal_the_formula(wijken):
    """Scores are summed per wijk; the usual small-sample factor; Student's t with one degree less than wijken."""
    sample = invent(wijken=wijken)
    x, y, w = arrays(sample)
    groups = sample.wijkcode.to_numpy()

    def scores(rows: np.ndarray, _: np.ndarray) -> np.ndarray:
        summed = pd.DataFrame(rows).groupby(groups).sum().to_numpy()
        return summed * np.sqrt(wijken / (wijken - 1) * (len(x) - 1) / (len(x) - 2))

    expected = sandwich(x, y, w, scores)
    found = slope(sample, errors="wijk")
    margin = stats.t.ppf(0.975, wijken - 1) * expected
    assert (found.errors, found.clusters) == ("wijk", wijken)
    assert found.error == pytest.approx(expected, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((found.value - margin, found.value + margin), rel=1e-9)


def test_with_fewer_than_twenty_wijken_errors_fall_back_to_hc3():
    sample = invent(wijken=FEWEST_CLUSTERS - 1)
    assert slope(sample, errors="wijk") == slope(sample)
    assert slope(sample, errors="wijk").errors == "HC3"


def test_the_outcomes_spread_is_weighted():
    sample = invent()
    _, y, w = arrays(sample)
    total, squares = w.sum(), np.sum(w**2)
    variance = np.sum(w * (y - np.average(y, weights=w)) ** 2) / (total - squares / total)
    assert slope(sample).outcome_sd == pytest.approx(np.sqrt(variance), rel=1e-6)


@pytest.mark.parametrize(("factor", "shift"), [(2.0, 0.0), (-1.0, 0.3), (0.1, -5.0)])
def test_another_scale_of_the_outcome_scales_the_slope_and_leaves_r2(factor, shift):
    sample = invent()
    before, after = slope(sample), slope(sample.assign(uitkomst=factor * sample.uitkomst + shift))
    assert after.value == pytest.approx(factor * before.value)
    assert after.error == pytest.approx(abs(factor) * before.error)
    assert after.r2 == pytest.approx(before.r2)


# --- The curve ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bent_curve() -> response.Curve:
    return curve(invent(bent, n=400, wijken=80, noise=0.03, shared=0.02), seed=1)


def test_the_curve_recovers_a_bent_truth(bent_curve):
    truth = bent(bent_curve.grid.belasting.to_numpy())
    assert np.abs(bent_curve.grid.curve - truth).max() < 0.04
    inside = bent_curve.grid.low.le(truth + 0.01) & bent_curve.grid.high.ge(truth - 0.01)
    assert inside.mean() > 0.9


def test_a_bent_truth_is_worth_a_bend(bent_curve):
    assert bent_curve.r2_curve - bent_curve.r2_line > 5 * WORTH_A_BEND


@pytest.mark.parametrize("seed", range(5))
def test_a_straight_truth_is_not_worth_a_bend(seed):
    found = curve(invent(n=400, wijken=80, seed=seed, noise=0.03, shared=0.02), seed=1)
    assert found.r2_curve - found.r2_line < WORTH_A_BEND
    assert found.r2_line > 0.5


def test_the_grid_spans_the_support_and_the_band_surrounds_the_curve():
    sample = invent()
    found = curve(sample, seed=1, points=33)
    assert len(found.grid) == 33
    assert found.grid.belasting.iloc[[0, -1]].tolist() == pytest.approx(
        sample.belasting.quantile(list(SUPPORT)).tolist()
    )
    assert (found.grid.low < found.grid.curve).all()
    assert (found.grid.high > found.grid.curve).all()


def test_the_dashed_line_is_the_slope_itself():
    sample = invent()
    found, straight_line = curve(sample, seed=1).grid, slope(sample)
    expected = straight_line.intercept + straight_line.value * found.belasting
    np.testing.assert_allclose(found.line, expected, rtol=1e-9)


def test_the_curve_gives_the_same_for_the_same_seed_and_another_for_another():
    sample = invent()
    first, again, other = curve(sample, 1), curve(sample, 1), curve(sample, 2)
    pd.testing.assert_frame_equal(first.grid, again.grid)
    assert (first.r2_curve, first.r2_line) == (again.r2_curve, again.r2_line)
    assert first.r2_curve != other.r2_curve
    pd.testing.assert_frame_equal(first.grid, other.grid)


# --- Held-out wijken ------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.5])
def test_held_out_r2_is_at_most_one(noise):
    found = held_out_r2(invent(noise=noise, shared=0), line, seed=1)
    assert found <= 1 + 1e-12
    assert (found == pytest.approx(1)) == (noise == 0)


@pytest.mark.parametrize("seed", range(5))
def test_held_out_r2_of_pure_noise_is_near_zero_and_never_flatters(seed):
    sample = invent(lambda x: np.zeros_like(x), n=400, wijken=80, seed=seed, shared=0)
    assert -0.1 < held_out_r2(sample, line, seed) < 0.03


def test_no_buurt_of_a_held_out_wijk_is_seen():
    """Every wijk has a burden and an outcome of its own: only a fit that has seen the wijk could know its outcome."""
    random = np.random.default_rng(1)
    sample = pd.DataFrame({
        "wijkcode": np.repeat([f"WK{code}" for code in range(30)], 5), "gewicht": 1000.0,
        "belasting": np.repeat(np.arange(30.0), 5), "uitkomst": np.repeat(random.normal(size=30), 5),
    })  # fmt: skip
    assert held_out_r2(sample, lambda x: np.eye(30)[np.asarray(x, int)], seed=1) < 0.05


def test_held_out_r2_counts_inhabitants():
    sample = invent()
    doubled = sample.assign(gewicht=2 * sample.gewicht)
    assert held_out_r2(doubled, line, 1) == pytest.approx(held_out_r2(sample, line, 1))
    assert held_out_r2(sample.assign(gewicht=1.0), line, 1) != pytest.approx(held_out_r2(sample, line, 1), rel=1e-3)


# --- The spline -----------------------------------------------------------------------------------


X = np.random.default_rng(1).gamma(4, 2.5, 200)


def test_the_basis_has_a_constant_and_as_many_columns_as_degrees():
    basis = Spline(X).basis(X)
    assert basis.shape == (len(X), 1 + DEGREES)
    assert np.linalg.matrix_rank(basis) == 1 + DEGREES
    np.testing.assert_allclose(basis[:, 0], 1)


@pytest.mark.parametrize("beyond", [np.linspace(X.max(), 3 * X.max(), 25), np.linspace(-20, X.min(), 25)])
def test_the_spline_is_straight_beyond_the_data(beyond):
    basis = Spline(X).basis(beyond)
    np.testing.assert_allclose(np.diff(basis, n=2, axis=0), 0, atol=1e-9)
    assert np.abs(np.diff(basis[:, 1:], axis=0)).max() > 1e-3


def test_the_spline_bends_within_the_data():
    basis = Spline(X).basis(np.linspace(X.min(), X.max(), 25))
    assert np.abs(np.diff(basis, n=2, axis=0)).max() > 1e-3


def test_the_spline_contains_every_straight_line():
    basis = Spline(X).basis(X)
    target = 0.7 - 0.03 * X
    coefficients, *_ = np.linalg.lstsq(basis, target, rcond=None)
    np.testing.assert_allclose(basis @ coefficients, target, atol=1e-9)


def test_the_knots_stay_where_the_data_were():
    """A basis for other values is that of the first data, not one made anew."""
    spline = Spline(X)
    np.testing.assert_allclose(spline.basis(X[:7]), spline.basis(X)[:7])
