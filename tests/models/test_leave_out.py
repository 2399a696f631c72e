"""Leave one city out: what is learned elsewhere is found, and knowing the training cities gives nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.models import leave_out
from analysis.models.leave_out import BURDEN, CONTEXT, MODELS, OWN, SHIFTED, Model, leave_one_city_out, scores

CUT = 500
PER_CITY = 100
CITIES = [f"GM{number:04d}" for number in range(1, 8)]
NAMES = pd.DataFrame({"gemeentenaam": [f"Stad {code}" for code in CITIES]}, index=CITIES)


def invent(seed: int = 1, levels: float = 0.0, noise: float = 0.03) -> pd.DataFrame:
    """Cities on one curve of burden and age, each with a level of its own that composition does not tell."""
    random = np.random.default_rng(seed)
    n, size = PER_CITY, PER_CITY * len(CITIES)
    code = np.repeat(CITIES, n)
    x = random.gamma(4, 2.5, size)
    table = pd.DataFrame({
        "gemeentecode": code, "wijkcode": code, "inwoners_2017": random.lognormal(7.6, 0.5, size).clip(CUT),
        "pct_sociaal_minimum_2017": x, **{column: random.normal(20, 5, size) for column in CONTEXT},
    })  # fmt: skip
    own = np.repeat(random.normal(0, levels, len(CITIES)), n)
    curve = 0.3 - 0.02 * x + 0.0004 * x**2 + 0.004 * table[CONTEXT[0]]
    return table.assign(onv_2018=curve + own + random.normal(0, noise, size))


def run(table: pd.DataFrame, models: dict[str, Model] = MODELS) -> pd.DataFrame:
    return scores(leave_out.sample_of(table, NAMES, Choices(), CUT), models)


def test_a_model_that_holds_everywhere_predicts_a_city_it_has_not_seen():
    found = leave_one_city_out(invent(noise=0.001), NAMES, Choices(), CUT)
    assert found.model.median() > 0.99 and found.model.min() > 0.9
    assert (found.model > found.line + 0.05).all()


def test_the_city_mean_scores_nothing_and_another_mean_less_than_nothing():
    found = leave_one_city_out(invent(levels=0.1), NAMES, Choices(), CUT)
    assert (found.city == 0).all()
    assert (found.national < 0).all()
    assert found.national_shifted.abs().max() < 1e-12


def test_the_score_is_that_of_predictions_made_by_hand():
    table = invent(levels=0.05)
    found = leave_one_city_out(table, NAMES, Choices(), CUT)
    unseen = (table.gemeentecode == CITIES[3]).to_numpy()
    x, y, w = (table[name].to_numpy() for name in ("pct_sociaal_minimum_2017", "onv_2018", "inwoners_2017"))
    slope, intercept = np.polyfit(x[~unseen], y[~unseen], 1, w=np.sqrt(w[~unseen]))
    residual, outcome, weight = y[unseen] - intercept - slope * x[unseen], y[unseen], w[unseen]
    spread = np.sum(weight * (outcome - np.average(outcome, weights=weight)) ** 2)
    centred = residual - np.average(residual, weights=weight)
    assert found.line[CITIES[3]] == pytest.approx(1 - np.sum(weight * residual**2) / spread)
    assert found.line_shifted[CITIES[3]] == pytest.approx(1 - np.sum(weight * centred**2) / spread)


def test_nothing_of_the_city_itself_is_used_save_its_level():
    """Whatever the target's outcomes, its predictions stay: mirrored outcomes give what a mirrored prediction would."""
    table = invent(noise=0.001)
    unseen = table.gemeentecode == CITIES[0]
    mirrored = table.assign(onv_2018=table.onv_2018.where(~unseen, -table.onv_2018))
    assert run(table)["model", SHIFTED][CITIES[0]] > 0.99
    assert run(mirrored)["model", SHIFTED][CITIES[0]] == pytest.approx(1 - 4, abs=0.05)


def test_the_own_level_helps_where_cities_have_levels_and_never_hurts():
    found = run(invent(levels=0.1))
    assert (found["model", SHIFTED] >= found["model", OWN] - 1e-12).all()
    assert found["model", SHIFTED].median() > found["model", OWN].median() + 0.1


KNOWING = {"plain": Model((BURDEN, *CONTEXT)), "levels": Model((BURDEN, *CONTEXT), levels=True)}


def test_knowing_the_training_cities_gives_nothing_where_they_have_no_levels():
    found = run(invent(), KNOWING)
    assert (found["levels", OWN] - found["plain", OWN]).max() < 0.005


def test_knowing_levels_gives_exactly_nothing_where_composition_is_the_same_everywhere():
    """Every city has the same buurten and a level of its own: the levels explain much, but not of the city left out."""
    one = invent().iloc[:PER_CITY]
    levels = np.random.default_rng(4).normal(0, 0.1, len(CITIES))
    table = pd.concat(
        [
            one.assign(gemeentecode=code, onv_2018=one.onv_2018 + level)
            for code, level in zip(CITIES, levels, strict=True)
        ],
        ignore_index=True,
    )
    within = table.groupby("gemeentecode").onv_2018.transform("mean")
    assert within.var() > 0.3 * table.onv_2018.var(), "in de steden zelf zeggen hun niveaus veel"
    found = run(table, KNOWING)
    assert found["levels"].to_numpy() == pytest.approx(found["plain"].to_numpy(), abs=1e-9)
    assert found["plain", SHIFTED].min() - found["plain", OWN].min() > 0.3


def test_levels_alone_are_the_mean_of_the_training_buurten():
    found = run(invent(levels=0.1), {"mean": Model(()), "levels": Model((), levels=True)})
    assert found["levels", OWN].to_numpy() == pytest.approx(found["mean", OWN].to_numpy())


def test_pure_noise_is_not_rewarded():
    table = invent()
    noise = np.random.default_rng(1).normal(size=len(table))
    found = leave_one_city_out(table.assign(onv_2018=noise), NAMES, Choices(), CUT)
    assert found.model.median() < 0 and found.model_shifted.max() < 0.1


def test_all_models_are_scored_on_the_same_buurten_and_tiny_cities_are_left_out():
    table = invent()
    table.loc[table.index[: PER_CITY - 8], CONTEXT[1]] = np.nan
    table.loc[table.index[PER_CITY : PER_CITY + 10], CONTEXT[1]] = np.nan
    found = leave_one_city_out(table, NAMES, Choices(), CUT)
    assert CITIES[0] not in found.index
    assert found.n[CITIES[1]] == PER_CITY - 10


def test_the_summary_gives_median_and_range_over_cities():
    found = leave_one_city_out(invent(levels=0.05), NAMES, Choices(), CUT)
    rows = leave_out.summary(found)
    assert rows.loc["line"].tolist() == [found.line.median(), found.line.min(), found.line.max()]
    assert set(rows.index) == set(found.columns) - {"gemeente", "n"}


def test_the_knots_do_not_know_the_city_left_out():
    """An extreme buurt without weight in the city left out would move knots, but not predictions made without it."""
    sample = leave_out.sample_of(invent(), NAMES, Choices(), CUT)
    extra = sample[sample.gemeentecode == CITIES[0]].iloc[:30].assign(gewicht=1e-9, belasting=90.0)
    before, after = (scores(part, MODELS).loc[CITIES[0]] for part in (sample, pd.concat([sample, extra])))
    assert after["model"].to_numpy() == pytest.approx(before["model"].to_numpy(), abs=1e-6)
