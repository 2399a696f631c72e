"""Sentences about the levers follow the figures, whichever way these go."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.levers import effect, spread, waterbed
from analysis.publication import lever_reports
from analysis.publication.numbers import REFERENCE
from analysis.quoted import template_of


def over(onv: tuple[float, float, float], crime: tuple[float, float, float]) -> pd.DataFrame:
    rows = []
    for outcome, (low, value, high) in ((effect.ONV, onv), (effect.CRIMES, crime)):
        for name in (waterbed.EVEN, waterbed.EQUAL):
            labels = (name, outcome, effect.CURVED, waterbed.BY_INHABITANTS)
            rows.append(
                dict(zip(waterbed.KEYS, labels, strict=True))
                | {"value": value, "low": low, "high": high, "error": 1.0, "n": 9, "steden": 2}
            )
    return pd.DataFrame(rows)


LOSS, GAIN, NOTHING = (-0.3, -0.2, -0.1), (0.1, 0.2, 0.3), (-0.1, 0.0, 0.1)
CITIES = pd.DataFrame(
    {"gemeente": ["A", "B"], "value": [-0.2, 0.1], "low": [-0.3, -0.1], "high": [-0.1, 0.3], "n": 5},
    index=["GM1", "GM2"],
)


@pytest.mark.parametrize(
    ("onv", "crime", "words"),
    [
        (LOSS, GAIN, ["iets minder veiligheid", "meer misdrijven", "Op geen van beide maten wint de stad"]),
        (GAIN, LOSS, ["iets meer veiligheid", "minder misdrijven", "Op beide maten wint de stad"]),
        (LOSS, LOSS, ["iets minder veiligheid", "minder misdrijven", "niet dezelfde kant op"]),
        (NOTHING, NOTHING, ["niet aantoonbaar meer of minder veiligheid"]),
    ],
)
def test_the_net_gain_is_told_as_it_is(onv, crime, words):
    said = lever_reports.about_net_gain(over(onv, crime), CITIES, Choices())
    assert all(word in said["waterbed"] for word in words), said["waterbed"]
    assert "in 0 steden duidelijk boven nul en in 1 duidelijk eronder" in said.plain("waterbed_steden")


@pytest.mark.parametrize(
    ("onv", "words"),
    [(LOSS, "verliest een veilige buurt volgens de lijn meer"), (GAIN, "wint een minder veilige buurt volgens de lijn meer"), (NOTHING, "te weinig")],
)
def test_the_reason_follows_the_bend(onv, words):
    assert words in lever_reports.about_net_gain(over(onv, NOTHING), CITIES, Choices())["waterbed_waarom"]


def test_the_title_follows_both_outcomes():
    assert "niet, op geen van beide" in lever_reports.title_net_gain(over(LOSS, GAIN))
    assert "iets, op beide maten" in lever_reports.title_net_gain(over(GAIN, LOSS))
    assert "hangt af van de maat" in lever_reports.title_net_gain(over(GAIN, GAIN))


def test_numbers_carry_the_ids_that_the_book_quotes():
    ids = {number.key for number in lever_reports.net_gain(over(LOSS, GAIN), CITIES, Choices())}
    assert {"waterbed.netto", "waterbed.netto.uiterste", "waterbed.netto.misdrijven", "GM1.waterbed.netto"} <= ids


@pytest.mark.parametrize(
    ("low", "words"), [(0.01, "winnen er volgens de lijn wel bij"), (-0.01, "meestal niet aantoonbaar")]
)
def test_the_worst_off_are_told_as_they_are(low, words):
    table = pd.DataFrame(
        {"plan": spread.BEST, "winst_slechtste_laag": [low] * 3, "winst_laag": -1.0, "winst_hoog": [-0.5, 0.5, 0.5]}
    )
    said = lever_reports.about_spread(table, Choices())
    assert words in said["minst_veilig"]
    assert "in 1 stad duidelijk omlaag en in 0 duidelijk omhoog" in said.plain("spreiding")


def splits(shares: list[tuple[str, float, float]]) -> pd.DataFrame:
    rows = [
        {
            "gemeente": name,
            "uitkomst": outcome,
            "gap": -0.1,
            "share": share,
            "low": share - 0.1,
            "high": share + 0.1,
            "n": 40,
        }
        for name, *both in shares
        for outcome, share in zip((effect.ONV, effect.CRIMES), both, strict=True)
    ]
    return pd.DataFrame(rows)


def test_cities_where_both_measures_agree_are_named():
    table = splits([("Delft", 0.8, 0.7), ("Ede", 0.8, 0.2), ("Breda", 0.2, 0.1)])
    assert lever_reports.agreeing(table) == ["Breda", "Delft"]
    assert "In Breda en Delft" in lever_reports.about_splits(table, Choices()).plain("gesprek")
    none = lever_reports.about_splits(splits([("Ede", 0.8, 0.2)]), Choices())
    assert "In geen stad met genoeg buurten" in none.plain("gesprek")


def test_no_numeral_in_a_text_about_the_levers_is_loose():
    choices, table = Choices(), splits([("Ede", 0.8, 0.2)])
    plans = pd.DataFrame(
        {"plan": spread.BEST, "winst_slechtste_laag": [0.1, -0.1], "winst_laag": -1.0, "winst_hoog": -0.5, "winst": 0.1, "winst_slechtste": 0.2}
        | {"winst_slechtste_hoog": 0.3, "winst_anders": 0.1, "deel": 1.0, "n": 40}
    )
    evidence = pd.DataFrame({"hefboom": [1, 2], "graad": ["A", "D"]})
    need = pd.DataFrame({"n": [40, 60], lever_reports.PRESSED: [5.0, 15.0]})
    sentences = [
        lever_reports.about_net_gain(over(LOSS, GAIN), CITIES, choices), lever_reports.about_spread(plans, choices),
        lever_reports.about_splits(table, choices), lever_reports.about_evidence(evidence),
    ]  # fmt: skip
    titles = [
        lever_reports.title_spread(plans, choices), lever_reports.title_splits(table, choices), lever_reports.title_evidence(evidence),
        lever_reports.title_need(need, choices),
    ]  # fmt: skip
    said = [text for each in sentences for text in each.values()] + [template_of(title) for title in titles]
    assert [text for text in said if re.search(r"\d", REFERENCE.sub("", text))] == []
    assert all(REFERENCE.search(template_of(title)) for title in titles)
