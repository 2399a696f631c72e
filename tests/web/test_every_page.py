"""Every page of the real book in Debian's Chromium: silent, private, accessible in light and dark, and whole on a phone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT
from book.realbook import RealBook
from book.test_shell import ENGLISH, words_of_shell
from browsing import BEYOND_THE_EDGE, DESKTOP, PHONE, Visit, needs_chromium, open_page
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from analysis import paths
from analysis.figures.output import DATA_MIME
from analysis.publication.build import tasks
from analysis.publication.site.serve import served
from bench import reading

pytestmark = [pytest.mark.book, pytest.mark.web, pytest.mark.xdist_group("book"), needs_chromium]


def markdown_pages() -> list[str]:
    """The pages in the table of contents that are not notebooks."""
    text = (paths.ROOT / "_toc.yml").read_text("utf-8")
    return [name for name in _files(yaml.safe_load(text)) if (paths.ROOT / f"{name}.md").exists()]


def _files(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part[key] for key in ("root", "file") if key in part)
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _files(one)


PAGES = sorted({*(task.output.stem for task in tasks()), *(name.split("/")[-1] for name in markdown_pages()), "search"})

# What axe finds is told when it hinders a reader: the least grave of its four grades is not asked for.
GRAVE = ("moderate", "serious", "critical")

# In the dark only colours differ, and on a phone only what fits: these rules are asked again there.
COLOURS = ["color-contrast", "link-in-text-block"]
SIZES = ["scrollable-region-focusable", "target-size"]

# The theme waits 300 ms after a change of size before it lets the keyboard reach what now scrolls.
SETTLED_MS = 400

AXE = """rules => axe.run(document, {resultTypes: ["violations"], preload: false, ...(rules ? {runOnly: rules} : {})})
    .then(found => found.violations.flatMap(one => one.nodes.map(node => [one.impact, one.id, node.html.slice(0, 120)])))"""


@dataclass
class Seen:
    """What was seen of one page."""

    complaints: list[str]
    requests: list[str]
    violations: list[tuple[str, str, str]]
    too_wide: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(real_book: RealBook) -> Iterator[str]:
    with served(real_book.html) as address:
        yield address


@pytest.fixture(scope="module")
def seen(browser: Browser, site: str) -> Callable[[str], Seen]:
    """Looks at a page, once for all tests that ask."""
    known: dict[str, Seen] = {}

    def look(name: str) -> Seen:
        if name not in known:
            known[name] = look_at(browser, f"{site}{name}.html")
        return known[name]

    return look


def look_at(browser: Browser, address: str) -> Seen:
    """One visit: light and dark on a desktop, then the same on a phone."""
    visit = open_page(browser, address, DESKTOP)
    page = visit.page
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(AXE, None)
    be_dark(page)
    violations += page.evaluate(AXE, COLOURS)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(SETTLED_MS)
    violations += page.evaluate(AXE, SIZES)
    wide = page.evaluate(BEYOND_THE_EDGE)
    if (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
        wide.append(f"de bladzijde zelf: {width} px")
    found = Seen(visit.complaints, visit.requests, [tuple(one) for one in violations], wide)
    page.context.close()
    return found


def be_dark(page: Page) -> None:
    """Change to dark as a reader does; a colour that fades over is waited for."""
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")


def test_all_pages_that_were_built_are_looked_at(real_book: RealBook) -> None:
    assert {page.stem for page in real_book.html.glob("*.html")} - {"404", "genindex"} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_silent_and_asks_no_other_host(seen: Callable[[str], Seen], site: str, name: str) -> None:
    assert seen(name).complaints == []
    assert [url for url in seen(name).requests if not url.startswith((site, "data:"))] == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(seen: Callable[[str], Seen], name: str) -> None:
    assert [found for found in seen(name).violations if found[0] in GRAVE] == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone(seen: Callable[[str], Seen], name: str) -> None:
    assert seen(name).too_wide == []


# --- what opens on top of a page --------------------------------------------------------------------------------------


def test_what_opens_on_top_of_a_page_is_accessible_too(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}index.html", PHONE).page
    page.evaluate(AXE_SCRIPT)
    for opened in ("Inhoud van het boek", "Op deze pagina", "Zoeken"):
        page.get_by_role("button", name=opened, exact=True).first.click()
        dialog = page.get_by_role("dialog", name=opened, exact=True)
        dialog.wait_for()
        assert [found for found in page.evaluate(AXE, None) if found[0] in GRAVE] == [], opened
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
    page.get_by_role("button", name="Download deze pagina").click()
    page.get_by_role("button", name="Afdrukken of bewaren als pdf").wait_for()
    assert [found for found in page.evaluate(AXE, None) if found[0] in GRAVE] == []


# --- by keyboard ------------------------------------------------------------------------------------------------------


def test_the_first_tab_stop_skips_to_the_text(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", DESKTOP).page
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Naar de tekst")
    assert link.evaluate("one => one === document.activeElement")
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")  # it slides into sight
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


FOCUSED = """() => { const one = document.activeElement, look = e => { const s = getComputedStyle(e);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"; };
    return [one.outerHTML.slice(0, 90), look(one) || [...one.children].some(look) || look(one.parentElement)]; }"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_is_seen_at_every_stop(browser: Browser, site: str, theme: str) -> None:
    page = open_page(browser, f"{site}stad-delft.html", DESKTOP, theme).page
    unseen = []
    for _ in range(75):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUSED)
        if not is_seen and not name.startswith("<body"):
            unseen.append(name)
    assert unseen == []


