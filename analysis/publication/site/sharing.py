"""What a search engine or messenger shows of a page: its description, and a picture with its title.

sphinxext-opengraph writes such tags too. It loads pyplot at every build for cards that have another look than the book
(0.8 s, more than all that is done here), and takes as description the first words of a page, or else what it is given.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from functools import lru_cache
from html import escape
from importlib.metadata import version
from pathlib import Path

from analysis import paths

# The longest description that search engines show whole.
DESCRIPTION_LENGTH = 155

# Where the pictures lie in the built book, and where drawn ones are kept between builds.
PICTURES = "_static/voorbeeld"
KEPT = paths.BUILD / "voorbeelden"

# Its size in pixels; analysis/figures/preview.py draws it so.
WIDTH, HEIGHT = 1200, 630

# og:locale by the language of a page.
LOCALES = {"nl": "nl_NL", "en": "en_GB"}


def tags(title: str, description: str, language: str, page: str, book: str, address: str | None, is_book: bool) -> str:
    """The tags in the head of a page by which others show it.

    Args:
        title: of the page.
        description: a sentence or two; empty leaves those tags out.
        language: of its text, "nl" or "en".
        page: its name.
        book: the book's name.
        address: of the book; without it addresses are relative, which messengers do not follow but other tools do.
        is_book: whether it stands for the whole book.
    """
    told = {
        "og:title": title,
        "og:description": description,
        "og:type": "website" if is_book else "article",
        "og:url": f"{address}{page}.html" if address else "",
        "og:site_name": book,
        "og:locale": LOCALES[language],
        "og:image": f"{address or ''}{picture(page)}",
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": f"{title}. {description}".strip(),
    }
    named = {"description": description, "twitter:card": "summary_large_image"}
    lines = [_tag("name", *one) for one in named.items()] + [_tag("property", *one) for one in told.items()]
    return "".join(lines)


def _tag(kind: str, name: str, content: str) -> str:
    return f'<meta {kind}="{name}" content="{escape(content)}" />\n' if content else ""


def picture(page: str) -> str:
    """Where the preview of a page lies in the built book."""
    return f"{PICTURES}/{page}.png"


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
        fresh = drawn.with_suffix(f".{os.getpid()}")  # two builds may draw the same one
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
