"""Importance of blocks: a planted block is found, and blocks that can't be told apart are not ranked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.models.importance import (
    BLOCKS,
    BURDEN_ALONE,
    EXPLORATORY,
    EXPLORATORY_COLUMNS,
    SHARED,
    TOGETHER,
    exploratory,
    importance,
    overlapping,
)

CUT = 500
CITIES = [f"GM{number:04d}" for number in range(1, 8)]
NAMES = pd.DataFrame({"gemeentenaam": CITIES}, index=CITIES)
COLUMNS = [column for block in BLOCKS.values() for column in block]
AGE, MIX, DENSITY = BLOCKS
PER_CITY, NOISE = 120, 0.03


def invent(seed: int = 1) -> pd.DataFrame:
    """Composition; the outcome so far follows the burden only."""
    random = np.random.default_rng(seed)
    n = PER_CITY * len(CITIES)
    code = np.repeat(CITIES, PER_CITY)
    x = random.gamma(4, 2.5, n)
    return pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"WK{place}{number % 10}" for number, place in enumerate(code)],
        "inwoners_2017": random.lognormal(7.6, 0.5, n).clip(CUT), "pct_sociaal_minimum_2017": x,
        **{column: random.normal(20, 5, n) + 0.3 * x for column in COLUMNS},
        "onv_2018": 0.3 - 0.02 * x + 0.0004 * x**2 + np.repeat(random.normal(0, 0.05, len(CITIES)), PER_CITY)
        + random.normal(0, NOISE, n),
    })  # fmt: skip


def planted(column: str = COLUMNS[0], effect: float = 0.01, seed: int = 1) -> pd.DataFrame:
    table = invent(seed)
    return table.assign(onv_2018=table.onv_2018 + effect * table[column])


def collinear(seed: int = 1) -> pd.DataFrame:
    """The first two blocks carry one hidden figure, with a little noise each; the outcome follows the hidden figure."""
    random = np.random.default_rng(100 + seed)
    table = invent(seed)
    hidden = random.normal(0, 5, len(table))
    for column in (*BLOCKS[AGE], *BLOCKS[MIX]):
        table[column] = hidden + random.normal(0, 1.0, len(table))
    return table.assign(onv_2018=table.onv_2018 + 0.01 * hidden)


def test_the_blocks_are_those_of_the_research_design():
    assert list(BLOCKS) == ["levensfase", "inkomensmix", "dichtheid en woningwaarde"]
    assert sorted(COLUMNS) == sorted(item.column for item in CHARACTERISTICS)


@pytest.mark.parametrize("block", [AGE, MIX, DENSITY])
def test_the_planted_block_is_found_first_and_last_and_ranked_above_the_others(block):
    found = importance(planted(BLOCKS[block][0]), NAMES, Choices(), CUT)
    others = found.blocks.drop(block)
    assert found.blocks.loc[block, ["first_low", "last_low"]].min() > 0.1
    assert others[["first_high", "last_high"]].max(axis=None) < 0.05
    pairs = overlapping(found.blocks)
    assert pairs[(pairs.a == block) | (pairs.b == block)].ranked.all()
    assert pairs.ranked.sum() == 2


def test_the_planted_gain_has_its_size():
    """Own level, so that the spread within cities counts: the share of it that the planted figure adds to the burden."""
    table = planted()
    found = importance(table, NAMES, Choices(), CUT)
    within = table.groupby("gemeentecode").onv_2018.transform(lambda values: values - values.mean()).var()
    assert found.blocks["first"][AGE] == pytest.approx(0.01**2 * 25 / within, abs=0.1)
    assert found.whole.value[BURDEN_ALONE] > 0.2


def test_where_nothing_is_planted_no_block_gains():
    found = importance(invent(), NAMES, Choices(), CUT)
    assert found.blocks[["first", "last"]].max(axis=None) < 0.005
    assert found.whole.value[[TOGETHER, SHARED]].abs().max() < 0.04


def test_two_collinear_blocks_share_their_gain_and_are_not_ranked():
    found = importance(collinear(), NAMES, Choices(), CUT)
    rows = found.blocks.loc[[AGE, MIX]]
    assert (rows["first"] > 0.2).all() and (rows["last"] < 0.1).all()
    assert found.whole.loc[SHARED, "low"] > 0.15
    pair = overlapping(found.blocks).iloc[0]
    assert (pair.a, pair.b, pair.overlap_first, pair.ranked) == (AGE, MIX, True, False)


def test_separate_blocks_share_next_to_nothing():
    table = planted()
    table = table.assign(onv_2018=table.onv_2018 + 0.01 * table[BLOCKS[MIX][0]])
    found = importance(table, NAMES, Choices(), CUT)
    assert abs(found.whole.value[SHARED]) < 0.05 < 0.3 < found.whole.value[TOGETHER]


def test_the_parts_add_up_per_city_and_on_average():
    found = importance(collinear(), NAMES, Choices(), CUT)
    last = found.by_city.xs("last", axis=1, level=1).sum(axis=1)
    assert (found.by_city[SHARED, ""] + last).to_numpy() == pytest.approx(found.by_city[TOGETHER, ""].to_numpy())
    assert found.whole.value[SHARED] == pytest.approx(found.whole.value[TOGETHER] - found.blocks["last"].sum())
    assert found.blocks["first"][AGE] == pytest.approx(found.by_city[AGE, "first"].mean())
    assert found.n == PER_CITY * len(CITIES)


def test_the_intervals_are_those_of_a_mean_over_cities_and_follow_the_seed():
    table = planted()
    one, same, other = (importance(table, NAMES, Choices(zaad=seed), CUT) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.blocks, same.blocks)
    assert one.blocks.first_low[AGE] != other.blocks.first_low[AGE]
    gains = one.by_city[AGE, "first"]
    error = gains.std(ddof=0) / np.sqrt(len(gains))
    assert one.blocks.first_high[AGE] - one.blocks.first_low[AGE] == pytest.approx(2 * 1.96 * error, rel=0.1)


def pairs_of(*rows: tuple[float, float, float, float]) -> pd.Series:
    columns = ["first_low", "first_high", "last_low", "last_high"]
    return overlapping(pd.DataFrame(rows, columns=columns, index=["a", "b"])).iloc[0]


def test_blocks_are_ranked_only_where_both_ways_agree():
    clear = pairs_of((0.3, 0.4, 0.3, 0.4), (0.1, 0.2, 0.1, 0.2))
    assert (clear.overlap_first, clear.overlap_last, clear.ranked) == (False, False, True)
    once = pairs_of((0.3, 0.4, 0.1, 0.4), (0.1, 0.2, 0.1, 0.2))
    assert (once.overlap_first, once.overlap_last, once.ranked) == (False, True, False)
    turned = pairs_of((0.3, 0.4, 0.1, 0.2), (0.1, 0.2, 0.3, 0.4))
    assert (turned.overlap_first, turned.overlap_last, turned.ranked) == (False, False, False)
    touching = pairs_of((0.2, 0.4, 0.3, 0.4), (0.1, 0.2, 0.1, 0.2))
    assert touching.overlap_first and not touching.ranked


def wijken_of(table: pd.DataFrame, seed: int = 3) -> pd.DataFrame:
    codes = table.wijkcode.unique()
    random = np.random.default_rng(seed)
    figures = {column: random.normal(50, 10, len(codes)) for column in EXPLORATORY_COLUMNS}
    return pd.DataFrame(figures, index=pd.Index(codes, name="wijkcode"))


def test_the_exploratory_block_is_joined_by_wijk_and_found_where_it_is_planted():
    table = invent()
    wijken = wijken_of(table)
    nothing = exploratory(table, wijken, NAMES, Choices(), CUT)
    lifted = table.assign(onv_2018=table.onv_2018 + 0.005 * table.wijkcode.map(wijken.pct_koop_2022))
    found = exploratory(lifted, wijken, NAMES, Choices(), CUT)
    assert found.blocks["last_low"][EXPLORATORY] > 0.1 > 0.02 > nothing.blocks["last_high"][EXPLORATORY]


def test_the_exploratory_block_says_whether_it_came_after_the_outcome():
    table = planted().assign(misdrijven_log=lambda table: -table.onv_2018)
    for outcome, later in (("onv_2018", True), ("misdrijven_log", False)):
        flags = exploratory(table, wijken_of(table), NAMES, Choices(), CUT, outcome).blocks.after_outcome
        assert flags.to_dict() == {AGE: False, MIX: False, DENSITY: False, EXPLORATORY: later}


def test_buurten_of_a_wijk_without_figures_are_left_out():
    table = planted()
    wijken = wijken_of(table)
    wijken.iloc[0] = np.nan
    lost = int((table.wijkcode == wijken.index[0]).sum())
    assert exploratory(table, wijken, NAMES, Choices(), CUT).n == len(table) - lost
