"""Characteristics of the sitting residents: derived, declared in blocks, and left out where nearly nobody has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.context import CHARACTERISTICS, FEWEST_BUURTEN, TENURE, add, available


def table(n: int = 30) -> pd.DataFrame:
    random = np.random.default_rng(1)
    low = random.uniform(20, 60, n)
    return pd.DataFrame({
        "pct_laagste40_2017": low, "pct_hoogste20_2017": random.uniform(0, 20, n), "pct_65plus_2017": 15.0,
        "dichtheid_2017": random.uniform(1000, 9000, n), "woz_2017": random.uniform(100, 500, n),
        "pct_corporatie_2017": 40.0, "pct_koop_2017": 30.0,
    })  # fmt: skip


def test_the_three_income_groups_are_all_households():
    found = add(table())
    total = found.pct_laagste40_2017 + found.pct_midden_2017 + found.pct_hoogste20_2017
    np.testing.assert_allclose(total, 100)


def test_logs_read_back():
    found = add(table())
    np.testing.assert_allclose(np.exp(found.dichtheid_log), found.dichtheid_2017)
    np.testing.assert_allclose(np.exp(found.woz_log), found.woz_2017)


@pytest.mark.parametrize(("source", "derived"), [("dichtheid_2017", "dichtheid_log"), ("woz_2017", "woz_log")])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_what_has_no_logarithm_is_missing_not_infinite(value, source, derived):
    before = table()
    before.loc[0, source] = value
    found = add(before)[derived]
    assert np.isnan(found[0])
    assert np.isfinite(found[1:]).all()


def test_an_unknown_share_makes_the_middle_unknown():
    before = table()
    before.loc[0, "pct_hoogste20_2017"] = np.nan
    assert np.isnan(add(before).pct_midden_2017[0])


def test_the_table_itself_is_left_alone():
    before = table()
    copy = before.copy()
    add(before)
    pd.testing.assert_frame_equal(before, copy)


def test_a_characteristic_that_too_few_buurten_have_is_left_out():
    found = add(table())
    found.loc[FEWEST_BUURTEN - 1 :, "pct_koop_2017"] = np.nan
    found.loc[FEWEST_BUURTEN:, "pct_corporatie_2017"] = np.nan
    assert [item.column for item in available(found)] == [
        *(item.column for item in CHARACTERISTICS),
        "pct_corporatie_2017",
    ]


def test_all_are_available_where_all_are_known():
    assert available(add(table())) == [*CHARACTERISTICS, *TENURE]


def test_characteristics_stand_in_the_blocks_that_the_design_names():
    blocks = [item.block for item in (*CHARACTERISTICS, *TENURE)]
    assert list(dict.fromkeys(blocks)) == ["levensfase", "inkomensmix", "dichtheid en woningwaarde", "eigendom"]
    labels = [item.label for item in (*CHARACTERISTICS, *TENURE)]
    assert len(set(labels)) == len(labels)


def test_characteristics_precede_the_outcome_of_2018_and_origin_is_none_of_them():
    columns = [item.column for item in (*CHARACTERISTICS, *TENURE)]
    assert all(column.endswith(("_2017", "_log")) for column in columns)
    assert not any("herkomst" in column or "migratie" in column for column in columns)
