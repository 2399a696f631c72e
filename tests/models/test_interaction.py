"""The test of the interaction against statsmodels, and against truths that are known."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.errors import InvalidInput
from analysis.measures.context import Characteristic
from analysis.models import interaction
from analysis.models.interaction import (
    CR1,
    CR3,
    FEWEST_NEAR,
    NEAR,
    NO_PLASMODE,
    NOT_MEASURED,
    NOT_SEPARABLE,
    NOT_SHOWN,
    NOT_SIGNIFICANT,
    OTHER_SAMPLE,
    OTHER_SIGN,
    OTHER_SIGN_SCORES,
    PLASMODE_FAILED,
    REFERENCE_SAMPLE,
    UPHELD,
    InteractionTest,
    centred_within_city,
    family,
    marginal,
)
from analysis.models.scores import normal_scores
from analysis.models.spline import Spline
from analysis.models.wls import FEWEST_CLUSTERS, fit, standardise

AGE = Characteristic("ouderen", "65-plussers", "%", "levensfase")
DENSITY = Characteristic("dichtheid", "bevolkingsdichtheid", "log", "dichtheid")
RICH = Characteristic("rijk", "hoge inkomens", "%", "inkomensmix")
BLOCK = [AGE, DENSITY, RICH]


def compose(n: int = 600, wijken: int = 120, cities: int = 1, seed: int = 1, spread: float = 0.5) -> pd.DataFrame:
    """Burden and characteristics that partly belong to the wijk; age goes with the burden in a curved way."""
    random = np.random.default_rng(seed)
    wijk = np.arange(n) % wijken
    place = (random.normal(size=(3, wijken))[:, wijk] * 0.8 + random.normal(size=(3, n)) * 0.6).clip(-2, 2)
    burden = 11 * np.exp(0.5 * place[0])
    return pd.DataFrame({
        "gemeentecode": [f"GM{number % cities:04d}" for number in wijk], "wijkcode": [f"WK{number:03d}" for number in wijk],
        "gewicht": random.lognormal(7.5, spread, n), "belasting": burden,
        "ouderen": 24 - 3 * np.sqrt(burden) + 3 * place[1], "dichtheid": 9 + place[2],
        "rijk": 60 - 2 * burden + random.normal(0, 2, n),
    })  # fmt: skip


def product(table: pd.DataFrame, column: str = "ouderen") -> np.ndarray:
    return standardise(table.belasting, table.gewicht) * standardise(table[column], table.gewicht)


def curved(table: pd.DataFrame) -> np.ndarray:
    """Additive: falls fast at first and then hardly; age bends too. In about one standard deviation."""
    return 4 * np.exp(-table.belasting.to_numpy() / 8) - 0.005 * (table.ouderen.to_numpy() - 8) ** 2


def noise(table: pd.DataFrame, samples: int, seed: int = 2, shared: float = 0.5) -> np.ndarray:
    """Noise that a wijk shares in part: shape (n, samples)."""
    random = np.random.default_rng(seed)
    wijk, labels = pd.factorize(table.wijkcode)
    own = random.normal(size=(len(table), samples))
    return 0.35 * (np.sqrt(shared) * random.normal(size=(len(labels), samples))[wijk] + np.sqrt(1 - shared) * own)


def prepared(table: pd.DataFrame, column: str = "ouderen", **changes: object) -> InteractionTest:
    given = {"clusters": table.wijkcode, "cities": table.gemeentecode, **changes}
    return InteractionTest(table.belasting, table[column], table.gewicht, **given)


# --- Normal scores --------------------------------------------------------------------------------


def test_normal_scores_keep_the_order_and_lose_the_shape():
    values = np.random.default_rng(1).lognormal(size=500)
    scores = normal_scores(values)
    assert (np.argsort(scores) == np.argsort(values)).all()
    np.testing.assert_allclose(scores, normal_scores(np.log(values)))
    assert stats.shapiro(scores).pvalue > 0.99
    assert (np.mean(scores), np.std(scores)) == pytest.approx((0, 1), abs=0.01)


def test_normal_scores_leave_what_is_missing_out():
    values = np.array([3.0, np.nan, 1.0, 2.0, 2.0])
    scores = normal_scores(values)
    assert np.isnan(scores).tolist() == [False, True, False, False, False]
    np.testing.assert_allclose(scores[[0, 2, 3, 4]], normal_scores(values[[0, 2, 3, 4]]))
    assert scores[3] == scores[4] == pytest.approx(0)


def test_normal_scores_rank_each_column_on_its_own():
    values = np.random.default_rng(1).normal(size=(50, 3)) * [1, 10, 100]
    values[4, 1] = np.nan
    for column, scores in zip(values.T, normal_scores(values).T, strict=True):
        np.testing.assert_allclose(scores, normal_scores(column))


# --- Against statsmodels --------------------------------------------------------------------------


def by_statsmodels(table: pd.DataFrame, outcome: np.ndarray, **errors: object) -> tuple[float, float, float, float]:
    """The same model, written out, one outcome at a time; in standard deviations of the outcome."""
    burden, context = table.belasting.to_numpy(), table.ouderen.to_numpy()
    cities = pd.get_dummies(table.gemeentecode, drop_first=True).to_numpy(float)
    design = np.column_stack([Spline(burden).basis(burden), Spline(context).basis(context)[:, 1:], cities,
                              product(table)])  # fmt: skip
    found = sm.WLS(standardise(outcome, table.gewicht), design, table.gewicht.to_numpy()).fit(use_t=True, **errors)
    return found.params[-1], found.bse[-1], found.tvalues[-1], found.pvalues[-1]


@pytest.mark.parametrize(("cities", "seed"), [(1, 1), (1, 2), (7, 3)])
def test_all_outcomes_at_once_equal_statsmodels_one_by_one(cities, seed):
    table = compose(cities=cities, seed=seed)
    outcomes = curved(table)[:, None] + noise(table, 5) * [1, 10, 0.1, 3, 1] + [0, 5, 0, -100, 0]
    groups = pd.factorize(table.wijkcode)[0]
    found = np.array(prepared(table).t(outcomes))
    for number, outcome in enumerate(outcomes.T):
        expected = by_statsmodels(table, outcome, cov_type="cluster", cov_kwds={"groups": groups})
        np.testing.assert_allclose(found[:, number], expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("cities", [1, 4])
def test_the_jackknife_equals_leaving_out_each_wijk_in_turn(cities):
    table = compose(300, 40, cities=cities)
    table["gemeentecode"] = table.gemeentecode.where(table.wijkcode != "WK000", "GM9999")
    outcome = curved(table) + noise(table, 1)[:, 0]
    joint = interaction._Joint(table.belasting, table.ouderen, table.gewicht, table.gemeentecode)
    spread = np.sqrt(np.cov(outcome, aweights=table.gewicht))

    def estimate(kept: np.ndarray) -> float:
        root = np.sqrt(table.gewicht.to_numpy()[kept])
        return np.linalg.lstsq(joint.design[kept] * root[:, None], outcome[kept] * root, rcond=None)[0][-1] / spread

    whole = estimate(np.ones(len(table), bool))
    moved = [estimate((table.wijkcode != wijk).to_numpy()) - whole for wijk in table.wijkcode.unique()]
    found = prepared(table, errors=CR3).t(outcome)
    assert found.estimate[0] == pytest.approx(whole, rel=1e-8)
    assert found.error[0] == pytest.approx(np.sqrt(39 / 40 * np.sum(np.square(moved))), rel=1e-8)


def test_with_few_wijken_errors_are_hc3():
    table = compose(wijken=FEWEST_CLUSTERS - 1)
    outcome = curved(table) + noise(table, 1)[:, 0]
    test = prepared(table)
    assert not test.clustered
    np.testing.assert_allclose(np.ravel(test.t(outcome)), by_statsmodels(table, outcome, cov_type="HC3"), rtol=1e-8)


def test_from_twenty_wijken_on_errors_are_clustered():
    test = prepared(compose(wijken=FEWEST_CLUSTERS))
    assert (test.clustered, test.degrees) == (True, FEWEST_CLUSTERS - 1)


def test_one_city_has_no_constant_of_its_own():
    table = compose()
    outcome = curved(table) + noise(table, 1)[:, 0]
    np.testing.assert_allclose(prepared(table).t(outcome), prepared(table, cities=None).t(outcome))


def test_a_level_per_city_changes_nothing():
    table = compose(cities=6)
    outcomes = curved(table)[:, None] + noise(table, 3)
    shift = table.gemeentecode.map(dict(zip(table.gemeentecode.unique(), [0, 5, -3, 8, 1, 2], strict=True)))
    before, after = (np.array(prepared(table).t(y)) for y in (outcomes, outcomes + shift.to_numpy()[:, None]))
    np.testing.assert_allclose(after[2:], before[2:], rtol=1e-7)


def test_a_thousand_outcomes_take_less_than_a_second():
    table = compose(2400, 480, cities=31)
    test, outcomes = prepared(table), noise(table, 1000)
    start = time.process_time()
    test.t(outcomes)
    assert time.process_time() - start < 1


def test_a_composition_that_does_not_determine_the_product_is_refused():
    table = compose()
    with pytest.raises(InvalidInput, match="te weinig of te gelijk"):
        prepared(table.iloc[:9])


# --- Against known truths -------------------------------------------------------------------------

SAMPLES = 400


@pytest.mark.parametrize(
    ("errors", "cities", "seed"), [(CR1, 1, 6), (CR1, 1, 7), (CR3, 1, 1), (CR3, 1, 2), (CR3, 1, 7), (CR3, 8, 3)]
)
def test_under_a_curved_additive_truth_it_rejects_about_one_time_in_twenty(errors, cities, seed):
    table = compose(cities=cities, seed=seed)
    outcomes = curved(table)[:, None] + noise(table, SAMPLES, seed)
    assert 0.02 < np.mean(prepared(table, errors=errors).t(outcomes).p < 0.05) <= 0.08


def test_where_few_buurten_carry_the_product_only_the_jackknife_keeps_its_rate():
    table = compose(spread=1.0)
    outcomes = curved(table)[:, None] + noise(table, 2000)
    plain, jackknife = (np.mean(prepared(table, errors=errors).t(outcomes).p < 0.05) for errors in (CR1, CR3))
    assert plain > 0.09
    assert jackknife <= 0.08


def test_a_straight_line_interaction_takes_the_bend_for_context():
    table = compose(seed=7)
    outcomes = curved(table)[:, None] + noise(table, SAMPLES)
    x, z = (standardise(table[column], table.gewicht) for column in ("belasting", "ouderen"))
    straight = np.column_stack([np.ones_like(x), x, z, x * z])
    claims = [fit(straight, y, table.gewicht, table.wijkcode).pvalues[-1] < 0.05 for y in outcomes.T[:100]]
    assert np.mean(claims) > 0.7
    assert np.mean(prepared(table).t(outcomes).p < 0.05) <= 0.08


def test_without_the_wijken_it_would_reject_too_often():
    table = compose(wijken=40)
    outcomes = curved(table)[:, None] + noise(table, SAMPLES, shared=0.9)
    alone = prepared(table, clusters=np.arange(len(table))).t(outcomes)
    together = prepared(table).t(outcomes)
    assert np.mean(alone.p < 0.05) > np.mean(together.p < 0.05) + 0.05


@pytest.mark.parametrize("size", [0.3, -0.3])
def test_a_real_interaction_is_found_with_its_size(size):
    table = compose(seed=7)
    truth = curved(table) + size * product(table)
    outcomes = truth[:, None] + noise(table, SAMPLES)
    found = prepared(table).t(outcomes)
    assert np.mean((found.p < 0.05) & (found.estimate * size > 0)) > 0.8
    spread = np.sqrt(np.cov(outcomes[:, 0], aweights=table.gewicht))
    assert np.mean(found.estimate) == pytest.approx(size / spread, abs=0.03)
    assert np.mean(found.error) == pytest.approx(np.std(found.estimate), rel=0.15)


# --- The family -----------------------------------------------------------------------------------


def sample(size: float, seed: int, cities: int = 1, **changes: object) -> pd.DataFrame:
    """An additive curved truth with an interaction of burden and age of this size."""
    table = compose(cities=cities, seed=seed, **changes)
    return table.assign(uitkomst=curved(table) + size * product(table) + noise(table, 1, seed)[:, 0])


def judged(reference: pd.DataFrame, others: pd.DataFrame, rate: float | None = 0.05) -> pd.Series:
    table = family(reference, others, BLOCK, rate, CR1).table
    assert table.groupby("label").status.nunique().eq(1).all()
    return table[table.label == AGE.label].iloc[0]


def test_a_claim_that_meets_every_condition_is_upheld():
    found = judged(sample(0.4, 1), sample(0.4, 2, 5))
    assert (found.status, found.reason) == (UPHELD, "")


def test_an_interaction_that_is_not_significant_in_amsterdam_is_not_shown():
    found = judged(sample(0.0, 6), sample(0.4, 2, 5))
    assert found.status == NOT_SHOWN
    assert NOT_SIGNIFICANT in found.reason


def test_holm_sinks_what_one_test_alone_would_claim():
    """The size is chosen so that p is below and the adjusted p above 5 %."""
    reference, others = sample(0.08, 1), sample(0.4, 2, 5)
    found = judged(reference, others)
    assert found.p < 0.05 < found.p_holm
    assert (found.status, found.reason) == (NOT_SHOWN, NOT_SIGNIFICANT)


def test_another_sign_in_the_other_cities_sinks_a_claim():
    found = judged(sample(0.4, 1), sample(-0.4, 2, 5))
    assert (found.status, found.reason) == (NOT_SHOWN, OTHER_SIGN)


@pytest.mark.parametrize("bent", [0, 1])
def test_another_sign_on_normal_scores_sinks_a_claim_in_either_sample(bent):
    """The exponent of a sum is no sum: an interaction that exists on the outcome's own scale only."""
    samples = [sample(0.4, 1), sample(0.4, 2, 5)]
    table = samples[bent]
    x, z = (standardise(table[column], table.gewicht) for column in ("belasting", "ouderen"))
    random = np.random.default_rng(1)
    latent = x.clip(-2, 2) + z - 0.3 * x.clip(-2, 2) * z + random.normal(0, 0.1, len(table))
    samples[bent] = table.assign(uitkomst=np.exp(latent))
    found = judged(*samples)
    assert (found.status, found.reason) == (NOT_SHOWN, OTHER_SIGN_SCORES)


