"""‘Vind uw buurt’ in Debian's Chromium: found by keyboard, tapped on a phone, read in a table, shared by its address."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from book.citypage import city_page
from book.minibook import ENTRIES, Build, build, stage
from browsing import DESKTOP, PHONE, Visit, needs_chromium, open_page
from playwright.sync_api import Browser, Page, expect

from analysis import dutch
from analysis.choices import CRIME_SPAN
from analysis.figures.output import DATA_MIME
from analysis.paths import BOOK
from analysis.publication import register
from analysis.publication.numbers import Number
from analysis.publication.site import finder
from analysis.publication.site.serve import served
from analysis.publication.staging import figure_data

pytestmark = [pytest.mark.web, pytest.mark.xdist_group("finder"), needs_chromium]

PAGE = "vind-uw-buurt.html"
NOORD, ZUID, WIJK = "BU03440832", "BU03440831", "WK034408"
ONLY = ("GM0344", "GM0363", "GM0513", "GM0826")

# What a page that nobody searched on yet may weigh, of its own (issue 6).
FIRST_LOAD = 300_000

STEDEN = register.Entry("dekking.steden", "steden", Number("dekking.steden", 31, "steden", 31, "CBS"))


@pytest.fixture(scope="module")
def site_build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The mini-book with this page, the page of one city, and the figures of a few gemeenten."""
    source = stage(tmp_path_factory.mktemp("finder"))
    cities = [city_page(name) for name in ("Utrecht", "Amsterdam")]
    page = (BOOK / "vind-uw-buurt.md").read_text("utf-8").replace("(begrippen.md)", "(verantwoording.md)")
    page = page.replace("{keuze}`misdrijfjaren`", CRIME_SPAN)
    (source / "vind-uw-buurt.md").write_text(page, "utf-8")
    nbformat.write(sheet(cities[0].notebook), source / "stad-utrecht.ipynb")
    toc = yaml.safe_load((source / "_toc.yml").read_text("utf-8"))
    toc["chapters"] += [{"file": "vind-uw-buurt"}, {"file": "stad-utrecht"}]
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    register.save({entry.id: entry for entry in (*ENTRIES, STEDEN)}, source / "register.json")
    index = (source / "index.md").read_text("utf-8")
    (source / "index.md").write_text(f"{index}\n```{{zoekbuurt}}\n```\n", "utf-8")
    finder.write(cities, source / finder.FOLDER, only=ONLY)
    done = build(source)
    assert done.code == 0, done.log
    return done


