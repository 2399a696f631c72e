"""The evidence register in use: nothing left out of the count, strongest first."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.levers.evidence import GRADES, IN_A_SENTENCE, LEVERS, counts, of_lever


@pytest.fixture
def register() -> pd.DataFrame:
    rows = [(1, "C", "wijkteam"), (1, "A", "toezicht"), (3, "B", "sloop"), (1, "A", "buurtvader"), (3, "B", "menging"),
            (1, "D", "koffie")]  # fmt: skip
    return pd.DataFrame(rows, columns=["hefboom", "graad", "instrument"])


def test_the_count_has_every_lever_and_grade_also_without_entries(register):
    found = counts(register)
    assert list(found.index) == list(LEVERS) == [1, 2, 3, 4]
    assert list(found.columns) == list(GRADES) == ["A", "B", "C", "D"]
    assert found.loc[1].tolist() == [2, 0, 1, 1]
    assert found.loc[2].tolist() == [0, 0, 0, 0]
    assert found.loc[3, "B"] == 2


def test_no_entry_is_lost_in_the_count(register):
    assert counts(register).to_numpy().sum() == len(register)


def test_a_lever_shows_its_own_entries_strongest_grade_first_then_by_name(register):
    assert of_lever(register, 1).instrument.tolist() == ["buurtvader", "toezicht", "wijkteam", "koffie"]
    assert of_lever(register, 3).instrument.tolist() == ["menging", "sloop"]


def test_a_lever_without_entries_is_empty(register):
    assert len(of_lever(register, 4)) == 0


def test_every_lever_has_a_name_for_in_a_sentence():
    assert IN_A_SENTENCE.keys() == LEVERS.keys()
    assert all(name[0].islower() for name in IN_A_SENTENCE.values())
