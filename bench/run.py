"""What speed there is to show: ours beside plain papermill, beside jupyter-book, and beside the computing alone.

Never part of the tests. Everything is timed within one run on one machine, in turn, and told as medians and ratios.
`make bench` runs it all; `python -m bench.run --rondes 1 --deel hoofdstuk` one part once.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from analysis import paths
from analysis.dataset import store
from analysis.measures.sample import big_cities
from analysis.publication import execute
from bench import models, pure, reading, scale

REPORT = paths.BUILD / "bench.json"
ROUNDS = 5

# Chapters of every kind: one city, all cities, a page of which there are many.
CHAPTERS = ("amsterdam", "hefbomen", "stadsblad")

# papermill in a loop over all gemeenten would take half an hour a round: this many are timed, spread over their sizes.
SAMPLED = 12

Times = dict[str, list[float]]


def timed(work: Callable[[], Any]) -> float:
    """Seconds on the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def summary(times: Times, base: str, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Medians, ranges, and how many times faster each is than `base`."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        "seconden": medians, "laagste": {name: min(values) for name, values in times.items()},
        "hoogste": {name: max(values) for name, values in times.items()},
        "keer_sneller": {name: medians[base] / value for name, value in medians.items() if name != base and value > 0},
        "rondes": len(next(iter(times.values()))), **(extra or {}),
    }  # fmt: skip


def tell(title: str, found: dict[str, Any]) -> None:
    """Print one part."""
    print(f"\n{title} (mediaan van {found['rondes']})", flush=True)
    for name, value in found["seconden"].items():
        faster = found["keer_sneller"].get(name)
        ratio = f"{faster:6.1f}x" if faster else "      –"
        print(f"  {name:<44} {value:8.2f} s  {ratio}  ({found['laagste'][name]:.2f}–{found['hoogste'][name]:.2f})", flush=True)
    for name in ("overhang", "grens"):
        if name in found:
            print(f"  {name}: {found[name]}", flush=True)


# --- (a) one chapter ------------------------------------------------------------------------------


def chapters(rounds: int, folder: Path) -> dict[str, Any]:
    """Each chapter by us (the libraries already loaded), by plain papermill, and its computing alone."""
    found = {}
    for name in CHAPTERS:
        task = execute.Task(paths.BOOK / f"{name}.ipynb", folder / f"{name}.ipynb")
        times: Times = {"papermill": [], "wij": [], "alleen rekenen": []}
        for _ in range(rounds):
            times["papermill"].append(timed(lambda: execute.execute_one(task, execute.PLAIN)))  # noqa: B023
            times["wij"].append(timed(lambda: execute.execute_one(task)))  # noqa: B023
            times["alleen rekenen"].append(pure.execute(task.notebook, {}))
        overhead = statistics.median(times["wij"]) - statistics.median(times["alleen rekenen"])
        found[name] = summary(times, "papermill", {"overhang": f"{overhead:.2f} s per notebook boven alleen rekenen"})
        tell(f"(a) hoofdstuk {name}", found[name])
    return found


def jupyter_book(rounds: int, folder: Path) -> dict[str, Any]:
    """The same notebooks executed by `jupyter-book build`, beside executed by us and rendered by it."""
    times: Times = {"jupyter-book voert uit en maakt de pagina's": [], "wij voeren uit, jupyter-book maakt de pagina's": []}
    names = list(times)
    for _ in range(rounds):
        times[names[0]].append(timed(lambda: _render(folder / "jb", "force")))
        times[names[1]].append(timed(lambda: (_execute_into(folder / "wij"), _render(folder / "wij", "off"))))
    found = summary(times, names[0])
    tell(f"(a) {', '.join(CHAPTERS)} in een boek", found)
    return found


