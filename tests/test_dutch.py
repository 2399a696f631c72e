"""Words agree with the number beside them, for none, one and more."""

from __future__ import annotations

import pytest

from analysis import dutch


@pytest.mark.parametrize("one", [*dutch.NOUNS, *dutch.VERBS])
def test_a_word_has_another_form_for_more_than_one_and_for_none(one):
    assert dutch.form(1, one) == one
    more = {dutch.form(amount, one) for amount in (0, 2, 40, 1.6, -3)}
    assert len(more) == 1 and one not in more


def test_no_word_is_both_noun_and_verb():
    assert not set(dutch.NOUNS) & set(dutch.VERBS)


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0 buurten"), (1, "1 buurt"), (2, "2 buurten"), (1401, "1.401 buurten"), (-1, "−1 buurt"), (0.6, "1 buurt"), (1.5, "2 buurten")],
)  # fmt: skip
def test_a_count_has_its_noun_as_readers_see_the_number(amount, said):
    assert dutch.count(amount, "buurt") == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 1, "geen stad heeft"), (1, 1, "de enige stad heeft"), (0, 2, "geen van de 2 steden heeft"),
        (1, 2, "1 van de 2 steden heeft"), (2, 2, "alle 2 steden hebben"), (2, 40, "2 van de 40 steden hebben"),
        (40, 40, "alle 40 steden hebben"), (1, 1200, "1 van de 1.200 steden heeft"),
    ],
)  # fmt: skip
def test_a_share_has_a_verb_that_agrees(part, whole, said):
    assert dutch.share(part, whole, "stad", "heeft") == said
    assert dutch.share(part, whole, "stad") == said.rpartition(" ")[0]


def test_a_word_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="Van 'olifant' is het meervoud niet bekend"):
        dutch.count(2, "olifant")
