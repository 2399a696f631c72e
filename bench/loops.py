"""Array code beside a plain statsmodels loop: `python -m bench.loops curve` or `... bootstrap AREAS` prints JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.choices import INCOME_MEASURES, REFERENCE, YEARS, Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.measures.sample import select
from analysis.models.bootstrap import cluster_bootstrap, numbered, times_drawn
from analysis.models.scores import normal_scores
from analysis.models.specification import (
    ALL,
    BY_INHABITANTS,
    CURVATURE,
    FOUR_LARGEST,
    NET_GAIN,
    ONLY_REFERENCE,
    RATIO,
    RAW,
    UNIVERSITY,
    WITHOUT_G4,
    WITHOUT_UNIVERSITY,
    Grid,
    curves,
)
from analysis.models.spline import Spline
from analysis.models.wls import standardise
from bench.panel import invent

REPEATS = 5

# As many areas as the big cities have with every figure, and all dimensions of the Leefbaarometer in every year.
AREAS = 2500
DIMENSIONS = ("onv", "fys", "soc", "vrz", "won")
GRID = Grid(outcomes={f"{name}_{year}": f"{name}_{year}" for name in DIMENSIONS for year in YEARS})

# Specifications that the loop does, drawn from all; and draws that it refits.
LOOPED, LOOPED_DRAWS, DRAWS = 60, 200, 2000
LEFT_OUT = {ALL: (), WITHOUT_G4: FOUR_LARGEST, WITHOUT_UNIVERSITY: UNIVERSITY}
CONTEXT = {item.label: item.column for item in CHARACTERISTICS}


def in_turn(runs: dict[str, Callable[[], object]]) -> tuple[dict[str, list[float]], dict[str, object]]:
    """Seconds of `REPEATS` runs of each, taken in turn so that a busy machine is busy for all; and what the last gave."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    found = {}
    for _ in range(REPEATS):
        for name, run in runs.items():
            start = time.perf_counter()
            found[name] = run()
            seconds[name].append(time.perf_counter() - start)
    return seconds, found


def per_one(seconds: dict[str, list[float]], counts: dict[str, int]) -> dict[str, float]:
    """Median milliseconds of one model or draw."""
    return {f"{name}_ms": 1e3 * statistics.median(seconds[name]) / counts[name] for name in counts}


def ratio(seconds: dict[str, list[float]], counts: dict[str, int], slow: str, quick: str) -> float:
    """Median over the rounds of the time of one of `slow` over that of one of `quick`."""
    rounds = zip(seconds[slow], seconds[quick], strict=True)
    return statistics.median((one / counts[slow]) / (other / counts[quick]) for one, other in rounds)


# --- The specification curve ----------------------------------------------------------------------


def curve() -> dict[str, float]:
    """Time per model of the array code and of the loop, and how far they differ.

    Returns:
        Milliseconds per model: `array_ms`, `band_ms` (with the band of 1,000 permutations, which the loop does not do),
        `loop_ms`, and `fits_ms`, the loop's statsmodels fits alone, everything else made beforehand; `ratio` and
        `ratio_fits` of the loop to the array code; `models`, `areas`; `difference` of values and errors, the largest,
        relative or below 1 absolute.
    """
    panel, choices = invent(AREAS, DIMENSIONS), Choices()
    known = _complete(panel.buurten)
    table = curves(panel.buurten, panel.cities, choices, GRID, permutations=1).table
    rows = table.sample(LOOPED, random_state=1)
    prepared = [described(row, known) for row in rows.itertuples()]
    seconds, found = in_turn({
        "array": lambda: curves(panel.buurten, panel.cities, choices, GRID, permutations=1),
        "band": lambda: curves(panel.buurten, panel.cities, choices, GRID),
        "loop": lambda: [solved(*described(row, known)) for row in rows.itertuples()],
        "fits": lambda: [solved(*one) for one in prepared],
    })  # fmt: skip
    counts = {"array": len(table), "band": len(table), "loop": LOOPED, "fits": LOOPED}
    expected, given = np.array(found["loop"]), rows[["value", "error"]].to_numpy()
    return {
        "models": len(table), "areas": int(rows.n.max()), **per_one(seconds, counts),
        "ratio": ratio(seconds, counts, "loop", "array"), "ratio_fits": ratio(seconds, counts, "fits", "array"),
        "difference": float((np.abs(given - expected) / np.maximum(np.abs(expected), 1)).max()),
    }  # fmt: skip


def _complete(buurten: pd.DataFrame) -> pd.DataFrame:
    """The buurten that have every figure that any specification needs."""
    columns = [*(INCOME_MEASURES[name].column for name in GRID.incomes), *GRID.outcomes.values(), *CONTEXT.values()]
    return buurten[buurten.inwoners_2017 >= min(GRID.cuts)].dropna(subset=columns)


