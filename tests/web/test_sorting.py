"""Tables are sorted by the reader: with mouse and keyboard, in Dutch order, what is unknown last, and without a server."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import numpy as np
import pandas as pd
import pytest
from book.minibook import Build, build, chapter, stage
from browsing import DESKTOP, PHONE, needs_chromium, open_page
from playwright.sync_api import Browser, Locator, Page

from analysis.figures.tables import Column, Evidence, Table
from analysis.publication.site.serve import served

pytestmark = [pytest.mark.web, pytest.mark.xdist_group("tables"), needs_chromium]

# Small numbers beside thousands, a minus, and something missing: as Dutch text these would sort wrongly.
BUURTEN = pd.DataFrame({
    "Buurt": ["Écluse", "Zuid", "Buurt 10", "’t Veld", "Buurt 9", "eiland"], "Woningen": [987, 12_340, 1_210, 0, np.nan, 45],
    "Score": [-0.42, 0.3, -1.5, 0.04, 0.031, 2.0], "Lasten": [31.2] * 6, "Koop": [9] * 6, "Model": [0.5] * 6,
    "Type": ["b", "a", None, "a", "b", "a"],
})  # fmt: skip
DECIMALS = {"Woningen": 0, "Score": 2, "Lasten": 1, "Koop": 0, "Model": 2}
FINDINGS = pd.DataFrame({
    "hefboom_naam": ["woningprogramma"] * 5, "instrument": ["verkoop", "sloop", "menging", "beheer", "groen"],
    "bevinding": ["Een zin die op een telefoon niet op één regel past."] * 5, "richting": ["gunstig"] * 5,
    "graad": list("AABCD"), "bron": ["jansen2024", "smit2021"] * 2 + ["smit2021"],
    "jaar": ["2024", "onbekend", "2021", "2011", "onbekend"], "plaats": ["onbekend", "Utrecht", "Almere", "onbekend", "Ede"],
})  # fmt: skip


def table(name: str, data: pd.DataFrame) -> Table:
    return Table(name, "Zes buurten.", [Column(key, key, DECIMALS.get(key)) for key in data], data, "buurt")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The mini-book with three more tables in its chapter: six rows, too few to sort, and cited evidence."""
    source = stage(tmp_path_factory.mktemp("tables"))
    notebook = chapter()
    shown = [table("lang", BUURTEN), table("kort", BUURTEN.head(4)), Evidence("bewijs", FINDINGS)]
    new = nbformat.v4
    for one in shown:
        data = {kind: text for kind, text in one._repr_mimebundle_().items() if kind.startswith("text/")}
        notebook.cells.append(new.new_code_cell("tabel", outputs=[new.new_output("display_data", data)]))
    nbformat.write(notebook, source / "amsterdam.ipynb")
    done = build(source)
    assert done.code == 0, done.log
    return done


@pytest.fixture(scope="module")
def address(tables: Build) -> Iterator[str]:
    with served(tables.html) as site:
        yield f"{site}amsterdam.html"


@pytest.fixture
def page(browser: Browser, address: str) -> Page:
    return open_page(browser, address, DESKTOP).page


def frame(page: Page, name: str) -> Locator:
    return page.locator(f'.vk-tabel-omslag[aria-labelledby="{name}-titel"]')


def heading(page: Page, name: str, text: str) -> Locator:
    return frame(page, name).get_by_role("columnheader", name=text, exact=True)


def column(page: Page, name: str, number: int = 1) -> list[str]:
    """What a column shows, from top to bottom; what the search hid is not shown."""
    return frame(page, name).locator(f"tbody tr:visible > :nth-child({number})").all_inner_texts()


def settled(cell: Locator, direction: str) -> None:
    """Wait until the library says that it sorted; it does so a moment after the click."""
    cell.and_(cell.page.locator(f'[aria-sort="{direction}"]')).wait_for()
    cell.page.wait_for_timeout(50)


SMALL_FIRST = ["’t Veld", "eiland", "Écluse", "Buurt 10", "Zuid", "Buurt 9"]
LARGE_FIRST = ["Zuid", "Buurt 10", "Écluse", "eiland", "’t Veld", "Buurt 9"]


def test_a_click_sorts_by_the_number_itself_and_what_is_missing_stays_last(page: Page) -> None:
    cell = heading(page, "lang", "Woningen")
    assert cell.get_attribute("aria-sort") is None
    cell.get_by_role("button").click()
    settled(cell, "ascending")
    assert column(page, "lang") == SMALL_FIRST
    cell.get_by_role("button").click()
    settled(cell, "descending")
    assert column(page, "lang") == LARGE_FIRST


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_keyboard_sorts_and_keeps_its_place(page: Page, key: str) -> None:
    cell = heading(page, "lang", "Score")
    cell.get_by_role("button").focus()
    page.keyboard.press(key)
    settled(cell, "ascending")
    assert column(page, "lang", 3) == ["−1,50", "−0,42", "0,03", "0,04", "0,30", "2,00"]
    page.keyboard.press(key)
    settled(cell, "descending")
    assert column(page, "lang", 3)[0] == "2,00"


def test_one_column_at_a_time_says_that_it_is_sorted(page: Page) -> None:
    heading(page, "lang", "Score").get_by_role("button").click()
    heading(page, "lang", "Buurt").get_by_role("button").click()
    settled(heading(page, "lang", "Buurt"), "ascending")
    assert frame(page, "lang").locator("[aria-sort]").count() == 1


