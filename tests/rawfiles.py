"""A small, complete set of raw files: invented figures in the publishers' shapes, for a few gemeenten.

- Amsterdam: two wijken of two buurten, all renumbered in 2022;
- Stabielburg: nothing changed;
- Husselstad: the layout deals the codes of 2017 out anew, as happened in Leeuwarden;
- Oudkerk: merged into Samenland before the layout.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from analysis.sources import amsterdam, cbs_kwb, cbs_map, leefbaarometer, politie, rivm

Table = pd.DataFrame


@dataclass(frozen=True)
class Buurt:
    """One neighbourhood through the years: codes of 2014 and 2017 (`then`), of the layout, and of 2024."""

    name: str
    inhabitants: int
    then: str
    layout: str
    now: str


def _gemeente(then: str, layout: str, now: str, names: list[str], shift: int = 0) -> list[Buurt]:
    """Buurten in one wijk, with clearly different numbers of inhabitants."""
    places = [(at + shift) % len(names) for at in range(len(names))]
    return [
        Buurt(
            name,
            round(1000 * 1.7**at / 5) * 5,
            f"BU{then}01{at:02d}",
            f"BU{layout}01{to:02d}",
            f"BU{now}01{to:02d}",
        )
        for at, (name, to) in enumerate(zip(names, places, strict=True))
    ]


AMSTERDAM = [
    Buurt("Kop Zeedijk", 1000, "BU03630000", "BU03630000", "BU0363AA01"),
    Buurt("Oude Kerk e.o.", 1700, "BU03630001", "BU03630001", "BU0363AA02"),
    Buurt("Spuistraat Noord", 2900, "BU03630100", "BU03630100", "BU0363AB01"),
    Buurt("Spuistraat Zuid", 4900, "BU03630101", "BU03630101", "BU0363AB02"),
]
LOCAL_CODES = ("A00a", "A00b", "A01a", "A01b")
STABLE = _gemeente("0599", "0599", "0599", ["Haven", "Oude Westen", "Cool", "Polder"])
SHUFFLED = _gemeente("0080", "0080", "0080", ["Oldegalileën", "Transvaalwijk", "Bleek", "Vlietzone"], shift=1)
MERGED = _gemeente("0005", "1966", "1966", ["Oudkerk-Dorp", "Terp", "Wad", "Dijk"])
BUURTEN = [*AMSTERDAM, *STABLE, *SHUFFLED, *MERGED]

GEMEENTEN_2017 = {"0363": "Amsterdam", "0599": "Stabielburg", "0080": "Husselstad", "0005": "Oudkerk"}
GEMEENTEN_LAYOUT = {"0363": "Amsterdam", "0599": "Stabielburg", "0080": "Husselstad", "1966": "Samenland"}
# A strip of the map for each gemeente, one cell for each of its buurten.
ROWS = {"0363": 0, "0599": 2, "0080": 4, "0005": 6, "1966": 6}
CELL_METRES = 400


def write(folder: Path) -> Path:
    """Write every file that `analysis.dataset.build.read_raw` needs, all valid, and return the folder."""
    for part in ("amsterdam", "cbs", "leefbaarometer", "politie"):
        (folder / part).mkdir(parents=True)
    put(folder, leefbaarometer.FILE, _scores())
    put(folder, cbs_kwb.FILE_2017, _kwb_2017())
    put(
        folder,
        cbs_kwb.FILE_NAMES_2024,
        Table({"Identifier": [b.now for b in BUURTEN], "Title": [b.name for b in BUURTEN]}),
    )
    put(folder, cbs_kwb.FILE_INHABITANTS_2024, _counts("nhood_id", "population", 1.05))
    put(folder, politie.FILE, _crimes())
    put(folder, politie.FILE_GEMEENTEN, _crimes_of_gemeenten())
    put(folder, rivm.FILE, _rivm())
    put(folder, amsterdam.FILE_BUURTEN, _renumbering())
    put(folder, amsterdam.FILE_TENURE, _tenure())
    put(folder, amsterdam.FILE_KWB_2020, _amsterdam_2020())
    (folder / cbs_map.FILE_2014).write_text(json.dumps(topology()), encoding="utf-8")
    _wijken().to_file(folder / cbs_map.FILE_WIJKEN)
    _gemeenten().to_file(folder / cbs_map.FILE_GEMEENTEN)
    return folder


def change(folder: Path, file: str, edit: Callable[[Table], Table | None]) -> None:
    """Rewrite one file after an edit of its table (all text, or a layer of a map)."""
    table = get(folder, file)
    edited = edit(table)
    put(folder, file, table if edited is None else edited)


def get(folder: Path, file: str) -> Table:
    """The table in a raw file as text; a map as a GeoDataFrame."""
    path = folder / file
    if path.suffix == ".gpkg":
        return gpd.read_file(path)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, keep_default_na=False, skiprows=_title_rows(file))
    return pd.read_csv(path, dtype=str, keep_default_na=False, sep=_separator(file))  # unpacks .gz by its name


def put(folder: Path, file: str, table: Table) -> None:
    """Write a table in the format that the name of the file asks for."""
    path = folder / file
    if path.suffix == ".gpkg":
        path.unlink(missing_ok=True)
        table.to_file(path)
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False, startrow=_title_rows(file))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Leefbaarometer-scores buurten.csv", table.to_csv(index=False))
    else:
        table.to_csv(path, index=False, sep=_separator(file), encoding="utf-8-sig")


def _separator(file: str) -> str:
    return ";" if file == amsterdam.FILE_KWB_2020 else ","


def _title_rows(file: str) -> int:
    return 2 if file == amsterdam.FILE_TENURE else 0


def _scores() -> Table:
    """Three years of version 3.0, and one of a version that must be left alone."""
    rows = []
    for at, buurt in enumerate(BUURTEN):
        rows.append([buurt.layout, "Leefbaarometer 1.0", 2002, buurt.name, 4.1, 0.3, *["NA"] * 5])
        for year in (2014, 2018, 2020):
            parts = [0.01 * at, 0.123456789 - 0.02 * at, (year - 2017) / 100, -0.05, 0.02]
            rows.append([buurt.layout, "Leefbaarometer 3.0", year, buurt.name, 4.0, sum(parts), *parts])
    names = ["bu_code", "versie", "jaar", "bu_naam", "lbm", "afw", "fys", "onv", "soc", "vrz", "won"]
    return Table(rows, columns=names)


KWB_COLUMNS = [
    "ID",
    "WijkenEnBuurten",
    "Gemeentenaam_1",
    "SoortRegio_2",
    "AantalInwoners_5",
    "k_65JaarOfOuder_12",
    "WestersTotaal_17",
    "NietWestersTotaal_18",
    "Bevolkingsdichtheid_33",
    "GemiddeldeWoningwaarde_35",
    "GemiddeldInkomenPerInwoner_66",
    "k_40HuishoudensMetLaagsteInkomen_70",
    "k_20HuishoudensMetHoogsteInkomen_71",
    "HuishoudensMetEenLaagInkomen_72",
    "HuishOnderOfRondSociaalMinimum_73",
]


def _kwb_2017() -> Table:
    """Padded codes and a suppressed share, as CBS has them; the national row is the published one."""
    rows = [
        [
            "NL00      ",
            "Nederland ",
            "Land      ",
            17081507,
            3159660,
            1689030,
            2173723,
            507,
            216,
            25.7,
            40,
            20,
            7.9,
            7.2,
        ]
    ]
    for code, name in GEMEENTEN_2017.items():
        own = [buurt for buurt in BUURTEN if buurt.then[2:6] == code]
        total = sum(buurt.inhabitants for buurt in own)
        rows.append(_kwb_row(f"GM{code}    ", name, "Gemeente  ", total, 0))
        for wijk in sorted({buurt.then[2:8] for buurt in own}):
            part = sum(buurt.inhabitants for buurt in own if buurt.then[2:8] == wijk)
            rows.append(_kwb_row(f"WK{wijk}  ", name, "Wijk      ", part, 0))
        rows += [_kwb_row(buurt.then, name, "Buurt     ", buurt.inhabitants, at) for at, buurt in enumerate(own)]
    table = Table([[at, *row] for at, row in enumerate(rows)], columns=KWB_COLUMNS).astype(str)
    table.loc[table.index[-1], "HuishOnderOfRondSociaalMinimum_73"] = "       ."
    return table


def _kwb_row(code: str, name: str, kind: str, inhabitants: int, at: int) -> list[object]:
    return [
        code,
        name,
        kind,
        inhabitants,
        inhabitants // 5,
        inhabitants // 10,
        inhabitants // 4,
        900 + at,
        200 + at,
        24.5,
        35.5 + at,
        18.5,
        8.5 + at,
        7.5 + at,
    ]


def _counts(code: str, column: str, factor: float) -> Table:
    return Table({code: [b.now for b in BUURTEN], column: [round(b.inhabitants * factor) for b in BUURTEN]})


CRIME_SHARE = 0.05  # crimes per inhabitant, in every year


def _crimes() -> Table:
    """The crimes of a gemeente whose own total is larger than what its buurten hold are left out by the builder."""
    counts = [round(b.inhabitants * CRIME_SHARE) for b in BUURTEN]
    return Table({"buurtcode": [b.now for b in BUURTEN], **{column: counts for column in politie.COLUMNS}})


def _crimes_of_gemeenten() -> Table:
    counts = _crimes()
    own = counts.groupby("GM" + counts.buurtcode.str[2:6])[list(politie.COLUMNS)].sum()
    people = pd.Series({b.now: round(b.inhabitants * 1.05) for b in BUURTEN})
    own.insert(0, "inwoners_2024", people.groupby("GM" + people.index.str[2:6]).sum())
    return own.rename_axis("gemeentecode").reset_index()


def _rivm() -> Table:
    codes = [("NL01", "Nederland", "Land")]
    codes += [(f"GM{code}", name, "Gemeente") for code, name in GEMEENTEN_LAYOUT.items()]
    codes += [(buurt.layout, GEMEENTEN_LAYOUT[buurt.layout[2:6]], "Buurt") for buurt in BUURTEN]
    figures = {
        "MatigHoogRisicoOpAngstOfDepressie_24": "45.9",
        "MatigVeelRegieOverEigenLeven_27": "90.1",
        "Eenzaam_28": "47.0",
        "Mantelzorger_32": "13.6",
        "Vrijwilligerswerk_33": "24.6",
        "MoeiteMetRondkomen_38": "13.9",
    }
    texts = Table(codes, columns=["WijkenEnBuurten", "Gemeentenaam_1", "SoortRegio_2"])
    return texts.assign(**figures, WijkenEnBuurten=texts.WijkenEnBuurten.str.ljust(10))


def _renumbering() -> Table:
    rows = []
    for at, (buurt, local) in enumerate(zip(AMSTERDAM, LOCAL_CODES, strict=True)):
        shape = _square(at, ROWS["0363"]).wkt
        rows.append([local, buurt.then, buurt.name, buurt.now, buurt.name, f"SRID=28992;{shape}"])
    names = [
        "BUURTCODE_2015",
        "BUURTCODE_CBS_2015",
        "BUURTNAAM_2015",
        "BUURTCODE_CBS_2022",
        "BUURTNAAM_2022",
        "geometrie",
    ]
    return Table(rows, columns=names)


def _tenure() -> Table:
    names = [f"{local} {buurt.name}" for buurt, local in zip(AMSTERDAM, LOCAL_CODES, strict=True)]
    table = Table(
        {
            "buurt": names,
            "eigenaar/bewoner": ["100", "-", "50", "-"],
            "corporatie verhuur": ["200", "300", "50", "1"],
            "particuliere verhuur": ["100", "100", "100", "1"],
            "totaal": ["400", "400", "200", "9"],
        }
    )
    return pd.concat([table, Table({"buurt": ["ASD Amsterdam"], "totaal": ["1009"]})]).fillna("")


def _amsterdam_2020() -> Table:
    rows = [["Amsterdam", "GM0363", 10600, "11,8"]]
    rows += [[b.name, b.layout, round(b.inhabitants * 1.02), "1,4"] for b in AMSTERDAM]
    return Table(rows, columns=["District_Type", "Area_Code", "Population_Total", "Pct_Low_Income_Households"])


def _square(column: int, row: int, width: int = 1) -> object:
    """A cell of the map, about where `topology` puts it (near Amsterdam, in EPSG:28992)."""
    x, y = 120_000 + CELL_METRES * column, 480_000 + CELL_METRES * row
    return box(x, y, x + width * CELL_METRES, y + CELL_METRES)


def _wijken() -> gpd.GeoDataFrame:
    wijken = {
        "WK036300": (0, 0),
        "WK036301": (2, 0),
        "WK059901": (0, 2),
        "WK008001": (0, 4),
        "WK196601": (0, 6),
    }
    population = [2750.0, 7900.0, 10600.0, 10600.0, 10600.0]
    figures = dict.fromkeys(cbs_map.FIGURES, 20.0) | {"population": population, "dwelling_value": 250.0}
    shapes = [_square(column, row, 2 if code[2:6] == "0363" else 4) for code, (column, row) in wijken.items()]
    names = [f"Wijk {code[2:]}" for code in wijken]
    return gpd.GeoDataFrame({"code": list(wijken), "name": names} | figures, geometry=shapes, crs=cbs_map.RD_NEW)


def _gemeenten() -> gpd.GeoDataFrame:
    codes = {f"GM{code}": name for code, name in GEMEENTEN_LAYOUT.items()}
    shapes = [_square(0, ROWS[code[2:]], 4) for code in codes]
    return gpd.GeoDataFrame({"code": list(codes), "name": list(codes.values())}, geometry=shapes, crs=cbs_map.RD_NEW)


def topology() -> dict[str, object]:
    """The buurten of 2014 as TopoJSON: a strip of cells per gemeente; neighbours share an upright."""
    arcs: list[list[list[int]]] = []
    areas = []
    for gemeente in GEMEENTEN_2017:
        own = [buurt for buurt in BUURTEN if buurt.then[2:6] == gemeente]
        row, first = ROWS[gemeente], len(arcs)
        arcs += [[[at, row], [0, 1]] for at in range(len(own) + 1)]
        for at, buurt in enumerate(own):
            bottom, top = len(arcs), len(arcs) + 1
            arcs += [[[at, row], [1, 0]], [[at, row + 1], [1, 0]]]
            ring = [bottom, first + at + 1, ~top, ~(first + at)]
            names = {"statcode": buurt.then, "statnaam": buurt.name}
            areas.append({"type": "Polygon", "id": buurt.then, "properties": names, "arcs": [ring]})
    origin = gpd.GeoSeries.from_xy([120_000], [480_000], crs=cbs_map.RD_NEW).to_crs("EPSG:4326").iloc[0]
    step = gpd.GeoSeries.from_xy([120_400], [480_400], crs=cbs_map.RD_NEW).to_crs("EPSG:4326").iloc[0]
    transform = {"scale": [step.x - origin.x, step.y - origin.y], "translate": [origin.x, origin.y]}
    # As in the published file, "type" stands last.
    return {
        "arcs": arcs,
        "objects": {"layer": {"type": "GeometryCollection", "geometries": areas}},
        "transform": transform,
        "type": "Topology",
    }
