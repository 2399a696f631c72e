"""CBS Wijk- en buurtkaart (CBS and Kadaster, CC BY 4.0): wijken and gemeenten of 2022, buurten of 2014."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from analysis.errors import InvalidInput
from analysis.sources.tables import RD_NEW, index_by_code, locate

FILE_WIJKEN = "cbs/wijken-2022.gpkg"
FILE_GEMEENTEN = "cbs/gemeenten-2022.gpkg"
FILE_2014 = "cbs/buurten-2014-q1e3.topojson"

FIGURES = (
    "population", "pop_65plus", "dwelling_total", "dwelling_value", "dwelling_ownership", "employment_rate",
    "income_low", "income_high", "edu_appl_sci",
)  # fmt: skip


def read_wijken(raw: Path) -> gpd.GeoDataFrame:
    """Wijken of 2022 by code: `name`, polygons (EPSG:28992) and figures (persons, dwellings, %, thousands of euros)."""
    return _read_layer(raw, FILE_WIJKEN, ["name", *FIGURES])


def read_gemeenten(raw: Path) -> gpd.GeoDataFrame:
    """Gemeenten of 2022 by code: `name` and polygons (EPSG:28992)."""
    return _read_layer(raw, FILE_GEMEENTEN, ["name"])


def _read_layer(raw: Path, file: str, columns: list[str]) -> gpd.GeoDataFrame:
    try:
        layer = gpd.read_file(locate(raw, file))
    except pyogrio.errors.DataSourceError as error:
        raise InvalidInput(
            f"Bestand {file} is beschadigd of geen GeoPackage ({error}): haal het opnieuw op."
        ) from error
    missing = {"code", *columns} - set(layer.columns)
    if missing:
        raise InvalidInput(f"Kolom {sorted(missing)[0]!r} ontbreekt in {file}: is de kolom hernoemd?")
    return index_by_code(layer, "code", file)[[*columns, "geometry"]].to_crs(RD_NEW)


@dataclass(frozen=True)
class Buurten2014:
    """Buurten of 2014: `names` and `points` (EPSG:28992, somewhere inside) by code, `borders` as pairs of codes."""

    names: pd.Series
    points: gpd.GeoSeries
    borders: frozenset[tuple[str, str]]


def read_buurten_2014(raw: Path) -> Buurten2014:
    """Names, places and borders of the buurten of 2014.

    The map is coarse (a grid of about 280 m), so its shapes are no good for drawing; which buurten share an arc, and so
    border each other, was settled before the coarsening and is exact.
    """
    path = locate(raw, FILE_2014)
    try:
        topology = json.loads(path.read_text(encoding="utf-8"))
        areas = topology["objects"]["layer"]["geometries"]
        table = pd.DataFrame([{"code": area["id"], "naam": area["properties"]["statnaam"]} for area in areas])
        points = _points(topology)
    except (ValueError, KeyError, TypeError, pyogrio.errors.DataSourceError) as error:
        raise InvalidInput(
            f"Bestand {FILE_2014} is beschadigd of geen TopoJSON ({error}): haal het opnieuw op."
        ) from error
    return Buurten2014(index_by_code(table, "code", FILE_2014).naam, points, _borders(areas))


def _points(topology: dict[str, Any]) -> gpd.GeoSeries:
    """A point in each buurt; where coarsening left no area, the middle of what is left."""
    # GDAL knows a TopoJSON by its first key.
    ordered = {"type": topology["type"], **{key: value for key, value in topology.items() if key != "type"}}
    map_2014 = gpd.read_file(BytesIO(json.dumps(ordered).encode()))
    codes = map_2014["statcode"]
    shapes = map_2014.geometry.set_crs("EPSG:4326", allow_override=True).to_crs(RD_NEW)
    bounds = shapes.bounds
    middles = gpd.GeoSeries.from_xy((bounds.minx + bounds.maxx) / 2, (bounds.miny + bounds.maxy) / 2, crs=RD_NEW)
    inside = shapes.buffer(0).representative_point()
    points = inside.where(~(inside.is_empty | inside.isna()), middles)
    return gpd.GeoSeries(points.values, index=codes.values, crs=RD_NEW)


def _borders(areas: list[dict[str, Any]]) -> frozenset[tuple[str, str]]:
    """Pairs of buurten that share an arc (arc i, read backwards, is ~i)."""
    users: defaultdict[int, set[str]] = defaultdict(set)
    for area in areas:
        for arc in _flatten(area.get("arcs", [])):
            users[arc if arc >= 0 else ~arc].add(area["id"])
    return frozenset(pair for codes in users.values() for pair in combinations(sorted(codes), 2))


def _flatten(arcs: list[Any] | int) -> list[int]:
    return [arcs] if isinstance(arcs, int) else [arc for part in arcs for arc in _flatten(part)]
