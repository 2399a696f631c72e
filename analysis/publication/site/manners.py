"""Good manners of the built book, in one place for Sphinx: sharing, citing, the date of a page, a page for a wrong address.

sphinx-notfound-page was tried for the last: its links leave out the theme's list of chapters and the footer. Here every
relative link of that one page gets the book's path in front, once it is built.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from analysis import dutch, paths
from analysis.errors import InvalidInput
from analysis.figures.listing import FINDER_PAGE
from analysis.publication.site import address, citing, dates, sharing, terms

# The page that web servers show for an address that does not exist; GitHub Pages looks for this name.
NOT_FOUND = "404"
NOT_FOUND_TITLE = "Deze pagina bestaat niet"

# Pages that a reader may be looking for, and how a link calls them; a book without one has no link to it.
SIGNPOSTS = (
    ("index", "In het kort: de uitkomsten op één pagina"),
    (FINDER_PAGE, "Vind uw buurt"),
    ("steden", "Kies uw stad"),
    ("begrippen", "Begrippen"),
)

# No pages to find: the search page and its index, and the page for a wrong address.
NOT_IN_SITEMAP = ("search.html", "genindex.html", f"{NOT_FOUND}.html")

# An address within the book, in a page: not one with a scheme, from the root of a host, or within the page itself.
RELATIVE = re.compile(r'\b(?P<name>href|src|action|data-content_root)="(?!(?:[a-z][a-z0-9+.-]*:|[/#]))(?:\./)?')


def configure(app: Sphinx, config: Config) -> None:
    """Tell Sphinx and its sitemap where the book will stand, as far as that is known."""
    known = address.of_book()
    if known is None:
        return
    config.html_baseurl = known
    config.sitemap_url_scheme = "{link}"
    config.sitemap_locales = [None]  # no translations: the folder of catalogues is about the shell
    config.sitemap_excludes = list(NOT_IN_SITEMAP)


def greet(app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Give a page its description, picture, date and citation."""
    if page == NOT_FOUND:
        context["metatags"] = '<meta name="robots" content="noindex" />\n'
        context["pageurl"] = None
    if doctree is None:
        return
    about = app.env.metadata.get(page, {})
    description, is_book = about.get("description", ""), page == app.config.root_doc
    title = app.env.titles[page].astext()
    book = app.config.html_title
    sharing.lay_picture(title, description, book, Path(app.outdir, sharing.picture(page)))
    language = about.get("lang", app.config.language)
    context["metatags"] += sharing.tags(title, description, language, page, book, address.of_book(), is_book)
    context["citing"] = citation_of(source_of(page, about), title, page, is_book)


def source_of(page: str, about: dict[str, Any]) -> str:
    """The file in `book/` of which a page is made, without its ending: "stadsblad" for the page of a city."""
    return str(about.get("bron", page))


def citation_of(source: str, title: str, page: str, is_book: bool) -> dict[str, str]:
    """What the foot of a page says: version, date, and how to refer to it."""
    changed = dates.last_changed(paths.ROOT)
    days = [changed[name] for name in (f"book/{source}.ipynb", f"book/{source}.md") if name in changed]
    book, known = citing.edition(), address.of_book()
    cited = citing.Page(page, title, max(days, default=None), known and f"{known}{page}.html", is_book)
    return {
        "version": book.version,
        "when": dutch.sentence_case(citing.when(cited, book)),
        "sentence": citing.sentence(cited, book),
        "bibtex": citing.bibtex(cited, book),
    }


def page_for_wrong_address(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page that a web server shows when nothing stands at an address."""
    signposts = [(page, label) for page, label in SIGNPOSTS if page in app.env.found_docs]
    yield NOT_FOUND, {"title": NOT_FOUND_TITLE, "signposts": signposts}, f"{NOT_FOUND}.html"


def anchor_wrong_address(app: Sphinx, problem: Exception | None) -> None:
    """Let the links of that page work at any depth, when the book's address is known; else they stay relative."""
    page, known = Path(app.outdir, f"{NOT_FOUND}.html"), address.of_book()
    if problem or not known or not page.exists():
        return
    page.write_text(from_the_root(page.read_text("utf-8"), address.folder(known)), "utf-8")


def from_the_root(html: str, folder: str) -> str:
    """A page of which every address within the book starts at the root of the host.

    Args:
        html: the page.
        folder: path of the book on its host, such as "/boek/".
    """
    return RELATIVE.sub(lambda match: f'{match["name"]}="{folder}', html)


def setup(app: Sphinx) -> None:
    """Register everything with Sphinx; a malformed address stops the build with one sentence."""
    try:
        known = address.of_book()
    except InvalidInput as problem:
        sys.exit(str(problem))
    terms.setup(app)
    if known:
        app.setup_extension("sphinx_sitemap")
    app.connect("config-inited", configure)
    app.connect("html-page-context", greet)
    app.connect("html-collect-pages", page_for_wrong_address)
    app.connect("build-finished", anchor_wrong_address)
