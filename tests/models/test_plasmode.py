"""The plasmode on invented cities: a truth without interactions, and how often something is claimed in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from analysis.choices import REFERENCE, Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.models import derivative, plasmode, verdict
from analysis.models.importance import BLOCKS
from analysis.models.interaction import CR3, REFERENCE_SAMPLE, UPHELD, family
from analysis.models.plasmode import Truth, blocks, draw, interactions, net_gain, slope_coverage, truth_of, verdicts
from analysis.models.spline import Spline
from analysis.models.wls import FEWEST_CLUSTERS, standardise

LABELS = [item.label for item in CHARACTERISTICS]
COLUMNS = [item.column for item in CHARACTERISTICS]
AGE, RICH, DENSE = CHARACTERISTICS[0], CHARACTERISTICS[2], CHARACTERISTICS[3]
ANY, SIFTED = "een van alle", "een van alle, na deze zeef"
OTHERS = ("GM0014", "GM0599", "GM0344", "GM0518", "GM0855", "GM0080", "GM0106")
WIJK_SD, BUURT_SD = 0.06, 0.08


def invent(here: int = 240, each: int = 60, others: tuple[str, ...] = OTHERS, seed: int = 1) -> pd.DataFrame:
    """Amsterdam and other cities: burden and characteristics that partly belong to a wijk of four buurten."""
    random = np.random.default_rng(seed)
    code = np.repeat([REFERENCE, *others], [here, *[each] * len(others)])
    n = len(code)
    wijk = np.arange(n) // 4
    place = (0.8 * random.normal(size=(6, wijk.max() + 1))[:, wijk] + 0.6 * random.normal(size=(6, n))).clip(-2, 2)
    burden = 11 * np.exp(0.5 * place[0])
    table = pd.DataFrame({"gemeentecode": code, "gemeentenaam": code, "belasting": burden, "gewicht": 2000.0},
                         index=pd.Index([f"BU{number:08d}" for number in range(n)], name="buurtcode"))  # fmt: skip
    context = dict(zip(COLUMNS, 20 + 3 * place[1:], strict=True))
    level = pd.Series(random.normal(0, 0.05, len(others) + 1), index=[REFERENCE, *others])[code].to_numpy()
    noise = WIJK_SD * random.normal(size=wijk.max() + 1)[wijk] + BUURT_SD * random.normal(size=n)
    outcome = 0.6 * np.exp(-burden / 8) - 0.0015 * (context[AGE.column] - 12) ** 2 + level + noise
    return table.assign(**context, wijkcode=[f"WK{number:04d}" for number in wijk], uitkomst=outcome)


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return invent()


@pytest.fixture(scope="module")
def truth(sample: pd.DataFrame) -> Truth:
    return truth_of(sample)


@pytest.fixture(scope="module")
def shared(sample: pd.DataFrame) -> Truth:
    """Only burden and city matter."""
    return truth_of(sample, with_context=False)


# --- The truth ------------------------------------------------------------------------------------


def leftover(sample: pd.DataFrame, mean: np.ndarray, columns: list[str]) -> float:
    """The largest part of a mean that city and a spline of each column do not carry."""
    bases = [Spline(sample[column]).basis(sample[column])[:, 1:] for column in columns]
    design = np.column_stack([pd.get_dummies(sample.gemeentecode, dtype=float), *bases])
    return np.abs(mean - design @ np.linalg.lstsq(design, mean, rcond=None)[0]).max()


def test_the_truth_is_additive_in_burden_characteristics_and_city(sample, truth):
    """Interactions on the line, by contrast, do not fit in the same columns."""
    assert leftover(sample, truth.mean, ["belasting", *COLUMNS]) < 1e-10
    product = standardise(sample.belasting, sample.gewicht) * standardise(sample[AGE.column], sample.gewicht)
    assert leftover(sample, truth.mean + 0.1 * product, ["belasting", *COLUMNS]) > 0.05
    assert leftover(sample, truth.mean, ["belasting"]) > 0.02, "de kenmerken doen mee"


def test_the_truth_is_curved_and_close_to_the_outcome_it_was_fitted_to(sample, truth):
    residual = sample.uitkomst - truth.mean
    assert residual.groupby(sample.gemeentecode).mean().abs().max() < 1e-10
    assert np.std(residual) == pytest.approx(np.hypot(WIJK_SD, BUURT_SD), rel=0.1)
    straight = np.column_stack([pd.get_dummies(sample.gemeentecode, dtype=float), sample.belasting])
    missed = truth.mean - straight @ np.linalg.lstsq(straight, truth.mean, rcond=None)[0]
    assert np.std(missed) > 0.02


def test_without_context_only_burden_and_city_matter(sample, shared):
    assert leftover(sample, shared.mean, ["belasting"]) < 1e-10
    in_one_city = shared.mean[sample.gemeentecode == REFERENCE]
    order = np.argsort(sample.belasting[sample.gemeentecode == REFERENCE].to_numpy())
    assert np.abs(np.diff(in_one_city[order])).max() < 0.05, "één curve per stad"


def test_every_city_has_the_curve_of_amsterdam_at_its_own_level(sample, shared):
    """The mean of two buurten with the same burden differs by the same amount wherever they lie on the curve."""
    basis = Spline(sample.belasting).basis(sample.belasting)[:, 1:]
    slopes = []
    for code in (REFERENCE, *OTHERS[:3]):
        here = (sample.gemeentecode == code).to_numpy()
        design = np.column_stack([np.ones(here.sum()), basis[here]])
        slopes.append(np.linalg.lstsq(design, shared.mean[here], rcond=None)[0][1:])
    np.testing.assert_allclose(slopes, np.tile(slopes[0], (4, 1)), rtol=1e-7, atol=1e-9)


def test_a_straight_truth_is_a_line_in_every_city(sample):
    found = truth_of(sample, straight=True, with_context=False)
    for code in (REFERENCE, OTHERS[0]):
        here = (sample.gemeentecode == code).to_numpy()
        line = np.polyfit(sample.belasting[here], found.mean[here], 1)
        np.testing.assert_allclose(np.polyval(line, sample.belasting[here]), found.mean[here], atol=1e-12)
    assert found.wijk_sd**2 + found.buurt_sd**2 > 0


def test_buurten_without_a_characteristic_are_left_out(sample):
    holes = sample.copy()
    holes.loc[holes.index[:10], AGE.column] = np.nan
    found = truth_of(holes)
    assert len(found.sample) == len(found.mean) == len(sample) - 10
    assert found.sample[COLUMNS].notna().all(axis=None)


def test_the_noise_of_the_outcome_is_split_into_wijk_and_buurt():
    """Known components, in many wijken, so that the coefficients take hardly any of them."""
    found = truth_of(invent(here=3000, each=500))
    assert found.wijk_sd == pytest.approx(WIJK_SD, rel=0.08)
    assert found.buurt_sd == pytest.approx(BUURT_SD, rel=0.04)


def test_without_shared_noise_a_wijk_shares_next_to_nothing(sample):
    random = np.random.default_rng(4)
    found = truth_of(sample.assign(uitkomst=-0.01 * sample.belasting + random.normal(0, 0.1, len(sample))))
    assert found.wijk_sd < 0.035
    assert found.buurt_sd == pytest.approx(0.1, rel=0.1)


def test_the_truth_reproduces_its_own_components(truth):
    """Fitted again to its own draws it finds the same noise; coefficients take some of it, of wijken most."""
    outcomes = draw(truth, 40, seed=3)
    again = [truth_of(truth.sample.assign(uitkomst=outcome)) for outcome in outcomes.T]
    assert np.mean([one.buurt_sd**2 for one in again]) == pytest.approx(truth.buurt_sd**2, rel=0.08)
    assert np.mean([one.wijk_sd**2 for one in again]) == pytest.approx(truth.wijk_sd**2, rel=0.2)
    middle = np.mean([one.mean for one in again], axis=0)
    assert np.abs(middle - truth.mean).max() < 0.1
    assert np.corrcoef(middle, truth.mean)[0, 1] > 0.99


# --- The draws ------------------------------------------------------------------------------------


def test_draws_have_the_mean_the_spread_and_the_correlation_that_they_claim(truth):
    outcomes = draw(truth, 3000, seed=1)
    noise = outcomes - truth.mean[:, None]
    total = truth.wijk_sd**2 + truth.buurt_sd**2
    assert noise.shape == (len(truth.sample), 3000)
    assert np.abs(noise.mean(axis=1)).max() < 5 * np.sqrt(total / 3000)
    assert noise.var() == pytest.approx(total, rel=0.02)
    together = np.mean([np.mean(noise[i] * noise[i + step]) for i in range(0, 240, 4) for step in (1, 2, 3)])
    apart = np.mean([np.mean(noise[i] * noise[i + 4]) for i in range(0, 240)])
    assert together / total == pytest.approx(truth.wijk_sd**2 / total, abs=0.02)
    assert apart / total == pytest.approx(0, abs=0.01)


def test_the_same_seed_gives_the_same_outcomes(truth):
    np.testing.assert_array_equal(draw(truth, 5, 7), draw(truth, 5, 7))
    assert np.abs(draw(truth, 5, 7) - draw(truth, 5, 8)).min() > 0


def test_no_draw_is_another(truth):
    assert np.unique(draw(truth, 50, 7)[0]).size == 50


# --- Interactions ---------------------------------------------------------------------------------

DRAWS = 400


@pytest.fixture(scope="module")
def simple() -> tuple[Truth, np.ndarray]:
    """A truth whose every curve stands in the model of the test of age: only age matters beside burden and city."""
    table = invent(seed=2)
    bases = [Spline(table[column]).basis(table[column])[:, 1:] for column in ("belasting", AGE.column)]
    design = np.column_stack([pd.get_dummies(table.gemeentecode, dtype=float), *bases])
    mean = design @ np.linalg.lstsq(design, table.uitkomst, rcond=None)[0]
    found = Truth(table, mean, WIJK_SD, BUURT_SD)
    return found, draw(found, DRAWS, seed=1)


@pytest.fixture(scope="module")
def innocent(simple: tuple[Truth, np.ndarray]) -> pd.DataFrame:
    return interactions(*simple)


def planted(truth: Truth, outcomes: np.ndarray, size: float, column: str = AGE.column) -> np.ndarray:
    """The outcomes with an interaction of burden and a characteristic, the same in every city."""
    x, z = (standardise(truth.sample[name], truth.sample.gewicht) for name in ("belasting", column))
    return outcomes + size * (x * z)[:, None]


def test_the_rows_are_the_characteristics_and_two_for_any_of_them(innocent):
    assert list(innocent.index) == [*LABELS, ANY, SIFTED]
    assert list(innocent.columns) == ["verworpen", "geclaimd"]
    assert innocent.index.name == "kenmerk"


def test_where_the_model_of_the_test_is_right_it_rejects_about_one_time_in_twenty(innocent):
    assert 0.02 <= innocent.verworpen[AGE.label] <= 0.08
    assert 0.02 <= innocent.verworpen[LABELS].mean() <= 0.08


def test_a_claim_asks_more_than_a_rejection(innocent):
    assert (innocent.geclaimd[LABELS] < innocent.verworpen[LABELS]).all()
    assert innocent.geclaimd[ANY] <= 0.04
    assert innocent.geclaimd[ANY] >= innocent.geclaimd[LABELS].max()
    assert innocent.geclaimd[ANY] <= innocent.geclaimd[LABELS].sum() + 1e-12
    assert innocent.verworpen[ANY] >= innocent.verworpen[LABELS].max()


@pytest.mark.parametrize("size", [0.1, -0.1])
def test_a_planted_interaction_is_claimed_and_the_others_are_not(size, simple):
    truth, outcomes = simple
    found = interactions(truth, planted(truth, outcomes[:, :100], size))
    assert found.geclaimd[AGE.label] > 0.9
    assert found.geclaimd[ANY] >= found.geclaimd[AGE.label]
    assert found.geclaimd[LABELS[1:]].max() <= 0.05


def test_the_sifted_row_leaves_out_what_rejects_too_often(simple):
    truth, outcomes = simple
    found = interactions(truth, planted(truth, outcomes[:, :100], 0.1))
    others = found.drop(index=[AGE.label, ANY, SIFTED])
    kept = others[others.verworpen <= plasmode.MOST_PLASMODE_REJECTIONS]
    assert found.verworpen[AGE.label] > plasmode.MOST_PLASMODE_REJECTIONS
    assert len(kept) >= 2
    assert np.isnan(found.verworpen[SIFTED])
    assert kept.geclaimd.max() <= found.geclaimd[SIFTED] <= kept.geclaimd.sum() + 1e-12
    assert found.geclaimd[SIFTED] < 0.1 < found.geclaimd[ANY]


@pytest.mark.parametrize(("limit", "share"), [(1.0, ANY), (-1.0, None)])
def test_a_sieve_that_lets_all_or_nothing_through(limit, share, simple, monkeypatch):
    monkeypatch.setattr(plasmode, "MOST_PLASMODE_REJECTIONS", limit)
    truth, outcomes = simple
    found = interactions(truth, planted(truth, outcomes[:, :50], 0.08))
    assert found.geclaimd[ANY] > 0
    assert found.geclaimd[SIFTED] == (found.geclaimd[share] if share else 0)


def test_an_interaction_that_turns_round_elsewhere_is_rejected_but_not_claimed(simple):
    truth, outcomes = simple
    here = truth.sample.gemeentecode.eq(REFERENCE).to_numpy()[:, None]
    plus, minus = (planted(truth, outcomes[:, :60], size) for size in (0.1, -0.1))
    found = interactions(truth, np.where(here, plus, minus))
    assert found.verworpen[AGE.label] > 0.9
    assert found.geclaimd[AGE.label] == 0


def test_an_interaction_elsewhere_only_is_no_rejection_here(simple):
    truth, outcomes = simple
    here = truth.sample.gemeentecode.eq(REFERENCE).to_numpy()[:, None]
    found = interactions(truth, np.where(here, outcomes, planted(truth, outcomes, 0.1)))
    assert found.verworpen[AGE.label] <= 0.08
    assert found.geclaimd[AGE.label] < 0.08


def test_what_cannot_be_told_apart_in_one_of_the_two_is_not_tested(simple):
    truth, outcomes = simple
    burden, here = truth.sample.belasting, truth.sample.gemeentecode.eq(REFERENCE)
    same = truth.sample.assign(**{RICH.column: truth.sample[RICH.column].where(here, 60 - 2 * burden)})
    found = interactions(Truth(same, truth.mean, WIJK_SD, BUURT_SD), outcomes[:, :20])
    assert RICH.label not in found.index
    assert set(LABELS) - {RICH.label} < set(found.index)


def test_one_draw_claims_what_the_publication_would(simple):
    """Sample by sample the claims are those of the real family of tests with an innocent plasmode."""
    truth, outcomes = simple
    here = truth.sample.gemeentecode.eq(REFERENCE).to_numpy()
    for outcome in planted(truth, outcomes[:, :6], 0.045).T:
        table = truth.sample.assign(uitkomst=outcome)
        real = family(table[here], table[~here], list(CHARACTERISTICS), 0.0, CR3).table
        real = real[real["sample"] == REFERENCE_SAMPLE].set_index("label")
        found = interactions(truth, outcome[:, None]).loc[LABELS]
        np.testing.assert_array_equal(found.verworpen == 1, real.p[LABELS] < 0.05)
        np.testing.assert_array_equal(found.geclaimd == 1, real.status[LABELS] == UPHELD)


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_holm_is_that_of_statsmodels_in_every_column(rows):
    random = np.random.default_rng(rows)
    p = np.column_stack([random.uniform(size=(rows, 3)), random.uniform(0, 0.02, (rows, 3)), np.full((rows, 1), 0.01),
                         np.ones((rows, 1)), np.zeros((rows, 1)), np.linspace(1, 0, rows)])  # fmt: skip
    expected = np.column_stack([multipletests(column, method="holm")[1] for column in p.T])
    np.testing.assert_allclose(plasmode._holm(p), expected, rtol=1e-12)


# --- Verdicts -------------------------------------------------------------------------------------


def test_shares_of_verdicts_add_up_and_intervals_cover_about_95_percent(shared):
    """With noise of each buurt's own: with fifteen wijken that share much, HC3 errors are too small and cover less."""
    own = Truth(shared.sample, shared.mean, 0.01, 0.12)
    found = verdicts(own, draw(own, DRAWS, seed=1))
    assert set(found.index) == set(OTHERS)
    assert list(found.columns) == [*verdict.VERDICTS, "dekking", "n"]
    np.testing.assert_allclose(found[list(verdict.VERDICTS)].sum(axis=1), 1)
    assert found.dekking.min() > 0.91
    assert 0.93 < found.dekking.mean() < 0.98
    assert (found[verdict.NOT] < 0.01).all(), "overal dezelfde curve"
    assert (found.n == 60).all()


