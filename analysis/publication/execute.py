"""Executing notebooks: tasks in, executed notebooks out, on the cores at hand or on a cluster."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from traitlets.config import Config

from analysis import files
from analysis.errors import InvalidInput
from analysis.paths import ROOT
from analysis.publication import reuse, workers

# A kernel that only has to start and import should be there within this time, also on a busy machine.
START_SECONDS = 120

# A kernel that is told to stop logs that as an error, over our own progress.
QUIET = ["--IPKernelApp.log_level=CRITICAL"]

# The ways to execute: forked from a process that has the libraries loaded, or papermill's own, with a kernel for each.
FORKED, PLAIN = "geforkt", "papermill"


@dataclass(frozen=True)
class Task:
    """A notebook to execute: where it is, where the executed copy goes, and with which parameters."""

    notebook: Path
    output: Path
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The notebook and the parameters that were given, for messages."""
        given = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.notebook.stem} ({given})" if given else self.notebook.stem


@dataclass(frozen=True)
class Done:
    """An executed task, how many seconds it took, and whether an earlier execution served."""

    task: Task
    seconds: float
    reused: bool = False


@dataclass(frozen=True)
class Failed:
    """A task that failed, and why, in one sentence; refused: the chapter itself said that it cannot be run so."""

    task: Task
    reason: str
    refused: bool = False


@dataclass(frozen=True)
class Work:
    """What travels to the process that executes, here or elsewhere.

    Attributes:
        name: of the task. stem: of the notebook. text: the notebook itself. parameters: as given.
        key: of code, data and libraries; who executes must have the same. None is not checked.
        engine: `FORKED` or `PLAIN`.
    """

    name: str
    stem: str
    text: str
    parameters: dict[str, Any]
    key: str | None
    engine: str


@dataclass(frozen=True)
class Result:
    """What comes back: the executed notebook, whole or up to its error, the seconds, and the error in one sentence (the chapter's own
    when it refused)."""

    text: str
    seconds: float
    error: str | None = None
    refused: bool = False


def default_engine() -> str:
    """The fastest way that this system can go."""
    from analysis.publication.forked import CAN_FORK

    return FORKED if CAN_FORK else PLAIN


def execute(
    tasks: Iterable[Task], executor: Executor | None = None, kept: reuse.Kept | None = None, keep_going: bool = False,
    engine: str | None = None,
) -> Iterator[Done | Failed]:  # fmt: skip
    """Execute tasks, in parallel, and give each as it is done.

    Args:
        tasks: notebooks to execute.
        executor: where to run; a pool of processes on this machine, one for each core, when left out.
        kept: executed notebooks of before; one whose code, data, parameters and libraries are the same is not run again.
        keep_going: give a `Failed` for a task that fails, and go on with the others.
        engine: `FORKED` or `PLAIN`; the fastest that the system has when left out.

    Raises:
        InvalidInput: when a cell fails, with the chapter, the cell and the error; tasks not yet begun are dropped.
    """
    todo: list[tuple[Task, str]] = []
    for task in tasks:
        key = reuse.key(task.notebook, task.parameters)
        found = kept.find(key) if kept else None
        if found:
            _place(reuse.renewed(task.notebook, found), task.output)
            yield Done(task, 0.0, reused=True)
        else:
            todo.append((task, key))
    if not todo:
        return
    own = executor is None
    pool = executor or local_pool(min(len(todo), os.cpu_count() or 1))
    try:
        call = (workers.do, perform) if own else (perform,)
        work = [_work(task, key, engine) for task, key in todo]
        with workers.later() if own else contextlib.nullcontext():
            futures = {pool.submit(*call, one): which for one, which in zip(work, todo, strict=True)}
        for future in as_completed(futures):
            task, key = futures[future]
            one = _settle(task, future)
            if isinstance(one, Failed) and not keep_going:
                raise InvalidInput(one.reason)
            if kept and isinstance(one, Done):
                kept.keep(key, task.output)
            yield one
    except BaseException:  # stopped, or a chapter failed: what is under way is of no use any more
        if own:
            workers.stop(pool)
        raise
    if own:
        pool.shutdown()


def execute_one(task: Task, engine: str | None = None) -> Done:
    """Execute one notebook in this process; the executed copy appears whole, or not at all.

    Raises:
        InvalidInput: when a cell fails.
    """
    done = _finish(task, perform(_work(task, None, engine)))
    if isinstance(done, Failed):
        raise InvalidInput(done.reason)
    return done


def local_pool(count: int) -> ProcessPoolExecutor:
    """Processes on this machine, each forked from one that has loaded the libraries where the system can fork."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before the server starts: it loads numpy
    return workers.pool(count, "analysis.publication.loaded" if default_engine() == FORKED else None)


def _work(task: Task, key: str | None, engine: str | None) -> Work:
    text = task.notebook.read_text("utf-8")
    return Work(task.name, task.notebook.stem, text, task.parameters, key, engine or default_engine())


def _settle(task: Task, future: Future[Result]) -> Done | Failed:
    """The end of a task, however it ended."""
    try:
        return _finish(task, future.result())
    except BrokenProcessPool:
        return Failed(
            task,
            f"Hoofdstuk {task.name}: een proces is gestopt (geheugen op?). Probeer het opnieuw met minder tegelijk.",
        )
    except InvalidInput as error:
        return Failed(task, str(error))


def _finish(task: Task, result: Result) -> Done | Failed:
    """Put the executed notebook in its place; one with an error beside it, to look at."""
    if result.error is None:
        _place(result.text, task.output)
        return Done(task, result.seconds)
    partial = task.output.with_suffix(".part.ipynb")
    if result.refused or not result.text:
        return Failed(task, result.error, result.refused)
    _place(result.text, partial)
    where = partial.relative_to(ROOT) if partial.is_relative_to(ROOT) else partial
    return Failed(task, f"{result.error.removesuffix('.')} (zie {where}).")


def _place(text: str, output: Path) -> None:
    """Write a file whole, or not at all."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(output) as partial:
        partial.write_text(text, "utf-8")


