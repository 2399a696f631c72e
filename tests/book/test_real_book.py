"""The real book, built whole: its numbers against a count of their own, and its pages as readers get them."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from book.test_shell import ENGLISH, words_of_shell
from bs4 import BeautifulSoup

from analysis import paths
from analysis.publication.build import build_book, chapter_names

pytestmark = [pytest.mark.book, pytest.mark.slow, pytest.mark.xdist_group("book")]


@pytest.fixture(scope="module")
def book():
    said = []
    html = build_book(said.append)
    return html, {row["id"]: row for row in json.loads(paths.REGISTER.read_text("utf-8"))}, said


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
    for name in [*chapter_names(), "index", "summary", "verantwoording", "begrippen", "bronnen", "onderzoeksplan"]:
        text = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser").select_one("main").get_text()
        assert not re.search(r"\{(getal|tekst|keuze|cite:?\w*)\}`|\bnan\b|\bNone\b|onbekend punten", text), name


def test_every_figure_has_alt_text_and_its_data_one_click_away(book):
    html, *_ = book
    for name in chapter_names():
        page = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
        figures = page.select("main figure")
        assert figures or page.select(".vk-tabel-titel"), name
        for figure in figures:
            assert len(figure.img["alt"]) > 60
            link = figure.select_one("figcaption a.download")
            assert len(pd.read_csv(html / link["href"]))
        for link in page.select(".vk-tabel-titel a"):
            assert len(pd.read_csv(html / link["href"]))


def test_progress_is_told_while_chapters_run(book):
    _, _, said = book
    assert sum(bool(re.search(r"\d/\d ", line)) for line in said) == len(chapter_names())


def test_no_chapter_page_shows_an_english_interface_word(book):
    html, *_ = book
    for name in [*chapter_names(), "index", "verantwoording", "begrippen", "bronnen", "onderzoeksplan"]:
        page = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
        found = [
            text
            for text in words_of_shell(page)
            if ENGLISH.search(text) and "Summary" not in text and "http" not in text
        ]
        assert found == [], name


def test_no_page_asks_another_host_for_anything(book):
    html, *_ = book
    for page in html.glob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        loaded = [
            tag.get("src") or tag.get("href") for tag in soup.select("script[src], img[src], link[rel=stylesheet]")
        ]
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == [], page.name