def test_a_city_whose_slope_is_turned_round_gets_the_verdict_that_it_does_not_hold(shared):
    outcomes = draw(shared, 100, seed=1)
    turned = shared.sample.gemeentecode.eq(OTHERS[2]).to_numpy()
    outcomes[turned] *= -1
    found = verdicts(shared, outcomes)
    assert found[verdict.NOT][OTHERS[2]] > 0.8
    assert found.dekking[OTHERS[2]] < 0.05
    assert (found[verdict.NOT].drop(OTHERS[2]) < 0.02).all()


def test_with_little_noise_the_same_curve_holds(shared):
    quiet = Truth(shared.sample, shared.mean, 0.002, 0.004)
    found = verdicts(quiet, draw(quiet, 30, seed=1))
    assert (found[verdict.HOLDS] > 0.8).all()


def test_a_city_with_few_buurten_is_always_undecided():
    table = invent(each=verdict.FEWEST_BUURTEN - 2, others=OTHERS[:2])
    truth = truth_of(table, with_context=False)
    found = verdicts(truth, draw(truth, 30, seed=1))
    assert (found[verdict.UNDECIDED] == 1).all()
    assert found.dekking.notna().all()


def published(truth: Truth, outcome: np.ndarray) -> pd.DataFrame:
    """The verdicts that the publication itself would give on this outcome."""
    choices = Choices()
    buurten = truth.sample.assign(inwoners_2017=truth.sample.gewicht, onv_2018=outcome,
                                  pct_sociaal_minimum_2017=truth.sample.belasting)  # fmt: skip
    cities = pd.DataFrame({"gemeentenaam": [REFERENCE, *OTHERS]}, index=[REFERENCE, *OTHERS])
    table = derivative.derivatives(buurten, cities, choices, 500)
    return verdict.verdicts(table, verdict.spread(buurten, cities, choices, 500))


