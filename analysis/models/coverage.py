"""Do the intervals over cities cover at their nominal rate? Known truths, many times over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.models.cities import pool

DRAWS = 1000


def pooled(table: pd.DataFrame, tau: float, seed: int, draws: int = DRAWS) -> dict[str, float]:
    """Coverage of the pooled mean, and of the prediction interval for a city that was not among them.

    Slopes of the real number of cities are drawn around a known mean with a known spread, and measured with the errors
    the cities have.

    Args:
        table: result of `models.cities.slopes`, for the errors.
        tau: standard deviation between cities.
        seed, draws: of the simulation.

    Returns:
        `gemiddelde` and `nieuwe_stad`: shares of draws in which the 95 % interval holds the truth.
    """
    random = np.random.default_rng(seed)
    mean, n = float(table.value.mean()), len(table)
    held = {"gemiddelde": 0, "nieuwe_stad": 0}
    for _ in range(draws):
        true = random.normal(mean, tau, n + 1)
        measured = table.assign(value=random.normal(true[:n], table.error_hc3))
        found = pool(measured)
        held["gemiddelde"] += found.low <= mean <= found.high
        held["nieuwe_stad"] += found.new_low <= true[n] <= found.new_high
    return {name: count / draws for name, count in held.items()}


def called_another(table: pd.DataFrame, tau: float, error: float, seed: int, draws: int = DRAWS) -> float:
    """Share of draws in which a city that is like the others is called another city, its own error counted.

    Args:
        table: result of `models.cities.slopes` without the reference, for the errors.
        tau: standard deviation between cities.
        error: standard error of the city that is judged.
        seed, draws: of the simulation.
    """
    random = np.random.default_rng(seed)
    mean, n = float(table.value.mean()), len(table)
    flagged = 0
    for _ in range(draws):
        true = random.normal(mean, tau, n + 1)
        low, high = pool(table.assign(value=random.normal(true[:n], table.error_hc3))).reach_for(error)
        flagged += not low <= random.normal(true[n], error) <= high
    return flagged / draws
