"""Finding what somebody typed: a gemeente by any of its names, and the nearest words to one that is not known."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
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


def plain(name: str) -> str:
    """A name without capitals, accents and marks: "'s-Gravenhage" and "S Gravenhage" are one."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", ascii_name))


def find_gemeente(name: Any, gemeenten: pd.DataFrame) -> tuple[str, str]:
    """Code and official name of a gemeente in the layout of 2020.

    Args:
        name: its official name, with or without accents and in any case; its code; what people call it; or the name or code
            of the gemeente of 2017 that became part of it, or of 2022 that it became part of.
        gemeenten: the dataset's table.

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
    for known in (_official, _everyday, _of_another_year):  # the last reads more, so only when it has to
        if found := known(gemeenten).get(wanted):
            return _only_one(name, sorted(found), called)
    if wanted in _unplaced():
        raise InvalidInput(
            f"Gemeente {name!r} bestond in 2017. In welke gemeente van 2020 zij ligt, is met de cijfers van dit boek niet zeker te zeggen (zie "
            "data/koppeling_gemeenten.csv): noem de gemeente van 2020."
        )
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


def _everyday(gemeenten: pd.DataFrame) -> Known:
    """What people call them, which may be more than one."""
    called = gemeenten.gemeentenaam
    by_name = {name: code for code, name in called.items()}
    known = {everyday: [by_name[name]] for everyday, name in EVERYDAY_NAMES.items() if name in by_name}
    return _together((_short(name), code) for code, name in called.items()) | known


def _short(name: str) -> str:
    return plain(REST_OF_NAME.sub("", name))


def _together(pairs: Iterable[tuple[str, str]]) -> Known:
    known: Known = {}
    for word, code in pairs:
        if code not in known.setdefault(word, []):
            known[word].append(code)
    return known


def _of_another_year(gemeenten: pd.DataFrame) -> Known:
    """Names and codes of 2017 and 2022, of gemeenten that were not there in 2020."""
    pairs = [(word, code) for code, words in names_of_another_year(gemeenten).items() for word in words]
    full = _together((plain(word), code) for word, code in pairs)
    return _together((_short(word), code) for word, code in pairs) | full


def names_of_another_year(gemeenten: pd.DataFrame) -> dict[str, list[str]]:
    """By gemeente of 2020 the names and codes of 2017 and 2022 under which it, or a part of it, is known too.

    A gemeente of 2017 became part of those where its linked buurten lie.
    """
    from analysis.dataset import store  # here: few names need it, and it takes a while to read

    then, later = store.read("koppeling_gemeenten").gemeentenaam_2017, store.read_map("gemeenten").naam
    links = store.read("koppeling").buurtcode.dropna()
    became = sorted({("GM" + old[2:6], "GM" + new[2:6]) for old, new in links.items()})
    became += [(new, old) for old, new in gemeenten.gemeentecode_2022.dropna().items()]
    also: dict[str, list[str]] = {}
    for other, code in became:
        if other not in gemeenten.index and code in gemeenten.index:
            also.setdefault(code, []).extend([str(then[other] if other in then.index else later[other]), other])
    return also


def _unplaced() -> set[str]:
    """Names and codes of gemeenten of 2017, asked only when nothing else was found: of these no buurt is linked."""
    from analysis.dataset import store

    then = store.read("koppeling_gemeenten").gemeentenaam_2017
    return {plain(word) for words in then.items() for word in words}


def _meant(name: str, called: pd.Series) -> str:
    """A clause with the nearest names."""
    return nearest(plain(name), {plain(official): official for official in called} | EVERYDAY_NAMES)


def nearest(word: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """A clause that names the nearest known words, or nothing."""
    hits = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if isinstance(known, Mapping):
        hits = list(dict.fromkeys(known[hit] for hit in hits))
    return f" (bedoelde u {' of '.join(hits)}?)" if hits else ""
