"""The files behind "Vind uw buurt": the names of all areas, and per gemeente its figures and its map.

They are scripts that call a function, not JSON: a page opened from a folder may not fetch a file, but it may load a script.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.choices import BIG_CITY, CRIME_SPAN, YEARS, Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.figures import outlines
from analysis.measures import absence, neighbourhoods, sample
from analysis.names import EVERYDAY_NAMES
from analysis.publication.site import scales, scripts
from analysis.publication.staging import FIGURE_DATA, Chapter, figure_data

# Where the files lie in the built book.
FOLDER = Path("_static") / "vind"

# The data of a city's page that holds all its buurten, and that of the city itself; `book/stadsblad.ipynb` names them so.
CITY_TABLE = "buurten.csv"
CITY_FIGURES = "kerncijfers.csv"
# The buurten that the page names to start with.
CITY_START = "begin.csv"

# What the script looks up per buurt and per wijk, in this order.
BUURT = (*neighbourhoods.FIGURES, *neighbourhoods.DEVIATION)
WIJK = ("wijknaam", "inwoners_2017", "pct_sociaal_minimum_2017", "onv_2014", "onv_2018", "onv_2020")

# Parts a list of names in one text; no name of CBS holds it.
BETWEEN = "|"


@dataclass(frozen=True)
class CityPage:
    """What the page of a city already worked out.

    Attributes:
        page: its name.
        csv: address of the table of all its buurten.
        table: that table, per buurtcode.
        figures: of the city itself, beside the middle of the big cities (`levers.sheet.Sheet.figures`).
        start: the buurten to start with, least safe first (`levers.priority.start`).
        choices: what it was run with.
    """

    page: str
    csv: str
    table: pd.DataFrame
    figures: pd.DataFrame
    start: pd.DataFrame
    choices: Choices


@dataclass(frozen=True)
class Country:
    """The dataset, as far as this page uses it."""

    gemeenten: pd.DataFrame
    wijken: pd.DataFrame
    buurten: pd.DataFrame
    links: pd.DataFrame
    wijk_shapes: gpd.GeoDataFrame
    gemeente_shapes: gpd.GeoDataFrame
    buurt_shapes: gpd.GeoDataFrame
    points: gpd.GeoDataFrame


def read() -> Country:
    """Read what this page uses."""
    return Country(
        store.read("gemeenten"), store.read("wijken"), store.read("buurten"), store.read("koppeling"), store.read_map("wijken"),
        store.read_map("gemeenten"), store.read_map("amsterdam_buurten"), store.read_map("buurtpunten"),
    )  # fmt: skip


def write(chapters: Iterable[Chapter], target: Path, only: Iterable[str] | None = None) -> None:
    """Write all files into a folder.

    Args:
        chapters: executed chapters; those of cities hold the figures with uncertainty.
        target: folder, made when it is not there.
        only: codes of gemeenten whose figures are written; all when left out.

    Raises:
        InvalidInput: when the page of a city gives no table of its buurten.
    """
    country, cities = read(), city_pages(chapters)
    target.mkdir(parents=True, exist_ok=True)
    written = [scripts.write(target / "namen.js", "vkNamen", names(country))]
    for code in country.gemeenten.index if only is None else only:
        written.append(scripts.write(target / f"{code}.js", "vkVind", code, gemeente(country, code, cities.get(code))))
    # In the address of each file, so that a browser does not lay an earlier edition beside this page.
    version = hashlib.sha256("".join(written).encode()).hexdigest()[:8]
    scripts.write(target / "maten.js", "vkMaten", {**about(country, cities), "versie": version})


def city_pages(chapters: Iterable[Chapter]) -> dict[str, CityPage]:
    """The pages of cities by code, with the table of all their buurten.

    Raises:
        InvalidInput: when a page gives no such table.
    """
    return {one.place: _city_page(one) for one in chapters if one.sheet_of and one.place}


def _city_page(chapter: Chapter) -> CityPage:
    carried = figure_data(chapter)
    path = f"{chapter.name}/{CITY_TABLE}"
    table, figures, start = (_table(chapter, carried, name) for name in (CITY_TABLE, CITY_FIGURES, CITY_START))
    return CityPage(
        chapter.name, (FIGURE_DATA / path).as_posix(), table.set_index("buurtcode"), figures, start, chapter.choices
    )


def _table(chapter: Chapter, carried: dict[str, str], name: str) -> pd.DataFrame:
    path = f"{chapter.name}/{name}"
    if path not in carried:
        raise InvalidInput(f"Het stadsblad {chapter.name} geeft geen {name}: ‘Vind uw buurt’ kan niet zonder.")
    return pd.read_csv(io.StringIO(carried[path]))


def about(country: Country, cities: dict[str, CityPage]) -> dict[str, Any]:
    """What the page knows before a gemeente is chosen: the measures with their colours, and which cities have a page."""
    listed = {code: [country.gemeenten.gemeentenaam[code], city.page] for code, city in cities.items()}
    return {
        "maten": scales.measures(), "geen": scales.NO_DATA, "bronnen": scales.sources(), "steden": listed,
        "jaren": YEARS, "jaar": scales.YEAR, "misdrijfjaren": CRIME_SPAN, "grens": BIG_CITY,
    }  # fmt: skip


def names(country: Country) -> dict[str, Any]:
    """The names of all gemeenten, their wijken and their buurten, largest gemeente first.

    A wijk or buurt has the digits of its code that follow those of its gemeente before its name. Buurten without inhabitants
    in 2017 stay out: nobody looks for them, and they have no figures.
    """
    inhabited = country.buurten[country.buurten.inwoners_2017 != 0]
    wijken = _joined(country.wijken, wijk_names(country))
    buurten = _joined(inhabited, inhabited.buurtnaam)
    order = country.gemeenten.sort_values("inwoners_2017", ascending=False).gemeentenaam
    rows = [[code[2:], name, wijken.get(code, ""), buurten.get(code, "")] for code, name in order.items()]
    return {"gemeenten": rows, "ook": dict(EVERYDAY_NAMES)}


def wijk_names(country: Country) -> pd.Series:
    """A name for every wijk; where CBS gives none, that of its gemeente with its number."""
    number = pd.Series(country.wijken.index.str[6:], index=country.wijken.index)
    return country.wijken.wijknaam.fillna(country.wijken.gemeentenaam + " (wijk " + number + ")")


def _joined(table: pd.DataFrame, called: pd.Series) -> dict[str, str]:
    """Per gemeente code digits and names in one text."""
    clash = called[called.str.contains(BETWEEN, regex=False)]
    if len(clash):
        raise InvalidInput(f"De naam {clash.iloc[0]!r} bevat het teken {BETWEEN!r}, dat namen scheidt.")
    short = called.index.str[6:] + called.str.strip()
    return short.groupby(table.gemeentecode.to_numpy()).agg(BETWEEN.join).to_dict()


def gemeente(country: Country, code: str, city: CityPage | None) -> dict[str, Any]:
    """All that the page shows of one gemeente: figures of its buurten and wijken, and its map.

    Figures with uncertainty come from the page of the city; elsewhere there are none.
    """
    own = sample.of_city(country.buurten, code)
    table = city.table if city else neighbourhoods.figures(own)
    wijken = country.wijken[country.wijken.gemeentecode == code].assign(wijknaam=wijk_names(country))
    told = {
        "naam": country.gemeenten.gemeentenaam[code],
        "inwoners": _plain(country.gemeenten.inwoners_2017[code]),
        "buurtkolommen": BUURT, "buurten": _rows(table.reindex(columns=list(BUURT))),
        "wijkkolommen": WIJK, "wijken": _rows(wijken[list(WIJK)]),
        "kaart": drawing(country, code, table.index), **_reasons(country, own, city.choices if city else Choices()),
    }  # fmt: skip
    if city:
        told |= {"blad": city.page, "csv": city.csv, "ondergrens": city.choices.ondergrens, "kern": _key_figures(city),
                 "begin": {"buurten": list(city.start.buurtcode), "inkomen": _plain(_mean_burden(city))}}  # fmt: skip
    return told


def _reasons(country: Country, own: pd.DataFrame, choices: Choices) -> dict[str, Any]:
    """Why buurten are not in the sample: the reasons, and per buurt which of them."""
    clauses = absence.clauses(own, choices, country.links)
    told = list(dict.fromkeys(clauses))
    return {"redenen": told, "waarom": {code: told.index(clause) for code, clause in clauses.items()}}


def _mean_burden(city: CityPage) -> float | None:
    """The share of very low incomes (%) that a buurt must exceed to be one to start with (`levers.priority.start`).

    None where the page was run with another measure of income than the one that its table holds.
    """
    counted, column = city.table.dropna(subset=["afwijking"]), city.choices.income.column
    return float(np.average(counted[column], weights=counted.inwoners_2017)) if column in counted else None


def _key_figures(city: CityPage) -> list[list[Any]]:
    """Per key figure what it is, of the city, in the middle of the big cities, its place among them, and decimals."""
    rows = city.figures[["wat", "stad", "midden", "plaats", "decimalen"]].itertuples(index=False, name=None)
    return [[_plain(value) for value in row] for row in rows]


def drawing(country: Country, code: str, buurten: pd.Index) -> dict[str, Any] | None:
    """The map of a gemeente in whole units: outlines of wijken, and buurten as outlines or points; None without outlines."""
    shapes, called = _background(country, code)
    if not len(shapes):
        return None
    own = country.buurt_shapes.reindex(buurten.intersection(country.buurt_shapes.index)).geometry
    points = country.points.reindex(buurten.intersection(country.points.index)).geometry
    # A point is good to about 300 metres, so it may lie beside the outlines.
    frame = outlines.frame(tuple(pd.concat([shapes, points]).total_bounds))
    labels = shapes.representative_point()
    centres = own.representative_point()
    # Not every wijk of 2022 is surely the same one; where some are left out, the gemeente shows where the others lie. It
    # may reach beyond the map, as over the sea.
    whole = country.gemeente_shapes.geometry.get(code)
    return {
        "breed": frame.width, "hoog": frame.height, "omtrek": outlines.path(whole, frame),
        "wijken": {name: [called[name], outlines.path(shape, frame), *outlines.point(labels[name], frame)]
                   for name, shape in shapes.items()},
        "vlakken": {name: [outlines.path(shape, frame), *outlines.point(centres[name], frame)] for name, shape in own.items()},
        "punten": {name: outlines.point(place, frame) for name, place in points.items() if name not in own.index},
    }  # fmt: skip


def _background(country: Country, code: str) -> tuple[gpd.GeoSeries, pd.Series]:
    """Outlines of the wijken and their names; where those are not of this gemeente, that of the gemeente of 2022."""
    own = country.wijk_shapes[country.wijk_shapes.index.str[2:6] == code[2:]]
    if not len(own):
        own = country.gemeente_shapes[country.gemeente_shapes.index == country.gemeenten.gemeentecode_2022[code]]
    return own.geometry, own.naam


def _rows(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Rows by code, without the empty cells at the end."""
    return {code: list(_trimmed(row)) for code, *row in table.itertuples(name=None)}


def _trimmed(row: Iterable[Any]) -> Iterator[Any]:
    values = [_plain(value) for value in row]
    while values and values[-1] is None:
        values.pop()
    return iter(values)


def _plain(value: Any) -> Any:
    """A cell as JSON has it: nothing known is null, a whole number has no decimals, others six digits as in a CSV."""
    if pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else float(f"{value:.6g}")