@pytest.mark.parametrize(
    ("rate", "status", "reason"),
    [(0.06, UPHELD, ""), (0.0601, NOT_SHOWN, PLASMODE_FAILED), (np.nan, NOT_SHOWN, PLASMODE_FAILED),
     (None, NOT_SHOWN, NO_PLASMODE)],
)  # fmt: skip
def test_the_plasmode_must_have_been_run_and_reject_seldom(rate, status, reason):
    found = judged(sample(0.4, 1), sample(0.4, 2, 5), rate)
    assert (found.status, found.reason) == (status, reason)


def test_what_is_known_in_amsterdam_only_cannot_be_upheld():
    found = judged(sample(0.4, 1), sample(0.4, 2, 5).assign(ouderen=np.nan))
    assert (found.status, found.reason) == (NOT_SHOWN, NOT_MEASURED)


def test_pairs_that_cannot_be_told_apart_are_not_tested_and_not_counted():
    reference, others = sample(0.4, 1), sample(0.4, 2, 5)
    found, without = family(reference, others, BLOCK, 0.05), family(reference, others, BLOCK[:2], 0.05)
    rich = found.table[found.table.label == RICH.label]
    assert (rich.correlation < -0.7).all()
    assert (rich.status == NOT_SEPARABLE).all()
    assert rich[["estimate", "low", "high", "p", "p_holm", "estimate_scores"]].isna().all(axis=None)
    assert (found.tested, without.tested) == (4, 4)
    pd.testing.assert_frame_equal(found.table[found.table.label != RICH.label].reset_index(drop=True), without.table)


