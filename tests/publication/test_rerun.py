"""A rerun can be read: filled in, without what is for the builder, as a notebook, as one HTML file and as PDF."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from analysis.__main__ import main
from analysis.choices import Choices
from analysis.figures.output import DATA_MIME
from analysis.paths import BOOK
from analysis.publication import execute, register, rerun, staging
from analysis.publication.edition import Edition
from analysis.publication.numbers import MIME, SENTENCE_MIME, Number, Numbers, Sentences
from analysis.publication.register import Entry
from analysis.publication.site import printing

PLACE = "GM0599"
CHOICES = Choices(gemeente="Rotterdam", gemeentecode=PLACE)
OWN = Number("helling", -0.5, "punten", 10, "bron", -0.6, -0.4, 1, kind="betrouwbaarheid")
GROUPED = Number("getoetst", 9, "toetsen", 10, "bron", group="context")
ABOUT = {"datum": "2026-11-24", "versie": "0.2.0"}
PUBLISHED = Edition(
    {
        "amsterdam.alleen_daar": Entry("amsterdam.alleen_daar", "amsterdam", Number("alleen_daar", 77, "x", 1, "b")),
        "plasmode.vals": Entry("plasmode.vals", "simulaties", Number("vals", 0.5, "%", 1, "b", decimals=1)),
    },
    {}, ABOUT,
)  # fmt: skip
TABLE = '<p class="vk-tabel-titel">Titel <a href="_static/cijfers/t.csv" download>Cijfers (CSV)</a></p><table class="dataframe"></table>'
PICTURE = base64.b64encode(b"beeld").decode()


def shown(data, **metadata):
    return new_code_cell("teken(1 < 2)", metadata=metadata, outputs=[new_output("display_data", data)])


def rerun_of(*texts, cells=(), published=PUBLISHED):
    emitted = [Numbers([OWN, GROUPED]), Sentences({"kort": "Ja, {getal}`helling` {cite:p}`permentier2013werk`."})]
    hidden = {"tags": ["hide-input", "remove-cell"]}
    given = [shown(one._repr_mimebundle_(), **hidden) for one in emitted]
    own = [new_markdown_cell("# {keuze}`gemeente`: veilig"), *given, *map(new_markdown_cell, texts), *cells]
    chapter = staging.Chapter(
        "amsterdam", "amsterdam", PLACE, CHOICES, new_notebook(cells=own, metadata={"description": "{keuze}`maat`"})
    )
    numbers = register.collect(chapter.name, chapter.group, chapter.place, chapter.notebook)
    return rerun.filled(chapter, numbers, published)


def texts_of(found):
    return [cell.source for cell in found.notebook.cells if cell.cell_type == "markdown"]


def test_numbers_sentences_and_choices_are_filled_in_and_roles_are_words():
    found = rerun_of(
        "Het is {getal}`helling` ({getal}`helling:interval`). {tekst}`kort` Zie {doc}`steden <x>` in {keuze}`gemeente`."
    )
    assert (
        texts_of(found)[2] == "Het is −0,5 (−0,6 tot −0,4). Ja, −0,5 (Permentier e.a., 2013). Zie steden in Rotterdam."
    )
    assert (
        found.title == "Rotterdam: veilig"
        and found.sentences == ["Ja, −0,5 (Permentier e.a., 2013)."]
        and not found.holes
    )
    assert "{" not in json.dumps(texts_of(found)) and "description" not in found.notebook.metadata


def test_a_number_of_a_group_of_its_own_is_that_of_this_run():
    assert texts_of(rerun_of("Het zijn {getal}`context.getoetst` toetsen."))[2] == "Het zijn 9 toetsen."


def test_a_number_of_another_chapter_comes_from_the_edition_and_that_is_told():
    found = texts_of(rerun_of("In {getal}`plasmode.vals` %."))
    assert found[2] == "In 0,5 %." and "zij komen uit de uitgave van 2026-11-24 (versie 0.2.0)" in found[1]
    assert "uitgave" not in texts_of(rerun_of("Niets."))[1]


def test_what_this_run_did_not_give_is_a_hole_and_never_the_number_of_another_run():
    found = rerun_of(
        "Het is {getal}`alleen_daar`, {getal}`amsterdam.alleen_daar` en {tekst}`weg`. In {getal}`plasmode.weg` %."
    )
    assert (
        texts_of(found)[2]
        == "Het is [niet te berekenen], [niet te berekenen] en [niet te berekenen]. In [staat in het boek] %."
    )
    assert (
        found.holes == ["alleen_daar", "amsterdam.alleen_daar", "plasmode.weg", "weg"]
        and "77" not in texts_of(found)[2]
    )


def test_an_interval_that_is_not_there_is_a_hole():
    assert texts_of(rerun_of("({getal}`context.getoetst:interval`)"))[2] == "([niet te berekenen])"


def test_without_an_edition_a_rerun_is_filled_in_all_the_same():
    assert (
        texts_of(rerun_of("Het is {getal}`helling`, {getal}`plasmode.vals`.", published=None))[2]
        == "Het is −0,5, [niet te berekenen]."
    )


FIGURE = {
    "mystnb": {
        "figure": {"caption": "Lijn {getal}`helling`.", "name": "fig-a"},
        "image": {"alt": "Een lijn van {getal}`helling`."},
    }
}
DRAWN = {
    "image/png": PICTURE,
    "text/plain": "Figuur a",
    DATA_MIME: {"name": "a", "csv": "x\n1\n", "title": "Het daalt"},
}
LISTED = {"text/html": TABLE, "text/plain": "Tabel t", DATA_MIME: {"name": "t", "csv": "y\n2\n"}}
CITED = {
    "text/markdown": "| Bron |\n|:--|\n| {cite:t}`permentier2013werk` |",
    DATA_MIME: {"name": "c", "csv": "z\n3\n"},
}


def test_what_is_for_the_builder_is_not_in_the_copy_and_the_data_is_in_its_link():
    copy = rerun_of(cells=[shown(DRAWN, **FIGURE), shown(LISTED), shown(CITED)]).notebook
    text = json.dumps(copy, ensure_ascii=False)
    assert not any(mime in text for mime in (MIME, SENTENCE_MIME, DATA_MIME)) and "*Figuur: Lijn −0,5.*" in text
    (link,) = re.findall(r'href=\\"data:text/csv;charset=utf-8;base64,([^\\]+)\\" download=\\"t.csv\\"', text)
    assert base64.b64decode(link) == b"y\n2\n" and "| Permentier e.a. (2013) |" in text
    nbformat.validate(copy)


def test_the_html_is_one_file_with_pictures_alt_texts_and_code_and_asks_for_nothing():
    cells = [
        shown(DRAWN, **FIGURE),
        shown(LISTED),
        new_code_cell("x", outputs=[new_output("stream", name="stderr", text="Pas op")]),
    ]
    page = rerun.html(rerun_of("Zie [daar](hefbomen.ipynb) en [web](https://a.nl).", cells=cells))
    assert f'<img src="data:image/png;base64,{PICTURE}" alt="Het daalt. Een lijn van −0,5.">' in page
    assert "<title>Rotterdam: veilig</title>" in page and "<pre>teken(1 &lt; 2)</pre>" in page and "Pas op" not in page
    addresses = re.findall(r'(?:src|href)="([^"]{0,30})', page)
    assert len(addresses) == 3 and all(one.startswith(("data:", "https://a.nl")) for one in addresses)
    assert "Zie daar en" in page and "{" not in page.split("</style>")[1]


def test_a_pdf_without_a_browser_is_refused_before_anything_runs(capsys, monkeypatch):
    monkeypatch.setenv(printing.VARIABLE, "bestaat-niet")
    monkeypatch.setattr(execute, "execute_one", pytest.fail)
    assert main(["run", "stadsblad", "--gemeente", "Delft", "--pdf"]) == 1
    assert "Om te drukken is Chromium nodig" in capsys.readouterr().err


@pytest.mark.book
def test_run_writes_a_readable_notebook_html_and_pdf(capsys, tmp_path):
    asked = ["run", "stadsblad", "--gemeente", "Zeist", "--uit", str(tmp_path / "zeist.ipynb"), "--html"]
    assert main(asked) == 0
    said, page = capsys.readouterr().out, (tmp_path / "zeist.html").read_text("utf-8")
    copy = (tmp_path / "zeist.ipynb").read_text("utf-8")
    assert "{" not in "".join(line for line in said.splitlines() if line.startswith("  ")) and "zeist.html" in said
    for text in (page, copy):
        assert not re.search(r"\{\s*(getal|tekst|keuze|doc|cite)|vnd\.veerkracht", text)
    assert "<title>Zeist</title>" in page and page.count("<img ") == 2 and "[niet te berekenen]" not in page
    nbformat.validate(nbformat.from_dict(json.loads(copy)))


@pytest.mark.web
def test_the_html_prints_as_pdf(tmp_path):
    given = (rerun_of("Het is {getal}`helling`."), tmp_path / "a.ipynb")
    with ThreadPoolExecutor(1) as apart:  # the browser of other tests may be open in this thread, and there can be one
        made = apart.submit(rerun.save, *given, as_html=False, as_pdf=True).result()
    assert [path.name for path in made] == ["a.ipynb", "a.pdf"]
    printed = PdfReader(tmp_path / "a.pdf")
    assert printed.metadata.title == "Rotterdam: veilig" and "Het is −0,5." in printed.pages[0].extract_text()


@pytest.mark.book
def test_what_plain_papermill_writes_stays_as_it_is(tmp_path):
    out = tmp_path / "delft.ipynb"
    command = [sys.executable, "-m", "papermill", str(BOOK / "stadsblad.ipynb"), str(out), "-p", "gemeente", "Delft"]
    assert subprocess.run(command, capture_output=True, cwd=tmp_path).returncode == 0
    text = out.read_text("utf-8")
    assert MIME in text and "{getal}`buurten`" in text
