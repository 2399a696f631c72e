"""Dates, citations, addresses and previews of the built book."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image

from analysis import dutch, paths
from analysis.errors import InvalidInput
from analysis.publication.build import _pages
from analysis.publication.site import address, citing, dates, manners, sharing

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git ontbreekt: apt-get install git")


# --- dates ------------------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str, day: str = "2026-01-01") -> None:
    moment = f"{day}T12:00:00+00:00"
    who = {f"GIT_{role}_{part}": "een@voorbeeld.nl" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, **who}
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env=os.environ | own)


def commit(folder: Path, day: str, **files: str) -> None:
    for name, text in files.items():
        path = folder / "book" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-m", day, day=day)


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-b", "main")
    commit(root, "2026-03-01", een="a", twee="a", drié="a")
    commit(root, "2026-11-23", een="b")
    (root / "book" / "nieuw.md").write_text("nog niet vastgelegd", "utf-8")
    dates.last_changed.cache_clear()
    yield root
    dates.last_changed.cache_clear()


@needs_git
def test_a_page_has_the_day_of_the_newest_commit_that_touched_it(repository):
    assert dates.last_changed(repository) == {
        "book/een.md": date(2026, 11, 23), "book/twee.md": date(2026, 3, 1), "book/drié.md": date(2026, 3, 1),
    }  # fmt: skip


@needs_git
def test_paths_are_seen_from_the_folder_when_the_repository_is_larger(repository):
    assert dates.last_changed(repository / "book")["een.md"] == date(2026, 11, 23)


@needs_git
def test_history_is_asked_for_once_whatever_the_number_of_pages(repository, monkeypatch):
    asked = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **rest: asked.append(command) or run(command, **rest))
    for _ in range(50):
        dates.last_changed(repository)
    assert [("log" in command) for command in asked] == [False, True]


@needs_git
def test_a_shallow_clone_tells_no_date(repository, tmp_path):
    git(tmp_path, "clone", "--depth", "1", repository.as_uri(), "ondiep")
    assert dates.last_changed(tmp_path / "ondiep") == {}


@needs_git
def test_a_folder_without_history_tells_no_date(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert dates.last_changed(tmp_path) == {}


def test_a_machine_without_git_tells_no_date(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dates.last_changed(tmp_path / "elders") == {}


# --- citations --------------------------------------------------------------------------------------------------------

BOOK = citing.Edition("Veerkracht & stad", ('De makers van "Veerkracht"',), "0.2.0", date(2026, 11, 24))
PAGE = citing.Page("amsterdam", "Amsterdam: geldt 50 % daar?", date(2026, 11, 23), "https://voorbeeld.nl/a.html")


def test_a_page_is_cited_within_the_book():
    assert citing.sentence(PAGE, BOOK) == (
        'De makers van "Veerkracht". (2026). Amsterdam: geldt 50 % daar? In <em>Veerkracht &amp; stad</em> '
        '(versie 0.2.0; laatst gewijzigd op 23 november 2026). '
        '<a href="https://voorbeeld.nl/a.html">https://voorbeeld.nl/a.html</a>'
    )  # fmt: skip


def test_the_book_is_cited_by_itself_and_without_history_by_its_release():
    page = citing.Page("index", "Veerkracht & stad", None, None, is_book=True)
    assert citing.sentence(page, BOOK) == (
        'De makers van "Veerkracht". (2026). <em>Veerkracht &amp; stad</em> (versie 0.2.0; uitgave van 24 november 2026).'
    )
    assert citing.bibtex(page, BOOK).startswith("@book{veerkracht2026-index,\n")
    assert "booktitle" not in citing.bibtex(page, BOOK) and "url" not in citing.bibtex(page, BOOK)


def test_bibtex_escapes_what_means_something_to_tex_and_keeps_the_address():
    lines = citing.bibtex(PAGE, BOOK).splitlines()
    assert lines[0] == "@incollection{veerkracht2026-amsterdam,"
    assert lines[1:] == [
        '  author    = {{De makers van "Veerkracht"}},',
        r"  title     = {{Amsterdam: geldt 50 \% daar?}},",
        r"  booktitle = {{Veerkracht \& stad}},",
        "  year      = {2026},",
        "  note      = {Versie 0.2.0; laatst gewijzigd op 23 november 2026},",
        "  url       = {https://voorbeeld.nl/a.html}",
        "}",
    ]


CFF = """
title: Boek
version: 1.2.0
date-released: 2026-11-24
authors:
  - {given-names: Anna Maria, name-particle: de, family-names: Vries}
  - name: Het platform
