"""Answers on the command line: the same results as on the pages, as text or as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import dutch
from analysis.choices import CRIME, Choices, convert, settle
from analysis.dataset import other_years, store
from analysis.levers import bounds, country, spread
from analysis.levers import city as cities
from analysis.levers.assumptions import MEANINGS, Assumptions
from analysis.levers.city import City
from analysis.levers.households import estimate
from analysis.levers.scenario import Outcome
from analysis.measures import sample
from analysis.publication.reports import both

EVERY = "alle"

# Digits of a table on the screen, by what the column holds.
DECIMALS = {"value": 4, "low": 4, "high": 4, "belasting": 1, "huishoudens": 0, "arm": 0, "verschil": 1, "verschil_punten": 2,
            "winst": 4, "winst_slechtste": 3, "winst_slechtste_laag": 3, "winst_slechtste_hoog": 3, "winst_anders": 3,
            "verhuisd": 0, "misdrijven": 1, "belasting_na": 1}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a command answers: lines of text, tables by title, and the same for machines."""

    lines: list[str]
    tables: dict[str, pd.DataFrame]
    notes: list[str]
    data: dict[str, Any]


def choices_of(gemeente: str, ondergrens: str | None = None) -> Choices:
    """Settle what was given on the command line."""
    given = {"gemeente": gemeente, "ondergrens": ondergrens}
    known = {name: convert(name, typed) for name, typed in given.items() if typed is not None}
    return settle(known, store.read("gemeenten"), otherwise=other_years.find)


def city_of(choices: Choices) -> City:
    """The chosen city with its households.

    Raises:
        InvalidInput: when too few of its buurten have all figures.
    """
    buurten = sample.prepare(store.read("buurten"))
    sample.select_city(buurten, choices)
    return cities.of(buurten, estimate(buurten, store.read("wijken")), choices, store.read("koppeling"))


def scenario(found: Outcome, held: Assumptions, choices: Choices) -> Answer:
    """A scenario worked out."""
    steps = ", ".join(f"{name} {dutch.number(value, 1)} punt" for name, value in found.steps.items())
    assumed = [f"Aanname: {meaning}: {dutch.number(getattr(held, name), 1)} %." for name, meaning in MEANINGS.items()]
    notes = [f"Let op: {warning}" for warning in found.warnings] + assumed + [
        "Geen effect: wat het verband tussen buurten voorspelt als er niets anders verandert. Huishoudens zijn geschat.",
        f"Bron: {both(choices)}; {CRIME.source}.",
    ]  # fmt: skip
    differences = found.differences.drop(columns="error")
    data = {
        "scenario": found.title, "gemeente": choices.gemeente, "telling": _records(found.count), "stappen": found.steps,
        "verschillen": _records(differences), "elders": _records(found.elsewhere), "verhuisd": found.moved,
        "waarschuwingen": found.warnings, "aannamen": vars(held),
    }  # fmt: skip
    lines = [f"{choices.gemeente}, {found.title}", f"Verandering van het aandeel zeer lage inkomens: {steps}"]
    tables = {
        "De buurt": found.count.reset_index(),
        "Voorspeld verschil (95 %)": differences,
        "Elders": found.elsewhere.reset_index(drop=True),
    }
    return Answer(lines, tables, notes, data)


def spreads(gemeente: str, years: int, ceiling: float | None) -> Answer:
    """The best spread of one city, or of every big one.

    Raises:
        InvalidInput: for years that make no sense, or a city where it is not to be had.
    """
    bounds.check_years(years, "Een spreiding")  # before the dataset is read
    if gemeente != EVERY:
        choices = choices_of(gemeente)
        found = spread.best(city_of(choices), years=years, ceiling=ceiling)
        plans = found.plans.reset_index().assign(gemeente=choices.gemeente, lijn=found.shape)
        moved = found.buurten.sort_values("verschil").reset_index(drop=True)
        return _spread_answer(plans, {"De buurten": moved}, {"buurten": _records(moved)}, found.warnings)
    buurten = sample.prepare(store.read("buurten"))
    all_cities = country.cities(buurten, store.read("wijken"), sample.big_cities(store.read("gemeenten")), Choices())
    every = country.spreads(all_cities, years, ceiling)
    warnings = dict.fromkeys(warning for one in every.values() for warning in one.warnings)  # that on years once
    return _spread_answer(country.spread_table(every, all_cities).reset_index(), {}, {}, list(warnings))


def _spread_answer(
    plans: pd.DataFrame, tables: dict[str, pd.DataFrame], data: dict[str, Any], warnings: list[str]
) -> Answer:
    columns = ["gemeente", "plan", "lijn", "winst_slechtste", "winst_slechtste_laag", "winst_slechtste_hoog", "winst_anders", "winst",
               "misdrijven", "verhuisd"]  # fmt: skip
    shown = plans[plans.plan != spread.NOTHING][columns]
    return Answer(
        ["Beste spreiding, vergeleken met niets doen: de minst veilige tiende van de huishoudens, en de hele stad (LBM-punten)"],
        {"Plannen": shown, **tables},
        [*(f"Let op: {warning}" for warning in warnings),
         "Geen effect: wat het verband tussen buurten voorspelt. Misdrijven: verschil in het aantal in de stad (%). Het plan is gekozen op de ene helft van de "
         "trekkingen van de lijn; de winst is de middelste van de andere helft. De veiligheid nu is voor beide dezelfde, met haar toeval; ‘anders’ legt het plan "
         f"langs {spread.other_year(Choices())}.",
         f"Bron: {both(Choices())}; {CRIME.source}."],
        {"plannen": _records(plans), **data, "waarschuwingen": warnings},
    )  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; what is missing is null."""
    named = table.reset_index() if table.index.name else table
    return json.loads(named.to_json(orient="records", double_precision=12))


def told(answer: Answer, form: str) -> str:
    """The answer as "tekst" or as "json"."""
    if form == "json":
        return json.dumps(answer.data, indent=1, ensure_ascii=False)
    parts = [*answer.lines]
    for title, table in answer.tables.items():
        parts += ["", f"{title}:", _as_text(table)]
    return "\n".join([*parts, "", *answer.notes])


def _as_text(table: pd.DataFrame) -> str:
    """A table in Dutch numbers, aligned."""
    written = table.copy()
    for column in written.columns.intersection(DECIMALS):
        written[column] = [dutch.number(value, DECIMALS[column]) for value in table[column]]
    return written.to_string(index=False)
