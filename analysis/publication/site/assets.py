"""What a page loads: only the scripts and styles that it needs, and no script before its text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from analysis.publication.site import images, slim

# Files that serve one kind of content, with what the HTML of such content holds; a page without it does not load them.
# A file that is not named here is loaded everywhere.
NEEDED_FOR = {
    "pygments.css": 'class="highlight',
    "copybutton.css": 'class="highlight',
    "clipboard.min.js": 'class="highlight',
    "copybutton.js": 'class="highlight',
    "mystnb.": 'class="cell',
    "sphinx-design.min.css": "sd-",
    "design-tabs.js": "sd-tab-set",
    "tabel.js": "vk-tabel-omslag",
    "derden/sortable-tablesort": "vk-tabel-omslag",
    "schuiven.js": "<figure",
}

# The search page loads this one itself, between Sphinx's tools and the index.
SEARCH_PAGE_ONLY = "zoeken.js"

# The theme's two inline scripts say which page this is and that search does not start while typing; neither is used
# here, and an inline script would not wait for the file that it needs.
UNUSED_INLINE = "DOCUMENTATION_OPTIONS."

# A script that runs when it is read finds the Dutch words only when these came before it, and the words need Sphinx's own
# tools. Sphinx gives its tools priority 200 and the words 500, and sorts a page's scripts after this module saw them.
PRIORITIES = {"translations.js": 200, "sphinx_highlight.js": 201}


def choose(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Leave out what a page does not need, and let its scripts wait until the page is read."""
    body = context.get("body", "")
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if _needed(file, body)]
    context["script_files"] = [_waiting(script) for script in context["script_files"]]


def _waiting(script: Any) -> Any:
    """The script, to be run when the page is read; an inline one runs in its place."""
    if not script.filename:
        return script
    priority = PRIORITIES.get(_name(script), script.priority)
    return type(script)(script.filename, priority=priority, **{**script.attributes, "defer": "defer"})


def _needed(file: Any, body: str) -> bool:
    if not file.filename:
        return not str(file.attributes.get("body", "")).startswith(UNUSED_INLINE)
    name = _name(file)
    return name != SEARCH_PAGE_ONLY and all(
        content in body for start, content in NEEDED_FOR.items() if name.startswith(start)
    )


def _name(file: Any) -> str:
    return str(file.filename or "").removeprefix("_static/")


def finish(app: Sphinx, problem: Exception | None) -> None:
    """Leave out of the site what no page loads, and describe the pictures of its pages."""
    if problem is None and app.builder.name == "html":
        slim.slim(Path(app.outdir))
        images.describe(Path(app.outdir), images.narrow_ones(Path(app.srcdir)))


def setup(app: Sphinx) -> None:
    """Register with Sphinx, after the extensions that add files."""
    app.connect("html-page-context", choose, priority=900)
    app.connect("build-finished", finish, priority=900)
