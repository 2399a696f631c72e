"""The one door for numbers: a value leaves a notebook only as a `Number`, with all that it must carry."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from analysis import dutch, intervals
from analysis.quoted import Quoted

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


    def __format__(self, part: str) -> str:
        """The role that quotes the number in a text: f"{number}" or f"{number:interval}"."""
        name = f"{self.group}.{self.key}" if self.group else self.key
        return f"{{getal}}`{name}{f':{part}' if part else ''}`"


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


# {getal}`helling` or {getal}`steden.GM0599.helling:interval` in Markdown, captions and alt texts.
REFERENCE = re.compile(r"\{getal\}`(?P<key>[\w.\-]+)(?::(?P<part>\w+))?`")


class Sentences(dict[str, str]):
    """Sentences that a result decides, by key; they travel as cell output, like numbers, with the numbers that they quote.

    Args:
        texts, **more: by key; a number stands in a text as its role.
        numbers: that the sentences quote.
    """

    def __init__(self, texts: Mapping[str, str] | None = None, /, numbers: Iterable[Number] = (), **more: str) -> None:
        super().__init__(texts or {}, **more)
        self.numbers = tuple(numbers)

    def plain(self, key: str) -> str:
        """A sentence as readers see it."""
        return filled(self[key], self.numbers)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = {SENTENCE_MIME: dict(self), "text/plain": "\n".join(f"{key}: {self.plain(key)}" for key in self)}
        return bundle | ({MIME: [asdict(number) for number in self.numbers]} if self.numbers else {})


def filled(text: str, numbers: Iterable[Number]) -> str:
    """Put the numbers themselves where a text quotes them; a role of a number that is not among them stays."""
    known = {_name(number): number for number in numbers}
    return REFERENCE.sub(
        lambda match: known[match["key"]].text(match["part"] or "waarde") if match["key"] in known else match[0], text
    )


def _name(number: Number) -> str:
    return f"{number.group}.{number.key}" if number.group else number.key


class Telling:
    """Composes texts of numbers: each numeral becomes a number with an id, a unit, a source and a row in the register.

    >>> tell = Telling("CBS, KWB 2017", n=344)
    >>> said = f"Van {tell('met_type', 207, 'buurten')} van de {tell('alle', 344, 'buurten')} buurten …"
    >>> tell.sentences(typen=said)

    Args:
        source: publisher, table and year, unless a number has its own.
        n: observations, unless a number has its own.
        prefix: before every key.
    """

    def __init__(self, source: str, n: int, prefix: str = "") -> None:
        self.source, self.n, self.prefix = source, n, prefix
        self.numbers: list[Number] = []

    def __call__(self, key: str, value: float, unit: str, *, n: int | None = None, source: str | None = None, **more: Any) -> Number:
        """A number to quote in a text; `more` are other fields of `Number`."""
        return self.quote(
            Number(f"{self.prefix}{key}", float(value), unit, int(self.n if n is None else n), source or self.source, **more)
        )

    def quote(self, number: Number) -> Number:
        """A number that was made elsewhere, to quote in a text."""
        self.numbers.append(number)
        return number

    def sentences(self, **texts: str) -> Sentences:
        """The texts by key, with the numbers that they quote."""
        return Sentences(texts, numbers=self.numbers)

    def text(self, template: str) -> Quoted:
        """A title or caption, which is drawn or written as plain text."""
        return Quoted(
            filled(template, self.numbers), template, self._html(template), {MIME: [asdict(one) for one in self.numbers]}
        )

    def _html(self, template: str) -> str:
        known = {_name(number): number for number in self.numbers}
        return REFERENCE.sub(
            lambda match: f'<data value="{match["key"]}">{escape(known[match["key"]].text(match["part"] or "waarde"))}</data>',
            escape(template, quote=False),
        )
