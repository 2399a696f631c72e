"""The evidence register: every row has a source and a grade, and keeps to the vocabulary."""

import pandas as pd
import pytest
from pybtex.database import parse_file

from analysis.dataset import store
from analysis.paths import BOOK, DATA

LEVERS = {
    1: "sociale aanpak",
    2: "schoon en heel",
    3: "woningprogramma",
    4: "huurbeleid en woonruimteverdeling",
}
ALLOWED = {
    "hefboom": set(LEVERS),
    "hefboom_naam": set(LEVERS.values()),
    "richting": {"gunstig", "gemengd", "geen aantoonbaar verschil", "onduidelijk"},
    "graad": {"A", "B", "C", "D"},
    "gelezen": {"primair, deels", "secundair", "niet nagegaan"},
}
DESIGN_UNKNOWN = "opzet niet bekend"
DESIGNS = {"A": "quasi-experimenteel", "B": "longitudinaal", "C": "dwarsdoorsnede"}


@pytest.fixture(scope="module")
def evidence() -> pd.DataFrame:
    """The register as text, so that an empty cell stays an empty cell."""
    return pd.read_csv(DATA / "bewijs.csv", dtype=str, keep_default_na=False).astype({"hefboom": int})


@pytest.fixture(scope="module")
def known_sources() -> set[str]:
    """The keys of the book's bibliography."""
    return set(parse_file(str(BOOK / "references.bib"), bib_format="bibtex").entries)


def test_every_entry_has_a_unique_kebab_case_id(evidence):
    assert evidence["id"].is_unique
    assert evidence["id"].str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*").all()


def test_no_entry_without_source_and_grade(evidence):
    without = evidence[evidence["bron"].str.strip().eq("") | evidence["graad"].str.strip().eq("")]
    assert without["id"].tolist() == []


def test_no_cell_is_empty(evidence):
    empty = evidence.astype(str).apply(lambda column: column.str.strip().eq(""))
    assert evidence.loc[empty.any(axis=1), "id"].tolist() == [], "schrijf ‘onbekend’ waar iets niet bekend is"


def test_every_source_is_in_the_bibliography(evidence, known_sources):
    assert set(evidence["bron"]) - known_sources == set()


def test_every_lever_has_an_entry_and_its_own_name(evidence):
    assert set(evidence["hefboom"]) == set(LEVERS)
    assert (evidence["hefboom"].map(LEVERS) == evidence["hefboom_naam"]).all()


@pytest.mark.parametrize("column", ALLOWED)
def test_only_allowed_values(evidence, column):
    assert set(evidence[column]) - ALLOWED[column] == set()


def test_an_unknown_design_is_graded_d(evidence):
    """A grade above D is a claim about the design, so the design must be known."""
    unknown = evidence["opzet"].str.startswith(DESIGN_UNKNOWN)
    assert set(evidence.loc[unknown, "graad"]) <= {"D"}


@pytest.mark.parametrize("grade", DESIGNS)
def test_a_grade_above_d_names_the_design_it_rests_on(evidence, grade):
    graded = evidence[evidence["graad"] == grade]
    other = graded[~graded["opzet"].str.startswith(DESIGNS[grade])]
    assert other["id"].tolist() == []


def test_spreading_is_told_as_an_association_over_time(evidence):
    """Nobody compared it with areas without: neither the design nor the finding may promise more."""
    (row,) = evidence[evidence["id"] == "spreiden-aedes"].to_dict("records")
    assert (row["hefboom"], row["graad"], row["bron"]) == (3, "B", "aedes2023spreiden")
    assert "samenhang door de tijd" in row["opzet"] and "zonder vergelijkingsgroep" in row["opzet"]
    assert "niet bekend" in row["bevinding"]


def test_the_book_reads_the_register_as_it_is_written(evidence):
    assert store.read("bewijs").index.tolist() == evidence["id"].tolist()
