"""Reading and writing the dataset: checked on the way in and on the way out."""

from __future__ import annotations

import hashlib
import json
import os
import shutil

import geopandas as gpd
import pandas as pd
import pytest

from analysis.dataset import schema, store
from analysis.errors import InvalidInput
from analysis.paths import DATA


def spoil(data, file: str, old: str, new: str) -> None:
    """Change the first occurrence of a text in a file, and describe the file as it is now."""
    text = (data / file).read_text(encoding="utf-8")
    assert old in text
    (data / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    package = schema.describe(data)
    (item,) = (item for item in package["resources"] if item["path"] == file)
    content = (data / file).read_bytes()
    item["bytes"], item["hash"] = len(content), "sha256:" + hashlib.sha256(content).hexdigest()
    (data / schema.DESCRIPTION).write_text(json.dumps(package, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    schema.of_table.cache_clear()


NOT_DESCRIBED = "is niet het bestand dat datapackage.json beschrijft.*git checkout data.*data beschrijf"


def test_a_table_that_lost_rows_is_refused(data):
    """114 rows of Amsterdam gone: still valid by its schema, and 186 of 539 published numbers differ."""
    path = data / "buurten.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    with pytest.raises(InvalidInput, match=NOT_DESCRIBED):
        store.read("buurten", data)


@pytest.mark.parametrize("file", ["buurten.csv", "koppeling.csv", "ijkpunten.csv", "kaarten.gpkg"])
@pytest.mark.parametrize("damage", ["cut", "one byte", "line ends"])
def test_a_file_with_other_bytes_is_refused_with_what_to_do(file, damage, data):
    path = data / file
    content = path.read_bytes()
    changed = {
        "cut": content[: len(content) * 2 // 3],
        "one byte": content[:-2] + bytes([content[-2] ^ 1]) + content[-1:],
        "line ends": content.replace(b"\n", b"\r\n"),
    }[damage]
    path.write_bytes(changed)
    with pytest.raises(InvalidInput, match=NOT_DESCRIBED):
        store.read_map("wijken", data) if file.endswith("gpkg") else store.read(path.stem, data)


def test_a_change_by_hand_is_read_after_it_is_described(data, bare_hand_written):
    path = data / "buurten.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Kop Zeedijk", "Kop van de Zeedijk", 1), encoding="utf-8")
    assert store.describe_again(data) == ["buurten.csv"]
    assert store.read("buurten", data).buurtnaam["BU03630000"] == "Kop van de Zeedijk"
    assert store.describe_again(data) == []


def test_a_change_by_hand_that_breaks_the_schema_is_not_described(data, bare_hand_written):
    path = data / "buurten.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",90.1,", ",190.1,", 1), encoding="utf-8")
    before = (data / schema.DESCRIPTION).read_bytes()
    with pytest.raises(InvalidInput, match=r"190\.1"):
        store.describe_again(data)
    assert (data / schema.DESCRIPTION).read_bytes() == before


@pytest.fixture
def bare_hand_written(data):
    """The tables that are written by hand, beside those that were built."""
    for name in ("bewijs.csv", "instrumenten.csv", "kader.csv"):
        shutil.copy(DATA / name, data)


def test_a_table_is_read_by_its_key(data):
    assert store.read("buurten", data).index.name == "buurtcode"
    assert store.read("grenzen", data).index.names == ["buurtcode_a", "buurtcode_b"]


def test_codes_and_names_stay_text_and_empty_cells_missing(data):
    buurten = store.read("buurten", data)
    assert buurten.gemeentecode.map(type).eq(str).all()
    assert buurten.pct_koop_2017.isna().sum() == 13


@pytest.mark.parametrize("name", ["NA", "None", "nan"])
def test_a_buurt_called_na_keeps_its_name(name, data):
    spoil(data, "buurten.csv", "Kop Zeedijk", name)
    assert store.read("buurten", data).buurtnaam["BU03630000"] == name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",90.1,", ",190.1,", "'pct_regie_2020', rij 2: 190.1"),
        ("code en naam", "op gevoel", "'koppeling'.*op gevoel"),
        ("BU03630001,", "BU03630000,", "'buurtcode', rij 6: 'BU03630000'"),
        ("BU03630001,Oude Kerk e.o.", "BU03630001,", "'buurtnaam'"),
        (",90.1,", ",veel,", "pct_regie_2020"),
        ("onv_2018", "onv_18", "kolom 'onv_18' staat niet in de beschrijving"),
    ],
)
def test_a_table_that_breaks_its_schema_is_refused_when_read(old, new, said, data):
    spoil(data, "buurten.csv", old, new)
    with pytest.raises(InvalidInput, match=f"'buurten' klopt niet met datapackage.json: .*{said}"):
        store.read("buurten", data)


