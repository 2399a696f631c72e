"""The book as PDF: its pages are counted, read and measured as a reader gets them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from book.minibook import Build
from browsing import CHROMIUM, DESKTOP, needs_chromium, open_page
from playwright.sync_api import Browser
from pypdf import PdfReader

from analysis import paths
from analysis.publication.site import paper, printing

pytestmark = [pytest.mark.web, needs_chromium]
mini = pytest.mark.xdist_group("minibook")

CITATION = (paths.ROOT / "CITATION.cff").read_text("utf-8")
NOTED = '<p>Lees de <a href="https://example.org/uitleg">uitleg</a> en de <a href="amsterdam.html">cijfers</a>.</p>'
CHAPTERS = ["Inhoud", "In het kort", "Amsterdam", "Verantwoording", "Summary", "Register van alle getallen"]

# What is left of A4 between the margins of druk.css, at 96 dots an inch: of a chapter, and of a sheet.
CHAPTER_WIDTH, SHEET_WIDTH = (int((210 - 2 * margin) / 25.4 * 96) for margin in (18, 13))


@pytest.fixture(scope="module")
def book(mini_book: Build, tmp_path_factory: pytest.TempPathFactory) -> printing.Built:
    """A copy of the built mini-book, with a link to another site, and a page that is printed apart."""
    html = shutil.copytree(mini_book.html, tmp_path_factory.mktemp("print") / "html")
    index = html / "index.html"
    index.write_text(
        index.read_text("utf-8").replace("<h2>Wat u hier vindt", f"{NOTED}<h2>Wat u hier vindt", 1), "utf-8"
    )
    return printing.Built.read(html, mini_book.html.parent.parent / "source", CITATION)


@pytest.fixture(scope="module")
def printed(browser: Browser, book: printing.Built) -> PdfReader:
    said: list[str] = []
    assert printing.print_book(browser, book, ["boek", "amsterdam"], said.append) == [
        book.file("boek"),
        book.file("amsterdam"),
    ]
    assert len(said) == 2 and "bladzijden" in said[0]
    return PdfReader(book.file("boek"))


def text_of(pdf: PdfReader, number: int) -> str:
    return pdf.pages[number - 1].extract_text()


def outline(pdf: PdfReader) -> dict[str, int]:
    """The bookmarks of chapters, and the page of each."""
    return {one.title: pdf.get_destination_page_number(one) + 1 for one in pdf.outline if not isinstance(one, list)}


def addresses(pdf: PdfReader) -> list[str]:
    """Where links lead that leave the document."""
    found = [one.get_object().get("/A", {}) for page in pdf.pages for one in page.get("/Annots", [])]
    return [action["/URI"] for action in found if "/URI" in action]


@mini
def test_the_book_has_a_title_a_language_bookmarks_and_tags(printed: PdfReader) -> None:
    assert printed.metadata.title == "Veerkracht versterken in de stad"
    assert printed.metadata.author and printed.metadata.creation_date is None
    root = printed.root_object
    assert root["/Lang"] == "nl" and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert list(outline(printed)) == CHAPTERS
    assert "Versie" in text_of(printed, 1) and paper.TEXT_LICENCE in text_of(printed, 1)


@mini
def test_contents_give_the_true_pages(printed: PdfReader) -> None:
    true = outline(printed)
    told = dict(re.findall(r"^(.+?)\s*(\d+)$", text_of(printed, true["Inhoud"]), re.MULTILINE))
    assert {title: int(told[title]) for title in CHAPTERS[1:]} == {title: true[title] for title in CHAPTERS[1:]}
    assert all(title in text_of(printed, page) for title, page in true.items())
    pages = list(true.values())
    assert pages == sorted(set(pages)) and pages[-1] <= len(printed.pages) < 20


@mini
def test_links_to_a_chapter_tell_its_page(printed: PdfReader) -> None:
    page = outline(printed)["Amsterdam"]
    assert f"cijfers (blz. {page})" in text_of(printed, outline(printed)["In het kort"])


@mini
def test_every_page_but_the_first_has_its_number_and_chapter_at_the_foot(printed: PdfReader) -> None:
    chapters = {page: title for title, page in outline(printed).items()}
    assert "·" not in text_of(printed, 1)
    for number in range(2, len(printed.pages) + 1):
        lines = text_of(printed, number).split("\n")
        foot = next(line for line in lines if printed.metadata.title in line and line.startswith(str(number)))
        if number in chapters and number > 2:
            assert foot == f"{number}{printed.metadata.title} · {chapters[number]}"


@mini
def test_addresses_stand_in_notes_and_no_link_leads_to_a_folder(printed: PdfReader, book: printing.Built) -> None:
    chapter = "".join(
        text_of(printed, number) for number in range(outline(printed)["In het kort"], outline(printed)["Amsterdam"])
    )
    assert re.search(r"Adressen\s+1\.\s+https://example.org/uitleg", chapter), chapter
    assert re.search(r"uitleg\s*1\s+en de cijfers", chapter), chapter
    for pdf in (printed, PdfReader(book.file("amsterdam"))):
        assert all(address.startswith("https://") for address in addresses(pdf))
    assert b"file:" not in book.file("boek").read_bytes()


@mini
def test_code_fields_and_downloads_stay_on_the_screen(printed: PdfReader, book: printing.Built) -> None:
    for pdf in (printed, PdfReader(book.file("amsterdam"))):
        text = "".join(page.extract_text() for page in pdf.pages)
        assert "Slotermeer-Zuidwest" in text and "Figuur 1" in text
        assert not [
            word
            for word in ("Toon de code", "figuren.spreiding", "Zoek een buurt", "Cijfers (CSV)", "Vorige")
            if word in text
        ]
    assert "Het vermogen van een buurt om tegenslag" in "".join(
        page.extract_text() for page in printed.pages
    )  # was folded


@mini
def test_printing_again_gives_the_same(browser: Browser, printed: PdfReader, book: printing.Built) -> None:
    printing.print_book(browser, book, ["boek"], lambda _: None)
    again = PdfReader(book.file("boek"))
    assert [page.extract_text() for page in again.pages] == [page.extract_text() for page in printed.pages]
    assert again.metadata == printed.metadata
    assert not list(book.html.rglob("*.tmp")) and not list(book.html.parent.glob("druk-*"))


@mini
def test_only_a_page_that_was_printed_links_its_pdf(printed: PdfReader, book: printing.Built, mini_book: Build) -> None:
    def linked(page) -> list[str]:
        return [link["href"] for link in page.select("p.vk-pdf a")]

    assert linked(book.page("index")) == ["pdf/veerkracht-versterken-in-de-stad.pdf"]
    assert linked(book.page("amsterdam")) == ["pdf/amsterdam.pdf"]
    assert linked(book.page("summary")) == [] and linked(mini_book.page("index")) == []


@mini
def test_the_link_is_seen_on_the_screen_and_not_on_paper(
    printed: PdfReader, book: printing.Built, browser: Browser
) -> None:
    page = open_page(browser, (book.html / "index.html").as_uri(), DESKTOP).page
    link = page.get_by_role("link", name="Het hele boek als pdf")
    assert link.is_visible()
    page.emulate_media(media="print")
    assert not link.is_visible()


@mini
def test_who_reads_in_the_dark_prints_black_on_white(mini_book: Build, browser: Browser) -> None:
    page = open_page(browser, (mini_book.html / "amsterdam.html").as_uri(), DESKTOP, "dark").page
    page.emulate_media(media="print")
    colours = page.evaluate(
        """() => ['body', '.bd-article p', '.bd-article td', '.bd-article thead th', '.bd-article h1'].map(one => {
            const style = getComputedStyle(document.querySelector(one)); return [style.color, style.backgroundColor] })"""
    )
    for ink, face in colours:
        assert max(map(int, re.findall(r"\d+", ink)[:3])) < 120, (ink, colours)
        assert face in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), colours


@mini
def test_a_table_that_the_reader_can_sort_repeats_its_heading(browser: Browser, tmp_path: Path) -> None:
    """Chromium repeats no heading with a button in it, unless the button makes no box."""
    style = (paths.BOOK / "_static" / "druk.css").as_uri()
    rows = "".join(f"<tr><td>Buurt {number}</td></tr>" for number in range(200))
    (tmp_path / "lang.html").write_text(
        f'<html data-theme="light"><link rel="stylesheet" href="{style}"><article class="bd-article"><table class="dataframe sortable">'
        f"<thead><tr><th><button>KOP</button></th></tr></thead><tbody>{rows}</tbody></table></article>"
    )
    page = browser.new_page()
    page.goto((tmp_path / "lang.html").as_uri())
    page.pdf(path=tmp_path / "lang.pdf", prefer_css_page_size=True)
    pdf = PdfReader(tmp_path / "lang.pdf")
    assert len(pdf.pages) > 1 and all("KOP" in one.extract_text() for one in pdf.pages)


@pytest.fixture(scope="module")
def whole() -> printing.Built:
    """The real book, printed by the command (a second browser does not start in this process)."""
    command = [sys.executable, "-m", "analysis", "pdf"]
    done = subprocess.run(
        command, cwd=paths.ROOT, env={**os.environ, printing.VARIABLE: str(CHROMIUM)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return printing.Built.read(paths.HTML, paths.SOURCE, CITATION)


def too_wide(browser: Browser, document: str, width: int, folder: Path) -> list[str]:
    """What sticks out to the right of the paper; a browser would make everything smaller until that fits."""
    (folder / "blad.html").write_text(document, "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 1000})
    page.emulate_media(media="print")
    page.goto((folder / "blad.html").as_uri())
    found = page.evaluate(
        """width => [...document.querySelectorAll('article *')].filter(one => one.getBoundingClientRect().right > width + 1)
            .map(one => `${one.tagName} ${one.id} ${one.className}`)""",
        width,
    )
    page.close()
    return found


@pytest.mark.slow
@pytest.mark.book
@pytest.mark.xdist_group("book")
def test_every_city_has_two_sheets_and_nothing_runs_off_them(
    whole: printing.Built, browser: Browser, tmp_path: Path
) -> None:
    cities = paper.apart(whole.toc)
    assert len(cities) == 31
    for city in cities:
        pdf = PdfReader(whole.file(city))
        assert len(pdf.pages) == 2, city
        assert pdf.metadata.title.endswith("Veerkracht versterken in de stad") and not addresses(pdf), city
        document = paper.one_page(whole.page(city), whole.tells, whole.html)
        assert too_wide(browser, document, SHEET_WIDTH, tmp_path) == [], city
        assert whole.page(city).select_one("p.vk-pdf a")["href"] == f"pdf/{city}.pdf"


@pytest.mark.slow
@pytest.mark.book
@pytest.mark.xdist_group("book")
def test_the_whole_book_is_readable_on_paper(whole: printing.Built, browser: Browser, tmp_path: Path) -> None:
    pdf = PdfReader(whole.file(printing.WHOLE))
    order = paper.parts(whole.toc)
    titles = outline(pdf)
    assert len(titles) == 1 + sum(len(part.pages) for part in order) + len(paper.TITLES)
    contents = "\n".join(text_of(pdf, number) for number in range(titles["Inhoud"], titles["In het kort"]))
    told = dict(re.findall(r"^(.+?)\s*(\d+)$", contents, re.MULTILINE))
    assert {title: int(told[title]) for title in list(titles)[1:]} == {
        title: titles[title] for title in list(titles)[1:]
    }
    pages = {page: whole.page(page) for part in order for page in part.pages}
    assert too_wide(browser, paper.whole_book(pages, order, whole.tells, whole.html), CHAPTER_WIDTH, tmp_path) == []
    assert not [number for number, page in enumerate(pdf.pages[1:], 2) if not page.extract_text().strip()]
