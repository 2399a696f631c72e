"""Does who already lives there change the slope? The product of burden and context, in a model that has curves of both.

A product beside straight lines takes curvature for context: on a curved truth without any interaction it claims one in
most samples. So the curves come first, and the product is tested on what they leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse, stats
from statsmodels.stats.multitest import multipletests

from analysis.errors import InvalidInput
from analysis.measures.context import FEWEST_BUURTEN, INSEPARABLE, Characteristic
from analysis.models.response import SUPPORT
from analysis.models.scores import normal_scores
from analysis.models.spline import Spline
from analysis.models.wls import FEWEST_CLUSTERS, Levels, correlation, fit, weighted_sd

# A claim needs all of this (research design, 4A).
LEVEL = 0.05
MOST_PLASMODE_REJECTIONS = 0.06

# The smallest interaction that could have been found is stated for this power.
POWER = 0.8

REFERENCE_SAMPLE, OTHER_SAMPLE = "deze stad", "andere steden"
UPHELD, NOT_SHOWN, NOT_SEPARABLE = "overeind", "niet aangetoond", "niet te scheiden"

# Why a claim does not hold: one or more of these, in this order.
NOT_SIGNIFICANT = "na Holm niet onder 5 % in deze stad"
NOT_MEASURED = "niet in beide gemeten"
OTHER_SIGN = "ander teken in de andere steden"
OTHER_SIGN_SCORES = "ander teken op normaalscores"
NO_PLASMODE = "plasmode niet gedraaid"
PLASMODE_FAILED = "plasmode verwerpt te vaak"

# Context at which the slope is shown, as quantiles over the buurten.
LEVELS = {"laag": 0.1, "midden": 0.5, "hoog": 0.9}

# A slope is shown only where at least ten buurten lie within half a standard deviation of both the context and the
# burden: with fewer it would be read off the formula and not off buurten. Half a standard deviation is a window that
# holds about two buurten in five for one of them alone.
FEWEST_NEAR = 10
NEAR = 0.5

# Errors clustered by wijk. CR1 is what statsmodels gives. CR3 leaves out each wijk in turn (the jackknife; HC3 for
# wijken): where a few large buurten carry the product, CR1 is too small and rejects in 6 to 13 % of samples without any
# interaction, on the composition of the real data, and CR3 in 2 to 7 %.
CR1, CR3 = "CR1", "CR3"

# One minus the leverage of a buurt or wijk that is a whole city is zero but for rounding: below this it counts as zero.
NO_LEVERAGE_LEFT = 1e-10

# Half the step of the numerical derivative, in percentage points: far below the distance between knots.
STEP = 0.01


class Tested(NamedTuple):
    """The product's coefficient in standard deviations of the outcome, its error, t and two-sided p; shapes (S,)."""

    estimate: np.ndarray
    error: np.ndarray
    t: np.ndarray
    p: np.ndarray


class _Joint:
    """Natural splines of burden and context, a constant per city, and the product of the two weighted z-scores.

    Attributes:
        levels: the constants per city.
        within: shape (n, 9): burden (4), context (4) and the product last, with the constants taken out.
        parameters: coefficients, the constants counted.
    """

    def __init__(self, burden: np.ndarray, context: np.ndarray, weights: np.ndarray, cities: np.ndarray | None) -> None:
        burden, context, weights = (np.asarray(values, float) for values in (burden, context, weights))
        self.burden = Spline(burden)
        self.burden_scale, self.context_scale = _Scale(burden, weights), _Scale(context, weights)
        self._cities = np.zeros(len(burden)) if cities is None else np.asarray(cities)
        self._columns = np.column_stack([
            self.burden.basis(burden)[:, 1:], Spline(context).basis(context)[:, 1:],
            self.burden_scale.scores(burden) * self.context_scale.scores(context),
        ])  # fmt: skip
        self.levels = Levels(self._cities, weights)
        self.within = self.levels.centre(self._columns)
        self.parameters = self.within.shape[1] + self.levels.members.shape[0]
        if np.linalg.matrix_rank(self.within) < self.within.shape[1]:
            raise InvalidInput(f"Deze buurten ({len(burden)}) zijn te weinig of te gelijk om een interactie te schatten; "
                               "neem meer buurten of een ander kenmerk.")  # fmt: skip

    @cached_property
    def design(self) -> np.ndarray:
        """Shape (n, k): constant, burden (4), context (4), a column for every city but one, and the product last."""
        others = pd.get_dummies(self._cities, drop_first=True).to_numpy(float)
        curves, product = np.split(self._columns, [-1], axis=1)
        return np.column_stack([np.ones(len(curves)), curves, others, product])

    def slope_contrast(self, burden: np.ndarray, context: float) -> np.ndarray:
        """Rows that turn the coefficients into the slope per 10 points at these burdens: shape (len(burden), k)."""
        rows = np.zeros((len(burden), self.design.shape[1]))
        bend = (self.burden.basis(burden + STEP) - self.burden.basis(burden - STEP)) / (2 * STEP)
        rows[:, : bend.shape[1]] = bend
        rows[:, -1] = self.context_scale.scores(context) / self.burden_scale.spread
        return 10 * rows


