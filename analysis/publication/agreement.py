"""Singular and plural in the text as readers will see it: "1 buurten" and "zijn er 1" stop the build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.dutch import NOUNS, VERBS

TAG = re.compile(r"<[^>]*>")
SENTENCE_END = re.compile(r"(?<=[.!?:|])\s+|\n{2,}")

# Counted in tables and texts, but never with `dutch.count`.
OTHERS = ("hoofdstukken", "instrumenten", "jaren", "keren", "misdrijven", "procentpunten", "punten", "studies")  # fmt: skip


def _any_of(words: Iterator[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


MANY = _any_of({*(many.split()[-1] for many in NOUNS.values() if " " not in many), *OTHERS})
SINGLE = _any_of({one for one in NOUNS if " " not in one})
DO = _any_of({*VERBS.values()})

# The number one: no part of 1,5 or 2.001 or "hefboom 1 en 2".
ONE = r"(?<![\d.,:/−–-])\b(?:1|één)\b(?![.,]\d)"

# After a preposition it is no subject: "in 1 van de 40 steden zijn er meer misdrijven".
NOT_IN = r"(?<!\bin )(?<!\bvan )(?<!\bbij )(?<!\bvoor )(?<!\bop )(?<!\bmet )"

WRONG = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{ONE} (?:\w+e )?(?:\w*-)?(?:{MANY})\b",
        rf"\b(?:{DO}) er {ONE}(?! (?:tot|à|%)| ?%)",
        rf"\b(?:{DO}) {ONE} (?:\w+e )?(?:{SINGLE})\b",
        rf"{NOT_IN}(?:{ONE}|\bgeen) van de [\d.]+ (?:\w+ )?(?:{MANY}) (?:{DO})\b",
    )
]


def faults(text: str) -> list[str]:
    """The sentences of a text in which a noun or verb does not agree with the number one beside it.

    Args:
        text: as readers see it, Markdown or HTML, numbers filled in.
    """
    shown = TAG.sub(" | ", text)
    sentences = (" ".join(one.split()) for one in SENTENCE_END.split(shown))
    return [one for one in sentences if any(pattern.search(one) for pattern in WRONG)]
