"""The cluster bootstrap against statsmodels refitted on the rows drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.choices import Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.measures.sample import big_cities, of_city, select
from analysis.models import bootstrap
from analysis.models.bootstrap import Moments, cluster_bootstrap, numbered, times_drawn
from analysis.models.response import slope
from analysis.models.spline import Spline, line

DRAWS = 50


def invent(seed: int = 1) -> pd.DataFrame:
    """Three cities of 10, 20 and 30 wijken of one to seven buurten, the wijken of the cities mixed up."""
    random = np.random.default_rng(seed)
    wijk = np.repeat(np.arange(60), np.resize([1, 3, 5, 7, 4], 60))
    x = random.gamma(4, 1.5, 60)[wijk] + random.gamma(4, 1.0, len(wijk))
    table = pd.DataFrame({
        "gemeentecode": np.array(list("AABBBC" + "CCBABC"))[wijk % 12], "wijkcode": [f"WK{number:02d}" for number in wijk],
        "gewicht": random.lognormal(7.5, 0.8, len(wijk)), "belasting": x,
    })  # fmt: skip
    noise = random.normal(0, 0.1, 60)[wijk] + random.normal(0, 0.1, len(wijk))
    return table.assign(uitkomst=0.3 - 0.02 * x + noise).sample(frac=1, random_state=seed)


def designs(table: pd.DataFrame) -> dict[str, np.ndarray]:
    x = table.belasting.to_numpy()
    return {
        "line": line(x), "curve": Spline(x).basis(x),
        "badly scaled": np.column_stack([np.ones(len(x)), 1e6 * x, 1e-4 * x**3]),
    }  # fmt: skip


def loop(table: pd.DataFrame, design: np.ndarray, clusters: pd.Series, cities: pd.Series | None) -> np.ndarray:
    """Rows of every cluster as often as it is drawn, and a plain fit of them."""
    groups, sizes = numbered(clusters, cities)
    y, w = table.uitkomst.to_numpy(), table.gewicht.to_numpy()
    found = []
    for times in np.concatenate(list(times_drawn(sizes, DRAWS, 1))).astype(int):
        rows = np.concatenate([np.flatnonzero(groups == group) for group in np.repeat(np.arange(len(times)), times)])
        found.append(sm.WLS(y[rows], design[rows], w[rows]).fit().params)
    return np.array(found)


@pytest.mark.parametrize("name", ["line", "curve", "badly scaled"])
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("alone", [False, True])
def test_every_draw_equals_statsmodels_on_the_rows_drawn(name, within, alone):
    """Also where every buurt is a cluster of its own."""
    table = invent()
    design, cities = designs(table)[name], table.gemeentecode if within else None
    clusters = pd.Series(np.arange(len(table))) if alone else table.wijkcode
    found = cluster_bootstrap(design, table.uitkomst, table.gewicht, clusters, DRAWS, 1, cities)
    np.testing.assert_allclose(found, loop(table, design, clusters, cities), rtol=1e-8)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), k=st.integers(1, 6), clusters=st.integers(1, 12), data=st.data())
def test_with_every_cluster_once_it_is_the_plain_fit(seed, k, clusters, data):
    random = np.random.default_rng(seed)
    n = data.draw(st.integers(max(k + 2, clusters), 80))
    scale = 10.0 ** random.integers(-3, 4, k)
    design, y, w = random.normal(size=(n, k)) * scale, random.normal(size=n), random.lognormal(0, 1, n)
    groups = np.concatenate([np.arange(clusters), random.integers(clusters, size=n - clusters)])
    moments = Moments(design, y, w, groups)
    expected = sm.WLS(y, design, w).fit().params
    np.testing.assert_allclose(moments.plain, expected, rtol=1e-8, atol=1e-10 / scale.max())
    np.testing.assert_allclose(moments.refit(np.ones((1, clusters)))[0], moments.plain, rtol=1e-8)
    np.testing.assert_allclose(moments.refit(np.full((1, clusters), 3.0))[0], moments.plain, rtol=1e-8)


def test_clusters_are_numbered_city_by_city():
    table = invent()
    groups, sizes = numbered(table.wijkcode, table.gemeentecode)
    city = pd.Series(pd.factorize(table.gemeentecode)[0]).groupby(groups).first()
    assert city.is_monotonic_increasing
    assert city.value_counts(sort=False).tolist() == sizes.tolist()
    assert len(pd.DataFrame({"a": groups, "b": table.wijkcode.to_numpy()}).drop_duplicates()) == 60


def test_counts_fill_every_city_again_and_are_multinomial():
    sizes, draws = np.array([3, 1, 40]), 4000
    times = np.concatenate(list(times_drawn(sizes, draws, 1)))
    assert times.shape == (draws, 44)
    for first, size in zip([0, 3, 4], sizes, strict=True):
        assert (times[:, first : first + size].sum(axis=1) == size).all()
    np.testing.assert_allclose(times.mean(axis=0), 1, atol=0.07)
    np.testing.assert_allclose(times.var(axis=0), 1 - 1 / np.repeat(sizes, sizes), atol=0.12)


def test_the_seed_decides_and_batches_do_not(monkeypatch):
    table = invent()
    given = (line(table.belasting), table.uitkomst, table.gewicht, table.wijkcode, DRAWS)
    first, again, other = (cluster_bootstrap(*given, seed, table.gemeentecode) for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).all()
    monkeypatch.setattr(bootstrap, "CELLS", 7 * 60)
    np.testing.assert_allclose(cluster_bootstrap(*given, 1, table.gemeentecode), first, rtol=1e-12)
    more = cluster_bootstrap(*given[:-1], DRAWS + 9, 1, table.gemeentecode)
    np.testing.assert_allclose(more[:DRAWS], first, rtol=1e-12)


def test_a_draw_that_does_not_determine_the_coefficients_is_missing():
    """One city has a single wijk: drawn over cities its level is often unknown, within cities never."""
    table = invent()
    only = table.gemeentecode.where(table.wijkcode != "WK07", "D")
    levels = pd.get_dummies(only, dtype=float).to_numpy()
    given = (np.column_stack([levels, table.belasting]), table.uitkomst, table.gewicht, table.wijkcode, 400, 1)
    over, within = cluster_bootstrap(*given), cluster_bootstrap(*given, only)
    groups, sizes = numbered(table.wijkcode)
    drawn = np.concatenate(list(times_drawn(sizes, 400, 1)))[:, groups[(table.wijkcode == "WK07").to_numpy()][0]] > 0
    assert (np.isnan(over).all(axis=1) == ~drawn).all() and np.isfinite(over[drawn]).all()
    assert np.isfinite(within).all()


def test_what_cannot_be_drawn_or_fitted_is_refused():
    table = invent()
    with pytest.raises(InvalidInput, match="meer dan één gemeente"):
        cluster_bootstrap(
            line(table.belasting), table.uitkomst, table.gewicht, table.gemeentecode, 5, 1, table.wijkcode
        )
    twice = np.column_stack([line(table.belasting), 3 * table.belasting])
    with pytest.raises(InvalidInput, match="uit elkaar af te leiden"):
        cluster_bootstrap(twice, table.uitkomst, table.gewicht, table.wijkcode, 5, 1)


def test_the_published_errors_of_the_slopes_are_those_of_drawing_wijken():
    """In every city with twenty wijken or more, on the real data: the errors are no product of the sandwich formula."""
    buurten, choices, ratios = store.read("buurten"), Choices(), []
    for code in big_cities(store.read("gemeenten")).index:
        sample = select(of_city(buurten, code), choices)
        if sample.wijkcode.nunique() < 20:
            continue
        given = (line(sample.belasting), sample.uitkomst, sample.gewicht, sample.wijkcode)
        drawn = cluster_bootstrap(*given, 2000, choices.zaad)
        ratios.append(drawn[:, 1].std() / slope(sample, errors="wijk").error)
    assert len(ratios) >= 5
    assert np.median(ratios) == pytest.approx(1, abs=0.1)
    assert min(ratios) > 0.9 and max(ratios) < 1.25
