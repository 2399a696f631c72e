"""Words found in a sentence: each once, whole, and the longest that fits."""

from __future__ import annotations

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InvalidInput
from analysis.publication.site.terms import Term, Vocabulary, is_running_text, link_first_uses, page_of, shortly


def term(name: str, *forms: str) -> Term:
    return Term(name, "begrippen", f"term-{name.replace(' ', '-')}", f"Uitleg van {name}.", (name, *forms))


WORDS = Vocabulary(
    (
        term("buurt", "buurten"),
        term("laag inkomen", "lage inkomens"),
        term("zeer laag inkomen", "zeer lage inkomens"),
        term("95 %-interval", "interval"),
        term("KWB"),
        term("Moran's I"),
        term("R²"),
    )
)


def found(text: str, seen: set[str] | None = None) -> list[tuple[str, str]]:
    pieces = WORDS.split(text, set() if seen is None else seen)
    return [(piece, one.name) for piece, one in pieces if one]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In buurten en in een buurt.", [("buurten", "buurt")]),
        ("Buurten verschillen.", [("Buurten", "buurt")]),
        ("een zeer laag inkomen, of een laag inkomen", [("zeer laag inkomen", "zeer laag inkomen"), ("laag inkomen", "laag inkomen")]),
        ("met zeer lage\n  inkomens", [("zeer lage\n  inkomens", "zeer laag inkomen")]),
        ("(95\u00a0%-interval 1 tot 2)", [("95\u00a0%-interval", "95 %-interval")]),
        ("een score (R²) van de KWB", [("R²", "R²"), ("KWB", "KWB")]),
        ("is Moran's I hoog?", [("Moran's I", "Moran's I")]),
        ("buurtbewoners, winkelbuurt, buurt-app, achter-buurt en kwb", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_term_is_found_whole_and_once(text, expected):
    assert found(text) == expected


def test_what_has_its_link_already_is_left_alone():
    seen = {"term-buurt"}
    assert found("de buurt, met een interval", seen) == [("interval", "95 %-interval")]
    assert seen == {"term-buurt", "term-95-%-interval"}


FRAGMENTS = st.sampled_from([form for one in WORDS.terms for form in one.forms] + [" ", "en", "-", "\n", "B", "."])


@given(st.lists(FRAGMENTS | st.text(max_size=3)).map("".join))
def test_pieces_are_the_text_and_no_term_comes_twice_or_within_a_word(text):
    pieces = list(WORDS.split(text, set()))
    assert "".join(piece for piece, _ in pieces) == text
    terms = [one.anchor for _, one in pieces if one]
    assert len(terms) == len(set(terms))
    place = 0
    for piece, one in pieces:
        before, after = text[:place][-1:], text[place + len(piece) :][:1]
        if one:
            assert not (before.isalnum() or before == "-")
            assert not after.isalnum()
        place += len(piece)


def test_a_form_that_two_terms_claim_is_refused():
    with pytest.raises(InvalidInput, match=r"Vorm 'buurten' staat bij twee begrippen: 'buurt' en 'wijk'\."):
        Vocabulary((term("buurt", "buurten"), term("wijk", "buurten")))


def test_a_book_without_terms_links_nothing():
    assert list(Vocabulary(()).split("een buurt", set())) == [("een buurt", None)]


def sentence(*children: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", *children)


def linked(*paragraphs: nodes.paragraph) -> list[str]:
    def link(text: str, one: Term) -> nodes.reference:
        return nodes.reference("", text, refid=one.anchor)

    before = [one.astext() for one in paragraphs]
    link_first_uses(paragraphs, WORDS, set(), link)
    assert [one.astext() for one in paragraphs] == before
    return [one["refid"] for paragraph in paragraphs for one in paragraph.findall(nodes.reference) if "refid" in one]


def test_only_the_first_paragraph_with_a_term_links_it():
    assert linked(sentence(nodes.Text("een wijk")), sentence(nodes.Text("een buurt")), sentence(nodes.Text("buurten"))) == [
        "term-buurt"
    ]  # fmt: skip


@pytest.mark.parametrize("around", [nodes.reference, nodes.literal, nodes.strong])
def test_a_link_code_or_label_is_no_first_use(around):
    inside = around("", "buurt", **({"refuri": "elders"} if around is nodes.reference else {}))
    assert linked(sentence(inside, nodes.Text(" en buurt"))) == ["term-buurt"]
    assert len(list(inside.findall(nodes.reference))) == (around is nodes.reference)


def test_emphasis_may_hold_a_term():
    assert linked(sentence(nodes.emphasis("", "", nodes.Text("buurten")))) == ["term-buurt"]


@pytest.mark.parametrize(
    ("around", "running"),
    [(nodes.list_item(), True), (nodes.block_quote(), True), (nodes.entry(), True), (nodes.table(), False),
     (nodes.caption(), False), (nodes.citation(), False), (nodes.container(design_component="dropdown"), False)],
)  # fmt: skip
def test_running_text_is_not_in_a_table_caption_or_folded_box(around, running):
    paragraph = sentence(nodes.Text("een buurt"))
    around += paragraph
    assert is_running_text(paragraph) == running


def test_bold_words_are_text_unless_they_open_the_paragraph():
    assert linked(sentence(nodes.strong("", "Buurten"))) == []
    assert linked(sentence(nodes.Text("Dat heet een "), nodes.strong("", "interval"), nodes.Text("."))) == [
        "term-95-%-interval"
    ]


@pytest.mark.parametrize(
    ("explanation", "short"),
    [
        ("Uit versie 3.0. Hoger is veiliger.", "Uit versie 3.0."),
        ("Zonder punt", "Zonder punt"),
        ("Op twee\nregels: zo.\nEn verder.", "Op twee regels: zo."),
    ],
)
def test_the_first_sentence_is_the_short_meaning(explanation, short):
    assert shortly(sentence(nodes.Text(explanation))) == short


def test_a_term_runs_on_over_the_lines_of_a_source():
    paragraph = sentence(nodes.Text("met zeer lage"), nodes.Text("\n"), nodes.Text("inkomens in een"), nodes.Text("\n"))
    assert linked(paragraph) == ["term-zeer-laag-inkomen"]


def test_of_two_equal_texts_the_first_gets_the_link():
    paragraph = sentence(nodes.Text("buurt"), nodes.strong("", "x"), nodes.Text("buurt"))
    assert linked(paragraph) == ["term-buurt"]
    assert isinstance(paragraph[0], nodes.reference) and isinstance(paragraph[2], nodes.Text)


def test_in_a_book_of_a_single_file_the_headings_tell_the_page():
    """Sphinx moves the children of each page over without telling them their new parent; headings keep a mark."""
    paragraph = sentence(nodes.Text("een buurt"))
    chapter = nodes.section("", nodes.section("", paragraph), docname="amsterdam")
    assert page_of(paragraph, "index") == "amsterdam"
    assert page_of(chapter, "index") == "index"
