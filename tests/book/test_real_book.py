"""The real book, built whole: its numbers against a count of their own, and its pages as readers get them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import paths
from analysis.dataset import store
from analysis.measures.sample import big_cities
from analysis.publication.build import chapter_names, page_name, tasks
from analysis.publication.site import finder, links, readability, scripts

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("book")]

SHEETS = [task.output.stem for task in tasks() if task.parameters]
# Reading level: the heaviest page scores 66 (Verantwoording), and one in twenty-five of its sentences is long. These leave room for a
# page that must name many things, and none for a page that slides.
LEAST_SCORE = 60
MOST_LONG = 10  # % of the sentences with more than 25 words
MOST_WORDS = 35  # in one sentence

OTHER_PAGES = [
    "index",
    "verantwoording",
    "begrippen",
    "bronnen",
    "onderzoeksplan",
    "steden",
    "zelf-herhalen",
    "vind-uw-buurt",
    "wat-is-er-nieuw",
]


@pytest.fixture(scope="module")
def book(real_book):
    return real_book.html, real_book.register, real_book.said


@pytest.fixture(scope="module")
def amsterdam():
    """Amsterdam straight from the CSV, without a line of the project's own code."""
    table = pd.read_csv(paths.DATA / "buurten.csv")
    own = table[(table.gemeentecode == "GM0363") & (table.inwoners_2017 >= 200)]
    return own.dropna(subset=["onv_2018", "pct_sociaal_minimum_2017"])


def test_the_slope_of_amsterdam_comes_out_of_a_count_by_hand(book, amsterdam):
    _, register, _ = book
    root = np.sqrt(amsterdam.inwoners_2017.to_numpy())
    design = np.column_stack([np.ones(len(amsterdam)), amsterdam.pct_sociaal_minimum_2017]) * root[:, None]
    slope = np.linalg.lstsq(design, amsterdam.onv_2018.to_numpy() * root, rcond=None)[0][1]
    assert register["amsterdam.helling"]["value"] == pytest.approx(slope, rel=1e-9)
    assert register["amsterdam.n"]["value"] == len(amsterdam)
    assert register["steden.GM0363.helling"]["value"] == pytest.approx(slope, rel=1e-9)


def test_the_headline_of_amsterdam_is_the_estimand_of_the_plan_on_every_page(book):
    """One number under two ids, and the first page and the chapter tell that one before the straight line."""
    html, register, _ = book
    for own, among in (("afgeleide10", "amsterdam.afgeleide10"), ("misdrijven.afgeleide10", "misdrijven.amsterdam.afgeleide10")):
        first, second = register[f"amsterdam.{own}"], register[f"steden.{among}"]
        assert [first[part] for part in ("value", "low", "high", "n")] == pytest.approx(
            [second[part] for part in ("value", "low", "high", "n")]
        )
    for page, line in (("index", "helling10-hoofd"), ("amsterdam", "helling10-hoofd"), ("summary", "misdrijven-verschil10")):
        links = BeautifulSoup((html / f"{page}.html").read_text("utf-8"), "html.parser").select("article a.getal")
        told = [link["href"].partition("#getal-amsterdam-")[2] for link in links]
        headline = line.replace("helling10-hoofd", "afgeleide10").replace("verschil10", "afgeleide10")
        assert told.index(headline) < told.index(line), page


def test_every_big_city_and_the_coverage_stand_in_the_register(book):
    _, register, _ = book
    cities = [name for name in register if re.fullmatch(r"steden\.GM\d{4}\.helling", name)]
    assert len(cities) == 31
    science = (
        "steden.gepoold.afgeleide", "steden.nieuwe_stad.helling", "steden.tau", "overdracht.r2", "overdracht.kalibratie",
        "los.r2", "los.r2.naief.stad", "oordeel.geldt", "oordeel.richting", "oordeel.niet", "oordeel.niet_te_zeggen",
        "context.getoetst", "context.overeind", "wie.levensfase.eerst", "wie.inkomensmix.laatst", "moran.i",
        "plafond.onv", "plafond.soc", "plafond.misdrijven", "misdrijven.amsterdam.samenhang", "specificatie.aantal",
        "plasmode.interactie.vals_positief",
    )  # fmt: skip
    assert set(science) <= set(register)
    for name in ("steden.gepoold.helling", "dekking.nederland", "dekking.grote_steden", "amsterdam.r2"):
        assert name in register
    assert all(row["source"] and row["unit"] and row["n"] >= 0 for row in register.values())


