"""The page "Vind uw buurt" and the search form that leads to it, for Sphinx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from analysis.figures.listing import FINDER_PAGE
from analysis.publication.site import scripts

# Everything of this page in `_static` begins with this. jupyter-book would put all of it on every page of the book.
OWN = "vind"
STYLE = "vind.css"
SCRIPTS = ("vind.js", "vind/maten.js")  # the second calls the first

# In the body of a page: the form asks for the style, the place that the script fills for the scripts too.
FORM_MARK, APP_MARK = 'class="vk-zoekbuurt"', 'id="vk-vind"'

# Under the field; on the page itself the script puts there what it found.
EXAMPLE = "Bijvoorbeeld: Kanaleneiland, Den Haag of Overvecht."

# The frame of the table that the script makes: a page that names it loads what searches and sorts tables.
TABLE = "vk-tabel-omslag"

# What the builder laid ready: which gemeenten are big cities, among other things.
ABOUT = Path("_static") / "vind" / "maten.js"


class SearchForm(nodes.General, nodes.Element):
    """The place of a search form."""


class SearchFormDirective(SphinxDirective):
    """```{zoekbuurt}```: a form that leads to the page, with what was typed in its address; it needs no script."""

    def run(self) -> list[nodes.Node]:
        return [SearchForm(page=self.env.docname)]


def visit_form(translator: Any, node: SearchForm) -> None:
    """Write the form; its field has the page in its id, for a book on one page."""
    address, field = translator.builder.get_relative_uri(node["page"], FINDER_PAGE), f"vk-zoek-{node['page']}"
    translator.body.append(
        f'<form {FORM_MARK} role="search" aria-label="Vind uw buurt" action="{address}" method="get">\n'
        f'<label for="{field}">Vind uw buurt, wijk of gemeente</label>\n'
        f'<span><input type="search" id="{field}" name="zoek" autocomplete="off" spellcheck="false" aria-describedby="{field}-stand">'
        f'<button type="submit">Zoek</button></span>\n<p class="vk-zoek-stand" id="{field}-stand">{EXAMPLE}</p>\n</form>\n'
    )
    raise nodes.SkipNode


class FinderPlace(nodes.General, nodes.Element):
    """The place that the script fills."""


class FinderPlaceDirective(SphinxDirective):
    """```{vindplek}```: where the card, the map and the table of what was chosen come."""

    def run(self) -> list[nodes.Node]:
        return [FinderPlace()]


def visit_place(translator: Any, _node: FinderPlace) -> None:
    """Write the place, with a spot for each city: pages of cities link to it, and a browser scrolls there."""
    (about,) = scripts.read(Path(translator.builder.srcdir) / ABOUT)
    spots = "".join(f'<span id="{code}" class="vk-plaats"></span>' for code in about["steden"])
    translator.body.append(f'{spots}<div {APP_MARK} data-maakt="{TABLE}"></div>\n')
    raise nodes.SkipNode


def skip(_translator: Any, _node: nodes.Node) -> None:
    """Leave both out of builders that make no HTML."""
    raise nodes.SkipNode


def keep_apart(_app: Sphinx, config: Config) -> None:
    """Take the files of this page off the list of what every page loads."""
    for name in ("html_js_files", "html_css_files"):
        setattr(config, name, [one for one in getattr(config, name) if not _path(one).startswith(OWN)])


def _path(entry: str | tuple[str, dict[str, Any]]) -> str:
    return entry if isinstance(entry, str) else entry[0]


def load(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Let a page load what stands on it."""
    body = context.get("body", "")
    if FORM_MARK in body or APP_MARK in body:
        app.add_css_file(STYLE)
    if APP_MARK in body:
        for script in SCRIPTS:
            app.add_js_file(script, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_node(SearchForm, html=(visit_form, None), latex=(skip, None), text=(skip, None))
    app.add_node(FinderPlace, html=(visit_place, None), latex=(skip, None), text=(skip, None))
    app.add_directive("zoekbuurt", SearchFormDirective)
    app.add_directive("vindplek", FinderPlaceDirective)
    app.connect("config-inited", keep_apart)
    app.connect("html-page-context", load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
