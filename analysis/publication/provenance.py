"""What stands under each figure and table: its files to download, and how it was made."""

from __future__ import annotations

import ast
import base64
import hashlib
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat

from analysis.choices import PARAMETERS, Choices
from analysis.dataset import schema

# Where Jupyter Book puts the pictures of notebooks and the sources of pages.
IMAGES, SOURCES = "_images", "_sources"

# How the Markdown begins that stands under a figure or table.
BELOW = "::::{div} vk-onder"

# Dutch spreadsheets take a comma for a decimal sign.
CSV_FORM = "- **CSV**: komma tussen de kolommen, punt als decimaalteken. In Excel: *Gegevens*, dan *Uit tekst/CSV*."

# What a shell still reads between double quotes.
SPECIAL = re.compile(r'["$`\\!]')

# The results of long simulations, declared as data by the chapters that show them.
SIMULATIONS = "results/simulaties.csv"


@dataclass(frozen=True)
class Shown:
    """A figure or table as it stands on a page.

    Attributes:
        csv: address of its data.
        svg: address of the same picture as lines; None for a table.
        png: address of the picture; None for a table.
        narrow: address of the picture for phones; None where none was drawn.
    """

    csv: str
    svg: str | None = None
    png: str | None = None
    narrow: str | None = None


@dataclass(frozen=True)
class Maker:
    """What made the figures and tables of a page.

    Attributes:
        page: its name in the book.
        notebook: the notebook in `book/`.
        choices: what it was run with.
        declared: names of the parameters that the notebook has.
        data: files it declares, relative to the project.
        imports: for each name that its code imports, the module or function.
    """

    page: str
    notebook: str
    choices: Choices
    declared: Sequence[str]
    data: Sequence[str]
    imports: dict[str, str]


def maker_of(page: str, notebook_name: str, choices: Choices, notebook: nbformat.NotebookNode) -> Maker:
    """Read from an executed notebook what made its figures."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    trees = [_parsed(cell.source) for cell in code]
    assigned = [
        target.id
        for cell, tree in zip(code, trees, strict=True)
        if "parameters" in cell.metadata.get("tags", [])
        for one in tree.body if isinstance(one, ast.Assign)
        for target in one.targets if isinstance(target, ast.Name)
    ]  # fmt: skip
    declared = [name for name in PARAMETERS if name in assigned]
    data = notebook.metadata.get("veerkracht", {}).get("data", [])
    return Maker(page, notebook_name, choices, declared, data, dict(_imports(trees)))


def _parsed(source: str) -> ast.Module:
    """The code of a cell; a cell with IPython's own commands is not Python, and has no calls to look up."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def _imports(trees: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def function_of(source: str, imports: dict[str, str]) -> tuple[str, str] | None:
    """Module and name of the function that a cell shows the result of; None when its last line calls no imported one.

    `maps.types("kaart", …)` gives ("analysis.figures.maps", "types").
    """
    tree = _parsed(source)
    last = tree.body[-1] if tree.body else None
    call = last.value if isinstance(last, ast.Expr) else None
    if not (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    ):
        return None
    module = imports.get(call.func.value.id)
    return (module, call.func.attr) if module else None


def image_address(png: str) -> str:
    """Where MyST-NB lays the picture of a cell (base64): named after the hash of its bytes."""
    return f"{IMAGES}/{hashlib.sha256(base64.b64decode(png)).hexdigest()}.png"


def below(cell: nbformat.NotebookNode, shown: Shown, maker: Maker, position: int) -> nbformat.NotebookNode:
    """The Markdown that stands under a figure or table.

    Args:
        cell: the code cell that made it.
        shown: its addresses.
        maker: what made the page.
        position: of the cell in the published notebook, counted from 1.
    """
    lines = [BELOW, *_downloads(shown, cell), ":::{dropdown} Zo is dit gemaakt", ":class-container: vk-gemaakt", "",
             *_made(cell, maker, position), "", "```python", cell.source.strip(), "```", ":::", "::::"]  # fmt: skip
    return nbformat.v4.new_markdown_cell("\n".join(lines))


def file_stem(address: str) -> str:
    """How a reader's copy of a file is called, without its ending: with the page where pages share the names of figures.

    `_static/cijfers/stad-utrecht/kaart.csv` gives "stad-utrecht-kaart", `_static/cijfers/curve.csv` "curve".
    """
    _static, _kind, *page, name = Path(address).parts
    return "-".join([*page, Path(name).stem])


def _downloads(shown: Shown, cell: nbformat.NotebookNode) -> list[str]:
    """Links to the files of a figure, named as a reader would want to find them later; a table has its own link."""
    if shown.png is None:
        return []
    stem = file_stem(shown.csv)
    files = (("PNG", shown.png, "png"), ("SVG", shown.svg, "svg"), ("cijfers (CSV)", shown.csv, "csv"))
    links = [
        f'<a href="{escape(address)}" download="{stem}.{kind}">{label}</a>' for label, address, kind in files if address
    ]
    return ['<p class="vk-downloads">Download: ' + " · ".join(links) + "</p>", ""]


def _made(cell: nbformat.NotebookNode, maker: Maker, position: int) -> list[str]:
    chosen = {name: value for name, value in asdict(maker.choices).items() if name in maker.declared}
    notebook = f'<a href="{SOURCES}/{maker.page}.ipynb" download="{maker.page}.ipynb"><code>book/{maker.notebook}.ipynb</code></a>'
    lines = [f"- **Code**: cel {position} van het notebook {notebook}, hieronder te lezen."]
    function = function_of(cell.source, maker.imports)
    if function:
        lines.append(f"- **Functie**: `{function[1]}` in `{function[0].replace('.', '/')}.py`.")
    if chosen:
        lines.append("- **Keuzes**: " + ", ".join(f"{name} = {value}" for name, value in chosen.items()) + ".")
    publishers = sources_of(maker.data)
    if publishers:
        lines.append("- **Gegevens** van dit notebook, met hun jaar: " + "; ".join(publishers) + ".")
    again = f"python -m analysis run {maker.notebook}"
    if "gemeente" in chosen:
        again += f" --gemeente {quoted(maker.choices.gemeente)}"
    return [*lines, f"- **Opnieuw maken**: `{again}`.", CSV_FORM]


def quoted(word: str) -> str:
    """A word as it stands in a printed command: every shell reads it as it is, in the quotes that are easiest to read."""
    if shlex.quote(word) == word:
        return word
    return shlex.quote(word) if SPECIAL.search(word) else f'"{word}"'


def sources_of(files: Sequence[str]) -> list[str]:
    """The publishers' tables behind data files, each once, in the order of the description of the data."""
    package = schema.describe()
    used: dict[str, Any] = {}
    for item in package["resources"]:
        if f"data/{item['path']}" in files:
            used |= {source["title"]: None for source in item.get("sources", [])}
    titles = [source["title"] for source in package["sources"] if source["title"] in used]
    others = [title for title in used if title not in titles]
    simulated = ["de simulaties van dit boek (`make simulate`)"] if SIMULATIONS in files else []
    return titles + others + simulated
