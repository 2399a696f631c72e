"""Everything that the page of one city tells, worked out at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import CRIME_SPAN, REFERENCE, Choices
from analysis.errors import InvalidInput
from analysis.levers import city as cities
from analysis.levers import effect, priority, scenario, spread, waterbed
from analysis.levers.city import City
from analysis.levers.households import estimate
from analysis.measures import absence
from analysis.measures.sample import (
    REGISTER_CUT,
    big_cities,
    coverage_by_city,
    crime_rate,
    of_cities,
    of_city,
    select,
)
from analysis.models import cities as slopes
from analysis.models import derivative, verdict
from analysis.models.deviation import UNDECIDED, deviations
from analysis.models.response import FEWEST_BUURTEN

# The inflow that the page's allocation scenario takes away, in percentage points (research design, section 5).
EXAMPLE_POINTS = 10

# A figure of a city is told where buurten with this share of its inhabitants have it.
MOST = 0.5

CRIMES_OF_CITY = f"Misdrijven per 1.000 inwoners per jaar ({CRIME_SPAN})"

# A buurt has few very low incomes when it is among this share of the buurten of its city.
FEW = 0.25


@dataclass(frozen=True)
class Sheet:
    """What is known of one city; None or empty where it has too few buurten or no figures.

    Attributes:
        city: its buurten with households. covered: share of its inhabitants of 2017 in these buurten (%).
        figures: key figures beside the middle of the big cities (`wat`, `stad`, `midden`, `plaats`, `decimalen`).
        slopes: of all big cities, on the burden that they share; `shared` is false where the city has no buurten there, and
            all are straight lines. line: its own straight line. verdict: its row, or None for Amsterdam itself.
        small: it has too few buurten for a curve; its deviations are then from a straight line, without interval.
        deviations: per buurt. start: buurten to look at first. splits, order: of its gap and the levers.
        scenarios: worked out. refused: sentences of those that can't be. net_gain, spread: of allocation.
        frame: rows of the national frame that name it.
    """

    city: City
    covered: float
    figures: pd.DataFrame
    slopes: pd.DataFrame
    shared: bool
    line: pd.Series
    verdict: pd.Series | None
    small: bool
    deviations: pd.DataFrame
    start: pd.DataFrame
    splits: dict[str, priority.Split | None]
    order: pd.DataFrame
    scenarios: list[scenario.Outcome]
    refused: list[str]
    net_gain: pd.DataFrame
    spread: spread.Spread | None
    frame: pd.DataFrame


def make(tables: dict[str, pd.DataFrame], choices: Choices) -> Sheet:
    """Work out the page of the chosen city.

    Args:
        tables: the dataset's `buurten` (prepared), `wijken`, `gemeenten`, `koppeling`, `bewijs` and `kader`.
        choices: settled choices.

    Raises:
        InvalidInput: when the city is not one of the big ones, or has too few buurten for a line.
    """
    buurten, big = tables["buurten"], _with(tables["gemeenten"], choices)
    city = cities.of(buurten, estimate(buurten, tables["wijken"]), choices)
    if effect.response(city, effect.ONV, effect.STRAIGHT) is None:
        raise InvalidInput(absence.of_gemeente(of_city(buurten, choices.gemeentecode), choices, FEWEST_BUURTEN, "een stadsblad"))
    found = deviations(buurten, choices)
    small = len(found) == 0
    found = _residuals(city) if small else found
    start = priority.start(city, found)
    splits = {outcome: priority.split(city, outcome) for outcome in (effect.ONV, effect.CRIMES)}
    lines = slopes.slopes(buurten, big, choices, REGISTER_CUT)
    on_shared = derivative.derivatives(buurten, big, choices, choices.ondergrens)
    shared = choices.gemeentecode in on_shared.index
    compared, read = (on_shared, "gedeeld bereik") if shared else (lines, "rechte lijn")
    scenarios, refused = _scenarios(city, start)
    covered = coverage_by_city(buurten, tables["koppeling"], big.loc[[choices.gemeentecode]], choices).in_sample.iloc[0]
    return Sheet(
        city, float(covered), _figures(buurten, tables["wijken"], big, compared, read, choices), compared, shared,
        lines.loc[choices.gemeentecode], _verdict(buurten, big, choices, on_shared), small, found, start, splits,
        priority.order(splits, tables["bewijs"]), scenarios, refused, waterbed.net_gain(city), _spread(city),
        tables["kader"][tables["kader"].gemeente == choices.gemeente],
    )  # fmt: skip


def _with(gemeenten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """The big cities, and the chosen one where it is smaller."""
    big = big_cities(gemeenten)
    chosen = gemeenten.loc[[choices.gemeentecode]]
    return big if choices.gemeentecode in big.index else pd.concat([big, chosen])


def _verdict(buurten: pd.DataFrame, big: pd.DataFrame, choices: Choices, table: pd.DataFrame) -> pd.Series | None:
    if choices.gemeentecode == REFERENCE:
        return None
    judged = verdict.verdicts(table, verdict.spread(buurten, big, choices, choices.ondergrens))
    return judged.loc[choices.gemeentecode] if choices.gemeentecode in judged.index else None


def _spread(city: City) -> spread.Spread | None:
    try:
        return spread.best(city)
    except InvalidInput:  # without a falling curve there is no best spread; the page says so
        return None


def _scenarios(city: City, start: pd.DataFrame) -> tuple[list[scenario.Outcome], list[str]]:
    """Three in the buurt to look at first, and social rent in the largest buurt with few very low incomes.

    A buurt where a scenario cannot be (no social rent to replace) gives way to the next; where it can be in none, the
    reason is told.
    """
    table = city.buurten
    first = list(start.index) or [table.belasting.idxmax()]
    few = [table[table.belasting <= table.belasting.quantile(FEW)].gewicht.idxmax()]
    asked = [(first, "middenhuur", scenario.EXAMPLE_DWELLINGS), (first, "herstructurering", scenario.EXAMPLE_DWELLINGS),
             (first, "toewijzing", EXAMPLE_POINTS), (few, "sociale_huur", scenario.EXAMPLE_DWELLINGS)]  # fmt: skip
    done, refused = [], []
    for codes, knob, amount in asked:
        reasons = []
        for code in codes:
            try:
                done.append(scenario.work_out(city, scenario.Scenario(code, knob, amount)))
                break
            except InvalidInput as reason:
                reasons.append(str(reason))
        else:
            refused.append(reasons[0])
    return done, refused


def _residuals(city: City) -> pd.DataFrame:
    """Deviations of a city with too few buurten for a curve: from its straight line, without interval or type."""
    table = city.buurten[["buurtnaam", "wijkcode", "gewicht", "belasting", "uitkomst"]]
    line = effect.response(city, effect.ONV, effect.STRAIGHT)
    own = table.uitkomst - line.at(table.belasting.to_numpy(float))
    return table.assign(afwijking=own, laag=np.nan, hoog=np.nan, zeker=0.0, type=UNDECIDED)


def _figures(
    buurten: pd.DataFrame, wijken: pd.DataFrame, big: pd.DataFrame, all_slopes: pd.DataFrame, read: str, choices: Choices
) -> pd.DataFrame:
    """Key figures of every big city, and how the chosen one stands among them; `read` says how the slopes are read."""
    sample = select(of_cities(buurten, big), choices)
    crimes = _with_most(sample, "misdrijven_log").groupby("gemeentecode")
    owned = wijken.dropna(subset=["pct_koop_2022", "woningen_2022"])
    by_city = pd.DataFrame({
        "Inwoners (2017)": big.inwoners_2017,
        "Huishoudens met een zeer laag inkomen (%)": _mean(sample, "belasting"),
        "Overlast en onveiligheid (LBM-punten, hoger is veiliger)": _mean(sample, "uitkomst"),
        CRIMES_OF_CITY: crime_rate(crimes.misdrijven.sum(), crimes.inwoners_2024.sum()),
        "Koopwoningen (%, wijken 2022)": _mean(owned, "pct_koop_2022", "woningen_2022"),
        f"Verband ({read}): LBM-punten bij 10 procentpunt meer zeer lage inkomens": 10 * all_slopes.value,
    }).reindex(big.index)  # fmt: skip
    own, places = by_city.loc[choices.gemeentecode], by_city.rank(ascending=False).loc[choices.gemeentecode]
    return pd.DataFrame({
        "wat": by_city.columns, "stad": own.to_numpy(), "midden": by_city.median().to_numpy(),
        "plaats": [f"{place:.0f} van {known}" if np.isfinite(place) else "–"
                   for place, known in zip(places, by_city.notna().sum(), strict=True)],
        "decimalen": [0, 1, 2, 0, 0, 3],
    })  # fmt: skip


def _with_most(sample: pd.DataFrame, column: str) -> pd.DataFrame:
    """The buurten that have a figure, in the cities where most inhabitants live in such a buurt."""
    known = sample.gewicht.where(sample[column].notna()).groupby(sample.gemeentecode).sum()
    share = known / sample.groupby("gemeentecode").gewicht.sum()
    return sample[sample[column].notna() & (sample.gemeentecode.map(share) >= MOST)]


def _mean(table: pd.DataFrame, column: str, weight: str = "gewicht") -> pd.Series:
    """Weighted mean per gemeente."""
    return (table[column] * table[weight]).groupby(table.gemeentecode).sum() / table.groupby("gemeentecode")[
        weight
    ].sum()
