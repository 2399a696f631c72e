"""Every chart and map draws, carries its data, is the same twice, and keeps its text on the canvas."""

from __future__ import annotations

import base64
import dataclasses
import io
import itertools
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from invented import (
    AMSTERDAM,
    BOTH,
    BY_WIJK,
    DEVIATIONS,
    KINDS,
    ONLY_WIJKEN,
    POOLED,
    RATES,
    SAMPLE,
    SHAPES,
    SHARES,
    SLOPES,
    TRANSPORT,
    WIJKEN,
    WITH_POINTS,
    invented_curve,
)
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import dutch
from analysis.choices import Choices
from analysis.figures import charts, maps, theme
from analysis.figures.output import DATA_MIME, DOTS_PER_INCH, Figure
from analysis.models.deviation import TYPE_ORDER
from analysis.publication.numbers import MIME, Number, filled

with_data = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "reasoning"])
every_kind = pytest.mark.parametrize("kind", KINDS)


@with_data
def test_on_a_phone_the_same_is_drawn_narrower_and_panels_stand_below_each_other(kind, figures):
    wide, narrow = figures[kind].canvas, figures[kind].narrow
    assert narrow.get_figwidth() == theme.NARROW.width < wide.get_figwidth() == theme.WIDE.width
    assert len(narrow.axes) == len(wide.axes)
    assert " ".join(narrow.texts[0].get_text().split()) == " ".join(wide.finding.split())
    panels = [axes.get_subplotspec().colspan.start for axes in narrow.axes if axes.get_subplotspec()]
    assert set(panels) == {0}
    assert theme.form() is theme.WIDE


@every_kind
def test_the_title_travels_with_the_figure_for_who_cannot_see_it(kind, figures):
    travels = figures[kind]._repr_mimebundle_()
    title = travels[DATA_MIME]["title"]
    assert len(title) > 10 and "\n" not in title
    quoted = [Number(**number) for number in travels.get(MIME, [])]
    assert filled(title, quoted).split() == figures[kind].canvas.texts[0].get_text().split()


@every_kind
def test_the_lines_that_travel_are_the_same_twice_and_hold_no_date(kind, figures):
    record = figures[kind]._repr_mimebundle_()[DATA_MIME]
    assert record["svg"] == KINDS[kind].draw()._repr_mimebundle_()[DATA_MIME]["svg"]
    root = ElementTree.fromstring(record["svg"])
    assert root.tag.endswith("svg") and float(root.get("width").removesuffix("pt")) == theme.WIDE.width * 72
    assert "<dc:date>" not in record["svg"]


@with_data
def test_the_data_that_travel_are_what_was_drawn(kind, figures):
    record = figures[kind]._repr_mimebundle_()[DATA_MIME]
    travelled, expected = pd.read_csv(io.StringIO(record["csv"])), KINDS[kind].data
    assert record["name"] == figures[kind].name
    assert set(travelled.columns) == set(expected.columns)
    pd.testing.assert_frame_equal(
        travelled[expected.columns], expected.reset_index(drop=True), check_dtype=False, rtol=1e-5
    )


def test_the_diagrams_data_are_its_arrows(figures):
    data = figures["reasoning"].data
    assert list(data.columns) == ["van", "naar", "vraag"]
    assert " ".join(data.vraag).count("?") == 3
    assert all(f"{number} " in " ".join(data.vraag) for number in (1, 2, 3))
    assert data.notna().all(axis=None)


@every_kind
def test_the_output_is_a_sharp_picture_with_a_name(kind, figures):
    bundle = figures[kind]._repr_mimebundle_()
    picture = base64.b64decode(bundle["image/png"])
    width = int.from_bytes(picture[16:20], "big")
    assert picture.startswith(b"\x89PNG")
    assert width == round(theme.WIDE.width * DOTS_PER_INCH)
    assert figures[kind].name in bundle["text/plain"]


@every_kind
def test_the_picture_is_the_same_on_two_draws(kind):
    first, second = (KINDS[kind].draw().png() for _ in range(2))
    assert first == second
    assert b"Matplotlib" not in first


MOVES = ("response", "transport", "country")


@pytest.mark.parametrize(
    "kind",
    list(KINDS),
)  # fmt: skip
def test_the_same_figure_gives_the_same_picture_again(kind):
    figure = KINDS[kind].draw()
    assert figure.png() == figure.png()


# --- Text stays on the canvas ---------------------------------------------------------------------


