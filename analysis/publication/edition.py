"""The published edition: its numbers and the data behind its figures, small and readable in `results/`, and whether a run gives them again."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import itertools
import json
import platform
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import dutch, paths
from analysis.errors import InvalidInput
from analysis.intervals import UNSTATED
from analysis.publication import build, execute, register, staging
from analysis.publication.numbers import NEAR_ZERO, agree

FOLDER = paths.RESULTS / "uitgave"
ABOUT, REGISTER, TABLES = "uitgave.json", "register.json", "cijfers"

# The libraries that numbers come out of.
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "patsy", "linearmodels", "libpysal", "esda", "geopandas", "shapely")  # fmt: skip

# Figure data is written with six significant digits (`figures.output`): what was rounded may fall one unit further in the sixth.
DIGITS = 6

# A number as a CSV holds it; a code with a zero in front is text.
NUMERAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]\d+)?")

# What a number carries, as it is told; the first three may differ within the tolerance, the rest not at all.
WITHIN = {"value": "waarde", "low": "ondergrens", "high": "bovengrens"}
EXACT = {
    "kind": "soort interval", "unit": "eenheid", "definition": "definitie", "n": "n", "source": "bron", "chapter": "hoofdstuk",
    "decimals": "decimalen", "tolerance": "tolerantie",
}  # fmt: skip

GONE = "ontbreekt"

# A longer table is for the file, not for the screen; so is a longer text.
MOST_ROWS, WIDEST = 40, 48

Say = Callable[[str], None]


@dataclass(frozen=True)
class Edition:
    """What a run of the whole book gave.

    Attributes:
        numbers: the register.
        tables: the CSV behind each figure and table, by its path in `cijfers/`.
        about: when, with which version, Python and libraries, and from which dataset.
    """

    numbers: register.Register
    tables: dict[str, str]
    about: dict[str, Any]

    @property
    def name(self) -> str:
        """For messages."""
        return f"de uitgave van {self.about['datum']} (versie {self.about['versie']})"


@dataclass(frozen=True)
class Difference:
    """What differs, as it was in the edition and as it is."""

    what: str
    was: str
    now: str


def publish(say: Say = print, folder: Path = FOLDER, tasks: Iterable[execute.Task] | None = None) -> Edition:
    """Execute everything anew and store what came out as the edition.

    Args:
        say: tells progress.
        folder: of the edition.
        tasks: what to execute; the whole book when left out.
    """
    edition = run_anew(build.tasks() if tasks is None else tasks, say)
    write(edition, folder)
    say(f"Vastgelegd: {dutch.count(len(edition.numbers), 'getal')} en {dutch.count(len(edition.tables), 'tabel')}, in {_short(folder)}.")
    return edition


def verify(say: Say = print, folder: Path = FOLDER, tasks: Iterable[execute.Task] | None = None) -> list[Difference]:
    """Execute everything anew, compare with the edition and tell what differs.

    Raises:
        InvalidInput: when there is no edition, or it can't be read.
    """
    was = read(folder)
    now = run_anew(build.tasks() if tasks is None else tasks, say)
    differences = compare(was, now)
    say(told(differences, was, now))
    return differences


def run_anew(tasks: Iterable[execute.Task], say: Say) -> Edition:
    """Execute tasks in a folder of their own, whatever was executed before, and collect what they give.

    The folder stays when a chapter fails: the message names the notebook in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="veerkracht-"))
    fresh = [replace(task, output=folder / task.output.name) for task in tasks]
    try:
        say(f"Alles opnieuw uitvoeren ({len(fresh)}):")
        execute.report(execute.execute(fresh), len(fresh), say)
    except (KeyboardInterrupt, BrokenPipeError):
        shutil.rmtree(folder)
        raise
    edition = collect([build.read_chapter(task.output.stem, task) for task in fresh])
    shutil.rmtree(folder)
    return edition


