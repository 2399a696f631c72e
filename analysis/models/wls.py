"""Weighted least squares with errors that are right for buurten: clustered by wijk, or HC3 where wijken are few."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from statsmodels.regression.linear_model import RegressionResults

# With fewer clusters than this, errors clustered by wijk are too small; HC3 is used instead.
FEWEST_CLUSTERS = 20


def fit(
    design: np.ndarray, outcome: np.ndarray, weights: np.ndarray, clusters: np.ndarray | None = None
) -> RegressionResults:
    """Fit by weighted least squares.

    Args:
        design: shape (n, k), the constant included.
        outcome: shape (n,).
        weights: shape (n,), inhabitants or ones.
        clusters: shape (n,), labels of wijken; left out, or with fewer than `FEWEST_CLUSTERS` of them, errors are HC3.

    Returns:
        statsmodels' results, with Student's t for intervals and tests.
    """
    model = sm.WLS(np.asarray(outcome, float), np.asarray(design, float), np.asarray(weights, float))
    if clusters is None:
        return model.fit(cov_type="HC3", use_t=True)
    groups = np.unique(clusters, return_inverse=True)[1]
    if groups.max() + 1 < FEWEST_CLUSTERS:
        return model.fit(cov_type="HC3", use_t=True)
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)


def standardise(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted z-scores."""
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    return (values - np.average(values, weights=weights)) / np.sqrt(np.cov(values, aweights=weights))
