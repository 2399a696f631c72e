"""What a reader reads, as plain sentences per page: text, headings, captions, alt texts, and the words of tables.

Taken from the staged book (`staging.stage`), so no Sphinx is needed: numbers, sentences and choices stand in it as readers see
them. Left out is what is compared by itself: code, numbers in tables (their data lies beside them), lists made of other pages,
and all that a browser or the theme adds. The title inside a picture stands first in its alt text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import yaml

from analysis.publication import plain, provenance, register

HEADING = re.compile(r"^# +(?P<title>.+)$", re.MULTILINE)

# Rows of a table that shows its data column by column: the same data lies in its CSV.
ROWS = re.compile(r'(<table class="dataframe".*?<tbody>).*?(</tbody>)', re.DOTALL)

# Cells that a page does not show at all.
HIDDEN = {"remove-cell", "remove-output"}

Register = register.Register


def of_book(source: Path, names: Iterable[str], numbers: Register) -> dict[str, str]:
    """The sentences of pages of a staged book, one on a line, by the name of the page.

    Args:
        source: folder that `staging.stage` laid ready.
        names: of the pages.
        numbers: every number.
    """
    known = titles(source)
    return {
        name: "".join(f"{one}\n" for one in _of_page(_page(source, name), numbers, known)) for name in sorted(names)
    }


def _of_page(page: str | nbformat.NotebookNode, numbers: Register, known: dict[str, str]) -> Iterator[str]:
    """The sentences of a page. How its figures were made is told below each, for the most part in the same words: those stand once."""
    told: set[str] = set()
    for kind, text in _of_text(page) if isinstance(page, str) else _of_notebook(page):
        found = _sentences(kind, register.fill(text, numbers), known)
        if text.startswith(provenance.BELOW):
            found = [one for one in found if one not in told]
            told.update(found)
        yield from found


def titles(folder: Path) -> dict[str, str]:
    """The title of each page in a folder of sources, by its name."""
    texts = {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}
    for path in folder.glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts[path.stem] = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = ((name, HEADING.search(text)) for name, text in texts.items())
    return {name: heading["title"].strip() for name, heading in found if heading}


def _page(source: Path, name: str) -> str | nbformat.NotebookNode:
    text = source / f"{name}.md"
    return text.read_text("utf-8") if text.exists() else nbformat.read(source / f"{name}.ipynb", as_version=4)


# Markdown still has its roles and blocks; the other kind is HTML.
MYST, HTML = "myst", "html"


def _of_text(text: str) -> Iterator[tuple[str, str]]:
    front = plain.FRONT_MATTER.match(text)
    if front:
        yield MYST, yaml.safe_load(front["yaml"]).get("description", "")
    yield MYST, text


def _of_notebook(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    yield MYST, notebook.metadata.get("description", "")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield MYST, cell.source
        elif not HIDDEN & set(cell.metadata.get("tags", [])):
            shown = cell.metadata.get("mystnb", {})
            yield MYST, shown.get("image", {}).get("alt", "")
            yield MYST, shown.get("figure", {}).get("caption", "")
            for output in cell.outputs:
                yield from _of_output(output)


def _of_output(output: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an output says: the richest form of it. A picture says what its alt text says; warnings the book does not show."""
    if output.get("name") == "stderr":
        return
    data = output.get("data", {"text/plain": output.get("text", "")})
    if "text/html" in data:
        yield HTML, data["text/html"]
    elif "text/markdown" in data:
        yield MYST, data["text/markdown"]
    elif not any(form.startswith("image/") for form in data):
        yield HTML, data.get("text/plain", "")


def _sentences(kind: str, text: str, known: dict[str, str]) -> list[str]:
    return plain.sentences(ROWS.sub(r"\1\2", text if kind == HTML else plain.html(plain.markdown(text, known))))
