"""One chapter for many: every combination of its parameters, and one table with all their numbers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from analysis import files, paths
from analysis.choices import settle
from analysis.dataset import other_years, store
from analysis.dutch import slug
from analysis.errors import InvalidInput
from analysis.measures.sample import big_cities
from analysis.publication import execute, register, reuse

EVERY, BIG = "alle", "groot"

# Beside the executed notebooks.
RESULTS, FAILURES = "resultaten", "mislukt.json"


@dataclass(frozen=True)
class Outcome:
    """What a sweep gave: the numbers of every run, and which runs were refused or failed, with the reason."""

    numbers: pd.DataFrame
    refused: list[execute.Failed]
    failed: list[execute.Failed]


def combinations(asked: Mapping[str, Sequence[Any]], declared: Sequence[str]) -> list[dict[str, Any]]:
    """Every combination of the asked values, each checked.

    Args:
        asked: values by parameter; gemeenten may be "alle" or "groot".
        declared: names that the chapter knows.

    Raises:
        InvalidInput: for a name that the chapter does not know, or a value that is not allowed.
    """
    gemeenten = store.read("gemeenten")
    wanted = {
        name: _gemeenten(values, gemeenten) if name == "gemeente" else list(values) for name, values in asked.items()
    }
    for name, values in wanted.items():
        for value in values:
            settle({name: value}, gemeenten, declared)
    return [dict(zip(wanted, values, strict=True)) for values in itertools.product(*wanted.values())]


def declared(notebook: Path) -> list[str]:
    """The parameters that a chapter knows."""
    import papermill

    return list(papermill.inspect_notebook(str(notebook)))


def _gemeenten(values: Sequence[Any], gemeenten: pd.DataFrame) -> list[str]:
    """Official names; "alle" and "groot" stand for all of a kind, the largest first."""
    names: list[str] = []
    for value in values:
        if value in (EVERY, BIG):
            chosen = gemeenten if value == EVERY else big_cities(gemeenten)
            names += list(chosen.sort_values("inwoners_2017", ascending=False).gemeentenaam)
        else:
            names.append(settle({"gemeente": value}, gemeenten, otherwise=other_years.find).gemeente)
    return list(dict.fromkeys(names))


def tasks(notebook: Path, runs: Sequence[Mapping[str, Any]], folder: Path) -> list[execute.Task]:
    """One task for each run; its file is named after its parameters."""
    return [
        execute.Task(
            notebook,
            folder / f"{'-'.join(slug(str(value)) for value in run.values()) or notebook.stem}.ipynb",
            dict(run),
        )
        for run in runs
    ]


def sweep(
    todo: Sequence[execute.Task], folder: Path, say: Callable[[str], None], executor: Executor | None = None,
    kept: reuse.Kept | None = None,
) -> Outcome:  # fmt: skip
    """Run them all; stopped half-way, what is done is kept and the table holds it.

    Args:
        todo: result of `tasks`.
        folder: where the results go.
        say: tells progress.
        executor: where to run; this machine when left out.
        kept: executed notebooks of before.
    """
    finished: list[execute.Done | execute.Failed] = []

    def remembered() -> Iterator[execute.Done | execute.Failed]:
        for one in execute.execute(todo, executor, kept, keep_going=True):
            finished.append(one)
            yield one

    try:
        execute.report(remembered(), len(todo), say)
    finally:
        outcome = _gather(finished)
        _write(outcome, folder)
    return outcome


def _gather(finished: Sequence[execute.Done | execute.Failed]) -> Outcome:
    done = [one for one in finished if isinstance(one, execute.Done)]
    failed = [one for one in finished if isinstance(one, execute.Failed)]
    rows = [row for one in sorted(done, key=lambda one: one.task.name) for row in _numbers(one.task)]
    numbers = pd.DataFrame(rows)
    if len(numbers):
        numbers = numbers.astype(
            {"laag": float, "hoog": float}
        )  # a number without interval misses it: NaN, not an object
    return Outcome(numbers, [one for one in failed if one.refused], [one for one in failed if not one.refused])


def _numbers(task: execute.Task) -> Iterator[dict[str, Any]]:
    """The numbers of one executed notebook, each with the parameters of its run."""
    for number in register.outputs_of(nbformat.read(task.output, as_version=4)):
        yield {
            **task.parameters, "sleutel": number.key, "waarde": number.value, "laag": number.low, "hoog": number.high,
            "soort_interval": number.kind or "geen", "n": number.n, "eenheid": number.unit, "bron": number.source, "notebook": task.output.name,
        }  # fmt: skip


def _write(outcome: Outcome, folder: Path) -> None:
    """The table as Parquet and CSV, and what did not come; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    table = outcome.numbers
    for suffix, save in (
        ("csv", lambda path: table.to_csv(path, index=False)),
        ("parquet", lambda path: table.to_parquet(path, index=False)),
    ):
        with files.whole(folder / f"{RESULTS}.{suffix}") as partial:
            save(partial)
    missing = [
        {"parameters": one.task.parameters, "reden": one.reason, "geweigerd": one.refused}
        for one in (*outcome.failed, *outcome.refused)
    ]
    with files.whole(folder / FAILURES) as partial:
        partial.write_text(json.dumps(missing, indent=1, ensure_ascii=False) + "\n", "utf-8")


def failed_before(folder: Path) -> list[dict[str, Any]]:
    """The runs that failed the last time, to be run again.

    Raises:
        InvalidInput: when there is nothing to run again.
    """
    path = folder / FAILURES
    if not path.exists():
        raise InvalidInput(f"In {folder} staat niet wat er de vorige keer mislukte: laat --alleen-mislukt weg.")
    return [one["parameters"] for one in json.loads(path.read_text("utf-8")) if not one["geweigerd"]]


def chapter(name: str) -> Path:
    """The notebook of a chapter.

    Raises:
        InvalidInput: when it does not exist, with those that do.
    """
    from analysis.publication import build

    notebook = paths.BOOK / f"{name}.ipynb"
    if not notebook.exists():
        names = ", ".join(build.chapter_names() + build.sheet_names())
        raise InvalidInput(f"Hoofdstuk {name!r} bestaat niet; er zijn: {names}.")
    return notebook
