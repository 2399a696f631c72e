"""The specification curve: every number against a plain loop, and the null band against truths without an effect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.choices import INCOME_MEASURES, Choices
from analysis.dataset import store
from analysis.measures.context import CHARACTERISTICS
from analysis.measures.sample import big_cities
from analysis.models import specification
from analysis.models.interaction import InteractionTest
from analysis.models.scores import normal_scores
from analysis.models.specification import (
    ALL,
    BY_INHABITANTS,
    CURVATURE,
    EQUAL,
    FOUR_LARGEST,
    INTERACTION,
    NET_GAIN,
    ONLY_REFERENCE,
    RATIO,
    RAW,
    SCORES,
    UNIVERSITY,
    WITHOUT_G4,
    WITHOUT_UNIVERSITY,
    Grid,
    Shuffle,
    by_chance,
    curves,
)
from analysis.models.spline import Spline

CODES = ["GM0363", "GM0599", "GM0344", "GM0001", "GM0002", "GM0003"]
CITIES = pd.DataFrame({"gemeentenaam": list("ABCDEF")}, index=CODES)
WIJKEN = 15
CHOICES = Choices()
AGE, WEALTH = CHARACTERISTICS[0], CHARACTERISTICS[4]


def invent(seed: int = 1, shared: float = 0.5, bend: float = 0.0, steep: float = 1.0) -> pd.DataFrame:
    """Six cities of fifteen wijken of one to seven buurten; burden and noise are partly shared by the wijk.

    Args:
        shared: share of the noise's variance. bend: of the truth, per squared percentage point.
        steep: slope of the other cities over that of Amsterdam.
    """
    random = np.random.default_rng(seed)
    wijk = np.repeat(np.arange(len(CODES) * WIJKEN), np.resize([1, 3, 5, 7, 4], len(CODES) * WIJKEN))
    n, code = len(wijk), np.array(CODES)[wijk // WIJKEN]
    x = random.gamma(4, 1.5, wijk.max() + 1)[wijk] + random.gamma(4, 1.0, n)
    noise = np.sqrt(shared) * random.normal(size=wijk.max() + 1)[wijk] + np.sqrt(1 - shared) * random.normal(size=n)
    slope = -0.02 * np.where(code == "GM0363", 1, steep)
    table = pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"WK{c[2:]}{number % WIJKEN:02d}" for c, number in zip(code, wijk, strict=True)],
        "inwoners_2017": random.integers(250, 4000, n) * 1.0, "pct_sociaal_minimum_2017": x,
        "pct_laag_inkomen_2017": x + random.normal(0, 1, n), "pct_laagste40_2017": 25 + 1.5 * x + random.normal(0, 4, n),
        **{item.column: random.normal(20, 5, n) for item in CHARACTERISTICS},
    })  # fmt: skip
    table[WEALTH.column] = 100 - 5 * x + random.normal(0, 1, n)
    level = pd.Series(CODES).map(dict(zip(CODES, random.normal(0, 0.1, 6), strict=True)))[wijk // WIJKEN].to_numpy()
    for year in (2014, 2018, 2020):
        table[f"onv_{year}"] = level + slope * x + bend * x**2 + 0.06 * noise + random.normal(0, 0.01, n)
    return table


SMALL = Grid(incomes=("sociaal_minimum",), outcomes={"2018": "onv_2018"}, cuts=(200,), cities=(ALL,), contexts=(AGE,))


# --- Against plain loops --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole() -> specification.SpecificationCurve:
    return curves(invent(), CITIES, CHOICES, permutations=20)


def sample_of(row: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    left_out = {ALL: (), WITHOUT_G4: FOUR_LARGEST, WITHOUT_UNIVERSITY: UNIVERSITY}
    here = table.inwoners_2017 >= row.ondergrens
    at_home = table.gemeentecode == "GM0363"
    if row.steden == ONLY_REFERENCE:
        return table[here & at_home]
    kept = ~table.gemeentecode.isin(left_out[row.steden])
    return table[here & (kept | (at_home if row.grootheid == RATIO else False))]


def plain(row: pd.Series, table: pd.DataFrame) -> tuple[float, float]:
    """Value and error of one row with statsmodels, dummies and weighted z-scores written out."""
    part = sample_of(row, table)
    w = part.inwoners_2017.to_numpy() if row.gewichten == BY_INHABITANTS else np.ones(len(part))

    def z(values: np.ndarray) -> np.ndarray:
        centred = values - np.sum(w * values) / w.sum()
        return centred / np.sqrt(np.sum(w * centred**2) / (w.sum() - np.sum(w**2) / w.sum()))

    raw = part[f"onv_{row.uitkomst}"].to_numpy()
    y = z(raw if row.schaal == RAW else normal_scores(raw))
    x = part[INCOME_MEASURES[row.inkomensmaat].column].to_numpy()
    dummies = pd.get_dummies(part.gemeentecode, dtype=float).to_numpy()
    spline, home = Spline(x), (part.gemeentecode == "GM0363").to_numpy()
    basis = spline.basis(x)[:, 1:]
    if row.grootheid == CURVATURE:
        columns, contrast = [z(x), z(x) ** 2], np.array([0.0, 1.0])
    elif row.grootheid == NET_GAIN:
        people = part.inwoners_2017
        mean = (people * x).groupby(part.gemeentecode).transform("sum") / people.groupby(part.gemeentecode).transform(
            "sum"
        )
        columns = [basis]
        contrast = np.average(spline.basis(mean)[:, 1:] - basis, axis=0, weights=people)
    elif row.grootheid == RATIO:
        columns, contrast = [x * home, x * ~home], None
    else:
        context = part[{item.label: item.column for item in CHARACTERISTICS}[row.kenmerk]].to_numpy()
        columns = [basis, Spline(context).basis(context)[:, 1:], z(x) * z(context)]
        contrast = np.eye(9)[-1]
    design = np.column_stack([dummies, *columns])
    groups = pd.factorize(part.wijkcode)[0]
    found = sm.WLS(y, design, w).fit(cov_type="cluster", cov_kwds={"groups": groups})
    first = dummies.shape[1]
    params, covariance = found.params[first:], found.cov_params()[first:, first:]
    if contrast is not None:
        return contrast @ params, np.sqrt(contrast @ covariance @ contrast)
    gradient = np.array([-params[1] / params[0] ** 2, 1 / params[0]])
    return params[1] / params[0], np.sqrt(gradient @ np.diag(np.diag(covariance)) @ gradient)


@pytest.mark.parametrize("quantity", [CURVATURE, NET_GAIN, RATIO, INTERACTION])
def test_values_and_errors_equal_a_plain_loop(whole, quantity):
    rows = whole.table[whole.table.grootheid == quantity].sample(25, random_state=1)
    expected = np.array([plain(row, invent()) for _, row in rows.iterrows()])
    np.testing.assert_allclose(rows.value, expected[:, 0], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(rows.error, expected[:, 1], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("weighting", [BY_INHABITANTS, EQUAL])
def test_an_interaction_is_the_one_that_is_tested_elsewhere(whole, weighting):
    table = invent()
    w = table.inwoners_2017 if weighting == BY_INHABITANTS else np.ones(len(table))
    test = InteractionTest(table.pct_laag_inkomen_2017, table[AGE.column], w, table.wijkcode, table.gemeentecode)
    found = whole.table.query(
        "grootheid == @INTERACTION and kenmerk == @AGE.label and inkomensmaat == 'laag_inkomen' and ondergrens == 200 "
        "and gewichten == @weighting and steden == @ALL and uitkomst == '2018' and schaal == @RAW"
    ).squeeze()
    expected = test.t(table.onv_2018.to_numpy())
    assert found.value == pytest.approx(expected.estimate[0], rel=1e-8)
    assert found.error == pytest.approx(expected.error[0], rel=1e-8)


# --- The grid -------------------------------------------------------------------------------------


def test_every_combination_has_one_row(whole):
    choices = ["inkomensmaat", "uitkomst", "schaal", "ondergrens", "gewichten", "steden"]
    curvature = whole.table[whole.table.grootheid == CURVATURE]
    assert len(curvature) == 3 * 3 * 2 * 2 * 2 * 4
    assert not curvature.duplicated(choices).any()
    assert set(curvature.schaal) == {RAW, SCORES}
    assert whole.table.groupby("grootheid").size()[RATIO] == 3 * 3 * 2 * 2 * 2 * 3


def test_what_cannot_be_separated_is_not_told(whole):
    """The last characteristic is the burden turned round."""
    table, told = invent(), whole.table[whole.table.kenmerk == WEALTH.label]
    correlation = {name: abs(np.corrcoef(table[item.column], table[WEALTH.column])[0, 1])
                   for name, item in INCOME_MEASURES.items()}  # fmt: skip
    assert correlation["sociaal_minimum"] > 0.9
    assert "sociaal_minimum" not in set(told.inkomensmaat)
    summary = whole.summary.set_index("kenmerk")
    assert summary.specificaties[AGE.label] == summary.mogelijk[AGE.label] == 288
    assert summary.specificaties.get(WEALTH.label, 0) == len(told) < 288


def test_the_cities_left_out_are_big_cities():
    codes = big_cities(store.read("gemeenten"))
    assert list(FOUR_LARGEST) == codes.index[:4].tolist()
    assert set(UNIVERSITY) <= set(codes.index)


def test_rows_of_one_cut_and_sample_of_cities_hold_the_same_buurten():
    table = invent()
    table.loc[3, "pct_laag_inkomen_2017"] = np.nan
    table.loc[4, AGE.column] = np.nan
    table.loc[5, "onv_2014"] = np.nan
    found = curves(table, CITIES, CHOICES, permutations=2).table
    assert (found[(found.steden == ALL) & (found.ondergrens == 200)].n == len(table) - 3).all()


def test_ranks_run_through_each_curve_and_the_band_follows_them(whole):
    for names, part in whole.table.groupby(specification.CURVE):
        band = whole.band[(whole.band.grootheid == names[0]) & (whole.band.kenmerk == names[1])]
        np.testing.assert_allclose(part.sort_values("rang").value, band.value)
        assert band.rang.tolist() == list(range(1, len(part) + 1))
        assert band.low.is_monotonic_increasing
        assert band.high.is_monotonic_increasing


# --- Known answers --------------------------------------------------------------------------------


def exact(bend: float) -> pd.DataFrame:
    table = invent()
    return table.assign(onv_2018=-0.02 * table.pct_sociaal_minimum_2017 + bend * table.pct_sociaal_minimum_2017**2)


def values(table: pd.DataFrame, grid: Grid = SMALL) -> pd.Series:
    found = curves(table, CITIES, CHOICES, grid, permutations=2).table
    return found[found.schaal == RAW].set_index(["grootheid", "gewichten"]).value


def test_under_a_straight_line_spreading_gains_nothing_at_all():
    found = values(exact(0.0))
    np.testing.assert_allclose(found[[CURVATURE, NET_GAIN, INTERACTION]], 0, atol=1e-9)
    np.testing.assert_allclose(found[RATIO], 1)


def test_under_a_bend_spreading_gains_what_jensen_says():
    """A quadratic truth: gain is minus the bend times the variance within cities, whatever the weights of the fit."""
    table, bend = exact(0.0005), 0.0005
    people, x = table.inwoners_2017, table.pct_sociaal_minimum_2017
    mean = (people * x).groupby(table.gemeentecode).transform("sum") / people.groupby(table.gemeentecode).transform(
        "sum"
    )
    expected = -bend * np.average((x - mean) ** 2, weights=people)
    found = values(table)
    for weighting, w in ((BY_INHABITANTS, people), (EQUAL, np.ones(len(table)))):
        assert found[CURVATURE, weighting] > 0
        spread = np.sqrt(np.cov(table.onv_2018, aweights=w))
        assert found[NET_GAIN, weighting] * spread == pytest.approx(expected, rel=0.05)


def test_a_ratio_of_two_is_found():
    """On the raw scale; normal scores squeeze the far ends, and so the ratio."""
    found = curves(invent(steep=2.0, shared=0.0), CITIES, CHOICES, SMALL, permutations=200)
    ratio = found.table[(found.table.grootheid == RATIO) & (found.table.schaal == RAW)]
    assert ratio.value.between(1.5, 2.7).all()
    assert (ratio.value > ratio.null_high).all()


# --- Chance ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shuffled() -> tuple[pd.DataFrame, np.ndarray]:
    table = invent()
    return table, Shuffle(table, 30, seed=1).rows(table.wijkcode)


def test_a_wijk_takes_over_one_other_of_its_city(shuffled):
    table, moved = shuffled
    for rows in moved:
        origin = table.wijkcode.to_numpy()[rows]
        assert (pd.Series(origin).groupby(table.wijkcode.to_numpy()).nunique() == 1).all()
        assert (table.gemeentecode.to_numpy()[rows] == table.gemeentecode.to_numpy()).all()
        assert len(set(origin)) == table.wijkcode.nunique()


def test_places_do_change_and_neighbours_in_a_wijk_stay_neighbours(shuffled):
    table, moved = shuffled
    stays = np.mean(table.wijkcode.to_numpy()[moved] == table.wijkcode.to_numpy())
    assert stays == pytest.approx(1 / WIJKEN, abs=0.03)
    same = table.wijkcode.to_numpy()[1:] == table.wijkcode.to_numpy()[:-1]
    size = table.groupby("wijkcode").wijkcode.transform("size").to_numpy()
    step = (moved[:, 1:] - moved[:, :-1])[:, same]
    assert ((step == 1) | (step == 1 - size[moved[:, 1:]][:, same])).all()


def test_a_wijk_that_is_absent_is_passed_over_and_the_others_keep_their_place():
    table = invent()
    shuffle = Shuffle(table, 30, seed=1)
    gone = table.wijkcode == "WK036303"
    part = table[~gone].reset_index(drop=True)
    before, after = shuffle.rows(table.wijkcode), shuffle.rows(part.wijkcode)
    old, new = table.wijkcode.to_numpy()[before[:, ~gone]], part.wijkcode.to_numpy()[after]
    assert (new == old)[old != "WK036303"].all()
    assert (old == "WK036303").any()
    for permutation in range(30):
        instead = set(table.wijkcode.to_numpy()[before[permutation, gone]]) - {"WK036303"}
        assert set(new[permutation][old[permutation] == "WK036303"]) == instead


def test_by_chance_equals_the_naive_sum(shuffled):
    table, moved = shuffled
    random = np.random.default_rng(1)
    influence, left = random.normal(size=len(table)), random.normal(size=(len(table), 3))
    expected = np.array([[influence @ left[rows, s] for s in range(3)] for rows in moved])
    np.testing.assert_allclose(by_chance(influence, left, moved), expected)


def test_the_seed_decides_the_band_and_nothing_else():
    first, again = (curves(invent(), CITIES, CHOICES, SMALL, permutations=50) for _ in range(2))
    other = curves(invent(), CITIES, Choices(zaad=7), SMALL, permutations=50)
    pd.testing.assert_frame_equal(first.band, again.band)
    pd.testing.assert_series_equal(first.table.value, other.table.value)
    assert (first.band.low != other.band.low).any()


@pytest.mark.parametrize("shared", [0.0, 0.6])
def test_the_band_covers_a_truth_without_effect_about_nineteen_times_in_twenty(shared):
    inside, middle = [], []
    for seed in range(60):
        found = curves(invent(seed, shared), CITIES, Choices(zaad=seed), SMALL, permutations=150)
        inside.append(found.band.assign(inside=found.band.value.between(found.band.low, found.band.high))
                      .groupby("grootheid").inside.mean())  # fmt: skip
        summary = found.summary.set_index("grootheid")
        middle.append(summary.mediaan.between(summary.null_low, summary.null_high))
    covered = pd.concat([pd.DataFrame(inside).mean(), pd.DataFrame(middle).mean()])
    assert covered.min() > 0.86
    assert 0.91 < covered.mean() < 0.985


def test_a_planted_bend_leaves_the_band():
    found = curves(invent(bend=0.0015), CITIES, CHOICES, SMALL)
    band = found.band[found.band.grootheid.isin([CURVATURE, NET_GAIN])]
    assert ((band.value > band.high) | (band.value < band.low)).all()
    inside = found.band[found.band.grootheid == INTERACTION]
    assert inside.value.between(inside.low, inside.high).any()
