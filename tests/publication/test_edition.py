"""The published edition: stored whole or not at all, equal to itself, and every number that moves is told."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import shutil
import tempfile
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import dutch
from analysis.__main__ import main
from analysis.choices import Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.figures.output import DATA_MIME, data_record
from analysis.paths import BOOK, DATA, RESULTS
from analysis.publication import build, edition, execute, register, staging
from analysis.publication.edition import Difference, Edition, compare
from analysis.publication.numbers import NEAR_ZERO, TOLERANCE, Number, Numbers, Sentences
from analysis.publication.register import Entry

SLOPE = Number("helling", -0.0125, "punten", 386, "CBS, KWB 2017", -0.02, 0.001, 3, kind="betrouwbaarheid")
COUNT = Number("buurten", 386, "buurten", 386, "BZK, Leefbaarometer 3.0")
ABOUT = {"datum": "2026-11-24", "versie": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"}
CSV = "gemeente,n,helling\nAmsterdam,386,-0.0125\nDelft,40,\n"
PATH = "stad-delft/plaats.csv"

# Moving by this much more or less than the limit is beyond doubt: arithmetic on floats rounds the limit itself.
HAIR = Fraction(1, 1000)


def of(*numbers: Number, tables: dict[str, str] | None = None) -> Edition:
    entries = {f"amsterdam.{one.key}": Entry(f"amsterdam.{one.key}", "amsterdam", one) for one in numbers}
    return Edition(entries, {"steden.csv": CSV, PATH: CSV} if tables is None else tables, dict(ABOUT))


STORED = of(SLOPE, COUNT)
PAGES = {"amsterdam": "Het verband is 1,8 keer zo sterk.\nDat is niet te zeggen.\n", "begrippen": "Begrippen\n"}


def against(number: Number, other: Number) -> list[Difference]:
    return compare(of(number, tables={}), of(other, tables={}))


def against_table(text: str, was: str = CSV) -> list[Difference]:
    return compare(of(tables={PATH: was}), of(tables={PATH: text}))


# --- a number and its tolerance -------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [-1e-9, 1, math.nan, math.inf])
def test_a_tolerance_that_would_pass_anything_or_nothing_is_refused(tolerance):
    with pytest.raises(ValueError, match="'helling' heeft tolerantie"):
        replace(SLOPE, tolerance=tolerance)


def test_a_tolerance_travels_with_its_number_into_the_register_and_back(tmp_path):
    output = new_output("display_data", Numbers([replace(SLOPE, tolerance=0.05), COUNT])._repr_mimebundle_())
    found = register.collect("a", "a", None, new_notebook(cells=[new_code_cell("", outputs=[output])]))
    register.save(found, tmp_path / "register.json")
    back = register.load(tmp_path / "register.json")
    assert back["a.helling"].number.tolerance == 0.05 and back["a.buurten"].number.tolerance == TOLERANCE


def test_a_register_of_before_tolerances_has_the_default():
    rows = Entry("a.helling", "a", SLOPE).as_json()
    rows.pop("tolerance")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "oud.json").write_text(json.dumps([rows]), "utf-8")
        assert register.load(Path(folder) / "oud.json")["a.helling"].number.tolerance == TOLERANCE


def test_an_edition_of_before_kinds_of_intervals_can_be_laid_beside_a_run(tmp_path):
    edition.write(STORED, tmp_path / "uitgave")
    path = tmp_path / "uitgave" / edition.REGISTER
    rows = [
        {name: value for name, value in row.items() if name not in ("kind", "definition")}
        for row in json.loads(path.read_text("utf-8"))
    ]
    path.write_text(json.dumps(rows), "utf-8")
    found = compare(edition.read(tmp_path / "uitgave"), STORED)
    assert found == [Difference("amsterdam.helling: soort interval", "ontbreekt", "betrouwbaarheid")]


# --- comparing numbers ----------------------------------------------------------------------------


def test_an_edition_is_equal_to_itself():
    assert compare(STORED, of(COUNT, SLOPE)) == []


@pytest.mark.parametrize(
    "moved",
    [
        {"value": -0.0125 * (1 + 5e-9)},
        {"low": -0.02 * (1 - 5e-9)},
        {"high": 0.001 * (1 + 5e-9)},
        {"value": -0.0125 + 5e-13},
    ],
)
def test_a_number_may_move_within_its_tolerance(moved):
    assert against(SLOPE, replace(SLOPE, **moved)) == []


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        ({"value": -0.01251}, Difference("amsterdam.helling: waarde", "-0.0125", "-0.01251")),
        ({"low": -0.03}, Difference("amsterdam.helling: ondergrens", "-0.02", "-0.03")),
        ({"high": 0.002}, Difference("amsterdam.helling: bovengrens", "0.001", "0.002")),
        ({"n": 387}, Difference("amsterdam.helling: n", "386", "387")),
        ({"unit": "punt"}, Difference("amsterdam.helling: eenheid", "punten", "punt")),
        ({"source": "CBS"}, Difference("amsterdam.helling: bron", "CBS, KWB 2017", "CBS")),
        ({"kind": "steden"}, Difference("amsterdam.helling: soort interval", "betrouwbaarheid", "steden")),
        ({"definition": "zo"}, Difference("amsterdam.helling: definitie", "ontbreekt", "zo")),
        ({"decimals": 2}, Difference("amsterdam.helling: decimalen", "3", "2")),
        ({"tolerance": 0.1}, Difference("amsterdam.helling: tolerantie", "1e-08", "0.1")),
    ],
)
def test_what_differs_is_told_with_what_it_was_and_is(moved, told):
    assert against(SLOPE, replace(SLOPE, **moved)) == [told]


def test_a_looser_tolerance_of_the_run_does_not_excuse_its_value():
    parts = [one.what for one in against(SLOPE, replace(SLOPE, value=-0.013, tolerance=0.5))]
    assert parts == ["amsterdam.helling: waarde", "amsterdam.helling: tolerantie"]


def test_the_tolerance_that_the_edition_states_counts():
    loose = replace(SLOPE, tolerance=0.1)
    assert against(loose, replace(loose, value=-0.013)) == []


@pytest.mark.parametrize(("was", "now"), [(1e-17, 0), (0, -2e-16), (1e-17, -1e-17)])
def test_numbers_that_are_zero_up_to_rounding_are_equal(was, now):
    assert against(replace(COUNT, value=was), replace(COUNT, value=now)) == []


def test_one_inhabitant_of_the_netherlands_more_is_told():
    assert against(replace(COUNT, value=18_000_000), replace(COUNT, value=18_000_001))


def test_an_interval_that_appears_or_disappears_is_told():
    bare = replace(SLOPE, low=None, high=None, kind=None)
    assert against(SLOPE, bare) == [
        Difference("amsterdam.helling: ondergrens", "-0.02", "ontbreekt"),
        Difference("amsterdam.helling: bovengrens", "0.001", "ontbreekt"),
        Difference("amsterdam.helling: soort interval", "betrouwbaarheid", "ontbreekt"),
    ]
    assert len(against(bare, SLOPE)) == 3


def test_a_number_that_is_gone_or_new_is_told():
    assert compare(STORED, of(SLOPE)) == [Difference("amsterdam.buurten", "386", "ontbreekt")]
    assert compare(of(SLOPE), STORED) == [Difference("amsterdam.buurten", "ontbreekt", "386")]


def test_a_number_that_moves_to_another_chapter_is_told():
    moved = Edition({"amsterdam.helling": Entry("amsterdam.helling", "steden", SLOPE)}, {}, ABOUT)
    assert [one.what for one in compare(of(SLOPE, tables={}), moved)] == ["amsterdam.helling: hoofdstuk"]


@given(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.floats(-3, 3),
    st.sampled_from([0, 1e-12, TOLERANCE, 1e-3, 0.5]),
    st.sampled_from(["value", "low", "high"]),
)
def test_a_move_beyond_the_tolerance_is_always_told_and_one_within_it_never(was, steps, tolerance, part):
    now = was + steps * max(tolerance * abs(was), NEAR_ZERO)
    limit = max(Fraction(tolerance) * max(abs(Fraction(was)), abs(Fraction(now))), Fraction(NEAR_ZERO))
    moved = abs(Fraction(was) - Fraction(now))
    assume(abs(moved - limit) > HAIR * limit)
    first = Number("x", was, "punten", 1, "bron", -1e10, 1e10, tolerance=tolerance, kind="betrouwbaarheid")
    other = replace(first, value=now)
    if part != "value":
        first, other = (replace(first, value=0, **{part: one}) for one in (was, now))
    assert bool(against(first, other)) == (moved > limit)


# --- comparing tables -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        CSV.replace("-0.0125", "-0.01250000001"),
        CSV.replace("386", "386.0"),
        CSV.replace("-0.0125", "-1.25e-02"),
        CSV.replace("\n", "\r\n"),
    ],
)
def test_a_table_may_be_written_otherwise_or_move_within_the_tolerance(text):
    assert against_table(text) == []


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        ("0.333333", "0.333334", True),
        ("0.333333", "0.333335", False),
        ("9.99999", "10", True),
        ("10", "10.0001", True),
        ("9.99999", "10.0001", False),
        ("1.23457e+06", "1.23458e+06", True),
        ("1.23457e+06", "1.23459e+06", False),
        ("123456", "123457", False),
        ("1234567", "1234568", False),
        ("1e-17", "0", True),
        ("0", "1e-07", False),
        ("-0", "0", True),
        ("1e-17", "-1e-17", True),
        ("", "0", False),
        ("", "nan", False),
        ("0363", "363", False),
        ("1_000", "1000", False),
        ("Delft", "delft", False),
        ("1e+999", "1.5", False),
    ],
)
def test_a_cell_is_the_same_within_the_sixth_digit_and_whole_numbers_and_text_exactly(was, now, same):
    assert edition.same_cell(was, now) == edition.same_cell(now, was) == same


def test_figure_data_is_written_with_the_digits_that_are_compared():
    written = data_record("x", pd.DataFrame({"a": [1 / 3]}))["csv"].split()[1]
    assert written == "0." + "3" * edition.DIGITS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CSV.replace("-0.0125", "-0.0126"), Difference(f"{PATH}: helling, rij 1", "-0.0125", "-0.0126")),
        (CSV.replace("40,", "40,0"), Difference(f"{PATH}: helling, rij 2", "", "0")),
        (CSV.replace("386", "387"), Difference(f"{PATH}: n, rij 1", "386", "387")),
        (CSV.replace("Delft", "Venlo"), Difference(f"{PATH}: gemeente, rij 2", "Delft", "Venlo")),
        (CSV.replace(",n,", ",aantal,"), Difference(f"{PATH}: kolommen", "gemeente, n, helling", "gemeente, aantal, helling")),
        (CSV + "Ede,1,1\n", Difference(f"{PATH}: rijen", "2 rijen, 9 cellen", "3 rijen, 12 cellen")),
        (CSV.replace("386,", ""), Difference(f"{PATH}: rijen", "2 rijen, 9 cellen", "2 rijen, 8 cellen")),
        ("", Difference(f"{PATH}: kolommen", "gemeente, n, helling", "ontbreekt")),
    ],
)  # fmt: skip
def test_a_changed_table_is_told_with_the_place(text, told):
    assert against_table(text) == [told]


def test_rows_in_another_order_are_told():
    assert against_table("gemeente,n,helling\nDelft,40,\nAmsterdam,386,-0.0125\n")


def test_a_column_that_changed_whole_is_one_line():
    was, now = ("a\n" + "\n".join(str(k + add) for k in range(500)) + "\n" for add in (0, 1))
    assert against_table(now, was) == [Difference(f"{PATH}: a, rij 1 (en 499 andere)", "0", "1")]


def test_a_table_that_is_gone_or_new_is_told():
    less = of(SLOPE, COUNT, tables={"steden.csv": CSV})
    assert compare(STORED, less) == [Difference(PATH, "2 rijen, 9 cellen", "ontbreekt")]
    assert compare(less, STORED) == [Difference(PATH, "ontbreekt", "2 rijen, 9 cellen")]


@pytest.fixture
def short_fields():
    """A limit on the length of a cell that a test can pass without filling memory: libraries raise it to the most there is."""
    limit = csv.field_size_limit(100)
    yield
    csv.field_size_limit(limit)


def test_a_table_damaged_beyond_reading_is_told(short_fields):
    assert against_table(CSV + '"' + "x" * 101) and not against_table(CSV)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
CELLS = st.one_of(st.floats().map(str), st.integers().map(str), TEXT, st.just(""))
VALUES = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def tables(draw) -> str:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


@st.composite
def editions(draw) -> Edition:
    keys = draw(st.lists(st.from_regex(r"\A[a-z]{1,8}\Z"), unique=True, max_size=5))
    limits = [sorted(draw(st.tuples(VALUES, VALUES))) for _ in keys]
    numbers = [
        Number(key, draw(VALUES), draw(TEXT), draw(st.integers(0)), draw(TEXT), *pair, kind="betrouwbaarheid")
        for key, pair in zip(keys, limits, strict=True)
    ]
    names = st.from_regex(r"\A([a-z]{1,5}/)?[a-z]{1,5}\.csv\Z")
    return of(*numbers, tables=draw(st.dictionaries(names, tables(), max_size=3)))


@given(editions())
def test_any_edition_is_equal_to_itself_also_after_it_was_stored(one):
    assert compare(one, one) == []
    with tempfile.TemporaryDirectory() as folder:
        edition.write(one, Path(folder) / "uitgave")
        back = edition.read(Path(folder) / "uitgave")
    assert compare(one, back) == compare(back, one) == []
    assert back.tables == one.tables and back.about == one.about


# --- storing --------------------------------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_edition_lies_in_the_layout_of_the_book_and_the_same_run_gives_the_same_bytes(tmp_path):
    edition.write(STORED, tmp_path / "uitgave")
    first = files(tmp_path)
    assert sorted(first) == [
        "uitgave/cijfers/stad-delft/plaats.csv", "uitgave/cijfers/steden.csv", "uitgave/register.json", "uitgave/uitgave.json",
    ]  # fmt: skip
    edition.write(of(COUNT, SLOPE), tmp_path / "uitgave")
    assert files(tmp_path) == first


def test_what_an_earlier_edition_had_more_is_gone(tmp_path):
    edition.write(STORED, tmp_path / "uitgave")
    edition.write(of(SLOPE, tables={"steden.csv": CSV}), tmp_path / "uitgave")
    assert list(edition.read(tmp_path / "uitgave").tables) == ["steden.csv"]


UNWRITABLE = of(SLOPE, tables={"a.csv": CSV, "b.csv": "\ud800"})


def test_a_half_written_edition_never_appears(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        edition.write(UNWRITABLE, tmp_path / "uitgave")
    assert list(tmp_path.iterdir()) == []


def test_the_earlier_edition_stays_when_a_new_one_cannot_be_written(tmp_path):
    edition.write(STORED, tmp_path / "uitgave")
    before = files(tmp_path)
    with pytest.raises(UnicodeEncodeError):
        edition.write(UNWRITABLE, tmp_path / "uitgave")
    assert files(tmp_path) == before


@pytest.mark.parametrize("earlier", [True, False])
def test_the_earlier_edition_comes_back_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch, earlier):
    if earlier:
        edition.write(STORED, tmp_path / "uitgave")
    before = files(tmp_path)
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "nieuw":
            raise PermissionError("bezet")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError, match="bezet"):
        edition.write(of(SLOPE), tmp_path / "uitgave")
    assert files(tmp_path) == before


def test_without_an_edition_verify_says_what_to_run_and_executes_nothing(tmp_path):
    with pytest.raises(InvalidInput, match=r"nog geen uitgave in .*: draai eerst `make edition`"):
        edition.verify(pytest.fail, tmp_path / "uitgave")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("register.json", None),
        ("register.json", "[{"),
        ("register.json", "[1]"),
        ("register.json", '[{"id": "a"}]'),
        ("register.json", '[{"id": "a", "chapter": "a", "value": NaN, "unit": "", "n": 1, "source": ""}]'),
        ("register.json", '[{"id": "a", "chapter": "a", "value": "x", "unit": "", "n": 1, "source": ""}]'),
        ("uitgave.json", None),
        ("uitgave.json", "[]"),
        ("uitgave.json", "{}"),
        ("uitgave.json", json.dumps({**ABOUT, "bestanden": []})),
        ("uitgave.json", json.dumps({**ABOUT, "keuzes": None})),
        ("uitgave.json", json.dumps({**ABOUT, "vorm": "nieuw"})),
    ],
)
def test_a_damaged_edition_is_refused_with_one_sentence(tmp_path, name, text):
    edition.write(STORED, tmp_path / "uitgave")
    path = tmp_path / "uitgave" / name
    path.unlink() if text is None else path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=r"is beschadigd .*: haal haar terug uit git, of draai `make edition`"):
        edition.read(tmp_path / "uitgave")


@pytest.mark.parametrize("name", [f"cijfers/{PATH}", "tekst/amsterdam.txt"])
def test_a_table_or_page_that_is_no_text_is_refused(tmp_path, name):
    edition.write(replace(STORED, prose=PAGES), tmp_path / "uitgave")
    (tmp_path / "uitgave" / name).write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="is beschadigd"):
        edition.read(tmp_path / "uitgave")


def test_the_stored_edition_can_be_read_and_is_small():
    stored = edition.read(edition.FOLDER)
    assert stored.numbers and stored.tables
    assert sum(map(len, files(edition.FOLDER).values())) < 4e6


# --- telling --------------------------------------------------------------------------------------


def test_equal_is_one_sentence_with_how_much_was_compared_and_how_close():
    now = of(replace(SLOPE, low=-0.02 * (1 + 3e-10)), COUNT)
    assert edition.told([], STORED, now) == (
        "Gelijk: 2 getallen en 2 tabellen komen overeen met de uitgave van 2026-11-24 (versie 0.1.0); "
        "het grootste relatieve verschil is 3e-10."
    )


def test_the_largest_difference_sees_small_moves_of_large_numbers_but_no_rounded_zeros():
    zeros = replace(COUNT, value=1e-17), replace(COUNT, value=0)
    assert edition.drift(of(SLOPE, zeros[0]), of(SLOPE, zeros[1])) == 0
    moved = replace(SLOPE, value=-0.0125 - 2e-15)
    assert edition.drift(of(SLOPE), of(moved)) == pytest.approx(1.6e-13, rel=0.01)


def test_differences_are_a_table_with_the_circumstances():
    now = replace(of(replace(SLOPE, n=40), COUNT), about={**ABOUT, "datum": "2027-01-01", "python": "3.13.0"})
    assert edition.told(compare(STORED, now), STORED, now).splitlines() == [
        "Niet gelijk aan de uitgave van 2026-11-24 (versie 0.1.0): 1 verschil.",
        "wat                   was  is",
        "amsterdam.helling: n  386  40",
        "Bij de uitgave was python 3.11.7, hier 3.13.0.",
    ]


def test_a_long_table_is_cut_and_says_how_many_more():
    many = of(*(replace(COUNT, key=f"k{k:03}") for k in range(edition.MOST_ROWS + 5)), tables={})
    lines = edition.told(compare(of(tables={}), many), STORED, many).splitlines()
    assert len(lines) == 1 + 1 + edition.MOST_ROWS + 1
    assert lines[0].endswith("45 verschillen.") and lines[-1] == "… en nog 5."


def test_of_long_texts_the_part_is_shown_that_differs():
    long = "bron " * 40
    was, now = replace(SLOPE, source=f"{long}2017{long}"), replace(SLOPE, source=f"{long}2018{long}\n")
    line = edition.told(against(was, now), STORED, STORED).splitlines()[2]
    assert "2017" in line and "2018" in line and len(line) < 160


@pytest.mark.parametrize(("found", "code"), [([], 0), ([Difference("a", "1", "2")], 1)])
def test_the_command_ends_with_1_when_something_differs(monkeypatch, found, code):
    monkeypatch.setattr(edition, "verify", lambda: found)
    assert main(["verify"]) == code


def test_the_command_stores_an_edition(monkeypatch):
    called = []
    monkeypatch.setattr(edition, "publish", lambda: called.append(1))
    assert main(["edition"]) == 0 and called


# --- what a run gives -----------------------------------------------------------------------------


def chapter(name: str, number: Number, sheet_of: str | None = None) -> staging.Chapter:
    """An executed chapter that emits a number and a figure."""
    data = [Numbers([number])._repr_mimebundle_(), {"text/plain": "", DATA_MIME: {"name": "plaats", "csv": CSV}}]
    cells = [new_code_cell("", outputs=[new_output("display_data", one)]) for one in data]
    return staging.Chapter(name, name, None, Choices(), new_notebook(cells=cells), sheet_of)


def collected(tmp_path: Path, *chapters: staging.Chapter, whole: bool = False) -> Edition:
    return edition.collect(list(chapters), tmp_path / "bron", whole)


def test_numbers_and_data_are_collected_as_the_book_has_them(tmp_path):
    found = collected(tmp_path, chapter("amsterdam", SLOPE), chapter("stad-delft", COUNT, "stadsblad"))
    assert list(found.numbers) == ["amsterdam.helling", "stad-delft.buurten"]
    assert found.tables == {"plaats.csv": CSV, "stad-delft/plaats.csv": CSV}
    assert found.about["keuzes"]["amsterdam"] == asdict(Choices()) and set(found.prose) == {"amsterdam", "stad-delft"}


def test_an_edition_says_when_and_with_what_it_was_made():
    about = edition.circumstances(datetime.date(2026, 11, 24))
    assert about["datum"] == "2026-11-24" and set(edition.LIBRARIES) <= set(about)
    assert about["vorm"] == edition.FORM and about["versie"].count(".") == 2


@pytest.mark.parametrize(
    ("before", "cores", "told"),
    [
        ({}, 2, "op 2 kernen ongeveer 57 seconden"),
        ({}, 1, "op 1 kern ongeveer 2 minuten"),
        ({"seconden": 60, "kernen": 4, "keuzes": dict.fromkeys("ab" * 20)}, 2, "ongeveer 38 minuten"),
        ({"seconden": 60, "kernen": 2, "keuzes": dict.fromkeys(map(str, range(38)))}, 2, "ongeveer 60 seconden"),
        ({"seconden": 60, "kernen": 2, "keuzes": dict.fromkeys(map(str, range(38)))}, 100, "ongeveer 3 seconden"),
    ],
)
def test_how_long_it_will_take_is_told_beforehand(before, cores, told):
    assert told in edition.expected(38, before, cores)


# --- what is tampered with is told ----------------------------------------------------------------

RATIO = 1.8


def compared(ratio: float) -> Sentences:
    """A sentence as the reports make them: the number in it is in no register."""
    return Sentences({"sterkte": f"Het verband is {dutch.number(ratio, 1)} keer zo sterk."})


def reporting(*texts: str, ratio: float = RATIO, choices: Choices | None = None) -> staging.Chapter:
    """A chapter with a sentence of a report, and texts of its own."""
    output = new_output("display_data", compared(ratio)._repr_mimebundle_())
    cells = [new_code_cell("", outputs=[output]), *map(new_markdown_cell, ("{tekst}`sterkte` Zo is het.", *texts))]
    return staging.Chapter("amsterdam", "amsterdam", None, choices or Choices(), new_notebook(cells=cells))


def tampered(tmp_path: Path, now: staging.Chapter) -> list[Difference]:
    return compare(collected(tmp_path, reporting()), collected(tmp_path, now))


def test_a_doubled_ratio_in_a_sentence_is_told_with_page_old_and_new(tmp_path, monkeypatch):
    honest = compared
    monkeypatch.setitem(globals(), "compared", lambda ratio: honest(2 * ratio))
    doubled = collected(tmp_path, reporting())
    monkeypatch.undo()
    was = collected(tmp_path, reporting())
    told = Difference(
        "bladzijde amsterdam", "Het verband is 1,8 keer zo sterk.", "Het verband is 3,6 keer zo sterk.", True
    )
    assert compare(was, doubled) == [told]
    assert edition.told([told], was, doubled).splitlines()[1:] == [
        "bladzijde amsterdam", "  was: Het verband is 1,8 keer zo sterk.", "  is:  Het verband is 3,6 keer zo sterk.",
    ]  # fmt: skip


def test_an_invented_sentence_in_a_notebook_is_told(tmp_path):
    invented = "Overal werkt menging uitstekend."
    assert tampered(tmp_path, reporting(invented)) == [Difference("bladzijde amsterdam", "ontbreekt", invented, True)]


def test_an_invented_sentence_on_a_page_of_text_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "BOOK", tmp_path / "book")
    (tmp_path / "book" / "_locale").mkdir(parents=True)
    page = tmp_path / "book" / "index.md"
    page.write_text("# Begin\n\nEen zin. {tekst}`amsterdam.sterkte`\n", "utf-8")
    was = collected(tmp_path, reporting(), whole=True)
    assert was.prose["index"] == "Begin\nEen zin.\nHet verband is 1,8 keer zo sterk.\n"
    page.write_text(page.read_text("utf-8").replace("Een zin.", "Een zin. Een verzonnen zin."), "utf-8")
    now = collected(tmp_path, reporting(), whole=True)
    assert compare(was, now) == [Difference("bladzijde index", "ontbreekt", "Een verzonnen zin.", True)]


def test_a_sentence_that_is_gone_and_a_page_that_is_gone_are_told():
    was, now = (
        replace(STORED, prose=PAGES),
        replace(STORED, prose={"amsterdam": PAGES["amsterdam"].splitlines()[1] + "\n"}),
    )
    assert compare(was, now) == [
        Difference("bladzijde amsterdam", "Het verband is 1,8 keer zo sterk.", "ontbreekt", True),
        Difference("bladzijde begrippen", "1 zinnen", "ontbreekt"),
    ]


def test_a_changed_default_is_told_even_when_nothing_else_changes(tmp_path):
    assert tampered(tmp_path, reporting(choices=Choices(zaad=1))) == [
        Difference("keuze zaad van amsterdam", str(Choices().zaad), "1")
    ]


@pytest.mark.parametrize("file", ["cijfers/steden.csv", f"cijfers/{PATH}"])
def test_a_changed_cell_of_a_table_of_the_edition_is_told(tmp_path, file):
    edition.write(STORED, tmp_path / "uitgave")
    path = tmp_path / "uitgave" / file
    path.write_bytes(path.read_bytes().replace(b"-0.0125", b"-0.0126"))
    assert compare(edition.read(tmp_path / "uitgave"), STORED) == [
        Difference(f"{file.removeprefix('cijfers/')}: helling, rij 1", "-0.0126", "-0.0125")
    ]


@pytest.fixture
def project(tmp_path):
    """A copy of what goes into the book and is checked by checksum."""
    shutil.copytree(DATA, tmp_path / "project" / "data")
    shutil.copytree(RESULTS, tmp_path / "project" / "results", ignore=shutil.ignore_patterns("uitgave"))
    (tmp_path / "project" / "book" / "_static").mkdir(parents=True)
    (tmp_path / "project" / "book" / "_static" / "vind.js").write_text("toon('veilig')\r\n", "utf-8", newline="")
    return tmp_path / "project"


def test_every_file_of_the_dataset_is_checked_read_by_a_chapter_or_not(project):
    known = edition.checksums(project)
    assert {f"data/{path.name}" for path in DATA.iterdir() if path.name != "README.md"} <= set(known)
    assert {"results/simulaties.csv", "book/_static/vind.js"} <= set(known)
    assert all(one.startswith("sha256:") and len(one) == 71 for one in known.values())


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir() if path.suffix in {".csv", ".gpkg"}))
def test_one_changed_value_in_the_dataset_stops_before_anything_is_executed(project, monkeypatch, name):
    path = project / "data" / name
    content = path.read_bytes()
    path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    edition.write(STORED, project / "uitgave")
    found = edition.checksums
    monkeypatch.setattr(edition, "checksums", lambda: found(project))
    monkeypatch.setattr(execute, "execute", pytest.fail)
    with pytest.raises(InvalidInput, match=rf"{name} is niet het bestand dat datapackage.json beschrijft"):
        edition.verify(pytest.fail, project / "uitgave")


def test_a_changed_value_whose_description_was_renewed_is_told_too(project):
    was = edition.checksums(project)
    path = project / "data" / "ijkpunten.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    column = next(
        name for name in table if table[name].str.fullmatch(r"\d+(\.\d+)?").all() and table[name].nunique() > 3
    )
    table.loc[0, column] = str(float(table.loc[0, column]) + 1).removesuffix(".0")
    table.to_csv(path, index=False, lineterminator="\n")
    assert store.describe_again(project / "data") == ["ijkpunten.csv"]
    now = edition.checksums(project)
    told = [one.what for one in compare(with_files(was), with_files(now))]
    assert told == ["bestand data/datapackage.json", "bestand data/ijkpunten.csv"]


def with_files(known: dict[str, str]) -> Edition:
    return replace(STORED, about={**ABOUT, "bestanden": known})


@pytest.mark.parametrize("name", ["results/simulaties.csv", "book/_static/vind.js"])
def test_another_file_of_simulations_or_of_the_browser_is_told(project, name):
    was, path = edition.checksums(project), project / name
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1).replace(b"veilig", b"onveilig"))
    assert [one.what for one in compare(with_files(was), with_files(edition.checksums(project)))] == [f"bestand {name}"]


def test_line_ends_that_git_translates_are_no_difference(project):
    was, path = edition.checksums(project), project / "book" / "_static" / "vind.js"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    assert edition.checksums(project) == was


def test_an_edition_of_the_older_form_is_one_difference_and_one_sentence():
    now = replace(
        STORED,
        prose=PAGES,
        about={**ABOUT, "vorm": 2, "bestanden": {"data/a.csv": "sha256:1"}, "keuzes": {"amsterdam": {}}},
    )
    older = replace(STORED, about={**ABOUT, "datapackage.json": "sha256:0"})
    differences = compare(older, now)
    assert [one.what for one in differences] == ["vorm van de uitgave"]
    assert edition.told(differences, older, now).splitlines() == [
        "Niet gelijk aan de uitgave van 2026-11-24 (versie 0.1.0): 1 verschil.",
        "Die uitgave is vastgelegd zonder tekst, keuzes en controlesommen: die zijn niet vergeleken.",
        "wat                  was                                        is",
        "vorm van de uitgave  1: zonder tekst, keuzes en controlesommen  2",
    ]


DOUBLED = r"""
import re
from analysis.publication.numbers import Sentences

