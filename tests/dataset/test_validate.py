"""Each check on the raw figures can fail, and then says where: file, row and value."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.dataset import validate
from analysis.errors import InvalidInput

FILE = "map/tabel.csv"
PARTS = ("fys", "onv")


def scores() -> pd.DataFrame:
    return pd.DataFrame({
        "bu_code": ["BU00010001", "BU00010001", "BU00010002"], "jaar": [2018, 2020, 2018],
        "fys": [0.1, 0.2, None], "onv": [0.3, -0.1, 0.5], "afw": [0.4, 0.1, 0.5],
    }, index=[7, 8, 9])  # fmt: skip


def kwb() -> pd.DataFrame:
    return pd.DataFrame(validate.NATIONAL_2017, index=["NL00", "BU00010001"])


def test_sound_tables_pass():
    validate.additive_identity(scores(), FILE, "afw", PARTS)
    validate.one_row_per(scores(), FILE, ["bu_code", "jaar"])
    validate.national_row(kwb(), FILE)
    validate.shares(kwb(), FILE, ["HuishoudensMetEenLaagInkomen"])
    validate.all_present(["a", "b"], ["a"], FILE, "wijken")


@pytest.mark.parametrize("error", [0.01, -1e-6])
def test_parts_that_do_not_add_up_are_refused(error):
    table = scores()
    table.loc[8, "onv"] += error
    with pytest.raises(InvalidInput, match=rf"{FILE}, rij 8 \(BU00010001, 2020\): afw = 0.100000") as stopped:
        validate.additive_identity(table, FILE, "afw", PARTS)
    assert f"{abs(error):.6f}" in str(stopped.value)


def test_the_worst_row_is_named():
    table = scores()
    table["afw"] += [0.1, 0.2, 0.0]
    with pytest.raises(InvalidInput, match="rij 8"):
        validate.additive_identity(table, FILE, "afw", PARTS)


def test_rounding_of_the_last_digits_is_no_error():
    table = scores()
    table.loc[8, "onv"] += 1e-12
    validate.additive_identity(table, FILE, "afw", PARTS)


def test_a_second_row_for_a_buurt_and_year_is_refused():
    table = scores()
    table.loc[8, "jaar"] = 2018
    with pytest.raises(InvalidInput, match=rf"{FILE}, rij 8: .*BU00010001.*2018.*meer dan één keer"):
        validate.one_row_per(table, FILE, ["bu_code", "jaar"])


@pytest.mark.parametrize("column", validate.NATIONAL_2017)
@pytest.mark.parametrize("value", [1.0, float("nan")])
def test_another_national_row_is_refused(column, value):
    table = kwb()
    table.loc["NL00", column] = value
    with pytest.raises(InvalidInput, match=f"{FILE}, rij NL00: {column} is {value}, maar CBS publiceerde"):
        validate.national_row(table, FILE)


def test_a_table_without_the_national_row_is_refused():
    with pytest.raises(InvalidInput, match=f"{FILE}: .*NL00"):
        validate.national_row(kwb().drop("NL00"), FILE)


@pytest.mark.parametrize("value", [100.1, -0.1, 1000.0])
def test_a_share_outside_0_to_100_is_refused(value):
    table = kwb()
    table.loc["BU00010001", "HuishoudensMetEenLaagInkomen"] = value
    with pytest.raises(InvalidInput, match=f"{FILE}, rij BU00010001: HuishoudensMetEenLaagInkomen is {value}"):
        validate.shares(table, FILE, list(validate.NATIONAL_2017)[1:])


@pytest.mark.parametrize("value", [0.0, 100.0, float("nan")])
def test_the_ends_and_a_missing_share_are_allowed(value):
    validate.shares(pd.DataFrame({"pct": [value]}, index=["BU00010001"]), FILE, ["pct"])


def test_missing_codes_are_counted_and_the_first_is_named():
    with pytest.raises(InvalidInput, match=f"{FILE}: 2 wijken ontbreken, te beginnen met WK2"):
        validate.all_present(["WK1"], ["WK3", "WK1", "WK2"], FILE, "wijken")
