"""The mini-book in Debian's Chromium: silent, self-contained, usable on a phone and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from book.minibook import PAGES, Build
from browsing import BEYOND_THE_EDGE, DESKTOP, PHONE, Visit, needs_chromium, open_page
from playwright.sync_api import Browser

from analysis.publication.site.serve import served

pytestmark = [pytest.mark.web, pytest.mark.xdist_group("minibook"), needs_chromium]


@pytest.fixture(scope="module")
def site(mini_book: Build) -> Iterator[str]:
    """The address of the mini-book."""
    assert mini_book.code == 0, mini_book.log
    with served(mini_book.html) as address:
        yield address


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_page_is_silent_and_asks_no_other_host(browser: Browser, site: str, name: str) -> None:
    visit = open_page(browser, f"{site}{name}.html", DESKTOP)
    visit.page.wait_for_load_state("networkidle")
    assert visit.complaints == []
    assert visit.requests and [url for url in visit.requests if not url.startswith((site, "data:"))] == []


def test_first_visit_is_light_and_silent(browser: Browser, site: str) -> None:
    visit = Visit(browser.new_context(color_scheme="dark").new_page())
    visit.page.goto(f"{site}index.html", wait_until="networkidle")
    assert visit.complaints == []
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "light"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_fits_a_phone(browser: Browser, site: str, name: str, theme: str) -> None:
    page = open_page(browser, f"{site}{name}.html", PHONE, theme).page
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(BEYOND_THE_EDGE) == []


def test_a_figure_stays_readable_on_a_phone_and_scrolls_in_its_own_frame(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", PHONE).page
    figure = page.locator("figure").first
    assert figure.evaluate("frame => getComputedStyle(frame).overflowX") == "auto"
    assert figure.evaluate("frame => frame.clientWidth") <= PHONE["width"]
    assert figure.locator("img").evaluate("image => image.clientWidth") > PHONE["width"]


def test_figure_keeps_a_white_face_in_the_dark(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", DESKTOP, "dark").page
    colour = page.locator("figure img").evaluate("image => getComputedStyle(image).backgroundColor")
    assert colour == "rgb(255, 255, 255)"


def test_hidden_code_opens_by_keyboard(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", DESKTOP).page
    summary = page.locator("details.hide > summary").first
    assert summary.inner_text().strip() == "Toon de code"
    assert not page.locator("details.hide pre").first.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.inner_text().strip() == "Verberg de code"
    assert page.locator("details.hide pre").first.is_visible()


def test_number_leads_to_its_row(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", PHONE).page
    page.locator("article a.getal").first.click()
    page.wait_for_url("**/verantwoording.html#getal-amsterdam-helling")
    assert page.locator("tr#getal-amsterdam-helling").is_visible()


def test_search_finds_a_word_by_its_stem(browser: Browser, site: str) -> None:
    visit = open_page(browser, f"{site}search.html?q=woningcorporatiewijk", DESKTOP)
    result = visit.page.locator("#search-results li a").first
    result.wait_for()
    assert result.inner_text() == "Amsterdam"
    visit.page.get_by_text("Gevonden: 1").wait_for()
    assert visit.complaints == []


def test_a_table_is_searched_without_accents_or_capitals(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", PHONE).page
    field = page.get_by_label("Zoek een buurt")
    rows = page.locator("#proef tbody tr:visible")
    assert rows.count() == 3
    field.fill("slótermeer")
    assert rows.count() == 1 and "Slotermeer-Zuidwest" in rows.first.inner_text()
    assert page.locator(".vk-zoek output").inner_text() == "1 van 3"
    field.fill("nergens")
    assert rows.count() == 0
    field.fill("")
    assert rows.count() == 3
