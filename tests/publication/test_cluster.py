"""The same run on a cluster: machines without a shared folder, one of which disappears half-way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from analysis.errors import InvalidInput
from analysis.paths import BOOK, ROOT
from analysis.publication import execute

pytestmark = pytest.mark.book

CITIES = ("Delft", "Ede", "Venlo", "Leiden", "Breda", "Emmen")

# What a machine of its own has: a checkout, as git would give it.
CHECKOUT = ("analysis", "data", "results", "pyproject.toml", "requirements.lock")


def start(*arguments, folder, path=None):
    """A process in a folder of its own, in a group of its own, so that it can be killed with all that it started."""
    environment = {**os.environ, "PYTHONPATH": str(path or folder), "OMP_NUM_THREADS": "1"}
    with open(folder / "log.txt", "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def checkout(folder):
    for name in CHECKOUT:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


def tasks(folder):
    return [execute.Task(BOOK / "stadsblad.ipynb", folder / f"{city}.ipynb", {"gemeente": city}) for city in CITIES]


def outputs(path):
    return [cell.get("outputs") for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def machines(tmp_path):
    """A scheduler and two workers, each in a folder of its own with its own checkout."""
    folders = [tmp_path / name for name in ("scheduler", "een", "twee")]
    for folder in folders:
        folder.mkdir()
    where = folders[0] / "adres.json"
    running = [start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where),
                     folder=folders[0])]  # fmt: skip
    waited = time.monotonic()
    while not where.exists() and time.monotonic() - waited < 30:
        time.sleep(0.1)
    for folder in folders[1:]:
        checkout(folder)
        running.append(start("distributed.cli.dask_worker", "--scheduler-file", str(where), "--no-nanny", "--nthreads", "1", "--no-dashboard",
                             "--local-directory", str(folder / "tijdelijk"), folder=folder))  # fmt: skip
    import json

    yield json.loads(where.read_text())["address"], running[1:], folders[1:]
    for process in running:
        kill(process)


def test_a_worker_that_is_killed_half_way_loses_nothing(machines, tmp_path):
    address, workers, _ = machines
    cluster = execute.Cluster(address)
    done = []
    try:
        cluster._client.wait_for_workers(2, timeout=60)
        for one in execute.execute(tasks(tmp_path / "cluster"), cluster):
            done.append(one)
            if len(done) == 1:
                kill(workers[1])
    finally:
        cluster.shutdown()
    assert len(done) == len(CITIES)
    for task, one in zip(tasks(tmp_path / "hier"), tasks(tmp_path / "cluster"), strict=True):
        execute.execute_one(task)
        assert outputs(task.output) == outputs(one.output), task.name


def test_a_worker_with_other_code_refuses(machines, tmp_path):
    address, workers, folders = machines
    for folder in folders:
        (folder / "analysis" / "dutch.py").write_text((ROOT / "analysis" / "dutch.py").read_text() + "\n# anders\n")
    cluster = execute.Cluster(address)
    try:
        with pytest.raises(InvalidInput, match="anders dan hier"):
            list(execute.execute(tasks(tmp_path)[:1], cluster))
    finally:
        cluster.shutdown()
    assert len(workers) == 2


def test_no_scheduler_is_said_in_one_sentence():
    with pytest.raises(InvalidInput, match="antwoordt geen dask-scheduler"):
        execute.Cluster("tcp://127.0.0.1:1")