@pytest.mark.parametrize(("together", "draws"), [(4, 6), (2, 24)])
def test_one_draw_gets_the_verdicts_that_the_publication_would_give(together, draws, sample):
    """With wijken of four buurten errors are HC3, with wijken of two the larger of HC3 and by wijk."""
    wijk = [f"WK{number // together:04d}" for number in range(len(sample))]
    truth = truth_of(sample.assign(wijkcode=wijk), with_context=False)
    outcomes = draw(truth, draws, seed=2)
    outcomes[sample.gemeentecode == OTHERS[1]] *= -1
    seen = set()
    for number, outcome in enumerate(outcomes.T):
        real, found = published(truth, outcome), verdicts(truth, outcomes[:, [number]])
        assert found[list(verdict.VERDICTS)].idxmax(axis=1).to_dict() == real.verdict.to_dict()
        assert found.dekking.to_dict() == ((real.low <= 1) & (real.high >= 1)).astype(float).to_dict()
        seen |= set(real.verdict)
    assert len(seen) >= 2, "een proef waarin alles hetzelfde oordeel krijgt, toont niets"


def test_the_fewer_degrees_of_freedom_of_the_two_count(shared, monkeypatch):
    """Amsterdam has 60 wijken; a city of 60 buurten and five coefficients has 55 degrees, one of 20 wijken 19."""
    seen, real = [], verdict.critical_value
    monkeypatch.setattr(verdict, "critical_value", lambda degrees: seen.append(degrees) or real(degrees))
    verdicts(shared, draw(shared, 2, seed=1))
    assert set(seen) == {55}
    wijk = np.where(shared.sample.gemeentecode == OTHERS[0], "WK" + pd.Series(np.arange(len(shared.sample)) % 20).astype(str),
                    shared.sample.wijkcode)  # fmt: skip
    twenty = Truth(shared.sample.assign(wijkcode=wijk), shared.mean, WIJK_SD, BUURT_SD)
    seen.clear()
    verdicts(twenty, draw(twenty, 2, seed=1))
    assert set(seen) == {55, 19}


