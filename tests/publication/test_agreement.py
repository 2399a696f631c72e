"""Singular and plural: what is wrong is found, what is right is left alone, and every sentence agrees at 0, 1 and 2."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.errors import InvalidInput
from analysis.levers import effect, spread
from analysis.levers.scenario import Scenario
from analysis.measures import sample
from analysis.models import verdict
from analysis.models.deviation import UNDECIDED
from analysis.models.interaction import OTHER_SAMPLE
from analysis.models.specification import DISPUTED, SpecificationCurve
from analysis.paths import BOOK, ROOT
from analysis.publication import (
    agreement,
    cities_reports,
    context_reports,
    lever_reports,
    reports,
    robustness_reports,
    validation_reports,
)
from analysis.publication.numbers import Telling

CHOICES = Choices()
COUNTS = (0, 1, 2)

WRONG = [
    "In 1 steden is het zo.", "In Delft hebben 1 buurten alle cijfers.", "Er zijn er 1 overgebleven.", "n = 1 buurten in 40 steden.",
    "Het scheelt één woningen.", "Van de 1 grote steden is dit bekend.", "Daarvan blijven er 1 overeind.", "Het verschil is 1 LBM-punten.",
    "In Ede hebben 1 buurt alle cijfers.", "Amsterdam: 1 van de 60 buurten hebben een type.", "Geen van de 40 steden krijgen dat oordeel.",
    "<p>Over <a href='#x'>1</a> buurten.</p>".replace("<a href='#x'>1</a>", "1"),
]  # fmt: skip

RIGHT = [
    "In 1 stad is het zo.", "In 1 van de 40 steden zijn er meer misdrijven.", "Van 1 van de 63 buurten zijn geen misdrijven bekend.",
    "Er zijn 2.001 buurten.", "Het verschil is 1,1 punten.", "0,1 punten", "Hefboom 1 en 2 hebben geen scenario.",
    "Er zijn er 11 over.", "Plaats 1 is de minst veilige.", "1 van de 60 buurten heeft een type.", "De kans is bij 21 steden groter.",
    "Op 1 januari wonen er 5 mensen.", "<td>1</td><td>buurten</td>", "Een van de buurten hebben we niet.", "Er zijn er 1 tot 3.",
    "In 2021 zijn het 31 gemeenten.", "20 gebieden in 19 gemeenten",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_word_that_does_not_agree_is_found(text):
    assert len(agreement.faults(text)) == 1


@pytest.mark.parametrize("text", RIGHT)
def test_a_word_that_agrees_is_left_alone(text):
    assert agreement.faults(text) == []


def test_the_sentence_is_told_and_no_other():
    assert agreement.faults("Dit klopt. In 1 steden is het zo. Dit ook.") == ["In 1 steden is het zo."]


# --- The places where sentences are made ----------------------------------------------------------

NUMBER_BEFORE_NOUN = re.compile(rf"dutch\.number\([^{{}}]*\)\}} (?:van de )?(?:\w+e )?(?:{agreement.MANY})\b")
LENGTH_BEFORE_NOUN = re.compile(rf"\{{len\([^{{}}]*\)\}} (?:\w+e )?(?:{agreement.MANY})\b")
ROLE_BEFORE_NOUN = re.compile(rf"\{{getal\}}`[\w.\-]+` (?!te )(?:\w+e )?(?:{agreement.MANY})\b")

SCRIPT_BEFORE_NOUN = re.compile(rf"\$\{{number\([^{{}}]*\)\}} (?:\w+e )?(?:{agreement.MANY})\b")

# How often a count cannot be one, by the condition before it.
MORE_THAN_ONE = {
    "analysis/levers/city.py": 1,  # several buurten have this name
    "book/_static/vind.js": 4,  # fewer than two show no sentence or one of their own; a limit of inhabitants
}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "analysis").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_count_stands_before_a_plural_that_was_written_out(path):
    text = path.read_text("utf-8")
    found = NUMBER_BEFORE_NOUN.findall(text) + LENGTH_BEFORE_NOUN.findall(text)
    assert len(found) == MORE_THAN_ONE.get(str(path.relative_to(ROOT)), 0), found


@pytest.mark.parametrize("path", sorted((BOOK / "_static").glob("*.js")), ids=lambda path: path.name)
def test_no_count_in_a_script_stands_before_a_plural_that_was_written_out(path):
    found = SCRIPT_BEFORE_NOUN.findall(path.read_text("utf-8"))
    assert len(found) == MORE_THAN_ONE.get(str(path.relative_to(ROOT)), 0), found


@pytest.mark.parametrize("path", sorted([*BOOK.glob("*.md"), *BOOK.glob("*.ipynb")]), ids=lambda path: path.name)
def test_no_number_in_a_page_stands_before_a_plural_that_was_written_out(path):
    assert ROLE_BEFORE_NOUN.findall(path.read_text("utf-8")) == []


# --- Every sentence with a count in it, at 0, 1 and 2 ---------------------------------------------


def sentences(count: int, total: int) -> list[str]:
    """The sentences whose nouns and verbs hang on a count, for `count` of `total`."""
    first = [True] * count + [False] * (total - count)
    slopes = pd.DataFrame({"gemeente": [f"Stad {n}" for n in range(total)], "value": -0.2, "n": 5,
                           "low": [-0.3 if yes else -0.1 for yes in first], "high": [-0.1 if yes else 0.1 for yes in first]},
                          index=[f"GM{n}" for n in range(total)])  # fmt: skip
    plans = pd.DataFrame({"plan": spread.BEST, "winst": 0.1, "winst_slechtste": 0.1, "winst_slechtste_laag": [1.0 if yes else -1 for yes in first],
                          "winst_laag": [1.0 if yes else -1 for yes in first], "winst_hoog": 2.0, "winst_slechtste_hoog": 2.0, "winst_anders": 0.1, "deel": 1.0, "n": 5})  # fmt: skip
    splits = pd.DataFrame([{"gemeente": name, "uitkomst": outcome, "gap": -0.1, "share": 0.5, "low": 0.4, "high": 0.6, "n": 5}
                           for name in slopes.gemeente for outcome in (effect.ONV, effect.CRIMES)])  # fmt: skip
    types = pd.DataFrame({"type": [lever_reports.PRESSED if yes else UNDECIDED for yes in first]})
    evidence = pd.DataFrame({"hefboom": 1, "graad": ["A" if yes else "D" for yes in first]})
    verdicts = slopes.assign(power=0.5, margin=0.2, verdict=[verdict.VERDICTS[0] if yes else verdict.VERDICTS[1] for yes in first])
    sheet = SimpleNamespace(
        small=False,
        deviations=types,
        city=SimpleNamespace(name="Ede", choices=CHOICES, buurten=types),
        order=pd.DataFrame({"graad": ["A"], "bronnen": [max(count, 1)]}),
    )
    tell = Telling("CBS, KWB 2017", n=total)
    certain = tell.sentences(zeker=lever_reports._how_sure(tell, sheet))
    return [
        reports.title_cities(slopes, CHOICES),
        reports.title_cities_crime(slopes.assign(low=-slopes.high, high=-slopes.low), CHOICES),
        reports.title_types(types, CHOICES), reports.about_types(types, CHOICES).plain("typen"),
        lever_reports.about_spread(plans, CHOICES).plain("spreiding"), lever_reports.title_spread(plans, CHOICES),
        lever_reports.about_splits(splits, CHOICES).plain("gesprek"), lever_reports.title_evidence(evidence),
        lever_reports.about_evidence(evidence).plain("bekend"), certain.plain("zeker"), lever_reports.title_map(sheet),
        cities_reports.title_verdicts(verdicts, CHOICES), family(count), specification(count, total),
        *([validation_reports.title_cuts(SimpleNamespace(cut=-0.1, wijken=count, gemeenten=count))]),
    ]  # fmt: skip


def family(passed: int) -> str:
    labels = ["65-plussers", "huishoudens met kinderen"]
    rows = [{"label": label, "sample": OTHER_SAMPLE, "tested": True, "p_holm": 0.001 if place < passed else 0.9}
            for place, label in enumerate(labels)]  # fmt: skip
    return context_reports._about_elsewhere(pd.DataFrame(rows))


def specification(outside: int, total: int) -> str:
    rows = [{"grootheid": DISPUTED[0], "kenmerk": "", "mediaan": 2.0 if place < outside else 0.0, "null_low": -1.0, "null_high": 1.0,
             "specificaties": 1} for place in range(total)]  # fmt: skip
    return robustness_reports.title_specifications(
        SpecificationCurve(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(rows))
    )


@pytest.mark.parametrize(("count", "total"), [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (1, 3), (2, 3)])
def test_sentences_agree_with_their_counts(count, total):
    said = sentences(count, total)
    assert all(said) and [one for one in said if agreement.faults(one)] == []


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (0, "In de andere steden haalt geen kenmerk de correctie."),
        (1, "In de andere steden haalt 1 kenmerk de correctie wel: 65-plussers."),
        (2, "In de andere steden halen 2 kenmerken de correctie wel: 65-plussers en huishoudens met kinderen."),
    ],
)
def test_a_characteristic_with_a_plural_name_is_one_characteristic(passed, said):
    assert family(passed).startswith(said)


@pytest.mark.parametrize("count", COUNTS)
def test_a_city_with_too_few_buurten_is_told_so_in_its_own_number(count):
    buurten = pd.DataFrame({"gemeentecode": "GM0363", "inwoners_2017": [900.0] * count + [10.0], "gewicht": 1.0,
                            CHOICES.outcome.column: 0.1, CHOICES.income.column: 5.0}, index=[f"BU{n}" for n in range(count + 1)])  # fmt: skip
    with pytest.raises(InvalidInput) as refusal:
        sample.select_city(buurten, CHOICES)
    assert f"In Amsterdam is het aantal buurten dat meedoet {count} van de {count + 1};" in str(refusal.value)
    assert agreement.faults(str(refusal.value)) == []


@pytest.mark.parametrize(
    ("amount", "said"), [(1, "1 middenhuurwoning toevoegen"), (2, "2 middenhuurwoningen toevoegen")]
)
def test_a_scenario_of_one_dwelling_is_of_one_dwelling(amount, said):
    assert Scenario("Noord", "middenhuur", amount).title("Noord") == f"Noord: {said}"
