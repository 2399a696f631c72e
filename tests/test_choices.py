"""The registry of choices refuses what it does not know, and says what is allowed."""

from __future__ import annotations

import math
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import choices
from analysis.choices import Choices, settle, settle_cell
from analysis.dataset import other_years, store
from analysis.errors import InvalidInput
from analysis.names import find_gemeente

ALL = store.read("gemeenten")
GEMEENTEN = pd.DataFrame(
    {"gemeentenaam": ["Amsterdam", "'s-Gravenhage", "'s-Hertogenbosch", "Rotterdam", "Rozendaal", "Utrecht"]},
    index=pd.Index(["GM0363", "GM0518", "GM0796", "GM0599", "GM0277", "GM0344"], name="gemeentecode"),
)
GEMEENTEN["gemeentecode_2022"] = GEMEENTEN.index


def refusal(**given_values: object) -> str:
    with pytest.raises(InvalidInput) as stopped:
        settle(given_values, GEMEENTEN)
    return str(stopped.value)


def test_without_parameters_the_defaults_stand():
    assert settle({}, GEMEENTEN) == Choices()


@pytest.mark.parametrize("year", choices.YEARS)
@pytest.mark.parametrize("measure", choices.INCOME_MEASURES)
def test_every_allowed_choice_is_settled(year, measure):
    settled = settle({"peiljaar": year, "inkomensmaat": measure, "ondergrens": 0, "zaad": 0}, GEMEENTEN)
    assert settled.outcome.column == f"onv_{year}" and str(year) in settled.outcome.source
    assert settled.income == choices.INCOME_MEASURES[measure]
    assert (settled.ondergrens, settled.zaad) == (0, 0)


WRONG = {
    "peiljaar": [2016, 2021, 2018.0, "2018", True, None, math.nan],
    "inkomensmaat": ["laag", "", "Sociaal_minimum", None, 40, True, ["laag_inkomen"]],
    "ondergrens": [-1, 5001, 500.0, "500", True, False, None, math.nan],
    "zaad": [-1, 1.5, "1", True, None],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_with_what_is_allowed(name, value):
    sentence = refusal(**{name: value})
    assert repr(name) in sentence and repr(value) in sentence
    assert choices.PARAMETERS[name].allowed in sentence


@pytest.mark.parametrize(
    ("value", "kind"), [("1:30", "een tekst"), (500.0, "een gebroken getal"), (True, "waar of onwaar"), (None, "niets")]
)
def test_a_value_of_another_type_is_told_by_its_type(value, kind):
    """Plain papermill hands a notebook what it makes of the text itself."""
    assert f"'ondergrens' is {value!r}, {kind}, maar moet zijn: een heel getal" in refusal(ondergrens=value)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("ondergrens", "0500", 500),
        ("ondergrens", "-1", -1),
        ("ondergrens", "1:30", "1:30"),
        ("ondergrens", "1_000", "1_000"),
        ("ondergrens", "0x10", "0x10"),
        ("ondergrens", "500.0", "500.0"),
        ("ondergrens", "yes", "yes"),
        ("zaad", "", ""),
        ("gemeente", "'s-Gravenhage", "'s-Gravenhage"),
        ("gemeente", "0599", "0599"),
        ("gemeente", "no", "no"),
        ("inkomensmaat", "[1, 2]", "[1, 2]"),
        ("stad", "2018", "2018"),
    ],
)
def test_what_is_typed_is_read_by_its_declared_type_alone(name, typed, value):
    """YAML read 0500 as 320 and 1:30 as 90, and fell over the apostrophe of 's-Gravenhage."""
    assert choices.convert(name, typed) == value and type(choices.convert(name, typed)) is type(value)


@given(st.text())
def test_whatever_is_typed_for_a_number_is_a_number_or_refused(typed):
    value = choices.convert("ondergrens", typed)
    if isinstance(value, str):
        assert "van 0 tot en met 5000" in refusal(ondergrens=value)
    else:
        assert value == int(typed)


@given(st.integers())
def test_a_cut_is_allowed_from_0_to_5000_and_nowhere_else(value):
    if 0 <= value <= 5000:
        assert settle({"ondergrens": value}, GEMEENTEN).ondergrens == value
    else:
        assert "van 0 tot en met 5000" in refusal(ondergrens=value)


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("name", ["peiljaar", "ondergrens", "zaad"])
def test_a_truth_value_is_no_number(name, value):
    """In Python True == 1, so a check by value alone would let it through."""
    assert repr(value) in refusal(**{name: value})


