"""Outlines for the browser: polygons and points in metres, as whole numbers in the frame of a small drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

# Units along the longest side of a map. On a phone that is three to a pixel: finer would only be weight.
SIDE = 1000

# Room around a map, in units: a dot on the border is not cut off.
MARGIN = 20


@dataclass(frozen=True)
class Frame:
    """From metres (EPSG:28992, north is up) to units of a drawing (north is up, y runs down).

    Attributes:
        west, north: metres at the upper left corner.
        scale: units per metre.
        width, height: of the drawing, in units.
    """

    west: float
    north: float
    scale: float
    width: int
    height: int

    def place(self, points: np.ndarray) -> np.ndarray:
        """Points in metres, shape (n, 2), as whole units, shape (n, 2)."""
        moved = (np.asarray(points, float)[:, :2] - (self.west, self.north)) * (self.scale, -self.scale)
        return np.rint(moved).astype(int)


def frame(bounds: tuple[float, float, float, float], side: int = SIDE, margin: int = MARGIN) -> Frame:
    """The frame around bounds (west, south, east, north in metres), with its longest side `side` units long.

    Raises:
        ValueError: when the bounds are empty or upside down.
    """
    west, south, east, north = bounds
    longest = max(east - west, north - south)
    if not (longest > 0 and east >= west and north >= south):
        raise ValueError(f"Geen kader om {bounds}: het gebied heeft geen oppervlak.")
    scale = (side - 2 * margin) / longest
    room = margin / scale
    width, height = (round((size + 2 * room) * scale) for size in (east - west, north - south))
    return Frame(west - room, north + room, scale, width, height)


def path(geometry: BaseGeometry | None, within: Frame) -> str:
    """The rings of a polygon or multipolygon as an SVG path of relative whole steps; "" for nothing.

    Steps run from rounded point to rounded point, so rounding does not add up and shared borders stay shared. A ring too
    small to be seen is left out; when that is all there is, one unit is drawn, so that a small area can still be met.
    """
    if geometry is None or geometry.is_empty:
        return ""
    drawn = "".join(_ring(within.place(ring)) for ring in _rings(geometry))
    if drawn:
        return drawn
    x, y = within.place(np.array([geometry.representative_point().coords[0]]))[0]
    return f"M{x} {y}h1v1h-1z"


def point(place: Point, within: Frame) -> tuple[int, int]:
    """A point in whole units of the frame."""
    x, y = within.place(np.array([[place.x, place.y]]))[0]
    return int(x), int(y)


def _rings(geometry: BaseGeometry) -> Iterator[np.ndarray]:
    for polygon in getattr(geometry, "geoms", [geometry]):
        yield np.asarray(polygon.exterior.coords)
        for hole in polygon.interiors:
            yield np.asarray(hole.coords)


def _ring(points: np.ndarray) -> str:
    """A closed ring, without points that fall together; "" where less than a triangle is left."""
    steps = np.diff(points, axis=0)
    kept = points[np.r_[True, (steps != 0).any(axis=1)]]
    if (kept[0] == kept[-1]).all():
        kept = kept[:-1]
    if len({tuple(one) for one in kept.tolist()}) < 3:
        return ""
    (x, y), moves = kept[0], np.diff(kept, axis=0)
    return f"M{x} {y}l{' '.join(f'{dx} {dy}' for dx, dy in moves).replace(' -', '-')}z"
