"""Where a gemeente of then lies now: mergers, found by laying the buurten of 2014 over the gemeenten of 2022."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd

from analysis.dataset.crosswalk import Place

# A gemeente is held to have gone (partly) to another when this share of its buurten lies there. Less is the coarseness
# of the map of 2014 (280 m) along the border.
SHARE_MOVED = 0.15


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