class _Scale:
    """Weighted mean and standard deviation of a variable, to bring other values on the same scale."""

    def __init__(self, values: np.ndarray, weights: np.ndarray) -> None:
        self.centre = np.average(values, weights=weights)
        self.spread = weighted_sd(values, weights)

    def scores(self, values: np.ndarray | float) -> np.ndarray:
        return (np.asarray(values, float) - self.centre) / self.spread


class InteractionTest:
    """The test of the product, prepared once for one composition and used for many outcomes.

    Args:
        burden, context: shape (n,), finite.
        weights: shape (n,), inhabitants or ones.
        clusters: shape (n,), labels of wijken.
        cities: shape (n,), labels of gemeenten; left out where there is one.
        errors: `CR1` or `CR3`.

    Attributes:
        degrees: degrees of freedom of Student's t: clusters less one, or n - k where errors are HC3.
        clustered: whether errors are clustered by wijk; with fewer than `FEWEST_CLUSTERS` wijken they are HC3.

    Raises:
        InvalidInput: where the composition does not determine the product.
    """

    def __init__(
        self, burden: np.ndarray, context: np.ndarray, weights: np.ndarray, clusters: np.ndarray,
        cities: np.ndarray | None = None, errors: str = CR1,
    ) -> None:  # fmt: skip
        self._weights = np.asarray(weights, float)
        self._root = np.sqrt(self._weights)[:, None]
        joint = _Joint(burden, context, self._weights, cities)
        self._levels, self._parameters = joint.levels, joint.parameters
        self._q, r = np.linalg.qr(self._root * joint.within)
        groups, labels = pd.factorize(np.asarray(clusters))
        self.clustered = len(labels) >= FEWEST_CLUSTERS
        self._influence = self._q[:, -1] / r[-1, -1]
        self._sums, self.degrees = self._by_cluster(groups, errors) if self.clustered else self._by_row()

    def _by_cluster(self, groups: np.ndarray, errors: str) -> tuple[sparse.csr_array, int]:
        """Sums of influence times residual per wijk, with the small-sample correction that belongs to these errors."""
        n, clusters = len(groups), groups.max() + 1
        if errors == CR3:
            rows, factor = self._left_out(groups), (clusters - 1) / clusters
        else:
            rows, factor = self._influence, clusters / (clusters - 1) * (n - 1) / (n - self._parameters)
        return sparse.csr_array((np.sqrt(factor) * rows, (groups, np.arange(n)))), clusters - 1

    def _left_out(self, groups: np.ndarray) -> np.ndarray:
        """Influence, enlarged so that times the residuals it is the change of the estimate when its wijk is left out.

        A wijk that is a whole city has a constant of its own, which the pseudo-inverse leaves aside. Wijken of one size
        are worked out together.
        """
        enlarged = np.empty_like(self._influence)
        order, size = np.argsort(groups, kind="stable"), np.bincount(groups)
        first = np.cumsum(size) - size
        for length in np.unique(size):
            rows = order[first[size == length][:, None] + np.arange(length)]
            inverse = np.linalg.pinv(np.eye(length) - self._leverage(rows), rcond=NO_LEVERAGE_LEFT, hermitian=True)
            enlarged[rows] = (inverse @ self._influence[rows][:, :, None])[:, :, 0]
        return enlarged

    def _leverage(self, rows: np.ndarray) -> np.ndarray:
        """Blocks of the hat matrix: the part of the columns, and that of the constants of the cities.

        Args:
            rows: shape (blocks, m), the rows of each block.

        Returns:
            Shape (blocks, m, m).
        """
        q, root, city = self._q[rows], np.sqrt(self._levels.share)[rows], self._levels.codes[rows]
        same = city[:, :, None] == city[:, None, :]
        return q @ q.transpose(0, 2, 1) + root[:, :, None] * root[:, None, :] * same

    def _by_row(self) -> tuple[sparse.csr_array, int]:
        """Every row its own, residuals enlarged by their leverage (HC3); a buurt that is a whole city has no influence."""
        n, free = len(self._q), 1 - np.sum(self._q**2, axis=1) - self._levels.share
        rows = np.divide(self._influence, free, out=np.zeros(n), where=free > NO_LEVERAGE_LEFT)
        return sparse.csr_array((rows, (np.arange(n), np.arange(n)))), n - self._parameters

    def t(self, outcomes: np.ndarray) -> Tested:
        """Test the product for one outcome or many.

        Args:
            outcomes: shape (n,) or (n, S), finite.

        Returns:
            Arrays of length S (1 for a single outcome). With CR1 or HC3 equal to statsmodels' WLS.
        """
        outcomes = np.asarray(outcomes, float).reshape(len(self._weights), -1)
        scaled = self._root * self._levels.centre(outcomes)
        estimate = self._influence @ scaled
        residual = scaled - self._q @ (self._q.T @ scaled)
        error = np.sqrt(np.sum((self._sums @ residual) ** 2, axis=0))
        ratio = estimate / error
        spread = self._spread(outcomes)
        return Tested(estimate / spread, error / spread, ratio, 2 * stats.t.sf(np.abs(ratio), self.degrees))

    def _spread(self, outcomes: np.ndarray) -> np.ndarray:
        """Weighted standard deviation of each column, as `wls.weighted_sd`."""
        w = self._weights / self._weights.sum()
        squares = w @ (outcomes - w @ outcomes) ** 2
        return np.sqrt(squares / (1 - np.sum(w**2)))


