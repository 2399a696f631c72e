"""Links of the built book: those within it must lead somewhere, those to others are asked for politely.

Others are asked by Sphinx' own link checker, which waits where a server says so and tries again before it calls a link broken.
It is given a page with all addresses found in the HTML: what readers get, tables that a chapter made included.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from analysis.errors import InvalidInput
from analysis.publication.site.address import folder, of_book

# Where a tag carries an address.
ADDRESSES = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "source": "src",
    "iframe": "src",
    "object": "data",
}

# Made by `make pdf`, which a book does without; where the folder is, its files are checked like all others.
PRINTED = "pdf"

# Addresses that are not asked for: a pattern, and why. Whoever adds one says what was tried.
EXCEPTIONS: Mapping[str, str] = {}

# A DOI leads to its publisher, and many publishers refuse a program. The registry itself says whether the DOI exists.
DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(?P<doi>10\..+)")
DOI_REGISTRY = "https://doi.org/api/handles/"

SECONDS = 20  # slow, but an archive may need it
TRIES = 3
AT_ONCE = 4  # few enough to be a guest
WAIT = 60  # the longest that we wait when a server asks for patience
AGENT = "Mozilla/5.0 (compatible; veerkracht-linkcontrole; wekelijks)"
BROKEN = ("broken", "timeout")
UNSURE = "ignored"  # what the checker says of a server that is out of service for a while (503)
LONGEST_CELL = 200  # letters; an error of the network tells the whole story of its tries
ADVICE = "Zet de link goed, of zet het adres met de reden bij EXCEPTIONS in analysis/publication/site/links.py."


@dataclass(frozen=True, order=True)
class Broken:
    """A link that leads nowhere: the page it stands on, where it points, and what came back."""

    page: str
    address: str
    answer: str

    def __str__(self) -> str:
        return f"{self.page}: {self.address}: {self.answer}"


class Asked(NamedTuple):
    """What came of asking: links that lead nowhere, and addresses of which that can't be said, with the reason."""

    broken: list[Broken]
    unsure: dict[str, str]


@dataclass
class Page(HTMLParser):
    """What a page links to, and the places in it that can be linked to."""

    addresses: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids and addresses."""
        given = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        preconnect = tag == "link" and given.get("rel") in ("canonical", "preconnect")
        if not preconnect and (address := given.get(ADDRESSES.get(tag, ""))):
            self.addresses.append(address)


def read(path: Path) -> Page:
    """Read a page once, as long as it does not change."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _read(path: Path, _changed: int) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def pages(html: Path) -> list[Path]:
    """Every page of the book.

    Raises:
        InvalidInput: when there is no book.
    """
    found = sorted(html.glob("*.html"))
    if not found:
        raise InvalidInput(f"In {html} staat geen boek: draai eerst `make book`.")
    return found


def internal(html: Path) -> list[Broken]:
    """Links within the book that lead to no file, or to a place that the page does not have. Asks nobody anything."""
    found = (_nowhere(html, page, address) for page in pages(html) for address in read(page).addresses)
    return sorted({one for one in found if one})


