"""Scenarios: households are conserved, nonsense is refused, and a straight line gives the city nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from levers.small_city import small_city

from analysis import choices
from analysis.errors import InvalidInput
from analysis.levers import bounds, effect, spread
from analysis.levers.assumptions import Assumptions
from analysis.levers.city import Counts
from analysis.levers.scenario import KNOBS, Scenario, draw_counts, move, sensitivity, work_out

CITY = small_city()
BENT = small_city(bend=0.0008)


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[Scenario, Assumptions, int]:
    place = draw(st.integers(0, len(CITY.buurten) - 1))
    knob = draw(st.sampled_from(list(KNOBS)))
    if knob == "toewijzing":
        share = CITY.buurten.belasting.iloc[place]
        tenths = draw(st.integers(-50, int(10 * share)).filter(bool))
        amount = tenths / 10
    else:
        amount = draw(st.integers(1, 150))
    held = Assumptions(draw(st.floats(1, 15)), draw(st.floats(0, 60)), draw(st.floats(0, 20)))
    return Scenario(CITY.buurten.buurtnaam.iloc[place], knob, amount, draw(st.integers(1, 10))), held, place


@settings(deadline=None, max_examples=150)
@given(scenarios())
def test_the_city_keeps_its_households_of_each_kind(asked):
    scenario, held, place = asked
    before = draw_counts(CITY, 3)
    after = move(before, scenario, held, place)
    np.testing.assert_allclose(after.households.sum(axis=1), before.households.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(after.poor.sum(axis=1), before.poor.sum(axis=1), rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(scenarios())
def test_what_is_not_refused_has_no_negative_households_and_nothing_past_100_percent(asked):
    scenario, held, place = asked
    try:
        work_out(CITY, scenario, held)
    except InvalidInput:
        return
    after = move(Counts(CITY.households, CITY.poor), scenario, held, place)
    assert (after.poor >= 0).all() and (after.poor <= after.households).all()


@settings(deadline=None, max_examples=40)
@given(scenarios())
def test_along_a_straight_line_the_score_of_the_city_gains_exactly_nothing(asked):
    scenario, held, place = asked
    before = draw_counts(BENT, 3)
    after = move(before, scenario, held, place)
    for outcome in (effect.ONV, effect.SCORES):
        line = effect.response(BENT, outcome, effect.STRAIGHT)
        found = effect.of_city(line, BENT, outcome, before, after)
        assert (found.value, found.low, found.high) == (0, 0, 0)


def test_allocation_leaves_every_buurt_its_households():
    before = draw_counts(CITY, 2)
    after = move(before, Scenario("Buurt 40", "toewijzing", 10), Assumptions(), 40)
    np.testing.assert_array_equal(after.households, before.households)


def test_building_thins_and_replacing_displaces():
    built = work_out(CITY, Scenario("Buurt 50", "middenhuur", 100))
    replaced = work_out(CITY, Scenario("Buurt 50", "herstructurering", 100))
    assert built.steps["verplaatsing"] == 0 and built.steps["verdunning"] < 0
    assert replaced.steps["verplaatsing"] < 0
    assert replaced.moved == pytest.approx(100 * (0.30 - 0.03))
    for one in (built, replaced):
        change = one.count.belasting["na"] - one.count.belasting["voor"]
        assert change == pytest.approx(sum(one.steps.values()))


def test_the_households_of_a_new_building_are_counted_by_hand():
    row = CITY.buurten.loc["BU00020050"]
    found = work_out(CITY, Scenario("Buurt 50", "sociale_huur", 100))
    share = 100 * (row.arm + 30) / (row.huishoudens + 100)
    assert found.count.belasting["na"] == pytest.approx(share)
    here = found.differences.query("gebied == 'buurt' and uitkomst == 'onv' and lijn == 'rechte lijn'").iloc[0]
    slope = np.polyfit(CITY.buurten.belasting, CITY.buurten.uitkomst, 1, w=np.sqrt(CITY.buurten.gewicht))[0]
    assert here.value == pytest.approx(slope * (share - row.belasting), rel=1e-6)
    assert here.low < here.value < here.high


def test_less_inflow_follows_the_dwellings_that_fall_free():
    found = work_out(CITY, Scenario("Buurt 50", "toewijzing", 10, 5), Assumptions(doorstroming=7))
    fell_free = 1 - 0.93**5
    assert found.count.belasting["na"] == pytest.approx(CITY.buurten.belasting.iloc[50] - 10 * fell_free)


def test_where_the_households_then_live_is_named_without_the_buurt_itself():
    found = work_out(CITY, Scenario("Buurt 50", "toewijzing", 10))
    assert "Buurt 50" not in set(found.elsewhere.buurtnaam)
    assert (found.elsewhere.verschil > 0).all() and len(found.elsewhere) == 5


def test_the_interval_grows_with_the_error_of_the_households():
    sure = dataclasses.replace(CITY, buurten=CITY.buurten.assign(huishoudens_fout=0.0))
    unsure = dataclasses.replace(CITY, buurten=CITY.buurten.assign(huishoudens_fout=0.5))
    asked = Scenario("Buurt 50", "middenhuur", 100)
    errors = [work_out(city, asked).differences.error[0] for city in (sure, CITY, unsure)]
    assert errors[0] < errors[1] < errors[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Buurt 5", "middelhuur", 10), ["'middelhuur' bestaat niet", "middenhuur"]),
        (("Buurt 5", "middenhuur", 0), ["groter dan 0"]),
        (("Buurt 5", "middenhuur", -5), ["groter dan 0"]),
        (("Buurt 5", "middenhuur", float("nan")), ["groter dan 0"]),
        (("Buurt 5", "middenhuur", 10, 0), ["1 tot en met 20 jaar"]),
        (("Buurt 5", "middenhuur", 10, 21), ["1 tot en met 20 jaar"]),
        (("Buurt 5", "middenhuur", 12.5), ["12,5", "heel getal"]),
        (("Buurt 5", "middenhuur", float("inf")), ["heel getal"]),
        (("Buurt 5", "toewijzing", 0), ["procentpunt"]),
        (("Buurt 5", "toewijzing", 2.55), ["2,55", "één cijfer achter de komma"]),
        (("Buurt 5", "toewijzing", 150), ["procentpunt"]),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(arguments, words):
    with pytest.raises(InvalidInput) as refused:
        Scenario(*arguments)
    assert all(word in str(refused.value) for word in words), refused.value


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (Scenario("Buurt 5", "toewijzing", 20), "van de instroom"),
        (Scenario("Buurt 5", "herstructurering", 100_000), "is te veel"),
        (Scenario("Buurt 5", "sociale_huur", 40_000, 1), "doorstroming"),
        (Scenario("Burt 5", "middenhuur", 10), "bedoelde u Buurt 5"),
    ],
)
def test_what_cannot_be_in_this_city_is_refused(scenario, words):
    with pytest.raises(InvalidInput, match=words):
        work_out(CITY, scenario)


def test_beyond_the_data_the_reader_is_warned():
    far = work_out(CITY, Scenario("Buurt 0", "toewijzing", 1.9, 20), Assumptions(doorstroming=50))
    assert any("buiten wat in Proefstad voorkomt" in warning for warning in far.warnings)
    assert not any("buiten" in warning for warning in work_out(CITY, Scenario("Buurt 30", "middenhuur", 10)).warnings)


def test_points_of_the_inflow_are_told_to_the_tenth_that_was_asked():
    assert ": 2,5 procentpunt minder instroom" in Scenario("Buurt 5", "toewijzing", 2.5).title("Buurt 5")
    assert ": 10 procentpunt meer instroom" in Scenario("Buurt 5", "toewijzing", -10).title("Buurt 5")


def test_a_long_scenario_and_a_long_spread_are_warned_of_in_the_same_words():
    """One limit and one warning for both commands."""
    long = [
        work_out(CITY, Scenario("Buurt 30", "middenhuur", 10, bounds.MOST_YEARS)).warnings,
        spread.best(CITY, years=bounds.MOST_YEARS).warnings,
    ]
    assert long[0][0] == long[1][0] and "20 jaar is lang" in long[0][0]
    assert not work_out(CITY, Scenario("Buurt 30", "middenhuur", 10)).warnings
    for years in (0, bounds.MOST_YEARS + 1):
        with pytest.raises(InvalidInput, match="1 tot en met 20 jaar"):
            spread.best(CITY, years=years)


def test_unknown_tenure_is_told():
    assert any(
        "sociale huurwoningen" in text for text in work_out(CITY, Scenario("Buurt 30", "herstructurering", 10)).warnings
    )


@pytest.mark.parametrize("value", [-1, 101, float("nan")])
def test_an_assumption_is_a_percentage(value):
    with pytest.raises(InvalidInput, match="tussen 0 en 100"):
        Assumptions(doorstroming=value)


def test_sensitivity_leaves_out_what_makes_no_difference():
    table = sensitivity(CITY, [Scenario("Buurt 50", "middenhuur", 100)])
    assert len(table) == 2 and table.aanname.str.contains("middenhuurwoning").all()
    assert table.na.is_monotonic_increasing


def test_the_knobs_that_the_command_line_names_are_those_that_can_be_turned():
    assert tuple(KNOBS) == choices.KNOBS


def test_the_seed_of_the_choices_is_that_of_the_draws():
    other = dataclasses.replace(CITY, choices=dataclasses.replace(CITY.choices, zaad=1))
    errors = [
        work_out(city, Scenario("Buurt 50", "middenhuur", 100)).differences.error[0] for city in (CITY, CITY, other)
    ]
    assert errors[0] == errors[1] != errors[2]
