"""Weighted least squares with errors that are right for buurten: clustered by wijk, or HC3 where wijken are few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import sparse
from statsmodels.regression.linear_model import RegressionResults
from statsmodels.stats.weightstats import DescrStatsW

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


def correlation(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> float:
    """Weighted correlation of two arrays of shape (n,)."""
    return float(DescrStatsW(np.column_stack([a, b]).astype(float), np.asarray(weights, float)).corrcoef[0, 1])


def weighted_sd(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Weighted standard deviation: the one that every number of this book is in.

    The sum of w (y - mean)² over (sum of w - sum of w² / sum of w): unbiased where weights say how much a row counts, and
    the ordinary one where all are equal. Weights taken as so many copies of a row would give 0.2 % less for Amsterdam.
    """
    return float(np.sqrt(np.cov(np.asarray(values, float), aweights=weights)))


def standardise(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted z-scores."""
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    return (values - np.average(values, weights=weights)) / weighted_sd(values, weights)


def one_hot(labels: np.ndarray | pd.Series) -> sparse.csr_array:
    """Which row belongs to which label: shape (labels, n), labels in order of appearance."""
    codes, names = pd.factorize(labels)
    return sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(names), len(codes)))


class Levels:
    """One level per city, taken out by centring: a column each would be a matrix of rows times cities.

    Args:
        labels: shape (n,), gemeenten. weights: shape (n,).

    Attributes:
        members: which row belongs to which city, shape (cities, n). codes: number of each row's city, shape (n,).
        share: of each row in its city's weight, shape (n,): the leverage of the level.
    """

    def __init__(self, labels: np.ndarray | pd.Series, weights: np.ndarray) -> None:
        self.members, self._weights = one_hot(labels), weights[:, None]
        self._totals = (self.members @ weights)[:, None]
        self.codes = pd.factorize(labels)[0]
        self.share = weights / self._totals[self.codes, 0]

    def centre(self, values: np.ndarray) -> np.ndarray:
        """Values of shape (n, S) minus their city's weighted mean."""
        means = (self.members @ (self._weights * values)) / self._totals
        return values - means[self.codes]


class Functional:
    """One linear combination of coefficients, prepared once and estimated for many outcomes of the same buurten.

    Args:
        design: shape (n, k), the constant included.
        weights: shape (n,).
        contrast: shape (k,): what is estimated is contrast · coefficients.
        clusters: shape (n,), labels of wijken; with `FEWEST_CLUSTERS` of them or more, `estimate` also gives errors
            clustered by wijk.
    """

    def __init__(
        self, design: np.ndarray, weights: np.ndarray, contrast: np.ndarray, clusters: np.ndarray | None = None
    ) -> None:
        self._root = np.sqrt(np.asarray(weights, float))[:, None]
        self._q, r = np.linalg.qr(self._root * np.asarray(design, float))
        self._influence = self._q @ np.linalg.solve(r.T, np.asarray(contrast, float))
        self._leverage = np.sum(self._q**2, axis=1)
        groups = None if clusters is None else np.unique(clusters, return_inverse=True)[1]
        self.clustered = groups is not None and groups.max() + 1 >= FEWEST_CLUSTERS
        n, k = self._q.shape
        self.degrees = groups.max() if self.clustered else n - k
        if self.clustered:
            count = groups.max() + 1
            factor = count / (count - 1) * (n - 1) / (n - k)
            rows = np.sqrt(factor) * self._influence
            self._sums = sparse.csr_array((rows, (groups, np.arange(n))))

    def estimate(self, outcomes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Estimate for each outcome.

        Args:
            outcomes: shape (n, S).

        Returns:
            Estimates, errors clustered by wijk (HC3 where wijken are few) and HC3 errors, each of shape (S,); equal to
            what `fit` gives for each outcome alone.
        """
        scaled = self._root * np.asarray(outcomes, float)
        residual = scaled - self._q @ (self._q.T @ scaled)
        plain = np.sqrt((self._influence / (1 - self._leverage)) ** 2 @ residual**2)
        shown = np.sqrt(np.sum((self._sums @ residual) ** 2, axis=0)) if self.clustered else plain
        return self._influence @ scaled, shown, plain
