"""The gate on loose numerals, on every page of the real book."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from analysis import paths
from analysis.publication import gate, staging
from analysis.publication.build import tasks

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("book")]

# How many numerals of each page still have nothing behind them; of the pages of cities, the most that one of them has. The aim is 0:
# a line here may go down or away, never up. A page that is not named has none.
CEILING: dict[str, int] = {
    "amsterdam": 15,
    "andere-steden": 15,
    "begrippen": 8,
    "correcties": 1,
    "hefbomen": 3,
    "index": 1,
    "onderzoeksplan": 24,
    "onderzoeksvraag": 3,
    "robuustheid": 18,
    "simulaties": 3,
    "stad": 3,
    "summary": 1,
    "validatie": 7,
    "verantwoording": 8,
    "vind-uw-buurt": 2,
}
CITIES = "stad"


def test_no_page_has_more_loose_numerals_than_before(real_book):
    templates = json.loads((paths.SOURCE / staging.ALTS).read_text("utf-8"))
    cities = {task.output.stem for task in tasks() if task.parameters}
    most: defaultdict[str, list[gate.Loose]] = defaultdict(list)
    for page, found in gate.report(real_book.html, templates).items():
        group = CITIES if page in cities else page
        most[group] = max(most[group], found, key=len)
    assert set(CEILING) <= set(most)
    told = {page: len(found) for page, found in most.items() if found}
    print(f"Losse getallen per pagina: {told}")
    over = {page: found for page, found in most.items() if len(found) > CEILING.get(page, 0)}
    assert not over, "\n".join(
        f"{page}: {one.numeral} in „{one.sentence}”" for page, found in over.items() for one in found
    )