@pytest.mark.parametrize(
    ("name", "hint"), [("jaar", "peiljaar"), ("Gemeente", "gemeente"), ("ondergrenzen", "ondergrens")]
)
def test_an_unknown_name_is_refused_with_the_nearest_and_the_known_ones(name, hint):
    sentence = refusal(**{name: 1})
    assert f"{name!r} bestaat niet (bedoelde u {hint}" in sentence
    assert all(known in sentence for known in choices.PARAMETERS)


def test_a_name_like_no_other_gets_no_hint():
    sentence = refusal(qqq=1)
    assert "bedoelde u" not in sentence and "peiljaar" in sentence


def test_a_known_parameter_that_this_chapter_does_not_declare_is_refused():
    with pytest.raises(InvalidInput, match=r"'zaad' bestaat niet.*dit hoofdstuk kent: gemeente, peiljaar\."):
        settle({"zaad": 1}, GEMEENTEN, ["gemeente", "peiljaar"])


# --- gemeenten ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code", "official"),
    [
        ("Rotterdam", "GM0599", "Rotterdam"),
        ("rotterdam", "GM0599", "Rotterdam"),
        ("UTRECHT", "GM0344", "Utrecht"),
        ("den haag", "GM0518", "'s-Gravenhage"),
        ("Den Haag", "GM0518", "'s-Gravenhage"),
        ("'s-gravenhage", "GM0518", "'s-Gravenhage"),
        ("Den Bosch", "GM0796", "'s-Hertogenbosch"),
    ],
)
def test_a_gemeente_is_found_by_its_official_or_everyday_name_in_any_case(name, code, official):
    assert find_gemeente(name, GEMEENTEN) == (code, official)
    settled = settle({"gemeente": name}, GEMEENTEN)
    assert (settled.gemeentecode, settled.gemeente) == (code, official)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("Rotterdm", "Rotterdam"),
        ("Rotjeknor", "Rotterdam"),
        ("Den Hag", "'s-Gravenhage"),
        ("gravenhage", "'s-Gravenhage"),
    ],
)
def test_a_misspelt_gemeente_is_refused_with_the_one_that_was_meant(wrong, meant):
    sentence = refusal(gemeente=wrong)
    assert repr(wrong) in sentence and meant in sentence.partition("bedoelde u ")[2]


@pytest.mark.parametrize("wrong", ["Qx", "!!!", "0599"])
def test_what_is_no_gemeente_is_refused(wrong):
    assert f"Gemeente {wrong!r} bestaat niet" in refusal(gemeente=wrong)


@pytest.mark.parametrize("wrong", [363, None, math.nan, True, ["Utrecht"]])
def test_what_is_no_text_is_no_gemeente(wrong):
    assert f"'gemeente' is {wrong!r}, maar moet een naam of code zijn" in refusal(gemeente=wrong)


@pytest.mark.parametrize("empty", ["", "  ", "\t"])
def test_an_empty_name_is_refused_as_empty(empty):
    assert "De naam van de gemeente is leeg" in refusal(gemeente=empty)


def without_accents(name):
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))


def test_all_gemeenten_are_found_by_name_and_code_with_or_without_accents_and_in_any_case():
    assert len(ALL) == 355
    for code, name in ALL.gemeentenaam.items():
        typed = (
            name,
            name.lower(),
            name.upper(),
            f" {name} ",
            without_accents(name),
            name.replace("'", "’"),
            code,
            code.lower(),
        )
        assert {find_gemeente(one, ALL) for one in typed} == {(code, name)}


@pytest.mark.parametrize(
    ("name", "official"),
    [
        ("Nuenen", "Nuenen, Gerwen en Nederwetten"),
        ("Alphen", "Alphen aan den Rijn"),
        ("Den Haag", "'s-Gravenhage"),
        ("s gravenhage", "'s-Gravenhage"),
        ("sudwest fryslan", "Súdwest-Fryslân"),
        ("Haarlemmerliede en Spaarnwoude", "Haarlemmermeer"),
        ("haarlemmerliede", "Haarlemmermeer"),
        ("GM0393", "Haarlemmermeer"),
        ("Leerdam", "Vijfheerenlanden"),
        ("Kollumerland en Nieuwkruisland", "Noardeast-Fryslân"),
    ],
)
def test_a_gemeente_is_found_by_its_everyday_name_and_by_what_became_part_of_it(name, official):
    assert find_gemeente(name, ALL, other_years.find)[1] == official


