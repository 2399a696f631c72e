"""A page without Sphinx: every word that a reader reads, and nothing that he doesn't."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.errors import InvalidInput
from analysis.paths import BOOK
from analysis.publication import bibliography, plain, prose
from analysis.publication.numbers import Number
from analysis.publication.register import Entry

TITLES = {"andere-steden": "Andere steden"}
NUMBERS = {"a.helling": Entry("a.helling", "a", Number("helling", -0.5, "punten", 10, "bron", -0.6, -0.4, 1, kind="betrouwbaarheid"))}


def read(text):
    return plain.sentences(plain.html(plain.markdown(text, TITLES)))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Een **zin** van\ntwee regels. Nog een.", ["Een zin van twee regels.", "Nog een."]),
        ("# Titel\n\n- een\n- twee", ["Titel", "een", "twee"]),
        ("Zie {doc}`andere-steden`, {doc}`daar <andere-steden>` en {term}`de buurt <buurt>`.", ["Zie Andere steden, daar en de buurt."]),
        ("Zie {numref}`fig-a` of {numref}`kaart %s <fig-a>`.", ["Zie figuur of kaart."]),
        ("Zo {cite:p}`permentier2013werk`.", ["Zo (Permentier e.a., 2013)."]),
        ("Volgens {cite:t}`permentier2013werk` niet.", ["Volgens Permentier e.a. (2013) niet."]),
        (":::{admonition} Kort\n:class: important\nJa. Nee.\n:::\nDaarna.", ["Kort", "Ja.", "Nee.", "Daarna."]),
        ("```{note}\nPas op.\n```", ["Let op", "Pas op."]),
        ("::::{div} vk-onder\nEen.\n:::{dropdown} Twee\nDrie.\n\n```python\nx = 1\n```\n:::\n::::\nVier.", ["Een.", "Twee", "Drie.", "Vier."]),
        ("| a | b |\n|:--|:--|\n| Een. | Twee |", ["a | b", "Een. | Twee"]),
        ('```{raw} html\n<p class="a">Een <b>zin</b>.</p>\n```', ["Een zin."]),
        ("% een opmerking\nEen zin.", ["Een zin."]),
        ("```{begrippen}\n:sorted:\n\nbuurt\nbuurten\n    :ook: CBS-buurt\n    Een gebied. Het\n    kleinste.\n```",
         ["buurt", "buurten", "Een gebied.", "Het kleinste."]),
        ("```{getallenregister}\n```\n```{steden}\n```", []),
        ("De waarde is `x = 1`, o.a. 1.234,5. Zie index.html.", ["De waarde is x = 1, o.a. 1.234,5.", "Zie index.html."]),
    ],
)  # fmt: skip
def test_text_is_read_as_sentences(text, sentences):
    assert read(text) == sentences


@pytest.mark.parametrize("text", ["{onbekend}`x`", ":::{tabset}\nx\n:::", "Zo {cite:p}`bestaatniet`."])
def test_what_is_not_known_is_refused_and_does_not_fall_away(text):
    with pytest.raises(InvalidInput):
        read(text)


def test_the_list_of_references_is_read_from_the_bibliography():
    found = read("```{bibliography}\n```")
    assert len(found) > len(bibliography.entries()) > 40 and any("Permentier" in one for one in found)


def page_of(tmp_path, **pages):
    for name, page in pages.items():
        if isinstance(page, str):
            (tmp_path / f"{name}.md").write_text(page, "utf-8")
        else:
            nbformat.write(page, tmp_path / f"{name}.ipynb")
    return prose.of_book(tmp_path, pages, NUMBERS)


TABLE = (
    '<p class="vk-tabel-titel">Een titel.</p><table class="dataframe"><thead><tr><th>Kop</th></tr></thead>'
    "<tbody><tr><td>12,3</td></tr></tbody></table>"
)


def test_a_chapter_is_read_with_captions_alt_texts_titles_and_heads_of_tables(tmp_path):
    shown = {"figure": {"caption": "Bijschrift {getal}`a.helling`.", "name": "fig-a"}, "image": {"alt": "Titel. Alt."}}
    cells = [
        new_markdown_cell("Het is {getal}`a.helling` ({getal}`a.helling:interval`)."),
        new_code_cell(
            "x",
            metadata={"mystnb": shown},
            outputs=[new_output("display_data", {"image/png": "", "text/plain": "Figuur a"})],
        ),
        new_code_cell("x", outputs=[new_output("display_data", {"text/html": TABLE, "text/plain": "Tabel a"})]),
        new_code_cell(
            "x",
            outputs=[new_output("stream", text="Geprint."), new_output("stream", name="stderr", text="Pas op: 0x1")],
        ),
        new_code_cell("x", metadata={"tags": ["remove-cell"]}, outputs=[new_output("stream", text="Verborgen.")]),
    ]
    found = page_of(tmp_path, a=new_notebook(cells=cells, metadata={"description": "Waarover."}))
    assert found["a"].splitlines() == [
        "Waarover.", "Het is −0,5 (−0,6 tot −0,4).", "Titel.", "Alt.", "Bijschrift −0,5.", "Een titel.", "Kop", "Geprint.",
    ]  # fmt: skip


def test_how_figures_were_made_is_told_once_on_a_page(tmp_path):
    below = "::::{div} vk-onder\n:::{dropdown} Zo is dit gemaakt\n- Cel %d.\n- Keuzes: zaad = 1.\n:::\n::::"
    cells = [new_markdown_cell(below % k) for k in (1, 2)] + [new_markdown_cell("Keuzes: zaad = 1.")]
    assert page_of(tmp_path, a=new_notebook(cells=cells))["a"].splitlines() == [
        "Zo is dit gemaakt", "Cel 1.", "Keuzes: zaad = 1.", "Cel 2.", "Keuzes: zaad = 1.",
    ]  # fmt: skip


def test_a_page_of_text_is_read_with_its_description(tmp_path):
    page = '---\ndescription: "Waarover."\n---\n\n# Begin\n\nZie {doc}`begin`.\n'
    assert page_of(tmp_path, begin=page)["begin"] == "Waarover.\nBegin\nZie Begin.\n"


@pytest.mark.parametrize("page", sorted(BOOK.glob("*.md")) + sorted(BOOK.glob("*.ipynb")), ids=lambda path: path.name)
def test_every_page_of_the_book_can_be_read(page):
    if page.suffix == ".md":
        texts = [page.read_text("utf-8")]
    else:
        cells = nbformat.read(page, as_version=4).cells
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    filled_by_the_builder = ("{getal}`", "{tekst}`", "{keuze}`", "{vorm}`", "{eerder}`")
    for text in texts:
        for role in filled_by_the_builder:
            text = text.replace(role, "{term}`")
        assert read(text) or not text.strip()
