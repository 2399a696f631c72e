"""Groups of buurten side by side: means over inhabitants, tenths over buurten."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.measures.describe import describe


@pytest.fixture
def group() -> pd.DataFrame:
    return pd.DataFrame({
        "gewicht": [1000.0, 3000.0, 1000.0], "belasting": [10.0, 20.0, np.nan], "uitkomst": [0.1, -0.1, 0.3],
        "pct_65plus_2017": [10.0, 20.0, 30.0], "pct_midden_2017": [30.0, 30.0, 30.0],
        "pct_hoogste20_2017": [5.0, 10.0, 15.0], "dichtheid_2017": [5000.0, 7000.0, 9000.0],
        "woz_2017": [200.0, 300.0, 400.0],
    })  # fmt: skip


def row(table: pd.DataFrame, label: str, group: str = "Stad") -> pd.Series:
    return table[(table.kenmerk == label) & (table.groep == group)].iloc[0]


def test_the_mean_counts_inhabitants(group):
    found = row(describe({"Stad": group}, Choices()), "65-plussers")
    assert found.gemiddelde == pytest.approx((10 * 1000 + 20 * 3000 + 30 * 1000) / 5000)


def test_the_tenths_count_buurten(group):
    found = row(describe({"Stad": group}, Choices()), "Bevolkingsdichtheid")
    assert (found.p10, found.p50, found.p90) == pytest.approx((5400, 7000, 8600))


def test_a_buurt_without_the_figure_is_left_out_of_that_figure_only(group):
    table = describe({"Stad": group}, Choices())
    burden = row(table, "Huishoudens onder of rond het sociaal minimum")
    assert (burden.n, burden.gemiddelde) == (2, 17.5)
    assert row(table, "Overlast en onveiligheid (onv)").n == 3


def test_every_figure_has_every_group_with_its_unit(group):
    table = describe({"Stad": group, "Alle": group.assign(pct_65plus_2017=50.0)}, Choices())
    assert (table.groupby("kenmerk").groep.agg(list).map(tuple) == ("Stad", "Alle")).all()
    assert row(table, "65-plussers", "Alle").gemiddelde == 50
    assert (table.eenheid.str.len() > 0).all()
    assert row(table, "Woningwaarde (WOZ)").eenheid == "duizend euro"
    assert row(table, "Bevolkingsdichtheid").eenheid == "inwoners per km²"


def test_labels_follow_the_income_measure(group):
    assert "Huishoudens met een laag inkomen" in set(
        describe({"Stad": group}, Choices(inkomensmaat="laag_inkomen")).kenmerk
    )