@dataclass(frozen=True)
class Family:
    """The pre-registered family of interactions.

    Attributes:
        table: per characteristic and sample: `label`, `sample`, `estimate` (standard deviations of the outcome per
            standard deviation of burden and of context), `low`, `high` (95 %), `p`, `p_holm`, `estimate_scores`,
            `detectable` (the smallest that would have been found in 80 % of samples, before Holm), `n`,
            `correlation` of burden and context (weighted), `tested`; and per characteristic `status` and `reason`
            (which conditions of a claim do not hold; empty where it holds).
        tested: how many rows were tested, the size of Holm's family.
    """

    table: pd.DataFrame
    tested: int


def family(
    reference: pd.DataFrame, others: pd.DataFrame, characteristics: list[Characteristic],
    plasmode_rate: float | Mapping[str, float] | None = None, errors: str = CR3,
) -> Family:  # fmt: skip
    """Test every characteristic in Amsterdam and in the other cities pooled, and judge each by the rules of 4A.

    A characteristic that fewer than `FEWEST_BUURTEN` buurten of a sample have (tenure outside Amsterdam) is left out of
    that sample. It then can't be upheld: a claim needs the same sign in both.

    Args:
        reference, others: results of `measures.sample.select`: Amsterdam, and the other big cities.
        characteristics: the family.
        plasmode_rate: share of samples without any interaction in which the test claims one (0 to 1); as long as it is
            not known, nothing is upheld.
        errors: `CR1` or `CR3`.
    """
    samples = {REFERENCE_SAMPLE: reference, OTHER_SAMPLE: others}
    rows = [
        {"label": item.label, "sample": name, **_test(table, item, errors)}
        for item in characteristics for name, table in samples.items()
        if table[item.column].notna().sum() >= FEWEST_BUURTEN
    ]  # fmt: skip
    if not rows:
        return Family(pd.DataFrame(columns=COLUMNS).astype({"tested": bool}), 0)
    table = pd.DataFrame(rows)
    table["p_holm"] = np.nan
    if table.tested.any():
        table.loc[table.tested, "p_holm"] = multipletests(table.p[table.tested], method="holm")[1]
    rates = plasmode_rate if isinstance(plasmode_rate, Mapping) else dict.fromkeys(table.label, plasmode_rate)
    verdicts = {label: _judge(part.set_index("sample"), rates.get(label)) for label, part in table.groupby("label")}
    table["status"], table["reason"] = zip(*table.label.map(verdicts), strict=True)
    return Family(table[COLUMNS], int(table.tested.sum()))


COLUMNS = [
    "label", "sample", "estimate", "low", "high", "p", "p_holm", "estimate_scores", "detectable", "n", "correlation", "tested",
    "status", "reason",
]  # fmt: skip


def _known(sample: pd.DataFrame, item: Characteristic) -> pd.DataFrame:
    return sample.dropna(subset=["belasting", "uitkomst", "gewicht", item.column])


