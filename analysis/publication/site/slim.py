"""Leaving out of the built site what no page loads, most of it the theme's: 4 MB, and the icons in its style sheet."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

# Under _static. Kept are the licences of scripts that are served.
UNUSED = (
    "**/*.map",                         # for who debugs the theme
    "scripts/fontawesome.*",            # iconen.css draws the icons in use
    "vendor",                           # the icon font itself
    "locales",                          # the theme's catalogues; what they say is in the pages by now
    "images/logo_*",                    # of services that launch a notebook elsewhere
    "*webpack-macros.html",
    "styles/theme.css",                 # only imports basic.css, which pages load themselves
    "base-stemmer.js", "dutch-stemmer.js",  # language_data.js holds both
    "plus.png", "minus.png", "check-solid.svg", "copy-button.svg", "copybutton_funcs.js",
)  # fmt: skip

# The letters of the theme's icon font: ".fa-bars:before{content:"\f0c9"}", and where the font lies. A third of the sheet.
LETTERS = re.compile(r"(?:\.fa-[\w-]+:{1,2}before,?)+\{[^}]*\}|@font-face\{[^}]*fontawesome[^}]*\}")

# What a style sheet or script says of its map.
MAPPED = re.compile(r"\n?(?://|/\*)# sourceMappingURL=[^\s*]+(?: ?\*/)?")


def slim(html: Path) -> None:
    """Remove from a built site what none of its pages loads.

    Args:
        html: folder with the pages.
    """
    static = html / "_static"
    for pattern in UNUSED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (*static.glob("scripts/*.js"), *static.glob("styles/*.css")):
        _rewrite(path)


def _rewrite(path: Path) -> None:
    text = path.read_text("utf-8")
    slimmer = LETTERS.sub("", MAPPED.sub("", text))
    if slimmer != text:
        path.write_text(slimmer, "utf-8")
