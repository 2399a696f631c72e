"""How to refer to the book and to each of its pages: as a reader writes it, and for a reference manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from analysis import dutch, paths
from analysis.errors import InvalidInput

CITATION = "CITATION.cff"

# Signs that mean something to (La)TeX; what a reference manager reads should show them.
TEX = str.maketrans({sign: f"\\{sign}" for sign in "&%$#_{}"})


@dataclass(frozen=True)
class Edition:
    """What CITATION.cff says of the book.

    Attributes:
        title: of the book.
        authors: as a reference list writes them.
        version: for example "0.2.0".
        released: the day of that version.
    """

    title: str
    authors: tuple[str, ...]
    version: str
    released: date


@dataclass(frozen=True)
class Page:
    """What is cited.

    Attributes:
        name: of the page, such as "amsterdam".
        title: its heading; that of the book for the first page.
        changed: the last day on which its text changed; None when that is not known.
        url: its address; None when the book's is not known.
        is_book: whether it stands for the whole book.
    """

    name: str
    title: str
    changed: date | None
    url: str | None
    is_book: bool = False


@lru_cache(maxsize=1)
def edition(path: Path = paths.ROOT / CITATION) -> Edition:
    """Read CITATION.cff.

    Raises:
        InvalidInput: when something that a citation needs is not in it.
    """
    told = yaml.safe_load(path.read_text("utf-8"))
    missing = [name for name in ("title", "version", "date-released", "authors") if not told.get(name)]
    if missing or not isinstance(told["date-released"], date):
        what = dutch.enumeration(missing) or "date-released (een datum, als 2026-11-24)"
        raise InvalidInput(f"In {path.name} ontbreekt {what}: vul het aan.")
    return Edition(told["title"], tuple(map(_author, told["authors"])), str(told["version"]), told["date-released"])


def _author(told: dict[str, Any]) -> str:
    """An organisation by its name, a person as "Jansen, A."."""
    if "name" in told:
        return str(told["name"])
    initials = "".join(f"{part[0]}." for part in str(told.get("given-names", "")).split())
    family = " ".join(filter(None, [told.get("name-particle"), told.get("family-names")]))
    return ", ".join(filter(None, [family, initials]))


def when(page: Page, book: Edition) -> str:
    """The words "laatst gewijzigd op 23 november 2026", or the day of the edition where the history is not known."""
    if page.changed is None:
        return f"uitgave van {dutch.long_date(book.released)}"
    return f"laatst gewijzigd op {dutch.long_date(page.changed)}"


def sentence(page: Page, book: Edition) -> str:
    """The citation as a line of a reference list (APA-like, in Dutch), as HTML."""
    about = f"(versie {escape(book.version)}; {when(page, book)})"
    whole = f"<em>{escape(book.title)}</em> {about}."
    if not page.is_book:
        whole = f"{_closed(escape(page.title))} In {whole}"
    link = f' <a href="{escape(page.url)}">{escape(page.url)}</a>' if page.url else ""
    authors = _closed(escape(dutch.enumeration(book.authors, "&"), quote=False))
    return f"{authors} ({book.released.year}). {whole}{link}"


def _closed(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def bibtex(page: Page, book: Edition) -> str:
    """The citation for a reference manager."""
    kind = "book" if page.is_book else "incollection"
    fields = {
        "author": " and ".join(f"{{{_tex(author)}}}" if "," not in author else _tex(author) for author in book.authors),
        "title": f"{{{_tex(page.title)}}}",
        "booktitle": None if page.is_book else f"{{{_tex(book.title)}}}",
        "year": str(book.released.year),
        "note": _tex(f"Versie {book.version}; {when(page, book)}"),
        "url": page.url,
    }
    lines = [f"  {name:<9} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{veerkracht{book.released.year}-{page.name},\n" + ",\n".join(lines) + "\n}"


def _tex(text: str) -> str:
    return text.translate(TEX)
