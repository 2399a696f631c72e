"""The pictures of a page: narrower on a phone, and of a size that is known before they are loaded."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path

# The staged list of figures that were drawn for a phone too: by the address of the picture, that of the narrow one.
NARROW = "smalle-figuren.json"

# Below this width the style sheet lets a figure take the whole screen.
PHONE = "(max-width: 30rem)"

IMAGE = re.compile(r'<img (?P<rest>[^>]*?src="(?P<address>_(?:images|static)/[^"]+\.(?:png|svg))"[^>]*?)\s*/?>')

# The first picture may be in sight when the page opens; to load it late would show it late.
AT_ONCE = 1

# A PNG begins with its signature and the header of its first chunk; then come width and height, four bytes each. A figure
# as lines tells them in points.
PNG_SIZE = struct.Struct(">16xII")
POINT = 4 / 3  # pixels of a browser


def describe(html: Path, narrow: Mapping[str, str]) -> None:
    """Give the pictures of a built site their size, so that text stays in its place while they load, and let them wait.

    Args:
        html: folder with the pages.
        narrow: by the address of a picture, that of the one for a phone.
    """
    for page in html.glob("*.html"):
        text = page.read_text("utf-8")
        described = _described(text, html, narrow)
        if described != text:
            page.write_text(described, "utf-8")


def narrow_ones(source: Path) -> dict[str, str]:
    """The list that the staging laid in a folder of sources; empty where it laid none."""
    path = source / NARROW
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _described(text: str, html: Path, narrow: Mapping[str, str]) -> str:
    seen = 0

    def describe_one(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        rest, address = match["rest"], match["address"]
        if "width=" in rest or "loading=" in rest:
            return match[0]
        late = ' loading="lazy"' if seen > AT_ONCE else ""
        image = f"<img {rest} {_size(html / address)}{late} />"
        if address not in narrow:
            return image
        slim = narrow[address]
        return (
            f'<picture class="vk-smal"><source media="{PHONE}" srcset="{slim}" {_size(html / slim)} />{image}</picture>'
        )

    return IMAGE.sub(describe_one, text)


def _size(picture: Path) -> str:
    """Width and height in pixels, as attributes; none for lines that do not tell theirs in points, such as the logo."""
    if picture.suffix == ".svg":
        return _size_of_lines(picture.read_text("utf-8"))
    width, height = PNG_SIZE.unpack(picture.read_bytes()[: PNG_SIZE.size])
    return f'width="{width}" height="{height}"'


def _size_of_lines(svg: str) -> str:
    sizes = {name: re.search(rf'<svg\b[^>]*?\s{name}="([\d.]+)pt"', svg) for name in ("width", "height")}
    return " ".join(f'{name}="{round(float(found[1]) * POINT)}"' for name, found in sizes.items() if found)
