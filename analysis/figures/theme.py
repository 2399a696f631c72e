"""The one look of every figure: colours, type, and where title, unit and source stand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps
from typing import ParamSpec

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from analysis import dutch
from analysis.figures.output import Figure
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

TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 13, 10, 8.5
LINE = 0.24  # inches: height of a line of the title
CHARACTER = 0.08  # inches: about the width of a character of `TEXT_SIZE`
FEW_TICKS = 5  # along the bottom of a narrow figure: more labels would touch
FEWEST_CHARACTERS = 14  # a label is broken no shorter: Dutch words are long

# A count stays on one line: "n" at the end of a line and "= 240" on the next is no count.
COUNT, WHOLE_COUNT = "n = ", "n\u00a0=\u00a0"


@dataclass(frozen=True)
class Form:
    """How wide a figure is drawn.

    Attributes:
        width: inches.
        title, text, small: characters that fit on a line of each size over the whole width.
        side_by_side: whether panels stand beside each other; else below each other.
    """

    width: float
    title: int
    text: int
    small: int
    side_by_side: bool


# The text column of the book; and a phone of 360 pixels, where the smallest letters are then about 10 pixels high.
WIDE, NARROW = Form(7.2, 58, 86, 100, True), Form(3.75, 29, 42, 50, False)
_form: ContextVar[Form] = ContextVar("form", default=WIDE)
_Given = ParamSpec("_Given")


def form() -> Form:
    """The form that figures are drawn in now."""
    return _form.get()


def columns(wanted: int) -> int:
    """How many columns a legend may have."""
    return wanted if form().side_by_side else max(1, wanted // 2)


@contextmanager
def _narrow() -> Iterator[None]:
    token = _form.set(NARROW)
    try:
        yield
    finally:
        _form.reset(token)


def also_narrow(draw: Callable[_Given, Figure]) -> Callable[_Given, Figure]:
    """Let a function draw its figure a second time, for phones."""

    @wraps(draw)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> Figure:
        wide = draw(*args, **kwargs)
        with _narrow():
            canvas = draw(*args, **kwargs).canvas
            _wrap_labels(canvas)
        return replace(wide, narrow=canvas)

    return drawn


def _wrap_labels(canvas: Canvas) -> None:
    """Break labels of axes that are longer than their panel is wide or high."""
    canvas.draw_without_rendering()  # only the layout knows how much room the names of rows leave
    for axes in canvas.axes:
        place = axes.get_position()
        across = int(place.width * canvas.get_figwidth() / CHARACTER)
        upwards = int(place.height * canvas.get_figheight() / CHARACTER)
        axes.xaxis.label.set_text(textwrap.fill(axes.get_xlabel(), max(across, FEWEST_CHARACTERS)))
        axes.yaxis.label.set_text(textwrap.fill(axes.get_ylabel(), max(upwards, FEWEST_CHARACTERS)))
        title = axes.get_title(loc="left")
        if title:
            axes.set_title(
                textwrap.fill(title, max(across, FEWEST_CHARACTERS)), loc="left", fontsize=TEXT_SIZE, color=INK
            )


def canvas(
    height: float, title: str, subtitle: str, source: str, panels: int = 1, **options: object
) -> tuple[Canvas, list[Axes]]:
    """An empty figure with title, subtitle and source in place.

    Args:
        height: inches of the drawing itself.
        title: the finding, in a sentence.
        subtitle: unit and sample.
        source: publisher and year, with the number of observations.
        panels: axes, side by side where there is room.
        **options: for `Figure.subplots`.
    """
    now = form()
    lines, below, foot = (
        textwrap.wrap(text.replace(COUNT, WHOLE_COUNT), room)
        for text, room in ((title, now.title), (subtitle, now.text), (source, now.small))
    )
    rows, across = (1, panels) if now.side_by_side else (panels, 1)
    top, bottom = LINE * len(lines) + 0.19 * len(below) + 0.16, 0.15 * len(foot) + 0.1
    height *= rows
    total = height + top + bottom
    figure = Canvas(figsize=(now.width, total), layout="constrained", facecolor=PAPER)
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
    axes = figure.subplots(rows, across, squeeze=False, **options).ravel()
    for one in axes:
        calm(one)
    figure.finding = title  # with the numbers that it quotes; `output.Figure` sends them along
    return figure, list(axes)


def calm(axes: Axes) -> None:
    """Few lines, light grid, Dutch numbers on both axes."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.tick_params(colors=INK, labelsize=TEXT_SIZE - 1)
    axes.grid(True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if not form().side_by_side:
        axes.locator_params(axis="x", nbins=FEW_TICKS)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(dutch_tick))
        axis.label.set_size(TEXT_SIZE)


def dutch_tick(value: float, _: object = None) -> str:
    """A tick label with as many decimals as it needs."""
    for decimals in range(5):
        if abs(value - round(value, decimals)) < 1e-9:
            return dutch.number(round(value, decimals), decimals)
    return dutch.number(value, 4)
