"""Why a place cannot be shown: always a reason that holds, and advice only where it helps."""

from __future__ import annotations

import dataclasses

import pytest

from analysis.choices import YEARS, Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.levers import sheet
from analysis.levers.city import City
from analysis.measures import absence, sample
from analysis.publication import answers

BUURTEN = sample.prepare(store.read("buurten"))
GEMEENTEN = store.read("gemeenten")
LINKS = store.read("koppeling")


def chosen(gemeente: str, **changes: object) -> Choices:
    code = GEMEENTEN.index[GEMEENTEN.gemeentenaam == gemeente][0]
    return Choices(gemeente=gemeente, gemeentecode=code, **changes)


def of(gemeente: str):
    return sample.of_city(BUURTEN, chosen(gemeente).gemeentecode)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("cut", [0, 500, 5000])
def test_a_buurt_has_a_reason_exactly_when_it_is_not_in_the_sample(year, cut):
    choices = Choices(peiljaar=year, ondergrens=cut)
    kinds = absence.kinds(BUURTEN, choices)
    assert set(kinds.index[kinds == absence.SHOWN]) == set(sample.select(BUURTEN, choices).index)


def test_each_reason_holds_for_its_buurt():
    choices = Choices()
    told = absence.clauses(BUURTEN, choices, LINKS)
    rows = BUURTEN.loc[told.index]
    assert set(told.index[told.str.contains("welke cijfers van 2017")]) == set(rows.index[rows.inwoners_2017.isna()])
    assert (rows.inwoners_2017[told.str.contains("minder dan 500")] < 500).all()
    assert rows.onv_2018[told.str.contains("geen score")].isna().all()
    assert rows.pct_sociaal_minimum_2017[told.str.contains("het CBS geeft")].isna().all()
    assert told.str.contains("welke cijfers|minder dan 500|geen score|het CBS geeft").all()


def test_a_buurt_that_is_not_linked_has_the_reason_of_the_link():
    told = absence.clauses(BUURTEN, Choices(), LINKS)
    for code, clause in told[told.str.contains("welke cijfers van 2017")].items():
        if code not in LINKS.index:
            assert absence.NEW_CODE in clause
        elif isinstance(LINKS.reden[code], str):
            assert LINKS.reden[code] in clause
        else:
            assert LINKS.buurtcode[code] != code and absence.OTHER_BUURT in clause


def test_without_the_link_a_clause_says_where_it_is_told():
    told = absence.clauses(BUURTEN, Choices(), None)
    assert told["BU07724210"].endswith("(waarom staat in data/koppeling.csv)")


def test_an_empty_buurt_has_no_inhabitants_rather_than_fewer_than_one():
    told = absence.clauses(BUURTEN, Choices(ondergrens=0), LINKS)
    empty = told[BUURTEN.inwoners_2017[told.index] == 0]
    assert len(empty) and empty.eq("zij had in 2017 geen inwoners").all()


def test_woensel_west_is_told_what_became_of_it_and_not_another_name():
    city = answers.city_of(chosen("Eindhoven"))
    for typed in ("Woensel-West", "woensel west", "bu07724210"):
        with pytest.raises(
            InvalidInput, match=r"Buurt Woensel-West \(BU07724210\) van Eindhoven doet niet mee: .*2017"
        ) as refused:
            city.place(typed)
        assert "Woenselse Heide" not in str(refused.value)


def test_a_buurt_is_found_by_name_or_code_and_one_that_is_not_there_gets_the_nearest():
    city: City = answers.city_of(chosen("Utrecht"))
    assert city.place("kanaleneiland zuid") == city.place(city.buurten.index[city.place("Kanaleneiland-Zuid")].lower())
    with pytest.raises(InvalidInput, match=r"bestaat niet in Utrecht .*bedoelde u"):
        city.place("Kanaleneilnd")
    with pytest.raises(InvalidInput, match="is leeg"):
        city.place(" ")


def refusal(run, *given) -> str:
    with pytest.raises(InvalidInput) as refused:
        run(*given)
    return str(refused.value)


def tables():
    names = ("wijken", "gemeenten", "koppeling", "bewijs", "kader")
    return {"buurten": BUURTEN} | {name: store.read(name) for name in names}


@pytest.mark.parametrize(
    ("gemeente", "words"),
    [
        ("Lelystad", "geen van de 101 buurten zeker te koppelen"),
        ("Nuenen, Gerwen en Nederwetten", "geen van de 10 buurten zeker te koppelen"),
        ("Appingedam", "3 van de 6"),
        ("Middelburg", "56 niet zeker te koppelen"),
    ],
)
def test_a_gemeente_that_cannot_be_shown_is_told_why_by_chapter_and_sheet_alike(gemeente, words):
    """A lower cut would help none of them, and was advised to each by its sheet."""
    chapter = refusal(sample.select_city, BUURTEN, chosen(gemeente))
    assert words in chapter and "helpt niet" in chapter
    page = refusal(sheet.make, tables(), chosen(gemeente))
    assert words in page and "helpt niet" in page


def test_advice_to_lower_the_cut_is_given_only_where_it_helps_and_then_does():
    """For every gemeente: with the advised cut the chapter runs, and where none is advised none would do."""
    advised = 0
    for gemeente in GEMEENTEN.gemeentenaam:
        choices = chosen(gemeente)
        own = of(gemeente)
        if len(sample.select(own, choices)) >= sample.FEWEST_FOR_CHAPTER:
            continue
        told = absence.of_gemeente(own, choices, sample.FEWEST_FOR_CHAPTER, "dit hoofdstuk")
        cut = int(told.rpartition("hoogstens ")[2].rstrip(".")) if "hoogstens" in told else None
        advised += cut is not None
        lowered = len(sample.select(own, dataclasses.replace(choices, ondergrens=cut or 0)))
        assert (lowered >= sample.FEWEST_FOR_CHAPTER) == (cut is not None), told
    assert advised >= 30
