"""Does the association with registered crime hang on how crime is counted: which years, as a log rate or as counts?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from analysis.choices import CRIME, CRIME_SPAN, CRIME_YEARS, REFERENCE, Choices
from analysis.measures.sample import crimes, of_city, select, with_crime
from analysis.models.robustness import within

# Years that are not in the main measure (research design, second part, section 1).
OTHER_YEARS = {2021: "2021", 2025: "2025 (voorlopig)"}

LOG_RATE, COUNTS = "logaritme van het aantal per inwoner", "telling (quasi-Poisson)"


def sensitivity(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """The slope of crime on the burden, counted in other ways, in the reference city and in the others together.

    Args:
        buurten: the dataset's table of the big cities, prepared.
        choices: settled choices: income measure and cut.

    Returns:
        Per `plaats` and `variant`: `value`, `low`, `high` (% more crimes per resident per ten percentage points, 95 %), `n`.
    """
    places = {
        "Amsterdam": of_city(buurten, REFERENCE),
        "andere steden": buurten[buurten.gemeentecode != REFERENCE],
    }
    rows = {
        (place, variant): row for place, table in places.items() for variant, row in _variants(table, choices).items()
    }
    index = pd.MultiIndex.from_tuples(rows, names=["plaats", "variant"])
    return pd.DataFrame(list(rows.values()), index=index)


def _variants(table: pd.DataFrame, choices: Choices) -> dict[str, dict[str, float]]:
    found = {f"{CRIME_SPAN}, {LOG_RATE}": _log_rate(table, CRIME_YEARS, choices)}
    found[f"{CRIME_SPAN}, {COUNTS}"] = quasi_poisson(_sample(table, CRIME_YEARS, choices), len(CRIME_YEARS))
    for year in CRIME_YEARS:
        found[f"{year}, {LOG_RATE}"] = _log_rate(table, (year,), choices)
    for year, label in OTHER_YEARS.items():
        found[f"{label}, {LOG_RATE}"] = _log_rate(table, (year,), choices)
    return found


def _sample(table: pd.DataFrame, years: tuple[int, ...], choices: Choices) -> pd.DataFrame:
    """The sample of these years, with `geteld`, the crimes themselves."""
    counted = with_crime(table, years)
    return select(counted.assign(geteld=crimes(table, years)), choices, outcome=CRIME.column)


def _log_rate(table: pd.DataFrame, years: tuple[int, ...], choices: Choices) -> dict[str, float]:
    found = within(_sample(table, years, choices))  # per ten points already
    return {**{name: _percent(found[name]) for name in ("value", "low", "high")}, "n": found["n"]}


def quasi_poisson(sample: pd.DataFrame, years: int) -> dict[str, float]:
    """Counts with the residents as exposure, a level per city, errors clustered by wijk.

    The variance is taken to be a multiple of the mean; clustered errors do not use that multiple.

    Args:
        sample: with `geteld`, `inwoners_2024`, `belasting`, `gemeentecode` and `wijkcode`.
        years: that were counted.

    Returns:
        `value`, `low`, `high` (% per ten percentage points, 95 %) and `n`.
    """
    levels = pd.get_dummies(sample.gemeentecode, dtype=float).to_numpy()
    design = np.column_stack([sample.belasting / 10, levels])
    wijken = pd.factorize(sample.wijkcode)[0]
    model = sm.GLM(
        sample.geteld.to_numpy(float),
        design,
        family=sm.families.Poisson(),
        exposure=years * sample.inwoners_2024.to_numpy(float),
    )
    found = model.fit(cov_type="cluster", cov_kwds={"groups": wijken})
    reach = stats.t.ppf(0.975, wijken.max()) * found.bse[0]
    value = found.params[0]
    return {"value": _percent(value), "low": _percent(value - reach), "high": _percent(value + reach), "n": len(sample)}


def _percent(log: float) -> float:
    return float(100 * np.expm1(log))
