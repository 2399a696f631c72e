"""Each measurement in a process of its own, so that none pays for the memory or the warm caches of another."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "_build" / "bench"


def fresh(module: str, *arguments: str, seconds: float) -> dict[str, object]:
    """Run `python -m module arguments` on one core and read the JSON on its last line.

    Args:
        seconds: after which it is stopped.

    Returns:
        What it printed, or `failed` with the reason.
    """
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {seconds:.0f} s"}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"stopped with {done.returncode}"]
        return {"failed": last[0][:200]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def store(name: str, found: dict[str, object]) -> dict[str, object]:
    """Write the piece to `_build/bench/NAME.json` and hand it on."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


def exponent(sizes: tuple[float, float], values: tuple[float, float]) -> float:
    """Growth between two sizes on log-log scale: 1 is linear, 2 is quadratic."""
    return math.log(values[1] / values[0]) / math.log(sizes[1] / sizes[0])
