"""Links: within the book without asking anybody; to others against a server of our own that answers well, badly, late or not."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from analysis import paths
from analysis.__main__ import main
from analysis.errors import InvalidInput
from analysis.publication.site import links
from analysis.publication.site.links import Broken

SECONDS = 0.5
ASKED: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    """A path tells how it is answered."""

    def do_GET(self) -> None:
        ASKED[unquote(self.path)] += 1
        if self.path == "/traag":
            time.sleep(3 * SECONDS)
        good_at_last = self.path == "/eerst-kapot" and ASKED[self.path] > 2
        codes = {
            "/weg": 404,
            "/dicht": 401,
            "/kapot": 500,
            "/eerst-kapot": 500,
            "/onderhoud": 503,
            "/verhuisd": 301,
            "/rond": 302,
        }
        self.send_response(200 if good_at_last else codes.get(self.path, 200))
        if self.path in ("/verhuisd", "/rond"):
            self.send_header("Location", "/goed" if self.path == "/verhuisd" else "/rond")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.fixture(scope="module")
def asked(server: str) -> links.Asked:
    """All kinds of answers at once: starting the checker takes most of the time."""
    ways = (
        "goed",
        "weg",
        "dicht",
        "kapot",
        "eerst-kapot",
        "onderhoud",
        "verhuisd",
        "rond",
        "traag",
        "een_naam_",
        "met*ster?a=1&b=[2]",
    )
    return links.ask({f"{server}/{way}": ["index.html"] for way in ways}, SECONDS, tries=2)


def book(folder: Path, **given: str) -> Path:
    """Pages of a book: name and body."""
    folder.mkdir(exist_ok=True)
    for name, body in given.items():
        (folder / f"{name}.html").write_text(f"<html><body>{body}</body></html>")
    return folder


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('<a href="weg.html">', "dit bestand is er niet"),
        ('<a href="#nergens">', "index.html heeft geen plaats «nergens»"),
        ('<a href="ander.html#nergens">', "ander.html heeft geen plaats «nergens»"),
        ('<img src="weg.png">', "dit bestand is er niet"),
        ('<script src="weg.js"></script>', "dit bestand is er niet"),
        ('<link rel="stylesheet" href="weg.css">', "dit bestand is er niet"),
        ('<a href="../elders.html">', "wijst buiten het boek"),
    ],
)
def test_a_link_within_the_book_that_leads_nowhere_is_found(tmp_path, body, answer):
    (tmp_path / "elders.html").touch()
    html = book(tmp_path / "html", index=body, ander='<p id="hier">')
    assert [(one.page, one.answer) for one in links.internal(html)] == [("index.html", answer)]


@pytest.mark.parametrize(
    "body",
    [
        '<p id="hier"><a href="#hier">', '<a href="ander.html#hier">', '<a href="ander.html#bl%C3%A1">', '<a href="#">', '<a href="ander.html?zoek=x">',
        '<a href="map/">', '<a href="met%20spatie.html">', '<a href="mailto:iemand@example.org">', '<a href="https://example.org/weg">',
        '<img src="data:image/png;base64,AA==">', '<a>geen adres</a>',
    ],
)  # fmt: skip
def test_a_good_link_is_left_alone(tmp_path, body):
    html = book(tmp_path / "html", index=body, ander='<p id="hier"><p id="blá">', **{"met spatie": ""})
    book(html / "map", index="")
    assert links.internal(html) == []


@pytest.mark.parametrize(
    ("own", "path"), [("", "/"), ("https://voorbeeld.nl/boek", "/boek/"), ("https://voorbeeld.nl/a/b/", "/a/b/")]
)
def test_a_link_from_the_root_of_the_host_is_looked_for_in_the_book(tmp_path, monkeypatch, own, path):
    """The page for a wrong address is shown at any depth, so its links start at the root."""
    monkeypatch.setenv("BOEK_ADRES", own)
    html = book(
        tmp_path / "html",
        index='<p id="hier">',
        **{"404": f'<a href="{path}index.html#hier"><a href="{path}"><a href="{path}weg.html">'},
    )
    assert [(one.page, one.address) for one in links.internal(html)] == [("404.html", f"{path}weg.html")]


def test_what_is_printed_is_checked_only_when_it_was_printed(tmp_path):
    html = book(tmp_path / "html", index='<a href="pdf/boek.pdf">')
    assert links.internal(html) == []
    (html / "pdf").mkdir()
    assert [one.address for one in links.internal(html)] == ["pdf/boek.pdf"]


def test_addresses_of_others_are_gathered_once_with_their_pages(tmp_path):
    html = book(
        tmp_path / "html",
        b='<a href="https://example.org/x#een"><a href="https://example.org/x#twee">',
        a='<a href="https://example.org/x">',
    )
    assert links.external(html) == {"https://example.org/x": ["a.html", "b.html"]}


def test_the_own_address_of_the_book_is_not_asked_for(tmp_path, monkeypatch):
    html = book(
        tmp_path / "html", index='<a href="https://voorbeeld.nl/boek/index.html"><a href="https://example.org/">'
    )
    monkeypatch.setenv("BOEK_ADRES", "https://voorbeeld.nl/boek")
    assert list(links.external(html)) == ["https://example.org/"]
    monkeypatch.delenv("BOEK_ADRES")
    assert len(links.external(html)) == 2


def test_each_kind_of_answer_is_judged(asked, server):
    assert {one.address.removeprefix(server) for one in asked.broken} == {"/weg", "/dicht", "/kapot", "/rond", "/traag"}
    assert [address.removeprefix(server) for address in asked.unsure] == ["/onderhoud"]


def test_what_came_back_is_told(asked, server):
    told = {one.address.removeprefix(server): one.answer for one in asked.broken}
    assert "404" in told["/weg"] and "unauthorized" in told["/dicht"] and "500" in told["/kapot"]
    assert "timed out" in told["/traag"]


def test_a_server_that_stumbles_is_asked_again_and_one_that_is_slow_is_not_waited_for(asked):
    assert ASKED["/eerst-kapot"] > 2
    assert ASKED["/een_naam_"] and ASKED["/met*ster?a=1&b=[2]"], "een adres komt heel over"


def test_a_broken_address_is_told_for_every_page(server):
    answers = links.ask({f"{server}/weg": ["a.html", "b.html"]}, SECONDS, tries=1)
    assert [one.page for one in answers.broken] == ["a.html", "b.html"]


def test_an_exception_is_not_asked_for_and_its_reason_is_told(tmp_path, monkeypatch, server):
    monkeypatch.setattr(links, "EXCEPTIONS", {rf"{server}/nooit": "deze server weigert programma's"})
    html = book(tmp_path / "html", index=f'<a href="{server}/nooit/hier">')
    told = links.check(html, False, tmp_path / "links.md")
    assert not ASKED["/nooit/hier"]
    assert f"niet te zeggen: {server}/nooit/hier (niet gevraagd: deze server weigert programma's)" in told
    assert "0 adressen van anderen zijn gevraagd" in told


def test_a_doi_is_asked_of_the_registry():
    assert (
        links.asked_as("https://doi.org/10.1007/s11577-014-0268-3")
        == "https://doi.org/api/handles/10.1007/s11577-014-0268-3"
    )
    assert links.asked_as("https://example.org/doi/10.1000/1") == "https://example.org/doi/10.1000/1"


def test_the_command_fails_with_a_list_of_page_link_and_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "HTML", book(tmp_path / "html", index='<a href="weg.html">'))
    monkeypatch.setattr("analysis.publication.site.commands.REPORT", tmp_path / "links.md")
    assert main(["links", "--intern"]) == 1
    row = "| index.html | weg.html | dit bestand is er niet |"
    assert row in capsys.readouterr().err
    assert row in (tmp_path / "links.md").read_text("utf-8")


def test_a_cell_of_the_list_stays_one_cell():
    told = links.report([Broken("a.html", "https://example.org/?a|b", "regel\nregel")], 1, {})
    assert "| a.html | https://example.org/?a\\|b | regel regel |" in told
    assert len(links.report([Broken("a.html", "weg.html", "poging " * 100)], 1, {})) < 500


def test_without_a_book_it_says_what_to_do(tmp_path):
    with pytest.raises(InvalidInput, match="make book"):
        links.internal(tmp_path)