def test_a_number_on_the_page_is_the_number_of_the_register(book):
    html, register, _ = book
    page = BeautifulSoup((html / "amsterdam.html").read_text("utf-8"), "html.parser")
    links = page.select("a.getal[href$='#getal-amsterdam-helling']")
    assert links
    shown = {
        float(link.get_text().replace("−", "-").replace(",", ".")) for link in links if "tot" not in link.get_text()
    }
    assert shown == {round(register["amsterdam.helling"]["value"], 4)}


def test_no_page_shows_a_placeholder_or_an_empty_number(book):
    html, *_ = book
    for name in [*chapter_names(), *SHEETS, *OTHER_PAGES, "summary"]:
        text = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser").select_one("main").get_text()
        assert not re.search(r"\{(getal|tekst|keuze|cite:?\w*)\}`|\bnan\b|\bNone\b|onbekend punten", text), name


def test_every_figure_has_alt_text_and_its_data_one_click_away(book):
    html, *_ = book
    for name in [*chapter_names(), *SHEETS]:
        page = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
        figures = page.select("main figure")
        assert figures or page.select(".vk-tabel-titel"), name
        for figure in figures:
            assert len(figure.img["alt"]) > 60
        downloads = page.select(".vk-downloads")
        assert len(downloads) == len(figures)
        for figure, offered in zip(figures, downloads, strict=True):
            png, svg, csv = (link["href"] for link in offered.select("a[download]"))
            assert png == figure.img["src"]
            assert (html / svg).read_text("utf-8").startswith("<?xml")
            assert len(pd.read_csv(html / csv))
        for link in page.select(".vk-tabel-titel a"):
            assert len(pd.read_csv(html / link["href"]))


def test_under_each_figure_and_table_stands_how_it_was_made(book):
    html, *_ = book
    for name in [*chapter_names(), *SHEETS]:
        page = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
        made = page.select("details.vk-gemaakt")
        assert len(made) == len({Path(link["href"]).name for link in page.select("main a[href$='.csv']")})
        for one in made:
            assert one.summary.get_text().strip() == "Zo is dit gemaakt"
            assert (html / one.select_one("a[download]")["href"]).exists()
            file, code = (
                one.select_one("li code:-soup-contains('analysis/')").get_text(),
                one.select_one("pre").get_text(),
            )
            function = one.find("strong", string="Functie").find_next("code").get_text()
            assert (
                re.search(rf"^(def|class) {function}\b", (paths.ROOT / file).read_text("utf-8"), re.M)
                and f".{function}(" in code
            )
            assert "python -m analysis run" in one.get_text()


def test_progress_is_told_while_chapters_run(book):
    _, _, said = book
    assert sum(bool(re.search(r"\d/\d+ ", line)) for line in said) == len(chapter_names()) + len(SHEETS)


def test_every_big_city_has_a_page_and_can_be_chosen_by_name(book):
    html, *_ = book
    links = BeautifulSoup((html / "steden.html").read_text("utf-8"), "html.parser").select("ul.vk-steden a")
    chosen = {link["href"]: link.get_text() for link in links}
    cities = big_cities(store.read("gemeenten")).gemeentenaam
    assert set(chosen) == {f"{page_name('stad', city)}.html" for city in cities}
    for page, label in chosen.items():
        title = BeautifulSoup((html / page).read_text("utf-8"), "html.parser").select_one("main h1")
        assert title.get_text().startswith(label), page
    names = [name.removeprefix("'s-") for name in chosen.values()]
    assert names == sorted(names)


def test_each_page_of_a_city_is_about_that_city_and_names_it_in_the_register(book):
    html, register, _ = book
    codes = {row["chapter"]: name.split(".")[1] for name, row in register.items() if name.startswith("stad.")}
    assert len(set(codes.values())) == len(codes)
    assert set(codes) <= set(SHEETS)
    for name, city in zip(SHEETS, big_cities(store.read("gemeenten")).itertuples(), strict=True):
        title = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser").select_one("main h1")
        assert city.gemeentenaam in title.get_text()
        assert codes.get(name, city.Index) == city.Index


