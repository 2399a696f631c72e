"""Time and memory of each step of the models on 10^4, 10^5 and 10^6 areas: `python -m bench.scale`."""

from __future__ import annotations

import statistics
from itertools import pairwise

from bench.measure import exponent, fresh, store

SIZES = (10_000, 100_000, 1_000_000)
STEPS = ("select", "slope", "curve", "cities", "interaction", "deviations", "moran", "bootstrap", "specification")

# Steps that do every city against all rows: their growth is measured where they still end.
SMALL_SIZES = (2_500, 5_000, 10_000)
SMALL_STEPS = ("leave_out", "within")

# A step is stopped after so many seconds.
LONGEST = 900

# Below this (MB) what a step adds to the peak is noise of the allocator, and its growth is not told.
LEAST_MB = 10

LIMITS = (
    "specification: rows moved are kept for every permutation, 4 bytes x permutations x areas (of 7 GB in all at 1,000 and 10^6, 4)",
    "interaction, CR3: one matrix per wijk, 8 bytes x areas x areas in the largest wijk",
    "deviations: 8 bytes x draws x areas of the one city, in a dozen tables",
    "leave_out: every city is predicted by a fit of all the others with knots of its own, so time grows with cities x areas",
    "within (robustness): a column per city, so memory grows with cities x areas and time with cities^2 x areas",
)


def main() -> dict[str, object]:
    """Measure, print the table and write `_build/bench/scale.json`."""
    sizes = dict.fromkeys(STEPS, SIZES) | dict.fromkeys(SMALL_STEPS, SMALL_SIZES)
    found = {}
    for step in sizes:
        found[step] = _grown(step, sizes[step])
        print(_line(step, found[step]), flush=True)
    print(*(f"limit: {text}" for text in LIMITS), sep="\n")
    return store("scale", {"steps": found, "limits": LIMITS})


def _grown(step: str, sizes: tuple[int, ...]) -> dict[str, object]:
    """One step at every size, with its growth from size to size."""
    runs = [_told(fresh("bench.steps", step, str(areas), seconds=LONGEST)) | {"areas": areas} for areas in sizes]
    growth = {key: [_growth(one, next_one, key) for one, next_one in pairwise(runs)] for key in ("seconds", "extra_mb")}
    return {"runs": runs, "growth": growth}


def _told(run: dict[str, object]) -> dict[str, object]:
    """Median of the runs, and the memory that the step adds to interpreter, libraries and panel."""
    if "failed" in run:
        return run
    extra = run["peak_mb"] - run["panel_mb"]
    return {**run, "seconds": statistics.median(run["seconds"]), "runs": len(run["seconds"]), "extra_mb": extra}


def _growth(one: dict[str, object], other: dict[str, object], key: str) -> float | None:
    """Exponent of the growth of seconds or memory; none where a run failed or memory is too little to tell."""
    if "failed" in one or "failed" in other or (key == "extra_mb" and one[key] < LEAST_MB):
        return None
    return exponent((one["areas"], other["areas"]), (one[key], other[key]))


def _line(step: str, told: dict[str, object]) -> str:
    cells = [one.get("failed") or f"{one['areas']:,}: {one['seconds']:.3g} s, +{one['extra_mb']:.0f} MB ({one['peak_mb']:.0f})"
             for one in told["runs"]]  # fmt: skip
    growth = {key: ", ".join("-" if one is None else f"{one:.2f}" for one in values)
              for key, values in told["growth"].items()}  # fmt: skip
    return f"{step:14} {' | '.join(cells)} | growth of time {growth['seconds']}; of memory {growth['extra_mb']}"


if __name__ == "__main__":
    main()
