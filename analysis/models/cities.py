"""The same slope in every big city, pooled without the reference city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from analysis.choices import REFERENCE, Choices
from analysis.errors import InvalidInput
from analysis.measures.sample import of_cities, select
from analysis.models.response import FEWEST_BUURTEN, slope


def by_city(sample: pd.DataFrame, cities: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each city that has any, in the order of the cities: one pass over the rows, however many cities."""
    parts = dict(list(sample.groupby("gemeentecode", sort=False)))
    return {code: parts[code] for code in cities.index if code in parts}


def slopes(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> pd.DataFrame:
    """The slope of each city.

    Args:
        buurten: the dataset's table.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.
        cut: fewest inhabitants of a buurt.
        outcome: column; the choices' own when left out.

    Returns:
        Per gemeentecode: `gemeente` and the fields of `Slope` (the larger of the errors by wijk and HC3: with 20 to 40
        wijken the first alone covers 85 to 94 % in these cities' own designs), with `error_hc3` for pooling, and
        `standardised`: slope per 10 percentage points in standard deviations of the city's outcome. A city with fewer
        than `FEWEST_BUURTEN` buurten is left out.
    """
    samples = by_city(select(of_cities(buurten, cities), choices, cut, outcome), cities)
    rows = {}
    for code, sample in samples.items():
        if len(sample) < FEWEST_BUURTEN:
            continue
        plain = slope(sample)
        shown = max(slope(sample, errors="wijk"), plain, key=lambda found: found.error)
        rows[code] = {"gemeente": cities.gemeentenaam[code], **vars(shown), "error_hc3": plain.error}
    if not rows:
        raise InvalidInput(
            f"Geen enkele stad heeft {FEWEST_BUURTEN} buurten met alle cijfers; kies een lagere ondergrens."
        )
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")
    return table.assign(standardised=10 * table.value / table.outcome_sd)


@dataclass(frozen=True)
class Pooled:
    """Random-effects mean of the cities' slopes, with its 95 % interval.

    Attributes:
        value, low, high: mean and limits (Hartung-Knapp). tau: standard deviation between cities.
        new_low, new_high: 95 % prediction interval for the slope of a city that was not among them.
        cities: how many.
    """

    value: float
    low: float
    high: float
    tau: float
    new_low: float
    new_high: float
    cities: int

    def reach_for(self, error: float) -> tuple[float, float]:
        """Where the *estimate* of a city that was not among them may lie (95 %), measured with this standard error.

        The prediction interval is for the true slope of a city; an estimate adds its own error to that.
        """
        critical = stats.t.ppf(0.975, self.cities - 2)
        spread = np.hypot((self.new_high - self.new_low) / (2 * critical), error)
        return self.value - critical * spread, self.value + critical * spread


def pool(table: pd.DataFrame, without: str = REFERENCE) -> Pooled:
    """Pool slopes by Paule-Mandel, with HC3 variances and Hartung-Knapp errors.

    The reference city stays out, so that it can be compared. The prediction interval is that of Higgins, Thompson and
    Spiegelhalter (2009): Student's t with two degrees of freedom less than there are cities.
    """
    others = table.drop(index=without, errors="ignore")
    result = combine_effects(others.value.to_numpy(), others.error_hc3.to_numpy() ** 2, method_re="pm", use_t=True)
    mean, error = result.mean_effect_re, result.sd_eff_w_re_hksj
    margin = stats.t.ppf(0.975, len(others) - 1) * error
    reach = stats.t.ppf(0.975, len(others) - 2) * np.sqrt(result.tau2 + error**2)
    return Pooled(
        mean,
        mean - margin,
        mean + margin,
        float(np.sqrt(result.tau2)),
        mean - reach,
        mean + reach,
        len(others),
    )
