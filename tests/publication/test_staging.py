"""Laying the book ready: what is asked for is filled in, or the build stops."""

from __future__ import annotations

import json
from base64 import b64encode

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.choices import Choices
from analysis.errors import InvalidInput
from analysis.figures.output import DATA_MIME
from analysis.publication import register, staging
from analysis.publication.numbers import MIME, SENTENCE_MIME
from analysis.publication.provenance import image_address
from analysis.publication.site.images import NARROW

NUMBER = {"key": "helling", "value": -0.01, "unit": "punten", "n": 10, "source": "bron", "low": -0.02, "high": 0.0,
          "decimals": 2, "group": None, "kind": "betrouwbaarheid"}  # fmt: skip

DRAWN = {"image/png": "aGFsbG8=", DATA_MIME: {"name": "a", "csv": "x\n1\n", "svg": "<svg/>", "title": "Het daalt"}}


def chapter(*cells, place=None, choices=None, group="proef"):
    return staging.Chapter("proef", group, place, choices or Choices(), new_notebook(cells=list(cells)))


def emitting(mime, data):
    return new_code_cell("x", outputs=[new_output("display_data", {mime: data, "text/plain": "x"})])


def stage(tmp_path, *cells, **options):
    one = chapter(emitting(MIME, [NUMBER]), *cells, **options)
    numbers = register.collect(one.name, one.group, one.place, one.notebook)
    staging.stage([one], numbers, tmp_path / "source")
    return nbformat.read(tmp_path / "source" / "proef.ipynb", as_version=4)


@pytest.fixture(autouse=True)
def no_pages(monkeypatch, tmp_path):
    """The real pages ask for the real chapters' numbers; here one small page stands in for them."""
    book = tmp_path / "book"
    (book / "_locale" / "nl" / "LC_MESSAGES").mkdir(parents=True)
    (book / "_locale" / "nl" / "LC_MESSAGES" / "sphinx.po").write_text('msgid ""\nmsgstr ""\n', "utf-8")
    monkeypatch.setattr(staging, "BOOK", book)
    return book


def test_a_number_in_the_text_gets_its_full_id(tmp_path):
    notebook = stage(tmp_path, new_markdown_cell("Het is {getal}`helling` ({getal}`helling:interval`)."))
    assert "{getal}`proef.helling` ({getal}`proef.helling:interval`)" in notebook.cells[1].source


@pytest.mark.parametrize("place", ["text", "caption"])
def test_a_range_over_cities_that_is_called_a_margin_stops_the_build(tmp_path, monkeypatch, place):
    monkeypatch.setitem(NUMBER, "kind", "steden")
    said = "Het is {getal}`helling` (95\u00a0%-interval {getal}`helling:interval`)."
    cell = new_markdown_cell(said)
    if place == "caption":
        cell = emitting(DATA_MIME, DRAWN[DATA_MIME])
        cell.metadata["mystnb"] = {"figure": {"caption": said, "name": "fig-a"}}
    with pytest.raises(InvalidInput, match=r"Op proef\.ipynb staat .* de grenzen daarvan zijn: laagste en hoogste stad"):
        stage(tmp_path, cell)


def test_a_number_that_nobody_emits_stops_the_build(tmp_path):
    with pytest.raises(InvalidInput, match=r"'bestaat\.niet' staat niet in het register"):
        stage(tmp_path, new_markdown_cell("{getal}`bestaat.niet`"))


def test_a_sentence_that_nobody_gives_stops_the_build(tmp_path):
    with pytest.raises(InvalidInput, match="Zin 'conclusie'"):
        stage(tmp_path, new_markdown_cell("{tekst}`conclusie`"))


