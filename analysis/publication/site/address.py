"""Where the book will be read: its address on the web, when the builder is told."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from analysis.errors import InvalidInput

# The one place where the address comes from. Without it everything in the book is relative, and works from a folder.
VARIABLE = "BOEK_ADRES"


def of_book() -> str | None:
    """The address of the book, with a slash at its end; None when it is not known.

    Raises:
        InvalidInput: when the variable holds something that is not an address of a folder on the web.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return None
    try:
        parts = urlsplit(given)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or any(character in given for character in ' "<>\\'):
        raise InvalidInput(
            f"{VARIABLE}={given!r} is geen adres van een boek: geef het volledige adres van de map waarin het komt te "
            "staan, zoals https://voorbeeld.nl/boek/."
        )
    return given.rstrip("/") + "/"


def folder(address: str) -> str:
    """The path of an address on its host: "https://voorbeeld.nl/boek/" gives "/boek/"."""
    return urlsplit(address).path
