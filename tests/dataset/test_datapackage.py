"""The dataset that the project carries: described, whole, and as small as it was promised."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from frictionless import Package

from analysis.choices import BIG_CITY
from analysis.dataset import schema, store
from analysis.paths import DATA, ROOT
from analysis.sources.leefbaarometer import DIMENSIONS

RAW = ROOT.parent / "shared" / "data"

LARGEST = 10_000_000  # bytes, all files together: a clone stays quick
ROUNDING = 1e-5  # LBM points: five parts and a total, each rounded to six decimals

RESOURCES = {item["name"]: item for item in schema.describe()["resources"]}
# What is known of the levers is written by hand; where a row needs a source and year, it has its own.
HAND_WRITTEN = ["bewijs", "instrumenten", "kader", "ijkpunten"]
BUILT = [name for name in RESOURCES if name not in HAND_WRITTEN]
TABLES = [name for name in BUILT if "schema" in RESOURCES[name]]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def buurten() -> pd.DataFrame:
    return store.read("buurten")


@pytest.fixture(scope="module")
def links() -> pd.DataFrame:
    return store.read("koppeling")


def test_the_package_is_valid():
    report = Package(str(DATA / schema.DESCRIPTION)).validate()
    assert report.flatten(["name", "rowNumber", "fieldName", "message"]) == []
    assert report.stats["tasks"] == len(RESOURCES)


@pytest.mark.parametrize("name", TABLES)
def test_every_field_has_a_title_unit_source_and_year(name):
    for described in RESOURCES[name]["schema"]["fields"]:
        assert described["title"], described["name"]
        assert described["source"], described["name"]
        assert {"unit", "year"} <= set(described), described["name"]


@pytest.mark.parametrize("name", TABLES)
def test_every_figure_has_a_unit(name):
    figures = [item for item in RESOURCES[name]["schema"]["fields"] if item["type"] in ("number", "integer")]
    assert [item["name"] for item in figures if not item["unit"]] == []


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_every_hand_written_field_has_a_title_and_description(name):
    fields = RESOURCES[name]["schema"]["fields"]
    assert all(described["title"] and described["description"] for described in fields)


@pytest.mark.parametrize("name", RESOURCES)
def test_every_resource_has_a_title_description_source_and_licence(name):
    resource = RESOURCES[name]
    package = schema.describe()
    assert resource["title"] and resource["description"]
    assert resource.get("sources") or package["sources"]
    assert resource.get("licenses") or package["licenses"]


@pytest.mark.parametrize("name", RESOURCES)
def test_size_and_hash_in_the_description_are_those_of_the_file(name):
    path = DATA / RESOURCES[name]["path"]
    assert RESOURCES[name]["bytes"] == path.stat().st_size
    assert RESOURCES[name]["hash"] == f"sha256:{digest(path)}"


def test_every_file_is_described():
    described = {item["path"] for item in RESOURCES.values()}
    assert {path.name for path in DATA.iterdir()} - {schema.DESCRIPTION, "README.md"} == described


def test_all_files_together_are_small():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < LARGEST


@pytest.mark.parametrize("name", [*TABLES, *HAND_WRITTEN])
def test_every_table_keeps_to_its_schema_and_has_one_row_per_key(name):
    table = store.read(name)
    assert len(table) > 0
    assert table.index.is_unique


@pytest.mark.parametrize("year", [2014, 2018, 2020])
def test_the_total_is_the_sum_of_its_five_parts_on_every_row(year, buurten):
    parts = buurten[[f"{part}_{year}" for part in DIMENSIONS]]
    total = buurten[f"afw_{year}"]
    assert total.notna().sum() > 10_000
    assert (parts.notna().all(axis=1) == total.notna()).all()
    assert (parts.sum(axis=1) - total)[total.notna()].abs().max() < ROUNDING


@pytest.mark.parametrize("name", ["buurten", "wijken", "koppeling_gemeenten"])
def test_every_share_lies_between_0_and_100(name):
    shares = store.read(name).filter(like="pct_")
    assert shares.shape[1] > 0
    assert shares.min().min() >= 0 and shares.max().max() <= 100


def test_codes_of_wijk_and_gemeente_follow_from_the_buurtcode(buurten):
    assert (buurten.wijkcode == "WK" + buurten.index.str[2:8]).all()
    assert (buurten.gemeentecode == "GM" + buurten.index.str[2:6]).all()
    assert set(buurten.wijkcode) == set(store.read("wijken").index)
    assert set(buurten.gemeentecode) == set(store.read("gemeenten").index)


def test_the_names_of_gemeenten_are_unique():
    assert store.read("gemeenten").gemeentenaam.str.lower().is_unique


def test_all_99_wijken_of_amsterdam_are_in_the_table_with_their_name_on_the_map():
    """The map layer leaves out those that may be another wijk by 2022; the table has them all."""
    wijken = store.read("wijken")
    amsterdam = wijken[wijken.gemeentecode == "GM0363"]
    assert len(amsterdam) == 99
    assert amsterdam.wijknaam.notna().all()
    certain = amsterdam.inwoners_2022.notna() | amsterdam.inwoners_2017.isna()
    on_map = store.read_map("wijken").index
    assert set(on_map[on_map.str.startswith("WK0363")]) == set(amsterdam.index[certain])


def test_a_wijk_adds_up_its_buurten(buurten):
    wijken = store.read("wijken")
    sums = buurten.groupby("wijkcode").inwoners_2017.sum(min_count=1)
    assert sums.reindex(wijken.index).equals(wijken.inwoners_2017)


# --- the crosswalk --------------------------------------------------------------------------------


def test_every_buurt_is_used_once_and_exists(links, buurten):
    used = links.buurtcode.dropna()
    assert used.is_unique
    assert set(used) <= set(buurten.index)


def test_every_row_of_the_crosswalk_accounts_for_itself(links):
    matched = links.buurtcode.notna()
    assert (links.methode.notna() == matched).all()
    assert (links.getuige.notna() == matched).all()
    assert (links.reden.notna() == ~matched).all()


def test_figures_of_2017_stand_exactly_where_the_crosswalk_puts_them(links, buurten):
    by_buurt = links.dropna(subset="buurtcode").set_index("buurtcode")
    assert set(buurten.index[buurten.koppeling.notna()]) == set(by_buurt.index)
    assert (buurten.inwoners_2017[by_buurt.index] == by_buurt.inwoners_2017).all()
    assert buurten.inwoners_2017[buurten.koppeling.isna()].isna().all()


def linked_share(links: pd.DataFrame) -> float:
    return links.inwoners_2017[links.buurtcode.notna()].sum() / links.inwoners_2017.sum()


def test_the_linked_buurten_hold_92_percent_of_the_inhabitants(links):
    """Of all inhabitants of the Netherlands, so buurten that CBS left out count as missed too."""
    assert links.inwoners_2017[links.buurtcode.notna()].sum() / 17_081_507 >= 0.92


def test_the_linked_buurten_of_the_31_big_gemeenten_hold_98_percent_of_their_inhabitants(links):
    gemeente = links.index.str[2:6]
    inhabitants = links.inwoners_2017.groupby(gemeente).sum()
    big = inhabitants.index[inhabitants >= BIG_CITY]
    assert len(big) == 31
    assert linked_share(links[gemeente.isin(big)]) >= 0.98


def test_the_verdicts_tell_what_the_crosswalk_did(links):
    verdicts = store.read("koppeling_gemeenten")
    for gemeente, own in links.groupby("GM" + links.index.str[2:6]):
        if own.inwoners_2017.sum() > 0:
            assert verdicts.pct_inwoners_gekoppeld[gemeente] == pytest.approx(100 * linked_share(own), abs=0.051)
    undecided = verdicts.index[verdicts.oordeel == "onbeslist"].str[2:]
    assert not links.methode[links.index.str[2:6].isin(undecided)].eq("naam in gemeente").any()


# --- borders and maps -----------------------------------------------------------------------------


def test_pairs_of_neighbours_are_sorted_unique_and_exist(buurten):
    pairs = store.read("grenzen").index.to_frame(index=False)
    assert (pairs.buurtcode_a < pairs.buurtcode_b).all()
    assert not pairs.duplicated().any()
    assert list(pairs.itertuples(index=False)) == sorted(pairs.itertuples(index=False))
    assert set(pairs.stack()) <= set(buurten.index)


@pytest.mark.parametrize(
    ("layer", "table"), [("wijken", "wijken"), ("gemeenten", None), ("amsterdam_buurten", "buurten")]
)
def test_polygons_are_valid_in_rd_new_and_belong_to_a_row(layer, table):
    shapes = store.read_map(layer)
    assert shapes.crs.to_epsg() == 28992
    assert shapes.geometry.is_valid.all() and not shapes.geometry.is_empty.any()
    assert shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert shapes.index.is_unique and shapes.naam.notna().all()
    west, south, east, north = shapes.total_bounds  # the Netherlands in EPSG:28992
    assert 0 < west < east < 300_000 and 300_000 < south < north < 650_000
    if table:
        assert set(shapes.index) <= set(store.read(table).index)


def test_points_lie_in_the_gemeente_of_their_buurt_and_bear_its_name(buurten):
    points = store.read_map("buurtpunten")
    assert len(points) > 8000 and (points.geom_type == "Point").all() and points.index.is_unique
    own = buurten.reindex(points.index)
    assert (own.buurtnaam == points.naam).all() and not own.gemeentecode.eq("GM0363").any()
    assert (points.geometry.x % 10 == 0).all() and (points.geometry.y % 10 == 0).all()
    home = own.gemeentecode.map(store.read("gemeenten").gemeentecode_2022)
    shapes = store.read_map("gemeenten").geometry.reindex(home).set_axis(points.index)
    known = shapes.notna()  # the map simplifies borders to 400 m
    assert (points.geometry[known].distance(shapes[known], align=False) <= 300 + 400).all()


def test_the_gemeenten_of_2022_are_on_the_map():
    on_map = set(store.read_map("gemeenten").index)
    assert len(on_map) == 345
    assert set(store.read("gemeenten").gemeentecode_2022.dropna()) <= on_map


@pytest.mark.skipif(not RAW.exists(), reason="../shared/data is absent: no raw files to compare with")
def test_no_raw_file_is_in_the_project():
    raw = {digest(path): path.name for path in RAW.rglob("*") if path.is_file()}
    assert len(raw) > 15
    skipped = {".git", ".venv", "_build", "node_modules"}
    ours = (path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.relative_to(ROOT).parts))
    sizes = {path.stat().st_size for path in RAW.rglob("*")}
    assert [path for path in ours if path.stat().st_size in sizes and digest(path) in raw] == []


def test_the_traps_that_were_found_stay_closed(links):
    """Leeuwarden dealt its codes out anew: Oldegalileën and Transvaalwijk have each other's code of then.

    The Leefbaarometer spells the first as Oldegalieën, so it may stay out, but never be taken for the other.
    """
    assert links.inwoners_2017["BU00803001"] == 1875
    assert links.buurtcode["BU00802001"] == "BU00803001"
    assert store.read("buurten").buurtnaam["BU00803001"] == "Transvaalwijk"
    assert pd.isna(links.buurtcode["BU00803001"]) or links.buurtcode["BU00803001"] == "BU00802001"


def test_the_description_has_the_version_of_the_edition():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert schema.describe()["version"] == project["version"]


def test_git_leaves_the_bytes_of_the_data_alone():
    """A checkout with other line ends would not be the described one."""
    for path in ("data/buurten.csv", "results/uitgave/register.json"):
        told = subprocess.run(["git", "check-attr", "text", path], cwd=ROOT, capture_output=True, text=True, check=True)
        assert told.stdout.strip().endswith("text: unset")
