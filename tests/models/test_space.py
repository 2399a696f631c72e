"""Moran's I, Conley errors and blocked cross-validation, on invented cities whose truth is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from shapely.geometry import box

from analysis.choices import Choices
from analysis.models.response import FOLDS, held_out_r2
from analysis.models.space import KNOWN_ENOUGH, blocks, centroids, conley, conley_covariance, held_out, moran, morans
from analysis.models.spline import Spline, line

SIDE = 12
CODES = [f"BU0363{number:04d}" for number in range(SIDE * SIDE)]
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)


def town(noise: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """Buurten on a square lattice, 2 × 2 to a wijk; burden without any pattern in space."""
    random = np.random.default_rng(seed)
    x = random.gamma(4, 2.5, len(CODES))
    wijk = ROW // 2 * SIDE // 2 + COLUMN // 2
    return pd.DataFrame({
        "wijkcode": [f"WK0363{code:02d}" for code in wijk], "gewicht": random.lognormal(7.5, 0.5, len(CODES)),
        "belasting": x, "uitkomst": 0.3 - 0.02 * x + noise,
    }, index=CODES)  # fmt: skip


def lattice() -> pd.DataFrame:
    """Borders of the lattice, as the dataset has them: pairs in the index, each once."""
    east = [(CODES[i], CODES[i + 1]) for i in range(SIDE * SIDE) if i % SIDE < SIDE - 1]
    north = [(CODES[i], CODES[i + SIDE]) for i in range(SIDE * (SIDE - 1))]
    return pd.DataFrame(index=pd.MultiIndex.from_tuples(east + north, names=["buurtcode_a", "buurtcode_b"]))


def places() -> pd.DataFrame:
    return pd.DataFrame({"x": 500.0 * COLUMN, "y": 500.0 * ROW}, index=CODES)


WAVE = 0.05 * np.sin(COLUMN / 2) * np.cos(ROW / 2)
BORDERS = lattice()


# --- Moran's I ------------------------------------------------------------------------------------


def white(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.05, len(CODES))


def test_a_planted_wave_is_found():
    found = moran(town(WAVE + white(1) / 5), BORDERS, seed=1)
    assert found["moran"] > 0.5
    assert found["p"] == pytest.approx(0.002)
    assert (found["n"], found["eilanden"], found["bekend"]) == (SIDE * SIDE, 0, 1.0)


def test_a_chessboard_is_found_as_repulsion():
    found = moran(town(0.05 * (-1.0) ** (ROW + COLUMN)), BORDERS, seed=1)
    assert found["moran"] < -0.8
    assert found["p"] == pytest.approx(0.002)


def test_white_noise_is_called_autocorrelated_about_once_in_twenty():
    found = [moran(town(white(seed), seed), BORDERS, seed, permutations=199) for seed in range(40)]
    assert sum(one["p"] <= 0.05 for one in found) <= 6
    assert min(one["p"] for one in found) < 0.3
    assert np.mean([one["moran"] for one in found]) == pytest.approx(-1 / (SIDE * SIDE - 1), abs=0.03)


def test_i_equals_the_formula_on_the_residuals_of_the_curve():
    sample = town(WAVE + white(2))
    root = np.sqrt(sample.gewicht.to_numpy())[:, None]
    design, y = Spline(sample.belasting).basis(sample.belasting), sample.uitkomst.to_numpy()[:, None]
    left = y - design @ np.linalg.lstsq(design * root, y * root, rcond=None)[0]
    beside = (np.abs(ROW[:, None] - ROW) + np.abs(COLUMN[:, None] - COLUMN) == 1).astype(float)
    weights, z = beside / beside.sum(axis=1, keepdims=True), (left - left.mean())[:, 0]
    assert moran(sample, BORDERS, 1, 9)["moran"] == pytest.approx(z @ weights @ z / (z @ z))


def test_a_buurt_without_neighbours_in_the_sample_is_an_island_and_left_out():
    sample = town(WAVE)
    around = [CODES[1], CODES[SIDE]]
    found = moran(sample.drop(index=around), BORDERS, seed=1)
    assert (found["eilanden"], found["n"]) == (1, SIDE * SIDE - 3)


@pytest.mark.parametrize(("known", "told"), [(KNOWN_ENOUGH - 0.1, False), (KNOWN_ENOUGH + 0.1, True)])
def test_where_too_few_borders_are_known_nothing_is_told(known, told):
    """The top rows fall off the map of borders."""
    kept = set(CODES[: round(known * SIDE) * SIDE])
    part = BORDERS[[a in kept and b in kept for a, b in BORDERS.index]]
    found = moran(town(WAVE), part, seed=1, permutations=99)
    assert found["bekend"] == pytest.approx(len(kept) / len(CODES))
    assert np.isfinite(found["moran"]) == np.isfinite(found["p"]) == told


def test_the_same_seed_gives_the_same_p_and_leaves_the_global_generator_alone():
    sample = town(WAVE / 8 + white(3))
    np.random.seed(5)
    expected = np.random.random(3).tolist()
    np.random.seed(5)
    first, again, other = (moran(sample, BORDERS, seed, 99)["p"] for seed in (1, 1, 2))
    assert np.random.random(3).tolist() == expected
    assert first == again
    assert first != other


def test_every_city_keeps_its_row():
    noise = town(WAVE)
    table = noise.assign(gemeentecode="GM0363", inwoners_2017=noise.gewicht, pct_sociaal_minimum_2017=noise.belasting,
                         onv_2018=noise.uitkomst)  # fmt: skip
    cities = pd.DataFrame({"gemeentenaam": ["Amsterdam", "Elders"]}, index=["GM0363", "GM0001"])
    found = morans(table, cities, BORDERS, Choices(ondergrens=0))
    assert found.moran["GM0363"] > 0.5
    assert np.isnan(found.moran["GM0001"])
    assert found.bekend["GM0001"] == 0


# --- Conley errors --------------------------------------------------------------------------------


def parts(
    sample: pd.DataFrame,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, sm.regression.linear_model.RegressionResults]:
    design, weights = line(sample.belasting), sample.gewicht.to_numpy()
    plain = sm.WLS(sample.uitkomst.to_numpy(), design, weights).fit(cov_type="HC0")
    return design, plain.resid, weights, plain


@pytest.mark.parametrize("cutoff", [0, 1, 499])
def test_without_neighbours_within_reach_the_error_is_hc0(cutoff):
    design, left, weights, plain = parts(town(WAVE))
    found = conley_covariance(design, left, weights, places().to_numpy(), cutoff)
    np.testing.assert_allclose(found, plain.cov_params(), rtol=1e-9)


def test_copies_at_the_same_place_are_no_new_evidence():
    sample = town(white(1))
    design, left, weights, plain = parts(sample)
    four = [np.concatenate([part] * 4) for part in (design, left, weights, places().to_numpy())]
    np.testing.assert_allclose(conley_covariance(*four, cutoff=100), plain.cov_params(), rtol=1e-9)
    np.testing.assert_allclose(conley_covariance(*four, cutoff=0), plain.cov_params() / 4, rtol=1e-9)


def test_the_kernel_is_written_out():
    """Two of three places 300 m east and 200 m north of each other count together by 0.7 × 0.8 at a cut-off of 1 km."""
    design = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]])
    left, weights = np.array([1.0, -2.0, 0.5]), np.array([1.0, 2.0, 1.0])
    at = np.array([[0.0, 0.0], [300.0, 200.0], [5000.0, 0.0]])
    kernel = np.array([[1, 0.56, 0], [0.56, 1, 0], [0, 0, 1]])
    scores, bread = design * (weights * left)[:, None], np.linalg.inv(design.T @ np.diag(weights) @ design)
    found = conley_covariance(design, left, weights, at, 1000)
    np.testing.assert_allclose(found, bread @ scores.T @ kernel @ scores @ bread)


@pytest.mark.parametrize("cutoff", [700, 1500, 4000, 9000])
def test_the_variance_is_never_negative(cutoff):
    chessboard = 0.05 * (-1.0) ** (ROW + COLUMN)
    sample = town(chessboard).assign(belasting=10 + 3 * (-1.0) ** ROW + COLUMN / 10)
    design, left, weights, _ = parts(sample)
    assert np.linalg.eigvalsh(conley_covariance(design, left, weights, places().to_numpy(), cutoff)).min() > -1e-12


def test_under_correlation_in_space_conley_comes_nearer_to_the_true_error():
    """Burden and noise both come in waves at random places; the slope scatters more than HC0 says."""
    at = places().to_numpy() / 500
    smooth = np.exp(-((at[:, None] - at[None]) ** 2).sum(axis=2))
    slopes, hc0, near = [], [], []
    for seed in range(150):
        random = np.random.default_rng(seed)
        x, noise = smooth @ random.normal(size=(2, len(CODES)))[0], smooth @ random.normal(size=len(CODES))
        sample = pd.DataFrame({"belasting": x, "uitkomst": noise, "gewicht": 1.0})
        design, left, weights, plain = parts(sample)
        slopes.append(plain.params[1])
        hc0.append(plain.bse[1])
        near.append(np.sqrt(conley_covariance(design, left, weights, at, 4)[1, 1]))
    truth = np.std(slopes)
    assert np.mean(hc0) < 0.6 * truth
    assert 0.75 * truth < np.mean(near) < 1.1 * truth


def test_the_table_has_the_slope_once_and_every_error():
    found = conley(town(white(1)), places().drop(index=CODES[:3]))
    assert found.index.tolist() == ["HC3", "wijk", "Conley 0 km", "Conley 1 km", "Conley 2 km", "Conley 4 km"]
    assert found.value.nunique() == 1
    assert found.value.iloc[0] == pytest.approx(-0.2, abs=0.05)
    assert (found.n == SIDE * SIDE - 3).all()
    assert ((found.low < found.value) & (found.value < found.high)).all()


# --- Blocks ---------------------------------------------------------------------------------------


def test_centroids_are_those_of_the_polygons():
    squares = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 4), box(10, 10, 12, 12)], index=["a", "b"], crs="EPSG:28992")
    pd.testing.assert_frame_equal(centroids(squares), pd.DataFrame({"x": [1.0, 11.0], "y": [2.0, 11.0]}, ["a", "b"]))


def test_blocks_are_of_one_size_hold_whole_wijken_and_do_not_overlap():
    sample = town(WAVE)
    block = blocks(sample, places())
    assert sorted(block.unique()) == list(range(FOLDS))
    assert (block.groupby(sample.wijkcode).nunique() == 1).all()
    wijken = sample.wijkcode.groupby(block).nunique()
    assert wijken.max() - wijken.min() <= 1
    row = places().y.groupby(block).agg(["min", "max"])
    assert row["max"].iloc[:5].max() < row["min"].iloc[5:].min()


def test_what_is_only_known_from_next_door_is_lost_when_whole_blocks_are_held_out():
    """Burden tells the block, and every block has a level of its own: only buurten of the same block know it."""
    block = blocks(town(WAVE), places()).to_numpy()
    level = np.array([0, 3, 1, -2, -3, -1, 2, 3, 0, -2])[block]
    sample = town(WAVE).assign(belasting=10.0 * block + white(2), uitkomst=level + white(1))
    found = held_out(sample, seed=1, places=places())
    assert found.curve["wijken"] > found.curve["blokken"] + 0.2


def test_blocks_are_scored_as_any_other_group():
    sample = town(white(1))
    found = held_out(sample, seed=1, places=places())
    grouped = sample.assign(wijkcode=blocks(sample, places()))
    assert found.line["blokken"] == pytest.approx(held_out_r2(grouped, line, seed=9))
    assert found.spreiding["blokken"] == 0
    assert found.spreiding["wijken"] > 0


def test_a_city_without_a_map_or_with_few_wijken_has_fewer_rows():
    sample = town(white(1))
    assert held_out(sample, 1).index.tolist() == ["buurten", "wijken"]
    assert held_out(sample.assign(wijkcode=sample.wijkcode.str[:7]), 1).index.tolist() == ["buurten"]
