"""The measure of veerkracht: what is planted is found, and noise is not taken for a finding."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.choices import YEARS, Choices
from analysis.models.deviation import CERTAIN, FEWEST_BUURTEN, TYPE_ORDER, TYPES, UNDECIDED, deviations, type_shares

DRAWS = 200
NOISE = 0.03


def city(n: int = 100, seed: int = 1, yearly: float = NOISE, lasting: float = NOISE, wijken: int = 25) -> pd.DataFrame:
    """A city on a straight line; part of the noise lasts over the years, part is new each year."""
    random = np.random.default_rng(seed)
    burden = np.linspace(2, 22, n)
    table = pd.DataFrame({
        "buurtnaam": [f"Buurt {number}" for number in range(n)],
        "wijkcode": [f"WK0363{number % wijken:02d}" for number in range(n)],
        "gemeentecode": "GM0363", "inwoners_2017": random.integers(800, 6000, n).astype(float),
        "pct_sociaal_minimum_2017": burden, "pct_laag_inkomen_2017": 0.9 * burden + random.normal(0, 0.3, n),
        "pct_laagste40_2017": 30 + burden,
    }, index=[f"BU0363{number:04d}" for number in range(n)])  # fmt: skip
    own = random.normal(0, lasting, n)
    for year in YEARS:
        table[f"onv_{year}"] = 0.2 - 0.02 * burden + own + random.normal(0, yearly, n)
    return table


def plant(table: pd.DataFrame, place: int, size: float) -> str:
    """Make one buurt safer (or less safe) in every year; returns its code."""
    code = table.index[place]
    table.loc[code, [f"onv_{year}" for year in YEARS]] += size
    return code


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, dict[str, tuple[bool, bool]]]:
    table = city()
    wanted = {
        plant(table, 90, 0.5): (True, True), plant(table, 85, -0.5): (True, False),
        plant(table, 10, 0.5): (False, True), plant(table, 15, -0.5): (False, False),
    }  # fmt: skip
    return deviations(table, Choices(), DRAWS), wanted


def test_a_planted_buurt_gets_its_type(planted):
    found, wanted = planted
    assert found.loc[list(wanted), "type"].tolist() == [TYPES[kind] for kind in wanted.values()]
    assert (found.loc[list(wanted), "zeker"] >= CERTAIN).all()


def test_a_planted_deviation_has_its_size(planted):
    found, wanted = planted
    for code, (_, safer) in wanted.items():
        assert found.afwijking[code] == pytest.approx(0.5 if safer else -0.5, abs=0.15)
        assert found.laag[code] * found.hoog[code] > 0, "een grote afwijking is ook in haar interval zeker"


def test_ranks_run_from_least_safe_to_safest_within_their_interval(planted):
    found, wanted = planted
    assert found.sort_values("afwijking").rang.tolist() == list(range(1, len(found) + 1))
    assert (found.rang_laag <= found.rang_hoog).all()
    assert found[["rang_laag", "rang_hoog"]].stack().between(1, len(found)).all()
    assert ((found.rang_laag <= found.rang) & (found.rang <= found.rang_hoog)).mean() > 0.95
    for code, (_, safer) in wanted.items():
        assert found.rang_laag[code] >= len(found) - 3 if safer else found.rang_hoog[code] <= 4


def test_a_buurt_in_the_middle_of_the_burden_has_no_certain_type():
    """Half of the draws call it burdened, half do not, however safe it is."""
    table = city(yearly=0.001, lasting=0.001)
    table.pct_laag_inkomen_2017 = table.pct_sociaal_minimum_2017.to_numpy().copy()
    order = (table.inwoners_2017.cumsum() / table.inwoners_2017.sum()).to_numpy()
    middle = int(np.searchsorted(order, 0.5))
    code = plant(table, middle + 1, 0.5)
    table.loc[code, "pct_laag_inkomen_2017"] = 2.0
    found = deviations(table, Choices(), DRAWS)
    assert found.afwijking[code] > 0.4
    assert found["type"][code] == UNDECIDED


@pytest.mark.parametrize("seed", range(3))
def test_noise_that_is_new_each_year_gives_mostly_no_type(seed):
    found = deviations(city(200, seed, lasting=0.0), Choices(), DRAWS)
    assert (found.type == UNDECIDED).mean() > 0.6


def test_noise_that_is_new_each_year_is_called_certain_at_most_one_time_in_ten():
    share = [(deviations(city(200, seed, lasting=0.0), Choices(), DRAWS).type != UNDECIDED).mean() for seed in range(3)]
    assert np.mean(share) <= 1 - CERTAIN


def test_the_interval_contains_the_centre():
    found = deviations(city(), Choices(), DRAWS)
    assert ((found.laag <= found.afwijking) & (found.afwijking <= found.hoog)).all()
    assert (found.laag < found.hoog).all()


@pytest.mark.parametrize("change", [{"peiljaar": 2014}, {"peiljaar": 2020}, {"inkomensmaat": "laag_inkomen"}])
def test_the_interval_contains_the_centre_for_other_choices(change):
    found = deviations(city(), dataclasses.replace(Choices(), **change), DRAWS)
    assert ((found.laag <= found.afwijking) & (found.afwijking <= found.hoog)).mean() > 0.98


def test_the_centre_is_what_the_citys_own_curve_does_not_predict():
    """Weighted residuals of a curve with a constant add up to nothing, and have nothing left of the burden."""
    found = deviations(city(), Choices(), DRAWS)
    assert (found.gewicht * found.afwijking).sum() / found.gewicht.sum() == pytest.approx(0, abs=1e-10)
    assert (found.gewicht * found.afwijking * found.belasting).sum() / found.gewicht.sum() == pytest.approx(0, abs=1e-9)


def test_the_same_seed_gives_the_same_and_another_seed_nearly_so():
    table = city()
    first, again = (deviations(table, Choices(), DRAWS) for _ in range(2))
    other = deviations(table, Choices(zaad=7), DRAWS)
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_series_equal(first.afwijking, other.afwijking)
    assert not first.laag.equals(other.laag)
    assert (first.laag - other.laag).abs().max() < NOISE
    assert (first.hoog - other.hoog).abs().max() < NOISE
    assert (first.type == other.type).mean() > 0.9


@pytest.mark.parametrize("year", [2014, 2020])
def test_a_buurt_that_misses_a_year_is_judged_by_the_others(year):
    table = city(yearly=0.005, lasting=0.005)
    safe = plant(table, 90, 0.5)
    table.loc[[safe, table.index[40]], f"onv_{year}"] = np.nan
    found = deviations(table, Choices(), DRAWS)
    assert len(found) == len(table)
    assert found["type"][safe] == TYPES[True, True]
    assert found[["afwijking", "laag", "hoog", "zeker"]].notna().all(axis=None)


def test_a_buurt_that_misses_the_year_of_the_figures_is_left_out():
    table = city()
    table.loc[table.index[:3], "onv_2018"] = np.nan
    assert list(deviations(table, Choices(), DRAWS).index) == list(table.index[3:])


def test_too_few_buurten_give_an_empty_table_with_the_same_columns():
    found = deviations(city(FEWEST_BUURTEN - 1), Choices(), DRAWS)
    assert len(found) == 0
    assert {"belasting", "uitkomst", "gewicht", "afwijking", "laag", "hoog", "zeker", "type"} <= set(found.columns)
    assert len(deviations(city(FEWEST_BUURTEN), Choices(), 50)) == FEWEST_BUURTEN


def test_the_shares_of_the_types_add_up_to_100_percent(planted):
    shares = type_shares(planted[0])
    assert list(shares.index) == list(TYPE_ORDER)
    assert shares.sum() == pytest.approx(100)


def test_the_shares_count_inhabitants_and_name_every_type():
    table = pd.DataFrame({"type": [TYPE_ORDER[0], TYPE_ORDER[0], UNDECIDED], "gewicht": [1000.0, 2000.0, 1000.0]})
    assert type_shares(table).tolist() == [75, 0, 0, 0, 25]


def test_a_year_that_the_whole_city_misses_is_passed_over():
    found = deviations(city().assign(onv_2014=np.nan), Choices(), DRAWS)
    assert found[["laag", "hoog", "zeker"]].notna().all(axis=None)


def test_the_interval_contains_the_centre_for_a_measure_of_income_unlike_the_others():
    table = city()
    table.pct_laagste40_2017 = np.random.default_rng(1).permutation(table.pct_laagste40_2017)
    found = deviations(table, Choices(inkomensmaat="laagste_40"), DRAWS)
    assert ((found.laag <= found.afwijking) & (found.afwijking <= found.hoog)).mean() > 0.98


def test_the_shares_of_an_empty_city_are_zero():
    assert type_shares(deviations(city(FEWEST_BUURTEN - 1), Choices(), DRAWS)).tolist() == [0] * len(TYPE_ORDER)