def collect(chapters: list[staging.Chapter]) -> Edition:
    """What executed chapters give, as the builder collects it for the book."""
    numbers = register.unite(register.collect(one.name, one.group, one.place, one.notebook) for one in chapters)
    tables = {path: text for one in chapters for path, text in staging.figure_data(one).items()}
    return Edition(numbers, tables, circumstances(datetime.date.today()))


def circumstances(today: datetime.date) -> dict[str, Any]:
    """When and with what this is run."""
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    described = (paths.DATA / "datapackage.json").read_bytes()
    return {
        "datum": today.isoformat(),
        "versie": project["version"],
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in LIBRARIES},
        "datapackage.json": f"sha256:{hashlib.sha256(described).hexdigest()}",
    }


def write(edition: Edition, folder: Path) -> None:
    """Write an edition, whole or not at all; the earlier one stays until then. The same edition gives the same bytes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    new, old = beside / "nieuw", beside / "oud"
    try:
        _fill(new, edition)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _fill(folder: Path, edition: Edition) -> None:
    register.save(edition.numbers, folder / REGISTER)
    for name, text in edition.tables.items():
        path = folder / TABLES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    about = json.dumps(edition.about, indent=1, ensure_ascii=False)
    (folder / ABOUT).write_text(f"{about}\n", "utf-8", newline="")


def read(folder: Path) -> Edition:
    """Read an edition that `write` wrote.

    Raises:
        InvalidInput: when it is not there, or damaged.
    """
    if not folder.is_dir():
        raise InvalidInput(f"Er is nog geen uitgave in {_short(folder)}: draai eerst `make edition`.")
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        edition = Edition(register.load(folder / REGISTER), _read_tables(folder / TABLES), about)
        _ = edition.name
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInput(
            f"De uitgave in {_short(folder)} is beschadigd ({error}): haal haar terug uit git, of draai `make edition`."
        ) from None
    return edition


def _read_tables(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8") for path in sorted(folder.rglob("*.csv"))
    }


def _short(folder: Path) -> Path:
    return folder.relative_to(paths.ROOT) if folder.is_relative_to(paths.ROOT) else folder


def compare(was: Edition, now: Edition) -> list[Difference]:
    """All that differs: first the numbers by id, then the tables by path.

    A number may differ within the tolerance that it stated in the edition, figure data within the rounding that it is written with.
    """
    numbers = [_number(name, was.numbers.get(name), now.numbers.get(name)) for name in _names(was.numbers, now.numbers)]
    tables = [_table(name, was.tables.get(name), now.tables.get(name)) for name in _names(was.tables, now.tables)]
    return list(itertools.chain(*numbers, *tables))


def _names(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return sorted({*was, *now})


def _number(name: str, was: register.Entry | None, now: register.Entry | None) -> Iterator[Difference]:
    """How a number differs; None stands for a number that is not there."""
    if was is None or now is None:
        yield Difference(name, *(GONE if one is None else repr(one.number.value) for one in (was, now)))
        return
    old, new = was.as_json(), now.as_json()
    for part, label in {**WITHIN, **EXACT}.items():
        pair = old[part], new[part]
        if pair[0] == pair[1] or (part in WITHIN and None not in pair and agree(*pair, was.number.tolerance)):
            continue
        yield Difference(f"{name}: {label}", *(GONE if one in (None, UNSTATED) else str(one) for one in pair))


def _table(path: str, was: str | None, now: str | None) -> Iterator[Difference]:
    """How the data behind a figure or table differs: for each column the first row, and how many more there are."""
    if was == now:
        return
    old, new = (None if text is None else _rows(text) for text in (was, now))
    if old is None or new is None:
        yield Difference(path, *(GONE if rows is None else _size(rows) for rows in (old, new)))
    elif old[:1] != new[:1]:
        yield Difference(f"{path}: kolommen", *(", ".join(rows[0]) if rows else GONE for rows in (old, new)))
    elif [len(row) for row in old] != [len(row) for row in new]:
        yield Difference(f"{path}: rijen", _size(old), _size(new))
    else:
        yield from _columns(path, old, new)


def _rows(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:  # damaged: compared as one piece of text
        return [[text]]


def _size(rows: list[list[str]]) -> str:
    return f"{max(0, len(rows) - 1)} rijen, {sum(map(len, rows))} cellen"


def _columns(path: str, old: list[list[str]], new: list[list[str]]) -> Iterator[Difference]:
    """How cells differ, in two tables of one shape; a row can be longer than the header in a damaged one."""
    for k in range(max(map(len, old), default=0)):
        pairs = [(row, a[k], b[k]) for row, (a, b) in enumerate(zip(old, new, strict=True)) if k < len(a)]
        differ = [(row, a, b) for row, a, b in pairs if not same_cell(a, b)]
        if differ:
            (row, a, b), more = differ[0], len(differ) - 1
            column = old[0][k] if k < len(old[0]) else f"kolom {k + 1}"
            others = f" (en {more} andere)" if more else ""
            yield Difference(f"{path}: {column}, rij {row}{others}", a, b)


def same_cell(was: str, now: str) -> bool:
    """Whether a cell of a CSV came out the same: text exactly, numbers within their tolerance and the rounding of the file.

    Whole numbers have no rounding: 123456 dwellings are not 123457.
    """
    if was == now:
        return True
    if not (NUMERAL.fullmatch(was) and NUMERAL.fullmatch(now)):
        return False
    if agree(float(was), float(now)):
        return True
    a, b = Decimal(was), Decimal(now)
    unit = Decimal(1).scaleb(max(abs(a), abs(b)).adjusted() - DIGITS + 1)
    return any(mark in was + now for mark in ".e") and abs(a - b) <= unit


def drift(was: Edition, now: Edition) -> float:
    """The largest relative difference between numbers that both have; what is zero up to rounding left out."""
    both = [(was.numbers[name].as_json(), now.numbers[name].as_json()) for name in was.numbers if name in now.numbers]
    pairs = [(a[part], b[part]) for a, b in both for part in WITHIN if None not in (a[part], b[part])]
    return max((abs(a - b) / size for a, b in pairs if (size := max(abs(a), abs(b))) > NEAR_ZERO), default=0.0)


def told(differences: list[Difference], was: Edition, now: Edition) -> str:
    """What a comparison gave, for people: one sentence when all is equal, else a table."""
    if not differences:
        return (
            f"Gelijk: {dutch.count(len(now.numbers), 'getal')} en {dutch.count(len(now.tables), 'tabel')} komen overeen met {was.name}; "
            f"het grootste relatieve verschil is {drift(was, now):.1g}."
        )
    rows = [("wat", "was", "is"), *(_row(one) for one in differences[:MOST_ROWS])]
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    more = len(differences) - MOST_ROWS
    return "\n".join(
        [
            f"Niet gelijk aan {was.name}: {len(differences)} {'verschil' if len(differences) == 1 else 'verschillen'}.",
            *lines,
            *([f"… en nog {more}."] if more > 0 else []),
            *_elsewhere(was.about, now.about),
        ]
    )


def _row(one: Difference) -> tuple[str, str, str]:
    """A difference as a line; of long texts what stands where they begin to differ."""
    same = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one.was, one.now, strict=False))))
    begin = max(0, same - WIDEST // 3)
    return one.what, *(_part(text, begin if len(text) > WIDEST else 0) for text in (one.was, one.now))


def _part(text: str, begin: int) -> str:
    rest = text[begin:].replace("\n", "⏎")
    short = rest if len(rest) <= WIDEST else f"{rest[: WIDEST - 1]}…"
    return f"…{short}" if begin else short


def _elsewhere(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """In what the circumstances differ, apart from the day."""
    differ = [name for name in _names(was, now) if name != "datum" and was.get(name) != now.get(name)]
    return [f"Bij de uitgave was {name} {was.get(name, GONE)}, hier {now.get(name, GONE)}." for name in differ]
