"""Where the pressure is, per city."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.choices import YEARS, Choices
from analysis.levers import need
from analysis.models.deviation import FEWEST_BUURTEN, TYPE_ORDER, deviations, type_shares


def city(code: str, n: int, seed: int, pressed: int = 0) -> pd.DataFrame:
    """A city on a straight line, of which the most burdened buurten are much less safe than that."""
    random = np.random.default_rng(seed)
    burden = np.linspace(2, 22, n)
    table = pd.DataFrame({
        "gemeentecode": code, "buurtnaam": "Buurt", "wijkcode": [f"WK{code[2:]}{number % 20:02d}" for number in range(n)],
        "inwoners_2017": random.integers(800, 6000, n).astype(float),
        "pct_sociaal_minimum_2017": burden, "pct_laag_inkomen_2017": 0.9 * burden,
    }, index=[f"BU{code[2:]}{number:04d}" for number in range(n)])  # fmt: skip
    own = np.where(np.isin(np.arange(n), np.arange(n - 20, n - 20 + pressed)), -0.4, 0.0)
    for year in YEARS:
        table[f"onv_{year}"] = 0.2 - 0.02 * burden + own + random.normal(0, 0.03, n)
    return table


NAMES = pd.DataFrame({"gemeentenaam": ["Rustig", "Onder druk", "Klein"]}, index=["GM0001", "GM0002", "GM0003"])


@pytest.fixture(scope="module")
def country() -> pd.DataFrame:
    return pd.concat([city("GM0001", 60, 1), city("GM0002", 80, 2, pressed=6), city("GM0003", FEWEST_BUURTEN - 1, 3)])


@pytest.fixture(scope="module")
def found(country) -> pd.DataFrame:
    return need.by_city(country, NAMES, Choices())


def test_a_city_without_a_curve_of_its_own_is_left_out(found):
    assert found.gemeente.to_dict() == {"GM0001": "Rustig", "GM0002": "Onder druk"}
    assert found.n.tolist() == [60, 80]


def test_the_burden_is_the_mean_over_inhabitants(country, found):
    own = country[country.gemeentecode == "GM0001"]
    expected = (own.pct_sociaal_minimum_2017 * own.inwoners_2017).sum() / own.inwoners_2017.sum()
    assert found.belasting["GM0001"] == pytest.approx(expected)


def test_each_city_is_judged_by_its_own_curve(country, found):
    for code in found.index:
        alone = deviations(country[country.gemeentecode == code], dataclasses.replace(Choices(), gemeentecode=code))
        assert found.loc[code, list(TYPE_ORDER)].tolist() == type_shares(alone).tolist()


def test_the_shares_of_each_city_add_up_to_100_percent(found):
    np.testing.assert_allclose(found[list(TYPE_ORDER)].sum(axis=1), 100)


def test_pressure_is_more_burdened_and_less_safe(found):
    pressed = need.pressed(found)
    assert pressed.name == "veel lage inkomens, minder veilig dan verwacht"
    assert pressed["GM0002"] > 4
    assert pressed["GM0002"] > pressed["GM0001"]


def test_shares_run_from_most_to_least_pressure_with_names_for_the_rows(found):
    shares = need.shares(found)
    assert list(shares.index) == ["Onder druk", "Rustig"]
    assert list(shares.columns) == list(TYPE_ORDER)
