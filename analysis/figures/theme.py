"""The one look of every figure: colours, type, and where title, unit and source stand."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from analysis import dutch
from analysis.models.deviation import TYPE_ORDER

INK = "#222222"
SOFT = "#595959"  # 7:1 on white
GRID = "#d9d9d9"
NO_DATA = "#d0d0d0"
PAPER = "#ffffff"

# Blue is safer, ochre is less safe: told apart with every common colour blindness, and never red for people.
# Each has a contrast of 3:1 or more with white.
SAFER, SAFER_LIGHT = "#1b5a9e", "#4f98cb"
LESS_SAFE, LESS_SAFE_LIGHT = "#8c4303", "#cc8420"
ACCENT, OTHER = SAFER, "#7f7f7f"

DIVERGING_STOPS = (LESS_SAFE, LESS_SAFE_LIGHT, "#f7f7f7", SAFER_LIGHT, SAFER)
DIVERGING = LinearSegmentedColormap.from_list("onv", DIVERGING_STOPS)

# A share of something, from few to many.
SEQUENTIAL = "Blues"

TYPE_COLOURS = dict(zip(TYPE_ORDER, (SAFER, LESS_SAFE, SAFER_LIGHT, LESS_SAFE_LIGHT, NO_DATA), strict=True))

WIDTH = 7.2  # inches: the text column of the book
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 13, 10, 8.5
LINE = 0.24  # inches: height of a line of the title

# Characters that fit on a line of each size over the whole width.
TITLE_CHARACTERS, TEXT_CHARACTERS, SMALL_CHARACTERS = 58, 86, 100


def canvas(
    height: float, title: str, subtitle: str, source: str, panels: int = 1, **options: object
) -> tuple[Canvas, list[Axes]]:
    """An empty figure with title, subtitle and source in place.

    Args:
        height: inches of the drawing itself.
        title: the finding, in a sentence.
        subtitle: unit and sample.
        source: publisher and year, with the number of observations.
        panels: axes side by side.
        **options: for `Figure.subplots`.
    """
    lines = textwrap.wrap(title, TITLE_CHARACTERS)
    below = textwrap.wrap(subtitle, TEXT_CHARACTERS)
    foot = textwrap.wrap(source, SMALL_CHARACTERS)
    top, bottom = LINE * len(lines) + 0.19 * len(below) + 0.16, 0.15 * len(foot) + 0.1
    total = height + top + bottom
    figure = Canvas(figsize=(WIDTH, total), layout="constrained", facecolor=PAPER)
    figure.get_layout_engine().set(rect=(0, bottom / total, 1, height / total), w_pad=0.06, h_pad=0.06)
    figure.text(
        0.012,
        1 - 0.07 / total,
        "\n".join(lines),
        size=TITLE_SIZE,
        weight="bold",
        color=INK,
        va="top",
        linespacing=1.15,
    )
    figure.text(0.012, 1 - (0.12 + LINE * len(lines)) / total, "\n".join(below), size=TEXT_SIZE, color=SOFT, va="top")
    figure.text(0.012, 0.05 / total, "\n".join(foot), size=SMALL_SIZE, color=SOFT, va="bottom")
    axes = figure.subplots(1, panels, squeeze=False, **options)[0]
    for one in axes:
        calm(one)
    return figure, list(axes)


def calm(axes: Axes) -> None:
    """Few lines, light grid, Dutch numbers on both axes."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.tick_params(colors=INK, labelsize=TEXT_SIZE - 1)
    axes.grid(True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(dutch_tick))
        axis.label.set_size(TEXT_SIZE)


def dutch_tick(value: float, _: object = None) -> str:
    """A tick label with as many decimals as it needs."""
    for decimals in range(5):
        if abs(value - round(value, decimals)) < 1e-9:
            return dutch.number(round(value, decimals), decimals)
    return dutch.number(value, 4)
