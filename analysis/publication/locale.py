"""Compile the Dutch catalogues of the book's shell, for Sphinx and for its search in the browser."""

from __future__ import annotations

import json
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

# The name under which Sphinx looks for translations of its scripts, next to its own sphinx.mo.
SCRIPT_DOMAIN = "sphinx"


def compile_catalogs(folder: Path) -> None:
    """Write a .mo file next to every .po file in a folder, and a .js file for the search script.

    Args:
        folder: root of the catalogues, such as `_locale`; files are found at any depth.
    """
    for source in sorted(folder.rglob("*.po")):
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name, domain=source.stem)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        if source.stem == SCRIPT_DOMAIN:
            source.with_suffix(".js").write_text(_as_script(catalog), encoding="utf-8")


def _as_script(catalog: Catalog) -> str:
    """The catalogue as a call of Sphinx's doctools.js; it replaces Sphinx's own file as a whole."""
    content = {
        "locale": str(catalog.locale),
        "messages": {message.id: message.string for message in catalog if message.id},
        "plural_expr": catalog.plural_expr,
    }
    return f"Documentation.addTranslations({json.dumps(content, ensure_ascii=False, indent=1)});\n"