def sheet(executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The page of a city with a title and the line that leads here."""
    notebook = nbformat.from_dict(executed)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("# Utrecht"))
    notebook.cells[1].metadata.tags = ["remove-input"]
    del notebook.cells[1].outputs[0].data[DATA_MIME], notebook.cells[1].outputs[1:]
    notebook.metadata = {"veerkracht": {"groep": "stad", "per_gemeente": True}}
    return notebook


@pytest.fixture(scope="module")
def site(site_build: Build) -> Iterator[str]:
    with served(site_build.html) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The page before anything is chosen; at the end nothing may have gone wrong or been asked of another host."""
    visit = open_page(browser, f"{site}{PAGE}", DESKTOP)
    yield visit.page
    silent(visit, site)
    visit.page.context.close()


def silent(visit: Visit, site: str) -> None:
    assert visit.complaints == []
    assert visit.requests and [url for url in visit.requests if not url.startswith((site, "data:"))] == []


def at(browser: Browser, site: str, code: str, size: dict[str, int] = DESKTOP, theme: str = "light") -> Visit:
    visit = open_page(browser, f"{site}{PAGE}#{code}", size, theme)
    heading(visit.page).wait_for()
    return visit


def heading(page: Page):
    return page.locator("#vk-kaartje-naam")


def field(page: Page):
    return page.get_by_role("combobox", name="Vind uw buurt, wijk of gemeente")


def options(page: Page, typed: str) -> list[str]:
    field(page).fill(typed)
    page.get_by_role("option").first.wait_for()
    return page.locator("#vk-zoek-lijst li strong").all_inner_texts()


# --- loading


def test_a_first_visit_loads_little_and_no_names_or_figures(browser: Browser, site: str, site_build: Build) -> None:
    visit = open_page(browser, f"{site}{PAGE}", DESKTOP)
    visit.page.wait_for_load_state("networkidle")
    silent(visit, site)
    paths = [url.removeprefix(site).split("?")[0] for url in visit.requests]
    assert [path for path in paths if path.startswith("_static/vind")] == [
        "_static/vind.css",
        "_static/vind.js",
        "_static/vind/maten.js",
    ]
    own = [path for path in paths if path == PAGE or "vind" in path]
    assert sum((site_build.html / path).stat().st_size for path in own) < FIRST_LOAD
    visit.page.context.close()


def test_no_other_page_loads_what_this_one_needs(browser: Browser, site: str) -> None:
    visit = open_page(browser, f"{site}amsterdam.html", DESKTOP)
    visit.page.wait_for_load_state("networkidle")
    assert [url for url in visit.requests if "vind" in url] == []
    home = open_page(browser, f"{site}index.html", DESKTOP)
    home.page.wait_for_load_state("networkidle")
    assert [url.split("?")[0].removeprefix(site) for url in home.requests if "vind" in url] == ["_static/vind.css"]


# --- finding


def test_a_buurt_is_found_by_keyboard_alone(page: Page) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if field(page).evaluate("one => one === document.activeElement"):
            break
    page.keyboard.type("kanaleneiland-n")
    expect(page.get_by_role("status").first).to_contain_text("1 gevonden")
    assert field(page).get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = field(page).get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")
    expect(heading(page)).to_be_focused()
    assert page.url.endswith(f"#{NOORD}")
    assert field(page).get_attribute("aria-expanded") == "false"


def test_all_buurten_of_one_name_are_told_apart(page: Page) -> None:
    found = options(page, "Kanaleneiland")
    assert found == ["Kanaleneiland-Noord", "Kanaleneiland-Zuid", "Kanaleneiland", "Bedrijvengebied Kanaleneiland"]
    where = page.locator("#vk-zoek-lijst li span").all_inner_texts()
    assert ["Oosterhout" in one for one in where] == [False, False, True, False]  # the largest city first
    field(page).press("Enter")  # of four, the reader chooses
    assert page.locator("#vk-zoek-lijst").is_visible() and "#" not in page.url
    page.get_by_role("option", name="Oosterhout").click()
    expect(heading(page)).to_have_text("Kanaleneiland")
    expect(page.locator(".vk-kaartje-waar")).to_contain_text("Oosterhout")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("den haag", "'s-Gravenhage"), ("DEN BOSCH", "'s-Hertogenbosch"), ("zuid kanaleneiland", "Kanaleneiland-Zuid"),
        ("kanaleneiland utrecht noord", "Kanaleneiland-Noord"), ("gravenhage", "'s-Gravenhage"), ("utrécht", "Utrecht"),
        ("sudwest frys", "Súdwest-Fryslân"), ("amster", "Amsterdam"), ("08 zuidwest", "Wijk 08 Zuidwest"),
    ],
)  # fmt: skip
def test_names_are_found_as_people_type_them(page: Page, typed: str, first: str) -> None:
    assert options(page, typed)[0] == first


@pytest.mark.parametrize(("typed", "meant", "first"), [
    ("kanaalijland", "Kanaleneiland", "Kanaleneiland-Noord"), ("overvegt", "Overvecht", "Overvecht"),
    ("utregt", "Utrecht", "Utrecht"),
    ("kanaleneilant utrecht", "kanaleneiland utrecht", "Kanaleneiland-Noord"),
])  # fmt: skip
def test_a_name_that_is_misspelt_leads_to_the_nearest(page: Page, typed: str, meant: str, first: str) -> None:
    found = options(page, typed)
    said = page.get_by_role("status").first
    expect(said).to_contain_text(f"Niets gevonden bij ‘{typed}’. Bedoelde u")
    assert meant.lower() in said.inner_text().lower() and any(first in one for one in found)
    field(page).press("Enter")  # a guess is not a choice
    assert "#" not in page.url and page.locator("#vk-zoek-lijst").is_visible()
    field(page).press("ArrowDown")
    field(page).press("Enter")
    expect(heading(page)).to_have_text(found[0])


def test_what_is_called_alike_in_one_city_stands_together(page: Page) -> None:
    options(page, "centrum")
    where = page.locator("#vk-zoek-lijst li span").all_inner_texts()
    cities = [one.rsplit(" in ", 1)[-1].rsplit(", ", 1)[-1] for one in where]
    assert cities[0] == "Eindhoven" and 5 < len(set(cities)) < len(cities)
    assert cities == sorted(cities, key=cities.index)


