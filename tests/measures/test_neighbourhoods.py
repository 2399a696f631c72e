"""The figures of every buurt: a rate only where it means something, and a deviation beside the buurt it belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures import neighbourhoods


@pytest.fixture
def buurten():
    codes = ["BU00010001", "BU00010002", "BU00010003", "BU00010004", "BU00020001"]
    table = pd.DataFrame({
        "misdrijven_2022": [40, 40, 3, 10, 10], "misdrijven_2023": [60, 60, 3, 10, 10],
        "misdrijven_2024": [50, 50, 3, np.nan, 10], "inwoners_2024": [1000, 1000, 40, 1000, 1000],
        "verhouding_2024_2017": [1.0, 2.5, 1.0, 1.0, 1.0], "gemeentecode": ["GM0001"] * 4 + ["GM0002"],
    }, index=pd.Index(codes, name="buurtcode"))  # fmt: skip
    return table.assign(**{name: 1 for name in neighbourhoods.FIGURES if name != neighbourhoods.CRIME_RATE})


def test_crimes_are_a_rate_where_the_buurt_is_the_same_and_large_enough(buurten):
    rate = neighbourhoods.figures(buurten)[neighbourhoods.CRIME_RATE]
    assert rate.iloc[0] == 50
    assert rate.iloc[1:4].isna().all()


def test_a_deviation_stands_beside_its_buurt_and_the_others_stay(buurten):
    found = pd.DataFrame({"afwijking": [0.1], "laag": [0.0], "hoog": [0.2]}, index=["BU00010002"])
    table = neighbourhoods.of_city(buurten, "GM0001", found)
    assert len(table) == 4 and list(table.columns) == [*neighbourhoods.FIGURES, *neighbourhoods.DEVIATION]
    assert table.afwijking.dropna().to_dict() == {"BU00010002": 0.1}
    assert table.rang.isna().all()
