"""Building the book: execute the chapters, collect the register, lay the source ready, render it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import yaml

from analysis import paths
from analysis.choices import Choices, settle
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.publication import execute, register, staging

# jupyter-book as a command of this Python: it has no `-m` form, and its script may not be on the PATH.
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"

# Sphinx colours what it says, also in a file.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Say = Callable[[str], None]


def chapter_names() -> list[str]:
    """The notebooks in the table of contents, in its order."""
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text("utf-8"))
    pages = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [Path(page).name for page in pages if (paths.ROOT / f"{page}.ipynb").exists()]


def settled(notebook: Path, parameters: dict[str, Any]) -> Choices:
    """The choices of a run, checked before anything is executed; a parameter that is not given has the notebook's default."""
    import papermill

    declared = papermill.inspect_notebook(str(notebook))
    gemeenten = store.read("gemeenten")
    settle(parameters, gemeenten, declared)
    defaults = {name: ast.literal_eval(found["default"]) for name, found in declared.items()}
    return settle({**defaults, **parameters}, gemeenten, declared)


def read_chapter(name: str, executed: Path, choices: Choices, own: Choices) -> staging.Chapter:
    """An executed chapter, with the place it was run for where that is not its own."""
    notebook = nbformat.read(executed, as_version=4)
    group = notebook.metadata.get("veerkracht", {}).get("groep", name)
    place = choices.gemeentecode if choices.gemeentecode != own.gemeentecode else None
    return staging.Chapter(name, group, place, choices, notebook)


def build_book(say: Say = print) -> Path:
    """Build the whole book.

    Returns:
        The folder with the HTML.

    Raises:
        InvalidInput: when a chapter fails, a number is missing, or the book does not render without warnings.
    """
    began = time.monotonic()
    names = chapter_names()
    say(f"Hoofdstukken uitvoeren ({len(names)}):")
    tasks = [execute.Task(paths.BOOK / f"{name}.ipynb", paths.EXECUTED / f"{name}.ipynb") for name in names]
    execute.report(execute.execute(tasks), len(tasks), say)
    chapters = []
    for task in tasks:
        choices = settled(task.notebook, {})
        chapters.append(read_chapter(task.notebook.stem, task.output, choices, choices))
    numbers = register.unite(register.collect(one.name, one.group, one.place, one.notebook) for one in chapters)
    register.save(numbers, paths.REGISTER)
    say(f"Getallen verzameld: {len(numbers)} (_build/register.json).")
    staging.stage(chapters, numbers, paths.SOURCE)
    say("Pagina's maken:")
    html = render(paths.SOURCE, paths.BUILD)
    say(f"Klaar in {time.monotonic() - began:.0f} s: open {html / 'index.html'}, of bekijk het boek met `make serve`.")
    return html


def render(source: Path, build: Path) -> Path:
    """Render a staged source with every warning an error; the earlier book stays until the new one is whole.

    Args:
        source: folder that `staging.stage` laid ready.
        build: folder that gets `html/`.
    """
    fresh = build / "render"
    shutil.rmtree(fresh, ignore_errors=True)  # with the doctrees: an unchanged page would hide its warning
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(source), "--path-output", str(fresh),
               "--all", "-W", "-n", "--keep-going"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=source)
    said = COLOUR.sub("", done.stdout + done.stderr)
    (build / "render.log").write_text(said, "utf-8")
    if done.returncode:
        lines = [line for line in said.splitlines() if "WARNING" in line or "ERROR" in line]
        what = "\n".join(lines[:20]) or said[-2000:]
        raise InvalidInput(f"Het boek is niet zonder waarschuwingen te maken (zie _build/render.log):\n{what}")
    html = build / "html"
    shutil.rmtree(html, ignore_errors=True)
    (fresh / "_build" / "html").rename(html)
    shutil.rmtree(fresh)
    return html
