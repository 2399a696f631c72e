"""The levers on the command line: the same numbers as on the pages, in Dutch or as JSON, and one sentence when it can't."""

from __future__ import annotations

import json

import pytest

from analysis.__main__ import main
from analysis.choices import settle
from analysis.dataset import store
from analysis.levers import scenario
from analysis.publication import answers

ASKED = [
    "scenario",
    "--gemeente",
    "Utrecht",
    "--buurt",
    "Kanaleneiland-Zuid",
    "--knop",
    "middenhuur",
    "--aantal",
    "150",
]


@pytest.fixture(scope="module")
def worked():
    choices = settle({"gemeente": "Utrecht"}, store.read("gemeenten"))
    return scenario.work_out(answers.city_of(choices), scenario.Scenario("Kanaleneiland-Zuid", "middenhuur", 150))


def test_json_holds_the_scenario_worked_out(capsys, worked):
    assert main([*ASKED, "--als", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["gemeente"] == "Utrecht"
    assert [row["value"] for row in found["verschillen"]] == pytest.approx(worked.differences.value.tolist(), rel=1e-9)
    assert found["telling"][1]["belasting"] == pytest.approx(worked.count.belasting["na"])
    assert found["aannamen"]["doorstroming"] == 7


def test_text_is_dutch_and_says_what_it_is_not(capsys):
    assert main(ASKED) == 0
    said = capsys.readouterr().out
    assert "Utrecht, Kanaleneiland-Zuid: 150 middenhuurwoningen toevoegen" in said
    assert "17,3" in said and "Geen effect" in said and "Aanname: huishoudens die per jaar verhuizen: 7,0 %" in said
    assert "nan" not in said.lower().split()


def test_another_assumption_gives_another_outcome(capsys):
    shares = []
    for held in ([], ["--aanname-middenhuur", "20"]):
        main([*ASKED, *held, "--als", "json"])
        shares.append(json.loads(capsys.readouterr().out)["telling"][1]["belasting"])
    assert shares[1] > shares[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--buurt": "Kanaleneilnd-Zuid"}, "bedoelde u Kanaleneiland-Zuid"),
        ({"--gemeente": "Utregt"}, "bedoelde u Utrecht"),
        ({"--knop": "sloop"}, "Knop 'sloop' bestaat niet"),
        ({"--aantal": "-3"}, "groter dan 0"),
        ({"--aantal": "12.5"}, "12,5, maar moet een heel getal"),
        ({"--gemeente": "Schiermonnikoog"}, "vraagt er minstens"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(capsys, changed, words):
    asked = list(ASKED)
    for name, value in changed.items():
        asked[asked.index(name) + 1] = value
    assert main(asked) == 1
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and said.out == ""


def test_one_command_spreads_every_big_city(capsys):
    assert main(["spreiding", "--als", "json"]) == 0
    plans = json.loads(capsys.readouterr().out)["plannen"]
    best = [row for row in plans if row["plan"] == "beste spreiding"]
    assert len(best) == 31 and all(row["winst_slechtste"] >= 0 for row in best)


@pytest.mark.parametrize("years", ["0", "21"])
def test_both_commands_have_the_same_limit_on_years(capsys, years):
    for command in (ASKED, ["spreiding", "--gemeente", "Utrecht"]):
        assert main([*command, "--jaren", years]) == 1
        assert "duurt 1 tot en met 20 jaar" in capsys.readouterr().err


def test_both_commands_warn_of_a_long_time(capsys):
    for command in (ASKED, ["spreiding", "--gemeente", "Utrecht"]):
        assert main([*command, "--jaren", "20"]) == 0
        assert "Let op: 20 jaar is lang" in capsys.readouterr().out


def test_one_city_is_spread_with_its_buurten(capsys):
    assert main(["spreiding", "--gemeente", "Delft"]) == 0
    said = capsys.readouterr().out
    assert "De buurten:" in said and "beste spreiding" in said


def test_a_ceiling_that_cannot_be_is_explained(capsys):
    assert main(["spreiding", "--gemeente", "Amsterdam", "--plafond", "12"]) == 1
    assert "gemiddeld heeft" in capsys.readouterr().err