def _test(sample: pd.DataFrame, item: Characteristic, errors: str) -> dict[str, object]:
    """One row of the family, without Holm and judgement; not tested where burden and context go together too much."""
    known = _known(sample, item)
    together = correlation(known.belasting, known[item.column], known.gewicht)
    row = {"n": len(known), "correlation": together, "tested": abs(together) <= INSEPARABLE}
    if not row["tested"]:
        return {**row, **dict.fromkeys(["estimate", "low", "high", "p", "estimate_scores", "detectable"], np.nan)}
    test = InteractionTest(
        known.belasting, known[item.column], known.gewicht, known.wijkcode, known.gemeentecode, errors
    )
    outcome = known.uitkomst.to_numpy(float)
    found = test.t(np.column_stack([outcome, normal_scores(outcome)]))
    margin = stats.t.ppf(1 - LEVEL / 2, test.degrees) * found.error[0]
    return {**row, "estimate": found.estimate[0], "low": found.estimate[0] - margin,
            "high": found.estimate[0] + margin, "p": found.p[0], "estimate_scores": found.estimate[1],
            "detectable": stats.t.ppf([1 - LEVEL / 2, POWER], test.degrees).sum() * found.error[0]}  # fmt: skip


def _judge(rows: pd.DataFrame, plasmode_rate: float | None) -> tuple[str, str]:
    """Status and reason of one characteristic, from its one or two rows, indexed by sample."""
    if not rows.tested.all():
        return NOT_SEPARABLE, ""
    unmet = {
        NOT_SIGNIFICANT: REFERENCE_SAMPLE in rows.index and not rows.p_holm[REFERENCE_SAMPLE] < LEVEL,
        NOT_MEASURED: len(rows) < 2,
        OTHER_SIGN: np.sign(rows.estimate).nunique() > 1,
        OTHER_SIGN_SCORES: bool((np.sign(rows.estimate_scores) != np.sign(rows.estimate)).any()),
        NO_PLASMODE: plasmode_rate is None,
        PLASMODE_FAILED: plasmode_rate is not None and not plasmode_rate <= MOST_PLASMODE_REJECTIONS,
    }
    failed = [reason for reason, holds in unmet.items() if holds]
    return (NOT_SHOWN, "; ".join(failed)) if failed else (UPHELD, "")


def marginal(sample: pd.DataFrame, characteristic: Characteristic, points: int = 60) -> pd.DataFrame:
    """The slope of the outcome over the burden where the characteristic is low, middle and high.

    From the same model that the test uses. The interval is that of a linear contrast of its coefficients (the delta
    method, exact here), for one burden at a time.

    Args:
        sample: result of `measures.sample.select`, one city or many.
        characteristic: the context.
        points: of the grid of burden, between the quantiles `SUPPORT`.

    Returns:
        `level` (laag, midden, hoog: P10, P50, P90), `context`, `belasting` (%), `slope`, `low`, `high` (outcome per 10
        percentage points, 95 %) and `near`, the buurten close by; only where there are at least `FEWEST_NEAR`.
    """
    known = _known(sample, characteristic)
    burden, context = known.belasting.to_numpy(float), known[characteristic.column].to_numpy(float)
    joint = _Joint(burden, context, known.gewicht, known.gemeentecode)
    found = fit(joint.design, known.uitkomst, known.gewicht, known.wijkcode)
    at = np.linspace(*np.quantile(burden, SUPPORT), points)
    parts = []
    for level, quantile in LEVELS.items():
        value = np.quantile(context, quantile)
        slope = found.t_test(joint.slope_contrast(at, value))
        low, high = slope.conf_int().T
        close = np.abs(context - value) <= NEAR * joint.context_scale.spread
        near = (np.abs(burden[close] - at[:, None]) <= NEAR * joint.burden_scale.spread).sum(axis=1)
        parts.append(pd.DataFrame({"level": level, "context": value, "belasting": at, "slope": slope.effect,
                                   "low": low, "high": high, "near": near}))  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return table[table.near >= FEWEST_NEAR].reset_index(drop=True)


def centred_within_city(sample: pd.DataFrame, characteristics: list[Characteristic]) -> pd.DataFrame:
    """Burden and characteristics as distance from their city's weighted mean, at the level of all cities.

    With constants per city alone, the product takes differences in slope between cities for context; this leaves only
    what differs within them.
    """
    out = sample.copy()
    for column in ("belasting", *(item.column for item in characteristics)):
        known = sample.gewicht.where(sample[column].notna())
        total = (sample[column] * known).groupby(sample.gemeentecode).transform("sum")
        weight = known.groupby(sample.gemeentecode).transform("sum")
        everywhere = known.sum()
        overall = (sample[column] * known).sum() / everywhere if everywhere else np.nan
        out[column] = sample[column] - total / weight.where(weight > 0) + overall
    return out


def marginals(
    sample: pd.DataFrame, found: Family, characteristics: list[Characteristic], points: int = 60
) -> dict[str, pd.DataFrame]:
    """`marginal` of every characteristic that was tested in this sample, by label."""
    tested = set(found.table.label[found.table.tested & (found.table["sample"] == REFERENCE_SAMPLE)])
    return {item.label: marginal(sample, item, points) for item in characteristics if item.label in tested}