def test_a_city_that_gets_no_verdict_in_the_publication_has_no_row_here(shared):
    """Its burden lies wholly above what the cities share; a curve read there would be an extrapolation."""
    table = shared.sample.copy()
    away = table.gemeentecode == OTHERS[-1]
    table.loc[away, "belasting"] += 80
    table = table[~away | (np.arange(len(table)) % 2 == 0)]
    truth = truth_of(table, with_context=False)
    outcomes = draw(truth, 5, seed=1)
    real = published(truth, outcomes[:, 0])
    assert OTHERS[-1] not in real.index
    assert set(verdicts(truth, outcomes).index) == set(real.index)


# --- Slopes ---------------------------------------------------------------------------------------


def test_the_interval_of_a_slope_holds_the_line_through_the_curve_about_95_times_in_100(shared):
    """With noise of each buurt's own, where errors by wijk and HC3 are both right."""
    own = Truth(shared.sample, shared.mean, 0.01, 0.12)
    found = slope_coverage(own, draw(own, 1000, seed=1))
    assert set(found.index) == {REFERENCE, *OTHERS}
    assert 0.93 < found.grootste.mean() < 0.98
    assert found.grootste.between(0.9, 0.99).all()
    assert found.n.to_dict() == {REFERENCE: 240, **dict.fromkeys(OTHERS, 60)}


