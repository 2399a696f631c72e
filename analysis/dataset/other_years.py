"""Gemeenten of 2017 and 2022 that were not there in 2020: which of 2020 they became part of, or consist of."""

from __future__ import annotations

import pandas as pd

from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.names import Known, plain, short, together


def find(name: str, gemeenten: pd.DataFrame) -> list[str]:
    """Codes of the gemeenten of 2020 that go by the name or code of another year.

    Args:
        name: as typed.
        gemeenten: the dataset's table.

    Raises:
        InvalidInput: when it is a gemeente of 2017 of which no buurt is linked, so that it is not known where it went.
    """
    pairs = [(word, code) for code, words in names(gemeenten).items() for word in words]
    known: Known = together((short(word), code) for word, code in pairs)
    known |= together((plain(word), code) for word, code in pairs)  # a whole name goes before a short one
    wanted = plain(name)
    if wanted in known:
        return known[wanted]
    then = store.read("koppeling_gemeenten").gemeentenaam_2017
    if wanted in {plain(word) for words in then.items() for word in words}:
        raise InvalidInput(
            f"Gemeente {name!r} bestond in 2017. In welke gemeente van 2020 zij ligt, is met de cijfers van dit boek niet zeker te zeggen (zie "
            "data/koppeling_gemeenten.csv): noem de gemeente van 2020."
        )
    return []


def names(gemeenten: pd.DataFrame) -> dict[str, list[str]]:
    """By gemeente of 2020 the names and codes of 2017 and 2022 under which it, or a part of it, is known too.

    A gemeente of 2017 became part of those where its linked buurten lie.
    """
    then, later = store.read("koppeling_gemeenten").gemeentenaam_2017, store.read_map("gemeenten").naam
    links = store.read("koppeling").buurtcode.dropna()
    became = sorted({("GM" + old[2:6], "GM" + new[2:6]) for old, new in links.items()})
    became += [(new, old) for old, new in gemeenten.gemeentecode_2022.dropna().items()]
    also: dict[str, list[str]] = {}
    for other, code in became:
        if other not in gemeenten.index and code in gemeenten.index:
            also.setdefault(code, []).extend([str(then[other] if other in then.index else later[other]), other])
    return also