def test_the_whole_name_of_one_buurt_needs_no_choosing(page: Page) -> None:
    assert len(options(page, "kanaleneiland-zuid")) > 1
    field(page).press("Enter")
    expect(heading(page)).to_have_text("Kanaleneiland-Zuid")


def test_the_largest_city_comes_first_among_equals(page: Page) -> None:
    options(page, "centrum")
    status = page.get_by_role("status").first
    expect(status).to_contain_text("de eerste 40 staan in de lijst")
    assert page.get_by_role("option").count() == 40


def test_nothing_found_is_said_and_escape_closes_then_empties(page: Page) -> None:
    options(page, "utrecht")
    page.keyboard.press("Escape")
    assert not page.locator("#vk-zoek-lijst").is_visible() and field(page).input_value() == "utrecht"
    page.keyboard.press("Escape")
    assert field(page).input_value() == ""
    field(page).fill("qqqqqq")
    expect(page.get_by_role("status").first).to_contain_text("Niets gevonden bij ‘qqqqqq’. Probeer een deel")
    assert not page.locator("#vk-zoek-lijst").is_visible()


def test_the_form_on_another_page_leads_here(browser: Browser, site: str) -> None:
    visit = open_page(browser, f"{site}index.html", DESKTOP)
    expect(visit.page.locator(".vk-zoekbuurt")).to_contain_text("Bijvoorbeeld: Kanaleneiland")
    visit.page.get_by_label("Vind uw buurt, wijk of gemeente").fill("kanaleneiland")
    visit.page.get_by_role("button", name="Zoek", exact=True).click()
    expect(visit.page.get_by_role("option")).to_have_count(4)
    expect(field(visit.page)).to_be_focused()
    visit.page.get_by_role("option", name="Kanaleneiland-Zuid").click()
    expect(heading(visit.page)).to_have_text("Kanaleneiland-Zuid")
    assert visit.page.url == f"{site}{PAGE}#{ZUID}"
    visit.page.goto(f"{site}{PAGE}?zoek=Utrecht")  # a gemeente by its own name needs no choosing
    expect(heading(visit.page)).to_have_text("Utrecht")
    silent(visit, site)


# --- the card


def rows_of_city() -> dict[str, dict[str, str]]:
    text = figure_data(city_page("Utrecht"))["stad-utrecht/buurten.csv"]
    return {row["buurtcode"]: row for row in csv.DictReader(io.StringIO(text))}


def cells(page: Page) -> dict[str, str]:
    rows = page.locator("table.vk-cijfers tr").all()
    return {
        row.locator("th").inner_text().split("\n")[0]: row.locator("td").inner_text().replace("\n", " ") for row in rows
    }


def test_the_card_shows_the_numbers_of_the_city_page_in_dutch(browser: Browser, site: str) -> None:
    page = at(browser, site, NOORD).page
    row, shown = rows_of_city()[NOORD], cells(page)
    table = page.locator("table.vk-cijfers")
    value, low, high = (float(row[name]) for name in ("afwijking", "laag", "hoog"))
    assert shown["Afwijking van verwachting (2014–2020)"] == dutch.number(value, 2)
    decimals = 3 if min(abs(low), abs(high)) < 0.005 else 2  # an end that would read as zero
    expect(table).to_contain_text(f"marge van 95\u00a0%: {dutch.interval(low, high, decimals)};")
    all_ranks = sum(bool(one["rang"]) for one in rows_of_city().values())
    assert f"{row['rang']} van {all_ranks}" in shown.values()
    expect(table).to_contain_text(
        f"ergens tussen plaats {row['rang_laag']} en {row['rang_hoog']} van de {all_ranks} buurten met alle cijfers"
    )
    for year in (2014, 2018, 2020):
        assert shown[f"Veiligheid {year}"] == dutch.number(float(row[f"onv_{year}"]), 2)
    assert shown["Inwoners (2017)"] == dutch.number(float(row["inwoners_2017"]))
    assert page.locator(".vk-kaartje").get_by_text("CBS, KWB 2017").count() == 1  # sources stand once


UNDECIDED = "niet te onderscheiden"


def crosses(row: dict[str, str]) -> bool:
    return float(row["laag"]) < 0 < float(row["hoog"])


