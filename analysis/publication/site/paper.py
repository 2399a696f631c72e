"""The book on paper: built pages joined to one document, with what a screen does by clicking written out.

HTML in, HTML out; `printing` has the browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import yaml
from bs4 import BeautifulSoup, Tag

from analysis.dutch import enumeration, long_date
from analysis.figures.listing import FINDER_PAGE
from analysis.publication.register import REGISTER_PAGE

HOME = "In het kort"
APPENDICES = "Bijlagen"
LONG_TABLES = "lange-tabellen"
REGISTER = "register"
TITLES = {LONG_TABLES: "Lange tabellen", REGISTER: "Register van alle getallen"}

ABOUT_REGISTER = (
    "Elk getal in de tekst van dit boek heeft hier een regel. De getallen van de stadsbladen staan in het register op de website "
    "van het boek. <em>Blz.</em>: waar het hoofdstuk begint dat het getal berekent. <em>Bron</em>: het nummer in deze lijst."
)
APART = "Elk stadsblad is een eigen pdf van twee bladzijden, naast dit boek."

# A table of more rows takes a page and more: it would stand between a chapter's question and its answer.
MOST_ROWS = 60

TEXT_LICENCE = "CC BY 4.0"

# Pages that live by clicking and are empty on paper.
SCREEN_ONLY = frozenset({FINDER_PAGE})

# What is of no use on paper: code, links to files, fields and buttons. The style sheet hides the same for who prints a page
# from the browser; here it goes, so that it can't leave a link or a heading behind.
FURNITURE = (
    "script, noscript, .headerlink, details.hide, a[download], .vk-zoek, .vk-onder, .vk-citeren, .vk-zoekbuurt, .vk-pdf, "
    ".noprint, .d-print-none"
)

# Attributes that point at an id, or at several with spaces between them.
POINTERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
URL_OF_ID = re.compile(r"url\((['\"]?)#")

# A page number that is filled in once it is known; two digits, so that filling it in seldom moves a line.
PAGE_NUMBER = re.compile(r'(<span class="vk-blz" data-doel="([^"]+)">)[^<]*(</span>)')
UNKNOWN_PAGE = "00"


@dataclass(frozen=True)
class Part:
    """A part of the book.

    Attributes:
        title: its caption; "" for the chapters that come first.
        pages: names of its pages, such as "amsterdam".
    """

    title: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """What the title page tells.

    Attributes:
        address: of the book on the web, ending in a slash; "" when none is known.
    """

    title: str
    subtitle: str
    summary: str
    version: str
    date: str
    authors: str
    code_licence: str
    address: str = ""


def about(citation: str, address: str = "") -> About:
    """Read CITATION.cff: the first sentence of its abstract is the subtitle."""
    found = yaml.safe_load(citation)
    subtitle, _, summary = " ".join(found["abstract"].split()).partition(". ")
    names = [one.get("name") or f"{one['given-names']} {one['family-names']}" for one in found["authors"]]
    return About(found["title"], f"{subtitle}.", summary, str(found["version"]), _long(found["date-released"]),
                 enumeration(names), found["license"], address)  # fmt: skip


def _long(written: date | str) -> str:
    return long_date(date.fromisoformat(str(written)))


def parts(toc: Mapping[str, Any]) -> list[Part]:
    """The parts of a staged table of contents, with the first page in front; sections of a page are printed apart."""
    found = [Part(one.get("caption", ""), tuple(_files(one["chapters"]))) for one in toc.get("parts") or [toc]]
    return [replace(found[0], pages=(toc["root"], *found[0].pages)), *found[1:]]


def apart(toc: Mapping[str, Any]) -> list[str]:
    """The pages below a page, such as those of the cities: each is a PDF of its own."""
    chapters = [entry for part in toc.get("parts") or [toc] for entry in part["chapters"]]
    return [page for entry in chapters for page in _files(entry.get("sections", []))]


def _files(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["file"] for entry in entries if entry["file"] not in SCREEN_ONLY]


def address_of(page: BeautifulSoup, name: str) -> str:
    """The book's address, from what Sphinx wrote as the canonical address of a page; "" when it wrote none."""
    link = page.select_one("link[rel=canonical][href]")
    return link["href"].removesuffix(f"{name}.html") if link else ""