def test_text_has_dutch_order_with_numbers_by_their_size(page: Page) -> None:
    heading(page, "lang", "Buurt").get_by_role("button").click()
    settled(heading(page, "lang", "Buurt"), "ascending")
    assert column(page, "lang") == ["Buurt 9", "Buurt 10", "Écluse", "eiland", "’t Veld", "Zuid"]
    heading(page, "lang", "Type").get_by_role("button").click()
    settled(heading(page, "lang", "Type"), "ascending")
    assert column(page, "lang", 7) == ["a", "a", "a", "b", "b", "–"]


# As a script would make it, after the page was loaded; its rows are replaced once.
MAKE_TABLE = """names => {
    const frame = document.createElement("div");
    frame.className = "vk-tabel-omslag";
    frame.id = "later";
    frame.dataset.zoek = "stad";
    frame.dataset.sorteer = "";
    frame.innerHTML = "<table><thead><tr><th scope='col'>Stad</th></tr></thead><tbody></tbody></table>";
    document.querySelector("article").append(frame);
    vkTabel(frame);
    vkTabel(frame);
    for (const name of names) frame.querySelector("tbody").insertRow().insertCell().textContent = name;
}"""


def test_a_table_that_a_script_makes_is_sorted_as_dutch_names_are_and_searched(page: Page) -> None:
    page.evaluate(
        MAKE_TABLE,
        ["IJsselstein", "Zwolle", "'s-Hertogenbosch", "Ĳmuiden", "Haarlem", "'s-Gravenhage", "Ede", "’t Goy"],
    )
    later = page.locator("#later")
    cell = later.get_by_role("columnheader", name="Stad")
    cell.get_by_role("button").click()
    settled(cell, "ascending")
    names = later.locator("tbody tr:visible")
    assert names.all_inner_texts() == [
        "Ede",
        "’t Goy",
        "'s-Gravenhage",
        "Haarlem",
        "'s-Hertogenbosch",
        "Ĳmuiden",
        "IJsselstein",
        "Zwolle",
    ]
    page.get_by_label("Zoek een stad").fill("haar")
    assert names.all_inner_texts() == ["Haarlem"]


def test_searching_and_sorting_go_together(page: Page) -> None:
    field = page.get_by_label("Zoek een buurt").nth(1)
    field.fill("buurt")
    cell = heading(page, "lang", "Score")
    cell.get_by_role("button").click()
    settled(cell, "ascending")
    assert column(page, "lang") == ["Buurt 10", "Buurt 9"]
    field.fill("e")
    assert column(page, "lang") == ["Écluse", "’t Veld", "eiland"]
    field.fill("")
    assert len(column(page, "lang")) == 6


def test_evidence_is_sorted_too_and_keeps_its_citations(page: Page) -> None:
    cell = heading(page, "bewijs", "Jaar van de bron")
    cell.get_by_role("button").click()
    settled(cell, "ascending")
    assert column(page, "bewijs", 6) == ["2011", "2021", "2024", "–", "–"]
    heading(page, "bewijs", "Waar").get_by_role("button").click()
    settled(heading(page, "bewijs", "Waar"), "ascending")
    assert column(page, "bewijs", 5) == ["Almere", "Ede", "Utrecht", "–", "–"]
    links = frame(page, "bewijs").locator("tbody a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) == 5 and all(link.startswith("verantwoording.html#") for link in links)


def test_a_short_table_has_no_buttons_and_each_column_of_a_long_one_has(page: Page) -> None:
    assert frame(page, "kort").get_by_role("button").count() == 0
    assert frame(page, "lang").get_by_role("button").all_inner_texts() == list(BUURTEN)
    assert frame(page, "bewijs").get_by_role("button").count() == 7


def test_without_a_script_a_table_is_whole_and_plain(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=DESKTOP).new_page()
    page.goto(address)
    assert column(page, "lang") == BUURTEN.Buurt.tolist()
    assert page.locator(".vk-tabel-omslag button").count() == 0


def test_sorting_works_from_a_folder_without_a_server(browser: Browser, tables: Build) -> None:
    visit = open_page(browser, (tables.html / "amsterdam.html").as_uri(), DESKTOP)
    cell = heading(visit.page, "lang", "Woningen")
    cell.get_by_role("button").click()
    settled(cell, "ascending")
    assert column(visit.page, "lang") == SMALL_FIRST
    assert [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []


def test_the_mark_is_seen_on_screen_and_not_on_paper(page: Page) -> None:
    mark = "one => getComputedStyle(one, '::after').content"
    button = heading(page, "lang", "Score").get_by_role("button")
    assert button.evaluate(mark) == '""'
    page.emulate_media(media="print")
    assert button.evaluate(mark) == "none"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_is_seen_and_not_under_the_first_column(browser: Browser, address: str, theme: str) -> None:
    page = open_page(browser, address, PHONE, theme).page
    heading(page, "lang", "Type").get_by_role("button").focus()
    for text in ("Model", "Koop", "Lasten", "Score", "Woningen"):
        page.keyboard.press("Shift+Tab")
        button = heading(page, "lang", text).get_by_role("button")
        assert button.evaluate("one => one === document.activeElement && getComputedStyle(one).outlineStyle") == "solid"
        first = heading(page, "lang", "Buurt").bounding_box()
        assert button.bounding_box()["x"] >= first["x"] + first["width"]


@pytest.mark.parametrize("name", ["lang", "bewijs"])
def test_a_wide_table_scrolls_in_its_frame_on_a_phone(browser: Browser, address: str, name: str) -> None:
    page = open_page(browser, address, PHONE).page
    assert frame(page, name).evaluate("one => one.scrollWidth > one.clientWidth && one.clientWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