def test_one_sample_in_which_they_go_together_is_enough():
    others = sample(0.4, 2, 5)
    others["ouderen"] = -others.belasting + np.random.default_rng(1).normal(0, 1, len(others))
    found = family(sample(0.4, 1), others, BLOCK, 0.05)
    assert found.table.set_index("label").status[AGE.label].tolist() == [NOT_SEPARABLE, NOT_SEPARABLE]
    assert found.tested == 3


def test_holm_is_over_all_tested_rows():
    found = family(sample(0.1, 1), sample(0.1, 2, 5), BLOCK, 0.05)
    rows = found.table[found.table.tested].sort_values("p")
    expected = np.minimum(np.maximum.accumulate(rows.p * np.arange(len(rows), 0, -1)), 1)
    assert len(rows) == found.tested == 4
    np.testing.assert_allclose(rows.p_holm, expected)


def test_a_row_holds_what_the_test_found():
    reference, others = sample(0.4, 1), sample(0.4, 2, 5)
    reference.loc[reference.index[:40], "ouderen"] = np.nan
    table = family(reference, others, BLOCK, 0.05, CR1).table.set_index(["label", "sample"])
    for name, known in ((REFERENCE_SAMPLE, reference.iloc[40:]), (OTHER_SAMPLE, others)):
        row, test = table.loc[AGE.label, name], prepared(known)
        outcome = known.uitkomst.to_numpy()
        found, scored = test.t(outcome), test.t(normal_scores(outcome))
        margin = stats.t.ppf(0.975, known.wijkcode.nunique() - 1) * found.error[0]
        assert row.n == len(known)
        assert (row.estimate, row.low, row.high) == pytest.approx(
            (found.estimate[0], found.estimate[0] - margin, found.estimate[0] + margin))  # fmt: skip
        assert (row.p, row.estimate_scores) == pytest.approx((found.p[0], scored.estimate[0]))


