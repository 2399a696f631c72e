"""Maps: table and polygons in, figure out."""

from __future__ import annotations

import math

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

# Inches: a map beside its colour bar, and how low or high it may get.
MAP_WIDTH, MAP_HEIGHTS = 5.8, (2.6, 5.0)

# Names beside the dots of the largest cities only: more would run into each other.
LABELLED = 7

# A name goes to the left of its dot where another dot lies this near to the right of it (metres east, metres north).
NEAR = (45_000, 14_000)
HALO = [withStroke(linewidth=2.5, foreground="#ffffff")]


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
        f"Bron: {choices.income.source}; kaart CBS/Kadaster 2022. n = {dutch.number(cities.buurten.sum())} buurten in "
        f"{len(cities)} gemeenten van 100.000 inwoners of meer."
    )
    canvas, (axes,) = theme.canvas(6.2, title, f"Kleur: {choices.income.label}; grootte: inwoners", source)
    gemeenten.plot(ax=axes, color="#efefef", edgecolor="#cfcfcf", linewidth=0.4)
    points = gemeenten.geometry.representative_point().reindex(cities.gemeentecode_2022)
    dots = axes.scatter(points.x, points.y, s=cities.inwoners_2017 / 2200, c=cities.belasting, cmap=theme.SEQUENTIAL, vmin=0,
                        edgecolors=theme.INK, linewidths=0.7, zorder=3)  # fmt: skip
    smallest = cities.inwoners_2017.nlargest(LABELLED).min()
    for point, city in zip(points, cities.itertuples(), strict=True):
        if city.inwoners_2017 >= smallest:
            _name(axes, city.gemeentenaam, point, points)
    bar = canvas.colorbar(dots, ax=axes, shrink=0.45, anchor=(0, 0.9), pad=0.01)
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


def types(name: str, deviations: pd.DataFrame, buurten: gpd.GeoDataFrame, wijken: gpd.GeoDataFrame, choices: Choices,
          title: str) -> Figure:  # fmt: skip
    """The types of the buurten on the map; where buurten have no polygons, the mean deviation per wijk."""
    subtitle = f"{choices.gemeente}, afwijking van wat bij het aandeel zeer lage inkomens in de stad past"
    own = buurten[buurten.index.isin(deviations.index)]
    drawn_by = "Gemeente Amsterdam" if len(own) else "CBS/Kadaster 2022; grijs: geen cijfer"
    source = f"Bron: {choices.outcome.source}; {choices.income.source}; kaart {drawn_by}. n = {dutch.number(len(deviations))} buurten"
    if len(own):
        absent = len(deviations) - len(own)
        source += f", van {absent} is geen kaartbeeld." if absent else "."
        canvas, (axes,) = theme.canvas(5.4, title, subtitle, source)
        _draw_types(axes, buurten, deviations["type"])
        return Figure(name, canvas, deviations.reset_index())
    shapes = wijken[wijken.index.str[2:6] == choices.gemeentecode[2:]]
    canvas, (axes,) = theme.canvas(
        _height(shapes), title, f"{subtitle}; gemiddelde per wijk (LBM-punten)", f"{source}."
    )
    by_wijk = _by_wijk(deviations)
    _draw_deviation(canvas, axes, shapes, by_wijk)
    return Figure(name, canvas, by_wijk.reset_index())


def _height(shapes: gpd.GeoDataFrame) -> float:
    """Inches that a map over the width of the page needs: a wide city needs a low one."""
    west, south, east, north = shapes.total_bounds
    return float(np.clip(MAP_WIDTH * (north - south) / (east - west), *MAP_HEIGHTS))


def _draw_types(axes: Axes, shapes: gpd.GeoDataFrame, kinds: pd.Series) -> None:
    shapes.plot(ax=axes, color="#f4f4f4", edgecolor="#dddddd", linewidth=0.3)
    known = shapes.join(kinds.rename("type"), how="inner")
    known.plot(ax=axes, color=known["type"].map(theme.TYPE_COLOURS), edgecolor=theme.PAPER, linewidth=0.35)
    counts = kinds.value_counts()
    patches = [
        Patch(facecolor=theme.TYPE_COLOURS[kind], label=f"{kind} ({counts.get(kind, 0)})") for kind in TYPE_ORDER
    ]
    patches.append(Patch(facecolor="#f4f4f4", edgecolor="#dddddd", label="geen cijfer"))
    axes.legend(handles=patches, frameon=False, fontsize=theme.SMALL_SIZE, loc="upper center",
                bbox_to_anchor=(0.5, 0), ncols=2, handlelength=1.1, columnspacing=0.9)  # fmt: skip
    _bare(axes)


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
