"""Where to start in a city: which buurten, and in which order the levers come up for discussion.

A reading rule, fixed here, and not an effect. The least safe buurten of a city are less safe than its mean. Part of that gap
goes with their share of very low incomes, and part does not. They ask for another conversation:

- *what goes with it*: who comes to live there (levers 3 and 4). The waterbed says what that can and cannot give the city;
- *what does not*: what happens in the buurt (levers 1 and 2). No open figure tells those two apart.

A pair comes first only where both outcomes say so, margins counted. Where they do not, and within a pair, the evidence decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import CRIME, YEARS, Choices
from analysis.errors import InvalidInput
from analysis.levers import effect
from analysis.levers.city import City, weights_of_worst
from analysis.levers.evidence import GRADES, LEVERS
from analysis.models.deviation import TYPES

# The least safe buurten: those where this share of the inhabitants lives.
LEAST_SAFE = 0.20

# Levers that share a conversation.
HANDLING, COMPOSITION = "aanpak in de buurt", "woningen en toewijzing"
PAIRS = {HANDLING: (1, 2), COMPOSITION: (3, 4)}
BOTH, UNKNOWN = "beide", "niet te zeggen"

# A part comes first when it is more than half of the gap.
HALF = 0.5

FAVOURABLE, PRACTICE = "gunstig", "D"

# How many buurten are named on a page that is read in three minutes.
NAMED = 8


@dataclass(frozen=True)
class Split:
    """The gap between the least safe buurten and their city, and the part of it that goes with the burden.

    Attributes:
        gap: difference in the outcome (LBM points, or log crime rate). share, low, high: part of it (0 to 1), with its
            95 % interval. n: buurten.
    """

    gap: float
    share: float
    low: float
    high: float
    n: int


def split(city: City, outcome: str) -> Split | None:
    """Split the gap, or nothing where the city has no curve for the outcome.

    For `onv` the least safe buurten are chosen by the other years, so that chance in the year that is told does not choose
    them. Of crime there is one year: there the gap is somewhat too large, and the part that goes with the burden too small.

    Args:
        city: result of `levers.city.of`.
        outcome: `effect.ONV` or `effect.CRIMES`.
    """
    found = effect.response(city, outcome, effect.CURVED)
    if found is None:
        return None
    table = city.buurten.dropna(subset=[CRIME.column]) if outcome == effect.CRIMES else city.buurten
    values = table[CRIME.column] if outcome == effect.CRIMES else table.uitkomst
    ordered_by = -values if outcome == effect.CRIMES else _other_years(table, city.choices)
    inhabitants = table.gewicht.to_numpy(float)
    step = weights_of_worst(ordered_by.to_numpy(float), inhabitants, LEAST_SAFE) - inhabitants / inhabitants.sum()
    gap = float(step @ values.to_numpy(float))
    part = found.difference((step @ found.basis(table.belasting.to_numpy(float)))[None, :])
    low, high = sorted((part.low / gap, part.high / gap))
    return Split(gap, part.value / gap, low, high, len(table))


def _other_years(table: pd.DataFrame, choices: Choices) -> pd.Series:
    others = [f"onv_{year}" for year in YEARS if year != choices.peiljaar]
    return table[others].mean(axis=1).fillna(table.uitkomst)


def first_pair(splits: list[Split | None]) -> str | None:
    """Which conversation comes first: only where every outcome says so with its whole interval."""
    if any(one is None for one in splits):
        return None
    if all(one.low > HALF for one in splits):
        return COMPOSITION
    if all(one.high < HALF for one in splits):
        return HANDLING
    return None


def strongest(register: pd.DataFrame, lever: int) -> pd.DataFrame:
    """The findings of a lever with the best grade that it has, the favourable ones first."""
    own = register[register.hefboom == lever]
    best = own[own.graad == min(own.graad, key=list(GRADES).index)]
    return best.sort_values("richting", key=lambda column: column != FAVOURABLE, kind="stable")


def in_words(best: pd.DataFrame) -> str:
    """What the strongest findings say, by instrument; those of practice are many and differ, and are not listed."""
    if best.graad.iloc[0] == PRACTICE:
        if best.richting.nunique() == 1:
            return str(best.richting.iloc[0])
        return "wisselend" if (best.richting == FAVOURABLE).any() else "geen is gunstig"
    return "; ".join(f"{row.instrument}: {row.richting}" for row in best.itertuples())


def order(splits: dict[str, Split | None], register: pd.DataFrame) -> pd.DataFrame:
    """The four levers in the order in which they come up.

    Args:
        splits: results of `split` by outcome.
        register: the evidence register.

    Returns:
        Per lever `plaats` (equal where nothing orders them), `nummer`, `hefboom`, `gesprek`, `laag` and `hoog` (part of the
        gap that the conversation is about, %, lowest and highest of the outcomes; NaN without), `graad`, `richting` (of the
        strongest findings), `bronnen` (they come from), and how many of all `bevindingen` are `gunstig`.
    """
    first = first_pair(list(splits.values()))
    rows = [_row(lever, pair, splits, register) for pair, levers in PAIRS.items() for lever in levers]
    for row in rows:
        row["sleutel"] = (first is not None and row["gesprek"] != first, row["zwak"])
    for row in rows:
        row["plaats"] = 1 + sum(other["sleutel"] < row["sleutel"] for other in rows)
    return pd.DataFrame(rows).drop(columns=["sleutel", "zwak"]).sort_values(["plaats", "nummer"], ignore_index=True)


def _row(lever: int, pair: str, splits: dict[str, Split | None], register: pd.DataFrame) -> dict[str, object]:
    best = strongest(register, lever)
    grade = best.graad.iloc[0]
    own = register[register.hefboom == lever]
    shares = [100 * (one.share if pair == COMPOSITION else 1 - one.share) for one in splits.values() if one is not None]
    return {
        "nummer": lever, "hefboom": LEVERS[lever], "gesprek": pair,
        "laag": min(shares, default=np.nan), "hoog": max(shares, default=np.nan),
        "graad": grade, "richting": in_words(best), "gunstig": int((own.richting == FAVOURABLE).sum()),
        "bevindingen": len(own), "bronnen": best.bron.nunique(), "zwak": grade == PRACTICE or FAVOURABLE not in set(best.richting),
    }  # fmt: skip


def start(city: City, deviations: pd.DataFrame) -> pd.DataFrame:
    """The buurten to look at first: of those with many very low incomes, the least safe over the years.

    Args:
        city: result of `levers.city.of`.
        deviations: result of `models.deviation.deviations` for the same city.

    Returns:
        At most `NAMED` buurten: the columns of `deviations`, `kloof` (mean of the years minus the city's mean, LBM points),
        `bij_inkomen` (part of that which the curve gives to the burden), `plaats_laag` and `plaats_hoog` (its place from
        least safe in the years, best and worst), and `gesprek`.

    Raises:
        InvalidInput: for deviations of another city.
    """
    if not deviations.index.isin(city.buurten.index).all():
        raise InvalidInput(f"Deze afwijkingen horen niet bij de buurten van {city.name}.")
    table = deviations.join(city.buurten[[*(f"onv_{year}" for year in YEARS), CRIME.column]])
    levels = table[[f"onv_{year}" for year in YEARS]]
    means = (levels.mul(table.gewicht, axis=0)).sum() / levels.notna().mul(table.gewicht, axis=0).sum()
    places = levels.rank()
    curve = effect.response(city, effect.ONV, effect.CURVED) or effect.response(city, effect.ONV, effect.STRAIGHT)
    expected = curve.at(table.belasting.to_numpy(float))
    table = table.assign(
        kloof=(levels - means).mean(axis=1), bij_inkomen=expected - np.average(expected, weights=table.gewicht),
        plaats_laag=places.min(axis=1), plaats_hoog=places.max(axis=1),
    )  # fmt: skip
    burdened = table[table.belasting > np.average(table.belasting, weights=table.gewicht)]
    found = burdened.nsmallest(NAMED, "kloof")
    return found.assign(gesprek=[_conversation(row) for row in found.itertuples()])


def _conversation(row: object) -> str:
    """What the larger, certain part of the gap is about; without an interval nothing can be said."""
    if np.isnan(row.hoog):
        return UNKNOWN
    if row.type != TYPES[True, False]:
        return COMPOSITION
    return HANDLING if row.hoog < row.bij_inkomen else BOTH
