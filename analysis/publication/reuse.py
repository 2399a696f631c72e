"""When an executed notebook can serve again: the key of all that its outcome rests on, and where copies are kept.

Modules are read, never imported: the key is there before anything runs, and a chapter that fails has one too. It is a
key of content: a comment in an imported module changes it, a file that is only touched does not.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis import dutch, paths

PACKAGE = "analysis"
LOCK = "requirements.lock"

# Tags that change what is executed; the others ("hide-input", "remove-cell") are for the page.
INJECTED = "injected-parameters"
EXECUTION_TAGS = frozenset({"parameters", INJECTED, "skip-execution", "raises-exception"})

# What a notebook rests on when it does not say what it reads: everything that lies here.
DATA_FOLDERS = ("data", "results")

DESCRIPTION = "datapackage.json"

# The kernel that executes is part of what an outcome rests on.
ENGINE = "analysis/publication/forked.py"

# Stands for every module below what is before it: `from x import *`, or a cell that cannot be read as Python.
EVERY = "*"

ABSENT = "ontbreekt"

# Files that a process remembers; an edition has about 120, a worker of a cluster sees a new notebook for every task.
REMEMBERED = 2048


def key(notebook: Path, parameters: Mapping[str, Any], root: Path = paths.ROOT) -> str:
    """What the outcome of a notebook rests on, as one hash.

    Args:
        notebook: wherever it lies; only its content counts.
        parameters: as given to papermill.
        root: folder with `analysis/`, the data and the lock file.

    Returns:
        SHA-256, hexadecimal, of `parts`.
    """
    return _sha256(_canonical(parts(notebook, parameters, root)).encode())


def parts(notebook: Path, parameters: Mapping[str, Any], root: Path = paths.ROOT) -> dict[str, str]:
    """What a key is made of, by name: so that a message can say why a notebook runs again.

    Returns:
        "cellen", "parameters", "lock" and "python", and every module and data file by its path from the root.
    """
    read = _notebook(*_seen(notebook))
    modules = _modules(root)
    files = {modules[name] for name in _reached(read.imports, modules)}
    files.update(path for path in [root / ENGINE] if path.exists())
    files.update(_data(root) if read.data is None else (root / name for name in read.data))
    found = {
        "cellen": read.cells,
        "parameters": _canonical(dict(parameters)),
        "lock": _digest(root / LOCK),
        "python": ".".join(map(str, sys.version_info[:2])),
    }
    by_path = {Path(os.path.relpath(path, root)).as_posix(): path for path in sorted(files)}
    told = frozenset(Path(name).name for name in by_path)
    return found | {
        name: _described(*_seen(path), told) if path.name == DESCRIPTION and read.data is not None else _digest(path)
        for name, path in by_path.items()
    }


def state(root: Path = paths.ROOT) -> str:
    """All code, data and libraries at this moment, as one hash; a process compares it with the moment it loaded them."""
    files = {*_modules(root).values(), *_data(root), root / LOCK}
    return _sha256(_canonical({str(path): _digest(path) for path in sorted(files)}).encode())


@lru_cache(REMEMBERED)
def _described(path: str, size: int, modified: int, told: frozenset[str]) -> str:
    """The description of the data as far as it is about these files: another table that is renewed changes nothing here."""
    try:
        package = json.loads(Path(path).read_bytes())
    except ValueError:
        return _hash(path, size, modified)
    package["resources"] = [one for one in package["resources"] if one["path"] in told]
    return _sha256(_canonical(package).encode())


def _canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- Files, each read once ------------------------------------------------------------------------


def _seen(path: Path) -> tuple[str, int, int]:
    """A file as it is now: what was read of it holds as long as this is the same."""
    state = os.stat(path)
    return str(path), state.st_size, state.st_mtime_ns


def _digest(path: Path) -> str:
    """The hash of a file; one that is not there is told as such, since its coming changes the outcome."""
    try:
        return _hash(*_seen(path))
    except FileNotFoundError:
        return ABSENT


@lru_cache(REMEMBERED)
def _hash(path: str, size: int, modified: int) -> str:
    return _sha256(Path(path).read_bytes())


def _data(root: Path) -> list[Path]:
    return [path for folder in DATA_FOLDERS for path in (root / folder).rglob("*") if path.is_file()]


@dataclass(frozen=True)
class _Notebook:
    """What counts of a notebook: the hash of its code, its imports, the data it declares (None: it does not say)."""

    cells: str
    imports: frozenset[str]
    data: tuple[str, ...] | None


@lru_cache(REMEMBERED)
def _notebook(path: str, size: int, modified: int) -> _Notebook:
    content = json.loads(Path(path).read_bytes())
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    tags = [sorted(EXECUTION_TAGS.intersection(cell["metadata"].get("tags", []))) for cell in cells]
    data = content["metadata"].get("veerkracht", {}).get("data")
    return _Notebook(
        _sha256(json.dumps([sources, tags]).encode()),
        frozenset().union(*(_imported(source, "") for source in sources)),
        None if data is None else tuple(data),
    )


# --- Imports, read and not executed ---------------------------------------------------------------


def _modules(root: Path) -> dict[str, Path]:
    """Every module of the project by its dotted name; a package is its `__init__.py`."""
    found = {}
    for folder, _, files in os.walk(root / PACKAGE):
        package = ".".join(Path(folder).relative_to(root).parts)
        for file in files:
            name, extension = os.path.splitext(file)
            if extension == ".py":
                found[package if name == "__init__" else f"{package}.{name}"] = Path(folder, file)
    return found


def _reached(names: Iterable[str], modules: Mapping[str, Path]) -> set[str]:
    """The modules behind these names, those that they import, and so on."""
    todo, reached, seen = list(names), set(), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for module in _behind(name, modules):
            if module not in reached:
                reached.add(module)
                path = modules[module]
                package = module if path.stem == "__init__" else module.rpartition(".")[0]
                todo += _imports(*_seen(path), package)
    return reached


def _behind(name: str, modules: Mapping[str, Path]) -> Iterator[str]:
    """The modules that importing a name executes: every package it passes through, and itself when it is a module."""
    names = name.split(".")
    for length in range(1, len(names) + 1):
        passed = ".".join(names[:length])
        if passed in modules:
            yield passed
    if names[-1] == EVERY:
        yield from (module for module in modules if module.startswith(name.removesuffix(EVERY)))


@lru_cache(REMEMBERED)
def _imports(path: str, size: int, modified: int, package: str) -> frozenset[str]:
    return _imported(Path(path).read_bytes(), package)


def _imported(source: str | bytes, package: str) -> frozenset[str]:
    """The names of the project that code imports, anywhere in it; `from x import y` names both x and x.y.

    Args:
        source: Python. What cannot be read as such, as a line for IPython, may import anything.
        package: that the code is in, for relative imports.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset({f"{PACKAGE}.{EVERY}"})
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            names.update([base], (f"{base}.{alias.name}" for alias in node.names))
    return frozenset(name for name in names if name.partition(".")[0] == PACKAGE)