def _nowhere(html: Path, page: Path, address: str) -> Broken | None:
    """What is wrong with a link within the book; None when it is fine, or leads to others."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    target = (_on_disk(html, page, unquote(parts.path)) if parts.path else page).resolve()
    if target.is_dir():
        target = target / "index.html"
    if not target.is_relative_to(html.resolve()):
        return Broken(page.name, address, "wijst buiten het boek")
    if not target.is_file():
        printed = html.resolve() / PRINTED
        return (
            None
            if target.is_relative_to(printed) and not printed.exists()
            else Broken(page.name, address, "dit bestand is er niet")
        )
    place = unquote(parts.fragment)
    if place and target.suffix == ".html" and place not in read(target).anchors:
        return Broken(page.name, address, f"{target.name} heeft geen plaats «{place}»")
    return None


def _on_disk(html: Path, page: Path, path: str) -> Path:
    """Where a path of a link lies. From the root of the host, as on the page for a wrong address, the book's own folder stands
    before it; a book whose address is not known stands at the root itself.
    """
    if not path.startswith("/"):
        return page.parent / path
    known = of_book()
    return html / path.removeprefix(folder(known) if known else "/").lstrip("/")


def external(html: Path) -> dict[str, list[str]]:
    """Addresses of others, without the place in the page, each with the pages that link to it; sorted.

    The book's own address is left out: before it is published nobody answers there.
    """
    own = of_book()
    found: dict[str, set[str]] = {}
    for page in pages(html):
        for address in read(page).addresses:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https") and not (own and address.startswith(own)):
                found.setdefault(parts._replace(fragment="").geturl(), set()).add(page.name)
    return {address: sorted(found[address]) for address in sorted(found)}


def excepted(address: str) -> str | None:
    """Why an address is not asked for; None when it is."""
    return next((reason for pattern, reason in EXCEPTIONS.items() if re.match(pattern, address)), None)


def asked_as(address: str) -> str:
    """The address that is asked for: for a DOI that of the registry."""
    match = DOI.fullmatch(address)
    return f"{DOI_REGISTRY}{match['doi']}" if match else address


def ask(found: Mapping[str, list[str]], seconds: float = SECONDS, tries: int = TRIES) -> Asked:
    """Ask for addresses, politely.

    Args:
        found: addresses with the pages that link to them, as from `external`; exceptions are left out.
        seconds: how long to wait for an answer.
        tries: how often to try an address before it counts as broken.

    Returns:
        The links that gave no good answer, once for each page; and those that could not be judged.

    Raises:
        InvalidInput: when the checker itself could not run.
    """
    asked = {asked_as(address): address for address in found if excepted(address) is None}
    answers = _checked(asked, seconds, tries) if asked else []
    broken = {asked[one["uri"]]: one["info"] for one in answers if one["status"] in BROKEN}
    return Asked(
        sorted(Broken(page, address, answer) for address, answer in broken.items() for page in found[address]),
        {asked[one["uri"]]: one["info"] for one in answers if one["status"] == UNSURE},
    )


def _checked(asked: Iterable[str], seconds: float, tries: int) -> list[dict[str, str]]:
    """What Sphinx' link checker says of each address."""
    settings = {
        "project": "links", "linkcheck_timeout": seconds, "linkcheck_retries": tries, "linkcheck_workers": AT_ONCE,
        "linkcheck_rate_limit_timeout": WAIT, "linkcheck_anchors": False, "linkcheck_allow_unauthorized": False,
        "linkcheck_report_timeouts_as_broken": True, "user_agent": AGENT,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as work:
        source, out = Path(work, "source"), Path(work, "out")
        source.mkdir()
        (source / "conf.py").write_text("\n".join(f"{name} = {value!r}" for name, value in settings.items()), "utf-8")
        (source / "index.rst").write_text(_as_page(asked), "utf-8")
        command = [sys.executable, "-m", "sphinx", "-b", "linkcheck", "-q", "-j", "1", str(source), str(out)]
        done = subprocess.run(command, capture_output=True, text=True)
        told = out / "output.json"
        if not told.exists():
            raise InvalidInput(f"De controle van links kon niet draaien:\n{(done.stdout + done.stderr)[-2000:]}")
        return [json.loads(line) for line in told.read_text("utf-8").splitlines()]


def _as_page(asked: Iterable[str]) -> str:
    """A page in reStructuredText with a link to each address; what has a meaning there is escaped."""
    escaped = (re.sub(r"([\\_*`<>|])", r"\\\1", address) for address in asked)
    return "Links\n=====\n\n" + "\n".join(f"* `link <{address}>`__" for address in escaped) + "\n"


def report(broken: list[Broken], asked: int, kept_out: Mapping[str, str]) -> str:
    """The outcome in Markdown, for an issue or the screen."""
    unsaid = "".join(f"\n- niet te zeggen: {address} ({reason})" for address, reason in kept_out.items())
    if not broken:
        return f"Alle links leiden ergens heen; {asked} adressen van anderen zijn gevraagd.{unsaid}"
    rows = "\n".join(f"| {one.page} | {_cell(one.address)} | {_cell(one.answer)} |" for one in broken)
    return f"{len(broken)} links leiden nergens heen:\n\n| Pagina | Link | Antwoord |\n|:--|:--|:--|\n{rows}\n\n{ADVICE}{unsaid}"


def _cell(text: str) -> str:
    return textwrap.shorten(text, LONGEST_CELL, placeholder=" …").replace("|", "\\|")


def check(html: Path, only_internal: bool, target: Path) -> str:
    """Check the links of a book.

    Args:
        html: folder of the built book.
        only_internal: ask nobody anything.
        target: file that gets the outcome too.

    Returns:
        What came out, in words.

    Raises:
        InvalidInput: with the list, when a link leads nowhere.
    """
    found = {} if only_internal else external(html)
    left_out = {address: f"niet gevraagd: {reason}" for address in found if (reason := excepted(address))}
    answers = ask(found)
    broken = internal(html) + answers.broken
    told = report(broken, len(found) - len(left_out), left_out | answers.unsure)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{told}\n", "utf-8")
    if broken:
        raise InvalidInput(told)
    return told