def whole_book(pages: Mapping[str, BeautifulSoup], order: list[Part], tells: About, html: Path) -> str:
    """Join pages to one document with a title page, contents, notes and an appendix; page numbers are still unknown.

    Args:
        pages: the built pages by name; they are changed.
        order: which pages, in which order.
        tells: what the title page says.
        html: folder of the built book; pictures and styles are asked for there.
    """
    first = pages[order[0].pages[0]]
    chapters = {name: _chapter(pages[name], name) for part in order for name in part.pages}
    chapters[order[0].pages[0]].h1.string = HOME
    back = appendices(first, chapters)
    order = [*order, Part(APPENDICES, tuple(back))] if back else order
    chapters |= back
    inside = {element["id"] for chapter in chapters.values() for element in chapter.select("[id]")} | set(chapters)
    for name, chapter in chapters.items():
        chapter["id"], chapter["class"] = name, ["bd-article", "vk-hoofdstuk"]
        settle_links(chapter, name, inside, tells.address)
        add_notes(chapter)
        point_at_files(chapter, html)
    titles = {name: chapter.h1.get_text(strip=True) for name, chapter in chapters.items()}
    body = [_title_page(tells), _contents(order, chapters, titles), *map(str, chapters.values())]
    return _document(first, tells, titles, "\n".join(body), html)


def _chapter(page: BeautifulSoup, name: str) -> Tag:
    """The text of a built page, ready to stand beside that of others."""
    article = page.select_one("article.bd-article")
    clean(article)
    make_ids_unique(article, name)
    for cities in article.select("ul.vk-steden"):
        cities.insert_after(_fragment(f"<p>{APART}</p>"))
    return article


def one_page(page: BeautifulSoup, tells: About, html: Path) -> str:
    """A built page as its own document: looks as printing it from the browser does, without links into nowhere."""
    article = page.select_one("article.bd-article")
    for script in page.select("script, link[rel=preload], link[rel=canonical]"):
        script.decompose()
    clean(article)
    inside = {element["id"] for element in article.select("[id]")}
    for link in page.select("a[href]"):
        if link["href"].removeprefix("#") not in inside:
            _point_outside(link, tells.address)
    add_notes(article)
    point_at_files(page, html)
    page.html["data-theme"] = "light"
    page.title.string = f"{article.h1.get_text(strip=True)} – {tells.title}"
    return str(page)


def clean(article: Tag) -> None:
    """Take away what is of no use on paper, open what is folded, and load every picture at once."""
    for element in article.select(FURNITURE):
        if not element.decomposed:
            element.decompose()
    for details in article.select("details"):
        details["open"] = ""
    for picture in article.select("[loading]"):
        del picture["loading"]


def make_ids_unique(article: Tag, name: str) -> None:
    """Put the page's name before each id of a page, also where the page itself points at it."""
    for element in article.find_all(True):
        if element.get("id"):
            element["id"] = f"{name}--{element['id']}"
        for key in POINTERS:
            if element.get(key):
                value = element[key] if isinstance(element[key], list) else element[key].split()
                element[key] = " ".join(f"{name}--{one}" for one in value)
        for key, value in element.attrs.items():
            if isinstance(value, str) and "url(" in value:
                element[key] = URL_OF_ID.sub(rf"url(\1#{name}--", value)
            elif key in ("href", "xlink:href") and value.startswith("#") and element.name != "a":
                element[key] = f"#{name}--{value[1:]}"


def appendices(soup: BeautifulSoup, chapters: Mapping[str, Tag]) -> dict[str, Tag]:
    """What goes to the back of the book, taken out of its chapters: long tables, and the register."""
    found = {}
    if REGISTER_PAGE in chapters and (register := chapters[REGISTER_PAGE].select_one("table.vk-register")):
        found[REGISTER] = _take_register(soup, register, set(chapters))
    long = [table for chapter in chapters.values() for table in chapter.select("table") if _rows(table) > MOST_ROWS]
    if long:
        found[LONG_TABLES] = _take_tables(soup, long)
    return dict(sorted(found.items()))


def _rows(table: Tag) -> int:
    return len(table.select("tbody tr"))


def _frame(table: Tag) -> Tag:
    return table.find_parent(class_="vk-tabel-omslag") or table


