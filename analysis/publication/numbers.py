"""The one door for numbers: a value leaves a notebook only as a `Number`, with all that it must carry."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from analysis import dutch, intervals

# The MIME type under which a number travels in the output of its cell; the builder collects it, readers never see it.
MIME = "application/vnd.veerkracht.number+json"
SENTENCE_MIME = "application/vnd.veerkracht.sentence+json"

# The relative tolerance that a number states unless it says otherwise. Between two clones, and with one or two threads, the register was
# equal to the last bit; between Python 3.11 and 3.13, with other numpy and scipy, within 7e-13 (a power of 5e-6 within 2e-9). One
# inhabitant more or less, of all in the Netherlands, is 6e-8: a count stays exact.
TOLERANCE = 1e-8

# What is this close is equal whatever the tolerance: numbers that are zero up to rounding (1e-17) have no relative precision. The
# smallest published number that is not zero is a power of 5e-6.
NEAR_ZERO = 1e-12

# What a text can ask of a number.
PARTS = ("waarde", "interval", "grenzen", "laag", "hoog", "intervalsoort", "n", "eenheid")

# The parts that are, or hold, a limit of its interval.
LIMITS = ("interval", "grenzen", "laag", "hoog")


def agree(was: float, now: float, tolerance: float = TOLERANCE) -> bool:
    """Whether a number came out the same: within the relative tolerance (of the larger of the two), or closer than `NEAR_ZERO`."""
    return math.isclose(was, now, rel_tol=tolerance, abs_tol=NEAR_ZERO)


@dataclass(frozen=True)
class Number:
    """One published number.

    Attributes:
        key: name within its group, such as "helling" or "GM0599.helling".
        value: the number itself, unrounded.
        unit: what it counts, in Dutch ("LBM-punten per procentpunt").
        n: number of observations behind it.
        source: publisher, table and year.
        low, high: limits of an interval; None where there is none.
        kind: what the limits are, a key of `intervals.KINDS`; given exactly where there are limits.
        definition: in Dutch, how the number was made where another reading of its unit gives another number.
        decimals: digits shown in the text.
        group: first part of the id; None stands for the chapter's own.
        tolerance: how far, relatively, the value and its limits may lie from those of the published edition (`make verify`).
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
    tolerance: float = TOLERANCE
    kind: str | None = None
    definition: str | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(
                f"Getal {self.key!r} heeft geen waarde ({self.value}); een leeg getal wordt niet gepubliceerd."
            )
        if (self.low is None) != (self.high is None):
            raise ValueError(f"Getal {self.key!r} heeft maar één grens: geef er twee, of geen.")
        if self.low is not None and not self.low <= self.high:
            raise ValueError(f"Getal {self.key!r} heeft een omgekeerd interval: {self.low} tot {self.high}.")
        if not 0 <= self.tolerance < 1:
            raise ValueError(f"Getal {self.key!r} heeft tolerantie {self.tolerance}: kies er een van 0 tot 1.")
        self._check_kind()

    def _check_kind(self) -> None:
        if self.low is None:
            if self.kind is not None:
                raise ValueError(f"Getal {self.key!r} heeft geen interval, en toch de soort {self.kind!r}.")
        elif self.kind not in (*intervals.KINDS, intervals.UNSTATED):
            given = "geen soort" if self.kind is None else f"de onbekende soort {self.kind!r}"
            raise ValueError(
                f"Het interval van getal {self.key!r} heeft {given}; kies: {', '.join(intervals.KINDS)}."
            )

    def text(self, part: str = "waarde") -> str:
        """The number in Dutch.

        Args:
            part: "waarde", "interval" (its limits; of any other kind than the plain margin also what they are), "grenzen"
                (the limits alone), "laag", "hoog", "intervalsoort", "n" or "eenheid".

        Raises:
            ValueError: when the part is unknown, or the number has no interval.
        """
        if part == "waarde":
            return dutch.number(self.value, self.decimals)
        if part == "n":
            return dutch.number(self.n)
        if part == "eenheid":
            return self.unit
        if part not in PARTS:
            raise ValueError(f"Een getal heeft geen deel {part!r}; kies {dutch.enumeration(PARTS, 'of')}.")
        if self.low is None or self.high is None or self.kind is None:
            raise ValueError(f"Getal {self.key!r} heeft geen interval.")
        if part == "intervalsoort":
            return intervals.words(self.kind)
        if part in ("interval", "grenzen"):
            limits = dutch.interval(self.low, self.high, self.decimals)
            plain = part == "grenzen" or self.kind == intervals.CONFIDENCE
            return limits if plain else f"{intervals.words(self.kind)}: {limits}"
        return dutch.number(self.low if part == "laag" else self.high, self.decimals)


class Numbers(tuple[Number, ...]):
    """Numbers that show themselves as cell output: readable in a notebook, collectable by the builder.

    Raises:
        ValueError: for a number whose kind of interval is not stated.
    """

    def __new__(cls, numbers: Iterable[Number] = ()) -> Numbers:
        """Let pass what may be published."""
        made = super().__new__(cls, numbers)
        for number in made:
            if number.kind == intervals.UNSTATED:
                raise ValueError(f"Het interval van getal {number.key!r} heeft geen soort: het wordt niet gepubliceerd.")
        return made

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
