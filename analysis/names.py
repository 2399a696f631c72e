"""Finding what somebody typed: a gemeente by any of its names, and the nearest words to one that is not known."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from analysis import dutch
from analysis.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

# What people call these gemeenten, and what CBS calls them.
EVERYDAY_NAMES = {"den haag": "'s-Gravenhage", "den bosch": "'s-Hertogenbosch"}

# People leave out what follows the first name: Bergen (NH.), Alphen aan den Rijn, Nuenen, Gerwen en Nederwetten.
REST_OF_NAME = re.compile(r"( \(|, | en | aan ).*")

Known = dict[str, list[str]]  # gemeentecodes of 2020 by what may be typed, made plain
Search = Callable[
    [str, "pd.DataFrame"], list[str]
]  # gemeentecodes of 2020, from what was typed and the table of gemeenten


def plain(name: str) -> str:
    """A name without capitals, accents and marks: "'s-Gravenhage" and "S Gravenhage" are one."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", ascii_name))


def find_gemeente(name: Any, gemeenten: pd.DataFrame, otherwise: Search | None = None) -> tuple[str, str]:
    """Code and official name of a gemeente in the layout of 2020.

    Args:
        name: its official name, with or without accents and in any case; its code; or what people call it.
        gemeenten: the dataset's table.
        otherwise: where a name is looked for that is none of these: `dataset.other_years.find`, except in a chapter, which
            reads no more than it declares.

    Raises:
        InvalidInput: when it is no text, is empty, or does not exist, with the nearest names; or when it stands for more
            than one, with all of them.
    """
    if not isinstance(name, str):
        raise InvalidInput(f"Parameter 'gemeente' is {name!r}, maar moet een naam of code zijn, als tekst.")
    if not name.strip():
        raise InvalidInput(
            "De naam van de gemeente is leeg: noem een gemeente, zoals Utrecht, of haar code, zoals GM0344."
        )
    wanted, called = plain(name), gemeenten.gemeentenaam
    found = _official(gemeenten).get(wanted) or _everyday(called).get(wanted)
    if not found and otherwise:
        found = otherwise(name, gemeenten)
    if found:
        return _only_one(name, sorted(found), called)
    raise InvalidInput(
        f"Gemeente {name!r} bestaat niet{_meant(name, called)}; gebruik de naam of code van CBS in de indeling van 2020."
    )


def _only_one(name: str, found: list[str], called: pd.Series) -> tuple[str, str]:
    if len(found) == 1:
        return found[0], str(called[found[0]])
    names = [f"{called[code]} ({code})" for code in found]
    raise InvalidInput(
        f"Gemeente {name!r} kan in de indeling van 2020 meer dan één gemeente zijn: kies {dutch.enumeration(names, 'of')}."
    )


def _official(gemeenten: pd.DataFrame) -> Known:
    """Official names and codes."""
    names = {plain(name): [code] for code, name in gemeenten.gemeentenaam.items()}
    return names | {code.lower(): [code] for code in gemeenten.index}


def _everyday(called: pd.Series) -> Known:
    """What people call them, which may be more than one."""
    by_name = {name: code for code, name in called.items()}
    known = {everyday: [by_name[name]] for everyday, name in EVERYDAY_NAMES.items() if name in by_name}
    return together((short(name), code) for code, name in called.items()) | known


def short(name: str) -> str:
    """The first part of a name, made plain."""
    return plain(REST_OF_NAME.sub("", name))


def together(pairs: Iterable[tuple[str, str]]) -> Known:
    """Codes by word; a word may stand for more than one."""
    known: Known = {}
    for word, code in pairs:
        if code not in known.setdefault(word, []):
            known[word].append(code)
    return known


def _meant(name: str, called: pd.Series) -> str:
    """A clause with the nearest names."""
    return nearest(plain(name), {plain(official): official for official in called} | EVERYDAY_NAMES)


def nearest(word: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """A clause that names the nearest known words, or nothing."""
    hits = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if isinstance(known, Mapping):
        hits = list(dict.fromkeys(known[hit] for hit in hits))
    return f" (bedoelde u {' of '.join(hits)}?)" if hits else ""