def _take_tables(soup: BeautifulSoup, tables: list[Tag]) -> Tag:
    """The tables with their captions, each under the heading it stood under; in its place is where to find it."""
    appendix = soup.new_tag("article")
    appendix.append(_fragment(f"<h1>{TITLES[LONG_TABLES]}</h1>"))
    for number, table in enumerate(tables, start=1):
        frame, place = _frame(table), f"{LONG_TABLES}--{number}"
        heading, caption = frame.find_previous(("h1", "h2", "h3")), frame.find_previous_sibling(class_="vk-tabel-titel")
        section = _fragment(f'<section id="{place}"><h2>{escape(heading.get_text(strip=True))}</h2></section>').section
        there = (
            f'<p>De tabel staat <a href="#{place}">achterin</a> (blz. {page_number(place)}): {_rows(table)} regels.</p>'
        )
        frame.replace_with(_fragment(there))
        section["class"] = "vk-lang"
        section.extend([caption.extract(), frame] if caption else [frame])
        appendix.append(section)
    return appendix


def _take_register(soup: BeautifulSoup, table: Tag, names: set[str]) -> Tag:
    """The register, with only the numbers of pages that are in the document; in its place is where to find it."""
    appendix, frame = soup.new_tag("article"), _frame(table)
    frame.replace_with(_fragment(f'<p><a href="#{REGISTER}">{TITLES[REGISTER]}</a> staat achterin.</p>'))
    sources = _shorten_rows(table, names)
    listed = "".join(f"<li>{escape(one)}</li>" for one in sources)
    appendix.append(
        _fragment(f"<h1>{TITLES[REGISTER]}</h1><p>{ABOUT_REGISTER}</p><ol class='vk-bronnen'>{listed}</ol>")
    )
    appendix.append(frame)
    return appendix


def _shorten_rows(table: Tag, names: set[str]) -> list[str]:
    """Replace the last two cells of each row, which are long and much the same: a page for the chapter, a number for the source.

    Returns:
        The sources, in the order of their numbers.
    """
    sources: dict[str, int] = {}
    table.select("thead th")[-2].string = "Blz."
    for row in table.select("tbody tr"):
        chapter, source = row.select("td")[-2:]
        link = chapter.select_one("a[href]")
        if link and _page_of(link["href"]) not in names:
            row.decompose()
            continue
        if link:
            link.replace_with(_fragment(page_number(_page_of(link["href"]))))
        source.string = str(sources.setdefault(source.get_text(strip=True), len(sources) + 1))
    return list(sources)


def settle_links(article: Tag, name: str, inside: set[str], address: str) -> None:
    """Make each link lead to its place in this document, or to the web; what leads nowhere on paper becomes plain text.

    A link to another chapter, or to its figure, also tells the page; with numbers and citations it would be too much.
    """
    for link in article.select("a[href]"):
        place = _place(link["href"], name, inside)
        if place not in inside:
            _point_outside(link, address)
            continue
        link["href"] = f"#{place}"
        del link["title"]
        if _tells_page(link, place, name):
            word = "p." if link.find_parent(lang="en") else "blz."
            link.insert_after(_fragment(f" ({word} {page_number(place)})"))


def _place(target: str, name: str, inside: set[str]) -> str:
    """Where in the document an address leads, as it stands on the page `name`: "hefbomen.html#graden" to "hefbomen--graden"."""
    page, _, fragment = target.partition("#")
    if not page:
        return fragment if fragment in inside else f"{name}--{fragment}"
    return "--".join(part for part in (page.removesuffix(".html"), fragment) if part)


def _tells_page(link: Tag, place: str, name: str) -> bool:
    other = place.split("--")[0] != name
    worthy = "--" not in place or link.select_one(".std-numref") is not None
    return other and worthy and not link.find_parent("table")


def _point_outside(link: Tag, address: str) -> None:
    """Let a link to a page that is not in the document lead to the web, where the book's address is known."""
    target = link["href"]
    if target.startswith(("http:", "https:", "mailto:")):
        return
    if address and not target.startswith("#"):
        link["href"] = address + target
        link["class"] = [*link.get("class", []), "vk-thuis"]
        return
    link.unwrap()


def page_number(place: str) -> str:
    """Where the page number of a place in the document will stand."""
    return f'<span class="vk-blz" data-doel="{escape(place)}">{UNKNOWN_PAGE}</span>'


def fill_pages(document: str, pages: Mapping[str, int]) -> str:
    """Fill in page numbers.

    Raises:
        KeyError: when the page of a place is not known.
    """
    return PAGE_NUMBER.sub(lambda match: f"{match[1]}{pages[match[2]]}{match[3]}", document)


