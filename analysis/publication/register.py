"""The register: every published number under a stable id, collected from the executed chapters by the builder alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import Any

import nbformat

from analysis import files
from analysis.errors import InvalidInput
from analysis.intervals import CONFIDENCE, KINDS, PREDICTION, UNSTATED, words
from analysis.publication.numbers import LIMITS, MIME, REFERENCE, Number


@dataclass(frozen=True)
class Entry:
    """A number in the register: its id, the chapter that made it, and the number."""

    id: str
    chapter: str
    number: Number

    def as_json(self) -> dict[str, Any]:
        """The public form: id, value, low, high, kind, unit, definition, n, chapter, source, decimals, tolerance."""
        number = self.number
        return {
            "id": self.id, "value": number.value, "low": number.low, "high": number.high, "kind": number.kind,
            "unit": number.unit, "definition": number.definition, "n": number.n, "chapter": self.chapter, "source": number.source,
            "decimals": number.decimals, "tolerance": number.tolerance,
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
    """Join registers; an id that stands for two numbers is refused. One number may be quoted in many texts of a chapter."""
    united: Register = {}
    for register in registers:
        for name, entry in register.items():
            if name in united and united[name] != entry:
                raise InvalidInput(
                    f"Getal {name!r} wordt twee keer uitgegeven, door {united[name].chapter} en {entry.chapter}, met {united[name].number} en "
                    f"{entry.number}: geef een van beide een eigen sleutel."
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
    """Read a register that `save` wrote, also one from before intervals had a kind: theirs is then `UNSTATED`."""
    register: Register = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        name, chapter = row.pop("id"), row.pop("chapter")
        row.setdefault("kind", None if row["low"] is None else UNSTATED)
        register[name] = Entry(name, chapter, Number(key=name, **row))
    return register


# The gemeente at the end of a scope.
PLACE = re.compile(r"\.(?P<place>GM\d{4})$")


def find(register: Register, key: str, scope: str = "") -> Entry:
    """Look a number up by its full id, or by its key within a scope such as "amsterdam" or "amsterdam.GM0503".

    In a run for another gemeente, a key with a group of its own ("context.kenmerken") has the gemeente behind its group.

    Raises:
        InvalidInput: when no executed chapter emitted it.
    """
    place, group = PLACE.search(scope), key.partition(".")
    here = f"{group[0]}.{place['place']}.{group[2]}" if place and group[2] else key
    for name in (f"{scope}.{key}" if scope else key, here, key):
        if name in register:
            return register[name]
    raise InvalidInput(f"Getal {key!r} staat niet in het register: geen uitgevoerd hoofdstuk geeft het uit.")


def fill(text: str, register: Register, scope: str = "") -> str:
    """Replace each {getal} reference by the number in Dutch, for places where no role can stand (alt texts)."""
    return REFERENCE.sub(_filler(register, scope), text)


# What a text calls an interval, and which kind it then is.
SPOKEN = {kind.words: name for name, kind in KINDS.items()} | {
    "95 % interval": CONFIDENCE, "interval van 95 %": CONFIDENCE, "marge van 95 %": CONFIDENCE, "voorspellingsinterval": PREDICTION,
}  # fmt: skip

# "95 %-interval {getal}`helling:interval`", with what little may stand between; a space may be a hard one, or be left out.
_SPOKEN = "|".join(re.escape(text.replace("\u00a0", " ")).replace(r"\ ", r"\s?") for text in sorted(SPOKEN, key=len, reverse=True))
BESIDE = re.compile(rf"(?P<said>{_SPOKEN})[^.;{{}}]{{0,25}}{REFERENCE.pattern}")


def check_kinds(text: str, register: Register, scope: str, where: str) -> None:
    """Refuse a text that calls the interval of a number by the words of another kind.

    Args:
        text: before its numbers are filled in.
        register, scope: as in `find`.
        where: page, for the message.

    Raises:
        InvalidInput: with the number and what its interval is.
    """
    kinds = {re.sub(r"\s", "", said): kind for said, kind in SPOKEN.items()}
    for match in BESIDE.finditer(text):
        entry = find(register, match["key"], scope)
        kind = entry.number.kind
        if match["part"] in LIMITS and kind is not None and kind != kinds[re.sub(r"\s", "", match["said"])]:
            raise InvalidInput(
                f"Op {where} staat {match['said']!r} bij getal {entry.id!r}, maar de grenzen daarvan zijn: {words(kind)}."
            )


def qualify(text: str, register: Register, scope: str) -> str:
    """Give each {getal} reference its full id, so that the page it stands on no longer matters."""

    def full(match: re.Match[str]) -> str:
        part = f":{match['part']}" if match["part"] else ""
        return f"{{getal}}`{find(register, match['key'], scope).id}{part}`"

    return REFERENCE.sub(full, text)


# The page with the table of all numbers.
REGISTER_PAGE = "verantwoording"

# A number in a table or a caption of one, as `numbers.Telling` marks it.
MARKED = re.compile(r'<data value="(?P<key>[\w.\-]+)">(?P<text>[^<]*)</data>')


def link_marked(html: str, register: Register, scope: str) -> str:
    """Make each marked number a link to its row on the register page."""

    def link(match: re.Match[str]) -> str:
        entry = find(register, match["key"], scope)
        return f'<a class="getal reference internal" href="{REGISTER_PAGE}.html#{anchor(entry.id)}" title="{escape(tooltip(entry))}">{match["text"]}</a>'

    return MARKED.sub(link, html)


def anchor(number_id: str) -> str:
    """The place of a number on the register page: "steden.GM0599.n" becomes "getal-steden-gm0599-n"."""
    return "getal-" + re.sub(r"[^a-z0-9]+", "-", number_id.lower()).strip("-")


def tooltip(entry: Entry, part: str = "") -> str:
    """What a reader sees when pointing at a number; at its limits also what they are."""
    number = entry.number
    unit = f"{number.unit} ({number.definition})" if number.definition else number.unit
    interval = f"; grenzen: {number.text('intervalsoort')}" if part in LIMITS else ""
    return f"{unit}{interval}; n = {number.text('n')}; bron: {number.source}"


def _filler(register: Register, scope: str) -> Callable[[re.Match[str]], str]:
    return lambda match: find(register, match["key"], scope).number.text(match["part"] or "waarde")
