"""A mini-book that knows its address and has a glossary, as readers, search engines and messengers get it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from book.minibook import Build, build, stage
from book.test_shell import ENGLISH, words_of_shell
from bs4 import BeautifulSoup

from analysis.publication.site import address

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("manieren")]

ADDRESS = "https://voorbeeld.nl/boek/"

GLOSSARY = """\
# Begrippen

In een buurt gaat het om veerkracht.

```{begrippen}
:sorted:

zeer laag inkomen
    :ook: zeer lage inkomens
    Een inkomen rond het minimum {cite:p}`jansen2024`. Meer staat er niet.

buurt
    :ook: buurten
    Het kleinste gebied. Een deel van een wijk.

onv
overlast en onveiligheid
    Hoger is veiliger.

steekproef
    Een deel van alles.
```
"""

TEXT = """\
---
description: Over buurten & hun bewoners.
---
# Buurten

```{figure} _static/logo.svg
:alt: Vier huizen

Een buurt met overlast en onveiligheid.
```

**Buurt.** Zie `buurt` en [buurt](https://voorbeeld.nl), of de buurt:

- Buurten met zeer lage
  inkomens, en een zeer laag inkomen.
- Een buurt.

| Buurt | Onv |
|:--|:--|
| onv | buurt |

De {term}`onv` is hoog. Dat de onv hoog is.

:::{dropdown} Meer
Een steekproef.
:::
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Build:
    source = stage(tmp_path_factory.mktemp("manieren"))
    toc = yaml.safe_load((source / "_toc.yml").read_text("utf-8"))
    toc["chapters"] += [{"file": "begrippen"}, {"file": "tekst"}, {"file": "steden"}]
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    (source / "begrippen.md").write_text(GLOSSARY, "utf-8")
    (source / "tekst.md").write_text(TEXT, "utf-8")
    (source / "steden.md").write_text("# Steden\n\nKies.\n", "utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(address.VARIABLE, ADDRESS)
        return build(source)


def test_it_builds_without_warning_and_tells_which_terms_nobody_uses(book: Build) -> None:
    assert book.code == 0, book.log
    assert "Begrippen die op geen pagina een link krijgen: steekproef." in book.log


def test_the_first_use_of_each_term_in_running_text_links_to_its_entry(book: Build) -> None:
    page = book.page("tekst")
    links = page.select("article a.begrip")
    assert [" ".join(link.get_text().split()) for link in links] == ["buurt", "zeer lage inkomens", "onv"]
    assert [link["title"] for link in links] == [
        "Het kleinste gebied.", "Een inkomen rond het minimum.", "Hoger is veiliger."
    ]  # fmt: skip
    assert links[0].find_parent("p").get_text() == "Buurt. Zie buurt en buurt, of de buurt:"
    entries = book.page("begrippen")
    for link in links:
        name, _, anchor = link["href"].partition("#")
        assert name == "begrippen.html" and entries.select_one(f"dl.glossary dt#{anchor}")


def test_headings_captions_tables_and_folded_boxes_are_left_alone(book: Build) -> None:
    page = book.page("tekst")
    assert not page.select(":is(h1, figcaption, table, details.sd-dropdown, code, strong) a.begrip")


def test_the_glossary_and_the_english_page_link_no_terms(book: Build) -> None:
    assert not book.page("begrippen").select("a.begrip")
    assert not book.page("summary").select("a.begrip")


def test_the_glossary_shows_no_line_with_forms(book: Build) -> None:
    text = book.page("begrippen").select_one("article").get_text()
    assert ":ook:" not in text and "buurten" not in text


def meta(page: BeautifulSoup) -> dict[str, str]:
    return {tag.get("property") or tag.get("name"): tag["content"] for tag in page.select("meta[content]")}


def test_a_shared_page_has_title_description_and_picture_with_whole_addresses(book: Build) -> None:
    told = meta(book.page("tekst"))
    assert told["description"] == told["og:description"] == "Over buurten & hun bewoners."
    assert told["og:title"] == "Buurten"
    assert (told["og:type"], told["og:locale"]) == ("article", "nl_NL")
    assert told["og:site_name"] == "Veerkracht versterken in de stad"
    assert told["og:url"] == f"{ADDRESS}tekst.html"
    assert told["og:image"] == f"{ADDRESS}_static/voorbeeld/tekst.png"
    assert told["twitter:card"] == "summary_large_image"
    assert (book.html / "_static/voorbeeld/tekst.png").stat().st_size > 5_000
    assert book.page("tekst").select_one("link[rel=canonical]")["href"] == f"{ADDRESS}tekst.html"


def test_the_first_page_is_a_website_and_the_english_page_is_english(book: Build) -> None:
    assert meta(book.page("index"))["og:type"] == "website"
    assert meta(book.page("summary"))["og:locale"] == "en_GB"


def test_the_sitemap_has_every_page_and_no_other(book: Build) -> None:
    places = [place.text for place in ElementTree.parse(book.html / "sitemap.xml").iter() if place.tag.endswith("loc")]
    pages = {"index", "amsterdam", "verantwoording", "summary", "begrippen", "tekst", "steden"}
    assert sorted(places) == sorted(f"{ADDRESS}{page}.html" for page in pages)


def test_the_page_for_a_wrong_address_works_at_any_depth(book: Build) -> None:
    page = book.page("404")
    assert page.html["data-content_root"] == "/boek/"
    addresses = [tag[name] for name in ("href", "src", "action") for tag in page.find_all(attrs={name: True})]
    assert len(addresses) > 20
    odd = [one for one in addresses if not re.match(r"/boek/|#|https?:", one)]
    assert odd == []
    for one in addresses:
        if one.startswith("/boek/"):
            assert (book.html / re.split(r"[?#]", one.removeprefix("/boek/"))[0]).exists(), one
    assert not page.select("link[rel=canonical]") and meta(page)["robots"] == "noindex"


def test_the_page_for_a_wrong_address_is_dutch_and_shows_the_way(book: Build) -> None:
    page = book.page("404")
    assert page.select_one("article h1").get_text() == "Deze pagina bestaat niet"
    links = [link["href"] for link in page.select("article li a")]
    assert links == ["/boek/index.html", "/boek/steden.html", "/boek/begrippen.html"]
    assert page.select_one("article form[role=search] input")["name"] == "q"
    assert not [text for text in words_of_shell(page) if ENGLISH.search(text) and text != "Summary"]


def test_the_foot_of_a_page_says_version_date_and_how_to_cite(book: Build) -> None:
    foot = book.page("tekst").select_one("footer .vk-citeren")
    assert re.match(r"Versie \d+\.\d+\.\d+ · (Laatst gewijzigd op|Uitgave van) \d+ \w+ 20\d\d", foot.p.get_text())
    assert f"{ADDRESS}tekst.html" in foot.details.get_text()
    assert foot.select_one("div.highlight pre").get_text().startswith("@incollection{")
    assert not book.page("404").select(".vk-citeren") and not book.page("search").select(".vk-citeren")


@pytest.mark.xdist_group("minibook")
def test_without_an_address_everything_is_relative_and_there_is_no_sitemap(mini_book: Build) -> None:
    page = mini_book.page("404")
    assert page.select_one("article li a")["href"] == "index.html"
    assert not (mini_book.html / "sitemap.xml").exists()
    assert not mini_book.page("index").select("link[rel=canonical]")
    assert meta(mini_book.page("index"))["og:image"] == "_static/voorbeeld/index.png"


def test_a_malformed_address_stops_the_build_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(address.VARIABLE, "voorbeeld.nl")
    done = build(stage(tmp_path))
    assert done.code != 0
    assert "BOEK_ADRES='voorbeeld.nl' is geen adres van een boek" in done.log
    assert "Traceback" not in done.log
