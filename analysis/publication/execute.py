"""Executing notebooks: tasks in, executed notebooks out, on the cores at hand."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traitlets.config import Config

from analysis.errors import InvalidInput
from analysis.paths import ROOT

# A kernel that only has to start and import should be there within this time, also on a busy machine.
START_SECONDS = 120

# A kernel that is told to stop logs that as an error, over our own progress.
QUIET = ["--IPKernelApp.log_level=CRITICAL"]


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
    """An executed task, and how many seconds it took."""

    task: Task
    seconds: float


def execute(tasks: Iterable[Task], executor: Executor | None = None) -> Iterator[Done]:
    """Execute tasks, in parallel, and give each as it is done.

    Args:
        tasks: notebooks to execute.
        executor: where to run; a pool of processes, one for each core, when left out.

    Raises:
        InvalidInput: when a cell fails, with the chapter, the cell and the error; tasks not yet begun are dropped.
    """
    tasks = list(tasks)
    own = executor is None
    pool = executor or ProcessPoolExecutor(max_workers=max(1, min(len(tasks), os.cpu_count() or 1)))
    try:
        for future in as_completed([pool.submit(execute_one, task) for task in tasks]):
            yield future.result()
    finally:
        if own:
            pool.shutdown(cancel_futures=True)


def execute_one(task: Task) -> Done:
    """Execute one notebook with papermill; the executed copy appears whole, or not at all."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    # One core for each notebook: side by side they would wait on each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    began = time.monotonic()
    task.output.parent.mkdir(parents=True, exist_ok=True)
    partial = task.output.with_suffix(".part.ipynb")
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
            papermill.execute_notebook(
                str(task.notebook), str(partial), parameters=task.parameters, kernel_name="python3", cwd=str(ROOT),
                progress_bar=False, start_timeout=START_SECONDS, config=_transport(sockets), extra_arguments=QUIET,
            )  # fmt: skip
    except PapermillExecutionError as error:
        if error.ename == InvalidInput.__name__:
            raise InvalidInput(str(error.evalue)) from None
        raise InvalidInput(
            f"Hoofdstuk {task.name}, cel {error.cell_index + 1}: {error.ename}: {error.evalue} "
            f"(zie {partial.relative_to(ROOT) if partial.is_relative_to(ROOT) else partial})."
        ) from None
    partial.replace(task.output)
    return Done(task, time.monotonic() - began)


def _transport(sockets: str) -> Config:
    """How to speak with a kernel: through files of its own, where the system has them.

    Kernels started side by side can be given the same TCP port; files have no such race, and stay on this machine.
    """
    return Config() if os.name == "nt" else Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}})


def report(done: Iterable[Done], total: int, say: Callable[[str], None]) -> None:
    """Tell progress while tasks finish."""
    for count, one in enumerate(done, start=1):
        say(f"  {count}/{total}  {one.task.name}  ({one.seconds:.1f} s)")
