"""The register: every published number under a stable id, collected from the executed chapters by the builder alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import nbformat

from analysis import files
from analysis.errors import InvalidInput
from analysis.publication.numbers import MIME, Number

# {getal}`helling` or {getal}`steden.GM0599.helling:interval` in Markdown, captions and alt texts.
REFERENCE = re.compile(r"\{getal\}`(?P<key>[\w.\-]+)(?::(?P<part>\w+))?`")


@dataclass(frozen=True)
class Entry:
    """A number in the register: its id, the chapter that made it, and the number."""

    id: str
    chapter: str
    number: Number

    def as_json(self) -> dict[str, Any]:
        """The public form: id, value, low, high, unit, n, chapter, source, decimals, tolerance."""
        number = self.number
        return {
            "id": self.id, "value": number.value, "low": number.low, "high": number.high, "unit": number.unit,
            "n": number.n, "chapter": self.chapter, "source": number.source, "decimals": number.decimals,
            "tolerance": number.tolerance,
        }  # fmt: skip


Register = dict[str, Entry]


def outputs_of(notebook: nbformat.NotebookNode) -> Iterator[Number]:
    """The numbers that the cells of an executed notebook emitted."""
    known = {field.name for field in fields(Number)}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for record in output.get("data", {}).get(MIME, []):
                yield Number(**{name: value for name, value in record.items() if name in known})


def entry_id(group: str, place: str | None, number: Number) -> str:
    """Make the id: group, the gemeente where it is not the chapter's own, and key."""
    return ".".join(part for part in (number.group or group, place, number.key) if part)


def collect(chapter: str, group: str, place: str | None, notebook: nbformat.NotebookNode) -> Register:
    """Collect the numbers of one executed chapter.

    Args:
        chapter: name of the notebook, without extension.
        group: first part of its ids.
        place: code of the gemeente it was run for, or None when that is the chapter's own.
        notebook: the executed notebook.

    Raises:
        InvalidInput: when the chapter emits the same id twice.
    """
    entries = [Entry(entry_id(group, place, number), chapter, number) for number in outputs_of(notebook)]
    return unite([{entry.id: entry} for entry in entries])


def unite(registers: Iterable[Register]) -> Register:
    """Join registers; an id that stands in two of them is refused."""
    united: Register = {}
    for register in registers:
        for name, entry in register.items():
            if name in united:
                raise InvalidInput(
                    f"Getal {name!r} wordt twee keer uitgegeven, door {united[name].chapter} en {entry.chapter}: "
                    "geef een van beide een eigen sleutel."
                )
            united[name] = entry
    return united


def save(register: Register, path: Path) -> None:
    """Write the register as JSON, sorted by id; first to a temporary file, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [register[name].as_json() for name in sorted(register)]
    with files.whole(path) as partial:
        partial.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Register:
    """Read a register that `save` wrote."""
    register: Register = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        name, chapter = row.pop("id"), row.pop("chapter")
        register[name] = Entry(name, chapter, Number(key=name, **row))
    return register


def find(register: Register, key: str, scope: str = "") -> Entry:
    """Look a number up by its full id, or by its key within a scope such as "amsterdam".

    Raises:
        InvalidInput: when no executed chapter emitted it.
    """
    for name in (f"{scope}.{key}" if scope else key, key):
        if name in register:
            return register[name]
    raise InvalidInput(f"Getal {key!r} staat niet in het register: geen uitgevoerd hoofdstuk geeft het uit.")


def fill(text: str, register: Register, scope: str = "") -> str:
    """Replace each {getal} reference by the number in Dutch, for places where no role can stand (alt texts)."""
    return REFERENCE.sub(_filler(register, scope), text)


def qualify(text: str, register: Register, scope: str) -> str:
    """Give each {getal} reference its full id, so that the page it stands on no longer matters."""

    def full(match: re.Match[str]) -> str:
        part = f":{match['part']}" if match["part"] else ""
        return f"{{getal}}`{find(register, match['key'], scope).id}{part}`"

    return REFERENCE.sub(full, text)


def _filler(register: Register, scope: str) -> Callable[[re.Match[str]], str]:
    return lambda match: find(register, match["key"], scope).number.text(match["part"] or "waarde")
