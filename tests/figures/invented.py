"""Every figure and table of the book, drawn from small invented results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from analysis.choices import REFERENCE, Choices
from analysis.figures import charts, diagram, levers, maps
from analysis.figures.output import Figure
from analysis.levers.need import shares
from analysis.measures.context import CHARACTERISTICS, TENURE
from analysis.models.cities import Pooled
from analysis.models.deviation import TYPE_ORDER, UNDECIDED
from analysis.models.response import Curve, Slope
from analysis.publication import lever_reports, reports

# The longest names that a Dutch gemeente has.
LONG = "Nuenen, Gerwen en Nederwetten"
CITIES = (
    "Amsterdam",
    "'s-Gravenhage",
    "'s-Hertogenbosch",
    "Haarlemmermeer",
    "Alphen aan den Rijn",
    LONG,
    "Ede",
    "Zoetermeer",
)
CODES = (REFERENCE, *(f"GM{code:04d}" for code in range(1, len(CITIES))))
AMSTERDAM, ELSEWHERE = (
    Choices(),
    Choices(gemeente=LONG, gemeentecode="GM0820", inkomensmaat="laagste_40", peiljaar=2020),
)


def invented_sample(n: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(1)
    burden = random.gamma(4, 2.5, n)
    return pd.DataFrame({
        "buurtnaam": [f"Buurt {number}" for number in range(n)],
        "wijkcode": [f"WK0363{number % 8:02d}" for number in range(n)], "gewicht": random.integers(500, 9000, n),
        "belasting": burden, "uitkomst": 0.2 - 0.02 * burden + random.normal(0, 0.05, n),
    }, index=pd.Index([f"BU0363{number:04d}" for number in range(n)], name="buurtcode"))  # fmt: skip


def invented_curve(low: float = 0.1, high: float = -0.3) -> Curve:
    line = np.linspace(low, high, 20)
    grid = pd.DataFrame({"belasting": np.linspace(2, 20, 20), "curve": line, "low": line - 0.05, "high": line + 0.05,
                         "line": line})  # fmt: skip
    return Curve(grid, 0.4, 0.39, 40)


def invented_slopes(middle: float = -0.02) -> pd.DataFrame:
    value = middle * np.linspace(0.6, 1.5, len(CITIES))
    return pd.DataFrame({
        "gemeente": CITIES, "value": value, "low": value - 0.01, "high": value + 0.01, "error": 0.005, "error_hc3": 0.005,
        "intercept": 0.2, "r2": 0.3, "n": 1234, "clusters": 30, "errors": "wijk", "outcome_sd": 0.1,
        "standardised": 100 * value,
    }, index=pd.Index(CODES, name="gemeentecode"))  # fmt: skip


def invented_context() -> pd.DataFrame:
    items = (*CHARACTERISTICS, *TENURE)
    value = np.linspace(-0.4, 0.4, len(items))
    return pd.DataFrame({
        "value": value, "low": value - 0.1, "high": value + 0.1, "n": 350, "correlation": 0.5,
        "separable": [number % 2 == 0 for number in range(len(items))],
    }, index=pd.Index([item.label for item in items], name="kenmerk"))  # fmt: skip


def invented_transport() -> pd.DataFrame:
    n = len(CITIES)
    return pd.DataFrame({
        "gemeente": CITIES, "n": 1234, "r2_own": np.linspace(-12.3, 0.4, n), "r2_shifted": np.linspace(-1.4, 0.5, n),
        "calibration": 1.0, "within": 0.4,
    }, index=pd.Index(CODES, name="gemeentecode"))  # fmt: skip


def invented_shares() -> pd.DataFrame:
    shares = np.tile([10.0, 20.0, 5.0, 15.0, 50.0], (len(CITIES), 1))
    return pd.DataFrame(shares, index=pd.Index(CITIES, name="gemeente"), columns=list(TYPE_ORDER))


def invented_deviations(sample: pd.DataFrame) -> pd.DataFrame:
    n = len(sample)
    deviation = np.linspace(-0.3, 0.4, n)
    return sample.assign(afwijking=deviation, laag=deviation - 0.1, hoog=deviation + 0.1, zeker=0.95,
                         rang=np.arange(1, n + 1), rang_laag=1, rang_hoog=n,
                         type=[TYPE_ORDER[number % len(TYPE_ORDER)] for number in range(n)])  # fmt: skip


def squares(codes: list[str], size: float = 1000.0) -> gpd.GeoDataFrame:
    """A square for every code, side by side in the Dutch grid."""
    places = [(number % 5 * size, number // 5 * size) for number in range(len(codes))]
    shapes = [box(120_000 + x, 480_000 + y, 120_000 + x + size, 480_000 + y + size) for x, y in places]
    return gpd.GeoDataFrame({"geometry": shapes}, index=codes, crs="EPSG:28992")


def invented_country() -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Cities spread over the country, the largest at its edges."""
    cities = pd.DataFrame({
        "gemeentenaam": CITIES, "gemeentecode_2022": CODES, "inwoners_2017": np.linspace(850_000, 100_000, len(CITIES)),
        "belasting": np.linspace(15, 5, len(CITIES)), "buurten": 40,
    }, index=pd.Index(CODES, name="gemeentecode"))  # fmt: skip
    places = [(20, 600), (270, 610), (265, 320), (15, 330), (140, 450), (275, 480), (150, 500), (20, 450)]
    shapes = [box(1000 * x, 1000 * y, 1000 * x + 8000, 1000 * y + 8000) for x, y in places]
    return cities, gpd.GeoDataFrame({"geometry": shapes}, index=list(CODES), crs="EPSG:28992")