def described(row: object, known: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Outcome, design, weights, wijken and contrast of one specification: what an analyst would write for each.

    Args:
        row: of the table of `curves`, as a named tuple.
        known: the buurten that have every figure.
    """
    at_home = known.gemeentecode == REFERENCE
    kept = at_home if row.steden == ONLY_REFERENCE else ~known.gemeentecode.isin(LEFT_OUT[row.steden])
    part = known[(kept | (at_home & (row.grootheid == RATIO))) & (known.inwoners_2017 >= row.ondergrens)]
    people = part.inwoners_2017.to_numpy()
    w = people if row.gewichten == BY_INHABITANTS else np.ones(len(part))
    raw = part[row.uitkomst].to_numpy()
    y = standardise(raw if row.schaal == RAW else normal_scores(raw), w)
    x = part[INCOME_MEASURES[row.inkomensmaat].column].to_numpy()
    columns, contrast = _columns(row, part, x, people, w)
    levels = pd.get_dummies(part.gemeentecode, dtype=float).to_numpy()
    return y, np.column_stack([columns, levels]), w, pd.factorize(part.wijkcode)[0], contrast


def _columns(
    row: object, part: pd.DataFrame, x: np.ndarray, people: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """Columns of the model beside the levels, and the contrast of their coefficients; none for a ratio."""
    z = standardise(x, w)
    if row.grootheid == CURVATURE:
        return np.column_stack([z, z**2]), np.array([0.0, 1.0])
    if row.grootheid == RATIO:
        home = (part.gemeentecode == REFERENCE).to_numpy(float)
        return np.column_stack([z * home, z * (1 - home)]), None
    spline = Spline(x)
    basis = spline.basis(x)[:, 1:]
    if row.grootheid == NET_GAIN:
        city = part.gemeentecode
        total = part.inwoners_2017.groupby(city).transform("sum")
        mean = (part.inwoners_2017 * x).groupby(city).transform("sum") / total
        return basis, np.average(spline.basis(mean)[:, 1:] - basis, axis=0, weights=people)
    context = part[CONTEXT[row.kenmerk]].to_numpy()
    product = z * standardise(context, w)
    return np.column_stack([basis, Spline(context).basis(context)[:, 1:], product]), np.eye(9)[-1]


def solved(
    y: np.ndarray, design: np.ndarray, w: np.ndarray, wijken: np.ndarray, contrast: np.ndarray | None
) -> tuple[float, float]:
    """Value and error, clustered by wijk, from one statsmodels fit."""
    found = sm.WLS(y, design, w).fit(cov_type="cluster", cov_kwds={"groups": wijken})
    k = 2 if contrast is None else len(contrast)
    params, covariance = found.params[:k], found.cov_params()[:k, :k]
    if contrast is not None:
        return contrast @ params, np.sqrt(contrast @ covariance @ contrast)
    home, others = params
    variance = covariance[1, 1] / others**2 + covariance[0, 0] / home**2
    return others / home, np.abs(others / home) * np.sqrt(variance)


# --- The bootstrap --------------------------------------------------------------------------------


def bootstrap(areas: int) -> dict[str, float]:
    """Milliseconds per draw of the array code (2,000 draws) and of the loop (200 of them), on the curve of the burden.

    Returns:
        `array_ms`, `loop_ms`, `ratio`, `areas`, `wijken`, and `difference`, the largest relative one of coefficients.
    """
    panel, seed = invent(areas), Choices().zaad
    sample = select(panel.buurten, Choices())
    design = Spline(sample.belasting).basis(sample.belasting)
    y, w = sample.uitkomst.to_numpy(), sample.gewicht.to_numpy()
    wijken, sizes = numbered(sample.wijkcode)
    drawn = np.concatenate(list(times_drawn(sizes, LOOPED_DRAWS, seed))).astype(int)

    def refit(times: np.ndarray) -> np.ndarray:
        rows = np.repeat(np.arange(len(y)), times[wijken])
        return sm.WLS(y[rows], design[rows], w[rows]).fit().params

    seconds, found = in_turn({
        "array": lambda: cluster_bootstrap(design, y, w, sample.wijkcode, DRAWS, seed),
        "loop": lambda: np.array([refit(times) for times in drawn]),
    })  # fmt: skip
    counts = {"array": DRAWS, "loop": LOOPED_DRAWS}
    return {
        "areas": len(y), "wijken": int(sizes.sum()), **per_one(seconds, counts),
        "ratio": ratio(seconds, counts, "loop", "array"),
        "difference": float(np.abs(found["array"][:LOOPED_DRAWS] / found["loop"] - 1).max()),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(curve() if sys.argv[1] == "curve" else bootstrap(int(sys.argv[2]))))