def hidden_labels(canvas: Canvas) -> set[int]:
    """Labels that are not drawn: left over, outside the limits of their axis, or of axes that are switched off."""
    return {
        id(text) for axes in canvas.axes for axis in (axes.xaxis, axes.yaxis)
        for text in set(axis.findobj(Text)) - (drawn_labels(axis) if axes.axison else set())
    }  # fmt: skip


def drawn_labels(axis: Axis) -> set[Text]:
    ticks = itertools.chain(axis.get_major_ticks(), axis.get_minor_ticks())
    labels = {label for tick in ticks if inside(tick.get_loc(), axis) for label in (tick.label1, tick.label2)}
    return labels | {axis.label, axis.offsetText}


def inside(place: float, axis: Axis) -> bool:
    low, high = sorted(axis.get_view_interval())
    return low - 1e-9 <= place <= high + 1e-9


def texts(canvas: Canvas) -> Iterator[tuple[str, Bbox]]:
    """Every text that the canvas shows, with the box that it takes, in pixels of the published picture."""
    canvas.set_dpi(DOTS_PER_INCH)
    canvas.draw_without_rendering()
    hidden = hidden_labels(canvas)
    for text in canvas.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            yield text.get_text(), text.get_window_extent()


def outside(canvas: Canvas) -> list[str]:
    """Texts that do not lie on the canvas, but for half a pixel."""
    found = list(texts(canvas))
    width, height = canvas.bbox.width + 0.5, canvas.bbox.height + 0.5
    return [
        text for text, place in found
        if not (place.x0 >= -0.5 and place.y0 >= -0.5 and place.x1 <= width and place.y1 <= height)
    ]  # fmt: skip


ROUNDED_UP = "een streepje dat naar boven is afgerond valt buiten de kleuren en maakt de balk leeg"


@pytest.mark.parametrize(
    "kind",
    list(KINDS),
)  # fmt: skip
def test_no_text_lies_outside_the_canvas(kind, figures):
    found = list(texts(figures[kind].canvas))
    assert len(found) > 3
    assert outside(figures[kind].canvas) == []
    assert figures[kind].narrow is None or outside(figures[kind].narrow) == []


def test_the_check_sees_a_text_outside_the_canvas():
    canvas, _ = theme.canvas(2, "Titel", "Eenheid", "Bron")
    assert outside(canvas) == []
    canvas.text(0.9, 0.5, "te lang voor deze plaats")
    canvas.text(0.5, 0.999, "erboven")
    assert outside(canvas) == ["te lang voor deze plaats", "erboven"]


@every_kind
def test_the_drawing_stays_clear_of_title_subtitle_and_source(kind, figures):
    """Axes with their labels and legends do not run into the texts around them."""
    canvas = figures[kind].canvas
    canvas.set_dpi(DOTS_PER_INCH)
    canvas.draw_without_rendering()
    around = {text.get_text(): text.get_window_extent() for text in canvas.texts}
    assert len(around) == 3
    drawn = [
        text for axes in canvas.axes if axes.axison for text in (axes.title, axes._left_title, *axes.get_xticklabels())
    ]
    places = [text.get_window_extent() for text in drawn if text.get_text()]
    places += [axes.get_legend().get_window_extent() for axes in canvas.axes if axes.get_legend()]
    assert [text for text, box in around.items() if any(overlaps(box, place) for place in places)] == []


def overlaps(one: Bbox, other: Bbox) -> bool:
    """More than a pixel in both directions."""
    shared = Bbox.intersection(one, other)
    return shared is not None and shared.width > 1 and shared.height > 1


@every_kind
def test_title_subtitle_and_source_do_not_run_into_each_other(kind, figures):
    canvas = figures[kind].canvas
    canvas.set_dpi(DOTS_PER_INCH)
    canvas.draw_without_rendering()
    boxes = [text.get_window_extent() for text in canvas.texts]
    assert not any(overlaps(*pair) for pair in itertools.combinations(boxes, 2))


@every_kind
def test_every_figure_names_its_source(kind, figures):
    last = figures[kind].canvas.texts[-1].get_text()
    assert last.startswith(("Bron: ", "Naar het onderzoeksplan"))
    assert "n\u00a0=\u00a0" in last or kind == "reasoning"


@pytest.mark.parametrize("kind", ["context", "forest", "forest of crime", "transport", "type bars"])
def test_every_row_has_its_name_written_out(kind, figures):
    canvas, data = figures[kind].canvas, KINDS[kind].data
    wanted = data["gemeente"] if "gemeente" in data else data.kenmerk.map(dutch.sentence_case)
    written = {text for text, _ in texts(canvas)}
    assert set(wanted) <= written


# --- What is drawn where --------------------------------------------------------------------------


