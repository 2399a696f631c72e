"""A papermill engine that executes a notebook in a process forked from this one, with the libraries already loaded.

Every notebook gets a process of its own: what it defines, draws, seeds or breaks is gone with it. The kernel is IPython's own,
in that process, and nbclient turns its messages into outputs, so that the executed notebook is the one that a separate
kernel would have given. Where a system cannot fork, plain papermill does the same work more slowly.
"""

from __future__ import annotations

import gc
import os
import pickle
import random
import signal
import sys
import threading
from collections.abc import Iterator
from functools import wraps
from types import SimpleNamespace
from typing import BinaryIO, NoReturn

import matplotlib
import nbformat
import numpy as np
from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.inprocess.manager import InProcessKernelManager
from ipykernel.iostream import OutStream
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import default
from traitlets.config import Config

NAME = "geforkt"

# A forked process on macOS may not use its system libraries; Windows has no fork.
CAN_FORK = hasattr(os, "fork") and sys.platform == "linux"

# A message that the kernel wrote is there at once; this long only when its thread has died.
MESSAGE_SECONDS = 60

# Where figures of pyplot go in a notebook.
INLINE = "module://matplotlib_inline.backend_inline"

# History is for people at a prompt: it opens a database and a thread.
QUIET = Config({"HistoryManager": {"enabled": False}})


class Kernel(InProcessKernel):
    """IPython in this process; what a library prints past Python becomes output too, as with a kernel of its own."""

    @wraps(InProcessKernel.do_execute)
    async def do_execute(self, *arguments: object, **options: object) -> dict[str, object]:
        """A cell with a bare `await` asks which thread reads the messages; a kernel in a process forgot to say: this one."""
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.current_thread())
        try:
            return await super().do_execute(*arguments, **options)
        finally:
            self.shell_channel_thread = None

    @default("stdout")
    def _default_stdout(self) -> OutStream:
        return OutStream(self.session, self.iopub_thread, "stdout", watchfd="force")

    @default("stderr")
    def _default_stderr(self) -> OutStream:
        return OutStream(self.session, self.iopub_thread, "stderr", watchfd="force")


class ForkEngine(Engine):
    """papermill's engine "geforkt"."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, memory: int | None = None, **_: object
    ) -> None:
        """Execute the cells in a forked process, until the first error.

        Args:
            nb_man: papermill's manager of the notebook.
            kernel_name: not used: the kernel is this Python.
            memory: most bytes of address space that the notebook may use; no limit when left out.

        Raises:
            DeadKernelError: when the process ends before the notebook does.
        """
        receiving, sending = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        gc.freeze()  # what is loaded stays shared between the processes
        child = os.fork()
        if child == 0:
            os.close(receiving)
            _be_the_child(nb_man.nb, sending, memory)
        os.close(sending)
        try:
            with os.fdopen(receiving, "rb") as pipe:
                finished = _receive(nb_man, pipe)
        except BaseException:  # stopped: nobody reads any more what the child would say
            os.kill(child, signal.SIGKILL)
            raise
        finally:
            _, status = os.waitpid(child, 0)
        if not finished:
            raise DeadKernelError(_ending(nb_man.nb, status))


def _receive(nb_man: NotebookExecutionManager, pipe: BinaryIO) -> bool:
    """Take over what the child says of each cell; False when it stopped before the end."""
    while True:
        try:
            kind, index, told = pickle.load(pipe)
        except EOFError:
            return False
        if kind == "mis":
            raise DeadKernelError(told)
        if kind == "einde":
            nb_man.nb.metadata["language_info"] = told["language"]
            for earlier, outputs in told["outputs"].items():  # a cell may change what an earlier one shows
                nb_man.nb.cells[earlier].outputs = outputs
            return True
        cell = nb_man.nb.cells[index]
        if kind == "begin":
            nb_man.cell_start(cell, index)
            continue
        cell.update(told["cell"])
        cell.metadata.update(told["metadata"])
        if told["failed"]:
            nb_man.cell_exception(cell, cell_index=index)
        nb_man.cell_complete(cell, cell_index=index)


def _ending(notebook: nbformat.NotebookNode, status: int) -> str:
    """Where and how a process came to its end."""
    running = [k for k, cell in enumerate(notebook.cells) if cell.metadata.papermill["status"] == "running"]
    where = f" bij cel {running[0] + 1}" if running else ""
    if os.WIFSIGNALED(status):
        return f"het proces is gestopt{where} (signaal {signal.Signals(os.WTERMSIG(status)).name})"
    return f"het proces is gestopt{where} (code {os.waitstatus_to_exitcode(status)})"


def _be_the_child(notebook: nbformat.NotebookNode, sending: int, memory: int | None) -> NoReturn:
    """Execute and report; never come back into the parent's code."""
    code = 1
    with os.fdopen(sending, "wb") as pipe:
        try:
            _start_afresh(memory)
            for message in run(notebook):
                pickle.dump(message, pipe)
                pipe.flush()
            code = 0
        except BaseException as error:  # whatever it is, it may not go on as the parent
            pickle.dump(("mis", -1, f"{type(error).__name__}: {error}"), pipe)
            pipe.flush()
        finally:
            os._exit(code)