def add_notes(article: Tag) -> None:
    """Number the links to other sites and list their addresses at the end; a link that shows its address needs no note."""
    addresses: dict[str, int] = {}
    for link in article.select("a[href^='http']:not(.vk-thuis)"):
        if link["href"].split("://")[1].rstrip("/") in link.get_text().rstrip("/"):
            continue
        number = addresses.setdefault(link["href"], len(addresses) + 1)
        link.insert_after(_fragment(f'<sup class="vk-noot">{number}</sup>'))
    if addresses:
        rows = "".join(f'<li><a href="{escape(one)}">{escape(one)}</a></li>' for one in addresses)
        article.append(
            _fragment(f'<section class="vk-noten" aria-label="Adressen"><p>Adressen</p><ol>{rows}</ol></section>')
        )


def point_at_files(element: Tag, html: Path) -> None:
    """Ask for pictures and styles in the folder of the built book, wherever the document itself lies."""
    for tag, key in (
        (one, key) for one in element.find_all(("img", "link", "source")) for key in ("src", "href", "srcset")
    ):
        if tag.get(key) and ":" not in tag[key]:
            path, _, query = tag[key].partition("?")
            tag[key] = (html / path).resolve().as_uri() + (f"?{query}" if query else "")


def _page_of(address: str) -> str:
    return address.split("#")[0].removesuffix(".html")


def _fragment(markup: str) -> BeautifulSoup:
    return BeautifulSoup(markup, "html.parser")


def _title_page(tells: About) -> str:
    where = f'<p>Op het web: <a href="{escape(tells.address)}">{escape(tells.address)}</a></p>' if tells.address else ""
    return (
        '<section class="vk-titelblad" aria-label="Titelblad">'
        f'<p class="vk-titel">{escape(tells.title)}</p><p class="vk-ondertitel">{escape(tells.subtitle)}</p>'
        f'<div class="vk-colofon"><p>{escape(tells.summary)}</p><p>{escape(tells.authors)}<br>'
        f"Versie {escape(tells.version)}, {escape(tells.date)}</p>"
        f"<p>Tekst en figuren: {TEXT_LICENCE}. Code: {escape(tells.code_licence)}.</p>{where}</div></section>\n"
    )


def _contents(order: list[Part], chapters: Mapping[str, Tag], titles: Mapping[str, str]) -> str:
    """The table of contents: chapters and their sections, each with its page."""
    shown = []
    for part in order:
        caption = f'<p class="vk-deel">{escape(part.title)}</p>' if part.title else ""
        entries = "".join(_entry(name, titles[name], _sections(chapters[name])) for name in part.pages)
        shown.append(f"<section>{caption}<ol>{entries}</ol></section>")
    return f'<nav class="bd-article vk-inhoud" aria-label="Inhoud"><h1>Inhoud</h1>{"".join(shown)}</nav>\n'


def _entry(place: str, title: str, below: list[tuple[str, str]]) -> str:
    inner = "".join(_entry(one, text, []) for one, text in below)
    return (
        f'<li><a href="#{escape(place)}"><span>{escape(title)}</span><i></i>{page_number(place)}</a>'
        f"{f'<ol>{inner}</ol>' if inner else ''}</li>"
    )


def _sections(chapter: Tag) -> list[tuple[str, str]]:
    """The sections of a chapter: the place and the heading of each."""
    return [(h2.parent["id"], h2.get_text(strip=True)) for h2 in chapter.select("section[id] > h2")]


def _document(first: BeautifulSoup, tells: About, titles: Mapping[str, str], body: str, html: Path) -> str:
    """The whole document, in the styles of the book's own pages; each chapter has pages with its name at the foot."""
    point_at_files(first.head, html)
    styles = "".join(str(link) for link in first.head.select("link[rel=stylesheet]"))
    return (
        f'<!DOCTYPE html>\n<html lang="{first.html["lang"]}" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{escape(tells.title)}</title>{styles}<style>{''.join(_feet(tells.title, titles))}</style></head>"
        f'<body class="vk-boek"><main>{body}</main></body></html>'
    )


def _feet(book: str, titles: Mapping[str, str]) -> Iterator[str]:
    """A named page for each chapter: a browser can't take the running title from the text."""
    for name, title in titles.items():
        foot = _css_text(f"{book}  ·  {title}" if title != book else book)
        yield f"@page {name} {{ @bottom-left {{ content: {foot}; }} }}\n#{name} {{ page: {name}; }}\n"


def _css_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ") + '"'