def dots(figure: Figure, panel: int = 0, which: int = 0) -> np.ndarray:
    found = [one for one in figure.canvas.axes[panel].collections if isinstance(one, PathCollection)]
    return np.asarray(found[which].get_offsets())


def test_every_buurt_is_a_dot_at_its_burden_and_outcome(figures):
    np.testing.assert_allclose(dots(figures["response"]), SAMPLE[["belasting", "uitkomst"]])


def test_the_forest_shows_slopes_per_ten_points_with_the_reference_marked(figures):
    ordered = SLOPES.sort_values("value", ascending=False)
    np.testing.assert_allclose(dots(figures["forest"])[:, 0], 10 * ordered.value)
    colours = [to_hex(colour) for colour in figures["forest"].canvas.axes[0].collections[-1].get_facecolors()]
    labels = figures["forest"].canvas.axes[0].get_yticklabels()
    marked = [label.get_text() for label, colour in zip(labels, colours, strict=True) if colour == theme.LESS_SAFE]
    assert marked == ["Amsterdam"]
    assert [label.get_text() for label in labels if label.get_weight() == "bold"] == ["Amsterdam"]


def test_the_forests_band_is_the_reach_for_a_new_city(figures):
    band = figures["forest"].canvas.axes[0].patches[0].get_extents().transformed(
        figures["forest"].canvas.axes[0].transData.inverted())  # fmt: skip
    assert (band.x0, band.x1) == pytest.approx((10 * POOLED.new_low, 10 * POOLED.new_high))


def test_the_forest_of_crime_is_labelled_in_percentages_of_the_logarithm(figures):
    axes = figures["forest of crime"].canvas.axes[0]
    labels = {label.get_text(): place for label, place in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)}
    assert labels["0 %"] == 0
    assert labels["50 %"] == pytest.approx(np.log(1.5))
    assert labels["100 %"] == pytest.approx(np.log(2))


def test_crime_rates_are_labelled_as_rates(figures):
    axes = figures["response of crime"].canvas.axes[0]
    labels = {label.get_text(): place for label, place in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)}
    assert labels["100"] == pytest.approx(np.log(100))
    assert all(RATES.uitkomst.min() - 1 < place < RATES.uitkomst.max() + 1 for place in labels.values())


def test_an_inseparable_characteristic_is_an_open_dot(figures):
    panel = figures["context"].canvas.axes[0]
    face = [to_hex(colour) for colour in panel.collections[-1].get_facecolors()]
    table = next(iter(BOTH.values())).iloc[::-1]
    assert face == [theme.ACCENT if separable else theme.PAPER for separable in table.separable]


def test_a_city_far_below_zero_keeps_its_value_in_words(figures):
    written = {text for text, _ in texts(figures["transport"].canvas)}
    assert f"{dutch.number(TRANSPORT.r2_own.min(), 1)} ◂" in written
    assert dots(figures["transport"])[:, 0].min() == -1


def test_the_bars_of_a_city_add_up_to_its_inhabitants(figures):
    axes = figures["type bars"].canvas.axes[0]
    widths = np.array([bar.get_width() for bar in axes.patches]).reshape(len(TYPE_ORDER), len(SHARES))
    np.testing.assert_allclose(widths.sum(axis=0), 100)
    colours = [to_hex(bar.get_facecolor()) for bar in axes.patches[:: len(SHARES)]]
    assert colours == [theme.TYPE_COLOURS[kind] for kind in TYPE_ORDER]


def test_the_map_legend_counts_every_type(figures):
    labels = [text.get_text() for text in figures["types"].canvas.axes[0].get_legend().get_texts()]
    counts = DEVIATIONS.type.value_counts()
    assert labels == [*(f"{kind} ({counts[kind]})" for kind in TYPE_ORDER), "geen cijfer"]


def test_the_map_colours_every_buurt_by_its_type(figures):
    axes = figures["types"].canvas.axes[0]
    drawn = [to_hex(colour) for colour in axes.collections[1].get_facecolors()]
    assert drawn == [theme.TYPE_COLOURS[DEVIATIONS.type[code]] for code in SHAPES.index if code in DEVIATIONS.index]


def test_the_map_says_how_many_buurten_have_no_shape(figures):
    assert "van 3 is geen kaartbeeld" in figures["types"].canvas.texts[-1].get_text().replace("\n", " ")


