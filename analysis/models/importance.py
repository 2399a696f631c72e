"""Which block of characteristics helps to predict a city that the model has never seen, at equal burden (4C)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.choices import CRIME, CRIME_YEARS, Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.models.leave_out import BURDEN, SHIFTED, Model, sample_of, scores

BLOCKS = {
    block: tuple(item.column for item in CHARACTERISTICS if item.block == block)
    for block in dict.fromkeys(item.block for item in CHARACTERISTICS)
}

# Known of wijken only, and of 2022.
EXPLORATORY = "eigendom, werk en opleiding"
EXPLORATORY_COLUMNS = ("pct_koop_2022", "pct_werkend_2022", "pct_hbo_wo_2022")

# The year of the blocks, and of outcomes whose column does not end in it. A block of a later year than the outcome
# can't show what came first (research design, section 3).
BLOCK_YEAR, LATER_BLOCKS = 2017, {EXPLORATORY: 2022}
OUTCOME_YEARS = {CRIME.column: CRIME_YEARS[-1]}

DRAWS = 2000
LIMITS = (0.025, 0.975)

BURDEN_ALONE, TOGETHER, SHARED = "belasting alleen", "alle blokken samen", "gedeeld, niet toe te wijzen"


@dataclass(frozen=True)
class Importance:
    """Gain in R² of held-out cities (own level), mean over cities, with 95 % intervals by bootstrap over cities.

    Attributes:
        blocks: per block `first` (added to the burden), `last` (added to the burden and all other blocks), each with
            `_low` and `_high`, and `after_outcome`: whether it was measured after the outcome.
        whole: `value`, `low`, `high` of the R² of `BURDEN_ALONE`, the gain of the blocks `TOGETHER`, and what is `SHARED`:
            that gain minus the sum of the gains when entering last. Below 0, blocks help only beside each other.
        by_city: the same before averaging, per gemeentecode.
        n: buurten.
    """

    blocks: pd.DataFrame
    whole: pd.DataFrame
    by_city: pd.DataFrame
    n: int


def importance(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None,
    blocks: Mapping[str, tuple[str, ...]] = BLOCKS,
) -> Importance:  # fmt: skip
    """The gain of each block when it enters first and when it enters last; burden is always in.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices; the seed is that of the bootstrap.
        cut: fewest inhabitants of a buurt.
        outcome: column; the choices' own when left out.
        blocks: columns by block. All models are scored on buurten that have every column.
    """
    columns = [column for block in blocks.values() for column in block]
    sample = sample_of(buurten, cities, choices, cut, outcome, columns)
    found = scores(sample, models_of(blocks)).xs(SHIFTED, axis=1, level=1)
    gains = _gains(found, list(blocks))
    intervals = _bootstrap(gains, choices.zaad)
    parts = [intervals.xs(way, level=1).add_prefix(f"{way}_").rename(columns={f"{way}_value": way})
             for way in ("first", "last")]  # fmt: skip
    year = _year(outcome or choices.outcome.column)
    later = [LATER_BLOCKS.get(block, BLOCK_YEAR) > year for block in blocks]
    table = pd.concat(parts, axis=1).loc[list(blocks)].rename_axis("blok").assign(after_outcome=later)
    return Importance(table, intervals.xs("", level=1).loc[[BURDEN_ALONE, TOGETHER, SHARED]], gains, len(sample))


def exploratory(
    buurten: pd.DataFrame, wijken: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int,
    outcome: str | None = None,
) -> Importance:  # fmt: skip
    """`importance` with a fourth block, known of wijken only: every buurt has the figures of its wijk in 2022.

    Args:
        wijken: the dataset's table, indexed by wijkcode. Other arguments are those of `importance`.
    """
    joined = buurten.join(wijken[list(EXPLORATORY_COLUMNS)], on="wijkcode")
    return importance(joined, cities, choices, cut, outcome, {**BLOCKS, EXPLORATORY: EXPLORATORY_COLUMNS})


def _year(outcome: str) -> int:
    return OUTCOME_YEARS.get(outcome) or int(outcome[-4:])


def overlapping(table: pd.DataFrame) -> pd.DataFrame:
    """Which pairs of blocks can't be ranked, because their intervals overlap.

    Args:
        table: `Importance.blocks`.

    Returns:
        Per pair `a` and `b`: `overlap_first` and `overlap_last`, whether the intervals overlap, and `ranked`: neither
        does, and both say the same order.
    """
    rows = []
    for a, b in combinations(table.index, 2):
        order = {way: _order(table.loc[a], table.loc[b], way) for way in ("first", "last")}
        same = order["first"] == order["last"] != 0
        rows.append({
            "a": a, "b": b, "overlap_first": order["first"] == 0, "overlap_last": order["last"] == 0, "ranked": same,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _order(a: pd.Series, b: pd.Series, way: str) -> int:
    """1 where `a` lies wholly above `b`, -1 where it lies below, 0 where the intervals overlap."""
    return int(a[f"{way}_low"] > b[f"{way}_high"]) - int(a[f"{way}_high"] < b[f"{way}_low"])


def models_of(blocks: Mapping[str, tuple[str, ...]]) -> dict[str, Model]:
    """Burden alone, burden with one block, burden with all, and with all but one."""
    everything = [column for block in blocks.values() for column in block]
    models = {BURDEN_ALONE: Model((BURDEN,)), TOGETHER: Model((BURDEN, *everything))}
    for name, block in blocks.items():
        models[f"+{name}"] = Model((BURDEN, *block))
        models[f"-{name}"] = Model((BURDEN, *(column for column in everything if column not in block)))
    return models


def _gains(found: pd.DataFrame, blocks: list[str]) -> pd.DataFrame:
    """Per city, columns (block, "first" or "last") and (whole, "")."""
    gains = {}
    for block in blocks:
        gains[block, "first"] = found[f"+{block}"] - found[BURDEN_ALONE]
        gains[block, "last"] = found[TOGETHER] - found[f"-{block}"]
    gains[BURDEN_ALONE, ""] = found[BURDEN_ALONE]
    gains[TOGETHER, ""] = found[TOGETHER] - found[BURDEN_ALONE]
    gains[SHARED, ""] = gains[TOGETHER, ""] - sum(gains[block, "last"] for block in blocks)
    return pd.DataFrame(gains)


def _bootstrap(gains: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Mean over cities with percentile limits; every column is resampled with the same cities."""
    values = gains.to_numpy()
    drawn = np.random.default_rng(seed).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), LIMITS, axis=0)
    return pd.DataFrame({"value": values.mean(axis=0), "low": low, "high": high}, index=gains.columns)
