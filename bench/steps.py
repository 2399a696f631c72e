"""The steps that are measured at growing size: `python -m bench.steps STEP AREAS` prints seconds and memory as JSON."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.choices import REFERENCE, Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.measures.sample import of_city, select
from analysis.models import cities, deviation, interaction, leave_out, response, robustness, space, specification
from analysis.models.bootstrap import cluster_bootstrap
from analysis.models.spline import Spline
from bench.panel import Panel, invent

# Address space of one step: what asks for more would not fit beside others on a machine of 24 GiB.
MOST_BYTES = 16 * 2**30

# A step is repeated until it has been run so often, or has taken so long (seconds).
REPEATS, BUDGET = 5, 20

DRAWS = 2000
ONE_FAMILY = specification.Grid(
    incomes=("sociaal_minimum",), outcomes={"2018": "onv_2018"}, cuts=(500,), cities=(specification.ALL,),
    contexts=CHARACTERISTICS[:1],
)  # fmt: skip


class Given:
    """What a step starts from; made before the clock runs."""

    def __init__(self, panel: Panel) -> None:
        self.panel, self.choices = panel, Choices()

    @cached_property
    def sample(self) -> pd.DataFrame:
        return select(self.panel.buurten, self.choices)

    @cached_property
    def reference(self) -> pd.DataFrame:
        return of_city(self.panel.buurten, REFERENCE)


def _bootstrap(given: Given) -> np.ndarray:
    sample = given.sample
    design = Spline(sample.belasting).basis(sample.belasting)
    return cluster_bootstrap(design, sample.uitkomst, sample.gewicht, sample.wijkcode, DRAWS, given.choices.zaad)


def _interaction(given: Given) -> interaction.Family:
    at_home = given.sample.gemeentecode == REFERENCE
    return interaction.family(given.sample[at_home], given.sample[~at_home], list(CHARACTERISTICS[:1]))


def _cities(given: Given) -> cities.Pooled:
    panel, choices = given.panel, given.choices
    return cities.pool(cities.slopes(panel.buurten, panel.cities, choices, choices.ondergrens))


def _moran(given: Given) -> pd.DataFrame:
    return space.morans(given.panel.buurten, given.panel.cities, given.panel.borders, given.choices)


def _specification(given: Given) -> specification.SpecificationCurve:
    return specification.curves(given.panel.buurten, given.panel.cities, given.choices, ONE_FAMILY)


def _leave_out(given: Given) -> pd.DataFrame:
    panel, choices = given.panel, given.choices
    return leave_out.leave_one_city_out(panel.buurten, panel.cities, choices, choices.ondergrens)


STEPS: dict[str, Callable[[Given], object]] = {
    "select": lambda given: select(given.panel.buurten, given.choices),
    "slope": lambda given: response.slope(given.sample, errors="wijk"),
    "curve": lambda given: response.curve(given.sample, given.choices.zaad),
    "cities": _cities,
    "interaction": _interaction,
    "deviations": lambda given: deviation.deviations(given.reference, given.choices),
    "moran": _moran,
    "bootstrap": _bootstrap,
    "specification": _specification,
    "leave_out": _leave_out,
    "within": lambda given: robustness.within(given.sample),
}

# What a step needs made before the clock runs.
BEFOREHAND = {
    "slope": "sample", "curve": "sample", "bootstrap": "sample", "interaction": "sample", "within": "sample",
    "deviations": "reference",
}  # fmt: skip


def memory(line: str) -> float:
    """A line of the process's own status in MB: VmRSS is what it holds, VmHWM the most that it has held.

    Not getrusage's ru_maxrss: a child starts with the peak of the process that started it.
    """
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{line}:\s+(\d+) kB", status).group(1)) * 1024 / 1e6


def measure(step: str, areas: int) -> dict[str, object]:
    """Run one step on a panel.

    Returns:
        `seconds` of every run, `panel_mb` (held before the step: interpreter, libraries and panel) and `peak_mb` (most
        during it).
    """
    given = Given(invent(areas))
    if step in BEFOREHAND:
        getattr(given, BEFOREHAND[step])
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before, seconds = memory("VmRSS"), []
    while len(seconds) < REPEATS and sum(seconds) < BUDGET:
        start = time.perf_counter()
        STEPS[step](given)
        seconds.append(time.perf_counter() - start)
    return {"step": step, "areas": areas, "seconds": seconds, "panel_mb": before, "peak_mb": memory("VmHWM")}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
