"""Pages become paper: what a screen does by clicking is written out. No browser is needed here."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis import dutch, paths
from analysis.errors import InvalidInput
from analysis.publication.site import paper, printing

TOC = {
    "root": "index",
    "parts": [
        {"chapters": [{"file": "amsterdam"}, {"file": "vind-uw-buurt"}]},
        {"caption": "Uw stad", "chapters": [{"file": "steden", "sections": [{"file": "stad-delft"}, {"file": "stad-ede"}]}]},
    ],
}  # fmt: skip
TELLS = paper.About("Boek", "Ondertitel.", "Samenvatting.", "1.0", "2 mei 2026", "De makers", "EUPL-1.2")

INDEX = """<html lang="nl"><head><title>x</title><link rel="stylesheet" href="_static/boek.css?v=1"></head><body>
<article class="bd-article"><section id="boek"><h1>Boek<a class="headerlink" href="#boek">#</a></h1>
<p>Zie <a href="amsterdam.html">Amsterdam</a>, <a href="amsterdam.html#fig"><span class="std std-numref">Figuur 1</span></a>,
<a class="getal" href="verantwoording.html#getal-a">4</a>, <a href="stad-delft.html">Delft</a>,
<a href="https://example.org/a">uitleg</a>, <a href="https://example.org/b">https://example.org/b</a>
en nog eens <a href="https://example.org/a">dit</a>.</p></section></article></body></html>"""
AMSTERDAM = """<article class="bd-article"><section id="boek"><h1>Amsterdam</h1><p>Zie <a href="#fig">de figuur</a>.</p>
<figure id="fig"><img src="_images/a.png" loading="lazy" alt=""><figcaption>Zo. <a download href="a.csv">CSV</a></figcaption></figure>
<details class="hide"><pre>code</pre></details><details class="sd-dropdown"><p>Uitleg</p></details>
<svg><clipPath id="c"></clipPath><g clip-path="url(#c)" aria-labelledby="c boek"></g><use xlink:href="#c"/></svg>
</section></article>"""
ROW = '<tr id="getal-{0}"><th>{0}</th><td>1</td><td>–</td><td>%</td><td>9</td><td><a href="{1}.html">{1}</a></td><td>CBS</td></tr>'
REGISTER = (
    '<article class="bd-article"><section id="v"><h1>Verantwoording</h1><h2>Alle getallen</h2><div class="vk-tabel-omslag">'
    '<table class="vk-register"><thead><tr>' + "<th>kop</th>" * 7 + "</tr></thead><tbody>"
    + ROW.format("a", "amsterdam") + ROW.format("b", "stad-delft") + "</tbody></table></div></section></article>"
)  # fmt: skip


def soup(markup: str) -> BeautifulSoup:
    return BeautifulSoup(markup, "html.parser")


def joined(tells: paper.About = TELLS, **more: str) -> BeautifulSoup:
    pages = {"index": INDEX, "amsterdam": AMSTERDAM, "verantwoording": REGISTER} | more
    order = [paper.Part("", tuple(pages))]
    return soup(paper.whole_book({name: soup(page) for name, page in pages.items()}, order, tells, Path("/boek")))


def test_title_page_comes_from_the_citation():
    tells = paper.about((paths.ROOT / "CITATION.cff").read_text("utf-8"))
    assert tells.title == "Veerkracht versterken in de stad"
    assert tells.subtitle.startswith("Een uitvoerbaar boek") and tells.subtitle.endswith("woningcorporaties.")
    assert tells.summary and tells.subtitle not in tells.summary
    assert tells.date.split()[1] in dutch.MONTHS


def test_the_order_is_that_of_the_contents_without_pages_for_a_screen_and_with_sheets_apart():
    assert paper.parts(TOC) == [paper.Part("", ("index", "amsterdam")), paper.Part("Uw stad", ("steden",))]
    assert paper.apart(TOC) == ["stad-delft", "stad-ede"]
    assert paper.parts({"root": "index", "chapters": [{"file": "a"}]}) == [paper.Part("", ("index", "a"))]


def test_ids_are_unique_and_what_points_at_them_follows():
    book = joined()
    ids = [element["id"] for element in book.select("[id]")]
    assert len(ids) == len(set(ids)) and {"index--boek", "amsterdam--boek"} <= set(ids)
    assert book.g["clip-path"] == "url(#amsterdam--c)" and book.use["xlink:href"] == "#amsterdam--c"
    assert book.g["aria-labelledby"] == "amsterdam--c amsterdam--boek"


def test_links_lead_within_the_document_and_tell_the_page_where_that_helps():
    first = joined().select_one("#index p")
    places = [link["href"] for link in first.select("a")]
    assert places[:3] == ["#amsterdam", "#amsterdam--fig", "#verantwoording--getal-a"]
    assert [one["data-doel"] for one in first.select(".vk-blz")] == ["amsterdam", "amsterdam--fig"]
    assert "Zie Amsterdam (blz. 00), Figuur 1 (blz. 00),\n4, Delft,\nuitleg1," in first.get_text()


def test_every_link_within_the_document_has_a_target():
    book = joined()
    inside = {element["id"] for element in book.select("[id]")}
    targets = [link["href"] for link in book.select("a[href]")]
    assert {target[1:] for target in targets if target.startswith("#")} <= inside
    assert all(target.startswith(("#", "https://")) for target in targets)


@pytest.mark.parametrize(
    ("address", "links"), [("", []), ("https://boek.example/", ["https://boek.example/stad-delft.html"])]
)
def test_a_page_outside_the_document_is_a_link_only_when_the_address_of_the_book_is_known(address, links):
    tells = paper.About(*[getattr(TELLS, name) for name in list(TELLS.__dataclass_fields__)[:-1]], address)
    assert [link["href"] for link in joined(tells).select("#index a.vk-thuis")] == links


def test_addresses_of_other_sites_become_numbered_notes_once():
    chapter = joined().select_one("#index")
    assert [note.get_text() for note in chapter.select("sup.vk-noot")] == ["1", "1"]
    assert [note.get_text() for note in chapter.select(".vk-noten li")] == ["https://example.org/a"]
    assert not joined().select("#amsterdam .vk-noten")


def test_code_and_downloads_stay_out_and_folded_text_is_open():
    chapter = joined().select_one("#amsterdam")
    assert not chapter.select("details.hide, a[download]")
    assert chapter.select_one("details").has_attr("open") and "loading" not in chapter.img.attrs
    assert chapter.img["src"] == "file:///boek/_images/a.png"


def test_the_register_goes_to_the_back_with_the_numbers_of_this_book_and_short_cells():
    book = joined()
    assert not book.select("#verantwoording table") and "achterin" in book.select_one("#verantwoording").get_text()
    rows = book.select("#register tbody tr")
    assert [row["id"] for row in rows] == ["verantwoording--getal-a"]
    assert [cell.get_text() for cell in rows[0].select("td")[-2:]] == ["00", "1"]
    assert [one.get_text() for one in book.select("#register .vk-bronnen li")] == ["CBS"]


def test_a_long_table_goes_to_the_back_under_its_heading():
    table = (
        '<article class="bd-article"><section id="x"><h1>Lang</h1><section id="y"><h2>Alle buurten</h2><p class="vk-tabel-titel">Titel</p>'
        f'<div class="vk-tabel-omslag"><table><tbody>{"<tr><td>1</td></tr>" * (paper.MOST_ROWS + 1)}</tbody></table></div></section></section></article>'
    )
    book = joined(lang=table)
    assert not book.select("#lang table") and book.select_one("#lang a")["href"] == "#lange-tabellen--1"
    back = book.select_one("#lange-tabellen")
    assert back.h2.get_text() == "Alle buurten" and back.select_one(".vk-tabel-titel") and back.table
    assert [one.get_text() for one in book.select(".vk-deel")] == [paper.APPENDICES]


def test_contents_name_every_chapter_with_room_for_its_page():
    entries = joined().select(".vk-inhoud section > ol > li > a")
    assert [(one["href"], one.span.get_text()) for one in entries] == [
        ("#index", paper.HOME), ("#amsterdam", "Amsterdam"), ("#verantwoording", "Verantwoording"),
        ("#register", paper.TITLES[paper.REGISTER]),
    ]  # fmt: skip
    assert all(one.select_one(".vk-blz") for one in entries)


def test_page_numbers_are_filled_in_and_a_missing_one_is_an_error():
    text = f"zie {paper.page_number('a')} en {paper.page_number('b')}"
    filled = paper.fill_pages(text, {"a": 7, "b": 112})
    assert soup(filled).get_text() == "zie 7 en 112"
    assert soup(paper.fill_pages(filled, {"a": 8, "b": 9})).get_text() == "zie 8 en 9"
    with pytest.raises(KeyError):
        paper.fill_pages(text, {"a": 7})


def test_a_title_with_quotes_stays_one_string_in_the_style():
    assert paper._css_text('Wat "kan" \\ <b>') == '"Wat \\"kan\\" \\\\ \\3c b>"'


def test_without_a_browser_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(printing.VARIABLE, raising=False)
    with pytest.raises(InvalidInput, match="apt-get install chromium"):
        printing.find_browser()
    monkeypatch.setenv(printing.VARIABLE, "/bestaat/niet")
    with pytest.raises(InvalidInput, match=printing.VARIABLE):
        printing.find_browser()


@pytest.fixture
def built(tmp_path: Path) -> printing.Built:
    for name in ("index", "stad-delft"):
        (tmp_path / f"{name}.html").write_text("<main><!-- pdf --><!-- /pdf --><article></article></main>")
    return printing.Built(tmp_path, TOC, TELLS)


def test_an_unknown_page_is_refused_with_those_that_exist(built):
    for name in ("stad-elders", "search", "vind-uw-buurt"):
        with pytest.raises(
            InvalidInput, match=f"'{name}' is er niet .*: boek, index, amsterdam, steden, stad-delft, stad-ede"
        ):
            built.names([name])
    assert built.names([]) == ["boek", "stad-delft", "stad-ede"]
    assert built.names(["steden"]) == ["steden"]


def test_a_page_links_its_pdf_once_however_often_it_is_printed(built):
    for name, page in (("boek", "index"), ("stad-delft", "stad-delft")):
        built.file(name).parent.mkdir(exist_ok=True)
        built.file(name).write_bytes(b"x" * 1_230_000)
        for count in (1, 2):
            printing.link(built, name, count)
        links = built.page(page).select("main > p.vk-pdf a")
        assert [link["href"] for link in links] == [built.file(name).relative_to(built.html).as_posix()]
        assert links[0].get_text().endswith("(2 bladzijden, 1,2 MB)")


def test_a_page_without_room_for_the_link_is_an_error(built):
    (built.html / "index.html").write_text("<main></main>")
    built.file("boek").parent.mkdir()
    built.file("boek").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"index.html heeft 0 plekken"):
        printing.link(built, "boek", 1)
