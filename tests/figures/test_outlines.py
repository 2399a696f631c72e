"""Outlines for the browser: whole numbers that stay near the real line, close, and never leave the frame."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from analysis.figures import outlines

# Metres of the Dutch grid, for a city of at most 40 kilometres.
EAST, NORTH = st.integers(100_000, 140_000), st.integers(400_000, 440_000)


def rings(path):
    """The points of each ring of a path, from what a browser does with it."""
    assert re.fullmatch(r"(M\d+ \d+(l|h)[-\d hv]+z)+", path), path
    found = []
    for start, steps in re.findall(r"M(\d+ \d+)l([-\d ]+)z", path):
        moves = np.array(re.findall(r"-?\d+", steps), int).reshape(-1, 2)
        found.append(np.vstack([np.array(start.split(), int), moves]).cumsum(axis=0))
    return found


@st.composite
def triangles(draw):
    points = draw(st.lists(st.tuples(EAST, NORTH), min_size=3, max_size=9, unique=True))
    shape = Polygon(points).convex_hull
    return shape if shape.geom_type == "Polygon" else box(*shape.bounds).buffer(1)


@given(triangles())
def test_every_drawn_point_is_a_real_point_rounded(shape):
    frame = outlines.frame(shape.bounds)
    real = {tuple(one) for one in frame.place(np.array(shape.exterior.coords)).tolist()}
    for ring in rings(outlines.path(shape, frame)):
        assert {tuple(one) for one in ring.tolist()} <= real


@given(triangles())
def test_a_drawing_stays_in_its_frame_with_room_around_it(shape):
    frame = outlines.frame(shape.bounds)
    assert max(frame.width, frame.height) == outlines.SIDE
    for ring in rings(outlines.path(shape, frame)):
        assert (ring >= outlines.MARGIN - 1).all()
        assert (ring <= np.array([frame.width, frame.height]) - outlines.MARGIN + 1).all()


@given(triangles(), EAST, NORTH)
def test_a_point_lies_within_half_a_unit_of_where_it_is(shape, east, north):
    frame = outlines.frame(shape.bounds)
    x, y = outlines.point(Point(east, north), frame)
    assert abs(x - (east - frame.west) * frame.scale) <= 0.5
    assert abs(y - (frame.north - north) * frame.scale) <= 0.5


@given(st.lists(triangles(), min_size=1, max_size=4))
def test_no_ring_repeats_a_point_in_a_row(shapes):
    whole = MultiPolygon(shapes)
    for ring in rings(outlines.path(whole, outlines.frame(whole.bounds))):
        assert (np.abs(np.diff(ring, axis=0)).sum(axis=1) > 0).all() and len(ring) >= 3


def test_neighbours_share_their_border():
    frame = outlines.frame((0, 0, 3000, 1000))
    (left,), (right,) = (rings(outlines.path(box(a, 0, b, 1000), frame)) for a, b in ((0, 1333.3), (1333.3, 3000)))
    assert left[:, 0].max() == right[:, 0].min()


def test_north_is_up():
    frame = outlines.frame((0, 0, 1000, 1000))
    assert outlines.point(Point(0, 1000), frame)[1] < outlines.point(Point(0, 0), frame)[1]


def test_a_hole_is_drawn_and_a_speck_is_still_there():
    frame = outlines.frame((0, 0, 10_000, 10_000))
    with_hole = box(0, 0, 10_000, 10_000).difference(box(2000, 2000, 3000, 3000))
    assert len(rings(outlines.path(with_hole, frame))) == 2
    assert re.fullmatch(r"M\d+ \d+h1v1h-1z", outlines.path(box(5000, 5000, 5001, 5001), frame))


def test_nothing_gives_an_empty_path():
    frame = outlines.frame((0, 0, 10, 10))
    assert outlines.path(None, frame) == outlines.path(Polygon(), frame) == ""


@pytest.mark.parametrize("bounds", [(0, 0, 0, 0), (5, 0, 1, 1), (float("nan"),) * 4])
def test_a_frame_around_nothing_is_refused(bounds):
    with pytest.raises(ValueError, match="geen oppervlak"):
        outlines.frame(bounds)
