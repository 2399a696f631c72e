"""Households: an estimate, with an error that is read where dwellings were counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.dataset import store
from analysis.levers import households


@pytest.fixture
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    wijken = pd.DataFrame({
        "gemeentecode": ["GM0363", "GM0363", "GM0002", "GM0002"], "inwoners_2022": [2000.0, 3000.0, 4400.0, 100.0],
        "woningen_2022": [1000.0, 1500.0, 2000.0, 4.0],
    }, index=["WK036300", "WK036301", "WK000200", "WK000201"])  # fmt: skip
    buurten = pd.DataFrame({
        "gemeentecode": ["GM0363", "GM0363", "GM0363", "GM0002", "GM0002", "GM0003"],
        "wijkcode": ["WK036300", "WK036300", "WK036301", "WK000200", "WK000201", "WK000300"],
        "inwoners_2017": [1000.0, 800.0, 2000.0, 2200.0, 0.0, 690.0], "woningen_2017": [500.0, 440.0, 900.0, np.nan, np.nan, np.nan],
    })  # fmt: skip
    return buurten, wijken


def test_the_wijk_gives_the_persons_per_dwelling(tables):
    found = households.estimate(*tables)
    assert found.huishoudens[:3].tolist() == [500, 400, 1000]
    assert found.huishoudens_uit[0] == "wijk"


def test_a_wijk_that_cannot_be_right_gives_way_to_the_gemeente_and_then_to_the_country(tables):
    buurten, wijken = tables
    found = households.estimate(buurten.assign(inwoners_2017=buurten.inwoners_2017.replace(0, 220)), wijken)
    assert found.huishoudens[4] == pytest.approx(
        100
    )  # 25 persons per dwelling is no household: 4400 / 2000 of the rest
    assert found.huishoudens_uit[4] == "gemeente"
    assert found.huishoudens[5] == pytest.approx(690 / (9400 / 4500))


def test_nobody_lives_in_no_household(tables):
    assert np.isnan(households.estimate(*tables).huishoudens[4])


def test_the_error_is_that_of_the_buurten_whose_dwellings_were_counted(tables):
    buurten, wijken = tables
    logs = np.log([500 / 500, 400 / 440, 1000 / 900])
    low, high = np.quantile(logs, households.MIDDLE)
    found = households.estimate(buurten, wijken)
    assert found.huishoudens_fout[0] == pytest.approx((high - low) / 2)
    assert found.huishoudens_fout[5] >= found.huishoudens_fout[0]


def test_in_amsterdam_the_estimate_lies_near_the_count():
    buurten, wijken = store.read("buurten"), store.read("wijken")
    ratio = households.checked(buurten, wijken).verhouding
    assert 0.95 < ratio.median() < 1.1
    assert ratio.between(0.8, 1.25).mean() > 0.75