def perform(work: Work) -> Result:
    """Execute one notebook where this is called: in a process of the pool, or on a machine of a cluster.

    Raises:
        InvalidInput: when the code, data or libraries here are not those of who asks.
    """
    os.environ.setdefault(
        "OMP_NUM_THREADS", "1"
    )  # one core for each notebook: side by side they would wait on each other
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="notebook-") as folder:
        notebook = Path(folder, f"{work.stem}.ipynb")
        notebook.write_text(work.text, "utf-8")
        if work.key is not None and reuse.key(notebook, work.parameters) != work.key:
            raise InvalidInput(
                f"Hoofdstuk {work.name}: de code, data of bibliotheken waar het zou draaien zijn anders dan hier. Haal daar "
                "dezelfde versie op en richt opnieuw in (make book)."
            )
        _still_the_same(work)
        error, refused = _run(work, notebook, Path(folder, "uit.ipynb"))
        text = Path(folder, "uit.ipynb").read_text("utf-8") if Path(folder, "uit.ipynb").exists() else ""
    return Result(text, time.monotonic() - began, error, refused)


def _still_the_same(work: Work) -> None:
    """Refuse when the code or data changed after this process loaded them: the notebook would hold what is no longer there."""
    loaded = sys.modules.get("analysis.publication.loaded")
    if loaded is not None and reuse.state() != loaded.STATE:
        raise InvalidInput(
            f"Hoofdstuk {work.name}: de code of data is veranderd terwijl er gerekend werd. Start de opdracht opnieuw."
        )


def _run(work: Work, notebook: Path, output: Path) -> tuple[str | None, bool]:
    """Let papermill execute; the error in one sentence (or nothing), and whether the chapter itself refused."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
            papermill.execute_notebook(
                str(notebook), str(output), parameters=work.parameters, kernel_name="python3", cwd=str(ROOT),
                progress_bar=False, request_save_on_cell_execute=False, **_options(work.engine, sockets),
            )  # fmt: skip
    except PapermillExecutionError as error:
        if error.ename == InvalidInput.__name__:
            return str(error.evalue), True
        return f"Hoofdstuk {work.name}, cel {error.cell_index + 1}: {error.ename}: {error.evalue}.", False
    except DeadKernelError as error:
        return f"Hoofdstuk {work.name}: {error}.", False
    return None, False


def _options(engine: str, sockets: str) -> dict[str, Any]:
    """What papermill needs for an engine."""
    if engine == FORKED:
        from analysis.publication import forked

        return {"engine_name": forked.NAME}
    # A kernel is spoken with through files of its own, where the system has them: kernels started side by side can be
    # given the same TCP port, files have no such race.
    transport = Config() if os.name == "nt" else Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}})
    return {"start_timeout": START_SECONDS, "config": transport, "extra_arguments": QUIET}


# --- On a cluster ---------------------------------------------------------------------------------

# A task is tried again on another machine when its own has gone; more often than this it is the task that kills machines.
RETRIES = 3


@cache
def _only_process() -> ProcessPoolExecutor:
    """One process beside a cluster's worker: the worker itself has threads, and forking and threads do not mix."""
    return local_pool(1)


def perform_apart(work: Work) -> Result:
    """Execute one notebook in a process beside this one."""
    return _only_process().submit(workers.do, perform, work).result()


class Cluster(Executor):
    """A dask cluster as an executor: a machine that disappears loses nothing, its notebooks run elsewhere.

    Args:
        scheduler: address of the scheduler, such as "tcp://10.0.0.1:8786". Its workers have a checkout of this project of
            their own; no folder is shared.

    Raises:
        InvalidInput: when no scheduler answers there.
    """

    def __init__(self, scheduler: str) -> None:
        from distributed import Client

        try:
            self._client = Client(scheduler, timeout=10)
        except (OSError, TimeoutError, ValueError) as error:
            raise InvalidInput(
                f"Op {scheduler} antwoordt geen dask-scheduler ({error}): start hem, of laat --scheduler weg."
            ) from None
        self._pool = self._client.get_executor(pure=False, retries=RETRIES)

    def submit(self, function: Callable[..., Result], /, *arguments: Any, **options: Any) -> Future[Result]:
        """Send one task."""
        return self._pool.submit(perform_apart if function is perform else function, *arguments, **options)

    def __exit__(self, kind: type[BaseException] | None, *told: object) -> None:
        """Stopped half-way nothing is waited for: what the cluster still does for us is dropped."""
        self.shutdown(wait=kind is None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster; it goes on for others."""
        self._pool.shutdown(wait=wait)
        self._client.close()


# --- Progress -------------------------------------------------------------------------------------


def report(done: Iterable[Done | Failed], total: int, say: Callable[[str], None]) -> list[Failed]:
    """Tell progress while tasks finish, with the time that is left.

    Returns:
        The tasks that failed.
    """
    began, failed, fresh = time.monotonic(), [], 0
    for count, one in enumerate(done, start=1):
        if isinstance(one, Failed):
            failed.append(one)
            say(f"  {count}/{total}  {one.task.name}  MISLUKT: {one.reason}")
            continue
        fresh += not one.reused
        told = "ongewijzigd" if one.reused else f"{one.seconds:.1f} s"
        left = (time.monotonic() - began) / fresh * (total - count) if fresh else 0
        say(f"  {count}/{total}  {one.task.name}  ({told})" + (f", nog ongeveer {left:.0f} s" if left >= 5 else ""))
    return failed