def _base(node: ast.ImportFrom, package: str) -> str:
    """The full name after `from`."""
    if not node.level:
        return node.module or ""
    above = package.split(".")[: package.count(".") + 2 - node.level]
    return ".".join([*above, node.module] if node.module else above)


# --- Saying why -----------------------------------------------------------------------------------

WORDS = {
    "cellen": "de code in de cellen",
    "parameters": "de parameters",
    "lock": f"de bibliotheken ({LOCK})",
    "python": "de versie van Python",
}

# More names than this say no more than how many there are.
MOST_NAMED = 4


def because(notebook: Path, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Why a notebook runs again, in one sentence for who waits for it.

    Args:
        notebook: the one that runs.
        old: its `parts` of the time before; empty when there was none.
        new: its `parts` now.
    """
    if not old:
        return f"{notebook.stem} is hier nog niet eerder zo uitgevoerd."
    names = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    if not names:
        return f"{notebook.stem}: er is niets veranderd."
    told = [WORDS.get(name, name) + _came_or_went(name, old, new) for name in names]
    more = [f"nog {len(told) - MOST_NAMED} andere"] if len(told) > MOST_NAMED else []
    return f"{notebook.stem} wordt opnieuw uitgevoerd; veranderd: {dutch.enumeration(told[:MOST_NAMED] + more)}."


def _came_or_went(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    return "" if name in old and name in new else " (nieuw)" if name in new else " (weg)"


# --- Keeping --------------------------------------------------------------------------------------

# An edition is about 40 notebooks of half a megabyte. Five editions (100 MB) beside the one in use: who goes back to a
# branch or undoes a change finds all of it again, and the folder does not grow for ever.
OTHERS_KEPT = 200

PARTIAL = ".part"


class Kept:
    """Executed notebooks by their key, in a folder that may be removed at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def find(self, key: str) -> Path | None:
        """The executed notebook with this key; a damaged one is removed and counts as absent."""
        path = self._path(key)
        try:
            whole = _is_notebook(path.read_bytes())
        except FileNotFoundError:
            return None
        if not whole:
            path.unlink(missing_ok=True)
            return None
        os.utime(path)  # used now: `prune` takes the longest unused first
        return path

    def keep(self, key: str, executed: Path) -> Path:
        """Keep a copy of an executed notebook, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(key)
        partial = path.with_suffix(f".{os.getpid()}{PARTIAL}")
        try:
            partial.write_bytes(executed.read_bytes())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path

    def prune(self, keys: Iterable[str]) -> None:
        """Remove what no key in use names, except the `OTHERS_KEPT` that were used last.

        Args:
            keys: in use.
        """
        in_use = {self._path(key) for key in keys}
        ours = [path for path in self.folder.glob("*") if path.suffix in (".ipynb", PARTIAL)]
        others = sorted(set(ours) - in_use, key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in others[OTHERS_KEPT:]:
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.ipynb"


def _is_notebook(content: bytes) -> bool:
    try:
        read = json.loads(content)
    except ValueError:
        return False
    return isinstance(read, dict) and isinstance(read.get("cells"), list)


def renewed(notebook: Path, executed: Path) -> str:
    """The notebook as it reads now, with what an earlier execution gave.

    Texts, captions and the tags for the page are outside the key, so a kept copy may have old ones.

    Args:
        notebook: source, without outputs.
        executed: a copy with the same key.

    Returns:
        The text of an executed notebook; a cell that papermill added stays after the cell it followed.
    """
    now, before = (json.loads(path.read_bytes()) for path in (notebook, executed))
    ran = iter([cell for cell in before["cells"] if cell["cell_type"] == "code"])
    cells = []
    for cell in now["cells"]:
        if _is_injected(cell):
            continue
        if cell["cell_type"] == "code":
            one = next(ran)
            while _is_injected(one):
                cells.append(one)
                one = next(ran)
            cell |= {name: one[name] for name in ("outputs", "execution_count")}
        cells.append(cell)
    now["cells"] = [*cells, *ran]
    now["metadata"] |= {name: told for name, told in before["metadata"].items() if name == "language_info"}
    return json.dumps(now, indent=1, ensure_ascii=False) + "\n"


def _is_injected(cell: dict[str, Any]) -> bool:
    return INJECTED in cell["metadata"].get("tags", [])
