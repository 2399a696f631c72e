"""The published edition, small and readable in `results/`, and whether a run gives it again.

It holds the numbers, the data behind the figures, every sentence of every page, the choices that each page was run with, and checksums
of what goes in: the dataset, the stored simulations, and what a reader reads that comes from no page. A number may differ within its
tolerance, figure data within its rounding. Sentences are compared exactly, rounded numbers and all: a number that lies on the border
of its last decimal could turn over on another machine, and would then be told.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import hashlib
import io
import itertools
import json
import os
import platform
import re
import shutil
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import dutch, paths
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.intervals import UNSTATED
from analysis.publication import build, execute, prose, provenance, register, staging
from analysis.publication.numbers import NEAR_ZERO, agree

FOLDER = paths.RESULTS / "uitgave"
ABOUT, REGISTER, TABLES, PROSE = "uitgave.json", "register.json", "cijfers", "tekst"

# The form of an edition. The first, up to version 0.2.0, held numbers and figure data only.
FORM, FIRST_FORM = 2, 1
OLDER = "zonder tekst, keuzes en controlesommen"

# In `uitgave.json`: with what each page was run, the checksums, and how long it took on how many cores.
CHOICES, FILES, SECONDS, CORES = "keuzes", "bestanden", "seconden", "kernen"
COMPARED_APART = ("datum", "vorm", CHOICES, FILES, SECONDS, CORES, "datapackage.json")  # the last in the first form

# What a reader reads and no page holds: sentences that scripts make in the browser, the words around a page, the list of references.
AROUND = (
    "_config.yml",
    "_toc.yml",
    "book/_static/*.js",
    "book/_templates/*.html",
    "book/_locale/**/*.po",
    "book/references.bib",
)

# How long executing a notebook takes on one core, for an edition that does not tell how long it took: measured on two quiet cores.
SECONDS_EACH = 3.0

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
        about: when, with which version, Python and libraries, from which files, with which choices.
        prose: the sentences of each page, one on a line, by the name of the page.
    """

    numbers: register.Register
    tables: dict[str, str]
    about: dict[str, Any]
    prose: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For messages."""
        return f"de uitgave van {self.about['datum']} (versie {self.about['versie']})"

    @property
    def form(self) -> int:
        """Which parts it holds."""
        return int(self.about.get("vorm", FIRST_FORM))

    @property
    def size(self) -> str:
        """What it holds, for messages."""
        held = f"{dutch.count(len(self.numbers), 'getal')} en {dutch.count(len(self.tables), 'tabel')}"
        lines = sum(text.count("\n") for text in self.prose.values())
        return f"{held}, en {dutch.count(lines, 'zin')} op {dutch.count(len(self.prose), 'bladzijde')}" if self.prose else held


@dataclass(frozen=True)
class Difference:
    """What differs, as it was in the edition and as it is; a sentence is told whole."""

    what: str
    was: str
    now: str
    sentence: bool = False


def publish(say: Say = print, folder: Path = FOLDER, tasks: Iterable[execute.Task] | None = None) -> Edition:
    """Execute everything anew and store what came out as the edition.

    Args:
        say: tells progress.
        folder: of the edition.
        tasks: what to execute; the whole book when left out.
    """
    edition = run_anew(tasks, say)
    write(edition, folder)
    say(f"Vastgelegd: {edition.size}, in {_short(folder)}.")
    return edition


def verify(say: Say = print, folder: Path = FOLDER, tasks: Iterable[execute.Task] | None = None) -> list[Difference]:
    """Execute everything anew, compare with the edition and tell what differs.

    Raises:
        InvalidInput: when there is no edition, or it can't be read, or the dataset is not the one that its description describes.
    """
    was = read(folder)
    now = run_anew(tasks, say, was.about)
    differences = compare(was, now)
    say(told(differences, was, now))
    return differences


def run_anew(tasks: Iterable[execute.Task] | None, say: Say, before: dict[str, Any] | None = None) -> Edition:
    """Execute tasks in a folder of their own, whatever was executed before, and collect what they give.

    The folder stays when a chapter fails: the message names the notebook in it.

    Args:
        tasks: what to execute; None is the whole book, with its pages of text.
        say: tells progress.
        before: of an earlier edition, how long it took.
    """
    began, files = time.monotonic(), checksums()  # the files first: with other data it is useless to wait
    todo = build.tasks() if tasks is None else list(tasks)
    folder = Path(tempfile.mkdtemp(prefix="veerkracht-"))
    fresh = [replace(task, output=folder / task.output.name) for task in todo]
    say(f"Alles opnieuw uitvoeren ({len(fresh)}). {expected(len(fresh), before or {}, os.cpu_count() or 1)}")
    try:
        execute.report(execute.execute(fresh), len(fresh), say)
    except (KeyboardInterrupt, BrokenPipeError):
        shutil.rmtree(folder)
        raise
    say("De tekst van de bladzijden verzamelen.")
    edition = collect([build.read_chapter(task.output.stem, task) for task in fresh], folder / "bron", tasks is None)
    shutil.rmtree(folder)
    took = {SECONDS: round(time.monotonic() - began), CORES: os.cpu_count() or 1}
    return replace(edition, about={**edition.about, **took, FILES: files})


def expected(count: int, before: dict[str, Any], cores: int) -> str:
    """How long it will take, for people: as the edition took, per notebook and for as many cores; roughly, machines differ.

    Args:
        count: how many notebooks.
        before: what the edition tells of itself; one of the first form does not tell how long it took.
        cores: of this machine.
    """
    pages = len(before.get(CHOICES, {}))
    each = before[SECONDS] * before[CORES] / pages if pages and {SECONDS, CORES} <= set(before) else SECONDS_EACH
    seconds = each * count / min(cores, max(count, 1))
    how_long = f"{dutch.number(max(seconds, 1))} seconden" if seconds < 90 else f"{dutch.number(seconds / 60)} minuten"
    where = "1 kern" if cores == 1 else f"{cores} kernen"
    return f"Dat duurt op {where} ongeveer {how_long}, langer als de computer ook ander werk doet."


def collect(chapters: list[staging.Chapter], source: Path, whole: bool) -> Edition:
    """What executed chapters give, as the builder collects it for the book.

    Args:
        chapters: executed chapters.
        source: folder in which the book is laid ready, to read its text.
        whole: whether these are all chapters; then the pages of text belong to it too.
    """
    numbers = register.unite(register.collect(one.name, one.group, one.place, one.notebook) for one in chapters)
    tables = {path: text for one in chapters for path, text in staging.figure_data(one).items()}
    staging.stage(chapters, numbers, source, whole)
    pages = [one.name for one in chapters] + ([path.stem for path in source.glob("*.md")] if whole else [])
    chosen = {one.name: asdict(one.choices) for one in chapters}
    about = {**circumstances(datetime.date.today()), CHOICES: chosen}
    return Edition(numbers, tables, about, prose.of_book(source, pages, numbers))


def circumstances(today: datetime.date) -> dict[str, Any]:
    """When and with what this is run."""
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "vorm": FORM,
        "datum": today.isoformat(),
        "versie": project["version"],
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in LIBRARIES},
    }


def checksums(root: Path = paths.ROOT) -> dict[str, str]:
    """The sha256 of each file that goes in, by its path in the project.

    Raises:
        InvalidInput: when the dataset is not the one that its description describes.
    """
    data = {f"{paths.DATA.name}/{name}": known for name, known in store.hashes(root / paths.DATA.name).items()}
    others = [root / provenance.SIMULATIONS, *(path for pattern in AROUND for path in sorted(root.glob(pattern)))]
    return {**data, **{path.relative_to(root).as_posix(): _checksum(path) for path in others if path.exists()}}


def _checksum(path: Path) -> str:
    """Of a text: git gives it other line ends on some systems."""
    content = path.read_bytes().replace(b"\r\n", b"\n")
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


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
    for name, text in edition.prose.items():
        (folder / PROSE).mkdir(exist_ok=True)
        (folder / PROSE / f"{name}.txt").write_text(text, "utf-8", newline="")
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
        tables, pages = _read_texts(folder / TABLES, "*.csv"), _read_texts(folder / PROSE, "*.txt")
        prose_of = {name.removesuffix(".txt"): text for name, text in pages.items()}
        edition = Edition(register.load(folder / REGISTER), tables, about, prose_of)
        _ = edition.name, edition.form, about.get(FILES, {}).items(), about.get(CHOICES, {}).items()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInput(
            f"De uitgave in {_short(folder)} is beschadigd ({error}): haal haar terug uit git, of draai `make edition`."
        ) from None
    return edition


def _read_texts(folder: Path, pattern: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8") for path in sorted(folder.rglob(pattern))
    }


def _short(folder: Path) -> Path:
    return folder.relative_to(paths.ROOT) if folder.is_relative_to(paths.ROOT) else folder


def compare(was: Edition, now: Edition) -> list[Difference]:
    """All that differs: first what goes in, then the numbers by id, the tables by path, and the sentences by page.

    A number may differ within the tolerance that it stated in the edition, figure data within the rounding that it is written with;
    sentences not at all. An edition of another form has one difference more, and is compared as far as both go.
    """
    numbers = [_number(name, was.numbers.get(name), now.numbers.get(name)) for name in _names(was.numbers, now.numbers)]
    tables = [_table(name, was.tables.get(name), now.tables.get(name)) for name in _names(was.tables, now.tables)]
    if was.form != now.form:
        return [Difference("vorm van de uitgave", _form(was), _form(now)), *itertools.chain(*numbers, *tables)]
    pages = [_page(name, was.prose.get(name), now.prose.get(name)) for name in _names(was.prose, now.prose)]
    return [*_files(was.about, now.about), *_choices(was.about, now.about), *itertools.chain(*numbers, *tables, *pages)]


def _form(edition: Edition) -> str:
    return f"{edition.form}: {OLDER}" if edition.form == FIRST_FORM else str(edition.form)


def _files(was: dict[str, Any], now: dict[str, Any]) -> Iterator[Difference]:
    """Which files that go in are others."""
    old, new = was.get(FILES, {}), now.get(FILES, {})
    for name in _names(old, new):
        if old.get(name) != new.get(name):
            yield Difference(f"bestand {name}", old.get(name, GONE), new.get(name, GONE))


def _choices(was: dict[str, Any], now: dict[str, Any]) -> Iterator[Difference]:
    """Which pages were run with other choices; what a page that is gone was run with, its sentences tell."""
    old, new = was.get(CHOICES, {}), now.get(CHOICES, {})
    for page in [name for name in _names(old, new) if name in old and name in new]:
        for name in _names(old[page], new[page]):
            pair = (str(one[page].get(name, GONE)) for one in (old, new))
            if old[page].get(name) != new[page].get(name):
                yield Difference(f"keuze {name} van {page}", *pair)


def _page(name: str, was: str | None, now: str | None) -> Iterator[Difference]:
    """Which sentences of a page are others, gone or new."""
    if was == now:
        return
    if was is None or now is None:
        yield Difference(
            f"bladzijde {name}", *(GONE if one is None else f"{one.count(chr(10))} zinnen" for one in (was, now))
        )
        return
    old, new = was.splitlines(), now.splitlines()
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            for pair in itertools.zip_longest(old[a:b], new[c:d], fillvalue=GONE):
                yield Difference(f"bladzijde {name}", *pair, sentence=True)


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
    """What a comparison gave, for people: one sentence when all is equal, else a table, and the sentences in full."""
    if not differences:
        return f"Gelijk: {now.size} komen overeen met {was.name}; het grootste relatieve verschil is {drift(was, now):.1g}."
    count = f"{len(differences)} {'verschil' if len(differences) == 1 else 'verschillen'}"
    older = [f"Die uitgave is vastgelegd {OLDER}: die zijn niet vergeleken."] if was.form < now.form else []
    return "\n".join(
        [
            f"Niet gelijk aan {was.name}: {count}.",
            *older,
            *_table_of([one for one in differences if not one.sentence]),
            *_sentences_of([one for one in differences if one.sentence]),
            *_elsewhere(was.about, now.about),
        ]
    )


def _table_of(differences: list[Difference]) -> list[str]:
    if not differences:
        return []
    rows = [("wat", "was", "is"), *(_row(one) for one in differences[:MOST_ROWS])]
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [*lines, *_more(differences)]


def _sentences_of(differences: list[Difference]) -> list[str]:
    lines = [line for one in differences[:MOST_ROWS] for line in (one.what, f"  was: {one.was}", f"  is:  {one.now}")]
    return [*lines, *_more(differences)]


def _more(differences: list[Difference]) -> list[str]:
    more = len(differences) - MOST_ROWS
    return [f"… en nog {more}."] if more > 0 else []


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
    """In what the circumstances differ, apart from the day and what is compared by itself."""
    names = [name for name in _names(was, now) if name not in COMPARED_APART]
    differ = [name for name in names if was.get(name) != now.get(name)]
    return [f"Bij de uitgave was {name} {was.get(name, GONE)}, hier {now.get(name, GONE)}." for name in differ]
