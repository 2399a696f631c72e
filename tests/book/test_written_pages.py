"""Every page of the real book as it was written: whole, in order, in Dutch, and nothing it needs left out."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from book.test_shell import ENGLISH, words_of_shell
from bs4 import BeautifulSoup, Tag

from analysis.paths import BOOK

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("book")]

# Where a page names a file of this site.
NAMED = {"script": "src", "img": "src", "link": "href", "a": "href", "form": "action"}

IN_STYLES = re.compile(r"url\(\s*['\"]?(?!data:|#)([^'\")]+)|@import\s+['\"]([^'\"]+)")


# The page for a wrong address names everything from the root of its host, which a folder has not.
ELSEWHERE = "404"


@lru_cache(maxsize=1)
def pages(html: Path) -> dict[str, BeautifulSoup]:
    """Every page, read once."""
    read = {page.stem: BeautifulSoup(page.read_text("utf-8"), "html.parser") for page in sorted(html.glob("*.html"))}
    return {name: page for name, page in read.items() if name != ELSEWHERE}


def level(heading: Tag) -> int:
    return int(heading.get("aria-level") or heading.name[1])


def test_nothing_that_a_page_names_is_missing(real_book):
    missing = set()
    for name, page in pages(real_book.html).items():
        for tag, attribute in NAMED.items():
            for found in page.find_all(tag, {attribute: True}):
                address = urlsplit(found[attribute])
                if not address.scheme and address.path and not (real_book.html / unquote(address.path)).exists():
                    missing.add((name, found[attribute]))
    assert missing == set()


def test_nothing_that_a_style_sheet_names_is_missing(real_book):
    sheets = list(real_book.html.glob("_static/**/*.css"))
    named = [(sheet, one or other) for sheet in sheets for one, other in IN_STYLES.findall(sheet.read_text("utf-8"))]
    assert sheets and [(sheet.name, name) for sheet, name in named if not (sheet.parent / name).exists()] == []


def test_no_page_and_no_style_sheet_names_another_host_to_load_from(real_book):
    for name, page in pages(real_book.html).items():
        loaded = [
            tag[NAMED[kind]] for kind in ("script", "img", "form") for tag in page.find_all(kind, {NAMED[kind]: True})
        ]
        loaded += [tag["href"] for tag in page.select("link[rel~=stylesheet], link[rel~=icon], link[rel~=preload]")]
        assert loaded and [address for address in loaded if re.match(r"(https?:)?//", address)] == [], name
    for sheet in real_book.html.glob("_static/**/*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", sheet.read_text("utf-8")), sheet.name


def test_the_weight_that_no_page_needs_is_left_out(real_book):
    static = real_book.html / "_static"
    assert [path for path in static.rglob("*.map")] == []
    assert not (static / "scripts/fontawesome.js").exists() and not (static / "vendor").exists()


def test_every_icon_is_drawn(real_book):
    drawn = set(re.findall(r"\.(fa-[a-z-]+)[^{]*\{ --vk-icoon", (BOOK / "_static/iconen.css").read_text("utf-8")))
    in_use = {
        name
        for page in pages(real_book.html).values()
        for icon in page.select('[class*="fa-"]')
        for name in icon["class"]
        if name.startswith("fa-") and name not in ("fa-solid", "fa-lg")
    }
    assert len(in_use) > 8 and in_use <= drawn
    assert not any(page.select(".fa-brands, .fab, .fa-regular, .far") for page in pages(real_book.html).values())


def test_every_page_has_one_title_and_headings_in_order(real_book):
    titles = {page.title.get_text() for page in pages(real_book.html).values()}
    assert len(titles) == len(pages(real_book.html)) and "Veerkracht versterken in de stad" in titles
    for name, page in pages(real_book.html).items():
        headings = [
            one for one in page.select("main :is(h1, h2, h3, h4, h5, h6)") if not one.find_parent(class_="onlyprint")
        ]
        levels = [level(one) for one in headings]
        assert levels[:1] == [1] and levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), name


def test_every_page_is_dutch_where_it_does_not_say_otherwise(real_book):
    for name, page in pages(real_book.html).items():
        assert page.html["lang"] == "nl"
        copy = BeautifulSoup(str(page), "html.parser")
        found = [text for text in words_of_shell(copy) if ENGLISH.search(text) and "http" not in text]
        assert found == [] or name == "bronnen", name  # titles of English sources


def test_the_english_page_says_so_in_its_text_and_its_list_of_headings(real_book):
    page = pages(real_book.html)["summary"]
    assert page.select_one('article div[lang="en"] h1')
    assert page.select_one('#pst-page-toc-nav ul[lang="en"]') or not page.select_one("#pst-page-toc-nav")
    assert page.select_one('nav.bd-links a[lang="en"]')


def test_every_table_has_headings_and_every_frame_that_scrolls_a_name(real_book):
    for name, page in pages(real_book.html).items():
        for table in page.select("main table"):
            assert table.select("thead th"), name
            assert all(head.get_text().strip() for head in table.select("thead th")), name
        for frame in page.select(".vk-tabel-omslag"):
            named_by = frame.get("aria-labelledby")
            assert frame["tabindex"] == "0" and frame["role"] == "region"
            assert page.find(id=named_by).get_text().strip() if named_by else frame["aria-label"]


def test_large_tables_are_sorted_and_the_largest_searched(real_book):
    for name, page in pages(real_book.html).items():
        for frame in page.select(".vk-tabel-omslag"):
            rows = len(frame.select("tbody tr"))
            assert frame.has_attr("data-sorteer") or rows < 30, (name, frame.get("aria-labelledby"))
            assert frame.has_attr("data-zoek") or rows < 30, (name, frame.get("aria-labelledby"))


def test_pictures_say_their_size_and_what_they_show(real_book):
    for name, page in pages(real_book.html).items():
        for image in page.select("main img"):
            assert image.has_attr("alt") and image["width"] and image["height"], name


def test_only_the_search_page_loads_the_index(real_book):
    for name, page in pages(real_book.html).items():
        loads = [tag["src"] for tag in page.select("script[src]")]
        assert any("searchindex" in address for address in loads) == (name == "search")
        assert all(tag.has_attr("defer") for tag in page.select("script[src]")), name
