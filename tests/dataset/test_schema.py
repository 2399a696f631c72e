"""The schemas come from the one description of the data, and refuse what it forbids."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.dataset import schema, store
from analysis.errors import InvalidInput


@pytest.fixture
def buurten(data) -> pd.DataFrame:
    """The small table of buurten, key included, in the order of the schema."""
    return store.read("buurten", data).reset_index()


def refusal(table: pd.DataFrame, folder: Path) -> str:
    with pytest.raises(InvalidInput) as stopped:
        schema.check(table, "buurten", folder)
    assert "'buurten'" in str(stopped.value)
    return str(stopped.value)


def test_the_table_as_it_was_built_passes(buurten, data):
    assert len(schema.check(buurten, "buurten", data)) == len(buurten)


@pytest.mark.parametrize("column", ["pct_sociaal_minimum_2017", "pct_regie_2020", "pct_koop_2017"])
@pytest.mark.parametrize("share", [101.0, -0.5])
def test_a_share_outside_0_to_100_is_refused_with_column_row_and_value(column, share, buurten, data):
    buurten.loc[5, column] = share
    sentence = refusal(buurten, data)
    assert f"kolom {column!r}, rij 5" in sentence and str(share) in sentence


def test_a_doubled_key_is_refused_with_its_code(buurten, data):
    buurten.loc[4, "buurtcode"] = buurten.buurtcode[3]
    sentence = refusal(buurten, data)
    assert "'buurtcode'" in sentence and buurten.buurtcode[3] in sentence


@pytest.mark.parametrize("column", ["onv_2018", "buurtnaam", "buurtcode", "koppeling"])
def test_a_missing_column_is_refused_by_name(column, buurten, data):
    assert column in refusal(buurten.drop(columns=column), data)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("buurtcode", "BU363A00"), ("gemeentecode", "0363"), ("koppeling", "op gevoel"), ("onv_2018", 3.5),
        ("inwoners_2017", -5.0), ("buurtnaam", None),
    ],
)  # fmt: skip
def test_what_the_description_forbids_is_refused(column, value, buurten, data):
    buurten[column] = buurten[column].astype(object)
    buurten.loc[2, column] = value
    assert f"kolom {column!r}" in refusal(buurten, data)


def test_text_where_a_number_belongs_is_refused(buurten, data):
    buurten["onv_2018"] = buurten.onv_2018.astype(object)
    buurten.loc[2, "onv_2018"] = "hoog"
    assert "onv_2018" in refusal(buurten, data)


def test_the_description_is_the_source_of_the_schema(buurten, data):
    """Widen a limit in the description and the same table passes: nothing is written down twice."""
    buurten.loc[5, "pct_regie_2020"] = 101.0
    path = data / schema.DESCRIPTION
    package = json.loads(path.read_text(encoding="utf-8"))
    (fields,) = (item["schema"]["fields"] for item in package["resources"] if item["name"] == "buurten")
    (field,) = (field for field in fields if field["name"] == "pct_regie_2020")
    field["constraints"]["maximum"] = 102
    path.write_text(json.dumps(package), encoding="utf-8")
    schema.of_table.cache_clear()
    assert schema.check(buurten, "buurten", data).pct_regie_2020.max() == 101


def test_every_column_and_key_of_the_description_is_in_the_schema():
    for item in schema.describe()["resources"]:
        if "schema" not in item:
            continue
        derived = schema.of_table(item["name"])
        assert list(derived.columns) == [field["name"] for field in item["schema"]["fields"]]
        keys = item["schema"]["primaryKey"]
        unique = derived.unique or [name for name, column in derived.columns.items() if column.unique]
        assert set(keys) <= set(unique), item["name"]


def test_an_unknown_table_is_refused_with_the_known_ones(data):
    with pytest.raises(InvalidInput, match=r"'buurtjes' staat niet in datapackage.json; er zijn: .*buurten.*wijken"):
        schema.resource("buurtjes", data)


def test_a_missing_description_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="git checkout"):
        schema.describe(tmp_path)