def test_the_rules_are_those_of_the_research_design():
    assert (interaction.LEVEL, interaction.MOST_PLASMODE_REJECTIONS, interaction.INSEPARABLE) == (0.05, 0.06, 0.7)


# --- The slope at low, middle and high context ----------------------------------------------------


def test_without_an_interaction_the_slope_is_the_same_at_every_context():
    table = compose(2000, 400)
    random = np.random.default_rng(1)
    table["uitkomst"] = 0.5 - 0.03 * table.belasting + 0.01 * table.ouderen + random.normal(0, 0.002, len(table))
    found = marginal(table, AGE)
    assert set(found.level) == {"laag", "midden", "hoog"}
    np.testing.assert_allclose(found.slope, -0.3, atol=0.01)


def test_the_slope_follows_the_curve():
    table = compose(2000, 400)
    table["uitkomst"] = -0.5 * np.log(table.belasting) + np.random.default_rng(1).normal(0, 0.002, len(table))
    found = marginal(table, AGE)
    found = found[found.belasting > 5]
    np.testing.assert_allclose(found.slope, -5 / found.belasting, rtol=0.2)


def test_an_interaction_spreads_the_slopes_by_its_own_size():
    table = compose(2000, 400)
    random = np.random.default_rng(1)
    step = 0.002
    table["uitkomst"] = -0.03 * table.belasting + step * table.belasting * table.ouderen + random.normal(0, 0.01, 2000)
    found = marginal(table, AGE)
    np.testing.assert_allclose(found.slope, 10 * (-0.03 + step * found.context), atol=0.02)
    levels = found.groupby("level").context.first()
    assert levels.to_dict() == pytest.approx(dict(zip(["laag", "midden", "hoog"],
                                                      np.quantile(table.ouderen, [0.1, 0.5, 0.9]), strict=True)))  # fmt: skip


