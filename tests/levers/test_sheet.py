"""The page of a city: what it tells holds together, also where the city is small."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.choices import settle
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.levers import sheet
from analysis.measures import sample
from analysis.publication import lever_reports
from analysis.publication.numbers import REFERENCE, Telling


@pytest.fixture(scope="module")
def tables():
    names = ("buurten", "wijken", "gemeenten", "koppeling", "bewijs", "kader")
    found = {name: store.read(name) for name in names}
    return {**found, "buurten": sample.prepare(found["buurten"])}


def make(tables, gemeente):
    choices = settle({"gemeente": gemeente}, tables["gemeenten"])
    return sheet.make(tables, choices), choices


def test_rotterdam_has_all_that_its_page_tells(tables):
    found, choices = make(tables, "Rotterdam")
    assert len(found.start) == 8 and len(found.order) == 4 and len(found.scenarios) == 4
    assert found.verdict.verdict and found.spread is not None
    assert set(found.frame.soort) == {"gebied NPLV", "Wbmgp"}
    said = lever_reports.about_sheet(found, choices)
    assert found.start.buurtnaam.iloc[0] in said["waar"] and "plaats" in said["waar"]
    assert "graad A" in said["hefboom"] and "herstructurering: gunstig" in said["hefboom"]
    assert "nplv2022" in said["kader"]
    assert "komt uit één bron" in said["zeker"]
    assert (
        all(warning in said["mist"] for one in found.scenarios for warning in one.warnings)
        and found.scenarios[1].warnings
    )


def test_the_first_buurt_is_the_least_safe_of_those_with_many_very_low_incomes(tables):
    found, _ = make(tables, "Rotterdam")
    assert found.start.kloof.is_monotonic_increasing
    assert (found.start.plaats_laag <= found.start.plaats_hoog).all()


def test_a_city_with_too_few_buurten_says_so_and_still_has_a_page(tables):
    found, choices = make(tables, "Zoetermeer")
    said = lever_reports.about_sheet(found, choices)
    assert found.small and found.splits["onv"] is None and set(found.start.gesprek) == {"niet te zeggen"}
    assert "te weinig" in said["zeker"] and "niet te zeggen" in said["amsterdam_hier"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.8, 1.4, "niet te zeggen"), (1.1, 1.8, "aantoonbaar steiler: 1,43 keer"), (0.4, 0.9, "minder steil: 1,43 keer")],
)
def test_a_city_page_says_as_much_of_the_slope_as_the_chapter_on_cities(low, high, words):
    tell = Telling("CBS, KWB 2017", n=40)
    said = tell.sentences(helling=lever_reports._steeper(tell, pd.Series({"ratio": 1.43, "low": low, "high": high, "n": 40})))
    assert words in said.plain("helling")


# Numerals that are no result: years, a unit, what a place means, and names.
MEANT = re.compile(r"2014, 2018 en 2020|per 1\.000 inwoners|Plaats 1 is|Rond 2021|rond 2021|Hefboom 1 en 2|40-wijkenbeleid|\{cite:p\}`\w+`")


@pytest.mark.parametrize("gemeente", ["Rotterdam", "'s-Gravenhage", "Zoetermeer"])
def test_no_numeral_in_the_texts_of_a_page_is_loose(tables, gemeente):
    found, choices = make(tables, gemeente)
    names = [*found.city.buurten.buurtnaam, *found.frame.naam, *found.refused, *(told for one in found.scenarios for told in one.warnings)]
    for key, said in lever_reports.about_sheet(found, choices).items():
        bare = MEANT.sub("", REFERENCE.sub("", said))
        for name in sorted(names, key=len, reverse=True):
            bare = bare.replace(name, "")
        assert not re.search(r"\d", bare), (key, bare)


def test_amsterdam_is_what_the_others_are_compared_with(tables):
    found, choices = make(tables, "Amsterdam")
    assert found.verdict is None
    assert "de stad waarmee" in lever_reports.about_sheet(found, choices)["amsterdam_hier"]


def test_a_small_gemeente_is_refused_with_a_sentence(tables):
    with pytest.raises(InvalidInput, match="1 van de 2; een stadsblad vraagt er minstens 10"):
        make(tables, "Schiermonnikoog")


def test_a_smaller_city_that_is_not_among_the_big_ones_has_a_page_too(tables):
    found, _ = make(tables, "Gouda")
    assert found.figures.plaats.iloc[0].endswith("van 32")
