"""Normal scores: an outcome of which only the order counts."""

from __future__ import annotations

import numpy as np
from scipy import stats

# Blom's offset: the normal score of rank r of n is the quantile at (r - 3/8) / (n + 1/4), near the expected value.
BLOM = 3 / 8


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Rank-based inverse normal: the shape of the distribution is gone, the order stays.

    Args:
        values: shape (n,) or (n, S); ranked down each column. Ties share their mean rank.

    Returns:
        The same shape; missing stays missing and takes no rank.
    """
    values = np.asarray(values, float)
    known = np.sum(~np.isnan(values), axis=0)
    return stats.norm.ppf((stats.rankdata(values, axis=0, nan_policy="omit") - BLOM) / (known + 1 - 2 * BLOM))