def test_the_interval_of_the_slope_is_that_of_the_coefficients():
    """On a truth that the model holds, 95 % intervals cover at one burden in about 95 % of samples."""
    table = compose(400, 100)
    truth, covered = -0.03 * table.belasting, []
    for each in noise(table, 60).T:
        found = marginal(table.assign(uitkomst=truth + each), AGE, points=5)
        middle = found[(found.level == "midden")].iloc[1]
        covered.append(middle.low <= -0.3 <= middle.high)
    assert 0.85 <= np.mean(covered) < 1


def test_a_slope_is_shown_only_where_there_are_buurten():
    whole = sample(0.2, 1, n=2000, wijken=400)
    table = whole[~whole.belasting.between(12, 24)]
    found = marginal(table, AGE)
    spread = {column: np.sqrt(np.cov(table[column], aweights=table.gewicht)) for column in ("belasting", "ouderen")}
    for row in found.itertuples():
        close = (table.ouderen - row.context).abs() <= NEAR * spread["ouderen"]
        close &= (table.belasting - row.belasting).abs() <= NEAR * spread["belasting"]
        assert row.near == close.sum() >= FEWEST_NEAR
    assert marginal(whole, AGE).belasting.between(16, 20).any()
    assert not found.belasting.between(16, 20).any()
    assert found.belasting.lt(12).any()


def test_each_characteristic_is_judged_by_its_own_plasmode_rate():
    reference, others = sample(0.4, 1), sample(0.4, 2, 5)
    good, bad = (family(reference, others, BLOCK, {AGE.label: rate}).table.set_index("label") for rate in (0.03, 0.3))
    assert (good.status[AGE.label] == UPHELD).all()
    assert (bad.status[AGE.label] == NOT_SHOWN).all()
    assert PLASMODE_FAILED in bad.reason[AGE.label].iloc[0]


def test_the_smallest_interaction_to_be_found_is_found_four_times_in_five():
    errors = family(sample(0.0, 1), sample(0.0, 2, 5), BLOCK, 0.05).table
    row = errors[errors.label == AGE.label].iloc[0]
    half = (row.high - row.low) / 2
    assert half < row.detectable < 1.6 * half


def test_centring_takes_away_what_differs_between_cities_only():
    table = sample(0.4, 2, 5)
    centred = centred_within_city(table, BLOCK)
    means = (centred.belasting * centred.gewicht).groupby(centred.gemeentecode).sum() / centred.groupby(
        "gemeentecode"
    ).gewicht.sum()
    assert means.max() - means.min() < 1e-9
    assert np.average(centred.belasting, weights=centred.gewicht) == pytest.approx(
        np.average(table.belasting, weights=table.gewicht)
    )