KINDS = {
    "zeker": lambda row: row["type"] not in ("", UNDECIDED) and not crosses(row),
    "waarschijnlijk": lambda row: row["type"] not in ("", UNDECIDED) and crosses(row),
    "onbekend": lambda row: row["type"] == UNDECIDED and crosses(row),
    "op de grens": lambda row: row["type"] == UNDECIDED and not crosses(row),
    "te klein": lambda row: not row["afwijking"] and row["inwoners_2017"] and 0 < float(row["inwoners_2017"]) < 500,
}


@pytest.mark.parametrize(("kind", "said", "unsaid"), [
    ("zeker", "Dat is zeker genoeg om te zeggen: de marge", "waarschijnlijk"),
    ("waarschijnlijk", "maar niet helemaal zeker: de marge", "zeker genoeg"),
    ("onbekend", "niet te onderscheiden van buurten in de stad met even veel", "zeker"),
    ("op de grens", "Daarom is zij op de kaart bleek", "waarschijnlijk"),
    ("te klein", "minder dan 500 inwoners", "zeker"),
])  # fmt: skip
def test_the_sentence_says_no_more_than_is_known(
    browser: Browser, site: str, kind: str, said: str, unsaid: str
) -> None:
    rows = rows_of_city()
    code = next(code for code, row in rows.items() if KINDS[kind](row))
    page = at(browser, site, code).page
    sentence = page.locator(".vk-kaartje-kern")
    expect(sentence).to_contain_text(said)
    expect(sentence).not_to_contain_text(unsaid)
    if kind in ("zeker", "waarschijnlijk"):
        side = "veiliger" if "veiliger" in rows[code]["type"] else "minder veilig"
        expect(sentence.locator("p").last).to_contain_text(f"{side} dan buurten in de stad")
    if page.locator(f"#vk-plek-{code}").count():  # the map says what the card says
        label = page.locator(f"#vk-plek-{code}").get_attribute("aria-label")
        assert (UNDECIDED in label) == (rows[code]["type"] == UNDECIDED)
        assert ("waarschijnlijk" in label) == (kind == "waarschijnlijk")


@pytest.mark.parametrize(("place", "said"), [
    (0, "In 2018 de minst veilige buurt van Utrecht"), (3, "In 2018 een van de minst veilige buurten van Utrecht"),
    (20, "In 2018 minder veilig dan de meeste buurten van Utrecht"), (53, "In 2018 ongeveer in het midden van Utrecht"),
    (-20, "In 2018 veiliger dan de meeste buurten van Utrecht"), (-1, "In 2018 de veiligste buurt van Utrecht"),
])  # fmt: skip
def test_the_card_first_says_where_the_buurt_stands_on_safety_itself(
    browser: Browser, site: str, place: int, said: str
) -> None:
    known = {code: float(row["onv_2018"]) for code, row in rows_of_city().items() if row["onv_2018"]}
    code = sorted(known, key=known.get)[place]
    first = at(browser, site, code).page.locator(".vk-kaartje-kern p").first
    expect(first).to_contain_text(said)
    expect(first).to_contain_text(f"van de {len(known)} buurten met een cijfer")
    if "dan de meeste" in said:
        beyond = sum(one < known[code] if place > 0 else one > known[code] for one in known.values())
        expect(first).to_contain_text(f"zijn er {beyond} nog")


def test_the_card_leads_to_where_to_start_and_says_whether_the_buurt_is_named_there(
    browser: Browser, site: str
) -> None:
    start = [
        row["buurtcode"]
        for row in csv.DictReader(io.StringIO(figure_data(city_page("Utrecht"))["stad-utrecht/begin.csv"]))
    ]
    rows = rows_of_city()
    shares = {code: float(row["pct_sociaal_minimum_2017"]) for code, row in rows.items() if row["afwijking"]}
    least = min(shares, key=shares.get)
    small = next(code for code, row in rows.items() if KINDS["te klein"](row))
    for code, said in (
        (start[0], f"bij de {len(start)} buurten om mee te beginnen"),
        (least, "zij heeft niet meer zeer lage inkomens dan de stad"),
        (max((code for code in shares if code not in start), key=shares.get), f"zijn er {len(start)} minder veilig"),
        (small, "zij had in 2017 minder dan 500 inwoners"),
    ):
        page = at(browser, site, code).page
        expect(page.locator(".vk-kaartje-eerst")).to_contain_text(said)
        link = page.get_by_role("link", name="Waar beginnen in Utrecht?")
        assert link.get_attribute("href") == "stad-utrecht.html#waar-beginnen"
        page.context.close()
    city = at(browser, site, "GM0344").page
    top = city.get_by_role("link", name="Waar beginnen in Utrecht?").bounding_box()["y"]
    assert top < city.locator("table.vk-cijfers").bounding_box()["y"]


