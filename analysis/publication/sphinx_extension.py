"""Sphinx extension of the book: numbers from the register, and a shell that speaks Dutch."""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

from analysis import intervals
from analysis.paths import MARKER
from analysis.publication import bibliography
from analysis.publication.register import REGISTER_PAGE, Entry, Register, anchor, load, tooltip
from analysis.publication.site import assets, buttons, manners

logger = logging.getLogger(__name__)

NOT_STAGED = "Dit boek wordt gebouwd uit uitgevoerde hoofdstukken: draai eerst `make book`."

REGISTER_FILE = "register.json"
REFERENCE_TYPE = "getal"

# sphinx_copybutton keeps its languages in the script itself, and Dutch is not among them.
COPYBUTTON_START = "const messages = {"
COPYBUTTON_DUTCH = """
  'nl': {
    'copy': 'Kopieer',
    'copy_to_clipboard': 'Kopieer de code',
    'copy_success': 'Gekopieerd',
    'copy_failure': 'Kopiëren lukt niet',
  },"""


def require_staged(folder: Path) -> None:
    """Stop with one sentence when the sources were not staged (SystemExit: no traceback)."""
    if not (folder / MARKER).exists():
        sys.exit(NOT_STAGED)


def register_of(env: BuildEnvironment) -> Register:
    """The register of this build; the page that asks for it is read again when the register changes."""
    path = Path(env.srcdir, REGISTER_FILE)
    env.note_dependency(REGISTER_FILE)
    return _load(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=2)
def _load(path: Path, _changed: int) -> Register:
    return load(path)


class NumberRole(SphinxRole):
    """{getal}`amsterdam.helling` or {getal}`amsterdam.helling:interval`: a number, linked to its row."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        key, _, part = self.text.partition(":")
        entry = register_of(self.env).get(key)
        if entry is None:
            return self._refuse(f"Getal {key!r} op pagina {self.env.docname!r} staat niet in het register.")
        try:
            text = entry.number.text(part or "waarde")
        except ValueError as problem:
            return self._refuse(f"Getal {key!r} op pagina {self.env.docname!r}: {problem}")
        link = pending_xref("", nodes.inline("", text), refdomain="", reftype=REFERENCE_TYPE, reftarget=key)
        link["tooltip"] = tooltip(entry, part)
        return [link], []

    def _refuse(self, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Warn, which fails the build, and leave a visible hole for who builds without -W."""
        logger.warning(message, location=self.get_location(), type=REFERENCE_TYPE)
        return [nodes.strong("", f"[getal {self.text} ontbreekt]")], []


