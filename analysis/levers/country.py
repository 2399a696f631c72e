"""The levers over all big cities at once: the same questions as for one city, a row or a result for each."""

from __future__ import annotations

import dataclasses

import pandas as pd

from analysis.choices import REFERENCE, Choices
from analysis.levers import city, effect, priority, spread, waterbed
from analysis.levers.city import City
from analysis.levers.households import estimate
from analysis.levers.scenario import EXAMPLE_DWELLINGS, Scenario

# CCV and others call a buurt a corporatiebuurt from two thirds of its dwellings; "little" social rent is less than a fifth.
MUCH_SOCIAL, LITTLE_SOCIAL = 200 / 3, 20.0


def cities(buurten: pd.DataFrame, wijken: pd.DataFrame, big: pd.DataFrame, choices: Choices) -> dict[str, City]:
    """Every big city as scenarios see it, by gemeentecode.

    Args:
        buurten: the dataset's table, prepared. wijken: the dataset's table.
        big: rows of `gemeenten`.
        choices: settled choices; the gemeente is replaced.
    """
    households = estimate(buurten, wijken)
    return {
        code: city.of(buurten, households, dataclasses.replace(choices, gemeente=one.gemeentenaam, gemeentecode=code))
        for code, one in big.iterrows()
    }


def net_gains(all_cities: dict[str, City]) -> dict[str, pd.DataFrame]:
    """Net gain of spreading evenly per city, by gemeentecode; see `waterbed.net_gain`."""
    return {code: waterbed.net_gain(one) for code, one in all_cities.items()}


def net_gain_over(gains: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Net gain over all cities together."""
    return waterbed.over_cities(gains)


def headlines(gains: dict[str, pd.DataFrame], all_cities: dict[str, City], outcome: str = effect.ONV) -> pd.DataFrame:
    """The quoted net gain of every city that has the curve: `gemeente` and the columns of `net_gain`."""
    rows = {code: waterbed.headline(table, outcome) for code, table in gains.items()}
    known = {code: row for code, row in rows.items() if row is not None}
    table = pd.DataFrame.from_dict(known, orient="index").rename_axis("gemeentecode")
    table.insert(0, "gemeente", [all_cities[code].name for code in table.index])
    return table


def spreads(all_cities: dict[str, City], years: int = 1, ceiling: float | None = None) -> dict[str, spread.Spread]:
    """Best spread of every city, by gemeentecode; see `spread.best`.

    Raises:
        InvalidInput: as `spread.best`, for the first city where it is not to be had.
    """
    return {code: spread.best(one, years=years, ceiling=ceiling) for code, one in all_cities.items()}


def spread_table(found: dict[str, spread.Spread], all_cities: dict[str, City]) -> pd.DataFrame:
    """The plans of every city (see `spread.Spread`), one row per city and plan.

    Returns:
        With `gemeente`, `lijn`, `n` buurten, and `deel`: very low incomes that live elsewhere, of all of the city (%).
    """
    rows = [
        one.plans.reset_index().assign(
            gemeentecode=code,
            gemeente=all_cities[code].name,
            lijn=one.shape,
            n=len(one.buurten),
            deel=100 * one.plans.verhuisd.to_numpy() / all_cities[code].poor.sum(),
        )
        for code, one in found.items()
    ]
    return pd.concat(rows).set_index("gemeentecode")


def splits(all_cities: dict[str, City]) -> pd.DataFrame:
    """The gap of the least safe buurten of every city: the part that goes with the burden, per outcome.

    Returns:
        One row per city and outcome: `gemeente`, `uitkomst`, `gap`, `share`, `low`, `high`, `n`.
    """
    rows = [
        {"gemeentecode": code, "gemeente": one.name, "uitkomst": outcome, **vars(found)}
        for code, one in all_cities.items()
        for outcome in (effect.ONV, effect.CRIMES)
        if (found := priority.split(one, outcome)) is not None
    ]
    return pd.DataFrame(rows).set_index("gemeentecode")


def examples(all_cities: dict[str, City]) -> list[Scenario]:
    """The members' two examples, in Amsterdam, where tenure is known: in the largest buurt of each kind.

    Social rent comes where there is little of it, mid-priced rent where there is much social rent.
    """
    own = all_cities[REFERENCE].buurten
    kinds = {
        "sociale_huur": own.pct_corporatie_2017 < LITTLE_SOCIAL,
        "middenhuur": own.pct_corporatie_2017 >= MUCH_SOCIAL,
    }
    largest = {knob: own[kind].nlargest(1, "woningen_2017").buurtnaam.iloc[0] for knob, kind in kinds.items()}
    return [Scenario(str(buurt), knob, EXAMPLE_DWELLINGS) for knob, buurt in largest.items()]
