"""A city counts as it was in 2017: buurten that came by a merger do not make it look better covered."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.dataset import store
from analysis.dataset.validate import NATIONAL_2017
from analysis.measures import sample

CHOICES = Choices()
# In 2017 Groningen (GM0014) had a and b, Haren (GM0017) h and Emmen (GM0114) e; Haren is now part of Groningen.
LINKS = pd.DataFrame(
    {"buurtcode": ["BU00140100", "BU00140200", None, "BU00149900", "BU01140000"]},
    index=pd.Index(["BU00140000", "BU00140001", "BU00140002", "BU00170000", "BU01140000"], name="kwb_code"),
)
BUURTEN = pd.DataFrame({
    "gemeentecode": ["GM0014", "GM0014", "GM0014", "GM0114", "GM0014"],
    "inwoners_2017": [6000.0, 2000.0, 50_000.0, 4000.0, None],
    "onv_2018": [0.1, 0.2, 0.3, 0.4, 0.5], "pct_sociaal_minimum_2017": [10.0, None, 9.0, 8.0, 7.0],
}, index=pd.Index(["BU00140100", "BU00140200", "BU00149900", "BU01140000", "BU00145555"], name="buurtcode"))  # fmt: skip
CITIES = pd.DataFrame({"gemeentenaam": ["Groningen", "Emmen"], "inwoners_2017": [10_000, 5000]},
                      index=pd.Index(["GM0014", "GM0114"], name="gemeentecode"))  # fmt: skip


def test_what_came_by_a_merger_does_not_count():
    """Of 10,000 inhabitants of 2017 8,000 are linked; the 50,000 of Haren would make it far more than all."""
    found = sample.coverage_of_cities(BUURTEN, LINKS, CITIES.loc[["GM0014"]], CHOICES, 500)
    assert (found.linked, found.with_outcome, found.in_sample) == pytest.approx((80, 80, 60))
    assert found.buurten == 1


def test_what_left_a_city_still_counts_where_it_was():
    """A buurt that lies in another gemeente now is counted with the city it belonged to in 2017."""
    moved = BUURTEN.assign(gemeentecode=BUURTEN.gemeentecode.where(BUURTEN.index != "BU00140200", "GM0017"))
    found = sample.coverage_of_cities(moved, LINKS, CITIES.loc[["GM0014"]], CHOICES, 500)
    assert found.linked == pytest.approx(80)


def test_cities_together_are_laid_against_their_totals_together():
    found = sample.coverage_of_cities(BUURTEN, LINKS, CITIES, CHOICES, 500)
    assert found.linked == pytest.approx(100 * 12_000 / 15_000)
    assert found.in_sample == pytest.approx(100 * 10_000 / 15_000)
    assert found.buurten == 2


def test_the_table_by_city_says_the_same_of_each():
    found = sample.coverage_by_city(BUURTEN, LINKS, CITIES, CHOICES)
    assert found.gemeente.to_dict() == {"GM0014": "Groningen", "GM0114": "Emmen"}
    assert found.inwoners.to_dict() == {"GM0014": 10_000, "GM0114": 5000}
    for code in CITIES.index:
        alone = sample.coverage_of_cities(BUURTEN, LINKS, CITIES.loc[[code]], CHOICES, CHOICES.ondergrens)
        assert found.loc[code, list(dataclasses.asdict(alone))].to_dict() == dataclasses.asdict(alone)


def test_the_cut_of_the_table_is_that_of_the_choices():
    found = sample.coverage_by_city(BUURTEN, LINKS, CITIES, Choices(ondergrens=5000))
    assert found.in_sample.to_dict() == pytest.approx({"GM0014": 60, "GM0114": 0})
    assert found.linked.to_dict() == pytest.approx({"GM0014": 80, "GM0114": 80})


def test_a_link_to_nowhere_and_a_buurt_without_a_link_count_for_nothing():
    found = sample.coverage_of_cities(BUURTEN.loc[["BU00145555"]], LINKS, CITIES, CHOICES, 0)
    assert found == sample.Coverage(0, 0, 0, 0)


def test_each_coverage_is_of_one_total_and_the_nearby_other_is_not_it():
    """By the borders of today the cities seem 97.9 % covered, and by the sum of the buurten the country 92.3 %."""
    cities = sample.big_cities(store.read("gemeenten"))
    buurten, links = sample.prepare(store.read("buurten")), store.read("koppeling")
    found = sample.coverage_of_cities(buurten, links, cities, CHOICES, sample.REGISTER_CUT)
    today = sample.select(sample.of_cities(buurten, cities), CHOICES, sample.REGISTER_CUT).inwoners_2017.sum()
    assert 100 * today / cities.inwoners_2017.sum() > found.in_sample + 0.2
    country = sample.coverage_of_country(buurten, CHOICES, sample.REGISTER_CUT)
    assert country.linked == pytest.approx(100 * buurten.inwoners_2017.sum() / NATIONAL_2017["AantalInwoners"])
    assert 100 * buurten.inwoners_2017.sum() / links.inwoners_2017.sum() > country.linked + 0.1


def test_no_real_city_has_more_than_all_of_its_inhabitants():
    """Groningen, Haarlemmermeer and others grew by mergers after 2017. Publishers round: a few tenths are no error."""
    cities = sample.big_cities(store.read("gemeenten"))
    buurten, links = sample.prepare(store.read("buurten")), store.read("koppeling")
    found = sample.coverage_by_city(buurten, links, cities, CHOICES)
    assert list(found.index) == list(cities.index)
    assert found.linked.between(75, 100.5).all()
    assert (found.linked >= found.with_outcome).all()
    assert (found.with_outcome >= found.in_sample).all()
    now = 100 * buurten.groupby("gemeentecode").inwoners_2017.sum().reindex(cities.index) / cities.inwoners_2017
    assert (now > 101).any(), "in de indeling van nu zijn er steden met meer dan hun inwoners van 2017"
