"""What was made fit for many areas gives what the plain way gave, and its time and memory grow with the areas alone."""

from __future__ import annotations

import dataclasses
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from test_specification import AGE as CHARACTERISTIC
from test_specification import CHOICES, CITIES, CODES, SMALL, invent

from analysis.measures.sample import of_city, select
from analysis.models import cities, derivative, interaction, specification
from analysis.models.bootstrap import cluster_bootstrap
from analysis.models.interaction import CR3, InteractionTest
from analysis.models.response import slope
from analysis.models.space import conley_covariance, moran, morans
from analysis.models.specification import ALL, CURVATURE, RAW, Shuffle, by_chance, curves
from analysis.models.spline import line
from analysis.models.wls import FEWEST_CLUSTERS, Levels, fit, one_hot, standardise

CUT = CHOICES.ondergrens


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Six cities, rows in no order, and codes for the buurten."""
    found = invent().sample(frac=1, random_state=1)
    return found.set_axis([f"BU{number:05d}" for number in range(len(found))])


# --- Equal to the plain way -----------------------------------------------------------------------


def test_levels_are_taken_out_as_by_a_column_for_each_city(table):
    w = table.inwoners_2017.to_numpy()
    values = table[["pct_laagste40_2017", "onv_2018"]].to_numpy()
    levels, dummies = Levels(table.gemeentecode, w), one_hot(table.gemeentecode).toarray().T
    root = np.sqrt(w)[:, None]
    fitted = dummies @ np.linalg.lstsq(root * dummies, root * values, rcond=None)[0]
    np.testing.assert_allclose(levels.centre(values), values - fitted, rtol=1e-12, atol=1e-12)
    q, _ = np.linalg.qr(root * dummies)
    np.testing.assert_allclose(levels.share, np.sum(q**2, axis=1), rtol=1e-12)


@pytest.mark.parametrize("whole", [False, True])
def test_the_jackknife_equals_that_with_a_column_for_each_city(table, whole):
    """Also where a wijk is a whole city, whose level is then not determined without it."""
    sample = select(table, CHOICES)
    city = sample.gemeentecode.where(~whole | (sample.wijkcode != "WK036303"), "GM9999").to_numpy()
    given = (sample.belasting, sample[CHARACTERISTIC.column], sample.gewicht)
    found = InteractionTest(*given, sample.wijkcode, city, CR3).t(sample.uitkomst.to_numpy())
    root = np.sqrt(sample.gewicht.to_numpy())
    design = root[:, None] * interaction._Joint(*given, city).design
    scaled = root * standardise(sample.uitkomst, sample.gewicht)
    inverse = np.linalg.pinv(design)
    left, hat = scaled - design @ (inverse @ scaled), design @ inverse
    moved = []
    for wijk in sample.wijkcode.unique():
        rows = np.flatnonzero(sample.wijkcode == wijk)
        block = np.linalg.pinv(np.eye(len(rows)) - hat[np.ix_(rows, rows)], rcond=1e-10, hermitian=True)
        moved.append(inverse[-1, rows] @ block @ left[rows])
    clusters = len(moved)
    assert found.estimate[0] == pytest.approx(inverse[-1] @ scaled, rel=1e-10)
    assert found.error[0] == pytest.approx(np.sqrt((clusters - 1) / clusters * np.sum(np.square(moved))), rel=1e-10)


def test_a_buurt_that_is_a_whole_city_has_no_influence_where_errors_are_hc3(table):
    sample = select(table, CHOICES)
    city = sample.gemeentecode.where(np.arange(len(sample)) > 0, "GM9999").to_numpy()
    few = np.arange(len(sample)) % (FEWEST_CLUSTERS - 1)
    given = (sample.belasting, sample[CHARACTERISTIC.column], sample.gewicht)
    test = InteractionTest(*given, few, city)
    joint, y = interaction._Joint(*given, city), standardise(sample.uitkomst, sample.gewicht)
    expected = fit(joint.design, y, sample.gewicht)
    assert not test.clustered
    np.testing.assert_allclose(test.t(sample.uitkomst.to_numpy()).error, expected.bse[-1], rtol=1e-8)


def test_conley_counts_the_same_pairs_as_all_pairs_would():
    random = np.random.default_rng(1)
    n = 300
    design, left, w = line(random.gamma(4, 2, n)), random.normal(size=n), random.lognormal(7, 0.5, n)
    places = random.uniform(0, 10_000, (n, 2)).round(-2)  # on a lattice, some at one place, many right at the cut-off
    scores = design * (w * left)[:, None]
    bread = np.linalg.inv(design.T @ (w[:, None] * design))
    for cutoff in (100, 1000, 4000, 50_000):
        kernel = np.clip(1 - np.abs(places[:, None] - places[None]) / cutoff, 0, None).prod(axis=2)
        expected = bread @ scores.T @ kernel @ scores @ bread
        np.testing.assert_allclose(conley_covariance(design, left, w, places, cutoff), expected, rtol=1e-11)


def borders_of(table: pd.DataFrame) -> pd.DataFrame:
    """Every buurt borders the next two in the order of cities, so also some of other cities; a few are on no map, and the
    last one borders another city alone, as the second of its pair."""
    *codes, last = table.sort_values(["gemeentecode", "wijkcode"]).index[5:]
    pairs = [(codes[i], codes[i + step]) for step in (1, 2) for i in range(len(codes) - step)]
    pairs.append((codes[0], last))
    return pd.DataFrame(index=pd.MultiIndex.from_tuples(pairs, names=["a", "b"]))


def test_every_city_apart_is_what_it_was_among_all_rows(table):
    borders, none = borders_of(table), pd.DataFrame({"gemeentenaam": ["G"]}, index=["GM9999"])
    places = pd.concat([CITIES, none])
    found = cities.slopes(table, places, CHOICES, CUT)
    autocorrelation = morans(table, places, borders, CHOICES)
    assert found.index.tolist() == CODES and autocorrelation.index.tolist() == [*CODES, "GM9999"]
    assert autocorrelation.moran.notna().sum() == len(CODES)
    for code in CODES:
        sample = select(of_city(table, code), CHOICES, CUT)
        plain, by_wijk = slope(sample), slope(sample, errors="wijk")
        assert found.value[code] == plain.value
        assert found.error[code] == max(plain.error, by_wijk.error)
        alone = moran(sample, borders, CHOICES.zaad)
        assert autocorrelation.loc[code, list(alone)].to_dict() == alone


def test_the_derivative_of_one_gemeente_is_its_row_among_all(table):
    found = derivative.derivatives(table, CITIES, CHOICES, CUT)
    assert found.index.tolist() == CODES
    for code in (CODES[0], CODES[3]):
        one = derivative.of_gemeente(table, CITIES, dataclasses.replace(CHOICES, gemeentecode=code), CUT)
        assert found.loc[code, ["value", "low", "high", "n", "covered"]].tolist() == [one.value, one.low, one.high, one.n, one.covered]


def test_permutations_in_batches_are_those_of_one_batch(table, monkeypatch):
    def run() -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
        moved = Shuffle(table, 23, seed=1).rows(table.wijkcode)
        random = np.random.default_rng(1)
        chance = by_chance(random.normal(size=len(table)), random.normal(size=(len(table), 3)), moved)
        return moved, chance, curves(table, CITIES, CHOICES, SMALL, permutations=23).table

    whole = run()
    monkeypatch.setattr(specification, "CELLS", 5 * len(table))
    for one, other in zip(whole[:2], run()[:2], strict=True):
        assert (one == other).all()
    pd.testing.assert_frame_equal(run()[2], whole[2], check_exact=True)


def test_the_band_is_that_of_refitting_every_permutation(table):
    """Curvature under chance: a straight line and what it leaves, moved; each refitted by statsmodels."""
    permutations = 30
    rows = curves(table, CITIES, CHOICES, SMALL, permutations).table.set_index(["grootheid", "gewichten", "schaal"])
    row = rows.loc[CURVATURE, specification.BY_INHABITANTS, RAW]
    w = table.inwoners_2017.to_numpy()
    z, y = standardise(table.pct_sociaal_minimum_2017, w), standardise(table.onv_2018, w)
    levels = pd.get_dummies(table.gemeentecode, dtype=float).to_numpy()
    straight = sm.WLS(y, np.column_stack([z, levels]), w).fit()
    bent = np.column_stack([z**2, z, levels])
    moved = Shuffle(table, permutations, CHOICES.zaad).rows(table.wijkcode)
    chance = [sm.WLS(straight.fittedvalues + straight.resid[one], bent, w).fit().params[0] for one in moved]
    assert row.steden == ALL
    np.testing.assert_allclose([row.null_low, row.null_high], np.quantile(chance, specification.LIMITS), rtol=1e-8)


# --- Growth ---------------------------------------------------------------------------------------


def areas(n: int) -> dict[str, np.ndarray]:
    """Areas in cities of eighty and wijken of five: the number of cities grows with the areas."""
    random, number = np.random.default_rng(1), np.arange(n)
    x = random.gamma(4, 2, n)
    return {"x": x, "context": random.normal(20, 5, n), "w": random.lognormal(7.5, 0.8, n), "wijk": number // 5,
            "city": number // 80, "y": 0.3 - 0.02 * x + random.normal(0, 0.1, n)}  # fmt: skip


def resample(given: dict[str, np.ndarray]) -> np.ndarray:
    return cluster_bootstrap(line(given["x"]), given["y"], given["w"], given["wijk"], 200, 1)


def interact(given: dict[str, np.ndarray]) -> interaction.Tested:
    test = InteractionTest(given["x"], given["context"], given["w"], given["wijk"], given["city"], CR3)
    return test.t(given["y"])


def quickest(*runs: Callable[[], object]) -> list[float]:
    """Seconds of each, the best of five rounds in turn: what the machine does besides can only add."""
    rounds = []
    for _ in range(5):
        started = [time.perf_counter(), *((run(), time.perf_counter())[1] for run in runs)]
        rounds.append(np.diff(started))
    return np.min(rounds, axis=0).tolist()


@pytest.mark.slow
@pytest.mark.parametrize(("step", "most_mb"), [(resample, 60), (interact, 250)])
def test_from_ten_to_a_hundred_thousand_areas_time_is_far_from_quadratic_and_memory_is_bounded(step, most_mb):
    """With a column per city the interaction took 80 times as long, and 4 GB; a square would take 100 times."""
    few, many = areas(10_000), areas(100_000)
    short, long = quickest(lambda: step(few), lambda: step(many))
    assert long / short < 50
    tracemalloc.start()
    step(many)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert peak < most_mb