eerlijk = lever_reports.about_sheet

def verdubbeld(*given):
    said = eerlijk(*given)
    return Sentences(
        {key: re.sub(r"ligt 0,(\d+)", lambda found: f"ligt 0,{2 * int(found[1])}", said.plain(key)) for key in said}, numbers=said.numbers
    )

lever_reports.about_sheet = verdubbeld
"""


@pytest.mark.book
@pytest.mark.slow
def test_two_chapters_come_out_the_same_and_what_is_tampered_with_is_told(tmp_path):
    tasks = [one for one in build.tasks() if one.output.stem in ("simulaties", "stad-delft")]
    stored, said = tmp_path / "uitgave", []
    one = edition.publish(said.append, stored, tasks)
    assert one.numbers and any(path.startswith("stad-delft/") for path in one.tables)
    assert edition.verify(said.append, stored, tasks) == []
    assert said[-1].startswith(f"Gelijk: {one.size} komen overeen")

    path = stored / "register.json"
    rows = json.loads(path.read_text("utf-8"))
    rows[0].update(value=rows[0]["value"] + 1, low=None, high=None)
    path.write_text(json.dumps(rows), "utf-8")
    doubled, invented = (tampered_notebook(tmp_path, tasks, name) for name in ("verdubbeld", "verzonnen"))
    assert rows[0]["id"] in {told.what.split(":")[0] for told in edition.verify(said.append, stored, tasks)}
    assert rows[0]["id"] in said[-1]
    told = [one for one in edition.verify(said.append, stored, doubled) if one.sentence]
    assert [one.what for one in told] == ["bladzijde stad-delft"] and "LBM-punten onder het gemiddelde" in told[0].now
    told = {one.what for one in edition.verify(said.append, stored, invented)}
    assert {"bladzijde stad-delft", "keuze zaad van stad-delft"} <= told and "  is:  Menging werkt altijd." in said[-1]


def tampered_notebook(folder: Path, tasks: list[execute.Task], how: str) -> list[execute.Task]:
    """The tasks with another sheet: a report that doubles a number in a sentence, or an invented sentence and another default."""
    notebook = nbformat.read(BOOK / "stadsblad.ipynb", as_version=4)
    imports = next(cell for cell in notebook.cells if "import lever_reports" in cell.source)
    if how == "verdubbeld":
        imports.source += DOUBLED
    else:
        notebook.cells.append(new_markdown_cell("Menging werkt altijd."))
        parameters = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
        parameters.source = parameters.source.replace(f"zaad = {Choices().zaad}", "zaad = 1")
    (folder / how).mkdir()
    nbformat.write(notebook, folder / how / "stadsblad.ipynb")
    return [
        replace(one, notebook=folder / how / one.notebook.name) if one.notebook.stem == "stadsblad" else one
        for one in tasks
    ]
