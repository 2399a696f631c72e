"""Processes that execute beside this one, and that stop at once, without a word, when the command is stopped.

Ctrl-C reaches every process of a command at the same time. Only the command itself has something to say then: a worker
stops its notebook, lets its temporary folders be removed, and ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from typing import ParamSpec, TypeVar

P, R = ParamSpec("P"), TypeVar("R")

# What a process that was told to stop ends with, as a shell counts it.
STOPPED = 128 + signal.SIGTERM

# A worker that was told to stop has a notebook to end and folders to remove; after this it is ended for it.
PATIENCE_SECONDS = 5

# Of this process, a worker: whether it executes now (then its folders are removed first), and whether it was told to stop.
_busy = False
_told = False


def pool(workers: int, preload: str | None) -> ProcessPoolExecutor:
    """Processes on this machine.

    Args:
        workers: how many.
        preload: module that is loaded once, in a process of which each worker is a fork; without it each starts anew.
    """
    if preload is None:
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=begin)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    with _deaf():  # what is started here hears no Ctrl-C while it loads, or it would have something to say
        forkserver.ensure_running()
    # A worker that is asked for before all is loaded would begin after the command has gone, and say what it misses.
    first = context.Process(target=_nothing)
    try:
        first.start()
        first.join()
    except BaseException:  # else it goes on loading for nobody, with our output open
        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGTERM)
        raise
    return ProcessPoolExecutor(workers, mp_context=context, initializer=begin)


def _nothing() -> None:
    """What the first process does: when it is done, others can begin at once."""


def begin() -> None:
    """What a worker does first: from now on it knows how to stop."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def _stop(*_: object) -> None:
    """Told to stop: at once when idle, else after what is executed has removed its folders. Told once is enough."""
    global _told
    if not _busy:
        os._exit(STOPPED)
    if not _told:
        _told = True
        raise KeyboardInterrupt


def do(function: Callable[P, R], /, *arguments: P.args, **options: P.kwargs) -> R:
    """Do the work of a worker."""
    global _busy
    _busy = True
    try:
        return function(*arguments, **options)
    except KeyboardInterrupt:
        os._exit(STOPPED)
    finally:
        _busy = False


def stop(running: ProcessPoolExecutor) -> None:
    """End a pool and what it executes now."""
    with later():  # pressed again, it would leave the processes behind
        processes = list((running._processes or {}).values())
        running.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(PATIENCE_SECONDS)
            if process.is_alive():
                process.kill()


@contextlib.contextmanager
def later() -> Iterator[None]:
    """Ctrl-C waits until this is done: a worker that is half begun knows of nobody that could end it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows has none
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Ctrl-C does nothing meanwhile, nor ever in a process that is started here; only the main thread hears it at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
