"""Figures and tables as cell output: the picture or the HTML, with the data behind it for the builder to lay aside."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import quoted

if TYPE_CHECKING:  # the builder reads figures' data without drawing
    from matplotlib.figure import Figure as Canvas

# The MIME type under which the data of a figure travels; the builder writes it as CSV, one click away.
DATA_MIME = "application/vnd.veerkracht.data+json"

# Identifiers within an SVG are drawn by lot unless a salt is given; letters as outlines look the same on every machine.
SVG_SETTINGS = {"svg.hashsalt": "veerkracht", "svg.fonttype": "path"}

# Twice the pixels that a page column shows, so that a figure is sharp on a phone and in print.
DOTS_PER_INCH = 200


@dataclass(frozen=True)
class Figure:
    """A drawn figure and its data.

    Attributes:
        name: of the CSV, and of the figure on the page.
        canvas: the matplotlib figure.
        data: what is drawn, in the units of the axes.
        narrow: the same for a phone, drawn by `theme.also_narrow`.
    """

    name: str
    canvas: Canvas
    data: pd.DataFrame
    narrow: Canvas | None = None

    @property
    def title(self) -> str:
        """The finding that stands above the drawing, on one line; where it quotes numbers, with a role for each."""
        return quoted.template_of(self.canvas.finding)

    def png(self) -> bytes:
        """The picture; no date or version in it, so the same figure gives the same bytes."""
        return _saved(self.canvas, "png", {"Software": None})

    def svg(self) -> str:
        """The same picture as lines, for print and slides; the same figure gives the same text."""
        from matplotlib import rc_context

        with rc_context(SVG_SETTINGS):
            return _saved(self.canvas, "svg", {"Date": None, "Creator": None}).decode()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "image/png": base64.b64encode(self.png()).decode(),
            "text/plain": f"Figuur {self.name}",
            DATA_MIME: self._record(),
            **quoted.bundle_of(self.canvas.finding),
        }

    def _record(self) -> dict[str, str]:
        record = {**data_record(self.name, self.data), "title": self.title, "svg": self.svg()}
        if self.narrow is not None:
            record["narrow"] = base64.b64encode(_saved(self.narrow, "png", {"Software": None})).decode()
        return record


def _saved(canvas: Canvas, form: str, metadata: Mapping[str, None]) -> bytes:
    if canvas.get_layout_engine() is not None:
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # the layout moves a little at every drawing: once is enough
    buffer = io.BytesIO()
    canvas.savefig(buffer, format=form, dpi=DOTS_PER_INCH, metadata=metadata)
    return buffer.getvalue()


def data_record(name: str, data: pd.DataFrame) -> dict[str, str]:
    """The data of a figure as it travels: a name and a CSV with `.` as decimal sign."""
    return {"name": name, "csv": data.to_csv(index=False, lineterminator="\n", float_format="%.6g")}