def test_the_larger_error_covers_as_often_as_either(shared):
    found = slope_coverage(shared, draw(shared, 300, seed=1))
    assert (found.grootste >= found[["wijk", "hc3"]].max(axis=1) - 1e-12).all()
    assert (found.wijk[list(OTHERS)] == found.hc3[list(OTHERS)]).all(), f"minder dan {FEWEST_CLUSTERS} wijken"
    assert found.wijk[REFERENCE] > found.hc3[REFERENCE] + 0.03, "wijken delen ruis, en HC3 weet dat niet"


def test_outcomes_of_another_slope_are_not_covered(shared):
    steeper = draw(shared, 50, seed=1) + 0.1 * shared.sample.belasting.to_numpy()[:, None]
    assert slope_coverage(shared, steeper).grootste.max() == 0


# --- Blocks ---------------------------------------------------------------------------------------


def test_where_only_burden_matters_no_block_is_said_to_help(shared):
    found = blocks(shared, draw(shared, 200, seed=1), seed=1)
    assert list(found.index) == [*BLOCKS, ANY]
    assert found.geclaimd.max() <= 0.05


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_that_matters_is_said_to_help_and_the_others_are_not(block, shared):
    scores = sum(standardise(shared.sample[column], shared.sample.gewicht) for column in BLOCKS[block])
    outcomes = draw(shared, 60, seed=1) + 0.12 * np.asarray(scores)[:, None]
    found = blocks(shared, outcomes, seed=1).geclaimd
    assert found[block] > 0.95
    assert found[ANY] >= found[block]
    assert found.drop([block, ANY]).max() <= 0.1


