"""Build the dataset from the publishers' raw files: read, check, harmonise, check again, write."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from analysis.choices import BIG_CITY
from analysis.dataset import harmonise, places, raw_anchors, store, validate
from analysis.paths import DATA
from analysis.sources import amsterdam, cbs_kwb, cbs_map, leefbaarometer, politie, rivm

# Maps are drawn a few hundred pixels wide, per gemeente: detail below this many metres only costs bytes. Shared borders
# stay shared. Wijken of big cities are small and much looked at; elsewhere they are wide and mostly fields.
SIMPLIFY_METRES = {"wijken": 300, "wijken van grote steden": 50, "gemeenten": 400, "amsterdam_buurten": 10}

SHARES_2017 = ("HuishoudensMetEenLaagInkomen", "HuishOnderOfRondSociaalMinimum",
               "k_40HuishoudensMetLaagsteInkomen", "k_20HuishoudensMetHoogsteInkomen")  # fmt: skip


def build(raw_folder: Path, folder: Path = DATA) -> dict[str, pd.DataFrame]:
    """Build and write the dataset; on any error the old one stays as it was.

    Args:
        raw_folder: holds the publishers' files under the names in `analysis.sources`.
        folder: where the dataset lies, with its description and its anchors (`ijkpunten`).

    Returns:
        The tables, by name.

    Raises:
        InvalidInput: when a raw file or a figure in it is not what it should be.
    """
    raw = read_raw(Path(raw_folder))
    raw_anchors.check_raw(raw, store.read("ijkpunten", folder))
    layout = harmonise.layout_of(raw)
    links, verdicts = harmonise.link(raw, layout)
    buurten = harmonise.buurten(raw, layout, links)
    wijken = harmonise.wijken(buurten, raw)
    check_wijken(wijken, raw)
    tables = {
        "buurten": buurten,
        "wijken": wijken,
        "gemeenten": harmonise.gemeenten(layout, raw),
        "koppeling": links,
        "koppeling_gemeenten": verdicts,
        "grenzen": harmonise.borders(raw, layout),
    }
    store.write(tables, maps(raw, layout, wijken), folder)
    return tables


def read_raw(folder: Path) -> harmonise.Raw:
    """Read every raw file and check it on its own."""
    raw = harmonise.Raw(
        scores=leefbaarometer.read(folder), kwb=cbs_kwb.read_2017(folder),
        inhabitants_2024=cbs_kwb.read_inhabitants_2024(folder), names_2024=cbs_kwb.read_names_2024(folder),
        wijken=cbs_map.read_wijken(folder), gemeenten=cbs_map.read_gemeenten(folder),
        buurten_2014=cbs_map.read_buurten_2014(folder), crimes=politie.read(folder),
        crimes_of_gemeenten=politie.read_gemeenten(folder), rivm=rivm.read(folder),
        amsterdam=amsterdam.read_buurten(folder), tenure=amsterdam.read_tenure(folder),
        amsterdam_2020=amsterdam.read_kwb_2020(folder),
    )  # fmt: skip
    validate.one_row_per(raw.scores, leefbaarometer.FILE, ["bu_code", "jaar"])
    validate.additive_identity(raw.scores, leefbaarometer.FILE, leefbaarometer.TOTAL, leefbaarometer.DIMENSIONS)
    validate.national_row(raw.kwb, cbs_kwb.FILE_2017)
    validate.shares(raw.kwb, cbs_kwb.FILE_2017, SHARES_2017)
    validate.counts(raw.crimes, politie.FILE, politie.COLUMNS)
    validate.counts(raw.crimes_of_gemeenten, politie.FILE_GEMEENTEN, politie.COLUMNS)
    validate.shares(raw.rivm, rivm.FILE, rivm.FIGURES)
    validate.shares(raw.amsterdam_2020, amsterdam.FILE_KWB_2020, ["Pct_Low_Income_Households"])
    return raw


def check_wijken(wijken: pd.DataFrame, raw: harmonise.Raw) -> None:
    """Every wijk of Amsterdam on the map stands in the dataset."""
    on_map = [code for code in raw.wijken.index if code[2:6] == harmonise.AMSTERDAM]
    validate.all_present(wijken.index, on_map, cbs_map.FILE_WIJKEN, "wijken van Amsterdam")


def maps(raw: harmonise.Raw, layout: pd.DataFrame, wijken: pd.DataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Simplified polygons, and a point for each buurt; wijken only where the layout has them and, if both counts are known,
    they are the same wijk."""
    certain = wijken.inwoners_2022.notna() | wijken.inwoners_2017.isna() | harmonise.in_amsterdam(wijken.index)
    chosen = raw.wijken.loc[raw.wijken.index.isin(wijken.index[certain])]
    inhabitants = raw.kwb.AantalInwoners.reindex("GM" + chosen.index.str[2:6])
    big = (inhabitants >= BIG_CITY).values
    city, country = _simplify(chosen[big], "wijken van grote steden"), _simplify(chosen[~big], "wijken")
    shapes = harmonise.amsterdam_shapes(raw.amsterdam, layout)
    outside = layout[~harmonise.in_amsterdam(layout.index)]  # Amsterdam has polygons
    points = places.points(raw.buurten_2014, outside, chosen, raw.gemeenten)
    return {
        "wijken": pd.concat([city, country]).sort_index(),
        "gemeenten": _simplify(raw.gemeenten, "gemeenten"),
        "amsterdam_buurten": _simplify(shapes.join(layout.buurtnaam.rename("name")), "amsterdam_buurten"),
        "buurtpunten": gpd.GeoDataFrame({"naam": points.name}, geometry=points.geometry),
    }


def _simplify(shapes: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    simple = shapes.geometry.simplify_coverage(SIMPLIFY_METRES[kind])
    return gpd.GeoDataFrame({"naam": shapes.name}, geometry=simple).sort_index()