SLOPE = Slope(-0.0234, -0.031, -0.015, 0.004, 0.2, 0.3, 1234, 90, "wijk", 0.11)
POOLED = Pooled(-0.02, -0.025, -0.015, 0.004, -0.035, -0.005, 30)
SAMPLE, CURVE, SLOPES, CONTEXT = invented_sample(), invented_curve(), invented_slopes(), invented_context()
TRANSPORT, SHARES, DEVIATIONS = invented_transport(), invented_shares(), invented_deviations(SAMPLE)
RATES = SAMPLE.assign(uitkomst=np.log(20 * (1 + SAMPLE.belasting)))
BOTH = {"Veiligheid (Leefbaarometer)": CONTEXT, "Misdrijven per inwoner (omgekeerd)": CONTEXT.assign(n=340)}
COUNTRY, PROVINCES = invented_country()
SHAPES = squares([*SAMPLE.index[:-3], "BU03639999"])
WIJKEN = squares([*sorted(SAMPLE.wijkcode.unique()), "WK036399", "WK059900"])
NOWHERE = SHAPES.iloc[:0]
HOME = WIJKEN.iloc[:-1].dissolve().set_axis(["GM0363"])
WITH_SHAPES = maps.Layers(HOME, WIJKEN, SHAPES, NOWHERE)
WITH_POINTS = maps.Layers(HOME, WIJKEN, NOWHERE, SHAPES.set_geometry(SHAPES.centroid))
ONLY_WIJKEN = maps.Layers(HOME, WIJKEN, NOWHERE, NOWHERE)
BY_WIJK = DEVIATIONS.groupby("wijkcode").apply(
    lambda group: pd.Series({"afwijking": np.average(group.afwijking, weights=group.gewicht), "inwoners": group.gewicht.sum()}),
    include_groups=False,
).reset_index()  # fmt: skip
NEED = SHARES.reset_index().set_index(pd.Index(CODES)).assign(n=40, belasting=9.0)


@dataclass(frozen=True)
class Kind:
    """A figure to draw, and the data that must travel with it."""

    draw: Callable[[], Figure]
    data: pd.DataFrame


def response_data(sample: pd.DataFrame) -> pd.DataFrame:
    return sample.reset_index().rename(columns={"gewicht": "inwoners"})


def slope_data(table: pd.DataFrame) -> pd.DataFrame:
    ordered = table.sort_values("value", ascending=False).reset_index()
    return ordered.drop(columns="outcome_sd")


KINDS = {
    "response": Kind(
        lambda: charts.response("kromme", SAMPLE, CURVE, AMSTERDAM.outcome, AMSTERDAM, reports.title_onv(SLOPE, AMSTERDAM)),
        response_data(SAMPLE)),
    "response of crime": Kind(
        lambda: charts.response("misdrijven", RATES, invented_curve(4, 6), charts.CRIME, ELSEWHERE,
                                reports.title_crime(SLOPE, ELSEWHERE)),
        response_data(RATES)),
    "context": Kind(
        lambda: charts.context("kenmerken", BOTH, AMSTERDAM,
                               "Welke kenmerken gaan samen met veiligheid, bij een gelijk inkomen?"),
        pd.concat([table.reset_index().assign(uitkomst=label) for label, table in BOTH.items()])),
    "forest": Kind(
        lambda: charts.forest("steden", SLOPES, POOLED, "Verschil in overlast en onveiligheid (LBM-punten)", "Bron: BZK.",
                              reports.title_cities(SLOPES, AMSTERDAM)),
        slope_data(SLOPES)),
    "forest of crime": Kind(
        lambda: charts.forest("misdrijven", invented_slopes(0.05), Pooled(0.05, 0.04, 0.06, 0.01, 0.02, 0.08, 30),
                              "Verschil in misdrijven per inwoner", "Bron: Politie/CBS.",
                              reports.title_cities_crime(SLOPES, AMSTERDAM), as_percentage=True),
        slope_data(invented_slopes(0.05))),
    "transport": Kind(
        lambda: charts.transport("overdracht", TRANSPORT, "Bron: BZK.", reports.title_transport(TRANSPORT)),
        TRANSPORT.sort_values("r2_shifted").reset_index()),
    "type bars": Kind(
        lambda: levers.type_bars("nood", NEED, ELSEWHERE, lever_reports.title_need(NEED, ELSEWHERE)),
        shares(NEED).rename_axis("gemeente").reset_index()),
    "country": Kind(
        lambda: maps.country("nederland", COUNTRY, PROVINCES, ELSEWHERE,
                             "In welke grote steden leven de meeste huishoudens rond het sociaal minimum?"),
        COUNTRY.reset_index()),
    "types": Kind(
        lambda: maps.types("typen", DEVIATIONS, WITH_SHAPES, AMSTERDAM, reports.title_types(DEVIATIONS, AMSTERDAM)),
        DEVIATIONS.reset_index()),
    "types as dots": Kind(
        lambda: maps.types("stippen", DEVIATIONS, WITH_POINTS, Choices(gemeente=LONG),
                           reports.title_types(DEVIATIONS, ELSEWHERE)),
        DEVIATIONS.reset_index()),
    "types by wijk": Kind(
        lambda: maps.types("wijken", DEVIATIONS, ONLY_WIJKEN, Choices(gemeente=LONG),
                           reports.title_types(DEVIATIONS.assign(type=UNDECIDED), ELSEWHERE)),
        BY_WIJK),
    "reasoning": Kind(lambda: diagram.reasoning("redenering"), pd.DataFrame()),
}  # fmt: skip
