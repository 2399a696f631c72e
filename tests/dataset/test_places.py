"""Where a gemeente of then lies now."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from analysis.dataset.places import merged_into

RD_NEW = "EPSG:28992"

# Three gemeenten of 2022 beside each other, ten kilometres wide.
NOW = gpd.GeoDataFrame(
    geometry=[box(at * 10_000, 0, (at + 1) * 10_000, 10_000) for at in range(3)],
    index=pd.Index(["GM1001", "GM1002", "GM1003"], name="code"),
    crs=RD_NEW,
)


def buurten(gemeente: str, *kilometres: float) -> dict[str, Point]:
    return {f"BU{gemeente}{at:04d}": Point(km * 1000, 5000) for at, km in enumerate(kilometres)}


def place(points: dict[str, Point], *codes: str) -> dict[str, frozenset[str]]:
    return merged_into(gpd.GeoSeries(points, crs=RD_NEW), NOW, codes)


def test_a_gemeente_that_still_exists_stands_for_itself_wherever_its_buurten_lie():
    assert place(buurten("1002", 1, 2, 25), "1002") == {"1002": frozenset({"1002"})}


def test_a_gemeente_that_went_is_found_where_its_buurten_lie():
    assert place(buurten("0005", 21, 22, 23), "0005") == {"0005": frozenset({"1003"})}


def test_a_gemeente_that_was_split_has_both_homes():
    assert place(buurten("0005", 8, 9, 11, 12), "0005") == {"0005": frozenset({"1001", "1002"})}


@pytest.mark.parametrize(("across", "homes"), [(1, {"1001"}), (2, {"1001", "1002"})])
def test_a_few_buurten_across_the_border_are_the_coarseness_of_the_map(across, homes):
    """One of ten is less than 15 %, two of ten more."""
    points = buurten("0005", *[5] * (10 - across), *[11] * across)
    assert place(points, "0005")["0005"] == frozenset(homes)


def test_a_buurt_just_outside_every_gemeente_goes_to_the_nearest():
    assert place(buurten("0005", 30.3), "0005")["0005"] == frozenset({"1003"})


def test_a_buurt_on_a_border_counts_once():
    """Two of the three lie at the border of the first two; they may go to either, but not to both."""
    assert len(place(buurten("0005", 10), "0005")["0005"]) == 1


def test_a_gemeente_without_buurten_on_the_map_has_no_home():
    assert place(buurten("0005", 5), "0005", "0006")["0006"] == frozenset()