def test_a_small_gemeente_says_that_it_has_no_page_of_its_own(browser: Browser, site: str) -> None:
    visit = at(browser, site, "GM0513")
    card = visit.page.locator(".vk-kaartje")
    expect(card).to_contain_text("Gouda heeft geen stadsblad: dat is er voor gemeenten met 100.000 inwoners of meer")
    expect(card).to_contain_text('python -m analysis run stadsblad --gemeente "Gouda"')
    assert visit.page.get_by_role("radio").count() == 2
    silent(visit, site)


def test_a_city_shows_the_key_figures_of_its_page_and_how_many_are_sure(browser: Browser, site: str) -> None:
    page = at(browser, site, "GM0344").page
    assert cells(page) == {"Inwoners (2017)": "343.038", "Koopwoningen (%)": "–"}
    expect(page.locator("table.vk-cijfers")).to_contain_text("midden van de grote steden: 160.000; plaats 4 van 31")
    kinds = [row["type"] for row in rows_of_city().values() if row["type"]]
    safer = sum("veiliger" in kind for kind in kinds)
    undecided = kinds.count("niet te onderscheiden")
    said = page.locator(".vk-kaartje-kern")
    expect(said).to_contain_text(f"{safer} van de {len(kinds)} buurten met alle cijfers")
    expect(said).to_contain_text(
        f"Minder veilig: {len(kinds) - safer - undecided}. Van {undecided} is het niet te zeggen"
    )


def test_a_wijk_leads_to_its_buurten_and_its_city_to_the_wijk(browser: Browser, site: str) -> None:
    page = at(browser, site, WIJK).page
    page.locator(".vk-kaartje").get_by_role("link", name="Kanaleneiland-Noord").click()
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")
    page.locator(".vk-kaartje-waar").get_by_role("link", name="Utrecht").click()
    expect(heading(page)).to_have_text("Utrecht")
    page.locator(".vk-kaartje").get_by_role("link", name="Wijk 08 Zuidwest").click()
    expect(heading(page)).to_have_text("Wijk 08 Zuidwest")


def test_the_page_of_a_city_leads_here(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}stad-utrecht.html", DESKTOP).page
    page.get_by_role("link", name="Alle 110 buurten van Utrecht").click()
    expect(heading(page)).to_have_text("Utrecht")
    expect(heading(page)).to_be_in_viewport()
    assert page.locator("span#GM0344").count() == 1  # a real place, also without a script


# --- the map


def test_a_tap_on_a_phone_tells_and_a_button_opens_the_card(browser: Browser, site: str) -> None:
    context = browser.new_context(
        viewport=PHONE, has_touch=True, reduced_motion="reduce"
    )  # nothing moves under the finger
    context.add_init_script("localStorage.mode = localStorage.theme = 'light'")
    visit = Visit(context.new_page())
    visit.page.goto(f"{site}{PAGE}#GM0344")
    expect(visit.page.get_by_text("Met het toetsenbord")).to_be_hidden()
    tip = visit.page.locator(".vk-tip")
    for code, name in ((NOORD, "Kanaleneiland-Noord"), (ZUID, "Kanaleneiland-Zuid")):
        place = visit.page.locator(f"#vk-plek-{code}")
        place.scroll_into_view_if_needed()
        place.tap()
        expect(tip).to_contain_text(name)
        expect(tip).to_contain_text("Afwijking van verwachting: ")
        assert visit.page.url.endswith("#GM0344")  # what was chosen stays
        expect(place).to_be_in_viewport()
    tip.get_by_role("button", name="Bekijk").tap()
    expect(heading(visit.page)).to_have_text("Kanaleneiland-Zuid")
    expect(tip).to_be_hidden()
    expect(heading(visit.page)).to_be_in_viewport()
    # Beside a dot counts too; with a mouse, because for a finger Chromium itself looks for what is near.
    visit.page.locator(".vk-plaat").scroll_into_view_if_needed()
    box = visit.page.locator(f"#vk-plek-{NOORD}").bounding_box()
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] - 4)
    expect(heading(visit.page)).to_have_text("Kanaleneiland-Noord")
    silent(visit, site)
    context.close()


