"""What if: a small language of scenarios for the housing programme and for allocation, counted in households.

A scenario is no forecast and no effect. It says what the pattern between buurten predicts if households moved as stated
and the pattern stayed as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import REFERENCE, SCENARIO_YEARS
from analysis.errors import InvalidInput
from analysis.levers import bounds, effect
from analysis.levers.assumptions import Assumptions
from analysis.levers.city import City, Counts
from analysis.names import nearest

# Draws of the households, of which only an estimate is known.
DRAWS = 200

DEFAULT_YEARS = SCENARIO_YEARS

# Examples are worked out for so many dwellings: a block or two.
EXAMPLE_DWELLINGS = 100

# How many of the receiving buurten are named.
NAMED = 5


# Points of the inflow are told to a tenth, as the shares of very low incomes are published; finer is no other scenario.
POINT_DECIMALS = 1


def written_amount(amount: float) -> str:
    """An amount as it was given: 150, or 2,5."""
    whole = math.isfinite(amount) and amount == round(amount)
    return dutch.number(amount) if whole else f"{amount:g}".replace(".", ",").replace("-", dutch.MINUS)


class Flow(NamedTuple):
    """What a knob does in its own buurt: households that come and leave, and of these the very low incomes."""

    come: np.ndarray
    come_poor: np.ndarray
    leave: np.ndarray
    leave_poor: np.ndarray


@dataclass(frozen=True)
class Knob:
    """One thing that a corporation can turn.

    Attributes:
        label: in Dutch, of one dwelling. unit: in Dutch. lever: number of the lever it belongs to.
        flow: what it does, from amount, years, assumptions, households and poor of the buurt.
    """

    label: str
    unit: str
    lever: int
    flow: Callable[[float, int, Assumptions, np.ndarray, np.ndarray], Flow]


def _add(share: str) -> Callable[[float, int, Assumptions, np.ndarray, np.ndarray], Flow]:
    """New dwellings, of whose newcomers this assumption says how many have a very low income."""

    def flow(amount: float, _: int, held: Assumptions, households: np.ndarray, __: np.ndarray) -> Flow:
        come = np.full_like(households, amount)
        return Flow(come, come * getattr(held, share) / 100, 0 * come, 0 * come)

    return flow


def _replace(amount: float, _: int, held: Assumptions, households: np.ndarray, __: np.ndarray) -> Flow:
    """Social rented dwellings make way for as many mid-priced ones."""
    moved = np.full_like(households, amount)
    return Flow(moved, moved * held.middenhuur / 100, moved, moved * held.sociale_huur / 100)


def _allocate(amount: float, years: int, held: Assumptions, households: np.ndarray, poor: np.ndarray) -> Flow:
    """Of those who come to a dwelling that falls free, so many points fewer have a very low income."""
    moved = households * held.renewed(years)
    share = poor / households
    return Flow(moved, moved * (share - amount / 100), moved, moved * share)


KNOBS = {
    "sociale_huur": Knob("sociale huurwoning toevoegen", "woningen", 3, _add("sociale_huur")),
    "middenhuur": Knob("middenhuurwoning toevoegen", "woningen", 3, _add("middenhuur")),
    "herstructurering": Knob("sociale huurwoning vervangen door middenhuur", "woningen", 3, _replace),
    "toewijzing": Knob("minder instroom van zeer lage inkomens", "procentpunt van de instroom", 4, _allocate),
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """One knob in one buurt.

    Attributes:
        buurt: name or code. knob: a name in `KNOBS`. amount: dwellings, which are whole, or points of the inflow, to a tenth
            (less than 0 is more inflow). years: over which it happens.

    Raises:
        InvalidInput: for a knob that does not exist, or an amount or number of years that makes no sense.
    """

    buurt: str
    knob: str
    amount: float
    years: int = DEFAULT_YEARS

    def __post_init__(self) -> None:
        if self.knob not in KNOBS:
            raise InvalidInput(
                f"Knop {self.knob!r} bestaat niet{nearest(self.knob, list(KNOBS))}; er zijn: {', '.join(KNOBS)}."
            )
        bounds.check_years(self.years, "Een scenario")
        written = written_amount(self.amount)
        if self.knob == "toewijzing":
            if not 0 < abs(self.amount) <= 100 or round(self.amount, POINT_DECIMALS) != self.amount:
                raise InvalidInput(
                    f"De instroom kan niet {written} procentpunt minder worden: kies 0,1 tot 100 (of −0,1 tot −100 voor meer instroom), met "
                    "hoogstens één cijfer achter de komma."
                )
        elif not self.amount > 0 or self.amount % 1 != 0:
            raise InvalidInput(f"Het aantal woningen is {written}, maar moet een heel getal groter dan 0 zijn.")

    def title(self, buurtnaam: str) -> str:
        """What it says, in Dutch."""
        knob = KNOBS[self.knob]
        if self.knob == "toewijzing":
            word = "minder" if self.amount > 0 else "meer"
            return (f"{buurtnaam}: {written_amount(abs(self.amount))} procentpunt {word} instroom van zeer lage inkomens, "
                    f"{self.years} jaar lang")  # fmt: skip
        return f"{buurtnaam}: {dutch.count(self.amount, knob.label)}"


@dataclass(frozen=True)
class Outcome:
    """A scenario worked out.

    Attributes:
        title: what was asked, in Dutch.
        count: rows "voor" and "na", with `huishoudens`, `arm` and `belasting` (%) of the buurt.
        steps: the change of the burden in points: `verdunning` (more households), `verplaatsing` (others live here).
        differences: per `gebied` (buurt or city), `uitkomst` and `lijn`: value, low, high, unit.
        elsewhere: the buurten where most of the households that no longer live here are counted; or fewest, if they came.
        moved: very low incomes that live in another buurt than before.
        warnings: what a reader must know.
    """

    title: str
    count: pd.DataFrame
    steps: dict[str, float]
    differences: pd.DataFrame
    elsewhere: pd.DataFrame
    moved: float
    warnings: list[str]


def work_out(city: City, scenario: Scenario, held: Assumptions | None = None) -> Outcome:
    """Count the households, and lay the new burdens along the city's curves.

    Args:
        city: result of `city.of`.
        scenario: what is done.
        held: assumptions; the declared ones when left out.

    Raises:
        InvalidInput: when the buurt is unknown, or the scenario asks for households that are not there.
    """
    held = held or Assumptions()
    place = city.place(scenario.buurt)
    check(city, scenario, held, place)
    before = draw_counts(city, DRAWS)
    after = move(before, scenario, held, place)
    return Outcome(
        scenario.title(city.buurten.buurtnaam.iloc[place]), _count(before, after, place), _steps(before, scenario, held, place),
        differences(city, before, after, place), _elsewhere(city, before, after, place),
        float(np.abs(after.poor[0] - before.poor[0]).sum() / 2), warnings(city, scenario, after, place),
    )  # fmt: skip


def draw_counts(city: City, draws: int) -> Counts:
    """The households as estimated, and then as they might be: shape (1 + draws, n). The burden is the published one."""
    random = np.random.default_rng(city.choices.zaad)
    noise = np.exp(city.buurten.huishoudens_fout.to_numpy(float) * random.standard_normal((draws, len(city.buurten))))
    households = city.households * np.vstack([np.ones(len(city.buurten)), noise])
    return Counts(households, households * city.buurten.belasting.to_numpy(float) / 100)


def move(before: Counts, scenario: Scenario, held: Assumptions, place: int) -> Counts:
    """Move the households; the city keeps as many of each kind.

    Who comes to the buurt lived elsewhere in the city, and who leaves it goes on living there: the very low incomes in
    proportion to where very low incomes live now, since that is where they found a home. Where no dwelling is added, the
    other buurten keep their number of households too: each takes and gives as many.

    Args:
        before: counts, shape (draws, n).
        scenario, held: what is done, under which assumptions.
        place: column of the buurt.
    """
    flow = _flow(before, scenario, held, place)
    poor_gain, gain = flow.come_poor - flow.leave_poor, flow.come - flow.leave
    poor = before.poor - _shared(before.poor, place) * poor_gain[..., None]
    poor[..., place] = before.poor[..., place] + poor_gain
    if not np.any(gain):
        return Counts(before.households.copy(), poor)
    other_gain = gain - poor_gain
    others = before.households - before.poor
    moved = others - _shared(others, place) * other_gain[..., None]
    moved[..., place] = others[..., place] + other_gain
    return Counts(poor + moved, poor)


def _flow(before: Counts, scenario: Scenario, held: Assumptions, place: int) -> Flow:
    households, poor = before.households[..., place], before.poor[..., place]
    return KNOBS[scenario.knob].flow(scenario.amount, scenario.years, held, households, poor)


def _shared(counts: np.ndarray, place: int) -> np.ndarray:
    """How the other buurten share: in proportion to what they have now, the buurt itself left out."""
    others = counts.copy()
    others[..., place] = 0
    return others / others.sum(axis=-1, keepdims=True)


def check(city: City, scenario: Scenario, held: Assumptions, place: int) -> None:
    """Refuse what cannot be: more dwellings than there are, an inflow below nothing or above all.

    Raises:
        InvalidInput: with what is possible.
    """
    buurt = city.buurten.iloc[place]
    if scenario.knob == "herstructurering":
        there = buurt.huishoudens
        if city.code == REFERENCE and np.isfinite(buurt.pct_corporatie_2017):
            there = buurt.woningen_2017 * buurt.pct_corporatie_2017 / 100
        if scenario.amount > there:
            raise InvalidInput(f"In {buurt.buurtnaam} {dutch.form(there, 'staat')} ongeveer {dutch.count(there, 'woning')} om te "
                               f"vervangen; {dutch.number(scenario.amount)} is te veel.")  # fmt: skip
    if scenario.knob == "toewijzing":
        left = buurt.belasting - scenario.amount
        if not 0 <= left <= 100:
            raise InvalidInput(
                f"In {buurt.buurtnaam} heeft naar schatting {dutch.number(buurt.belasting, 1)} % van de instroom een zeer laag "
                f"inkomen: {dutch.number(abs(scenario.amount), 1)} procentpunt {'minder' if scenario.amount > 0 else 'meer'} kan niet."
            )
    _check_room(city, scenario, held, place)


def _check_room(city: City, scenario: Scenario, held: Assumptions, place: int) -> None:
    """Those who come or leave need dwellings that fall free, or households that move, elsewhere in the city."""
    central = Counts(city.households[None, :], city.poor[None, :])
    after = move(central, scenario, held, place)
    poor, others = after.poor - central.poor, after.households - after.poor - (central.households - central.poor)
    changed = np.maximum(np.abs(poor), np.abs(others))[0]
    free = city.households * held.renewed(scenario.years)
    short = (changed > free) & (np.arange(len(free)) != place)
    if short.any() or (after.poor < 0).any() or (after.households < after.poor).any():
        raise InvalidInput(
            f"{scenario.title(city.buurten.buurtnaam.iloc[place])}: zoveel huishoudens verhuizen er in {city.name} niet in {scenario.years} jaar bij een "
            f"doorstroming van {dutch.number(held.doorstroming, 1)} % per jaar. Kies een kleiner aantal of meer jaren."
        )


def _count(before: Counts, after: Counts, place: int) -> pd.DataFrame:
    rows = {
        name: {"huishoudens": one.households[0, place], "arm": one.poor[0, place], "belasting": one.burden[0, place]}
        for name, one in (("voor", before), ("na", after))
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("moment")


def _steps(before: Counts, scenario: Scenario, held: Assumptions, place: int) -> dict[str, float]:
    """Part of the change that comes from more households, and part from others living here."""
    flow = _flow(Counts(before.households[:1], before.poor[:1]), scenario, held, place)
    households, poor = before.households[0, place], before.poor[0, place]
    built = KNOBS[scenario.knob].lever == 3
    thinner = (poor + flow.come_poor[0]) / (households + flow.come[0]) if built else poor / households
    end = (poor + flow.come_poor[0] - flow.leave_poor[0]) / (households + flow.come[0] - flow.leave[0])
    return {"verdunning": float(100 * (thinner - poor / households)), "verplaatsing": float(100 * (end - thinner))}


def differences(city: City, before: Counts, after: Counts, place: int) -> pd.DataFrame:
    """Predicted differences of the buurt and of the city, per outcome and shape, where the city has the curve."""
    rows = []
    for outcome in (effect.ONV, effect.CRIMES):
        for shape in (effect.STRAIGHT, effect.CURVED):
            found = effect.response(city, outcome, shape)
            if found is None:
                continue
            told = {
                effect.BUURT: effect.per_buurt(found, before, after, place),
                effect.CITY: effect.of_city(found, city, outcome, before, after),
            }
            rows += [{"gebied": area, "uitkomst": outcome, "lijn": shape, **vars(one)} for area, one in told.items()]
    return effect.as_table(rows)


def _elsewhere(city: City, before: Counts, after: Counts, place: int) -> pd.DataFrame:
    """The buurten whose number of very low incomes changes most, the buurt itself left out."""
    change = pd.Series(after.poor[0] - before.poor[0], index=city.buurten.index).drop(city.buurten.index[place])
    most = change.reindex(change.abs().sort_values(ascending=False, kind="stable").index).head(NAMED)
    table = city.buurten.loc[most.index, ["buurtnaam", "belasting"]].assign(verschil=most)
    points = pd.Series(after.burden[0] - before.burden[0], index=city.buurten.index)
    return table.assign(verschil_punten=points[most.index])


def warnings(city: City, scenario: Scenario, after: Counts, place: int) -> list[str]:
    """What a reader must know before using the outcome."""
    buurt, told = city.buurten.iloc[place], bounds.warnings(city, after.burden[:1, place], scenario.years)
    if scenario.knob == "herstructurering" and not (city.code == REFERENCE and np.isfinite(buurt.pct_corporatie_2017)):
        told.append("Hoeveel sociale huurwoningen er in deze buurt staan, is met open cijfers per buurt niet bekend.")
    if buurt.huishoudens_uit == "gemeente":
        told.append(
            "Het aantal huishoudens is geschat met het gemiddelde van de gemeente: van de wijk is het niet bekend."
        )
    return told


def sensitivity(city: City, asked: list[Scenario], held: Assumptions | None = None) -> pd.DataFrame:
    """Every scenario under each other value of each assumption; those that make no difference are left out.

    Returns:
        `scenario`, `aanname`, `na` (burden afterwards, %), and `value`, `low`, `high`: the difference in `onv` in the buurt,
        along the straight line.
    """
    rows = []
    for one in asked:
        usual = work_out(city, one, held).count.belasting["na"]
        for name, other in (held or Assumptions()).others().items():
            found = work_out(city, one, other)
            after = found.count.belasting["na"]
            if abs(after - usual) < effect.NOTHING:
                continue
            here = found.differences.query("gebied == 'buurt' and uitkomst == @effect.ONV and lijn == @effect.STRAIGHT")
            rows.append(
                {"scenario": found.title, "aanname": name, "na": after, **here.iloc[0][["value", "low", "high"]]}
            )
    return pd.DataFrame(rows, columns=["scenario", "aanname", "na", "value", "low", "high"])
