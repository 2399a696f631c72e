"""The reasoning of the study, drawn."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.choices import CRIME_SPAN
from analysis.figures import theme
from analysis.figures.output import Figure

BOXES = {
    "belasting": (0.2, 3.0, 3.1, 1.5, "Zeer laag inkomen", "huishoudens rond het\nsociaal minimum, 2017", theme.LESS_SAFE),
    "context": (0.2, 0.3, 3.1, 1.5, "Wie er al woont", "leeftijd, inkomensmix,\ndichtheid, woningwaarde, 2017", theme.OTHER),
    "uitkomst": (6.6, 3.0, 3.2, 1.5, "Uitkomst", f"overlast en onveiligheid, 2018\nmisdrijven, {CRIME_SPAN}", theme.SAFER),
    "veerkracht": (6.6, 0.3, 3.2, 1.5, "Veerkracht", "veiliger of minder veilig dan\nbuurten met gelijk inkomen", theme.INK),
}  # fmt: skip
ARROWS = (
    ("belasting", "uitkomst", "1 Gaat het samen?\n2 Ook in andere steden?"),
    ("context", None, "3 Maakt het uit\nwie er al woont?"),
    ("uitkomst", "veerkracht", "wat inkomen\nniet voorspelt"),
)


def reasoning(name: str) -> Figure:
    """Burden, context and outcome, and the three questions between them. Arrows are associations, not effects."""
    canvas, (axes,) = theme.canvas(
        3.3, "Drie vragen over buurten, en één maat", "Pijlen zijn samenhangen tussen buurten; ze bewijzen geen gevolg",
        "Naar het onderzoeksplan van deze publicatie.",
    )  # fmt: skip
    axes.set(xlim=(0, 10), ylim=(0, 4.8))
    axes.set_axis_off()
    for box in BOXES.values():
        _box(axes, *box)
    _arrow(axes, (3.35, 3.75), (6.55, 3.75), (4.95, 4.12), ARROWS[0][2])
    _arrow(axes, (3.35, 1.05), (4.95, 3.65), (5.28, 1.85), ARROWS[1][2])
    _arrow(axes, (7.5, 2.95), (7.5, 1.85), (8.55, 2.4), ARROWS[2][2])
    rows = [
        (start, end or "samenhang tussen inkomen en uitkomst", label.replace("\n", " ")) for start, end, label in ARROWS
    ]
    return Figure(name, canvas, pd.DataFrame(rows, columns=["van", "naar", "vraag"]))


def _box(axes: Axes, x: float, y: float, width: float, height: float, title: str, text: str, colour: str) -> None:
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0.02,rounding_size=0.12",
                                  facecolor=theme.PAPER, edgecolor=colour, linewidth=2))  # fmt: skip
    axes.text(
        x + width / 2,
        y + height - 0.36,
        title,
        ha="center",
        va="center",
        weight="bold",
        size=theme.TEXT_SIZE + 1,
        color=theme.INK,
    )
    axes.text(x + width / 2, y + 0.5, text, ha="center", va="center", size=theme.TEXT_SIZE - 1, color=theme.INK)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], at: tuple[float, float], text: str
) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14, color=theme.SOFT, linewidth=1.6))
    axes.text(*at, text, ha="center", va="center", size=theme.TEXT_SIZE - 1, color=theme.INK)
