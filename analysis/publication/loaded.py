"""Importing this module loads what chapters use, so that a process forked from one that has it starts at once.

It starts no thread: forking and threads do not mix. What few chapters use and loads slowly (libpysal, linearmodels) is left
to those that need it.
"""

from __future__ import annotations

import importlib
import os
import pkgutil

# Before numpy is imported: a pool of threads for linear algebra would be forked along, and chapters run side by side.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A warning of the debugger that IPython loads, about a check that no chapter needs.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")

import papermill  # noqa: F401

from analysis import figures, levers, measures, models
from analysis.dataset import store
from analysis.publication import reuse

# What is loaded below; who executes compares it with what is there by then.
STATE = reuse.state()

# What a chapter imports, besides its reports.
ROOMS = (measures, models, levers, figures)
REPORTS = ("reports", "cities_reports", "context_reports", "lever_reports", "robustness_reports", "validation_reports")

for room in ROOMS:
    for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        importlib.import_module(module.name)
for name in REPORTS:
    importlib.import_module(f"analysis.publication.{name}")

# Checked and parsed once; every chapter gets a copy of its own.
for table in ("buurten", "wijken", "gemeenten", "koppeling", "bewijs"):
    store.read(table)
for layer in store.LAYERS:
    store.read_map(layer)
