"""One choice changed at a time: each row is the slope under that choice."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.choices import INCOME_MEASURES, Choices
from analysis.measures.sample import REGISTER_CUT, select
from analysis.models.response import slope
from analysis.models.sensitivity import slopes


@pytest.fixture
def city() -> pd.DataFrame:
    random = np.random.default_rng(1)
    n = 120
    x = random.gamma(4, 2.5, n)
    return pd.DataFrame({
        "wijkcode": [f"WK{number % 30:02d}" for number in range(n)],
        "inwoners_2017": random.integers(250, 9000, n).astype(float),
        "pct_sociaal_minimum_2017": x, "pct_laag_inkomen_2017": x + random.normal(0, 0.5, n),
        "pct_laagste40_2017": 30 + 2 * x + random.normal(0, 3, n),
        "onv_2014": 0.2 - 0.01 * x + random.normal(0, 0.05, n), "onv_2018": 0.2 - 0.02 * x + random.normal(0, 0.05, n),
        "onv_2020": 0.2 - 0.03 * x + random.normal(0, 0.05, n),
    })  # fmt: skip


def row(city: pd.DataFrame, variant: str, choices: Choices | None = None) -> pd.Series:
    return slopes(city, choices or Choices()).set_index("variant").loc[variant]


def test_every_choice_has_a_row_and_none_comes_twice(city):
    found = slopes(city, Choices()).variant
    assert found.tolist() == [
        "Zoals in de figuur", f"Buurten vanaf {REGISTER_CUT} inwoners", "Elke buurt telt even zwaar", "Fouten per wijk",
        "Leefbaarometer 2014", "Leefbaarometer 2020", "Huishoudens met een laag inkomen",
        "Huishoudens in de landelijk laagste 40 % van inkomens",
    ]  # fmt: skip
    assert found.is_unique


def test_the_central_choice_is_not_repeated_as_a_variant(city):
    found = slopes(city, Choices(peiljaar=2014, inkomensmaat="laag_inkomen")).variant.tolist()
    assert "Leefbaarometer 2014" not in found
    assert "Leefbaarometer 2018" in found
    assert "Huishoudens met een laag inkomen" not in found
    assert "Huishoudens onder of rond het sociaal minimum" in found


@pytest.mark.parametrize(
    ("variant", "change", "options"),
    [
        ("Zoals in de figuur", {}, {}),
        (f"Buurten vanaf {REGISTER_CUT} inwoners", {"ondergrens": REGISTER_CUT}, {}),
        ("Elke buurt telt even zwaar", {}, {"weighted": False}),
        ("Fouten per wijk", {}, {"errors": "wijk"}),
        ("Leefbaarometer 2020", {"peiljaar": 2020}, {}),
        ("Huishoudens met een laag inkomen", {"inkomensmaat": "laag_inkomen"}, {}),
    ],
)
def test_each_row_is_the_slope_under_that_one_choice(variant, change, options, city):
    expected = slope(select(city, dataclasses.replace(Choices(), **change)), **options)
    found = row(city, variant)
    assert (found.value, found.low, found.high) == pytest.approx(
        (10 * expected.value, 10 * expected.low, 10 * expected.high)
    )
    assert (found.n, found.errors) == (expected.n, expected.errors)


def test_the_planted_differences_between_years_come_out(city):
    found = slopes(city, Choices()).set_index("variant").value
    assert found["Leefbaarometer 2014"] == pytest.approx(-0.1, abs=0.05)
    assert found["Zoals in de figuur"] == pytest.approx(-0.2, abs=0.05)
    assert found["Leefbaarometer 2020"] == pytest.approx(-0.3, abs=0.05)


def test_a_lower_cut_brings_in_more_buurten(city):
    found = slopes(city, Choices()).set_index("variant").n
    assert found[f"Buurten vanaf {REGISTER_CUT} inwoners"] == len(city)
    assert found["Zoals in de figuur"] == (city.inwoners_2017 >= 500).sum() < len(city)


def test_in_standard_deviations_the_spread_of_an_income_measure_does_not_matter(city):
    """Stretching a measure shrinks its slope, not its standardised slope."""
    label = "Huishoudens met een laag inkomen"
    column = INCOME_MEASURES["laag_inkomen"].column
    before, after = row(city, label), row(city.assign(**{column: 3 * city[column]}), label)
    assert after.value == pytest.approx(before.value / 3)
    assert after.standardised == pytest.approx(before.standardised)
