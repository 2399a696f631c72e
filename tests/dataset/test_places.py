"""Where a gemeente of then lies now, and where its buurten are."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from analysis.dataset.places import merged_into, points
from analysis.sources.cbs_map import Buurten2014

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


# Two wijken of one gemeente, two kilometres wide each; the second has no polygon.
WIJKEN = gpd.GeoDataFrame(geometry=[box(0, 0, 2000, 2000)], index=["WK100101"], crs=RD_NEW)


def placed(then: dict[str, tuple[str, float]], now: dict[str, str]) -> dict[str, float]:
    """Where buurten of now (code: name) lie, in metres east, when those of then are (code: name, metres east)."""
    names = pd.Series({code: name for code, (name, _) in then.items()})
    places = gpd.GeoSeries({code: Point(east, 500) for code, (_, east) in then.items()}, crs=RD_NEW)
    layout = pd.DataFrame({"buurtnaam": now}).assign(
        wijkcode=lambda own: "WK" + own.index.str[2:8], gemeentecode=lambda own: "GM" + own.index.str[2:6]
    )
    found = points(Buurten2014(names, places, frozenset()), layout, WIJKEN, NOW)
    assert list(found.name) == [now[code] for code in found.index]
    return dict(found.geometry.x)


def test_a_buurt_of_the_same_code_and_name_has_its_point_in_tens_of_metres():
    assert placed({"BU10010100": ("Noord", 504)}, {"BU10010100": "Noord"}) == {"BU10010100": 500}


def test_a_code_that_went_to_another_buurt_gives_no_point():
    assert placed({"BU10010100": ("Noord", 500)}, {"BU10010100": "Zuid"}) == {}


def test_a_renumbered_buurt_is_found_by_a_name_that_stands_there_once():
    assert placed({"BU10010107": ("Noord", 500)}, {"BU10010100": "Noord"}) == {"BU10010100": 500}
    twice = {"BU10010107": ("Noord", 500), "BU10010108": ("Noord", 900)}
    assert placed(twice, {"BU10010100": "Noord"}) == {}


@pytest.mark.parametrize(("east", "found"), [(2290, True), (2310, False)])
def test_a_point_far_outside_its_wijk_is_not_believed(east, found):
    assert bool(placed({"BU10010100": ("Noord", east)}, {"BU10010100": "Noord"})) == found


def test_where_the_wijk_has_no_polygon_the_gemeente_is_the_witness():
    assert placed({"BU10010200": ("Noord", 9000)}, {"BU10010200": "Noord"}) == {"BU10010200": 9000}
    assert placed({"BU10010200": ("Noord", 15000)}, {"BU10010200": "Noord"}) == {}
