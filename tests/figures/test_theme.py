"""Colours can be seen and told apart, and none is red; ticks are Dutch."""

from __future__ import annotations

import colorsys
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from analysis.figures import charts, diagram, maps, theme
from analysis.models.deviation import TYPE_ORDER, UNDECIDED

GRAPHIC, TEXT = 3.0, 4.5  # WCAG 2.2: 1.4.11 and 1.4.3
RED_WITHIN = 15  # degrees of hue
GREY_BELOW = 0.15  # saturation below which a hue cannot be seen


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str = theme.PAPER) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palette() -> dict[str, str]:
    """Every colour that the figures' modules name, also in the middle of a line."""
    found = {}
    for module in (theme, charts, diagram, maps):
        with open(module.__file__, encoding="utf-8") as file:
            found |= {code: code for code in re.findall(r"#[0-9a-fA-F]{6}", file.read())}
    return found | {f"DIVERGING {place}": theme.DIVERGING(place)[:3] for place in np.linspace(0, 1, 21).round(2)}


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == 1
    assert contrast("#777777") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("name", ["INK", "SOFT"])
def test_text_can_be_read_on_white(name):
    assert contrast(getattr(theme, name)) >= TEXT


@pytest.mark.parametrize("name", ["ACCENT", "OTHER", "SAFER", "LESS_SAFE", "SOFT", "INK"])
def test_lines_and_dots_can_be_seen_on_white(name):
    assert contrast(getattr(theme, name)) >= GRAPHIC


@pytest.mark.parametrize(
    "kind",
    [kind for kind in TYPE_ORDER if kind != UNDECIDED],
)  # fmt: skip
def test_every_type_can_be_seen_on_white(kind):
    """The undecided buurten stay in the background on purpose."""
    assert contrast(theme.TYPE_COLOURS[kind]) >= GRAPHIC


def test_every_type_has_a_colour_of_its_own():
    assert tuple(theme.TYPE_COLOURS) == TYPE_ORDER
    assert len(set(theme.TYPE_COLOURS.values())) == len(TYPE_ORDER)


def test_safer_and_less_safe_are_opposite_hues():
    hues = [colorsys.rgb_to_hsv(*to_rgb(colour))[0] * 360 for colour in (theme.SAFER, theme.LESS_SAFE)]
    assert abs(hues[0] - hues[1]) > 120


@pytest.mark.parametrize(("name", "colour"), palette().items())
def test_no_colour_is_red(name, colour):
    hue, saturation, _ = colorsys.rgb_to_hsv(*to_rgb(colour))
    from_red = min(hue * 360, 360 - hue * 360)
    assert saturation < GREY_BELOW or from_red > RED_WITHIN


def test_the_palette_is_found():
    """Or the test above would look at nothing."""
    assert {theme.SAFER, theme.LESS_SAFE, theme.INK, theme.OTHER} <= set(palette())


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.0, "0"), (0.1 + 0.2, "0,3"), (-0.25, "−0,25"), (1500, "1.500"), (0.125, "0,125"), (1 / 3, "0,3333")],
)
def test_a_tick_has_as_many_decimals_as_it_needs(value, text):
    assert theme.dutch_tick(value) == text


@pytest.mark.parametrize("lines", [1, 3])
def test_a_longer_title_makes_the_figure_taller_not_the_drawing_smaller(lines):
    canvas, _ = theme.canvas(3, "woord " * 9 * lines, "eenheid", "bron")
    height = canvas.get_layout_engine().get()["rect"][3] * canvas.get_figheight()
    assert canvas.texts[0].get_text().count("\n") == lines - 1
    assert height == pytest.approx(3)
