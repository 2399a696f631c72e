"""The one door for numbers: Dutch notation, no empty number, and a register without doubles."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import dutch, quoted
from analysis.errors import InvalidInput
from analysis.intervals import CITIES, CONFIDENCE, KINDS, PREDICTION, UNSTATED
from analysis.publication import register
from analysis.publication.numbers import MIME, Number, Numbers, Sentences, Telling
from analysis.publication.register import Entry

FLOATS = st.floats(-1e12, 1e12, allow_nan=False)
DECIMALS = st.integers(0, 6)


def parse(text: str) -> Decimal:
    """Read Dutch notation back."""
    return Decimal(text.replace(".", "").replace(",", ".").replace(dutch.MINUS, "-"))


# --- Dutch notation -------------------------------------------------------------------------------


@given(FLOATS, DECIMALS)
@example(1234.5, 1)
@example(-0.04, 1)
@example(999_999.5, 0)
def test_the_text_reads_back_as_the_rounded_value(value, decimals):
    assert parse(dutch.number(value, decimals)) == Decimal(f"{value:.{decimals}f}")


@given(FLOATS, DECIMALS)
@example(-0.0, 0)
@example(-0.4, 0)
@example(1_000_000.0, 2)
def test_the_text_is_dutch_and_zero_has_no_sign(value, decimals):
    text = dutch.number(value, decimals)
    behind = rf",\d{{{decimals}}}" if decimals else ""
    assert re.fullmatch(rf"{dutch.MINUS}?\d{{1,3}}(\.\d{{3}})*{behind}", text)
    assert text.startswith(dutch.MINUS) == (parse(text) < 0)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, "1.234,5"),
        (-0.3, 1, "−0,3"),
        (0.004, 2, "0,00"),
        (872757, 0, "872.757"),
        (12, 0, "12"),
        (-1e6, 0, "−1.000.000"),
    ],
)
def test_examples(value, decimals, text):
    assert dutch.number(value, decimals) == text


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_a_missing_number_is_unknown_and_never_zero(nothing):
    assert dutch.number(nothing, 2) == "onbekend"


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_number_is_refused(value):
    with pytest.raises(ValueError, match="oneindig"):
        dutch.number(value)


@given(FLOATS, FLOATS, DECIMALS)
@example(-0.3, 0.1, 1)
def test_an_interval_has_both_limits_in_dutch(low, high, decimals):
    assert dutch.interval(low, high, decimals).split(" tot ") == [
        dutch.number(low, decimals),
        dutch.number(high, decimals),
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a en b"),
        (["a", "b", "c"], "a, b en c"),
        (iter(["a", "b"]), "a en b"),
    ],
)
def test_an_enumeration_joins_words(words, text):
    assert dutch.enumeration(words) == text


def test_an_enumeration_can_end_in_another_word():
    assert dutch.enumeration(["a", "b", "c"], "of") == "a, b of c"


# --- one number -----------------------------------------------------------------------------------

SLOPE = Number(
    "helling", -0.01234, "LBM-punten per procentpunt", 1380, "CBS, KWB 2017", -0.02, 0.001, 3, kind=CONFIDENCE
)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_without_a_value_is_not_published(value):
    with pytest.raises(ValueError, match="'helling' heeft geen waarde"):
        replace(SLOPE, value=value)


@pytest.mark.parametrize("limits", [{"low": None}, {"high": None}])
def test_one_limit_is_no_interval(limits):
    with pytest.raises(ValueError, match="maar één grens"):
        replace(SLOPE, **limits)


@pytest.mark.parametrize(("low", "high"), [(0.1, -0.1), (math.nan, 0.1), (0.1, math.nan)])
def test_a_reversed_or_empty_interval_is_refused(low, high):
    with pytest.raises(ValueError, match="omgekeerd interval"):
        replace(SLOPE, low=low, high=high)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("waarde", "−0,012"),
        ("interval", "−0,020 tot 0,001"),
        ("grenzen", "−0,020 tot 0,001"),
        ("intervalsoort", "95\u00a0%-interval"),
        ("laag", "−0,020"),
        ("hoog", "0,001"),
        ("n", "1.380"),
        ("eenheid", "LBM-punten per procentpunt"),
    ],
)
def test_each_part_of_a_number_in_dutch(part, text):
    assert SLOPE.text(part) == text


def test_an_unknown_part_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match="'hoogte'; kies waarde, interval, grenzen, laag, hoog, intervalsoort, n of eenheid"
    ):
        SLOPE.text("hoogte")


@pytest.mark.parametrize("part", ["interval", "grenzen", "laag", "hoog", "intervalsoort"])
def test_a_number_without_an_interval_cannot_show_one(part):
    with pytest.raises(ValueError, match="geen interval"):
        replace(SLOPE, low=None, high=None, kind=None).text(part)


@pytest.mark.parametrize(
    ("kind", "message"), [(None, "heeft geen soort; kies: betrouwbaarheid"), ("marge", "onbekende soort 'marge'")]
)
def test_an_interval_of_no_known_kind_is_refused(kind, message):
    with pytest.raises(ValueError, match=message):
        replace(SLOPE, kind=kind)


def test_a_kind_without_an_interval_is_refused():
    with pytest.raises(ValueError, match="geen interval, en toch de soort 'betrouwbaarheid'"):
        replace(SLOPE, low=None, high=None)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != CONFIDENCE])
def test_limits_that_are_no_plain_margin_say_what_they_are(kind):
    number = replace(SLOPE, kind=kind)
    assert number.text("interval") == f"{KINDS[kind].words}: −0,020 tot 0,001"
    assert number.text("grenzen") == "−0,020 tot 0,001"


def test_every_kind_is_called_otherwise():
    assert len({kind.words for kind in KINDS.values()}) == len({kind.head for kind in KINDS.values()}) == len(KINDS)


def test_an_interval_of_before_kinds_can_be_read_and_not_published():
    with pytest.raises(ValueError, match="'helling' heeft geen soort: het wordt niet gepubliceerd"):
        Numbers([replace(SLOPE, kind=UNSTATED)])


# --- the register ---------------------------------------------------------------------------------


def executed(*cells: Numbers) -> nbformat.NotebookNode:
    """A notebook of which each cell emitted numbers, written to text and read back as the builder does."""
    notebook = nbformat.v4.new_notebook()
    for cell in cells:
        output = nbformat.v4.new_output("execute_result", data=cell._repr_mimebundle_(), execution_count=1)
        notebook.cells.append(nbformat.v4.new_code_cell("", outputs=[output], execution_count=1))
    notebook.cells.append(nbformat.v4.new_markdown_cell("Tekst zonder uitvoer."))
    notebook.cells.append(
        nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", name="stdout", text="1")])
    )
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


COUNT = Number("buurten", 386, "buurten", 386, "BZK, Leefbaarometer 3.0")


@pytest.fixture
def book() -> register.Register:
    own = register.collect("amsterdam", "amsterdam", None, executed(Numbers([SLOPE]), Numbers([COUNT])))
    other = register.collect("steden", "steden", "GM0599", executed(Numbers([replace(SLOPE, value=-0.5)])))
    return register.unite([own, other])


def test_numbers_show_themselves_in_dutch_and_travel_unrounded():
    bundle = Numbers([SLOPE, COUNT])._repr_mimebundle_()
    assert bundle["text/plain"].splitlines()[0] == "helling = −0,012 LBM-punten per procentpunt (n = 1.380)"
    assert [record["value"] for record in bundle[MIME]] == [-0.01234, 386]


def test_numbers_are_collected_from_every_cell_and_come_back_unchanged(book):
    assert list(book) == ["amsterdam.helling", "amsterdam.buurten", "steden.GM0599.helling"]
    assert book["amsterdam.helling"] == Entry("amsterdam.helling", "amsterdam", SLOPE)


def test_a_field_that_this_version_does_not_know_is_passed_over():
    notebook = executed(Numbers([SLOPE]))
    notebook.cells[0].outputs[0].data[MIME][0]["nieuw"] = 1
    assert list(register.outputs_of(notebook)) == [SLOPE]


@pytest.mark.parametrize(
    ("group", "place", "own", "expected"),
    [
        ("amsterdam", None, None, "amsterdam.helling"),
        ("amsterdam", "GM0599", None, "amsterdam.GM0599.helling"),
        ("amsterdam", None, "landelijk", "landelijk.helling"),
        ("amsterdam", "GM0599", "landelijk", "landelijk.GM0599.helling"),
    ],
)
def test_an_id_names_the_group_the_place_and_the_key(group, place, own, expected):
    assert register.entry_id(group, place, replace(SLOPE, group=own)) == expected


def test_a_run_for_another_gemeente_cannot_put_its_number_under_the_first(book):
    assert book["amsterdam.helling"].number.value == -0.01234
    assert book["steden.GM0599.helling"].number.value == -0.5


def test_one_number_may_be_quoted_in_many_texts():
    assert len(register.collect("amsterdam", "amsterdam", None, executed(Numbers([SLOPE]), Numbers([SLOPE])))) == 1


def test_one_id_for_two_numbers_in_a_chapter_is_refused():
    other = replace(SLOPE, value=SLOPE.value + 1e-6, low=None, high=None, kind=None)
    with pytest.raises(
        InvalidInput, match=r"'amsterdam\.helling' wordt twee keer uitgegeven, door amsterdam en amsterdam"
    ):
        register.collect("amsterdam", "amsterdam", None, executed(Numbers([SLOPE]), Numbers([other])))


def test_the_same_id_in_two_chapters_is_refused_with_both(book):
    again = register.collect("nawoord", "amsterdam", None, executed(Numbers([COUNT])))
    with pytest.raises(InvalidInput, match=r"'amsterdam\.buurten' .* door amsterdam en nawoord"):
        register.unite([book, again])


def test_a_register_comes_back_as_it_was_saved(book, tmp_path):
    path = tmp_path / "nieuw" / "register.json"
    register.save(book, path)
    back = register.load(path)
    assert list(back) == sorted(book)
    assert [entry.as_json() for entry in back.values()] == [book[name].as_json() for name in sorted(book)]
    assert [entry.number.text("n") for entry in back.values()] == [book[name].number.text("n") for name in sorted(book)]
    assert [file.name for file in path.parent.iterdir()] == ["register.json"]
    register.save(back, tmp_path / "weer.json")
    assert (tmp_path / "weer.json").read_bytes() == path.read_bytes()


def test_a_number_is_found_by_its_full_id_or_by_its_key_within_the_chapter(book):
    assert register.find(book, "amsterdam.helling").number == SLOPE
    assert register.find(book, "helling", "amsterdam").number == SLOPE
    assert register.find(book, "amsterdam.helling", "steden").number == SLOPE
    assert register.find(book, "GM0599.helling", "steden").number.value == -0.5


@pytest.mark.parametrize(
    ("key", "scope"),
    [("helling", ""), ("heling", "amsterdam"), ("helling", "steden"), ("GM0599.helling", "")],
)
def test_a_number_that_no_chapter_made_is_an_error(key, scope, book):
    with pytest.raises(InvalidInput, match=f"{key!r} staat niet in het register"):
        register.find(book, key, scope)


TEXT = "Hier {getal}`helling` ({getal}`helling:interval`), elders {getal}`steden.GM0599.helling`; `code` niet."


def test_references_are_filled_in_dutch(book):
    filled = register.fill(TEXT, book, "amsterdam")
    assert filled == "Hier −0,012 (−0,020 tot 0,001), elders −0,500; `code` niet."


def test_qualified_references_mean_the_same_on_any_page(book):
    qualified = register.qualify(TEXT, book, "amsterdam")
    assert "{getal}`amsterdam.helling`" in qualified and "{getal}`amsterdam.helling:interval`" in qualified
    assert register.fill(qualified, book, "steden") == register.fill(TEXT, book, "amsterdam")
    assert register.qualify(qualified, book, "steden") == qualified


@pytest.mark.parametrize("use", [register.fill, register.qualify])
def test_a_reference_to_a_number_that_is_not_there_fails(use, book):
    with pytest.raises(InvalidInput, match="'weg'"):
        use("Zie {getal}`weg`.", book, "amsterdam")


def test_a_reference_to_a_part_that_does_not_exist_fails(book):
    with pytest.raises(ValueError, match="'hoogte'"):
        register.fill("{getal}`helling:hoogte`", book, "amsterdam")


# --- a text calls an interval what it is ----------------------------------------------------------

SPREAD = replace(SLOPE, key="spreiding", kind=CITIES)
NEW = replace(SLOPE, key="nieuwe_stad", kind=PREDICTION)


@pytest.fixture
def kinds() -> register.Register:
    return register.collect("steden", "steden", None, executed(Numbers([SLOPE, SPREAD, NEW, COUNT])))


@pytest.mark.parametrize(
    "text",
    [
        "95 %-interval {getal}`spreiding:interval`",
        "(95\u00a0%-interval: {getal}`spreiding:laag` tot {getal}`spreiding:hoog`)",
        "een 95%-interval van {getal}`nieuwe_stad:grenzen`",
        "a 95 % interval of {getal}`steden.nieuwe_stad:laag`",
        "het voorspellingsinterval is {getal}`helling:interval`",
        "laagste en hoogste stad: {getal}`helling:interval`",
    ],
)
def test_a_text_that_calls_an_interval_by_another_kind_is_refused(kinds, text):
    with pytest.raises(InvalidInput, match=r"Op blad\.md staat .* bij getal 'steden\."):
        register.check_kinds(f"Eerst dit. {text} en dan dat.", kinds, "steden", "blad.md")


@pytest.mark.parametrize(
    "text",
    [
        "95 %-interval {getal}`helling:interval`",
        "95 %-voorspellingsinterval {getal}`nieuwe_stad:interval`",
        "de laagste en hoogste stad {getal}`spreiding:grenzen`",
        "Een 95 %-interval is een marge. De spreiding is {getal}`spreiding:interval`",
        "95 %-interval van {getal}`buurten` buurten",
    ],
)
def test_a_text_that_calls_an_interval_by_its_own_kind_passes(kinds, text):
    register.check_kinds(text, kinds, "steden", "blad.md")


def told() -> Telling:
    return Telling("CBS, KWB 2017", n=344, prefix="typen.")


def test_a_number_in_a_text_is_the_role_that_quotes_it():
    number = Number("helling", 0.5, "x", 3, "y", 0.1, 0.9, decimals=1, kind=CONFIDENCE)
    assert f"{number} ({number:interval})" == "{getal}`helling` ({getal}`helling:interval`)"
    assert f"{replace(number, group='stad')}" == "{getal}`stad.helling`"


def test_a_sentence_carries_the_numbers_that_it_quotes():
    tell = told()
    sentences = tell.sentences(kort=f"Van {tell('bekend', 207, 'buurten')} van de {tell('n', 1344, 'buurten', n=5)} buurten.")
    assert sentences["kort"] == "Van {getal}`typen.bekend` van de {getal}`typen.n` buurten."
    assert sentences.plain("kort") == "Van 207 van de 1.344 buurten."
    bundle = sentences._repr_mimebundle_()
    assert [(one["key"], one["value"], one["n"], one["source"]) for one in bundle[MIME]] == [
        ("typen.bekend", 207.0, 344, "CBS, KWB 2017"), ("typen.n", 1344.0, 5, "CBS, KWB 2017"),
    ]  # fmt: skip
    assert "Van 207" in bundle["text/plain"]


def test_a_sentence_without_numbers_carries_none():
    assert MIME not in Sentences(kort="Niets te tellen.")._repr_mimebundle_()


def test_a_title_reads_as_plain_text_and_keeps_its_numbers():
    tell = told()
    title = tell.text(f"{tell('bekend', 1207, 'buurten')} buurten & meer")
    assert title == "1.207 buurten & meer"
    assert quoted.template_of(title) == "{getal}`typen.bekend` buurten & meer"
    assert quoted.html_of(title) == '<data value="typen.bekend">1.207</data> buurten &amp; meer'
    assert [one["key"] for one in quoted.bundle_of(title)[MIME]] == ["typen.bekend"]


def test_a_plain_title_is_its_own_template():
    assert (quoted.template_of("a < b"), quoted.html_of("a < b"), quoted.bundle_of("a < b")) == ("a < b", "a &lt; b", {})
