"""The foot of a page and the page for a wrong address, in a real browser."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from book.minibook import Build
from browsing import DESKTOP, PHONE, needs_chromium, open_page
from playwright.sync_api import Browser

pytestmark = [pytest.mark.web, pytest.mark.book, needs_chromium, pytest.mark.xdist_group("minibook")]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_citation_opens_by_keyboard_and_fits(mini_book: Build, browser: Browser, size: dict[str, int]) -> None:
    page = open_page(browser, (mini_book.html / "amsterdam.html").as_uri(), size).page
    code = page.locator(".vk-citeren pre")
    assert not code.is_visible()
    page.locator(".vk-citeren summary").focus()
    page.keyboard.press("Enter")
    assert code.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_button_copies_the_whole_citation(mini_book: Build, browser: Browser) -> None:
    page = open_page(browser, (mini_book.html / "amsterdam.html").as_uri(), DESKTOP).page
    page.evaluate("addEventListener('copy', () => { window.copied = getSelection().toString() }, true)")
    page.locator(".vk-citeren summary").click()
    page.locator(".vk-citeren div.highlight").hover()
    page.locator(".vk-citeren button.copybtn").click()
    copied = page.wait_for_function("window.copied").json_value()
    assert copied.strip() == page.locator(".vk-citeren pre").inner_text().strip()
    assert copied.startswith("@incollection{veerkracht") and copied.strip().endswith("}")


def test_a_reader_at_a_wrong_address_can_search(mini_book: Build, browser: Browser) -> None:
    visit = open_page(browser, (mini_book.html / "404.html").as_uri(), PHONE)
    visit.page.get_by_label("Zoek in dit boek").last.fill("veerkracht")
    visit.page.get_by_role("button", name="Zoek", exact=True).click()
    visit.page.wait_for_url("**/search.html?q=veerkracht")
    assert urlsplit(visit.page.url).path.endswith("search.html")
    assert visit.complaints == []