# --- search -----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["server", "map"])
def root(request: pytest.FixtureRequest, site: str, real_book: RealBook) -> str:
    """The book on a server, and opened from a folder."""
    return site if request.param == "server" else f"{real_book.html.as_uri()}/"


def results(browser: Browser, address: str) -> tuple[Visit, list[str]]:
    visit = open_page(browser, address, DESKTOP)
    visit.page.get_by_text("Gevonden:").wait_for()
    titles = visit.page.locator("#search-results li > a").all_inner_texts()
    visit.page.wait_for_load_state("networkidle")
    return visit, titles


def test_search_finds_a_neighbourhood(browser: Browser, root: str) -> None:
    visit, titles = results(browser, f"{root}search.html?q=Slotervaart")
    assert any("Amsterdam" in title for title in titles)
    assert visit.complaints == []
    assert [url for url in visit.requests if not url.startswith((root, "data:"))] == []
    told = visit.page.locator("#search-results li p.context")
    if root.startswith("file:"):
        assert "map" in visit.page.locator(".vk-zoek-map").inner_text() and told.count() == 0
    else:
        assert "Slotervaart" in told.first.inner_text()
        visit.page.locator("#search-results li > a").first.click()
        visit.page.locator("article .highlighted").first.wait_for(state="attached")
        assert visit.page.locator(".highlight-link").inner_text() == "Verberg gevonden woorden"


def test_a_word_finds_its_plural(browser: Browser, site: str) -> None:
    _, one = results(browser, f"{site}search.html?q=wijk")
    _, many = results(browser, f"{site}search.html?q=wijken")
    assert len(one) > 5 and set(many) <= set(one)


def test_the_search_dialog_works_by_keyboard_and_speaks_dutch(browser: Browser, site: str) -> None:
    visit = open_page(browser, f"{site}index.html", DESKTOP)
    page = visit.page
    page.keyboard.press("Control+k")
    field = page.locator("dialog[open] input[type=search]")
    field.wait_for()
    assert field.evaluate("one => one === document.activeElement")
    assert field.get_attribute("aria-label") == field.get_attribute("placeholder") == "Zoek in dit boek"
    page.keyboard.press("Escape")
    field.wait_for(state="hidden")
    page.keyboard.press("Control+k")
    page.keyboard.type("corporatie")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=corporatie")
    page.get_by_text("Gevonden:").wait_for()
    assert page.title().startswith("Zoeken") and visit.complaints == []


