"""What goes with the outcome besides the burden: each characteristic on its own, at equal burden."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.context import INSEPARABLE, Characteristic
from analysis.models.spline import Spline
from analysis.models.wls import correlation, fit, standardise


def at_equal_burden(
    sample: pd.DataFrame, characteristics: list[Characteristic], higher_is_safer: bool = True
) -> pd.DataFrame:
    """Per characteristic its association with the outcome among buurten of equal burden.

    The model is a natural spline of the burden plus the one characteristic, weighted by inhabitants, with errors
    clustered by wijk. Both outcome and characteristic are in standard deviations of the sample, so that outcomes can be
    laid side by side. One characteristic at a time: they overlap too much to be held constant together.

    Args:
        sample: result of `measures.sample.select`.
        characteristics: to lay beside the outcome.
        higher_is_safer: whether a higher outcome is safer; if not, it is turned round, so that above 0 is always safer.

    Returns:
        Per label: `value`, `low`, `high` (95 %), `n`, `correlation` with the burden, and `separable`.
    """
    rows = {}
    for item in characteristics:
        known = sample.dropna(subset=item.column)
        x = standardise(known[item.column], known.gewicht)
        y = standardise(known.uitkomst, known.gewicht) * (1 if higher_is_safer else -1)
        burden = known.belasting.to_numpy(float)
        found = fit(np.column_stack([Spline(burden).basis(burden), x]), y, known.gewicht, known.wijkcode)
        together = correlation(known[item.column], known.belasting, known.gewicht)
        low, high = found.conf_int()[-1]
        rows[item.label] = {
            "value": found.params[-1], "low": low, "high": high, "n": len(known), "correlation": together,
            "separable": abs(together) <= INSEPARABLE,
        }  # fmt: skip
    columns = ["value", "low", "high", "n", "correlation", "separable"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("kenmerk")
    return table.astype({"separable": bool})