def test_a_block_that_helps_only_as_long_as_another_is_left_out_is_not_said_to_help(shared):
    """Two blocks that say the same: each helps when it enters first, neither when it enters last."""
    random = np.random.default_rng(1)
    twin = {DENSE.column: shared.sample[AGE.column] + random.normal(0, 0.05, len(shared.sample))}
    truth = Truth(shared.sample.assign(**twin), shared.mean, WIJK_SD, BUURT_SD)
    scores = standardise(shared.sample[AGE.column], shared.sample.gewicht)
    found = blocks(truth, draw(truth, 40, seed=1) + 0.15 * scores[:, None], seed=1).geclaimd
    assert found.max() <= 0.1


def test_a_block_that_helps_in_one_city_only_is_not_said_to_help(shared):
    scores = standardise(shared.sample[AGE.column], shared.sample.gewicht)
    one = shared.sample.gemeentecode.eq(OTHERS[0]).to_numpy()
    outcomes = draw(shared, 60, seed=1) + (0.3 * one * scores)[:, None]
    assert blocks(shared, outcomes, seed=1).geclaimd["levensfase"] < 0.1


def test_the_same_seed_gives_the_same_blocks(shared):
    scores = standardise(shared.sample[AGE.column], shared.sample.gewicht)
    outcomes = draw(shared, 40, seed=1) + 0.025 * scores[:, None]
    first, again = (blocks(shared, outcomes, seed=1) for _ in range(2))
    assert 0 < first.geclaimd["levensfase"] < 1, "een grensgeval, waarin het toeval van de steden telt"
    pd.testing.assert_frame_equal(first, again)


