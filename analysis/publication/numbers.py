"""The one door for numbers: a value leaves a notebook only as a `Number`, with all that it must carry."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from analysis import dutch

# The MIME type under which a number travels in the output of its cell; the builder collects it, readers never see it.
MIME = "application/vnd.veerkracht.number+json"
SENTENCE_MIME = "application/vnd.veerkracht.sentence+json"


@dataclass(frozen=True)
class Number:
    """One published number.

    Attributes:
        key: name within its group, such as "helling" or "GM0599.helling".
        value: the number itself, unrounded.
        unit: what it counts, in Dutch ("LBM-punten per procentpunt").
        n: number of observations behind it.
        source: publisher, table and year.
        low, high: limits of the 95 % interval (or of the range that `unit` names); None where there is none.
        decimals: digits shown in the text.
        group: first part of the id; None stands for the chapter's own.
    """

    key: str
    value: float
    unit: str
    n: int
    source: str
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    group: str | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(
                f"Getal {self.key!r} heeft geen waarde ({self.value}); een leeg getal wordt niet gepubliceerd."
            )
        if (self.low is None) != (self.high is None):
            raise ValueError(f"Getal {self.key!r} heeft maar één grens: geef er twee, of geen.")
        if self.low is not None and not self.low <= self.high:
            raise ValueError(f"Getal {self.key!r} heeft een omgekeerd interval: {self.low} tot {self.high}.")

    def text(self, part: str = "waarde") -> str:
        """The number in Dutch.

        Args:
            part: "waarde", "interval", "laag", "hoog", "n" or "eenheid".

        Raises:
            ValueError: when the part is unknown, or the number has no interval.
        """
        if part == "waarde":
            return dutch.number(self.value, self.decimals)
        if part == "n":
            return dutch.number(self.n)
        if part == "eenheid":
            return self.unit
        if part not in ("interval", "laag", "hoog"):
            raise ValueError(f"Een getal heeft geen deel {part!r}; kies waarde, interval, laag, hoog, n of eenheid.")
        if self.low is None or self.high is None:
            raise ValueError(f"Getal {self.key!r} heeft geen interval.")
        if part == "interval":
            return dutch.interval(self.low, self.high, self.decimals)
        return dutch.number(self.low if part == "laag" else self.high, self.decimals)


class Numbers(tuple[Number, ...]):
    """Numbers that show themselves as cell output: readable in a notebook, collectable by the builder."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        lines = [f"{number.key} = {number.text()} {number.unit} (n = {number.text('n')})" for number in self]
        return {MIME: [asdict(number) for number in self], "text/plain": "\n".join(lines)}


class Sentences(dict[str, str]):
    """Sentences that a result decides, by key; they travel as cell output, like numbers."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            SENTENCE_MIME: dict(self),
            "text/plain": "\n".join(f"{key}: {text}" for key, text in self.items()),
        }
