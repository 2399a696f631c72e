"""Set up the workshop and run one job in it; `make` calls this, and Windows can call it directly.

Only the standard library is used here, since nothing is installed yet when it starts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".installed"

# The lock is compiled and tested for these; older Pythons lack syntax we use, newer ones lack wheels.
SUPPORTED = ((3, 11), (3, 12), (3, 13))

# What each job runs, inside the environment.
JOBS = {
    "book": ["-m", "analysis", "book"],
    "test": ["-m", "pytest", "-n", "auto", "--dist", "loadgroup", "-m", "not slow"],
    "test-all": ["-m", "pytest", "-n", "auto", "--dist", "loadgroup"],
    "edition": ["-m", "analysis", "edition"],
    "verify": ["-m", "analysis", "verify"],
    "bench": ["-m", "bench.run"],
    "links": ["-m", "analysis", "links"],
    "leesniveau": ["-m", "analysis", "leesniveau"],
    "simulate": ["-m", "analysis", "simulate"],
    "pdf": ["-m", "analysis", "pdf"],
    "serve": ["-m", "analysis", "serve"],
    "lint": ["-m", "ruff", "check", "."],
}


def fingerprint() -> str:
    """What the installed environment depends on: the lock, the project's metadata, the Python."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(sys.version_info[:2]).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def run(*command: object) -> None:
    """Run a command and stop with its exit code when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT)
    if done.returncode:
        sys.exit(done.returncode)


def install() -> None:
    """Make `.venv` when it is missing or out of date, from the lock, with every hash checked."""
    if STAMP.exists() and STAMP.read_text() == fingerprint():
        return
    if sys.version_info[:2] not in SUPPORTED:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Python {found} wordt niet ondersteund: gebruik 3.11, 3.12 of 3.13 (make book PYTHON=python3.12).")
    print("De omgeving wordt ingericht in .venv, uit requirements.lock …", flush=True)
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], capture_output=True).returncode == 0:
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV)
        pip = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        venv.create(VENV, with_pip=True, clear=True)
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "-r", LOCK)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    STAMP.write_text(fingerprint())


def lock() -> None:
    """Compile requirements.lock from requirements.txt: one file for every supported Python and system."""
    run("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11",
        "--no-header", "--no-annotate", "--no-emit-index-url", "-o", LOCK, "requirements.txt")  # fmt: skip


def clean() -> None:
    """Remove what was built; the environment stays."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)


def main() -> None:
    """Read the job from the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("job", choices=[*JOBS, "install", "lock", "clean"])
    job, rest = parser.parse_known_args()
    if job.job in ("lock", "clean"):
        {"lock": lock, "clean": clean}[job.job]()
        return
    install()
    if job.job in JOBS:
        run(PYTHON, *JOBS[job.job], *rest)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # the command itself has said so
        sys.exit(130)
