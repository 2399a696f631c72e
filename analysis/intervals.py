"""What the two limits beside a number are: a margin of error is not the range over cities, and a reader must see which."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of interval, in Dutch.

    Attributes:
        words: what it is called, in a text and in the register.
        head: how the heading of a column says it, between brackets.
        meaning: what it holds.
    """

    words: str
    head: str
    meaning: str


CONFIDENCE, PREDICTION, CITIES = "betrouwbaarheid", "voorspelling", "steden"
CHANCE, TWO_THIRDS, DRAWS = "toeval", "twee_derde", "trekkingen"

KINDS = {
    CONFIDENCE: Kind("95 %-interval", "95 %", "de marge om een geschat cijfer"),
    PREDICTION: Kind("95 %-voorspellingsinterval", "95 %, voorspelling", "waar een stad die niet is meegeteld naar verwachting valt"),
    CITIES: Kind("laagste en hoogste stad", "laagste tot hoogste stad", "hoe ver de steden uiteenlopen; geen marge om het cijfer"),
    CHANCE: Kind("95 %-band bij toeval", "95 % bij toeval", "waar het cijfer bij louter toeval zou liggen"),
    TWO_THIRDS: Kind("middelste twee derde van de buurten", "middelste twee derde", "hoe ver de buurten uiteenlopen; geen marge om het cijfer"),
    DRAWS: Kind("95 % van de trekkingen", "95 % van de trekkingen", "waar 95 van de 100 herhaalde berekeningen met toeval erin liggen"),
}  # fmt: skip

# Of an interval in an edition from before kinds were stated: it can be read and compared, and is never published.
UNSTATED = "niet vermeld"


def words(kind: str) -> str:
    """What a kind is called."""
    return UNSTATED if kind == UNSTATED else KINDS[kind].words