def test_the_finder_has_every_gemeente_and_the_numbers_of_every_city_page(book):
    html, *_ = book
    gemeenten = store.read("gemeenten")
    assert {path.stem for path in (html / finder.FOLDER).glob("GM*.js")} == set(gemeenten.index)
    for code, city in big_cities(gemeenten).iterrows():
        _, data = scripts.read(html / finder.FOLDER / f"{code}.js")
        table = pd.read_csv(html / data["csv"], index_col="buurtcode")
        assert data["blad"] == page_name("stad", city.gemeentenaam) and list(data["buurten"]) == list(table.index)
        place = data["buurtkolommen"].index("afwijking")
        told = {key: row[place] for key, row in data["buurten"].items() if len(row) > place and row[place] is not None}
        assert told == table.afwijking.dropna().to_dict(), city.gemeentenaam
        page = BeautifulSoup((html / f"{data['blad']}.html").read_text("utf-8"), "html.parser")
        assert page.select_one(f"a[href='vind-uw-buurt.html#{code}']")


def test_figures_are_counted_anew_on_each_page_of_a_city_and_go_on_after_them(book):
    html, *_ = book
    pages = {name: BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
             for name in [*chapter_names(), *SHEETS]}  # fmt: skip
    counted = {name: [int(re.search(r"\d+", number.get_text())[0]) for number in page.select("figcaption .caption-number")]
               for name, page in pages.items()}  # fmt: skip
    for name in SHEETS:
        assert counted[name] == list(range(1, len(counted[name]) + 1)), name
    through = [number for name in chapter_names() for number in counted[name]]
    assert through == list(range(1, len(through) + 1))


def test_every_link_within_the_book_leads_somewhere(book):
    html, *_ = book
    assert len(links.external(html)) > 20
    assert [str(one) for one in links.internal(html)] == []


def test_no_page_is_heavier_to_read_than_agreed(book):
    html, *_ = book
    table = readability.measure(html)
    assert set(chapter_names()) <= set(table.index)
    heavy = table[(table.score < LEAST_SCORE) | (table.lange_zinnen > MOST_LONG)]
    shorten = [f"{len(one.words)} woorden, {one.page}: {one.text}" for one in readability.longest(html, 300)
               if (one.page in heavy.index and len(one.words) > readability.LONG_SENTENCE) or len(one.words) > MOST_WORDS]  # fmt: skip
    assert shorten == [], "kort deze zinnen in"
    assert heavy.empty, heavy.score
# Links to the glossary in one paragraph, of up to eight sentences: with more, a reader sees dots instead of a sentence.
CALM = 8


def test_every_term_is_linked_from_some_page_and_at_most_once_from_each(book):
    html, *_ = book
    entries = set(_entries(html))
    assert len(entries) > 50
    linked = set()
    for path in html.glob("*.html"):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        links = [link["href"].partition("#")[2] for link in page.select("article a.begrip")]
        assert len(links) == len(set(links)), path.name
        assert set(links) <= entries, path.name
        assert all(len(paragraph.select("a.begrip")) <= CALM for paragraph in page.select("article p")), path.name
        linked.update(links)
    assert entries - linked == set()


def _entries(html):
    """The anchor of each entry of the glossary: that of the first of its names."""
    page = BeautifulSoup((html / "begrippen.html").read_text("utf-8"), "html.parser")
    for explanation in page.select("dl.glossary > dd"):
        *_, first = [explanation.find_previous_sibling("dt"), *_names_above(explanation.find_previous_sibling("dt"))]
        yield first["id"]


def _names_above(name):
    while (name := name.find_previous_sibling()) is not None and name.name == "dt":
        yield name


def test_every_page_has_a_description_a_picture_and_a_foot_that_says_how_to_cite_it(book):
    html, *_ = book
    for name in [*chapter_names(), *SHEETS, *OTHER_PAGES, "summary"]:
        page = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
        described = page.select_one("meta[name=description]")["content"]
        assert 60 < len(described) <= 155 and "{" not in described, name
        assert (html / page.select_one("meta[property='og:image']")["content"]).exists(), name
        assert page.select_one(".vk-citeren details pre").get_text().startswith("@"), name
    utrecht = BeautifulSoup((html / "stad-utrecht.html").read_text("utf-8"), "html.parser")
    assert utrecht.select_one("meta[name=description]")["content"].startswith("Utrecht op één blad")
