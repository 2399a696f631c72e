"""What is worked out for one city is not fitted on more of them in silence."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re

import pandas as pd
import pytest

from analysis import models
from analysis.choices import REFERENCE, Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.levers import city as cities
from analysis.levers import priority
from analysis.levers.households import estimate
from analysis.measures import neighbourhoods, sample
from analysis.models import change, derivative, response, sensitivity, space
from analysis.models.deviation import deviations

CHOICES = Choices()
UTRECHT = dataclasses.replace(CHOICES, gemeente="Utrecht", gemeentecode="GM0344")
PLACES = pd.DataFrame({"x": [0.0], "y": [0.0]}, index=["BU00000000"])

# Everything in `models` that says it takes the buurten of one city, called with a table of the dataset or a sample.
GUARDED = {
    "response.slope": lambda table, chosen: response.slope(chosen),
    "response.curve": lambda table, chosen: response.curve(chosen, 1),
    "derivative.curve_of": lambda table, chosen: derivative.curve_of(chosen),
    "space.moran": lambda table, chosen: space.moran(chosen, store.read("grenzen"), 1, 9),
    "space.conley": lambda table, chosen: space.conley(chosen, PLACES),
    "space.blocks": lambda table, chosen: space.blocks(chosen, PLACES),
    "space.held_out": lambda table, chosen: space.held_out(chosen, 1),
    "sensitivity.slopes": lambda table, chosen: sensitivity.slopes(table, CHOICES),
    "change.reliability": lambda table, chosen: change.reliability(table, CHOICES),
    "change.asymmetry": lambda table, chosen: change.asymmetry(table),
}


@pytest.fixture(scope="module")
def buurten() -> pd.DataFrame:
    return sample.prepare(store.read("buurten"))


@pytest.mark.parametrize("name", GUARDED)
def test_the_buurten_of_two_cities_are_refused(name, buurten):
    two = buurten[buurten.gemeentecode.isin([REFERENCE, UTRECHT.gemeentecode])]
    with pytest.raises(InvalidInput, match=r"geldt voor één gemeente, maar hier staan buurten van 2: kies er eerst een\."):
        GUARDED[name](two, sample.select(two, CHOICES))


def test_every_function_that_says_it_takes_one_city_is_tried():
    """One that is added, and says so in its arguments, has to refuse more of them too."""
    says_so = re.compile(r"^ *(sample|buurten): [^\n]*\b(one city|of Amsterdam)\b(?! or)", re.MULTILINE)
    found = set()
    for module in pkgutil.iter_modules(models.__path__):
        loaded = importlib.import_module(f"analysis.models.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and says_so.search(function.__doc__ or ""):
                found.add(f"{module.name}.{name}")
    assert found == set(GUARDED)


def test_deviations_take_the_chosen_city_from_a_table_of_all(buurten):
    """With one curve through all buurten of the country most of Utrecht's types are others: that must not pass for Utrecht."""
    right = deviations(sample.of_city(buurten, UTRECHT.gemeentecode), UTRECHT)
    pd.testing.assert_frame_equal(deviations(buurten, UTRECHT), right)
    as_one = deviations(buurten.assign(gemeentecode=UTRECHT.gemeentecode), UTRECHT, draws=100).reindex(right.index)
    assert (as_one.type != right.type).sum() > len(right) / 2


def test_deviations_of_a_city_that_is_not_in_the_table_are_refused(buurten):
    with pytest.raises(InvalidInput, match=r"geen buurt van Utrecht \(GM0344\)"):
        deviations(sample.of_city(buurten, REFERENCE), UTRECHT)


def test_deviations_of_another_city_are_not_laid_beside_a_city(buurten):
    other = deviations(buurten, CHOICES, draws=20)
    with pytest.raises(InvalidInput, match="horen niet bij de buurten van GM0344"):
        neighbourhoods.of_city(buurten, UTRECHT.gemeentecode, other)
    with pytest.raises(InvalidInput, match="horen niet bij de buurten van Utrecht"):
        priority.start(cities.of(buurten, estimate(buurten, store.read("wijken")), UTRECHT), other)