def _start_afresh(memory: int | None) -> None:
    """What a new process would have of its own: random streams, output, and a limit."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this one hears Ctrl-C too, and ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    random.seed()
    np.random.seed()
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # the kernel copies what passes there to where it went before: to nobody
        os.dup2(nowhere, stream)
    if memory is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def run(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, int, object]]:
    """Execute a notebook in this process.

    Yields:
        ("begin", index, None) and ("klaar", index, what changed) for every cell, and ("einde", -1, language and outputs) at last.
    """
    manager = InProcessKernelManager(config=QUIET)
    manager.kernel = Kernel(parent=manager, session=manager.session)
    _show_figures_inline(manager.kernel)
    front = manager.client()
    front.start_channels()
    reader = NotebookClient(notebook)
    reader.reset_execution_trackers()
    for index, cell in enumerate(notebook.cells):
        yield "begin", index, None
        failed = _execute_cell(front, reader, cell, index)
        yield "klaar", index, _told(cell, failed)
        if failed:
            break
    outputs = {index: cell.outputs for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    yield "einde", -1, {"language": manager.kernel.language_info, "outputs": outputs}


def _show_figures_inline(kernel: Kernel) -> None:
    """Figures of pyplot become outputs, as in a kernel of its own."""
    from matplotlib_inline.backend_inline import configure_inline_support

    matplotlib.use(INLINE)
    configure_inline_support(kernel.shell, INLINE)


def _told(cell: nbformat.NotebookNode, failed: bool) -> dict[str, object]:
    """What the execution changed in a cell."""
    changed = {name: cell[name] for name in ("outputs", "execution_count") if name in cell}
    return {
        "cell": changed,
        "metadata": {"execution": cell.metadata.get("execution", {})} if changed else {},
        "failed": failed,
    }


def _execute_cell(
    front: BlockingInProcessKernelClient, reader: NotebookClient, cell: nbformat.NotebookNode, index: int
) -> bool:
    """Execute one cell as nbclient would; True when it failed and the notebook has to stop."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip() or reader.skip_cells_with_tag in tags:
        return False
    cell.outputs = []
    cell.metadata["execution"] = {}
    reader.clear_before_next_output = False
    front.execute(cell.source)
    while True:
        try:
            reader.process_message(front.get_iopub_msg(timeout=MESSAGE_SECONDS), cell, index)
        except CellExecutionComplete:
            break
    allowed = reader.allow_errors or "raises-exception" in tags
    return front.get_shell_msg(timeout=MESSAGE_SECONDS)["content"]["status"] == "error" and not allowed


papermill_engines.register(NAME, ForkEngine)