def test_pointing_tells_what_it_is(browser: Browser, site: str) -> None:
    page = at(browser, site, "GM0344").page
    page.locator(f"#vk-plek-{NOORD}").hover()
    expect(page.locator(".vk-tip")).to_contain_text("Kanaleneiland-Noord")
    expect(page.locator(".vk-tip")).to_contain_text("Afwijking van verwachting: ")
    page.mouse.move(5, 5)
    expect(page.locator(".vk-tip")).to_be_hidden()


@pytest.mark.parametrize("code", ["GM0344", "GM0363"])
def test_the_map_is_one_stop_and_arrows_walk_over_it(browser: Browser, site: str, code: str) -> None:
    page = at(browser, site, code).page
    assert page.locator(".vk-plek[tabindex='0']").count() == 1
    page.locator(".vk-plek[tabindex='0']").focus()
    seen = set()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "PageDown", "PageDown", "Home", "End"):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.id")
        assert focused.startswith("vk-plek-") and page.locator(".vk-plek[tabindex='0']").count() == 1
        seen.add(focused)
    assert len(seen) > 4
    label = page.locator(f"#{focused}").get_attribute("aria-label")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(label.rsplit(": ", 1)[0])
    assert page.locator(f"#{focused}").get_attribute("aria-selected") == "true"


def test_every_buurt_with_a_place_is_on_the_map_with_its_name_and_value(browser: Browser, site: str) -> None:
    page = at(browser, site, "GM0363").page
    labels = page.locator(".vk-plek").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert len(labels) > 400 and all(": " in label for label in labels)
    colours = page.locator(".vk-plek > *").evaluate_all("all => [...new Set(all.map(one => one.getAttribute('fill')))]")
    assert "var(--vk-kleur-geen)" in colours and len(colours) > 6  # five classes, paler ones, and no figure


COLOURS = """() => {
    const seen = [...document.querySelectorAll('.vk-plek > *')].map(one => getComputedStyle(one).fill);
    return [getComputedStyle(document.querySelector('.vk-wijk, .vk-omtrek')).fill, getComputedStyle(document.body).backgroundColor, [...new Set(seen)]];
}"""


