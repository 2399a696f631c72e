"""The figures and tables of the levers, drawn from small invented cities."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from levers.small_city import small_city
from test_drawings import outside, texts
from test_science_drawings import dots, run_into_each_other, travelled
from test_tables import Reader

from analysis.choices import REFERENCE, Choices
from analysis.figures import cities, lever_tables, levers
from analysis.figures.output import Figure
from analysis.figures.tables import Table
from analysis.levers import assumptions, country, effect, priority, scenario, spread, waterbed
from analysis.levers.city import City
from analysis.models.deviation import TYPES

CHOICES = Choices()


def named(city: City, name: str) -> City:
    return dataclasses.replace(city, choices=dataclasses.replace(city.choices, gemeente=name))


NAMES = {"GM0002": "Alphen aan den Rijn", "GM0003": "'s-Hertogenbosch", "GM0004": "Proefstad", REFERENCE: "Amsterdam"}
CITIES = {
    code: named(small_city(bend=0.0004 * number, seed=number, code=code), name)
    for number, (code, name) in enumerate(NAMES.items())
}
GAINS = country.net_gains(CITIES)
OVER = country.net_gain_over(GAINS)
PLANS = country.spread_table(country.spreads(CITIES), CITIES)
SPLITS = country.splits(CITIES)
WORKED = [scenario.work_out(CITIES["GM0002"], scenario.Scenario("Buurt 40", "middenhuur", 100)),
          scenario.work_out(CITIES["GM0002"], scenario.Scenario("Buurt 40", "toewijzing", 10))]  # fmt: skip
SLOPES = pd.DataFrame({
    "gemeente": list(NAMES.values()), "value": [-0.012, -0.011, -0.010, -0.0101], "low": -0.015, "high": -0.008, "n": 60,
}, index=pd.Index(NAMES, name="gemeentecode"))  # fmt: skip
REGISTER = pd.DataFrame({
    "hefboom": [1, 2, 3, 3, 3, 3, 4], "hefboom_naam": "hefboom", "instrument": "iets", "graad": list("DDADDDD"), "bron": "bron2020",
    "richting": [*levers.DIRECTIONS, *list(levers.DIRECTIONS)[:3]], "jaar": "2020",
}, index=pd.Index([f"id-{k}" for k in range(7)], name="id"))  # fmt: skip
TITLE = "Wat de lijn voorspelt en wat zij niet zegt, in een zin die over twee regels loopt"

FIGURES: dict[str, Callable[[], Figure]] = {
    "map": lambda: levers.evidence_map("bewijskaart", REGISTER, TITLE),
    "splits": lambda: levers.splits("gesprek", SPLITS, CHOICES, TITLE),
    "net gain": lambda: levers.net_gain(
        "waterbed", country.headlines(GAINS, CITIES), country.headlines(GAINS, CITIES, effect.CRIMES), CHOICES, TITLE
    ),
    "spread": lambda: levers.best_spread("spreiding", PLANS, CHOICES, TITLE),
    "scenarios": lambda: levers.scenarios("scenario", WORKED, CHOICES, TITLE),
    "place": lambda: cities.place_among("plaats", SLOPES, "GM0002", CHOICES, TITLE),
    "place of amsterdam": lambda: cities.place_among("plaats", SLOPES, REFERENCE, CHOICES, TITLE),
}
every_figure = pytest.mark.parametrize("kind", FIGURES)


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    return {kind: draw() for kind, draw in FIGURES.items()}


@every_figure
def test_no_text_lies_outside_the_canvas_and_labels_stay_apart(kind, drawn):
    assert len(list(texts(drawn[kind].canvas))) > 3
    assert outside(drawn[kind].canvas) == []
    assert outside(drawn[kind].narrow) == []
    assert run_into_each_other(drawn[kind]) == []


@every_figure
def test_the_source_stands_below_and_the_data_travel(kind, drawn):
    assert drawn[kind].canvas.texts[-1].get_text().startswith("Bron: ")
    assert "n\u00a0=\u00a0" in drawn[kind].canvas.texts[-1].get_text() or kind == "scenarios"
    assert len(travelled(drawn[kind]))


@every_figure
def test_drawing_again_gives_the_same_picture(kind):
    assert FIGURES[kind]().png() == FIGURES[kind]().png()


def test_the_map_has_a_mark_for_every_finding(drawn):
    counted = sum(len(one.get_offsets()) for one in drawn["map"].canvas.axes[0].collections)
    assert counted == len(REGISTER)


def test_a_split_stands_at_its_part_of_the_gap(drawn):
    part = SPLITS[SPLITS.uitkomst == effect.ONV].sort_values("share")
    np.testing.assert_allclose(dots(drawn["splits"])[:, 0], 100 * part.share.clip(-0.25, 1.25))


def test_the_net_gain_of_a_city_stands_at_its_value(drawn):
    expected = country.headlines(GAINS, CITIES).sort_values("value").value
    np.testing.assert_allclose(dots(drawn["net gain"])[:, 0], expected)


def test_the_gain_of_the_worst_off_stands_at_its_value(drawn):
    best = PLANS[PLANS.plan == spread.BEST].sort_values("winst_slechtste")
    np.testing.assert_allclose(dots(drawn["spread"])[:, 0], best.winst_slechtste)


def a_start() -> pd.DataFrame:
    rows = pd.DataFrame({
        "buurtnaam": ["Hier", "Daar"], "gewicht": [1234, 900], "belasting": [21.5, 18.0], "kloof": [-0.15, -0.1], "plaats_laag": [1, 2],
        "plaats_hoog": [3, 2], "afwijking": -0.05, "laag": -0.08, "hoog": -0.02, "misdrijven_log": [np.log(50), np.nan],
        "gesprek": "beide", "type": TYPES[True, False],
    })  # fmt: skip
    return rows.rename_axis("buurtcode")


ORDER = priority.order(
    {"onv": priority.Split(-0.1, 0.58, 0.5, 0.66, 72), "misdrijven": priority.Split(0.5, 0.06, -0.02, 0.13, 67)},
    REGISTER,
)
TABLES: dict[str, tuple[Table, int, list[str]]] = {
    "order": (lever_tables.order("t", ORDER, CHOICES), 4, ["3. Woningprogramma", "6 tot 58", "42 tot 94", "A"]),
    "start": (lever_tables.start("t", a_start(), CHOICES), 2, ["Hier", "1.234", "1 tot 3", "−0,05 (−0,08 tot −0,02)", "50", "–"]),
    "outcomes": (lever_tables.outcomes("t", WORKED, CHOICES), 2, ["Buurt 40: 100 middenhuurwoningen toevoegen", "18,3"]),
    "outcomes in short": (lever_tables.outcomes_in_short("t", WORKED, CHOICES), 2, ["18,3"]),
    "elsewhere": (lever_tables.elsewhere("t", WORKED), 10, ["Buurt 40: 100 middenhuurwoningen toevoegen"]),
    "net gain": (lever_tables.net_gain("t", effect.as_table(OVER), CHOICES), 24, ["0,0000 (0,0000 tot 0,0000)", "LBM-punten"]),
    "plans": (lever_tables.plans("t", PLANS, CHOICES), 8, ["Amsterdam", "beste spreiding", "gelijk verdelen"]),
    "plans of one": (lever_tables.plans("t", country.spreads(CITIES)[REFERENCE].plans, CHOICES, False), 3, ["niets doen"]),
    "declared": (lever_tables.declared("t", assumptions.Assumptions(),
                                       pd.DataFrame({"buurten": [27, 5], "belasting": [21.8, 2.0]}, index=["corporatie", "koop"]), CHOICES),
                 3, ["21,8 %", "20 tot 40", "onderzoeksplan"]),
    "shifts": (lever_tables.shifts("t", waterbed.shifts(CITIES[REFERENCE]), CHOICES), 10, ["Buurt 59", "Buurt 0"]),
    "sensitivity": (lever_tables.sensitivity("t", scenario.sensitivity(CITIES["GM0002"], [scenario.Scenario("Buurt 40", "middenhuur", 100)])),
                    2, ["middenhuurwoning"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_has_its_rows_and_dutch_numbers(kind):
    table, rows, words = TABLES[kind]
    reader = Reader(table.html())
    assert len(reader.rows) == rows + 1
    assert all(any(word in cell for row in reader.rows for cell in row) for word in words), words
    assert "Bron:" in table.caption or kind in ("elsewhere", "declared", "sensitivity")


def test_an_instrument_without_findings_is_shown_with_none():
    table = pd.DataFrame({"hefboom": [1, 3], "instrument": ["sociaal beheer", "sloop"], "vraagt_van": "gemeente", "bewijs": [np.nan, "id-2 id-3"]},
                         index=pd.Index(["a", "b"], name="id"))  # fmt: skip
    rows = Reader(lever_tables.instruments("t", table, REGISTER).html()).rows[1:]
    assert rows[0][2:4] == ["0", "–"] and rows[1][2:4] == ["2", "A"]
