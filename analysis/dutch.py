"""Numbers and lists as Dutch readers write them: 1.234,5 and a real minus sign."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip

MINUS = "−"
MISSING = "onbekend"

# Points that end no sentence.
ABBREVIATIONS = re.compile(
    r"\b(?:bijv|bv|o\.a|d\.w\.z|m\.n|nr|ca|e\.a|e\.d|enz|resp|incl|excl|i\.p\.v|t\.o\.v|n\.v\.t|z\.g|mln|mrd|vgl|p|pp|ed|red)\.",
    re.IGNORECASE,
)
WITHIN_A_WORD = re.compile(r"(?<=\w)\.(?=\w)")  # index.html, analysis.models, Moran.I
# What closes a quotation or a bracket belongs to the sentence that ends there.
SENTENCE_END = re.compile(r"(?<=[.!?…])(?P<closed>[”\"')\]]*)\s+(?=[\"„‘(\[*]*[A-ZÀ-Þ0-9'’*])")


def number(value: float | int | None, decimals: int = 0) -> str:
    """Write a number in Dutch notation.

    Args:
        value: the number; None and NaN are written as "onbekend", never as 0.
        decimals: digits behind the comma, 0 or more.

    Returns:
        For example "1.234,5" or "−0,3". A value that rounds to zero carries no sign.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        raise ValueError(f"Een oneindig getal kan niet in de tekst staan: {value}.")
    plain = f"{abs(value):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    is_zero = not plain.strip("0.,")
    return plain if value >= 0 or is_zero else MINUS + plain


def interval(low: float, high: float, decimals: int = 0) -> str:
    """Write an interval as "−0,3 tot 0,1"."""
    return f"{number(low, decimals)} tot {number(high, decimals)}"


def enumeration(words: Iterable[str], last: str = "en") -> str:
    """Join words as "a, b en c"."""
    *head, tail = list(words) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def p_value(value: float) -> str:
    """Write a p-value: three decimals, and never a bare zero."""
    return "< 0,001" if value < 0.001 else number(value, 3)


def long_date(day: date) -> str:
    """Write a date as "24 november 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def sentence_case(text: str) -> str:
    """Start with a capital and leave the rest: "woningwaarde (WOZ)" keeps its WOZ."""
    return text[:1].upper() + text[1:]


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, nothing left out; points in numbers, abbreviations and file names end none."""
    safe = WITHIN_A_WORD.sub("․", ABBREVIATIONS.sub(lambda match: match[0].replace(".", "․"), text))
    parts = SENTENCE_END.sub("\\g<closed>\n", " ".join(safe.split())).split("\n")
    return [part.replace("․", ".") for part in parts if part]


def sort_key(name: str) -> str:
    """A name as it is sorted in Dutch: 's-Gravenhage stands at the G."""
    return re.sub(r"^'[a-z][- ]", "", name)


def slug(text: str) -> str:
    """A word for an id: "65-plussers" is "65_plussers"."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
