"""A dask cluster of SLURM jobs: run this on the login node, and leave it running.

Needs `pip install dask-jobqueue` in the same environment, and this checkout on a disk that the nodes see, or at the same
path on each. It prints the address for `--scheduler`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from dask_jobqueue import SLURMCluster

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Start the workers and wait."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--cores", type=int, default=8, help="workers in a job, one for each core")
    parser.add_argument("--memory", default="16GB")
    parser.add_argument("--walltime", default="01:00:00")
    parser.add_argument("--queue", default=None)
    parser.add_argument("--show", action="store_true", help="print the job script and stop")
    given = parser.parse_args()
    cluster = SLURMCluster(
        cores=given.cores, processes=given.cores, memory=given.memory, walltime=given.walltime, queue=given.queue, nanny=False,
        python=sys.executable, job_script_prologue=[f"cd {ROOT}", "export OMP_NUM_THREADS=1"], local_directory=os.environ.get("TMPDIR", "/tmp"),
    )  # fmt: skip
    if given.show:
        print(cluster.job_script())
        return
    cluster.scale(jobs=given.jobs)
    print(f"--scheduler {cluster.scheduler_address}", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
