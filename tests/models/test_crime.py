"""Crime counted in other ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.measures.sample import prepare
from analysis.models import crime


def invented(slope: float = 0.02) -> pd.DataFrame:
    """Two cities whose crimes rise by `slope` (log) per point of burden, nearly exactly, whatever the year."""
    random = np.random.default_rng(3)
    rows = []
    for code, level in (("GM0363", 0.04), ("GM0599", 0.02)):
        for at in range(90):
            burden = float(random.uniform(2, 25))
            people = float(random.integers(1000, 6000))
            rows.append({"gemeentecode": code, "wijkcode": f"WK{code[2:]}{at // 3:02d}", "pct_sociaal_minimum_2017": burden,
                         "inwoners_2017": people, "inwoners_2024": people, "verhouding_2024_2017": 1.0, "onv_2018": 0.0,
                         **{f"misdrijven_{year}": people * level * np.exp(slope * burden) * random.normal(1, 0.01) for year in range(2021, 2026)}})  # fmt: skip
    table = pd.DataFrame(rows)
    return prepare(
        table.assign(pct_laagste40_2017=40.0, pct_hoogste20_2017=20.0, dichtheid_2017=1000.0, woz_2017=200.0)
    )


def test_every_way_of_counting_finds_the_same_slope():
    found = crime.sensitivity(invented(), Choices())
    assert set(found.index.get_level_values("plaats")) == {"Amsterdam", "andere steden"}
    assert len(found) == 14
    np.testing.assert_allclose(found.value, 100 * np.expm1(0.2), rtol=0.03)


def test_a_year_that_differs_moves_only_its_own_row():
    table = invented()
    changed = crime.sensitivity(
        table.assign(misdrijven_2021=table.misdrijven_2021 * np.exp(0.03 * table.pct_sociaal_minimum_2017)), Choices()
    )
    moved = (changed.value - crime.sensitivity(table, Choices()).value).abs() > 1
    assert [variant.startswith("2021") for _, variant in moved.index[moved]] == [True, True]


def test_counts_are_weighted_by_crimes_and_carry_an_interval_around_the_value():
    random = np.random.default_rng(5)
    table = invented()
    noisy = table.assign(
        **{f"misdrijven_{year}": random.poisson(table[f"misdrijven_{year}"]) for year in range(2021, 2026)}
    )
    found = crime.sensitivity(prepare(noisy), Choices())
    assert ((found.low < found.value) & (found.value < found.high)).all()
    assert found.value.to_numpy() == pytest.approx(100 * np.expm1(0.2), abs=8)