def _execute_into(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [execute.Task(paths.BOOK / f"{name}.ipynb", folder / f"{name}.ipynb") for name in CHAPTERS]
    list(execute.execute(tasks))


def _render(folder: Path, execution: str) -> None:
    """A book of these notebooks in Jupyter Book's own default form."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "_build", ignore_errors=True)
    for name in CHAPTERS:
        if execution == "force":
            shutil.copy(paths.BOOK / f"{name}.ipynb", folder)
    (folder / "_config.yml").write_text(f"title: proef\nexecute:\n  execute_notebooks: {execution}\n  timeout: 300\n", "utf-8")
    chapters_of = "".join(f"  - file: {name}\n" for name in CHAPTERS[1:])
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {CHAPTERS[0]}\nchapters:\n{chapters_of}", "utf-8")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


# --- (b) many -------------------------------------------------------------------------------------


def pages(rounds: int, folder: Path) -> dict[str, Any]:
    """The page of every big city: ours, from nothing loaded, beside papermill in a loop."""
    cities = list(big_cities(store.read("gemeenten")).gemeentenaam)
    tasks = [execute.Task(paths.BOOK / "stadsblad.ipynb", folder / f"{city}.ipynb", {"gemeente": city}) for city in cities]
    times: Times = {"papermill in een lus": [], "wij": []}
    alone = []
    for _ in range(rounds):
        times["papermill in een lus"].append(timed(lambda: [execute.execute_one(task, execute.PLAIN) for task in tasks]))
        times["wij"].append(timed(lambda: list(execute.execute(tasks))))
        alone.append(sum(pure.execute(task.notebook, task.parameters) for task in tasks) / (os.cpu_count() or 1))
    bound = statistics.median(times["wij"]) / statistics.median(alone)
    found = summary(times, "papermill in een lus", {"ondergrens": alone, "grens": f"{bound:.2f} keer de ondergrens ({statistics.median(alone):.1f} s: alleen rekenen, over de kernen verdeeld)"})
    tell(f"(b) {len(cities)} stadsbladen", found)
    return found


def everywhere(rounds: int, folder: Path) -> dict[str, Any]:
    """Chapter 2 for every gemeente; papermill is timed on a few of them, and multiplied."""
    names = list(store.read("gemeenten").sort_values("inwoners_2017", ascending=False).gemeentenaam)
    tasks = [execute.Task(paths.BOOK / "amsterdam.ipynb", folder / f"{number}.ipynb", {"gemeente": name}) for number, name in enumerate(names)]
    few = tasks[:: len(tasks) // SAMPLED][:SAMPLED]
    times: Times = {"papermill in een lus (geschat)": [], "wij": []}
    for _ in range(rounds):
        loop = timed(lambda: [_quietly(task) for task in few])
        times["papermill in een lus (geschat)"].append(loop / len(few) * len(tasks))
        times["wij"].append(timed(lambda: list(execute.execute(tasks, keep_going=True))))
    found = summary(times, "papermill in een lus (geschat)", {"gemeenten": len(tasks), "gemeten_met_papermill": len(few)})
    tell(f"(b) hoofdstuk amsterdam voor {len(tasks)} gemeenten; papermill gemeten op {len(few)} en vermenigvuldigd", found)
    return found


def _quietly(task: execute.Task) -> None:
    """One with papermill; a gemeente that is too small is refused, which takes time too."""
    list(execute.execute([task], _Here(), keep_going=True, engine=execute.PLAIN))


class _Here(execute.Executor):
    """An executor that does not leave this process."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
        future: Any = execute.Future()
        future.set_result(function(*arguments, **options))
        return future


# --- (d) builds -----------------------------------------------------------------------------------


def builds(rounds: int, folder: Path) -> dict[str, Any]:
    """The whole book in a copy: from nothing, with nothing changed, and with one module changed."""
    copy = folder / "kopie"
    shutil.copytree(paths.ROOT, copy, ignore=shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__"))
    times: Times = {"van niets": [], "één module anders (levers/spread.py)": [], "alleen een bijschrift anders": [], "niets anders": []}
    for number in range(rounds):
        shutil.rmtree(copy / "_build", ignore_errors=True)
        times["van niets"].append(_build(copy))
        times["niets anders"].append(_build(copy))
        _append(copy / "analysis" / "levers" / "spread.py", f"\n# ronde {number}\n")
        times["één module anders (levers/spread.py)"].append(_build(copy))
        index = copy / "book" / "hefbomen.ipynb"
        index.write_text(index.read_text("utf-8").replace("De bewijskaart:", f"De bewijskaart ({number}):", 1), "utf-8")
        times["alleen een bijschrift anders"].append(_build(copy))
    found = summary(times, "van niets")
    tell("(d) het hele boek (uitvoeren en pagina's maken)", found)
    return found


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def _build(copy: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    return timed(lambda: subprocess.run([sys.executable, "-m", "analysis", "book"], cwd=copy, env=environment, check=True, capture_output=True))


# --- All ------------------------------------------------------------------------------------------

PARTS: dict[str, Callable[[int, Path], dict[str, Any]]] = {
    "hoofdstuk": chapters, "boek": jupyter_book, "stadsbladen": pages, "gemeenten": everywhere, "bouwen": builds,
    "lezen": lambda rounds, _: reading.report(rounds), "modellen": lambda *_: models.main(), "schaal": lambda *_: scale.main(),
}  # fmt: skip


def main() -> None:
    """Run the parts that were asked for, and write what they gave."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rondes", type=int, default=ROUNDS, help=f"hoe vaak elk onderdeel (standaard {ROUNDS})")
    parser.add_argument("--deel", choices=PARTS, nargs="+", default=list(PARTS), help="welke onderdelen")
    given = parser.parse_args()
    found: dict[str, Any] = json.loads(REPORT.read_text("utf-8")) if REPORT.exists() else {}
    found["machine"] = {"kernen": os.cpu_count(), "python": platform.python_version(), "systeem": platform.system()}
    for name in given.deel:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found[name] = PARTS[name](given.rondes, Path(folder))
        REPORT.parent.mkdir(exist_ok=True)
        partial = REPORT.with_suffix(".part")
        partial.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
        partial.replace(REPORT)
    print(f"\nAlles staat in {REPORT.relative_to(paths.ROOT)}.")


if __name__ == "__main__":
    main()
