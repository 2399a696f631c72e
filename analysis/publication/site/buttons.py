"""The buttons above a page: what the theme calls by the end of a file name, in words."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

# The source of a page of text is of no use to a reader; a notebook is.
TEXT_SOURCE = ".md"

# What the theme writes as ".md" or ".pdf"; another end of a name is the page's source too.
PRINT, SOURCE = "Afdrukken of bewaren als pdf", "Bronbestand ({ending})"


def name_downloads(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Give the downloads of a page a name that says what comes."""
    for group in context.get("header_buttons", []):
        buttons = group.get("buttons", [])
        buttons[:] = [button for button in buttons if button.get("text") != TEXT_SOURCE]
        for button in buttons:
            ending = str(button.get("text", ""))
            if ending.startswith("."):
                button["text"] = PRINT if ending == ".pdf" else SOURCE.format(ending=ending)


def setup(app: Sphinx) -> None:
    """Register with Sphinx, after the theme, which lists the buttons."""
    app.connect("html-page-context", name_downloads, priority=900)
