"""Printing: the whole book and its pages as PDF, by the Chromium that is on this machine."""

from __future__ import annotations

import io
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from analysis import paths
from analysis.dutch import number
from analysis.errors import InvalidInput
from analysis.publication.site import paper

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Say = Callable[[str], None]

# The whole book, as it is asked for and as its file is called.
WHOLE = "boek"
WHOLE_FILE = "veerkracht-versterken-in-de-stad"
FOLDER = "pdf"

# Where a browser is looked for: this variable, then these names on the PATH.
VARIABLE = "CHROMIUM"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
NO_BROWSER = (
    "Om te drukken is Chromium nodig, en dat is niet gevonden: installeer het (apt-get install chromium), "
    f"of noem een Chrome, Chromium of Edge in de omgevingsvariabele {VARIABLE}."
)

# Printing with page numbers filled in can move a page break, which changes the numbers. In practice the second is right.
MOST_ROUNDS = 5

# How long the pictures of the whole book may take on a busy machine, in milliseconds; it is seconds on a quiet one.
MOST_LOADING = 180_000

# Where layout.html leaves room for the link to a page's PDF, and what stands there once there is one.
ROOM = re.compile(r"<!-- pdf -->.*?<!-- /pdf -->", re.DOTALL)


def find_browser() -> str:
    """The browser to print with.

    Raises:
        InvalidInput: when there is none; none is ever downloaded.
    """
    named = os.environ.get(VARIABLE)
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise InvalidInput(NO_BROWSER)
    return found


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser without a window."""
    from playwright.sync_api import Error, sync_playwright

    executable = find_browser()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable)
        except Error as problem:
            raise InvalidInput(f"De browser {executable} start niet: {problem.message.splitlines()[0]}") from None
        yield browser
        browser.close()


def print_document(browser: Browser, document: str, folder: Path) -> bytes:
    """Print HTML as the style sheet for paper says: its size of page, margins, feet, and bookmarks from its headings.

    Args:
        document: whole HTML document; what it asks for is asked for by absolute address.
        folder: where the document may lie while it is printed.
    """
    source = folder / "druk.html"
    source.write_text(document, "utf-8")
    page = browser.new_page(color_scheme="light", java_script_enabled=False)
    try:
        page.goto(source.as_uri(), timeout=MOST_LOADING)
        return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    finally:
        page.close()


def pages_of(pdf: PdfReader) -> dict[str, int]:
    """On which page, from 1, lies each place that a link in the document leads to."""
    places = pdf.named_destinations
    return {name.removeprefix("/"): pdf.get_destination_page_number(place) + 1 for name, place in places.items()}


def print_numbered(browser: Browser, document: str, folder: Path) -> bytes:
    """Print a document that tells on which pages its own places lie, until what it tells is true.

    Raises:
        RuntimeError: when it does not come to rest.
    """
    told: dict[str, int] = {}
    for _ in range(MOST_ROUNDS):
        printed = print_document(browser, paper.fill_pages(document, told) if told else document, folder)
        found = pages_of(_read(printed))
        if found == told:
            return printed
        told = found
    raise RuntimeError(f"De paginanummers kloppen na {MOST_ROUNDS} keer drukken nog niet.")


def _read(printed: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(printed))


def save(printed: bytes, tells: paper.About, target: Path) -> int:
    """Write a PDF without the time it was made: the same content gives the same text on the same pages.

    Returns:
        How many pages it has.
    """
    # It tells of objects that Chromium shares between pages and that come out twice; nothing is lost.
    logging.getLogger("pypdf._writer").setLevel(logging.ERROR)
    writer = PdfWriter(clone_from=_read(printed))
    title = str((writer.metadata or {}).get("/Title", tells.title))
    writer.metadata = None
    writer.add_metadata({"/Title": title, "/Author": tells.authors, "/Subject": tells.subtitle})
    writer.create_viewer_preferences()[NameObject("/DisplayDocTitle")] = NameObject("/true")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".tmp")
    writer.write(fresh)
    fresh.replace(target)
    return len(writer.pages)


@dataclass(frozen=True)
class Built:
    """A built book.

    Attributes:
        html: its folder.
        toc: the table of contents that it was built with.
        tells: what its title page says.
    """

    html: Path
    toc: dict[str, Any]
    tells: paper.About

    @classmethod
    def read(cls, html: Path, source: Path, citation: str) -> Built:
        """A built book, what it was built from, and the text of CITATION.cff."""
        toc = yaml.safe_load((source / "_toc.yml").read_text("utf-8"))
        bare = cls(html, toc, paper.about(citation))
        return replace(bare, tells=replace(bare.tells, address=paper.address_of(bare.page(toc["root"]), toc["root"])))

    def page(self, name: str) -> BeautifulSoup:
        """One page."""
        return BeautifulSoup((self.html / f"{name}.html").read_text("utf-8"), "html.parser")

    def names(self, asked: Sequence[str]) -> list[str]:
        """What to print: what was asked, or else the whole book and every page that is printed apart.

        Raises:
            InvalidInput: when a page does not exist.
        """
        apart = paper.apart(self.toc)
        known = [WHOLE, *(page for part in paper.parts(self.toc) for page in part.pages), *apart]
        for name in asked:
            if name not in known:
                raise InvalidInput(f"Pagina {name!r} is er niet om te drukken; kies uit: {', '.join(known)}.")
        return list(asked) or [WHOLE, *apart]

    def file(self, name: str) -> Path:
        """Where the PDF of a page, or of the whole book, lies."""
        return self.html / FOLDER / f"{WHOLE_FILE if name == WHOLE else name}.pdf"


def print_book(browser: Browser, book: Built, asked: Sequence[str] = (), say: Say = print) -> list[Path]:
    """Print a built book, or pages of it, and link each PDF from the page it is of.

    Args:
        browser: prints.
        book: the built book.
        asked: names of pages; `WHOLE` is the book itself; none is the whole book and every page that is printed apart.
        say: tells progress.

    Returns:
        The PDFs.

    Raises:
        InvalidInput: when a page does not exist; then nothing is printed.
    """
    names = book.names(asked)
    with tempfile.TemporaryDirectory(dir=book.html.parent, prefix="druk-") as folder:
        for name in names:
            began = time.monotonic()
            count = save(_printed(browser, book, name, Path(folder)), book.tells, book.file(name))
            link(book, name, count)
            say(f"  {name}: {_pages(count)}, {size(book.file(name))}, {number(time.monotonic() - began, 1)} s")
    return [book.file(name) for name in names]


def _printed(browser: Browser, book: Built, name: str, folder: Path) -> bytes:
    if name != WHOLE:
        return print_document(browser, paper.one_page(book.page(name), book.tells, book.html), folder)
    order = paper.parts(book.toc)
    pages = {page: book.page(page) for part in order for page in part.pages}
    return print_numbered(browser, paper.whole_book(pages, order, book.tells, book.html), folder)


def _pages(count: int) -> str:
    return f"{count} bladzijde{'n' if count != 1 else ''}"


def size(file: Path) -> str:
    """How large a file is, such as "1,2 MB"."""
    return f"{number(max(file.stat().st_size / 1e6, 0.1), 1)} MB"


def link(book: Built, name: str, count: int) -> None:
    """Link a PDF from its page: only a PDF that exists has a link, so `make book` alone leaves none that is dead.

    Raises:
        ValueError: when the page has no room for the link; layout.html leaves it.
    """
    page = book.html / f"{book.toc['root'] if name == WHOLE else name}.html"
    what = "Het hele boek" if name == WHOLE else "Deze pagina"
    address = book.file(name).relative_to(book.html).as_posix()
    words = f"{what} als pdf ({_pages(count)}, {size(book.file(name))})"
    shown = f'<!-- pdf --><p class="vk-pdf"><a href="{address}" type="application/pdf">{words}</a></p><!-- /pdf -->'
    text, places = ROOM.subn(shown, page.read_text("utf-8"))
    if places != 1:
        raise ValueError(f"{page.name} heeft {places} plekken voor de link naar zijn pdf, en hoort er één te hebben.")
    fresh = page.with_suffix(".tmp")
    fresh.write_text(text, "utf-8")
    fresh.replace(page)


def print_built(asked: Sequence[str] = (), say: Say = print) -> list[Path]:
    """Print from the project's own book; the whole of it is built first, pages of it only when there is no book yet."""
    from analysis.publication.build import build_book

    find_browser()  # before the minute that building may take
    if not asked or not (paths.HTML / "index.html").exists():
        build_book(say)
    book = Built.read(paths.HTML, paths.SOURCE, (paths.ROOT / "CITATION.cff").read_text("utf-8"))
    names = book.names(asked)
    say("Drukken:")
    with opened() as browser:
        return print_book(browser, book, names, say)
