"""What a search engine or messenger shows of a page: its description, and a picture with its title."""

from __future__ import annotations

import hashlib
import shutil
from functools import lru_cache
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis import paths

# The longest description that search engines show whole.
DESCRIPTION_LENGTH = 155

# Where the pictures lie in the built book, and where drawn ones are kept between builds.
PICTURES = "_static/voorbeeld"
KEPT = paths.BUILD / "voorbeelden"

# og:locale by the language of a page.
LOCALES = {"nl": "nl_NL", "en": "en_GB"}


def fields(title: str, description: str, language: str, picture: str, is_book: bool) -> dict[str, str]:
    """What sphinxext-opengraph reads from a page, besides the title and address that it knows itself."""
    told = {
        "og:type": "website" if is_book else "article",
        "og:locale": LOCALES[language],
        "og:image": picture,
        "og:image:alt": f"{title}. {description}".strip(),
        "og:description": description,
    }
    # The library only escapes quotes.
    return {name: escape(text, quote=False) for name, text in told.items() if text}


def description_tag(description: str) -> str:
    """The description for search engines; nothing where a page has none."""
    return f'<meta name="description" content="{escape(description)}" />\n' if description else ""


def lay_picture(title: str, description: str, book: str, target: Path, kept: Path = KEPT) -> None:
    """Put the preview of a page in the built book; it is drawn only when its words or its design changed.

    Args:
        title: of the page.
        description: shown below the title.
        book: the book's name.
        target: the PNG to write.
        kept: folder with what was drawn before.
    """
    drawn = kept / f"{_key(title, description, book)}.png"
    if not drawn.exists():
        from analysis.figures.preview import preview  # matplotlib takes longer to load than fifty pictures to copy

        kept.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".nieuw")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(preview(title, description, book))
        fresh.replace(drawn)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(drawn, target)


def _key(*words: str) -> str:
    return hashlib.sha256("\0".join((*words, _design())).encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _design() -> str:
    """All that a preview looks like, besides its words."""
    modules = [paths.ROOT / "analysis" / "figures" / name for name in ("preview.py", "theme.py")]
    code = hashlib.sha256(b"\0".join(module.read_bytes() for module in modules)).hexdigest()
    return f"{code} {version('matplotlib')} {version('pillow')}"


def page_fields(context: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    """The page's own metadata with what the library reads; a copy, since the library takes things out of it."""
    return {**(context.get("meta") or {}), **told}