@pytest.mark.parametrize(("n", "shown"), [(0, "0 buurten liggen"), (1, "1 buurt ligt"), (2, "2 buurten liggen")])
def test_a_word_follows_the_number_beside_it(tmp_path, n, shown):
    count = {"key": "buurten", "value": n, "unit": "buurten", "n": n, "source": "bron", "low": None, "high": None,
             "decimals": 0, "group": None}  # fmt: skip
    text = "Daarvan {vorm}`buurten:ligt` er {getal}`buurten` {vorm}`buurten:buurt`."
    notebook = stage(tmp_path, emitting(MIME, [count]), new_markdown_cell(text))
    noun, verb = shown.split()[1:]
    assert notebook.cells[2].source == f"Daarvan {verb} er {{getal}}`proef.buurten` {noun}."


@pytest.mark.parametrize("where", ["text", "page", "caption", "alt", "output"])
def test_a_word_that_does_not_agree_stops_the_build(tmp_path, no_pages, where):
    wrong, right = "In 1 steden is het zo.", "In 1 stad is het zo."
    figure = {"figure": {"caption": wrong if where == "caption" else right, "name": "fig-a"},
              "image": {"alt": wrong if where == "alt" else right}}  # fmt: skip
    cell = new_code_cell("fig", metadata={"mystnb": figure}, outputs=[new_output("display_data", DRAWN)])
    table = new_code_cell("t", outputs=[new_output("display_data", {"text/html": f"<p>{wrong if where == 'output' else right}</p>"})])
    (no_pages / "index.md").write_text(wrong if where == "page" else right, "utf-8")
    name = "index.md" if where == "page" else "proef.ipynb"
    with pytest.raises(InvalidInput, match=rf"Op {name} klopt enkelvoud of meervoud niet: ‘.*In 1 steden is het zo\."):
        stage(tmp_path, new_markdown_cell(wrong if where == "text" else right), cell, table)


def test_an_unknown_choice_stops_the_build(tmp_path):
    with pytest.raises(InvalidInput, match="Keuze 'stad'"):
        stage(tmp_path, new_markdown_cell("{keuze}`stad`"))


def test_a_misspelt_reference_stops_the_build_with_page_and_sentence(tmp_path, no_pages):
    with pytest.raises(InvalidInput, match=r"Op proef\.ipynb is iets niet ingevuld, in: „Het is \{Getal\}`helling`\.”"):
        stage(tmp_path, new_markdown_cell("Een zin. Het is {Getal}`helling`."))
    with pytest.raises(
        InvalidInput, match=r"Op proef\.ipynb .*\{tekst\}`ander`"
    ):  # a sentence is not filled into a sentence
        stage(
            tmp_path,
            emitting(SENTENCE_MIME, {"kort": "Ja: {tekst}`ander`.", "ander": "Nee."}),
            new_markdown_cell("{tekst}`kort`"),
        )
    (no_pages / "index.md").write_text("Het is {getal} `proef.helling`.", "utf-8")
    with pytest.raises(InvalidInput, match=r"Op index\.md is iets niet ingevuld"):
        stage(tmp_path)


def test_choices_and_sentences_are_filled(tmp_path):
    notebook = stage(
        tmp_path,
        emitting(SENTENCE_MIME, {"kort": "Ja."}),
        new_markdown_cell("In {keuze}`gemeente`: {tekst}`kort`"),
    )
    assert notebook.cells[2].source == "In Amsterdam: Ja."


def test_a_page_may_ask_for_a_number_of_any_chapter(tmp_path, no_pages):
    (no_pages / "index.md").write_text("{getal}`proef.helling`", "utf-8")
    stage(tmp_path)
    assert (tmp_path / "source" / "index.md").read_text("utf-8") == "{getal}`proef.helling`"


def test_a_run_for_another_place_keeps_its_numbers_apart(tmp_path):
    notebook = stage(tmp_path, new_markdown_cell("{getal}`helling`"), place="GM0599")
    assert notebook.cells[1].source == "{getal}`proef.GM0599.helling`"


