"""Reading and writing the project's own dataset. Nothing else touches `data/`."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from analysis import files
from analysis.dataset import schema
from analysis.errors import InvalidInput
from analysis.paths import DATA

MAPS, MAPS_RESOURCE = "kaarten.gpkg", "kaarten"
LAYERS = ("wijken", "gemeenten", "amsterdam_buurten", "buurtpunten")

# A GeoPackage carries the moment it was written; a fixed moment makes the same input give the same bytes.
FIXED_MOMENT = "2026-01-01T00:00:00Z"

# The maps are read whole, so an index into them is only weight.
GPKG_OPTIONS = {"driver": "GPKG", "SPATIAL_INDEX": "NO"}

TEXT_TYPES = {"string"}

# What a researcher runs after a change by hand.
RENEW = "python -m analysis data beschrijf"


@cache
def _read(name: str, folder: Path) -> pd.DataFrame:
    described = schema.resource(name, folder)
    content = _as_described(described, folder)
    fields = described["schema"]["fields"]
    texts = {field["name"]: "string" for field in fields if field["type"] in TEXT_TYPES}
    table = pd.read_csv(io.BytesIO(content), dtype=texts, na_values=[""], keep_default_na=False)
    table.index += 2  # the row in the file, for messages
    checked = schema.check(table, name, folder)
    return checked.set_index(described["schema"]["primaryKey"])


def _as_described(described: dict[str, Any], folder: Path) -> bytes:
    """The bytes of a file of the dataset, which are those that its description says.

    A dataset that lost rows, or a table cut off in mid-row, can still fit its schema: only the hash tells. The bytes are
    the same on every system, since `.gitattributes` keeps git from translating line ends.

    Raises:
        InvalidInput: when the file is missing or holds other bytes, with how to restore or to renew it.
    """
    path = folder / described["path"]
    if not path.exists():
        raise InvalidInput(f"Bestand {path} ontbreekt: haal het terug met `git checkout data`.")
    content = path.read_bytes()
    if len(content) != described["bytes"] or _hash(content) != described["hash"]:
        raise InvalidInput(
            f"Bestand {path} is niet het bestand dat {schema.DESCRIPTION} beschrijft ({len(content)} bytes; beschreven zijn er "
            f"{described['bytes']}, met sha256 {described['hash'].removeprefix('sha256:')[:12]}…): haal het terug met `git checkout data` of "
            f"uit een verse kopie; hebt u het zelf veranderd, vernieuw dan de beschrijving met `{RENEW}`."
        )
    return content


def _hash(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def hashes(folder: Path = DATA) -> dict[str, str]:
    """The sha256 of every file of the dataset, read by a chapter or not, and of the description itself; by name.

    Raises:
        InvalidInput: when a file is missing, or is not the one that the description describes.
    """
    folder = Path(folder)
    files = {item["path"]: _hash(_as_described(item, folder)) for item in schema.describe(folder)["resources"]}
    return {**files, schema.DESCRIPTION: _hash((folder / schema.DESCRIPTION).read_bytes())}


def read(name: str, folder: Path = DATA) -> pd.DataFrame:
    """Read a table of the dataset, checked against its schema and indexed by its key.

    Args:
        name: "buurten", "wijken", "gemeenten", "koppeling", "koppeling_gemeenten", "grenzen", "bewijs",
            "instrumenten" or "kader".
        folder: where the dataset lies.

    Raises:
        InvalidInput: when the table is missing, is not the described one, or breaks its schema.
    """
    return _read(name, Path(folder)).copy()


@cache
def _read_map(layer: str, folder: Path) -> gpd.GeoDataFrame:
    _as_described(schema.resource(MAPS_RESOURCE, folder), folder)
    return gpd.read_file(folder / MAPS, layer=layer).set_index("code")


def read_map(layer: str, folder: Path = DATA) -> gpd.GeoDataFrame:
    """Read a layer (EPSG:28992) by code.

    Polygons: "wijken" and "gemeenten" of 2022, "amsterdam_buurten". Points: "buurtpunten", elsewhere, to about 300 m.
    """
    if layer not in LAYERS:
        raise InvalidInput(f"Kaartlaag {layer!r} bestaat niet; er zijn: {', '.join(LAYERS)}.")
    return _read_map(layer, Path(folder)).copy()


def write(tables: dict[str, pd.DataFrame], maps: dict[str, gpd.GeoDataFrame], folder: Path = DATA) -> None:
    """Write the whole dataset, or nothing: every file is checked and written aside before the first is replaced.

    Args:
        tables: by name, indexed by their key.
        maps: by layer, with a `geometry` column in EPSG:28992, indexed by code.
        folder: where the dataset lies; holds `datapackage.json`, whose sizes and hashes are renewed.
    """
    folder = Path(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".nieuw-") as aside:
        fresh = [_write_table(table, name, folder, Path(aside)) for name, table in tables.items()]
        fresh.append(_write_maps(maps, Path(aside)))
        description = _renewed_description(folder, fresh)
        for path in fresh:
            path.replace(folder / path.name)
        partial = Path(aside) / schema.DESCRIPTION
        partial.write_text(description, encoding="utf-8")
        partial.replace(folder / schema.DESCRIPTION)
    _read.cache_clear()
    _read_map.cache_clear()


def _write_table(table: pd.DataFrame, name: str, folder: Path, aside: Path) -> Path:
    described = schema.resource(name, folder)
    flat = table.reset_index()
    order = [field["name"] for field in described["schema"]["fields"]]
    unknown, missing = set(flat.columns) - set(order), set(order) - set(flat.columns)
    if unknown or missing:
        raise InvalidInput(f"Tabel {name!r} heeft andere kolommen dan beschreven: {sorted(unknown | missing)}.")
    # An empty text is written as an empty cell, which is read as missing: so it counts as missing here.
    checked = schema.check(flat[order].replace("", None), name, folder)
    path = aside / described["path"]
    _whole_numbers(checked).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def _whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Write 7.0 as 7 in columns that hold whole numbers only, missing values allowed."""
    out = table.copy()
    for column in out.select_dtypes("float"):
        known = out[column].dropna()
        if len(known) and (known % 1 == 0).all():
            out[column] = out[column].astype("Int64")
    return out


