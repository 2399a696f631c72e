"""Many outcomes scored at once are each scored as if alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.models import leave_out
from analysis.models.importance import BLOCKS, models_of
from analysis.models.leave_out import BURDEN, CONTEXT, MODELS, OWN, SHIFTED, Model, scores, scores_of_many
from analysis.models.spline import Spline

CITIES = [f"GM{number:04d}" for number in (9, 3, 7, 1)]
KINDS = {**MODELS, "levels": Model((BURDEN, *CONTEXT), levels=True), "one": Model((BURDEN,))}


def invent(seed: int = 1, per_city: int = 60) -> pd.DataFrame:
    """Cities that lie mixed in the table, in no order of codes."""
    random = np.random.default_rng(seed)
    n = per_city * len(CITIES)
    return pd.DataFrame({
        "gemeentecode": np.tile(CITIES, per_city), "gewicht": random.lognormal(7.5, 0.6, n),
        "belasting": random.gamma(4, 2.5, n), **{column: random.normal(20, 5, n) for column in CONTEXT},
    })  # fmt: skip


def outcomes_of(sample: pd.DataFrame, many: int = 7) -> np.ndarray:
    """Outcomes that differ in what explains them, in size and in level."""
    random = np.random.default_rng(5)
    bend = np.exp(-sample.belasting.to_numpy() / 8)[:, None] * random.normal(size=many)
    age = sample[CONTEXT[0]].to_numpy()[:, None] * random.normal(0, 0.02, many)
    noise = random.normal(0, 0.1, (len(sample), many))
    return 10.0 ** np.arange(-3, many - 3) * (bend + age + noise) + np.arange(many)


@pytest.mark.parametrize("models", [KINDS, models_of(BLOCKS)], ids=["kinds", "blocks"])
def test_every_outcome_scores_as_it_does_alone(models):
    sample = invent()
    outcomes = outcomes_of(sample)
    found = scores_of_many(sample, models, outcomes)
    assert set(found) == {(name, how) for name in models for how in (OWN, SHIFTED)}
    for number, outcome in enumerate(outcomes.T):
        alone = scores(sample.assign(uitkomst=outcome), models)
        for key, values in found.items():
            np.testing.assert_allclose(values[:, number], alone[key], rtol=1e-8, atol=1e-10)


def test_a_row_is_a_city_in_order_of_appearance():
    sample = invent()
    noise = np.random.default_rng(2).normal(0, 1, (len(sample), 3))
    outcomes = sample.belasting.to_numpy()[:, None] + noise
    outcomes[sample.gemeentecode == CITIES[2]] *= -1
    found = scores_of_many(sample, KINDS, outcomes)["one", SHIFTED]
    assert found.shape == (len(CITIES), 3)
    assert ((found < 0) == (np.arange(len(CITIES)) == 2)[:, None]).all()
    assert list(scores(sample.assign(uitkomst=outcomes[:, 0]), KINDS).index) == CITIES


def test_the_score_is_that_of_statsmodels_trained_on_the_other_cities():
    sample = invent()
    outcomes = outcomes_of(sample)
    found = scores_of_many(sample, {"model": MODELS["model"]}, outcomes)
    unseen = (sample.gemeentecode == CITIES[1]).to_numpy()
    design = np.column_stack([np.ones(len(sample)), *(
        Spline(sample[column][~unseen]).basis(sample[column])[:, 1:] for column in (BURDEN, *CONTEXT))])  # fmt: skip
    weight = sample.gewicht[unseen].to_numpy()
    for number, outcome in enumerate(outcomes.T):
        model = sm.WLS(outcome[~unseen], design[~unseen], sample.gewicht[~unseen]).fit()
        error = outcome[unseen] - model.predict(design[unseen])
        own, shifted = (
            1 - np.average((error - level) ** 2, weights=weight) / np.cov(outcome[unseen], aweights=weight, ddof=0)
            for level in (0, np.average(error, weights=weight))
        )
        assert found["model", OWN][1, number] == pytest.approx(own)
        assert found["model", SHIFTED][1, number] == pytest.approx(shifted)


def test_the_outcome_of_the_table_itself_is_not_used():
    sample = invent()
    outcomes = outcomes_of(sample)
    with_column = scores_of_many(sample.assign(uitkomst=outcomes[:, 0]), KINDS, outcomes)
    for key, values in scores_of_many(sample, KINDS, outcomes).items():
        np.testing.assert_array_equal(values, with_column[key])


def test_outcomes_and_table_are_left_alone():
    sample = invent()
    outcomes = outcomes_of(sample)
    copies = sample.copy(), outcomes.copy()
    leave_out.scores_of_many(sample, KINDS, outcomes)
    pd.testing.assert_frame_equal(sample, copies[0])
    np.testing.assert_array_equal(outcomes, copies[1])