def luminance(colour: str) -> float:
    parts = [int(one) / 255 for one in re.findall(r"\d+", colour)[:3]]
    return sum(
        w * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
        for w, v in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


@pytest.mark.parametrize("measure", ["afwijking", "onv", "inkomen"])
def test_in_the_dark_every_class_stands_out_and_the_middle_is_not_the_brightest(
    browser: Browser, site: str, measure: str
) -> None:
    page = at(browser, site, f"GM0363&maat={measure}", theme="dark").page
    _, ground, colours = page.evaluate(COLOURS)
    assert len(colours) >= 6
    assert all((luminance(one) + 0.05) / (luminance(ground) + 0.05) >= 3 for one in colours), (ground, colours)
    page.emulate_media(media="print")  # paper is white, also for who reads in the dark
    assert page.evaluate(COLOURS)[2] != colours


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_reads_as_a_limit_has_the_colour_of_its_class(browser: Browser, site: str, theme: str) -> None:
    page = at(browser, site, "GM0344&maat=onv", theme=theme).page
    classes = page.locator(".vk-plek").evaluate_all(
        "all => all.map(one => [one.getAttribute('aria-label').split(': ')[1], one.firstChild.getAttribute('fill')])"
    )
    seen = {text: fill for text, fill in classes}
    assert len(seen) > 10 and all(seen[text] == fill for text, fill in classes)  # one text, one colour
    limits = (-0.1, -0.03, 0.03, 0.1)
    for text, fill in seen.items():
        if text != "geen cijfer":
            value = float(text.replace(",", ".").replace("−", "-"))
            assert fill == f"var(--vk-kleur-onv-{sum(value >= limit for limit in limits)})"


OVERLAPS = """() => {
    const boxes = (what) => [...document.querySelectorAll(what)].map(one => one.getBoundingClientRect());
    const meet = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    const names = boxes('.vk-wijknamen text');
    // The box of a letter is higher than the letter.
    const slim = names.map(one => new DOMRect(one.x + 3, one.y + 3, one.width - 6, one.height - 6));
    return [names.length, slim.flatMap((one, k) => [...boxes('.vk-plek > circle'), ...slim.slice(k + 1)].filter(other => meet(one, other))).length];
}"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_names_of_wijken_meet_no_dot_and_not_each_other(browser: Browser, site: str, size: dict[str, int]) -> None:
    page = at(browser, site, "GM0513", size).page
    page.locator(".vk-wijknamen text").first.wait_for()
    shown, overlapping = page.evaluate(OVERLAPS)
    assert shown >= 2 and overlapping == 0


def test_another_measure_colours_the_map_and_stays_in_the_address(browser: Browser, site: str) -> None:
    visit = at(browser, site, NOORD)
    page = visit.page
    before = page.locator(f"#vk-plek-{NOORD} > *").get_attribute("fill")
    page.get_by_label("Zeer laag inkomen 2017").check()
    assert page.url.endswith(f"#{NOORD}&maat=inkomen")
    assert page.locator(f"#vk-plek-{NOORD} > *").get_attribute("fill") != before
    expect(page.locator(".vk-legenda")).to_contain_text("16 of meer: veel")
    page.locator(f"#vk-plek-{ZUID}").click()
    expect(heading(page)).to_have_text("Kanaleneiland-Zuid")
    assert page.url.endswith(f"#{ZUID}&maat=inkomen")
    again = at(browser, site, f"{ZUID}&maat=inkomen").page
    assert again.get_by_label("Zeer laag inkomen 2017").is_checked()
    silent(visit, site)


def test_a_larger_map_scrolls_in_its_own_frame(browser: Browser, site: str) -> None:
    page = at(browser, site, NOORD, PHONE).page
    hint = page.get_by_text("Sleep haar om de rest te zien")
    expect(hint).to_be_hidden()
    page.get_by_role("button", name="Grotere kaart").click()
    expect(hint).to_be_visible()
    frame = page.locator(".vk-plaat-vak")
    assert frame.evaluate("one => one.scrollWidth > 2 * one.clientWidth && one.clientWidth <= innerWidth")
    expect(page.locator(f"#vk-plek-{NOORD}")).to_be_in_viewport()


def test_a_mouse_drags_a_larger_map_without_choosing(browser: Browser, site: str) -> None:
    page = at(browser, site, NOORD).page
    page.get_by_role("button", name="Grotere kaart").click()
    frame = page.locator(".vk-plaat-vak")
    frame.scroll_into_view_if_needed()
    before, box = frame.evaluate("one => one.scrollLeft"), frame.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=5)
    page.mouse.up()
    assert frame.evaluate("one => one.scrollLeft") == pytest.approx(before + 100, abs=2)
    assert page.url.endswith(f"#{NOORD}")


# --- the table


def test_the_table_holds_all_buurten_sorts_and_opens_a_card(browser: Browser, site: str) -> None:
    page = at(browser, site, "GM0344").page
    frame = page.locator(".vk-uitkomst .vk-tabel-omslag")
    assert frame.locator("tbody tr").count() == len(rows_of_city())
    frame.get_by_role("columnheader", name="Afwijking van verwachting").get_by_role("button").click()
    frame.locator("th[aria-sort='ascending']").wait_for()
    page.wait_for_timeout(50)
    known = {row["buurtnaam"]: float(row["afwijking"]) for row in rows_of_city().values() if row["afwijking"]}
    shown = frame.locator("tbody th").all_inner_texts()
    assert shown[0] == min(known, key=known.get) and shown[-1] not in known
    page.get_by_label("Zoek een buurt in deze tabel").fill("kanaleneiland-z")
    frame.locator("tbody tr:visible").get_by_role("link").click()
    expect(heading(page)).to_have_text("Kanaleneiland-Zuid")
    assert frame.locator("tr.vk-gekozen").count() == 1


# --- the address


def test_back_and_forward_walk_through_what_was_chosen(page: Page) -> None:
    page.goto(f"{page.url}#{NOORD}")
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")
    page.locator(".vk-kaartje-waar").get_by_role("link", name="Utrecht").click()
    expect(heading(page)).to_have_text("Utrecht")
    page.go_back()
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")
    page.go_back()
    expect(heading(page)).to_be_hidden()
    page.go_forward()
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")


def test_the_field_no_longer_tells_of_a_buurt_that_is_left(page: Page) -> None:
    status = page.locator(".vk-zoek-stand")
    for leave in (page.go_back, page.locator(".vk-kaartje-waar").get_by_role("link", name="Utrecht").click):
        options(page, "kanaleneiland-zuid")
        field(page).press("Enter")
        expect(heading(page)).to_have_text("Kanaleneiland-Zuid")
        expect(status).to_have_text("Gekozen: Kanaleneiland-Zuid, buurt in Wijk 08 Zuidwest, Utrecht.")
        page.get_by_label("Zeer laag inkomen 2017").check()  # still the same buurt
        expect(status).to_contain_text("Gekozen: Kanaleneiland-Zuid")
        leave()
        expect(status).to_contain_text("Bijvoorbeeld: ")
        assert field(page).input_value() == ""


def test_the_link_to_a_buurt_can_be_copied(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site}{PAGE}#{NOORD}")
    page.get_by_role("button", name="Kopieer de link naar deze buurt").click()
    page.get_by_text("Gekopieerd.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    context.close()


@pytest.mark.parametrize("code", ["GM9999", "BU03449999"])
def test_an_address_of_nothing_is_told(browser: Browser, site: str, code: str) -> None:
    page = open_page(browser, f"{site}{PAGE}#{code}", DESKTOP).page
    expect(page.get_by_role("alert")).to_be_visible()
    field(page).fill("kanaleneiland-n")
    page.get_by_role("option").first.click()
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")


def test_the_list_of_cities_leads_to_the_map(page: Page) -> None:
    page.locator(".vk-vind-steden").get_by_role("link", name="Utrecht").click()
    expect(heading(page)).to_have_text("Utrecht")


# --- without a server, without a script, for everyone


def test_it_works_from_a_folder_without_a_server(browser: Browser, site_build: Build) -> None:
    visit = open_page(browser, (site_build.html / PAGE).as_uri(), DESKTOP)
    assert options(visit.page, "kanaleneiland-n") == ["Kanaleneiland-Noord"]
    visit.page.keyboard.press("Enter")
    expect(heading(visit.page)).to_have_text("Kanaleneiland-Noord")
    assert visit.page.locator(".vk-plek").count() > 80
    visit.page.get_by_role("radio", name="Veiligheid 2018").check()
    visit.page.go_back()
    expect(heading(visit.page)).to_be_hidden()
    assert visit.complaints == []
    assert [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []


def test_the_form_works_from_a_folder_without_a_server(browser: Browser, site_build: Build) -> None:
    page = open_page(browser, (site_build.html / "index.html").as_uri(), DESKTOP).page
    page.get_by_label("Vind uw buurt, wijk of gemeente").fill("kanaleneiland")
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Kanaleneiland-Noord").click()
    expect(heading(page)).to_have_text("Kanaleneiland-Noord")


def test_without_a_script_the_page_says_so_and_lists_the_cities(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    expect(page.get_by_text("Zoeken en de kaart vragen JavaScript.")).to_be_visible()
    page.locator(".vk-vind-steden").get_by_role("link", name="Utrecht").click()
    page.wait_for_url("**/stad-utrecht.html")
    context.close()


@pytest.mark.parametrize("code", ["", NOORD, "GM0363", "GM0513", WIJK])
def test_fits_a_phone(browser: Browser, site: str, code: str) -> None:
    page = at(browser, site, code, PHONE).page if code else open_page(browser, f"{site}{PAGE}", PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


SERIOUS = ("serious", "critical")


@pytest.mark.parametrize(("code", "theme"), [
    ("", "light"), ("", "dark"), (NOORD, "light"), (NOORD, "dark"), ("GM0513", "dark"),
    pytest.param("GM0363", "light", marks=pytest.mark.slow), pytest.param("GM0363", "dark", marks=pytest.mark.slow),
])  # fmt: skip
def test_axe_finds_nothing_serious(browser: Browser, site: str, code: str, theme: str) -> None:
    page = (
        at(browser, site, code, DESKTOP, theme).page
        if code
        else open_page(browser, f"{site}{PAGE}", DESKTOP, theme).page
    )
    if not code:
        options(page, "kanaleneiland")
    # The shell around the text has tests of its own.
    found = Axe().run(
        page, context=".bd-article", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert [
        (one["id"], one["nodes"][0]["html"]) for one in found.response["violations"] if one["impact"] in SERIOUS
    ] == []


def test_only_what_is_needed_is_written(site_build: Build) -> None:
    assert sorted(path.stem for path in Path(site_build.html, "_static", "vind").glob("GM*.js")) == sorted(ONLY)