def test_an_unknown_table_is_refused_with_the_known_ones(data):
    with pytest.raises(InvalidInput, match=r"'straten'.*er zijn: .*buurten.*gemeenten.*wijken"):
        store.read("straten", data)


def test_an_unknown_layer_is_refused_with_the_known_ones(data):
    with pytest.raises(InvalidInput, match=r"'straten'.*er zijn: wijken, gemeenten, amsterdam_buurten, buurtpunten"):
        store.read_map("straten", data)


@pytest.mark.parametrize("file", ["buurten.csv", "kaarten.gpkg"])
def test_a_missing_file_is_refused_with_what_to_do(file, data):
    (data / file).unlink()
    with pytest.raises(InvalidInput, match=rf"{file} ontbreekt: .*git checkout"):
        store.read("buurten", data) if file.endswith("csv") else store.read_map("wijken", data)


def test_a_reader_cannot_change_what_the_next_one_gets(data):
    first = store.read("buurten", data)
    first["onv_2018"] = 9.0
    assert store.read("buurten", data).onv_2018.max() < 9
    shapes = store.read_map("wijken", data)
    shapes["naam"] = "weg"
    assert "weg" not in set(store.read_map("wijken", data).naam)


def rewritten(data) -> tuple[dict[str, pd.DataFrame], dict[str, gpd.GeoDataFrame]]:
    """Everything in the dataset, to write again."""
    names = ["buurten", "wijken", "gemeenten", "koppeling", "koppeling_gemeenten", "grenzen"]
    return {name: store.read(name, data) for name in names}, {
        layer: store.read_map(layer, data) for layer in store.LAYERS
    }


def test_reading_and_writing_changes_no_byte(data):
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    store.write(*rewritten(data), data)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


@pytest.mark.parametrize("change", [{"nieuw": 1}, {"onv_2018": None}])
def test_a_table_with_other_columns_than_described_is_not_written(change, data):
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    tables, maps = rewritten(data)
    ((column, value),) = change.items()
    buurten = tables["buurten"]
    tables["buurten"] = buurten.drop(columns=column) if value is None else buurten.assign(**change)
    with pytest.raises(InvalidInput, match=rf"andere kolommen.*{column}"):
        store.write(tables, maps, data)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def test_a_wrong_table_at_the_end_keeps_the_right_ones_before_it_from_being_written(data):
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    tables, maps = rewritten(data)
    tables["buurten"] = tables["buurten"].assign(buurtnaam="Anders")
    tables["gemeenten"] = tables["gemeenten"].assign(inwoners_2017=-1.0)
    with pytest.raises(InvalidInput, match=r"'gemeenten'.*inwoners_2017.*-1"):
        store.write(tables, maps, data)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


@pytest.mark.parametrize("before", [None, "2001-01-01T00:00:00Z"])
def test_the_fixed_moment_of_the_maps_is_given_back(before, data, monkeypatch):
    monkeypatch.delenv("OGR_CURRENT_DATE", raising=False)
    if before:
        monkeypatch.setenv("OGR_CURRENT_DATE", before)
    store.write(*rewritten(data), data)
    assert os.environ.get("OGR_CURRENT_DATE") == before


def test_whole_numbers_are_written_without_a_point(data):
    header, first = (data / "koppeling.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert dict(zip(header.split(","), first.split(","), strict=True))["inwoners_2017"] == "1000"
