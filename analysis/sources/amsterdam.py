"""Open data of the gemeente Amsterdam: renumbering and polygons of buurten, tenure, and CBS extracts."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from analysis.errors import InvalidInput
from analysis.sources.tables import RD_NEW, index_by_code, locate, numbers, read_csv, read_excel, select

FILE_BUURTEN = "amsterdam/buurten-2015-2022-omnummering-geometrie.csv"
FILE_TENURE = "amsterdam/woningvoorraad-naar-eigendom-2017.xlsx"
FILE_KWB_2020 = "amsterdam/kwb-2020-amsterdam.csv"

TENURES = ("eigenaar/bewoner", "corporatie verhuur", "particuliere verhuur", "totaal")


def read_buurten(raw: Path) -> gpd.GeoDataFrame:
    """Buurten of Amsterdam: `lokaal_2015`, `cbs_2015`, `naam_2015`, `cbs_2022`, `naam_2022` and polygon (EPSG:28992)."""
    names = {
        "BUURTCODE_2015": "lokaal_2015", "BUURTCODE_CBS_2015": "cbs_2015", "BUURTNAAM_2015": "naam_2015",
        "BUURTCODE_CBS_2022": "cbs_2022", "BUURTNAAM_2022": "naam_2022", "geometrie": "geometrie",
    }  # fmt: skip
    table = read_csv(locate(raw, FILE_BUURTEN), FILE_BUURTEN, names).rename(columns=names)
    text = table.pop("geometrie")
    shapes = shapely.from_wkt(text.str.split(";", n=1).str[-1], on_invalid="ignore")
    wrong = text[shapely.is_missing(shapes)]
    if len(wrong):
        raise InvalidInput(f"{FILE_BUURTEN}, rij {wrong.index[0]}: {wrong.iloc[0][:40]!r} is geen vlak in WKT.")
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=RD_NEW)


def read_tenure(raw: Path) -> pd.DataFrame:
    """Dwellings on 1 January 2017 by local buurtcode of 2015 (A00a): owner-occupied, corporation, private, total."""
    sheet = select(read_excel(locate(raw, FILE_TENURE), FILE_TENURE, skiprows=2), FILE_TENURE, ["buurt", *TENURES])
    parts = sheet.buurt.str.extract(r"^(?P<code>[A-Z]\d{2}[a-z])\s")
    table = sheet.assign(code=parts.code).dropna(subset="code")
    for column in TENURES:
        table[column] = numbers(table[column], FILE_TENURE)
    return index_by_code(table.drop(columns="buurt"), "code", FILE_TENURE)


def read_kwb_2020(raw: Path) -> pd.DataFrame:
    """KWB 2020 by buurtcode, in the codes that the Leefbaarometer uses too.

    Returns:
        `Population_Total` (1 January 2020) and `Pct_Low_Income_Households` (%), which this extract writes with a comma.
    """
    columns = ["Area_Code", "Population_Total", "Pct_Low_Income_Households"]
    table = read_csv(locate(raw, FILE_KWB_2020), FILE_KWB_2020, columns, separator=";")
    table["Population_Total"] = numbers(table.Population_Total, FILE_KWB_2020)
    table["Pct_Low_Income_Households"] = numbers(table.Pct_Low_Income_Households.str.replace(",", "."), FILE_KWB_2020)
    return index_by_code(table, "Area_Code", FILE_KWB_2020)
