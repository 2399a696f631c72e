"""Numbers and lists as Dutch readers write them: 1.234,5 and a real minus sign."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from numbers import Number
from typing import Protocol

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip

# What is counted, as it is with one and with more: Dutch makes too many plurals in a way of their own to guess them.
NOUNS = {
    "Amsterdamse buurt": "Amsterdamse buurten", "andere stad": "andere steden", "bevinding": "bevindingen",
    "blok kenmerken": "blokken kenmerken", "bron": "bronnen", "buurt": "buurten", "cijfer": "cijfers", "gemeente": "gemeenten",
    "genoemde buurt met een cijfer": "genoemde buurten met een cijfer", "gepubliceerd cijfer": "gepubliceerde cijfers",
    "getal": "getallen", "grote stad": "grote steden", "huishouden": "huishoudens", "inwoner": "inwoners",
    "kenmerk": "kenmerken", "manier": "manieren", "middenhuurwoning toevoegen": "middenhuurwoningen toevoegen",
    "omstreden uitkomst": "omstreden uitkomsten", "paar blokken": "paren blokken", "rij": "rijen",
    "sociale huurwoning toevoegen": "sociale huurwoningen toevoegen",
    "sociale huurwoning vervangen door middenhuur": "sociale huurwoningen vervangen door middenhuur", "stad": "steden",
    "tabel": "tabellen", "toets": "toetsen", "vergelijking": "vergelijkingen", "wijk": "wijken", "woning": "woningen", "zin": "zinnen", "bladzijde": "bladzijden",
}  # fmt: skip

# What those counted do, likewise.
VERBS = {
    "bleef": "bleven", "blijft": "blijven", "haalt": "halen", "hangt": "hangen", "heeft": "hebben", "helpt": "helpen",
    "is": "zijn", "komt": "komen", "krijgt": "krijgen", "laat": "laten", "ligt": "liggen", "staat": "staan",
    "verschilt": "verschillen", "was": "waren",
}  # fmt: skip

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


class Counted(Protocol):
    """A number that stands in a text as something else than its own digits: as the role that quotes it."""

    @property
    def value(self) -> float:
        """What is counted."""


def _value(amount: float | Counted) -> float:
    return amount if isinstance(amount, (int, float, Number)) else amount.value


def _said(amount: float | Counted) -> str:
    return number(amount) if isinstance(amount, (int, float, Number)) else f"{amount}"


def form(amount: float | Counted, one: str) -> str:
    """The form of a word that agrees with a count: "buurt" with 1, "buurten" with 0, 2 or 1,5; "heeft" or "hebben".

    Args:
        amount: what is counted, as readers see it: whole.
        one: the noun or verb as it is with one.

    Raises:
        ValueError: when neither `NOUNS` nor `VERBS` knows the word.
    """
    more = NOUNS.get(one) or VERBS.get(one)
    if more is None:
        raise ValueError(f"Van {one!r} is het meervoud niet bekend; zet het in dutch.NOUNS of dutch.VERBS.")
    return one if number(abs(_value(amount))) == "1" else more


def count(amount: float | Counted, noun: str) -> str:
    """A count with its noun: "1 buurt", "0 buurten", "1.234 buurten"."""
    return f"{_said(amount)} {form(amount, noun)}"


def share(part: int | Counted, whole: int | Counted, noun: str, verb: str = "") -> str:
    """A part of a count, with a verb that agrees: "3 van de 40 steden hebben", "geen van de 40 steden heeft".

    Args:
        part: how many of them, 0 to `whole`.
        whole: of how many.
        noun: what is counted, as it is with one.
        verb: as it is with one; left out, the verb stands elsewhere (see `share_form`).
    """
    said = f" {share_form(part, verb)}" if verb else ""
    if _value(whole) == 1:
        return f"{'de enige' if _value(part) else 'geen'} {noun}{said}"
    of = {0: "geen van de ", _value(whole): "alle "}.get(_value(part), f"{_said(part)} van de ")
    return f"{of}{count(whole, noun)}{said}"


def share_form(part: int | Counted, verb: str) -> str:
    """The verb with a `share`: none of them has, one of them has, two of them have."""
    return verb if _value(part) == 0 else form(part, verb)


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
