"""Does the curve of Amsterdam predict other cities?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.choices import REFERENCE, Choices
from analysis.measures.sample import select
from analysis.models.cities import FEWEST_BUURTEN
from analysis.models.response import FOLDS, held_out_r2
from analysis.models.spline import Spline, line
from analysis.models.wls import fit


def transport(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, origin: str = REFERENCE) -> pd.DataFrame:
    """Apply one city's curve to each other city.

    Args:
        buurten: the dataset's table.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.
        origin: the city whose curve is applied.

    Returns:
        Per gemeentecode: `r2_own` (with the origin's intercept), `r2_shifted` (with the city's own level), both against
        the target city's own mean; `calibration`: slope of outcome on prediction, 1 is perfect; `n`. A negative R²
        means that the city's mean predicts better. `within`: what the city's own curve reaches in unseen
        wijken. Cities with too few buurten are left out.
    """
    home = select(buurten[buurten.gemeentecode == origin], choices)
    spline = Spline(home.belasting)
    fitted = fit(spline.basis(home.belasting), home.uitkomst, home.gewicht)
    rows = {}
    for code, city in cities.drop(index=origin, errors="ignore").iterrows():
        target = select(buurten[buurten.gemeentecode == code], choices)
        if len(target) < FEWEST_BUURTEN:
            continue
        predicted = fitted.predict(spline.basis(target.belasting))
        rows[code] = {"gemeente": city.gemeentenaam, "n": len(target), **_score(target, predicted),
                      "within": _within(target, choices.zaad)}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


def _score(target: pd.DataFrame, predicted: np.ndarray) -> dict[str, float]:
    y, w = target.uitkomst.to_numpy(float), target.gewicht.to_numpy(float)
    shift = np.average(y - predicted, weights=w)
    spread = np.sum(w * (y - np.average(y, weights=w)) ** 2)
    return {
        "r2_own": 1 - np.sum(w * (y - predicted) ** 2) / spread,
        "r2_shifted": 1 - np.sum(w * (y - predicted - shift) ** 2) / spread,
        "calibration": float(fit(line(predicted), y, w).params[1]),
    }


def _within(target: pd.DataFrame, seed: int) -> float:
    """Held-out R² of the city's own curve; a city with too few wijken to hold any out has none."""
    if target.wijkcode.nunique() < FOLDS:
        return np.nan
    return held_out_r2(target, Spline(target.belasting).basis, seed)
