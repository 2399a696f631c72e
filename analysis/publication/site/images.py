"""What a browser wants to know of the pictures of a page beforehand: how large they are, and which can wait."""

from __future__ import annotations

import re
import struct
from pathlib import Path

IMAGE = re.compile(r'<img (?P<rest>[^>]*?src="(?P<address>_images/[^"]+\.png)"[^>]*?)\s*/?>')

# The first picture may be in sight when the page opens; to load it late would show it late.
AT_ONCE = 1

# A PNG begins with its signature and the header of its first chunk; then come width and height, four bytes each.
PNG_SIZE = struct.Struct(">16xII")


def describe(html: Path) -> None:
    """Give the pictures of a built site their size, so that text stays in its place while they load, and let them wait.

    Args:
        html: folder with the pages.
    """
    for page in html.glob("*.html"):
        text = page.read_text("utf-8")
        described = _described(text, html)
        if described != text:
            page.write_text(described, "utf-8")


def _described(text: str, html: Path) -> str:
    seen = 0

    def describe_one(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        if "width=" in match["rest"] or "loading=" in match["rest"]:
            return match[0]
        width, height = PNG_SIZE.unpack((html / match["address"]).read_bytes()[: PNG_SIZE.size])
        late = ' loading="lazy"' if seen > AT_ONCE else ""
        return f'<img {match["rest"]} width="{width}" height="{height}"{late} />'

    return IMAGE.sub(describe_one, text)
