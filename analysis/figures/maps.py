"""Maps: table and polygons in, figure out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import TwoSlopeNorm
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from shapely.geometry import Point

from analysis import dutch
from analysis.choices import Choices
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.models.deviation import TYPE_ORDER

# A map beside its colour bar takes this share of the width. Inches: how low or high it may get, and what its legend takes on
# a phone, where it has a line for each type.
MAP_SHARE, MAP_HEIGHTS, LEGEND_BELOW = 0.8, (2.6, 5.0), 0.9

# Names beside the dots of the largest cities only: more would run into each other.
LABELLED, LABELLED_NARROW = 7, 4

# A name goes to the left of its dot where another dot lies this near to the right of it (metres east, metres north).
NEAR = (45_000, 14_000)

LAND, BORDER = "#f4f4f4", "#d4d4d4"

# Buurten are drawn as dots when points stand for this share of the inhabitants; with fewer the map would mislead.
DOTS_FROM = 0.8

# All dots together cover this share of the land; none so small that it cannot be seen, or so large that it hides others
# (square points).
DOTS_SHARE, DOT_AREAS, POINTS_PER_INCH = 0.1, (9, 110), 72

# Wijken that cover less of the gemeente than this leave holes in the map.
COVERED = 0.9
HALO = [withStroke(linewidth=2.5, foreground="#ffffff")]


# The layers of the dataset that `Layers` holds, in its order.
LAYERS = ("gemeenten", "wijken", "amsterdam_buurten", "buurtpunten")


@dataclass(frozen=True)
class Layers:
    """What a map of a city is drawn on (EPSG:28992, by code): polygons, and `points` of buurten."""

    gemeenten: gpd.GeoDataFrame
    wijken: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    points: gpd.GeoDataFrame

    def of(self, gemeentecode: str) -> gpd.GeoDataFrame:
        """The wijken of a gemeente, and beneath them its whole land where some wijken have no polygon."""
        wijken = self.wijken[self.wijken.index.str[2:6] == gemeentecode[2:]]
        whole = self.gemeenten[self.gemeenten.index == gemeentecode]
        covered = wijken.area.sum() >= COVERED * whole.area.sum()
        return wijken if covered else pd.concat([whole, wijken])


@theme.also_narrow
def country(name: str, cities: pd.DataFrame, gemeenten: gpd.GeoDataFrame, choices: Choices, title: str) -> Figure:
    """The Netherlands with the big cities as dots: larger is more inhabitants, colour is the burden.

    Args:
        name: of the figure.
        cities: per gemeentecode `gemeentenaam`, `gemeentecode_2022`, `inwoners_2017` and `belasting` (%).
        gemeenten: polygons of 2022.
        choices: settled choices, for the measure of burden.
        title: in Dutch.
    """
    source = (
        f"Bron: {choices.income.source}; kaart CBS/Kadaster 2022. n = {dutch.count(cities.buurten.sum(), 'buurt')} in "
        f"{dutch.count(len(cities), 'gemeente')} van 100.000 inwoners of meer."
    )
    wide = theme.form().side_by_side
    canvas, (axes,) = theme.canvas(
        6.2 if wide else 5.0, title, f"Kleur: {choices.income.label}; grootte: inwoners", source
    )
    gemeenten.plot(ax=axes, color="#efefef", edgecolor="#cfcfcf", linewidth=0.4)
    points = gemeenten.geometry.representative_point().reindex(cities.gemeentecode_2022)
    dots = axes.scatter(points.x, points.y, s=cities.inwoners_2017 / 2200, c=cities.belasting, cmap=theme.SEQUENTIAL, vmin=0,
                        edgecolors=theme.INK, linewidths=0.7, zorder=3)  # fmt: skip
    smallest = cities.inwoners_2017.nlargest(LABELLED if wide else LABELLED_NARROW).min()
    for point, city in zip(points, cities.itertuples(), strict=True):
        if city.inwoners_2017 >= smallest:
            _name(axes, city.gemeentenaam, point, points)
    beside = (
        {"shrink": 0.45, "anchor": (0, 0.9), "pad": 0.01}
        if wide
        else {"location": "bottom", "shrink": 0.7, "pad": 0.01}
    )
    bar = canvas.colorbar(dots, ax=axes, format=theme.dutch_tick, **beside)
    bar.ax.tick_params(labelsize=theme.TEXT_SIZE - 1)
    bar.set_label("% van de huishoudens", size=theme.TEXT_SIZE - 1)
    _bare(axes)
    return Figure(name, canvas, cities.drop(columns="geometry", errors="ignore").reset_index())


def _name(axes: Axes, name: str, point: Point, points: gpd.GeoSeries) -> None:
    """Write a name beside its dot, on the side where there is room."""
    east, north = points.x - point.x, (points.y - point.y).abs()
    left = bool(((east > 0) & (east < NEAR[0]) & (north < NEAR[1])).any())
    axes.annotate(name, (point.x, point.y), xytext=(-12 if left else 12, 0), textcoords="offset points",
                  ha="right" if left else "left", va="center", size=theme.TEXT_SIZE - 1, color=theme.INK,
                  path_effects=HALO, zorder=4)  # fmt: skip


@theme.also_narrow
def types(name: str, deviations: pd.DataFrame, layers: Layers, choices: Choices, title: str) -> Figure:
    """The types of the buurten on the map.

    Amsterdam has polygons of its buurten. Elsewhere a buurt is a dot; where too few can be placed, the mean deviation per
    wijk is shown.

    Args:
        name: of the figure.
        deviations: per buurtcode `wijkcode`, `gewicht` (inhabitants), `afwijking` (LBM points) and `type`.
        layers: polygons and points.
        choices: settled choices.
        title: the finding, in Dutch.
    """
    of_city = f"{choices.gemeente}, afwijking van wat bij het aandeel zeer lage inkomens in de stad past"
    source = f"Bron: {choices.outcome.source}; {choices.income.source}; kaart "
    n = f"n = {dutch.count(len(deviations), 'buurt')}"
    if deviations.index.isin(layers.buurten.index).any():
        absent = (~deviations.index.isin(layers.buurten.index)).sum()
        without = f"{source}Gemeente Amsterdam. {n}" + (f", van {absent} is geen kaartbeeld." if absent else ".")
        canvas, (axes,) = theme.canvas(_height(layers.buurten), title, of_city, without)
        _draw_types(axes, layers.buurten, deviations["type"])
        return Figure(name, canvas, deviations.reset_index())
    shapes = layers.of(choices.gemeentecode)
    source += "CBS/Kadaster 2014 en 2022"
    placed = deviations.index.isin(layers.points.index)
    if deviations.gewicht[placed].sum() >= DOTS_FROM * deviations.gewicht.sum() > 0:
        absent = f", van {dutch.number((~placed).sum())} is de plek niet bekend" if not placed.all() else ""
        subtitle = f"{of_city}; een stip is een buurt, groter is meer inwoners"
        without = f"{source}; stippen staan op ongeveer 300 meter goed. {n}{absent}."
        canvas, (axes,) = theme.canvas(_height(shapes), title, subtitle, without)
        _draw_dots(axes, shapes, deviations, layers.points)
        return Figure(name, canvas, deviations.reset_index())
    subtitle, without = f"{of_city}; gemiddelde per wijk (LBM-punten)", f"{source}; grijs: geen cijfer. {n}."
    canvas, (axes,) = theme.canvas(_height(shapes), title, subtitle, without)
    by_wijk = _by_wijk(deviations)
    _draw_deviation(canvas, axes, shapes, by_wijk)
    return Figure(name, canvas, by_wijk.reset_index())


def _height(shapes: gpd.GeoDataFrame) -> float:
    """Inches that a map over the width of the page needs: a wide city needs a low one."""
    west, south, east, north = shapes.total_bounds
    drawn = float(np.clip(MAP_SHARE * theme.form().width * (north - south) / (east - west), *MAP_HEIGHTS))
    return drawn if theme.form().side_by_side else drawn + LEGEND_BELOW


def _draw_types(axes: Axes, shapes: gpd.GeoDataFrame, kinds: pd.Series) -> None:
    shapes.plot(ax=axes, color=LAND, edgecolor=BORDER, linewidth=0.3)
    known = shapes.join(kinds.rename("type"), how="inner")
    known.plot(ax=axes, color=known["type"].map(theme.TYPE_COLOURS), edgecolor=theme.PAPER, linewidth=0.35)
    nothing = Patch(facecolor=LAND, edgecolor=BORDER, label="geen cijfer")
    _type_legend(axes, [*_type_patches(kinds), nothing])
    _bare(axes)


def _draw_dots(axes: Axes, shapes: gpd.GeoDataFrame, deviations: pd.DataFrame, points: gpd.GeoDataFrame) -> None:
    shapes.plot(ax=axes, color=LAND, edgecolor=BORDER, linewidth=0.6)
    ordered = deviations[deviations.index.isin(points.index)].sort_values("gewicht", ascending=False)  # small on top
    places = points.geometry.reindex(ordered.index)
    axes.scatter(places.x, places.y, s=_dot_sizes(ordered.gewicht, shapes),
                 c=list(ordered["type"].map(theme.TYPE_COLOURS)), edgecolors=theme.SOFT, linewidths=0.4, zorder=3)  # fmt: skip
    _type_legend(axes, _type_patches(deviations["type"]))
    _bare(axes)


def _dot_sizes(inhabitants: pd.Series, shapes: gpd.GeoDataFrame) -> np.ndarray:
    """Areas of the dots in square points: together a part of the land, so that a crowded city has small ones."""
    west, _, east, _ = shapes.total_bounds
    land = shapes.union_all().area * (MAP_SHARE * theme.form().width * POINTS_PER_INCH / (east - west)) ** 2
    return np.clip(inhabitants / inhabitants.sum() * DOTS_SHARE * land, *DOT_AREAS)


def _type_patches(kinds: pd.Series) -> list[Patch]:
    counts = kinds.value_counts()
    return [Patch(facecolor=theme.TYPE_COLOURS[kind], label=f"{kind} ({counts.get(kind, 0)})") for kind in TYPE_ORDER]


def _type_legend(axes: Axes, patches: list[Patch]) -> None:
    axes.legend(handles=patches, frameon=False, fontsize=theme.SMALL_SIZE, loc="upper center",
                bbox_to_anchor=(0.5, 0), ncols=theme.columns(2), handlelength=1.1, columnspacing=0.9)  # fmt: skip


def _by_wijk(deviations: pd.DataFrame) -> pd.DataFrame:
    weighted = (deviations.afwijking * deviations.gewicht).groupby(deviations.wijkcode).sum()
    inhabitants = deviations.groupby("wijkcode").gewicht.sum()
    return pd.DataFrame({"afwijking": weighted / inhabitants, "inwoners": inhabitants})


def _draw_deviation(canvas: object, axes: Axes, shapes: gpd.GeoDataFrame, by_wijk: pd.DataFrame) -> None:
    reach = max(float(by_wijk.afwijking.abs().max()) if len(by_wijk) else 0.0, 1e-6)
    norm = TwoSlopeNorm(0, -reach, reach)
    shapes.plot(ax=axes, color=theme.NO_DATA, edgecolor=theme.PAPER, linewidth=0.5)
    known = shapes.join(by_wijk, how="inner")
    if len(known):
        known.plot(ax=axes, column="afwijking", cmap=theme.DIVERGING, norm=norm, edgecolor=theme.PAPER, linewidth=0.5)
    bar = canvas.colorbar(ScalarMappable(norm, theme.DIVERGING), ax=axes, shrink=0.5, format=theme.dutch_tick)
    bar.set_label("minder veilig ↔ veiliger dan verwacht", size=theme.TEXT_SIZE - 1)
    end = _round_down(reach)
    bar.set_ticks([-end, 0, end])
    _bare(axes)


def _round_down(reach: float) -> float:
    """A number of one or two digits that lies within the colours, however small they reach."""
    step = 10.0 ** (math.floor(math.log10(reach)) - 1)
    return math.floor(reach / step) * step


def _bare(axes: Axes) -> None:
    axes.set_axis_off()
    axes.set_aspect("equal")
