"""Whole wijken drawn again and again, and the weighted fit of every draw, as array code.

A wijk enters a weighted least-squares fit only through its moments X'WX and X'Wy. They are added up once; a draw then is
how often each wijk counts, and its fit is the solution of a small system, whatever the number of buurten.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular

from analysis.errors import InvalidInput

# Counts that are held at once, so that they stay near the processor: half a megabyte.
CELLS = 2**16

# What is smaller than this is zero but for rounding: the part of a column that the columns before it do not hold, as a
# share of that column; in a draw, as a share of what it is with every cluster counted once.
SMALLEST = 1e-10


def cluster_bootstrap(
    design: np.ndarray, outcome: np.ndarray, weights: np.ndarray, clusters: np.ndarray, draws: int, seed: int,
    cities: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Coefficients of weighted least squares when whole clusters are drawn with replacement.

    Args:
        design: shape (n, k), the constant included.
        outcome: shape (n,).
        weights: shape (n,), inhabitants or ones.
        clusters: shape (n,), labels of wijken. Every draw holds as many clusters as there are.
        draws: how many.
        seed: of the draws.
        cities: shape (n,), labels of gemeenten: each then keeps its number of clusters; left out, wijken of one city may
            take the place of those of another.

    Returns:
        Shape (draws, k), in the unit of the outcome per unit of the design: what refitting the rows drawn gives. NaN in
        a draw whose clusters do not determine the coefficients (a level per city asks for draws within `cities`).

    Raises:
        InvalidInput: where a wijk lies in more than one city, or the columns of the design depend on each other.
    """
    groups, sizes = numbered(clusters, cities)
    moments = Moments(design, outcome, weights, groups)
    return np.concatenate([moments.refit(times) for times in times_drawn(sizes, draws, seed)])


def numbered(clusters: np.ndarray, cities: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Number the clusters city by city, in order of appearance.

    Args:
        clusters, cities: shape (n,), labels; without `cities` all are of one.

    Returns:
        The number of each row's cluster, shape (n,), and how many clusters each city has, shape (cities,).
    """
    groups, names = pd.factorize(np.asarray(clusters))
    if cities is None:
        return groups, np.array([len(names)])
    codes = pd.factorize(np.asarray(cities))[0]
    city = np.empty(len(names), int)
    city[groups] = codes
    if (city[groups] != codes).any():
        raise InvalidInput(
            "Minstens één wijk ligt in meer dan één gemeente; trek wijken zonder op gemeenten te letten."
        )
    number = np.empty(len(names), int)
    number[np.argsort(city, kind="stable")] = np.arange(len(names))
    return number[groups], np.bincount(city)


def times_drawn(sizes: np.ndarray, draws: int, seed: int) -> Iterator[np.ndarray]:
    """How often each cluster is drawn when every city is filled again from its own clusters.

    Args:
        sizes: clusters per city, shape (cities,); clusters are numbered city by city.
        draws: how many in all.
        seed: of the draws; the size of the batches does not change them.

    Yields:
        Multinomial counts, shape (draws of this batch, clusters), as floats.
    """
    random, clusters = np.random.default_rng(seed), int(sizes.sum())
    batch = max(1, CELLS // clusters)
    size, first = np.repeat(sizes, sizes), np.repeat(np.cumsum(sizes) - sizes, sizes)
    cells = first + clusters * np.arange(batch)[:, None]
    for start in range(0, draws, batch):
        shape = (min(batch, draws - start), clusters)
        drawn = cells[: shape[0]] + (random.random(shape) * size).astype(int)
        yield np.bincount(drawn.ravel(), minlength=drawn.size).reshape(shape).astype(float)


class Moments:
    """The moments of every cluster, from which any draw of clusters can be fitted.

    They are those of the weighted design's orthonormal columns and of what the plain fit leaves: a draw then solves a
    system close to the identity for its distance from the plain fit, and no accuracy is lost to the scale of columns.

    Args:
        design: shape (n, k). outcome, weights: shape (n,).
        groups: shape (n,), number of the cluster of each row, every number from 0 on in use.

    Attributes:
        plain: coefficients with every cluster counted once, shape (k,).
    """

    def __init__(self, design: np.ndarray, outcome: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> None:
        root = np.sqrt(np.asarray(weights, float))
        q, self._r = np.linalg.qr(root[:, None] * np.asarray(design, float))
        if (np.abs(np.diag(self._r)) <= SMALLEST * np.linalg.norm(self._r, axis=0)).any():
            raise InvalidInput("De kolommen van dit model zijn uit elkaar af te leiden; laat er een weg.")
        scaled = root * np.asarray(outcome, float)
        self.plain = solve_triangular(self._r, q.T @ scaled)
        left = scaled - q @ (q.T @ scaled)
        self._pairs = np.triu_indices(len(self.plain))
        # One product at a time: all of them together would be many times the design.
        products = [
            *((q[:, a], q[:, b]) for a, b in zip(*self._pairs, strict=True)),
            *((column, left) for column in q.T),
        ]
        self._sums = np.column_stack([np.bincount(groups, weights=a * b) for a, b in products])

    def refit(self, times: np.ndarray) -> np.ndarray:
        """Coefficients with every cluster counted so often: shapes (draws, clusters) in, (draws, k) out."""
        k, (a, b) = len(self.plain), self._pairs
        found = times @ self._sums
        gram = np.empty((len(times), k, k))
        gram[:, a, b] = gram[:, b, a] = found[:, :-k]
        # Far less than SMALLEST on the diagonal, so that Cholesky finds a pivot, if a tiny one, where there is none.
        pivots = np.diagonal(np.linalg.cholesky(gram + SMALLEST / 100 * np.eye(k)), axis1=1, axis2=2)
        undetermined = (pivots**2 < SMALLEST).any(axis=1)
        gram[undetermined] = np.eye(k)
        moved = np.linalg.solve(gram, found[:, -k:, None])[:, :, 0]
        moved[undetermined] = np.nan
        return self.plain + solve_triangular(self._r, moved.T, check_finite=False).T