def resolve_number(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Link a number to its row; in a book without the register page it stays plain text."""
    if node["reftype"] != REFERENCE_TYPE:
        return None
    if REGISTER_PAGE not in env.all_docs:
        return content
    target = anchor(node["reftarget"])
    link = make_refnode(app.builder, node["refdoc"], REGISTER_PAGE, target, content, node["tooltip"])
    link["classes"].append("getal")
    return link


class RegisterTable(nodes.General, nodes.Element):
    """The place of the register's table; its HTML is made when links between pages are known."""


class RegisterDirective(SphinxDirective):
    """```{getallenregister}```: the table of all numbers."""

    def run(self) -> list[nodes.Node]:
        entries = list(register_of(self.env).values())
        _warn_of_shared_anchors(entries, self.get_location())
        return [RegisterTable(entries=entries)]


def _warn_of_shared_anchors(entries: list[Entry], location: str) -> None:
    seen: dict[str, str] = {}
    for entry in entries:
        other = seen.setdefault(anchor(entry.id), entry.id)
        if other != entry.id:
            message = f"Getallen {other!r} en {entry.id!r} delen één anker: geef er een een andere sleutel."
            logger.warning(message, location=location, type=REFERENCE_TYPE)


class KindsDirective(SphinxDirective):
    """```{intervalsoorten}```: what each kind of interval is called, and what it holds."""

    def run(self) -> list[nodes.Node]:
        items = [
            nodes.list_item("", nodes.paragraph("", "", nodes.strong("", kind.words), nodes.Text(f": {kind.meaning}.")))
            for kind in intervals.KINDS.values()
        ]
        return [nodes.bullet_list("", *items)]


# Headings of the register. A reader finds a number by any word of its row, and sorts by the number itself.
HEADERS = ("Getal", "Waarde", "Grenzen", "Soort interval", "Eenheid", "n", "Bron", "Hoofdstuk")


def visit_register(translator: Any, node: RegisterTable) -> None:
    """Write the table; docutils' own has no scope on its headers and no anchor on a row."""
    head = "".join(f'<th scope="col">{header}</th>' for header in HEADERS)
    rows = "\n".join(_row(entry, _chapter_link(translator, entry)) for entry in node["entries"])
    translator.body.append(
        '<div class="vk-tabel-omslag" role="region" aria-label="Register van alle getallen" tabindex="0"'
        ' data-zoek="getal" data-sorteer>'
        f'<table class="vk-tabel vk-register"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>\n"
    )
    raise nodes.SkipNode


def _row(entry: Entry, chapter: str) -> str:
    number = entry.number
    limits, kind = ("–", "–") if number.kind is None else (number.text("grenzen"), number.text("intervalsoort"))
    definition = f' <span class="vk-definitie">{escape(number.definition)}</span>' if number.definition else ""
    return (
        f'<tr id="{anchor(entry.id)}"><th scope="row"><code>{_breakable(entry.id)}</code></th>'
        f'<td class="getalcel"{_sorts_as(number.value)}>{number.text()}</td>'
        f'<td class="getalcel"{_sorts_as(number.low)}>{limits}</td><td>{escape(kind)}</td><td>{escape(number.unit)}{definition}</td>'
        f'<td class="getalcel"{_sorts_as(number.n)}>{number.text("n")}</td><td>{escape(number.source)}</td><td>{chapter}</td></tr>'
    )


def _sorts_as(value: float | None) -> str:
    """The attribute with the number itself, for the script that sorts; as in `figures/tables.py`, without its libraries."""
    return "" if value is None else f' data-sort="{value:.10g}"'


def _breakable(number_id: str) -> str:
    return escape(number_id).replace(".", ".<wbr>")


def _chapter_link(translator: Any, entry: Entry) -> str:
    """The chapter's title as a link, or its bare name when it is not a page of this book."""
    builder = translator.builder
    if entry.chapter not in builder.env.titles:
        return escape(entry.chapter)
    title = escape(builder.env.titles[entry.chapter].astext())
    return f'<a href="{builder.get_relative_uri(REGISTER_PAGE, entry.chapter)}">{title}</a>'


class SheetList(nodes.General, nodes.Element):
    """The place of the list of sheets; its HTML is made when the titles of all pages are known."""


class SheetsDirective(SphinxDirective):
    """```{steden}```: a link to the page of each city."""

    def run(self) -> list[nodes.Node]:
        return [SheetList(page=self.env.docname)]


def is_sheet(env: BuildEnvironment, page: str) -> bool:
    """Whether a page is one of the many that a notebook with `per_gemeente` became."""
    about = json.loads(env.metadata[page].get("veerkracht", "{}"))
    return bool(about.get("per_gemeente", False))


def visit_sheets(translator: Any, node: SheetList) -> None:
    """Write the list, in the order of the table of contents; role: without bullets Safari no longer calls it a list."""
    builder = translator.builder
    env = builder.env
    sheets = [page for pages in env.toctree_includes.values() for page in pages if is_sheet(env, page)]
    links = "\n".join(
        f'<li><a href="{builder.get_relative_uri(node["page"], page)}">{escape(env.titles[page].astext())}</a></li>'
        for page in sheets
    )
    translator.body.append(f'<ul class="vk-steden" role="list">\n{links}\n</ul>\n')
    raise nodes.SkipNode


def number_sheets_apart(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Count figures from 1 on each sheet, and as if there were no sheets in the chapters after them."""
    skipped: Counter[str] = Counter()
    for page, kinds in env.toc_fignumbers.items():
        for kind, figures in kinds.items():
            if is_sheet(env, page):
                skipped[kind] += len(figures)
                kinds[kind] = {name: (count,) for count, name in enumerate(figures, start=1)}
            else:
                kinds[kind] = {name: (number - skipped[kind],) for name, (number,) in figures.items()}
    return []


def skip(_translator: Any, _node: nodes.Node) -> None:
    """Leave a node out of builders that make no HTML."""
    raise nodes.SkipNode


def visit_hidden_code(translator: Any, node: HideCodeCellNode) -> None:
    """MyST-NB's own visitor without its English aria-label: the visible prompt is the name of the control."""
    prompts = (("collapsed", node["prompt_show"]), ("expanded", node["prompt_hide"]))
    lines = "".join(f'<p class="{state} admonition-title">{escape(text)}</p>\n' for state, text in prompts)
    classes = " ".join(node["classes"])
    translator.body.append(f'<details class="admonition hide {classes}">\n<summary>\n{lines}</summary>\n')


def visit_reference(translator: Any, node: nodes.citation) -> None:
    """docutils' own with the role of an item in its list: the role for entries of a bibliography is deprecated."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(translator.starttag(node, "div", classes=["citation"], role="listitem"))


def depart_reference(translator: Any, node: nodes.citation) -> None:
    """Close an entry, and after the last one the list."""
    last = not isinstance(node.next_node(descend=False, siblings=True), nodes.citation)
    translator.body.append("</div>\n</div>\n" if last else "</div>\n")


def anchor_locale_dirs(app: Sphinx, config: Config) -> None:
    """Make the folders absolute: Sphinx looks for its scripts' translations from the working folder."""
    config.locale_dirs = [str(Path(app.srcdir, folder)) for folder in config.locale_dirs]


def mark_language(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Mark the text of a page whose front matter has another `lang`; the shell around it stays Dutch."""
    language = app.env.metadata.get(page, {}).get("lang")
    if language and language != app.config.language:
        contents = context["generate_toc_html"]
        context["body"] = f'<div lang="{escape(language)}">{context["body"]}</div>'
        context["generate_toc_html"] = lambda: str(contents()).replace("<ul", f'<ul lang="{escape(language)}"', 1)


def translate_copybutton(app: Sphinx, problem: Exception | None) -> None:
    """Teach the copied script of sphinx_copybutton its Dutch."""
    script = Path(app.outdir, "_static", "copybutton.js")
    if problem or not script.exists():
        return
    text = script.read_text(encoding="utf-8")
    if COPYBUTTON_DUTCH not in text:
        dutch = text.replace(COPYBUTTON_START, COPYBUTTON_START + COPYBUTTON_DUTCH, 1)
        script.write_text(dutch, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    require_staged(Path(app.srcdir))
    bibliography.register_styles()
    # jupyter-book always passes this one, also when sphinx_comments is not among the extensions.
    app.add_config_value("comments_config", {}, "html")
    app.setup_extension("myst_nb")
    app.setup_extension("analysis.publication.site.page")
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_HideCellInput))
    app.add_node(nodes.citation, override=True, html=(visit_reference, depart_reference))
    app.add_node(RegisterTable, html=(visit_register, None), latex=(skip, None), text=(skip, None))
    app.add_node(SheetList, html=(visit_sheets, None), latex=(skip, None), text=(skip, None))
    app.add_role("getal", NumberRole())
    app.add_directive("getallenregister", RegisterDirective)
    app.add_directive("intervalsoorten", KindsDirective)
    app.add_directive("steden", SheetsDirective)
    app.connect("config-inited", anchor_locale_dirs)
    app.connect("env-get-updated", number_sheets_apart, priority=600)  # after Sphinx itself, which numbers them through
    app.connect("missing-reference", resolve_number)
    manners.setup(app)
    app.connect("html-page-context", mark_language, priority=800)  # after the theme, which lists the headings
    app.connect("build-finished", translate_copybutton)
    assets.setup(app)
    buttons.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