def test_a_dot_stands_for_each_buurt_that_can_be_placed_and_the_legend_counts_them_all(figures):
    axes = figures["types as dots"].canvas.axes[0]
    (dots,) = [drawn for drawn in axes.collections if len(drawn.get_offsets()) > 1]
    placed = DEVIATIONS[DEVIATIONS.index.isin(WITH_POINTS.points.index)].sort_values("gewicht", ascending=False)
    assert len(dots.get_offsets()) == len(placed) < len(DEVIATIONS)
    found = [to_hex(colour) for colour in dots.get_facecolors()]
    assert found == [theme.TYPE_COLOURS[kind] for kind in placed["type"]]
    assert (np.diff(dots.get_sizes()) <= 0).all()
    counted = [int(re.search(r"\((\d+)\)", text.get_text())[1]) for text in axes.get_legend().get_texts()]
    assert sum(counted) == len(DEVIATIONS)
    assert f"van {len(DEVIATIONS) - len(placed)} is de plek niet bekend" in " ".join(figures["types as dots"].canvas.texts[-1].get_text().split())


def test_with_too_few_points_the_map_falls_back_on_wijken():
    few = dataclasses.replace(WITH_POINTS, points=WITH_POINTS.points.iloc[: len(DEVIATIONS) // 2])
    assert "wijkcode" in maps.types("k", DEVIATIONS, few, AMSTERDAM, "Titel").data
    assert len(maps.types("k", DEVIATIONS, few, AMSTERDAM, "Titel").data) == len(BY_WIJK)


def test_numbers_beside_the_colours_are_dutch_on_a_phone_too(figures):
    for canvas in (figures["country"].canvas, figures["country"].narrow):
        bar = canvas.axes[1]
        axis = bar.xaxis if canvas is figures["country"].narrow else bar.yaxis
        assert [label.get_text() for label in axis.get_ticklabels()]
        assert not any("." in label.get_text() for label in axis.get_ticklabels())


def test_the_land_is_drawn_below_wijken_that_leave_holes():
    assert list(WITH_POINTS.of("GM0363").index) == list(WIJKEN.index[:-1])
    holes = dataclasses.replace(WITH_POINTS, wijken=WIJKEN.iloc[-3:])
    assert holes.of("GM0363").index[0] == "GM0363"


def test_without_shapes_of_buurten_the_map_shows_the_mean_per_wijk(figures):
    drawn = figures["types by wijk"].canvas.axes[0].collections
    assert len(drawn[0].get_paths()) == len(WIJKEN) - 1, "alleen de wijken van de eigen gemeente"
    np.testing.assert_allclose(np.sort(drawn[1].get_array()), np.sort(BY_WIJK.afwijking))


def test_the_colours_of_the_map_by_wijk_are_even_on_both_sides_of_zero(figures):
    norm = figures["types by wijk"].canvas.axes[0].collections[1].norm
    assert norm(0) == pytest.approx(0.5)
    assert -norm.vmin == norm.vmax == pytest.approx(BY_WIJK.afwijking.abs().max())


def bar_of(reach: float) -> tuple[Axes, float]:
    """The colour bar of a map by wijk where the largest deviation is `reach`."""
    table = DEVIATIONS.assign(afwijking=np.where(DEVIATIONS.wijkcode == DEVIATIONS.wijkcode.iloc[0], reach, 0))
    return maps.types("k", table, ONLY_WIJKEN, AMSTERDAM, "Titel").canvas.axes[1]


@pytest.mark.parametrize("reach", [0.5, 0.126, 0.004])
def test_the_ends_of_the_colour_bar_carry_different_numbers(reach):
    assert len({label.get_text() for label in bar_of(reach).get_yticklabels()}) == 3


@pytest.mark.parametrize(
    "reach",
    [0.5, 0.124, 0.126],
)
def test_the_colour_bar_is_as_long_as_its_colours(reach):
    assert bar_of(reach).get_ylim() == pytest.approx((-reach, reach))


def test_drawing_leaves_the_results_alone():
    before = [table.copy() for table in (SAMPLE, SLOPES, TRANSPORT, SHARES, DEVIATIONS)]
    for kind in KINDS.values():
        kind.draw()
    for table, copy in zip((SAMPLE, SLOPES, TRANSPORT, SHARES, DEVIATIONS), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_numbers_on_the_axes_are_dutch(figures):
    labels = [label.get_text() for label in figures["response"].canvas.axes[0].get_yticklabels()]
    assert "0,1" in labels
    assert not any("." in label for label in labels)


def test_the_cut_stands_in_the_source_line():
    figure = charts.response("k", SAMPLE, invented_curve(), AMSTERDAM.outcome,
                             dataclasses.replace(Choices(), ondergrens=1500), "Titel")  # fmt: skip
    assert "1.500 inwoners of meer" in figure.canvas.texts[-1].get_text().replace("\n", " ")