def _write_maps(maps: dict[str, gpd.GeoDataFrame], aside: Path) -> Path:
    path = aside / MAPS
    before = os.environ.get("OGR_CURRENT_DATE")
    os.environ["OGR_CURRENT_DATE"] = FIXED_MOMENT
    try:
        for layer in LAYERS:
            maps[layer].rename_axis("code").reset_index().to_file(path, layer=layer, **GPKG_OPTIONS)
    finally:
        if before is None:
            del os.environ["OGR_CURRENT_DATE"]
        else:
            os.environ["OGR_CURRENT_DATE"] = before
    return path


def describe_again(folder: Path = DATA) -> list[str]:
    """Renew the description of the files as they are now, after a change by hand; every table must fit its schema.

    Returns:
        Names of the files that had changed.
    """
    folder = Path(folder)
    before = {item["path"]: item for item in schema.describe(folder)["resources"]}
    described = [folder / name for name in before]
    missing = [path for path in described if not path.exists()]
    if missing:
        raise InvalidInput(f"Bestand {missing[0]} ontbreekt: haal het terug met `git checkout data`.")
    description, old = _renewed_description(folder, described), (folder / schema.DESCRIPTION).read_bytes()
    with files.whole(folder / schema.DESCRIPTION) as fresh:
        fresh.write_bytes(description.encode("utf-8"))
    _read.cache_clear()
    _read_map.cache_clear()
    try:
        for name in (item["name"] for item in before.values() if "schema" in item):
            read(name, folder)
    except InvalidInput:
        with files.whole(folder / schema.DESCRIPTION) as fresh:
            fresh.write_bytes(old)
        raise
    now = {item["path"]: item for item in schema.describe(folder)["resources"]}
    return [path for path in now if now[path]["hash"] != before[path]["hash"]]


def _renewed_description(folder: Path, fresh: list[Path]) -> str:
    """The data package with size, rows and hash of what was just written."""
    package = schema.describe(folder)
    written = {path.name: path for path in fresh}
    for item in package["resources"]:
        if item["path"] in written:
            content = written[item["path"]].read_bytes()
            item["bytes"] = len(content)
            item["hash"] = _hash(content)
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"
