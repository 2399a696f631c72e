"""Instruments and national frame: they link to evidence and gemeenten that exist, and to sources of the book."""

import pandas as pd
import pytest
from pybtex.database import parse_file

from analysis.dataset import schema, store
from analysis.levers.evidence import LEVERS
from analysis.paths import BOOK

# What the article and the policy around it name; rows may be added for findings about something else.
NAMED = {
    1: {"sociaal-beheer", "gezamenlijke-aanpak"},
    2: {"huismeesters", "onderhoud", "openbare-ruimte"},
    3: {"herstructurering", "verkoop", "verdichten", "sociale-huur-toevoegen", "middenhuur-toevoegen"},
    4: {"passend-toewijzen", "lokaal-maatwerk", "huisvestingswet", "wbmgp", "toewijzen-op-motivatie", "tweehurenbeleid",
        "toewijzen-op-leefstijl"},
}  # fmt: skip
NATIONAL = {"afspraak", "randvoorwaarde"}
KINDS = {"gebied NPLV", "Wbmgp", *NATIONAL}


@pytest.fixture(scope="module")
def evidence() -> pd.DataFrame:
    return store.read("bewijs")


@pytest.fixture(scope="module")
def instruments() -> pd.DataFrame:
    return store.read("instrumenten")


@pytest.fixture(scope="module")
def links(instruments) -> pd.DataFrame:
    """One row per instrument and finding."""
    return instruments.assign(bewijs=instruments.bewijs.str.split(" ")).explode("bewijs").dropna(subset="bewijs")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return store.read("kader")


def of_kind(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    return frame[frame.soort == kind]


@pytest.mark.parametrize("name", ["instrumenten", "kader"])
def test_every_row_has_a_unique_kebab_case_id(name):
    ids = store.read(name).index
    assert ids.is_unique
    assert ids.str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*").all()


# --- instruments ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", LEVERS)
def test_every_instrument_that_is_named_has_a_row(lever, instruments):
    assert NAMED[lever] <= set(instruments.index[instruments.hefboom == lever])


def test_no_instrument_is_named_twice(instruments):
    assert instruments.instrument.str.lower().is_unique


def test_only_the_evidence_may_be_missing_of_an_instrument(instruments):
    assert instruments.drop(columns="bewijs").notna().all().all()


def test_what_an_instrument_asks_is_marked_as_a_reading_of_our_own():
    described = schema.resource("instrumenten")
    (asks,) = (field for field in described["schema"]["fields"] if field["name"] == "vraagt_van")
    assert "onze eigen lezing" in described["description"]
    assert "onze eigen lezing" in asks["description"]


def test_every_link_goes_to_a_finding_of_the_same_lever(links, evidence):
    assert set(links.bewijs) - set(evidence.index) == set()
    other = links[links.hefboom.to_numpy() != evidence.hefboom[links.bewijs].to_numpy()]
    assert other.index.tolist() == []


def test_every_finding_belongs_to_an_instrument(links, evidence):
    assert set(evidence.index) - set(links.bewijs) == set()


def test_no_finding_is_linked_twice_to_the_same_instrument(links):
    assert not links.reset_index().duplicated(["id", "bewijs"]).any()


def test_an_instrument_beyond_those_named_is_there_for_a_finding(instruments):
    added = instruments[~instruments.index.isin(set.union(*NAMED.values()))]
    assert added.index[added.bewijs.isna()].tolist() == []


# --- national frame -------------------------------------------------------------------------------


def test_every_row_of_the_frame_has_a_source_of_the_book(frame):
    known = set(parse_file(str(BOOK / "references.bib"), bib_format="bibtex").entries)
    assert set(frame.bron) - known == set()


def test_only_allowed_kinds_and_ways_of_reading(frame, evidence):
    assert set(frame.soort) == KINDS
    (read,) = (field for field in schema.resource("bewijs")["schema"]["fields"] if field["name"] == "gelezen")
    assert set(frame.gelezen) <= set(read["constraints"]["enum"])


def test_only_the_gemeente_may_be_missing_and_only_of_what_is_national(frame):
    assert frame.drop(columns="gemeente").notna().all().all()
    assert (frame.gemeente.isna() == frame.soort.isin(NATIONAL)).all()


def test_every_gemeente_is_written_as_in_the_dataset(frame):
    assert set(frame.gemeente.dropna()) - set(store.read("gemeenten").gemeentenaam) == set()


def test_the_programme_has_20_areas_in_19_gemeenten(frame):
    areas = of_kind(frame, "gebied NPLV")
    assert (len(areas), areas.gemeente.nunique()) == (20, 19)
    assert areas.naam.is_unique


@pytest.mark.parametrize(
    ("area", "gemeente"),
    [("Zaandam Oost", "Zaanstad"), ("Den Haag Zuidwest", "'s-Gravenhage"), ("Rotterdam-Zuid", "Rotterdam")],
)
def test_an_area_with_another_name_lies_in_the_right_gemeente(area, gemeente, frame):
    assert frame.gemeente[frame.naam == area].tolist() == [gemeente]


def test_the_gemeenten_with_the_wbmgp_are_told_with_their_moment(frame):
    """The list changes: it may never read as that of today."""
    wbmgp = of_kind(frame, "Wbmgp")
    assert len(wbmgp) == 9 and wbmgp.gemeente.is_unique
    assert wbmgp.bevinding.str.startswith("Rond 2021 ").all()


@pytest.mark.parametrize("figure", ["250.000", "50.000", "600 miljoen", "82 miljoen", "20 miljoen", "15 tot 20 jaar"])
def test_the_agreements_carry_their_figures(figure, frame):
    assert of_kind(frame, "afspraak").bevinding.str.contains(figure, regex=False).sum() == 1


def test_the_article_gives_three_preconditions(frame):
    conditions = of_kind(frame, "randvoorwaarde")
    assert len(conditions) == 3
    assert set(conditions.bron) == {"corpovenista2023veerkracht"}


def test_every_finding_of_the_frame_is_one_sentence(frame):
    """Full stops within figures aside, a sentence ends once."""
    assert frame.bevinding.str.fullmatch(r"[^!?]*[^.]\.").all()
    assert not frame.bevinding.str.contains(r"\. ").any()
