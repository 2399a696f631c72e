"""The picture that goes with a shared link: the title of a page, what it is about, and the houses of the book."""

from __future__ import annotations

import io
import textwrap
from functools import lru_cache

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Polygon
from matplotlib.text import Text
from PIL import Image

from analysis.figures.theme import ACCENT, INK, PAPER, SOFT

# What messengers and networks show whole, in pixels.
WIDTH, HEIGHT = 1200, 630
DOTS_PER_INCH = 100
MARGIN = 80

# Letters of a size in pixels, and how many of them fit on a line; a longer title takes the next, smaller size.
TITLE_SIZES = ((64, 25), (56, 30), (48, 35))
TITLE_LINES = 2
TEXT_SIZE, TEXT_CHARACTERS = 26, 48  # beside the houses
NAME_SIZE = 26

# Flat colours: a palette of this many keeps letters smooth and a picture at some 15 kB.
COLOURS = 64

# The houses of book/_static/logo.svg, in its units, and their windows.
HOUSES = (
    ("#4393c3", ((6, 55), (3, 27), (13, 16), (25, 24), (27, 53))),
    ("#2166ac", ((27, 53), (25, 18), (37, 5), (49, 17), (49, 52))),
    ("#b35806", ((49, 52), (50, 25), (61, 15), (72, 26), (70, 53))),
    ("#6baed6", ((70, 53), (73, 19), (84, 12), (93, 24), (90, 56))),
)
WINDOWS = (
    ((11, 33), (16, 32.4), (16.5, 38.4), (11.5, 39)),
    ((32, 24), (36, 23.8), (36, 29.8), (32, 30)),
    ((40, 23.8), (44, 23.8), (44, 29.8), (40, 29.8)),
    ((32, 35), (36, 34.8), (36, 40.8), (32, 41)),
    ((40, 34.8), (44, 34.8), (44, 40.8), (40, 40.8)),
    ((58, 31), (63, 31.3), (62.7, 37.3), (57.7, 37)),
    ((79, 27), (84, 27.6), (83.4, 33.6), (78.4, 33)),
)
GROUND = "#7b8794"


def preview(title: str, text: str, name: str) -> bytes:
    """Draw a preview; the same words give the same bytes.

    Args:
        title: of the page.
        text: a sentence or two about the page; may be empty.
        name: of the book.

    Returns:
        A PNG of 1200 by 630 pixels.
    """
    canvas, heading, below, above = _sheet()
    above.set_text(name if name != title else "")
    size, lines = _fitted(title)
    heading.set(text="\n".join(lines), fontsize=_points(size))
    below.set(text="\n".join(textwrap.wrap(text, TEXT_CHARACTERS)), y=MARGIN + 70 + len(lines) * size * 1.18 + 34)
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    buffer = io.BytesIO()
    drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest letters with which a title takes few lines, and those lines."""
    fitted = [(size, textwrap.wrap(title, characters)) for size, characters in TITLE_SIZES]
    return next(((size, lines) for size, lines in fitted if len(lines) <= TITLE_LINES), fitted[-1])


@lru_cache(maxsize=1)
def _sheet() -> tuple[FigureCanvasAgg, Text, Text, Text]:
    """The part that all previews share, drawn once: the sheet, and its three texts (title, sentence, book)."""
    figure = Canvas(figsize=(WIDTH / DOTS_PER_INCH, HEIGHT / DOTS_PER_INCH), dpi=DOTS_PER_INCH, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.set_axis_off()
    axes.add_patch(Polygon(((0, 0), (WIDTH, 0), (WIDTH, 14), (0, 14)), color=ACCENT))
    _houses(axes, scale=3.6, left=WIDTH - MARGIN - 96 * 3.6 + 20, top=HEIGHT - 64 * 3.6 - 18)
    above = axes.text(MARGIN, MARGIN, "", va="top", color=ACCENT, weight="bold", fontsize=_points(NAME_SIZE))
    heading = axes.text(MARGIN, MARGIN + 62, "", va="top", color=INK, weight="bold", linespacing=1.18)
    below = axes.text(MARGIN, 0, "", va="top", color=SOFT, fontsize=_points(TEXT_SIZE), linespacing=1.4)
    return FigureCanvasAgg(figure), heading, below, above


def _houses(axes: Axes, scale: float, left: float, top: float) -> None:
    def placed(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
        return [(left + scale * x, top + scale * y) for x, y in points]

    for colour, points in HOUSES:
        axes.add_patch(Polygon(placed(points), facecolor=colour, edgecolor=PAPER, linewidth=4))
    for points in WINDOWS:
        axes.add_patch(Polygon(placed(points), color=PAPER, linewidth=0))
    ground = placed(((3, 58), (25, 55), (48, 54), (71, 55), (93, 59)))
    axes.plot(*zip((0, ground[0][1] + 8), *ground, (WIDTH, ground[-1][1] + 6), strict=True), color=GROUND, linewidth=6)


def _points(pixels: float) -> float:
    return pixels * 72 / DOTS_PER_INCH