"""


def test_persons_and_organisations_are_authors(tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text(CFF, "utf-8")
    book = citing.edition.__wrapped__(path)
    assert book == citing.Edition("Boek", ("de Vries, A.M.", "Het platform"), "1.2.0", date(2026, 11, 24))
    assert citing.sentence(PAGE, book).startswith("de Vries, A.M. &amp; Het platform. (2026).")
    assert "author    = {de Vries, A.M. and {Het platform}}" in citing.bibtex(PAGE, book)


@pytest.mark.parametrize(
    ("line", "what"), [("version: 1.2.0\n", "version"), ("date-released: 2026-11-24\n", "date-released"),
                       ("2026-11-24", r"date-released \(een datum")],
)  # fmt: skip
def test_a_citation_file_that_misses_something_is_refused(tmp_path, line, what):
    path = tmp_path / "CITATION.cff"
    path.write_text(CFF.replace(line, "binnenkort" if line.startswith("2026") else ""), "utf-8")
    with pytest.raises(InvalidInput, match=f"In CITATION.cff ontbreekt {what}"):
        citing.edition.__wrapped__(path)


# --- address ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [("", None), (" ", None), ("https://voorbeeld.nl/boek", "https://voorbeeld.nl/boek/"),
     ("https://voorbeeld.nl/boek/", "https://voorbeeld.nl/boek/"), ("http://localhost:8000", "http://localhost:8000/")],
)  # fmt: skip
def test_the_address_of_the_book_ends_in_a_slash(monkeypatch, given, expected):
    monkeypatch.setenv(address.VARIABLE, given)
    assert address.of_book() == expected


@pytest.mark.parametrize(
    "given",
    ["voorbeeld.nl/boek", "ftp://voorbeeld.nl/", "https://", "https:///boek", "https://voorbeeld.nl:poort/", "https://[/",
     "https://voorbeeld.nl/boek?x=1", "https://voorbeeld.nl/#a", "https://voorbeeld.nl/mijn boek/", 'https://v.nl/"x'],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_in_dutch(monkeypatch, given):
    monkeypatch.setenv(address.VARIABLE, given)
    with pytest.raises(InvalidInput, match="is geen adres van een boek: geef het volledige adres"):
        address.of_book()


def test_every_address_within_the_book_starts_at_the_root_and_others_stay():
    page = (
        '<html data-content_root="./"><a href="steden.html#a">x</a><a href="#main">x</a><img src="_static/logo.svg">'
        '<form action="search.html"></form><a href="https://cbs.nl/">x</a><a href="mailto:a@b.nl">x</a><a href="/x">x</a>'
        '<img src="data:image/png;base64,x"><a href="">x</a>'
    )
    assert manners.from_the_root(page, "/boek/") == (
        '<html data-content_root="/boek/"><a href="/boek/steden.html#a">x</a><a href="#main">x</a>'
        '<img src="/boek/_static/logo.svg"><form action="/boek/search.html"></form><a href="https://cbs.nl/">x</a>'
        '<a href="mailto:a@b.nl">x</a><a href="/x">x</a><img src="data:image/png;base64,x"><a href="/boek/">x</a>'
    )  # fmt: skip


# --- previews ---------------------------------------------------------------------------------------------------------


def test_a_preview_is_small_has_the_size_that_networks_ask_and_is_the_same_every_time(tmp_path):
    for number in (1, 2):
        sharing.lay_picture(
            "Andere steden", "Geldt het daar ook?", "Boek", tmp_path / f"{number}.png", tmp_path / str(number)
        )
    first, second = ((tmp_path / f"{number}.png").read_bytes() for number in (1, 2))
    assert first == second
    assert Image.open(io.BytesIO(first)).size == (sharing.WIDTH, sharing.HEIGHT)
    assert len(first) < 40_000


def test_a_preview_is_drawn_again_only_when_its_words_change(tmp_path, monkeypatch):
    from analysis.figures import preview

    drawn = []
    monkeypatch.setattr(preview, "preview", lambda *words: drawn.append(words) or b"png")
    for title in ("a", "a", "b", "a"):
        sharing.lay_picture(title, "", "Boek", tmp_path / "uit" / "x.png", tmp_path / "bewaard")
    assert [words[0] for words in drawn] == ["a", "b"]
    assert (tmp_path / "uit" / "x.png").read_bytes() == b"png"


def test_a_long_title_gets_smaller_letters_and_stays_on_two_lines():
    from analysis.figures.preview import TITLE_SIZES, _fitted

    assert _fitted("Utrecht") == (TITLE_SIZES[0][0], ["Utrecht"])
    size, lines = _fitted("Amsterdam: inkomen, veiligheid en wie er al woont")
    assert size < TITLE_SIZES[0][0] and len(lines) == 2


def shared(**changed: str | bool | None) -> dict[str, str]:
    """What the tags of a page tell."""
    given = {"title": "Wonen", "description": "Over wonen.", "language": "nl", "page": "wonen", "book": "Boek",
             "address": "https://voorbeeld.nl/boek/", "is_book": False}  # fmt: skip
    page = BeautifulSoup(sharing.tags(**given | changed), "html.parser")
    return {tag.get("property") or tag["name"]: tag["content"] for tag in page.select("meta")}


def test_a_page_tells_others_how_to_show_it():
    assert shared() == {
        "description": "Over wonen.", "twitter:card": "summary_large_image", "og:title": "Wonen",
        "og:description": "Over wonen.", "og:type": "article", "og:url": "https://voorbeeld.nl/boek/wonen.html",
        "og:site_name": "Boek", "og:locale": "nl_NL", "og:image": "https://voorbeeld.nl/boek/_static/voorbeeld/wonen.png",
        "og:image:width": "1200", "og:image:height": "630", "og:image:alt": "Wonen. Over wonen.",
    }  # fmt: skip


def test_without_an_address_a_picture_is_relative_and_no_place_is_told():
    told = shared(address=None)
    assert told["og:image"] == "_static/voorbeeld/wonen.png" and "og:url" not in told


def test_signs_of_html_in_words_stay_words():
    told = shared(title="Wonen & <zorg>", description='Een "test".')
    assert told["og:title"] == "Wonen & <zorg>" and told["description"] == 'Een "test".'
    assert not {"description", "og:description"} & set(shared(description=""))


# --- the sources of the book ------------------------------------------------------------------------------------------


def pages() -> list[Path]:
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text("utf-8"))
    names = [toc["root"], *(name for part in toc["parts"] for name in _pages(part["chapters"]))]
    return [next(paths.ROOT / f"{name}{end}" for end in (".md", ".ipynb") if (paths.ROOT / f"{name}{end}").exists())
            for name in names]  # fmt: skip


def description(page: Path) -> str:
    if page.suffix == ".ipynb":
        return nbformat.read(page, as_version=4).metadata.get("description", "")
    front = re.match(r"---\n(.*?)\n---\n", page.read_text("utf-8"), re.DOTALL)
    return (yaml.safe_load(front[1]) if front else {}).get("description", "")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_page_describes_itself_in_a_sentence_that_search_engines_show_whole(page):
    longest = "Alphen aan den Rijn"  # the longest name of a city that has a page
    text = description(page).replace("{keuze}`gemeente`", longest)
    assert 60 < len(text) <= sharing.DESCRIPTION_LENGTH
    assert text.endswith((".", "?")) and "{" not in text


def test_no_two_pages_have_the_same_description():
    texts = [description(page) for page in pages()]
    assert len(set(texts)) == len(texts)


def test_version_and_date_are_the_same_wherever_a_reader_or_developer_looks():
    book = citing.edition()
    log = (paths.ROOT / "CHANGELOG.md").read_text("utf-8")
    news = (paths.BOOK / "wat-is-er-nieuw.md").read_text("utf-8")
    project = (paths.ROOT / "pyproject.toml").read_text("utf-8")
    assert re.search(r"^## (.+)$", log, re.MULTILINE)[1] == f"{book.version} – {book.released}"
    newest = f"Versie {book.version}, {dutch.long_date(book.released)}"
    assert re.search(r"^## (.+)$", news, re.MULTILINE)[1] == newest
    assert re.search(r'^version = "(.+)"$', project, re.MULTILINE)[1] == book.version


def test_every_version_of_the_changelog_is_told_to_readers():
    log = re.findall(r"^## (\S+) – ", (paths.ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    news = re.findall(r"^## Versie (\S+), ", (paths.BOOK / "wat-is-er-nieuw.md").read_text("utf-8"), re.MULTILINE)
    assert news == log
