"""Building the book: execute the chapters, collect the register, lay the source ready, render it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import yaml

from analysis import paths
from analysis.choices import Choices, settle
from analysis.dataset import other_years, store
from analysis.dutch import slug
from analysis.errors import InvalidInput
from analysis.measures.sample import big_cities
from analysis.publication import execute, leftovers, register, reuse, staging
from analysis.publication.site import address, finder

# jupyter-book as a command of this Python: it has no `-m` form, and its script may not be on the PATH.
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"

# Sphinx colours what it says, also in a file.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Say = Callable[[str], None]


def chapter_names() -> list[str]:
    """The notebooks in the table of contents that are one page each, in its order."""
    return [path.stem for path in _notebooks() if not _is_sheet(path)]


def sheet_names() -> list[str]:
    """The notebooks in the table of contents that become a page for each big city."""
    return [path.stem for path in _notebooks() if _is_sheet(path)]


def _notebooks() -> list[Path]:
    toc = yaml.safe_load((paths.ROOT / "_toc.yml").read_text("utf-8"))
    pages = [paths.ROOT / f"{page}.ipynb" for part in toc["parts"] for page in _pages(part["chapters"])]
    return [page for page in pages if page.exists()]


def _pages(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The pages of a part, each followed by its sections."""
    for entry in entries:
        yield entry["file"]
        yield from _pages(entry.get("sections", []))


def _is_sheet(notebook: Path) -> bool:
    return bool(_about(notebook).get("per_gemeente"))


def _about(notebook: Path) -> dict[str, Any]:
    """What a notebook says of itself, such as {"groep": "stad", "per_gemeente": True}."""
    return dict(nbformat.read(notebook, as_version=4).metadata.get("veerkracht", {}))


def _group(notebook: Path) -> str:
    """The first part of a notebook's ids; its own name when it says nothing."""
    return str(_about(notebook).get("groep", notebook.stem))


def page_name(group: str, gemeente: str) -> str:
    """The page of a gemeente: "stad" and "'s-Gravenhage" make "stad-s-gravenhage"."""
    return f"{group}-{slug(gemeente).replace('_', '-')}"


def tasks() -> list[execute.Task]:
    """All that the book executes: the chapters, and after them each sheet for every big city."""
    cities = big_cities(store.read("gemeenten")).gemeentenaam
    chapters = [_task(name, name, {}) for name in chapter_names()]
    return chapters + [
        _task(name, page_name(_group(paths.BOOK / f"{name}.ipynb"), city), {"gemeente": city})
        for name in sheet_names()
        for city in cities
    ]


def _task(name: str, page: str, parameters: dict[str, Any]) -> execute.Task:
    return execute.Task(paths.BOOK / f"{name}.ipynb", paths.EXECUTED / f"{page}.ipynb", parameters)


def settled(notebook: Path, parameters: dict[str, Any]) -> Choices:
    """The choices of a run, checked before anything is executed; a parameter that is not given has the notebook's default."""
    import papermill

    declared = papermill.inspect_notebook(str(notebook))
    gemeenten = store.read("gemeenten")
    settle(parameters, gemeenten, declared, other_years.find)
    defaults = {name: ast.literal_eval(found["default"]) for name, found in declared.items()}
    return settle({**defaults, **parameters}, gemeenten, declared, other_years.find)


def read_chapter(name: str, task: execute.Task) -> staging.Chapter:
    """An executed task as the page `name`, with the place it was run for: on a sheet always, else where it is not its own."""
    choices, own = settled(task.notebook, task.parameters), settled(task.notebook, {})
    sheet_of = task.notebook.stem if _is_sheet(task.notebook) else None
    place = choices.gemeentecode if sheet_of or choices.gemeentecode != own.gemeentecode else None
    notebook = nbformat.read(task.output, as_version=4)
    return staging.Chapter(name, _group(task.notebook), place, choices, notebook, sheet_of)


def build_book(say: Say = print, fresh: bool = False) -> Path:
    """Build the whole book; notebooks whose code, data and libraries did not change are not executed again.

    Args:
        say: tells progress.
        fresh: execute every notebook all the same.

    Returns:
        The folder with the HTML.

    Raises:
        InvalidInput: when a chapter fails, a number is missing, or the book does not render without warnings.
    """
    began = time.monotonic()
    address.of_book()  # a malformed address is told before anything runs
    todo = tasks()
    say(f"Hoofdstukken en stadsbladen uitvoeren ({len(todo)}):")
    kept = reuse.Kept(paths.KEPT)
    execute.report(execute.execute(todo, kept=None if fresh else kept), len(todo), say)
    kept.prune(reuse.key(task.notebook, task.parameters) for task in todo)
    chapters = [read_chapter(task.output.stem, task) for task in todo]
    numbers = register.unite(register.collect(one.name, one.group, one.place, one.notebook) for one in chapters)
    register.save(numbers, paths.REGISTER)
    say(f"Getallen verzameld: {len(numbers)} (_build/register.json).")
    staging.stage(chapters, numbers, paths.SOURCE)
    finder.write(chapters, paths.SOURCE / finder.FOLDER)
    say(f"Pagina's maken (na {time.monotonic() - began:.1f} s):")
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
    leftovers.refuse_pages(fresh / "_build" / "html")
    html, before = build / "html", build / "html-oud"
    shutil.rmtree(before, ignore_errors=True)  # of a build that was stopped here
    if html.exists():
        html.rename(before)  # removing takes a moment, and a book half removed is none
    (fresh / "_build" / "html").rename(html)
    shutil.rmtree(before, ignore_errors=True)
    shutil.rmtree(fresh)
    return html
