"""From results to numbers and sentences: each branch of each rule, and all that a number must carry."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pandas as pd
import pytest

from analysis import dutch
from analysis.choices import REFERENCE, Choices
from analysis.dutch import slug
from analysis.levers.evidence import GRADES
from analysis.measures.sample import Coverage
from analysis.models.cities import Pooled
from analysis.models.derivative import OnShared
from analysis.models.deviation import TYPE_ORDER, UNDECIDED
from analysis.models.response import Curve, Slope
from analysis.publication import lever_reports, reports
from analysis.publication.numbers import Number, Numbers

CHOICES = Choices()
KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


def made(value: float, half: float, sd: float = 0.1, n: int = 350) -> Slope:
    """A slope with an interval of `half` on both sides."""
    return Slope(value, value - half, value + half, half / 2, 0.2, 0.3, n, 90, "wijk", sd)


def bent(gain: float) -> Curve:
    return Curve(pd.DataFrame(), 0.4 + gain, 0.4, 350)


def cities(values: list[float], half: float = 0.005) -> pd.DataFrame:
    """Slopes of cities; the first is the reference."""
    value = np.array(values)
    return pd.DataFrame({
        "gemeente": [f"Stad {number}" for number in range(len(values))], "value": value, "low": value - half,
        "high": value + half, "n": 50, "error": 1e-6, "error_hc3": 1e-6,
    }, index=[REFERENCE, *(f"GM{number:04d}" for number in range(1, len(values)))])  # fmt: skip


def context(**intervals: tuple[float, float]) -> pd.DataFrame:
    """Per label an interval; a label that starts with "vast" is inseparable."""
    rows = {label: {"value": (low + high) / 2, "low": low, "high": high, "n": 350, "separable": not label.startswith("vast")}
            for label, (low, high) in intervals.items()}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").astype({"separable": bool})


POOLED = Pooled(-0.02, -0.025, -0.015, 0.004, -0.03, -0.01, 3)
POOLED_CRIME = Pooled(0.03, 0.025, 0.035, 0.004, 0.02, 0.04, 3)
SAFE, UNSAFE, UNCLEAR = (0.1, 0.3), (-0.3, -0.1), (-0.1, 0.1)
LESS, MORE, NONE = made(-0.02, 0.01), made(0.02, 0.01), made(-0.005, 0.01)


# --- Which sentence -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("onv", "part"),
    [(LESS, "minder veilig volgens"), (MORE, "gemiddeld veiliger volgens"), (NONE, "geen verband te zien"),
     (made(0.005, 0.01), "geen verband te zien"), (made(-0.01, 0.01), "geen verband te zien")],
)  # fmt: skip
def test_the_direction_follows_the_interval_and_touching_zero_is_no_finding(onv, part):
    sentence = reports.about_slope(onv, MORE, bent(0), CHOICES)["richting"]
    assert part in sentence
    assert sentence.startswith("In Amsterdam ")


@pytest.mark.parametrize(
    ("crimes", "part"), [(MORE, "is er hoger"), (LESS, "juist lager"), (NONE, "geen duidelijk verband")]
)
def test_the_second_outcome_has_a_sentence_of_its_own(crimes, part):
    assert part in reports.about_slope(LESS, crimes, bent(0), CHOICES)["misdrijven"]


@pytest.mark.parametrize("onv", [NONE, MORE])
def test_also_is_only_said_when_the_first_outcome_said_so(onv):
    assert not reports.about_slope(onv, MORE, bent(0), CHOICES)["misdrijven"].startswith("Ook")


def on_shared(value: float, half: float = 0.01, sd: float = 0.1) -> OnShared:
    """The primary estimand with an interval of `half` on both sides."""
    return OnShared(*np.array([value, value - half, value + half]), 312, sd, 1.0)


def test_what_is_read_on_the_shared_range_says_so_and_a_line_does_not():
    line, own = (reports.about_slope(one(-0.02), one(0.02), bent(0), CHOICES) for one in (lambda v: made(v, 0.01), on_shared))
    for key in ("richting", "misdrijven"):
        assert reports.ON_SHARED in own[key] and reports.ON_SHARED not in line[key]
        assert own[key].replace(f" {reports.ON_SHARED}", "") == line[key]
    assert reports.ON_SHARED in reports.title_crime(on_shared(0.02), CHOICES)
    assert reports.ON_SHARED in reports.title_onv(on_shared(0.005), CHOICES)


@pytest.mark.parametrize(
    ("own", "line", "part"),
    [
        (0.04, 0.03, "wijst dezelfde kant op"), (-0.04, -0.03, "wijst dezelfde kant op"),
        (0.04, 0.001, "laat geen duidelijk verband zien: dan tellen ook de uitersten mee"),
        (0.001, 0.04, "laat wel een verband zien"), (0.04, -0.04, "**Een rechte lijn over alle buurten wijst de andere kant op**"),
        (0.001, 0.002, "Ook een rechte lijn over alle buurten laat geen duidelijk verband zien"),
    ],
)  # fmt: skip
def test_the_line_beside_the_headline_is_named_and_judged_by_its_own_interval(own, line, part):
    """Crime in Amsterdam: clear on the shared range, not along the line. It was told by the line alone."""
    found = reports.about_lines(on_shared(own), made(line, 0.01), on_shared(own), made(line, 0.01))
    assert part in found["rechte_lijn"] and part in found["rechte_lijn_misdrijven"]
    assert "hoofdmaat" in found["bereik"]


def test_a_gemeente_without_buurten_on_the_shared_range_is_told_by_its_line():
    found = reports.about_lines(LESS, LESS, None, None)
    assert "Dit is de rechte lijn over alle buurten" in found["bereik"]
    assert "te weinig buurten" in found["rechte_lijn_misdrijven"]
    (number,) = reports.headline(LESS, None, CHOICES)
    assert number.unit.endswith("; rechte lijn over alle buurten")


def test_the_headline_is_the_estimand_of_the_plan_per_ten_points():
    onv, crimes = reports.headline(on_shared(-0.02), on_shared(0.02), CHOICES)
    assert (onv.value, onv.low, onv.high) == pytest.approx((-0.2, -0.3, -0.1))
    assert crimes.value == pytest.approx(100 * math.expm1(0.2)) and crimes.definition == reports.LOG_RATES
    assert all(reports.ON_SHARED in number.unit for number in (onv, crimes))


STORY, DEPENDS = "wijzen dezelfde kant op", "hangt af van de maat"


@pytest.mark.parametrize(
    ("onv", "crimes", "part"),
    [
        (-0.02, 0.02, STORY), (-0.02, 0.039, STORY), (-0.02, 0.011, STORY), (0.02, -0.02, STORY),
        (-0.02, 0.041, DEPENDS), (-0.02, 0.009, DEPENDS), (-0.02, -0.02, DEPENDS), (-0.02, 0.0, DEPENDS),
    ],
)  # fmt: skip
def test_beyond_a_factor_two_or_with_another_sign_it_depends_on_the_measure(onv, crimes, part):
    """More crime is less safe, so the signs of both slopes are opposite where they agree."""
    found = reports.about_slope(made(onv, 0.001), made(crimes, 0.001), bent(0), CHOICES)["maat"]
    assert part in found


def test_slopes_are_compared_in_standard_deviations_of_their_own_outcome():
    assert reports.outcomes_agree(made(-0.02, 0.01, sd=0.1), made(0.2, 0.01, sd=1.0))
    assert not reports.outcomes_agree(made(-0.02, 0.01, sd=0.1), made(0.02, 0.01, sd=1.0))


def test_a_clear_and_an_unclear_outcome_do_not_tell_the_same_story():
    found = reports.about_slope(made(-0.02, 0.01), made(0.015, 0.02), bent(0), CHOICES)
    assert "geen duidelijk verband" in found["misdrijven"]
    assert STORY not in found["maat"]


@pytest.mark.parametrize(
    ("gain", "part"), [(0.02, " merkbaar beter"), (0.001, "niet merkbaar"), (-0.05, "niet merkbaar")]
)
def test_a_bend_must_earn_its_place(gain, part):
    sentence = reports.about_slope(LESS, MORE, bent(gain), CHOICES)["kromming"]
    assert part in sentence
    assert ("niet merkbaar" in sentence) == (gain < reports.WORTH_A_BEND)


def test_characteristics_count_where_both_outcomes_agree():
    onv = context(ouderen=SAFE, druk=UNSAFE, half=SAFE, niets=UNCLEAR, vast=SAFE)
    crimes = context(ouderen=SAFE, druk=UNSAFE, half=UNCLEAR, niets=SAFE, vast=SAFE)
    found = reports.about_context(onv, crimes)
    assert found["kenmerken"] == (
        "Buurten met meer ouderen zijn op beide maten veiliger. Buurten met meer druk zijn op beide maten minder veilig."
    )
    assert (
        found["kenmerken_een_maat"]
        == "Alleen op de Leefbaarometer duidelijk: half. Alleen bij misdrijven duidelijk: niets."
    )
    assert found["kenmerken_vast"] == "Niet van het inkomen te scheiden: vast."


def test_no_agreement_is_said_as_plainly():
    table = context(ouderen=UNCLEAR)
    found = reports.about_context(table, table)
    assert found["kenmerken"].startswith("Geen enkel kenmerk")
    assert found["kenmerken_een_maat"].startswith("Geen kenmerk is op maar één")
    assert found["kenmerken_vast"].startswith("Alle kenmerken zijn")


def test_opposite_directions_are_no_agreement():
    found = reports.about_context(context(ouderen=SAFE), context(ouderen=UNSAFE))
    assert found["kenmerken"].startswith("Geen enkel kenmerk")


def test_a_characteristic_that_is_clear_on_both_is_not_called_clear_on_one():
    found = reports.about_context(context(ouderen=SAFE), context(ouderen=UNSAFE))
    assert found["kenmerken_een_maat"] == "De twee maten spreken elkaar tegen bij ouderen."


def test_the_title_of_the_characteristics_names_those_on_which_both_outcomes_agree():
    onv = context(ouderen=SAFE, druk=UNSAFE, half=SAFE, vast=SAFE)
    assert reports.title_context(onv, context(ouderen=SAFE, druk=UNSAFE, half=UNCLEAR, vast=SAFE)) == (
        "Op beide maten hangen hetzelfde samen met veiligheid: ouderen en druk"
    )
    assert " hangt " in reports.title_context(onv, context(ouderen=SAFE, druk=SAFE, half=UNCLEAR, vast=SAFE))
    assert reports.title_context(onv, context(ouderen=UNSAFE, druk=SAFE, half=UNCLEAR, vast=SAFE)).startswith(
        "Geen enkel"
    )


def test_the_title_of_the_country_names_the_highest_and_the_lowest_city():
    cities = pd.DataFrame({"gemeentenaam": ["Westland", "Rotterdam", "Delft"], "belasting": [4.2, 13.6, 9.0]})
    assert reports.title_country(cities) == (
        "Rond het sociaal minimum: van 4 % van de huishoudens in Westland tot 14 % in Rotterdam"
    )


def test_the_types_sentence_counts_the_certain_buurten():
    table = pd.DataFrame({"type": [TYPE_ORDER[0]] * 2 + [TYPE_ORDER[1]] + [UNDECIDED] * 1300})
    sentence = reports.about_types(table, CHOICES).plain("typen")
    assert "Van 3 van de 1.303 buurten in Amsterdam is met 90 % zekerheid" in sentence


@pytest.mark.parametrize(
    ("grades", "sentence"),
    [("AADB", "Die gaan over de sociale aanpak en schoon en heel."), ("BBCD", "Geen ervan vergelijkt"), ("CABA",
     "Die gaan over schoon en heel en huurbeleid en toewijzing.")],
)  # fmt: skip
def test_the_strongest_evidence_names_its_levers(grades, sentence):
    register = pd.DataFrame({"hefboom": [1, 2, 3, 4], "graad": list(grades)})
    assert lever_reports.about_evidence(register)["sterkste"].startswith(sentence)


@pytest.mark.parametrize(("grades", "words"), [("ABCD", "nog weinig zeker: van 4 bevindingen uit ander onderzoek komt er 1"), ("AABD", "al veel")])
def test_how_much_is_known_about_what_helps_follows_the_part_that_was_compared(grades, words):
    register = pd.DataFrame({"hefboom": [1, 2, 3, 4], "graad": list(grades)})
    assert words in lever_reports.about_evidence(register).plain("bekend")


def test_the_direction_of_the_cities_counts_certain_ones_only():
    crimes = cities([0.03] * 4)
    four, two = cities([-0.02] * 4), cities([-0.02, -0.02, -0.004, 0.02])
    everywhere = reports.about_cities(four, POOLED, crimes, POOLED_CRIME, two, CHOICES)
    most = reports.about_cities(two, POOLED, crimes, POOLED_CRIME, four, CHOICES)
    assert "in alle 4 grote steden dezelfde richting" in everywhere.plain("richting")
    assert "in 2 van de 4 grote steden duidelijk dezelfde richting" in most.plain("richting")
    assert all(reports.ON_SHARED in found["richting"] for found in (everywhere, most))
    assert everywhere.plain("rechte_lijn") == "Langs een rechte lijn over alle buurten is dat in 2 van de 4 steden zo."
    assert most.plain("rechte_lijn") == "Langs een rechte lijn over alle buurten is dat in alle 4 steden zo."


@pytest.mark.parametrize(
    ("onv", "crime", "onv_part", "crime_part"),
    [(-0.02, 0.03, "kan toeval zijn", "kan toeval zijn"), (-0.031, 0.041, "steiler dan op", "steiler dan op"),
     (-0.009, 0.019, "minder steil dan op", "minder steil dan op"), (-0.029, 0.021, "steiler dan gemiddeld", "minder steil dan gemiddeld"),
     (-0.031, 0.019, "steiler dan op", "minder steil dan op")],
)  # fmt: skip
def test_amsterdam_is_placed_among_the_other_cities(onv, crime, onv_part, crime_part):
    """Steeper is further on the less safe side: lower for the Leefbaarometer, higher for crime."""
    found = reports.about_cities(cities([onv, -0.02]), POOLED, cities([crime, 0.03]), POOLED_CRIME, cities([-0.02]), CHOICES)
    assert onv_part in found["amsterdam"]
    assert crime_part in found["amsterdam_misdrijven"]


@pytest.mark.parametrize("larger", ["error", "error_hc3"])
def test_the_larger_of_amsterdams_own_errors_counts_before_it_is_called_another_city(larger):
    wide = cities([-0.031, -0.02]).assign(**{larger: 0.01})
    found = reports.about_cities(wide, POOLED, cities([0.041, 0.03]), POOLED_CRIME, wide, CHOICES)
    assert "kan toeval zijn" in found["amsterdam"]


# --- Titles ---------------------------------------------------------------------------------------


def test_the_title_of_the_curve_says_the_slope_per_ten_points():
    assert reports.title_onv(made(-0.0234, 0.01), CHOICES).startswith("Amsterdam: −0,23 LBM-punten bij 10 procentpunt")


@pytest.mark.parametrize(
    ("found", "part"),
    [(made(0.05, 0.01), "65 % meer misdrijven"), (made(-0.05, 0.01), "39 % minder misdrijven"),
     (made(0.05, 0.06), "geen duidelijk verband"), (made(0.01, 0.01), "geen duidelijk verband")],
)  # fmt: skip
def test_the_title_of_crime_is_a_percentage_of_a_logarithm_or_no_finding(found, part):
    assert part in reports.title_crime(found, CHOICES)


def test_the_title_of_the_curve_does_not_announce_what_is_not_certain():
    assert "LBM-punten" not in reports.title_onv(NONE, CHOICES)


def test_titles_of_cities_count_the_certain_ones():
    assert reports.title_cities(cities([-0.02] * 3), CHOICES).startswith("In alle 3 steden")
    assert reports.title_cities(cities([-0.02, 0.0, 0.02]), CHOICES).startswith("In 1 van de 3 steden")
    assert reports.title_cities_crime(cities([0.02, 0.001, 0.02]), CHOICES).startswith("In 2 van de 3 steden")


def test_other_titles_carry_their_numbers():
    table = pd.DataFrame({"r2_own": [-1, 0.1, 0.2], "r2_shifted": [0.1, 0.3, 0.4]})
    assert "voorspelt 0,10, en met het niveau van de stad zelf 0,30" in reports.title_transport(table)
    need = pd.DataFrame({"gemeente": ["A", "B"], "n": 40, TYPE_ORDER[1]: [5.0, 12.4]})
    assert lever_reports.title_need(need, CHOICES).startswith("5 tot 12")
    kinds = pd.DataFrame({"type": [TYPE_ORDER[0], UNDECIDED, UNDECIDED]})
    assert reports.title_types(kinds, CHOICES) == "Amsterdam: 1 van de 3 buurten heeft een type"


# --- Numbers --------------------------------------------------------------------------------------


DEVIATIONS = pd.DataFrame({"type": [*TYPE_ORDER, UNDECIDED], "gewicht": [1000.0] * 6})
TRANSPORT = pd.DataFrame({"gemeente": ["A", "B", "C"], "n": 50, "r2_own": [-1.0, 0.1, 0.2], "r2_shifted": [0.1, 0.3, 0.4],
                          "calibration": [0.5, 1.0, 1.5]})  # fmt: skip
NEED = pd.DataFrame({"n": [40, 60], TYPE_ORDER[1]: [5.0, 15.0]})
REGISTER = pd.DataFrame({"hefboom": [1, 1, 2], "graad": ["A", "D", "D"]})
PARTS: dict[str, list[Number]] = {
    "coverage": reports.coverage("stad", Coverage(99.0, 98.0, 91.0, 350), CHOICES, reports.OF_CITIES),
    "scope": reports.scope(pd.DataFrame(index=range(12)), pd.DataFrame(index=range(31))),
    "slope": reports.slope(LESS, CHOICES),
    "crime": reports.crime(made(0.05, 0.01, n=340), CHOICES),
    "standardised": reports.standardised(LESS, made(0.05, 0.01, sd=0.5, n=340), CHOICES),
    "fit": reports.fit(bent(0.02), CHOICES),
    "types": reports.types(DEVIATIONS, CHOICES),
    "characteristics": reports.characteristics(context(**{"woningwaarde (WOZ)": SAFE}), "kenmerk", "CBS"),
    "city_slopes": reports.city_slopes(cities([-0.02, -0.01]), CHOICES),
    "pooled": reports.pooled(POOLED, cities([-0.02, -0.01, 0.0]), CHOICES),
    "pooled_crime": reports.pooled_crime(POOLED_CRIME, cities([0.03, 0.02, 0.0]), CHOICES),
    "transport": reports.transport(TRANSPORT, CHOICES),
    "need": lever_reports.need(NEED, CHOICES),
    "evidence": lever_reports.evidence(REGISTER),
}
every_part = pytest.mark.parametrize("part", PARTS)


def value(part: str, key: str) -> Number:
    (found,) = [number for number in PARTS[part] if number.key == key]
    return found


@every_part
def test_every_number_carries_source_unit_and_n(part):
    assert PARTS[part]
    for number in PARTS[part]:
        assert number.unit.strip()
        assert number.source.strip()
        assert isinstance(number.n, int)
        assert number.n > 0
        assert KEY.fullmatch(number.key)


@every_part
def test_keys_are_unique_and_the_value_lies_within_its_limits(part):
    keys = [number.key for number in PARTS[part]]
    assert len(set(keys)) == len(keys)
    assert all(number.low <= number.value <= number.high for number in PARTS[part] if number.low is not None)


def test_the_slope_keeps_its_interval_in_both_units():
    one, ten = value("slope", "helling"), value("slope", "helling10")
    assert (one.value, one.low, one.high) == (LESS.value, LESS.low, LESS.high)
    assert (ten.value, ten.low, ten.high) == pytest.approx((10 * LESS.value, 10 * LESS.low, 10 * LESS.high))
    assert "per procentpunt huishoudens onder of rond het sociaal minimum" in one.unit
    assert one.source == "BZK, Leefbaarometer 3.0 (2018); CBS, KWB 2017 (83765NED)"
    assert value("slope", "n").value == LESS.n


def test_a_suffix_keeps_two_slopes_apart():
    assert {number.key for number in reports.slope(LESS, CHOICES, ".200")}.isdisjoint(n.key for n in PARTS["slope"])


def test_source_and_unit_follow_the_choices():
    (number, *_) = reports.slope(LESS, dataclasses.replace(CHOICES, peiljaar=2020, inkomensmaat="laag_inkomen"))
    assert "2020" in number.source
    assert "laag inkomen" in number.unit


def test_a_slope_of_log_crime_becomes_a_percentage():
    found = value("crime", "misdrijven.verschil10")
    expected = [100 * (math.exp(10 * slope) - 1) for slope in (0.05, 0.04, 0.06)]
    assert (found.value, found.low, found.high) == pytest.approx(expected)
    assert found.unit.startswith("% meer misdrijven")
    assert "Politie/CBS" in found.source


def test_pooled_crime_is_a_percentage_too():
    for key, slopes in {
        "gepoold.misdrijven10": (0.03, 0.025, 0.035), "nieuwe_stad.misdrijven10": (0.03, 0.02, 0.04),
        "amsterdam.misdrijven10": (0.03, 0.025, 0.035),
    }.items():  # fmt: skip
        found = value("pooled_crime", key)
        assert (found.value, found.low, found.high) == pytest.approx(
            [100 * (math.exp(10 * slope) - 1) for slope in slopes]
        )
    assert value("pooled_crime", "misdrijven.eigen_interval_boven_nul").value == 2
    assert value("pooled_crime", "misdrijven.aantal").value == 3


def test_in_standard_deviations_lower_is_less_safe_for_both():
    onv, crimes = value("standardised", "standaard.onv"), value("standardised", "standaard.misdrijven")
    assert (onv.value, onv.low, onv.high) == pytest.approx((-2.0, -3.0, -1.0))
    assert (crimes.value, crimes.low, crimes.high) == pytest.approx((-1.0, -1.2, -0.8))
    assert (onv.n, crimes.n) == (350, 340)
    assert "lager is minder veilig" in onv.unit


def test_in_standard_deviations_crime_names_the_source_of_the_burden_too():
    assert CHOICES.income.source in value("standardised", "standaard.misdrijven").source


@pytest.mark.parametrize(("made", "key"), [("coverage", "stad"), ("coverage", "stad.gekoppeld"), ("slope", "spreiding"), ("standardised", "standaard.onv")])
def test_a_number_that_another_reading_would_change_has_its_definition(made, key):
    assert value(made, key).definition in (reports.OF_CITIES, reports.WEIGHTED_SD)


def test_pooling_keeps_mean_prediction_and_amsterdam_apart():
    mean, new = value("pooled", "gepoold.helling"), value("pooled", "nieuwe_stad.helling")
    assert (mean.low, mean.high) == (POOLED.low, POOLED.high)
    assert (new.low, new.high) == (POOLED.new_low, POOLED.new_high)
    assert (mean.kind, new.kind) == ("betrouwbaarheid", "voorspelling")
    assert value("pooled", "amsterdam10").value == pytest.approx(-0.2)
    assert value("pooled", "gepoold.steden").value == POOLED.cities
    assert value("pooled", "eigen_interval_onder_nul").value == 2
    assert mean.n == 100, "de buurten van Amsterdam tellen niet mee"


def test_coverage_shows_every_step_and_the_last_under_the_plain_key():
    found = {number.key: number.value for number in PARTS["coverage"]}
    assert found == {"stad": 91, "stad.gekoppeld": 99, "stad.met_onv": 98}


def test_every_type_has_its_buurten_and_its_share_of_inhabitants():
    found = {number.key: number.value for number in PARTS["types"]}
    assert found["typen.niet_te_onderscheiden.buurten"] == 2
    assert found["typen.veel_lage_inkomens_veiliger_dan_verwacht.buurten"] == 1
    shares = [share for key, share in found.items() if key.endswith(".inwoners")]
    assert len(shares) == len(TYPE_ORDER)
    assert sum(shares) == pytest.approx(100)


def test_a_type_without_buurten_is_a_zero_not_an_absence():
    found = {number.key: number.value for number in reports.types(DEVIATIONS.iloc[:1], CHOICES)}
    assert found["typen.weinig_lage_inkomens_minder_veilig_dan_verwacht.buurten"] == 0


def test_transport_is_a_median_with_its_range_never_a_pooled_figure():
    own = value("transport", "r2")
    assert (own.value, own.low, own.high) == (0.1, -1.0, 0.2)
    assert "mediaan" in own.unit
    assert value("transport", "slechter_dan_gemiddelde").value == 1
    assert {number.group for number in PARTS["transport"]} == {"overdracht"}


def test_need_is_a_mean_over_cities_with_its_range():
    found = value("need", "nood.gemiddeld")
    assert (found.value, found.low, found.high, found.n) == (10, 5, 15, 100)


def test_evidence_counts_every_grade():
    found = {number.key: number.value for number in PARTS["evidence"]}
    assert found["bewijs.aantal"] == 3
    assert [found[f"bewijs.graad_{grade.lower()}"] for grade in GRADES] == [1, 0, 0, 2]


def test_city_slopes_are_named_by_code_and_fits_by_prefix():
    assert [number.key for number in PARTS["city_slopes"]] == ["GM0363.helling", "GM0001.helling"]
    assert [number.key for number in reports.fit(bent(0.02), CHOICES, "x.")] == ["x.kromme.r2", "x.lijn.r2"]


def test_emitting_loses_nothing_and_keeps_order():
    emitted = reports.emit(PARTS["slope"], PARTS["fit"])
    assert isinstance(emitted, Numbers)
    assert list(emitted) == [*PARTS["slope"], *PARTS["fit"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("65-plussers", "65_plussers"), ("woningwaarde (WOZ)", "woningwaarde_woz"), ("één café", "een_cafe"),
     ("veel lage inkomens, veiliger dan verwacht", "veel_lage_inkomens_veiliger_dan_verwacht"), ("  's-Gravenhage ", "s_gravenhage")],
)  # fmt: skip
def test_ids_are_slugs(text, expected):
    assert slug(text) == expected


def test_a_characteristics_id_is_its_slug_within_the_group():
    (number,) = PARTS["characteristics"]
    assert number.key == "kenmerk.woningwaarde_woz"
    assert "hoger is veiliger" in number.unit


def test_names_are_sorted_as_in_dutch():
    names = ["Utrecht", "'s-Gravenhage", "Groningen", "'t Zand", "Delft"]
    assert sorted(names, key=dutch.sort_key) == ["Delft", "'s-Gravenhage", "Groningen", "Utrecht", "'t Zand"]