def test_a_word_that_is_nowhere_is_said_in_dutch(browser: Browser, site: str) -> None:
    visit = open_page(browser, f"{site}search.html?q=xyzzyx", DESKTOP)
    visit.page.get_by_text("Niets gevonden").wait_for()
    assert visit.page.locator("#search-results h2").inner_text() == "Zoekresultaten"


@pytest.mark.parametrize("address", ["index.html", "validatie.html", "zelf-herhalen.html", "search.html?q=wijk"])
def test_what_scripts_write_is_dutch_too(browser: Browser, site: str, address: str) -> None:
    page = open_page(browser, f"{site}{address}", DESKTOP).page
    page.wait_for_load_state("networkidle")
    shown = BeautifulSoup(page.content(), "html.parser")
    for quoted in shown.select("#search-results, div.citation"):
        quoted.decompose()  # words of pages, which are looked at themselves
    assert [text for text in words_of_shell(shown) if ENGLISH.search(text) and "http" not in text] == []


# --- from a folder, and numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["index", "amsterdam", "steden", "verantwoording"])
def test_page_works_from_a_folder(browser: Browser, real_book: RealBook, name: str) -> None:
    visit = open_page(browser, (real_book.html / f"{name}.html").as_uri(), DESKTOP)
    visit.page.wait_for_load_state("networkidle")
    assert visit.complaints == []
    assert visit.requests and [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []


def figure_data(page: str, name: str) -> str:
    """The CSV that the executed chapter carries for a figure or table."""
    notebook = nbformat.read(paths.EXECUTED / f"{page}.ipynb", as_version=4)
    carried = [output.data[DATA_MIME] for cell in notebook.cells for output in cell.get("outputs", [])
               if DATA_MIME in output.get("data", {})]  # fmt: skip
    return next(one["csv"] for one in carried if one["name"] == name)


def test_a_csv_downloads_and_holds_what_the_figure_was_drawn_from(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}amsterdam.html", DESKTOP).page
    link = page.locator("p.vk-tabel-titel a[href$='/buurten.csv']")
    with page.expect_download() as download:
        link.click()
    table = pd.read_csv(download.value.path())
    pd.testing.assert_frame_equal(table, pd.read_csv(io.StringIO(figure_data("amsterdam", "buurten"))))
    assert len(table) == page.locator("#buurten tbody tr").count()


def test_the_register_is_sorted_and_searched(browser: Browser, site: str, real_book: RealBook) -> None:
    page = open_page(browser, f"{site}verantwoording.html", DESKTOP).page
    rows = page.locator(".vk-register tbody tr:visible")
    assert rows.count() == len(real_book.register)
    page.get_by_role("columnheader", name="Waarde").get_by_role("button").click()
    lowest = min(real_book.register.values(), key=lambda row: row["value"])
    page.locator("th[aria-sort=ascending]").wait_for()
    page.wait_for_timeout(100)
    assert rows.first.locator("code").inner_text() == lowest["id"]
    page.get_by_label("Zoek een getal").fill("amsterdam.helling10")
    assert 0 < rows.count() < 10


def test_a_number_that_is_far_away_is_in_sight_and_marked(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}verantwoording.html#getal-amsterdam-helling", DESKTOP).page
    row = page.locator("#getal-amsterdam-helling")
    box = row.bounding_box()
    assert box and 0 < box["y"] < DESKTOP["height"]


# --- weight -----------------------------------------------------------------------------------------------------------

MOST_KILOBYTES, MOST_SECONDS, MOST_SHIFT = 700, 2.5, 0.1


def test_the_first_page_is_light_and_shows_fast_on_a_slow_line(browser: Browser, site: str) -> None:
    loads = [reading.load(browser, f"{site}index.html") for _ in range(2)]
    assert all(0 < one.kilobytes < MOST_KILOBYTES and one.cls < MOST_SHIFT for one in loads)
    assert 0 < min(one.lcp for one in loads) < MOST_SECONDS
