"""Pictures on a phone: the narrow drawing of a figure where there is one, with its size told before it is loaded."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# The staged list of pictures: for each address of a picture its size, and address and size of the narrow one.
PICTURES = "figuren.json"

# Below this width the style sheet lets a figure take the whole screen.
PHONE = "(max-width: 30rem)"

IMAGE = re.compile(r'<img (?P<before>[^>]*)src="(?P<address>_images/[0-9a-f]{64}\.png)"(?P<after>[^>]*?)\s*/?>')


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the header of a PNG."""
    return struct.unpack(">II", png[16:24])


def with_narrow_pictures(body: str, pictures: dict[str, Any]) -> str:
    """The HTML of a page in which every listed picture has its size, waits until it is near, and is narrow on a phone."""

    def picture(match: re.Match[str]) -> str:
        known = pictures.get(match["address"])
        if known is None:
            return match[0]
        width, height = known["size"]
        image = f'<img {match["before"]}src="{match["address"]}"{match["after"]} width="{width}" height="{height}" loading="lazy">'
        if "narrow" not in known:
            return image
        width, height = known["narrow_size"]
        source = f'<source media="{PHONE}" srcset="{known["narrow"]}" width="{width}" height="{height}">'
        return f'<picture class="vk-smal">{source}{image}</picture>'

    return IMAGE.sub(picture, body)


def narrow_pictures(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Sphinx's hook: `with_narrow_pictures` on the body of each page."""
    path = Path(app.srcdir, PICTURES)
    if "body" in context and path.exists():
        context["body"] = with_narrow_pictures(context["body"], json.loads(path.read_text("utf-8")))
