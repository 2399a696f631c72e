"""Where things of then lie now, by laying the buurten of 2014 over the map of 2022: merged gemeenten, and the buurten."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd
import shapely

from analysis.dataset.crosswalk import Place, canonical
from analysis.sources.cbs_map import Buurten2014

# A gemeente is held to have gone (partly) to another when this share of its buurten lies there. Less is the coarseness
# of the map of 2014 (280 m) along the border.
SHARE_MOVED = 0.15

# The map of 2014 is drawn on a grid of about 280 m: a point may lie that far off, and finer digits would say nothing.
POINT_METRES, POINT_GRID = 300, 10


def merged_into(points: gpd.GeoSeries, gemeenten: gpd.GeoDataFrame, codes: Iterable[str]) -> Place:
    """Find the gemeenten of 2022 that each gemeente is now part of.

    Args:
        points: a point in each buurt of 2014, by buurtcode.
        gemeenten: polygons of 2022 by gemeentecode.
        codes: four-digit gemeentecodes that need an answer.

    Returns:
        The four-digit codes of 2022 by four-digit code; a gemeente that still exists stands for itself, one that
        cannot be placed has none.
    """
    buurten = gpd.GeoDataFrame({"toen": points.index.str[2:6]}, geometry=points.values, crs=points.crs)
    nearest = gpd.sjoin_nearest(buurten, gemeenten[["geometry"]]).reset_index(names="buurt")
    nearest = nearest.drop_duplicates("buurt")
    moved = nearest.groupby("toen")["code"].value_counts(normalize=True)
    moved = moved[moved >= SHARE_MOVED].reset_index()
    homes = moved.groupby("toen")["code"].agg(lambda found: frozenset(code[2:] for code in found))
    still = {code[2:] for code in gemeenten.index}
    return {code: frozenset({code}) if code in still else homes.get(code, frozenset()) for code in set(codes)}


def points(
    then: Buurten2014, layout: pd.DataFrame, wijken: gpd.GeoDataFrame, gemeenten: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """A point in each buurt of the layout, precise to about 300 m.

    It counts where the code and the name of 2014 are the layout's own, or else where that name stood once in the
    gemeente then and stands there once now; and where it lies in or near the wijk that the layout gives the buurt, or its
    gemeente where that wijk has no polygon.

    Args:
        then: names and points of 2014.
        layout: by buurtcode `buurtnaam`, `wijkcode` and `gemeentecode`.
        wijken: polygons (EPSG:28992) by wijkcode.
        gemeenten: polygons (EPSG:28992) by gemeentecode.

    Returns:
        By buurtcode `name` and a Point (EPSG:28992, whole tens of metres); a buurt that cannot be placed has no row.
    """
    old, new = then.names.map(canonical), layout.buurtnaam.map(canonical)
    kept = new.index[old.reindex(new.index).eq(new)].to_series()
    renumbered = (
        _code_by_name(new.drop(kept)).to_frame("new").join(_code_by_name(old.drop(kept)).rename("old"), how="inner")
    )
    source = pd.concat([kept, renumbered.set_index("new").old])
    placed = gpd.GeoSeries(then.points.reindex(source).values, index=source.index, crs=then.points.crs)
    home = _shape_of(wijken, layout.wijkcode, placed.index)
    home = home.where(home.notna(), _shape_of(gemeenten, layout.gemeentecode, placed.index))
    drawn = home.notna() & placed.x.notna()  # of the smallest buurten coarsening left nothing
    placed, home = placed[drawn], home[drawn]
    placed = placed[placed.distance(home, align=False) <= POINT_METRES].sort_index()
    return gpd.GeoDataFrame(
        {"name": layout.buurtnaam.reindex(placed.index)},
        geometry=shapely.set_precision(placed, POINT_GRID),
        crs=placed.crs,
    )


def _shape_of(shapes: gpd.GeoDataFrame, home: pd.Series, buurten: pd.Index) -> gpd.GeoSeries:
    return shapes.geometry.reindex(home.reindex(buurten)).set_axis(buurten)


def _code_by_name(names: pd.Series) -> pd.Series:
    """Buurtcode by gemeente and name, where that pair stands there once."""
    codes = pd.Series(names.index, index=names.index.str[2:6] + " " + names.to_numpy())
    return codes[~codes.index.duplicated(keep=False)]
