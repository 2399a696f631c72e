"""The shell of the book on a real mini-book: Dutch, self-contained, and each number linked to its source."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from book.minibook import ALT, PAGES, Build, build, stage
from bs4 import BeautifulSoup, Comment, Tag

from analysis.intervals import KINDS
from analysis.publication.register import anchor
from analysis.publication.sphinx_extension import NOT_STAGED

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("minibook")]

# Interface words that Sphinx, the theme and its extensions leave in English when nobody translates them.
# Left out are "Home" and "Type", which are Dutch as well.
ENGLISH = re.compile(
    r"\b(Search\w*|Previous|Next|Contents|On this page|Skip to|Back to top|Toggle|Copy|Copied|Copyright|"
    r"Print to|Download (this|source|notebook)|Click to|Show (code|source)|Hide|Light|Dark|System Settings|"
    r"Color mode|Theme by|By the|Link to this|Permalink|Main|Page|Site navigation|Section Navigation|"
    r"Version warning|Announcement|Fullscreen|Created using|Last updated|Note|Warning|Important|Figure|Fig\.|"
    r"Table|Error|activate|Collapse|Expand)\b",
    re.IGNORECASE,
)
READ_ALOUD = ("aria-label", "title", "alt", "placeholder", "data-bs-title", "data-tooltip")
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


def words_of_shell(page: BeautifulSoup) -> list[str]:
    """All that a reader sees or hears, but for texts that are marked as English."""
    for english in page.select('[lang="en"], script, style'):
        english.decompose()
    texts = [str(text).strip() for text in page.find_all(string=lambda text: not isinstance(text, Comment))]
    spoken = [tag[name] for tag in page.find_all(True) for name in READ_ALOUD if tag.has_attr(name)]
    return [text for text in texts + spoken if text]


def plain(tag: Tag) -> str:
    """The text of a tag with every kind of white space as one space."""
    return " ".join(tag.get_text().split())


def number_links(page: BeautifulSoup, number_id: str) -> list[Tag]:
    """The links in a page to one number."""
    return page.select(f'article a.getal[href$="#{anchor(number_id)}"]')


def test_builds_without_warning(mini_book: Build) -> None:
    assert mini_book.code == 0, mini_book.log
    assert "WARNING" not in mini_book.log


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_page_is_dutch(mini_book: Build, name: str) -> None:
    page = mini_book.page(name)
    assert page.html["lang"] == "nl"
    found = [text for text in words_of_shell(page) if ENGLISH.search(text) and text != "Summary"]
    assert not found


def test_search_script_and_copy_button_speak_dutch(mini_book: Build) -> None:
    translations = (mini_book.html / "_static/translations.js").read_text(encoding="utf-8")
    assert "Zoekresultaten" in translations and "Gevonden: ${resultCount}" in translations
    copybutton = (mini_book.html / "_static/copybutton.js").read_text(encoding="utf-8")
    assert "'nl': {" in copybutton and "Kopieer de code" in copybutton


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_page_loads_nothing_from_another_host(mini_book: Build, name: str) -> None:
    page = mini_book.page(name)
    addresses = [tag[name] for kind, name in LOADED.items() for tag in page.find_all(kind, {name: True})]
    assert len(addresses) > 5
    assert [address for address in addresses if urlsplit(address).netloc] == []


def test_number_in_a_sentence_links_to_its_row(mini_book: Build) -> None:
    link, *_ = number_links(mini_book.page("index"), "amsterdam.helling")
    assert link.get_text() == "−0,27"
    assert link["href"] == "verantwoording.html#getal-amsterdam-helling"
    assert link["title"] == "LBM-punten per procentpunt zware lasten; n = 479; bron: Leefbaarometer 3.0, 2022"


def test_parts_of_a_number(mini_book: Build) -> None:
    page = mini_book.page("index")
    assert "−0,31 tot −0,23" in [link.get_text() for link in number_links(page, "amsterdam.helling")]
    assert [link.get_text() for link in number_links(page, "amsterdam.buurten")] == ["86", "479"]


def test_number_in_table_cell_and_caption(mini_book: Build) -> None:
    cells = [cell.get_text() for cell in mini_book.page("index").select("td a.getal")]
    assert cells == ["−0,27", "0,14"]
    assert mini_book.page("amsterdam").select_one("figcaption a.getal").get_text() == "−0,27"


def test_register_has_a_row_for_each_number(mini_book: Build) -> None:
    table = mini_book.page("verantwoording").select_one("table.vk-register")
    assert [th["scope"] for th in table.select("thead th")] == ["col"] * 8
    assert [row["id"] for row in table.select("tbody tr")] == [
        "getal-amsterdam-buurten", "getal-amsterdam-helling", "getal-steden-gm0599-menging",
    ]  # fmt: skip
    row = table.select_one("#getal-steden-gm0599-menging")
    assert [cell.get_text() for cell in row.select("th[scope=row], td")] == [
        "steden.GM0599.menging", "0,14", "0,05 tot 0,23", "laagste en hoogste stad",
        "LBM-punten per 10 punt koop koop: < 1 huurwoning", "1.211",
        "CBS & BZK <1>", "andere-steden",
    ]  # fmt: skip
    assert table.select_one("#getal-amsterdam-helling a")["href"] == "amsterdam.html"


def test_what_an_interval_is_stands_beside_it_where_it_is_pointed_at_and_in_the_register(mini_book: Build) -> None:
    link = mini_book.page("index").select_one(".admonition a.getal")
    assert link.get_text() == "laagste en hoogste stad: 0,05 tot 0,23"
    assert "(koop: < 1 huurwoning); grenzen: laagste en hoogste stad; n = 1.211" in link["title"]
    kinds = [cell.get_text() for cell in mini_book.page("verantwoording").select("table.vk-register td:nth-child(4)")]
    assert kinds == ["–", "95\u00a0%-interval", "laagste en hoogste stad"]
    explained = [item.get_text() for item in mini_book.page("verantwoording").select("li strong")]
    assert explained == [kind.words for kind in KINDS.values()]


def test_every_number_link_has_its_anchor(mini_book: Build) -> None:
    anchors = {row["id"] for row in mini_book.page("verantwoording").select("tr[id]")}
    links = [link["href"] for name in PAGES for link in mini_book.page(name).select("a.getal")]
    assert links and {link.rpartition("#")[2] for link in links} <= anchors


def test_figure_has_dutch_caption_and_alt_text(mini_book: Build) -> None:
    page = mini_book.page("amsterdam")
    assert page.select_one("figcaption .caption-number").get_text().strip() == "Figuur 1"
    assert page.select_one("figure img")["alt"] == ALT
    assert "Figuur 1" in [link.get_text() for link in page.select("article p a")]


def test_hidden_code_has_dutch_prompts(mini_book: Build) -> None:
    summaries = mini_book.page("amsterdam").select("details.hide > summary")
    assert len(summaries) == 2
    for summary in summaries:
        assert not summary.has_attr("aria-label")
        assert [p.get_text() for p in summary.select("p")] == ["Toon de code", "Verberg de code"]


def test_english_page_is_marked_as_english(mini_book: Build) -> None:
    page = mini_book.page("summary")
    assert "resilience" in page.select_one('article div[lang="en"]').get_text()


def test_references_are_dutch(mini_book: Build) -> None:
    assert "(Jansen en de Vries, 2024)" in plain(mini_book.page("index").select_one("article"))
    entries = [plain(entry) for entry in mini_book.page("verantwoording").select("div.citation")]
    assert "Smit, C., Bakker, D., & Visser, E. (2021). Mixing and its limits." in " ".join(entries)


def test_unknown_number_or_part_fails_the_build(tmp_path: Path) -> None:
    source = stage(tmp_path)
    text = "# Kort\n\n{getal}`amsterdam.bestaatniet` en {getal}`amsterdam.buurten:interval`.\n"
    (source / "index.md").write_text(text, encoding="utf-8")
    done = build(source)
    assert done.code != 0
    assert "Getal 'amsterdam.bestaatniet' op pagina 'index' staat niet in het register." in done.log
    assert "heeft geen interval" in done.log


def test_two_numbers_with_one_anchor_fail_the_build(tmp_path: Path) -> None:
    source = stage(tmp_path)
    path = source / "register.json"
    path.write_text(path.read_text().replace("steden.GM0599.menging", "amsterdam-helling"), encoding="utf-8")
    (source / "_toc.yml").write_text("{format: jb-book, root: verantwoording}", encoding="utf-8")
    done = build(source)
    assert done.code != 0
    assert "delen één anker" in done.log


def test_unstaged_folder_stops_with_one_sentence(tmp_path: Path) -> None:
    source = stage(tmp_path)
    (source / ".staged").unlink()
    done = build(source)
    assert done.code != 0
    assert done.log.rstrip().endswith(NOT_STAGED)
    assert "Traceback" not in done.log