def test_alt_text_is_plain_dutch_and_caption_keeps_its_role(tmp_path):
    picture = new_code_cell("fig", metadata={"mystnb": {
        "figure": {"caption": "Helling {getal}`helling`.", "name": "fig-a"}, "image": {"alt": "Een helling van {getal}`helling`."},
    }})  # fmt: skip
    picture.outputs = [new_output("display_data", DRAWN)]
    cell = stage(tmp_path, picture).cells[1]
    assert cell.metadata.mystnb["image"]["alt"] == "Het daalt. Een helling van −0,01."
    assert "{getal}`proef.helling`" in cell.metadata.mystnb["figure"]["caption"]
    templates = json.loads((tmp_path / "source" / staging.ALTS).read_text("utf-8"))
    assert templates == {"Het daalt. Een helling van −0,01.": "Het daalt. Een helling van {getal}`proef.helling`."}


def test_no_role_is_left_in_the_alt_text_of_a_picture_on_a_page(tmp_path, no_pages):
    (no_pages / "index.md").write_text("[![Het is {getal}`proef.helling`.](a.svg)](b.md) En {getal}`proef.helling`.", "utf-8")
    stage(tmp_path)
    page = (tmp_path / "source" / "index.md").read_text("utf-8")
    assert page == "[![Het is −0,01.](a.svg)](b.md) En {getal}`proef.helling`."
    templates = json.loads((tmp_path / "source" / staging.ALTS).read_text("utf-8"))
    assert templates == {"Het is −0,01.": "Het is {getal}`proef.helling`."}


def test_the_data_of_a_figure_lies_beside_it(tmp_path):
    picture = new_code_cell("fig", metadata={"mystnb": {"figure": {"caption": "Iets.", "name": "fig-a"}}})
    picture.outputs = [new_output("display_data", DRAWN)]
    _, cell, below = stage(tmp_path, picture).cells
    assert (tmp_path / "source" / "_static" / "cijfers" / "a.csv").read_text("utf-8") == "x\n1\n"
    assert (tmp_path / "source" / "_static" / "figuren" / "a.svg").read_text("utf-8") == "<svg/>"
    assert 'href="_static/cijfers/a.csv"' in below.source and 'href="_static/figuren/a.svg"' in below.source
    assert DATA_MIME not in cell.outputs[0].data


def test_the_narrow_picture_of_a_figure_lies_beside_its_lines_and_is_listed(tmp_path):
    drawn = {**DRAWN, DATA_MIME: {**DRAWN[DATA_MIME], "narrow": b64encode(b"smal").decode()}}
    stage(tmp_path, new_code_cell("fig", outputs=[new_output("display_data", drawn)]))
    listed = json.loads((tmp_path / "source" / NARROW).read_text("utf-8"))
    assert listed == {
        address: "_static/figuren/a-smal.png" for address in (image_address(drawn["image/png"]), "_images/a.svg")
    }
    assert (tmp_path / "source" / "_static" / "figuren" / "a-smal.png").read_bytes() == b"smal"


def test_the_code_of_a_figure_stands_below_it_and_not_above(tmp_path):
    picture = new_code_cell(
        "kaarten.teken(x)", metadata={"tags": ["hide-input"]}, outputs=[new_output("display_data", DRAWN)]
    )
    other = new_code_cell("print(1)", metadata={"tags": ["hide-input"]})
    _, cell, below, plain = stage(tmp_path, picture, other).cells
    assert cell.metadata.tags == ["remove-input"] and "kaarten.teken(x)" in below.source
    assert plain.metadata.tags == ["hide-input"]


def test_what_is_meant_for_the_builder_is_not_shown(tmp_path):
    notebook = stage(tmp_path, emitting(SENTENCE_MIME, {"kort": "Ja."}))
    assert all(not cell.outputs for cell in notebook.cells)


def test_the_table_of_contents_is_seen_from_within_the_book(tmp_path):
    stage(tmp_path)
    toc = yaml.safe_load((tmp_path / "source" / "_toc.yml").read_text("utf-8"))
    assert toc["root"] == "index"
    assert all("/" not in entry["file"] for part in toc["parts"] for entry in part["chapters"])
