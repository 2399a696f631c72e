"""Building on the small raw files: what comes out, twice the same, and nothing breaks the old dataset."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
import rawfiles
from shapely.affinity import translate

from analysis.dataset import harmonise, schema, store
from analysis.dataset.build import build
from analysis.errors import InvalidInput
from analysis.sources import amsterdam, cbs_kwb, cbs_map, leefbaarometer, politie, rivm

FILES = {
    "buurten.csv",
    "wijken.csv",
    "gemeenten.csv",
    "koppeling.csv",
    "koppeling_gemeenten.csv",
    "grenzen.csv",
    "kaarten.gpkg",
    "ijkpunten.csv",
    "datapackage.json",
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_building_writes_every_file_and_nothing_else(valid_data):
    assert set(contents(valid_data)) == FILES


def test_what_was_written_is_what_was_built(raw, empty):
    tables = build(raw, empty)
    for name, table in tables.items():
        back = store.read(name, empty)
        assert list(back.index) == list(table.index)
        assert set(back.columns) == set(table.columns)
    assert len(tables["buurten"]) == len(rawfiles.BUURTEN)


def test_building_twice_gives_the_same_bytes(raw, valid_data, empty):
    build(raw, empty)
    assert contents(empty) == contents(valid_data)
    build(raw, empty)
    assert contents(empty) == contents(valid_data)


def test_sizes_and_hashes_in_the_description_are_those_of_the_files(valid_data):
    built = {item["path"]: item for item in schema.describe(valid_data)["resources"] if item["path"] in FILES}
    assert set(built) == FILES - {"datapackage.json"}
    for path, item in built.items():
        content = (valid_data / path).read_bytes()
        assert item["bytes"] == len(content)
        assert item["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()


def test_every_buurt_of_2017_lands_on_its_own(valid_data):
    """Nothing changed, dealt out anew, or merged: the truth is known here."""
    links = store.read("koppeling", valid_data)
    assert links.buurtcode.to_dict() == {buurt.then: buurt.layout for buurt in rawfiles.BUURTEN}
    buurten = store.read("buurten", valid_data)
    assert buurten.inwoners_2017.to_dict() == {buurt.layout: buurt.inhabitants for buurt in rawfiles.BUURTEN}


def test_crime_and_tenure_lie_beside_the_right_buurt(valid_data):
    buurten = store.read("buurten", valid_data)
    for buurt in rawfiles.BUURTEN:
        assert buurten.buurtcode_2024[buurt.layout] == buurt.now
        assert buurten.misdrijven_2024[buurt.layout] == round(buurt.inhabitants * 0.05)
    assert buurten.pct_corporatie_2017.dropna().to_dict() == {
        "BU03630000": 50,
        "BU03630001": 75,
        "BU03630100": 25,
    }


def test_a_dash_counts_as_none_only_where_the_rest_makes_the_total(valid_data):
    """Spuistraat Zuid has 1 + 1 of 9 dwellings: what the dash stands for is unknown."""
    koop = store.read("buurten", valid_data).pct_koop_2017
    assert koop["BU03630001"] == 0
    assert pd.isna(koop["BU03630101"])


def test_a_suppressed_share_stays_missing(valid_data):
    (suppressed,) = store.read("buurten", valid_data).query("pct_sociaal_minimum_2017.isna()").index
    assert suppressed == rawfiles.MERGED[-1].layout


def test_a_wijk_is_the_inhabitant_weighted_mean_of_its_buurten(valid_data):
    buurten, wijken = store.read("buurten", valid_data), store.read("wijken", valid_data)
    own = buurten[buurten.wijkcode == "WK036301"]
    expected = (own.onv_2018 * own.inwoners_2017).sum() / own.inwoners_2017.sum()
    assert wijken.onv_2018["WK036301"] == pytest.approx(expected, abs=5e-5)
    assert wijken.inwoners_2017["WK036301"] == own.inwoners_2017.sum()


def test_a_share_of_persons_is_left_out_where_rounding_decides_it(raw, empty):
    """15 inhabitants and 20 of them over 65, both rounded to 5."""

    def shrink(table: pd.DataFrame) -> None:
        row = table.index[table.WijkenEnBuurten == rawfiles.STABLE[0].then][0]
        table.loc[row, ["AantalInwoners_5", "k_65JaarOfOuder_12"]] = ["15", "20"]

    rawfiles.change(raw, cbs_kwb.FILE_2017, shrink)
    build(raw, empty)
    buurt = store.read("buurten", empty).loc[rawfiles.STABLE[0].layout]
    assert buurt.inwoners_2017 == 15
    assert pd.isna(buurt.pct_65plus_2017)


def test_borders_are_kept_only_where_names_are_still_the_same(valid_data):
    """Husselstad was dealt out anew and Oudkerk merged: their borders of 2014 say nothing now."""
    pairs = store.read("grenzen", valid_data).index
    assert {code[2:6] for pair in pairs for code in pair} == {"0363", "0599"}
    assert ("BU05990100", "BU05990101") in pairs and ("BU05990100", "BU05990102") not in pairs


def test_polygons_that_share_only_a_corner_do_not_border(raw, valid_data):
    layout = store.read("buurten", valid_data)
    shapes = amsterdam.read_buurten(raw)
    one, other = shapes.index[:2]
    shapes.loc[other, "geometry"] = translate(shapes.geometry[other], 0, rawfiles.CELL_METRES)
    assert shapes.geometry[one].touches(shapes.geometry[other])
    assert harmonise._amsterdam_borders(shapes, layout) == {("BU03630100", "BU03630101")}


def test_the_maps_are_in_rd_new(valid_data):
    for layer in store.LAYERS:
        assert store.read_map(layer, valid_data).crs.to_epsg() == 28992


def edit(column: str, value: str, row: int = 3):
    def change(table: pd.DataFrame) -> None:
        table.loc[row, column] = value

    return change


BREAKS = {
    "a number in Dutch notation": (leefbaarometer.FILE, edit("onv", "0,3")),
    "a part that does not add up": (leefbaarometer.FILE, edit("onv", "0.9")),
    "a year twice": (leefbaarometer.FILE, edit("jaar", "2014", row=2)),
    "another national row": (cbs_kwb.FILE_2017, edit("AantalInwoners_5", "17000000", row=0)),
    "a share over 100": (cbs_kwb.FILE_2017, edit("HuishoudensMetEenLaagInkomen_72", "101")),
    "a share under 0": (rivm.FILE, edit("Eenzaam_28", "-1")),
    "a wijk of Amsterdam that is not there": (cbs_map.FILE_WIJKEN, edit("code", "WK036399", row=0)),
    "more crimes than none, but negative": (politie.FILE, edit("misdrijven_2024", "-5")),
    "more 65-plussers than inhabitants": (cbs_kwb.FILE_2017, edit("k_65JaarOfOuder_12", "999999", row=4)),
    "a name that is missing": (leefbaarometer.FILE, lambda table: table.assign(bu_naam="")),
    "a missing column": (amsterdam.FILE_TENURE, lambda table: table.drop(columns="totaal")),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_raw_file_leaves_every_byte_of_the_old_dataset(what, raw, data):
    before = contents(data)
    rawfiles.change(raw, *BREAKS[what])
    with pytest.raises(InvalidInput):
        build(raw, data)
    assert contents(data) == before


def test_a_disk_that_fails_while_writing_leaves_every_byte_of_the_old_dataset(raw, data, monkeypatch):
    before = contents(data)

    def full(*_: object) -> Path:
        raise OSError("No space left on device")

    monkeypatch.setattr(store, "_write_maps", full)
    with pytest.raises(OSError, match="No space"):
        build(raw, data)
    assert contents(data) == before


def test_a_new_build_is_read_at_once(raw, data):
    """No stale table is kept in memory after a build."""
    assert store.read("buurten", data).pct_eenzaam_2020.eq(47).all()
    rawfiles.change(raw, rivm.FILE, lambda table: table.assign(Eenzaam_28="48"))
    build(raw, data)
    assert store.read("buurten", data).pct_eenzaam_2020.eq(48).all()


def test_the_description_of_what_was_not_built_stays(valid_data):
    """What is known of the levers is written by hand, so its description is left alone."""
    before = {item["name"]: item for item in schema.describe()["resources"]}
    after = {item["name"]: item for item in json.loads((valid_data / "datapackage.json").read_text())["resources"]}
    assert list(after) == list(before)
    for name in ("bewijs", "instrumenten", "kader"):
        assert after[name] == before[name]
    assert after["buurten"]["schema"] == before["buurten"]["schema"]


def test_a_gemeente_whose_crimes_were_not_placed_in_buurten_has_none(raw, empty):
    """Its buurten hold less than 90 % of its own total: a low figure would say nothing of the buurt."""

    def more(table: pd.DataFrame) -> None:
        own = table.gemeentecode == "GM0599"
        table.loc[own, "misdrijven_2023"] = [str(int(float(n) / 0.89) + 1) for n in table.misdrijven_2023[own]]

    rawfiles.change(raw, politie.FILE_GEMEENTEN, more)
    build(raw, empty)
    buurten = store.read("buurten", empty)
    own = buurten.gemeentecode == "GM0599"
    assert buurten.misdrijven_2023[own].isna().all()
    assert buurten.misdrijven_2022[own].notna().all()
    assert buurten.misdrijven_2023[~own].notna().all()


def test_at_ninety_percent_the_crimes_are_kept():
    counts = pd.DataFrame({column: [90.0, 0.0] for column in politie.COLUMNS}, index=["BU00010000", "BU00020000"])
    totals = pd.DataFrame({column: [100.0, 5.0] for column in politie.COLUMNS}, index=["GM0001", "GM0002"])
    kept = harmonise.placed_crimes(counts, totals)
    assert kept.misdrijven_2024.iloc[0] == 90
    assert kept.misdrijven_2024.isna().tolist() == [False, True]  # not placed is missing, never 0