# --- Net gain -------------------------------------------------------------------------------------


def test_under_a_straight_line_spreading_gains_exactly_nothing_and_seldom_seems_to(sample):
    truth = truth_of(sample, straight=True, with_context=False)
    found = net_gain(truth, draw(truth, 1000, seed=1))
    assert found["waar"] == pytest.approx(0, abs=1e-12)
    assert 0.025 < found["geclaimd"] < 0.085
    assert found["dekking"] == pytest.approx(1 - found["geclaimd"], abs=0.002)


def test_under_a_strong_bend_a_gain_is_claimed_often_and_its_interval_holds_it(sample):
    random = np.random.default_rng(1)
    bent = sample.assign(uitkomst=2 * np.exp(-sample.belasting / 6) + random.normal(0, 0.05, len(sample)))
    truth = truth_of(bent, with_context=False)
    found = net_gain(truth, draw(truth, DRAWS, seed=1))
    here = sample[sample.gemeentecode == REFERENCE]
    expected = 2 * np.exp(-here.belasting.mean() / 6) - 2 * np.exp(-here.belasting / 6).mean()
    assert found["waar"] == pytest.approx(expected, abs=0.02)
    assert found["waar"] < -0.05, "een holle curve: spreiden kost"
    assert found["geclaimd"] > 0.95
    assert 0.9 < found["dekking"] < 0.99


def test_other_cities_do_not_count_in_the_gain_of_amsterdam(sample):
    truth = truth_of(sample, with_context=False)
    outcomes = draw(truth, 50, seed=1)
    moved = outcomes.copy()
    moved[sample.gemeentecode != REFERENCE] *= -5
    assert net_gain(truth, outcomes) == net_gain(truth, moved)


def test_every_household_counts_where_buurten_differ_in_size(sample):
    """Weights go into the mean burden and into the mean outcome alike: a line still gains nothing."""
    sizes = np.random.default_rng(3).lognormal(7.5, 0.8, len(sample))
    truth = truth_of(sample.assign(gewicht=sizes), straight=True, with_context=False)
    assert net_gain(truth, draw(truth, 5, seed=1))["waar"] == pytest.approx(0, abs=1e-12)
