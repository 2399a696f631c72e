"""Where to start: the gap is split, and a conversation comes first only where both outcomes say so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from levers.small_city import small_city

from analysis.levers import effect, priority
from analysis.levers.city import weights_of_worst
from analysis.levers.priority import COMPOSITION, HANDLING, Split


def gap(share: float, reach: float = 0.1) -> Split:
    return Split(-0.1, share, share - reach, share + reach, 50)


REGISTER = pd.DataFrame(
    [(1, "D", "gunstig"), (2, "D", "gunstig"), (3, "A", "gunstig"), (3, "D", "gemengd"), (4, "D", "onduidelijk")],
    columns=["hefboom", "graad", "richting"],
).assign(instrument="iets", bron="bron2020")


def test_without_noise_the_whole_gap_goes_with_the_burden():
    found = priority.split(small_city(noise=0.0), effect.ONV)
    assert found.gap < 0 and found.share == pytest.approx(1, abs=0.02)


def test_noise_that_has_nothing_to_do_with_the_burden_lowers_the_part():
    loud, calm = (priority.split(small_city(noise=noise), effect.ONV) for noise in (0.3, 0.02))
    assert loud.share < calm.share
    assert loud.low < loud.share < loud.high


def test_crime_is_split_the_other_way_up():
    found = priority.split(small_city(), effect.CRIMES)
    assert found.gap > 0 and 0 < found.share < 1


def test_the_least_safe_buurten_hold_a_fifth_of_the_inhabitants():
    inhabitants = np.array([100.0, 300.0, 600.0])
    for ordered_by, weights in (([2.0, 1.0, 3.0], [0, 1, 0]), ([1.0, 2.0, 3.0], [0.5, 0.5, 0])):
        np.testing.assert_allclose(weights_of_worst(np.array(ordered_by), inhabitants, priority.LEAST_SAFE), weights)


@pytest.mark.parametrize(
    ("splits", "first"),
    [
        ([gap(0.8), gap(0.7)], COMPOSITION),
        ([gap(0.2), gap(0.3)], HANDLING),
        ([gap(0.8), gap(0.2)], None),
        ([gap(0.8), gap(0.55)], None),
        ([gap(0.8), None], None),
    ],
)
def test_a_conversation_comes_first_only_where_every_outcome_is_sure(splits, first):
    assert priority.first_pair(splits) == first


def test_where_the_figures_do_not_order_the_evidence_does():
    table = priority.order({"onv": gap(0.8), "misdrijven": gap(0.2)}, REGISTER).set_index("nummer")
    assert table.plaats.to_dict() == {3: 1, 1: 2, 2: 2, 4: 2}
    assert (table.laag[3], table.hoog[3]) == (pytest.approx(20), pytest.approx(80))


def test_where_the_figures_order_the_evidence_decides_within_the_pair():
    handling = priority.order({"onv": gap(0.2), "misdrijven": gap(0.2)}, REGISTER).set_index("nummer")
    assert handling.plaats.to_dict() == {1: 1, 2: 1, 3: 3, 4: 4}
    composition = priority.order({"onv": gap(0.8), "misdrijven": gap(0.8)}, REGISTER).set_index("nummer")
    assert composition.plaats.to_dict() == {3: 1, 4: 2, 1: 3, 2: 3}


def test_a_city_without_curves_has_the_order_of_the_evidence_and_no_parts():
    table = priority.order({"onv": None, "misdrijven": None}, REGISTER)
    assert table.plaats.tolist() == [1, 2, 2, 2] and table.laag.isna().all()


def test_the_strongest_findings_are_told_by_instrument_the_favourable_first():
    table = pd.DataFrame(
        [(3, "A", "geen aantoonbaar verschil", "beleid"), (3, "A", "gunstig", "sloop"), (3, "D", "gemengd", "menging")],
        columns=["hefboom", "graad", "richting", "instrument"],
    )
    assert priority.in_words(priority.strongest(table, 3)) == "sloop: gunstig; beleid: geen aantoonbaar verschil"


def test_practice_is_not_listed():
    assert priority.in_words(priority.strongest(REGISTER, 4)) == "onduidelijk"