@pytest.mark.parametrize(
    ("name", "several"),
    [
        ("Bergen", ["Bergen (NH.)", "Bergen (L.)"]),
        ("Eemsdelta", ["Appingedam", "Delfzijl", "Loppersum"]),
        ("GM1979", ["Appingedam", "Delfzijl", "Loppersum"]),
        ("Land van Cuijk", ["Boxmeer", "Grave", "Mill en Sint Hubert", "Cuijk", "Sint Anthonis"]),
        ("Maashorst", ["Uden", "Landerd"]),
        ("Littenseradiel", ["Leeuwarden", "Súdwest-Fryslân"]),
    ],
)
def test_a_name_of_more_than_one_gemeente_is_refused_with_all_of_them(name, several):
    with pytest.raises(InvalidInput) as refused:
        find_gemeente(name, ALL, other_years.find)
    assert all(one in str(refused.value) for one in several), refused.value


def test_a_chapter_knows_no_other_years_because_it_reads_no_more_than_it_declares():
    with pytest.raises(InvalidInput, match="'Eemsdelta' bestaat niet"):
        settle_cell({"gemeente": "Eemsdelta"}, ALL, ["gemeente"])


def test_every_gemeente_of_2017_and_2022_is_found_or_refused_with_what_is_known():
    """Of eight that were merged no buurt is linked: that is said, not that they never were."""
    then, later = store.read("koppeling_gemeenten").gemeentenaam_2017, store.read_map("gemeenten").naam
    unplaced = []
    for name in [*then, *later]:
        try:
            find_gemeente(name, ALL, other_years.find)
        except InvalidInput as refused:
            assert "meer dan één gemeente" in str(refused) or "bestond in 2017" in str(refused), refused
            if "bestond in 2017" in str(refused):
                unplaced.append(name)
    assert sorted(unplaced) == [
        "Bedum",
        "Binnenmaas",
        "Cromstrijen",
        "Geldermalsen",
        "Giessenlanden",
        "Korendijk",
        "Oud-Beijerland",
        "Strijen",
    ]


def test_a_hint_names_each_gemeente_once():
    """Den Haag is known under two names."""
    assert refusal(gemeente="den hag").count("'s-Gravenhage") == 1


# --- a notebook's parameters ----------------------------------------------------------------------

IPYTHON = {
    "In": ["", "peiljaar = 2018"],
    "Out": {},
    "_": "",
    "__": "",
    "_i1": "peiljaar = 2018",
    "_oh": {},
    "__name__": "__main__",
    "exit": lambda: None,
    "quit": lambda: None,
    "get_ipython": lambda: None,
    "pd": pd,
    "np": np,
    "Choices": Choices,
}


def test_a_notebook_is_settled_from_its_plain_values_only():
    settled = settle_cell(IPYTHON | {"gemeente": "utrecht", "peiljaar": 2020}, GEMEENTEN, ["gemeente", "peiljaar"])
    assert (settled.gemeente, settled.peiljaar) == ("Utrecht", 2020)


def test_a_notebook_without_parameters_has_the_defaults():
    assert settle_cell(IPYTHON, GEMEENTEN, []) == Choices()


@pytest.mark.parametrize("name", ["gemeent", "stad", "zaad"])
def test_a_variable_that_the_notebook_does_not_declare_is_refused(name):
    """papermill would add it in silence, and the chapter would run for the wrong city."""
    with pytest.raises(InvalidInput, match=f"{name!r} bestaat niet"):
        settle_cell(IPYTHON | {"gemeente": "Utrecht", name: "Rotterdam"}, GEMEENTEN, ["gemeente", "peiljaar"])


@pytest.mark.parametrize("value", [True, "2018", None])
def test_a_wrong_value_in_a_notebook_is_refused(value):
    with pytest.raises(InvalidInput, match="2014, 2018 of 2020"):
        settle_cell(IPYTHON | {"peiljaar": value}, GEMEENTEN, ["gemeente", "peiljaar"])
