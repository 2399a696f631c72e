"""The specification curve: the contested quantities under every defensible choice, beside what chance alone would show.

Only quantities over which the argument turns. The null band comes from whole wijken that change places within a city, so
that what neighbouring buurten share stays shared. A share of specifications is never turned into a p-value: they are one
dataset looked at many times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.choices import INCOME_MEASURES, REFERENCE, YEARS, Choices
from analysis.measures.context import CHARACTERISTICS, INSEPARABLE, Characteristic
from analysis.measures.sample import REGISTER_CUT, of_cities
from analysis.models.scores import normal_scores
from analysis.models.spline import Spline
from analysis.models.wls import Levels, one_hot, standardise

# Of the null band. Each of the 95 % limits then rests on 25 curves beyond it; the whole still takes seconds.
PERMUTATIONS = 1000
LIMITS = (0.025, 0.975)

# Buurten times permutations that are worked on at once: a few times 8 MB, so that it stays near the processor.
CELLS = 2**20

FOUR_LARGEST = ("GM0363", "GM0599", "GM0518", "GM0344")

# Cities with a university: their students fill the lowest incomes, above all the national lowest 40 %.
UNIVERSITY = (
    "GM0363", "GM0599", "GM0344", "GM0772", "GM0855", "GM0014", "GM0268", "GM0153", "GM0546", "GM0935", "GM0503",
)  # fmt: skip

ALL, WITHOUT_G4, WITHOUT_UNIVERSITY, ONLY_REFERENCE = "alle", "zonder G4", "zonder universiteitssteden", "Amsterdam"
RAW, SCORES = "ruw", "normaalscores"
BY_INHABITANTS, EQUAL = "inwoners", "gelijk"

CURVATURE, RATIO, NET_GAIN, INTERACTION = (
    "kromming",
    "verhouding tot Amsterdam",
    "netto winst van spreiden",
    "interactie",
)

# The three that other studies answer differently.
DISPUTED = (CURVATURE, RATIO, NET_GAIN)

# What names a curve: the quantity, and for an interaction its characteristic.
CURVE = ["grootheid", "kenmerk"]


@dataclass(frozen=True)
class Grid:
    """The choices that are crossed.

    Attributes:
        incomes: names in `INCOME_MEASURES`. outcomes: columns by label. scales, weights, cities: names above.
        cuts: fewest inhabitants. contexts: whose interaction with the burden is told.
    """

    incomes: tuple[str, ...] = tuple(INCOME_MEASURES)
    outcomes: Mapping[str, str] = field(default_factory=lambda: {str(year): f"onv_{year}" for year in YEARS})
    scales: tuple[str, ...] = (RAW, SCORES)
    cuts: tuple[int, ...] = (REGISTER_CUT, 500)
    weights: tuple[str, ...] = (BY_INHABITANTS, EQUAL)
    cities: tuple[str, ...] = (ALL, WITHOUT_G4, WITHOUT_UNIVERSITY, ONLY_REFERENCE)
    contexts: tuple[Characteristic, ...] = CHARACTERISTICS


@dataclass(frozen=True)
class SpecificationCurve:
    """Every specification, the band, and the middle of each curve.

    Attributes:
        table: one row per specification and quantity: `grootheid`, `kenmerk` (of an interaction), the choices
            (`inkomensmaat`, `ondergrens`, `gewichten`, `steden`, `uitkomst`, `schaal`), `value`, `error` (clustered by
            wijk), `null_low`, `null_high` (95 % of this specification by chance), `n` buurten, `rang` in its curve.
        band: per curve and `rang`: `value`, and `low`, `high`, between which 95 % of the sorted curves by chance lie at
            that rank. One rank at a time: a whole curve leaves the band somewhere more often than 5 %.
        summary: per curve: `specificaties`, of `mogelijk` (the rest is not separable), `mediaan`, `laagste`, `hoogste`,
            and `null_low`, `null_high` of the median: that is the joint comparison.
    """

    table: pd.DataFrame
    band: pd.DataFrame
    summary: pd.DataFrame


def curves(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, grid: Grid | None = None,
    permutations: int = PERMUTATIONS,
) -> SpecificationCurve:  # fmt: skip
    """Compute every quantity under every specification, with its null band.

    The quantities, with outcomes in standard deviations of their sample:

    - *kromming*: coefficient of the squared z-score of burden, beside the z-score itself. Chance: a straight line.
    - *verhouding tot Amsterdam*: slope within the other cities together, over that of Amsterdam, which is always added.
      Chance: one slope for all. Not told for Amsterdam alone.
    - *netto winst van spreiden*: mean outcome if every buurt had its city's mean burden, minus the mean now, at fixed
      numbers of inhabitants and under one spline for all cities. Chance: a straight line, so exactly zero but for noise.
    - *interactie*: coefficient of the product of the z-scores of burden and characteristic, beside a spline of each.
      Chance: the two splines alone. Not told where the two correlate above `INSEPARABLE`.

    Every model has one level per city. All specifications with the same cut and cities hold the same buurten: those that
    have every income measure, outcome and characteristic.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices; give the seed.
        grid: the choices that are crossed.
        permutations: of the null band.
    """
    grid = grid or Grid()
    known = _complete(of_cities(buurten, cities), grid)
    shuffle = Shuffle(known, permutations, choices.zaad)
    rows, nulls = [], []
    for cut, name in product(grid.cuts, grid.cities):
        for found in _of_sample(known[known.inwoners_2017 >= cut], name, grid, shuffle):
            rows += [{"ondergrens": cut, "steden": name, **row} for row in found.rows]
            nulls.append(found.null)
    return _summarise(pd.DataFrame(rows), np.concatenate(nulls, axis=1).T, grid)


def _complete(buurten: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Buurten with every figure that any specification needs, and enough inhabitants for the lowest cut."""
    columns = [*(INCOME_MEASURES[name].column for name in grid.incomes), *grid.outcomes.values(),
               *(item.column for item in grid.contexts)]  # fmt: skip
    return buurten[buurten.inwoners_2017 >= min(grid.cuts)].dropna(subset=columns)


def _pick(buurten: pd.DataFrame, name: str) -> pd.DataFrame:
    """The buurten of one of the samples of cities."""
    code = buurten.gemeentecode
    kept = {
        ALL: code.notna(), WITHOUT_G4: ~code.isin(FOUR_LARGEST), WITHOUT_UNIVERSITY: ~code.isin(UNIVERSITY),
        ONLY_REFERENCE: code == REFERENCE,
    }  # fmt: skip
    return buurten[kept[name]]


@dataclass(frozen=True)
class _Found:
    """Rows of the table for one quantity under S specifications, and their values by chance, shape (P, S)."""

    rows: list[dict[str, object]]
    null: np.ndarray


def _of_sample(buurten: pd.DataFrame, name: str, grid: Grid, shuffle: Shuffle) -> Iterator[_Found]:
    """Every quantity under every income measure, weighting, outcome and scale, for one cut and one sample of cities."""
    table = _pick(buurten, name)
    sample, moved = _Sample(table, grid, grid.contexts), shuffle.rows(table.wijkcode)
    compared, moved_compared = sample, moved
    with_reference = buurten[buurten.index.isin(table.index) | (buurten.gemeentecode == REFERENCE)]
    if len(with_reference) > len(table):
        compared, moved_compared = _Sample(with_reference, grid, ()), shuffle.rows(with_reference.wijkcode)
    for income, weighting in product(grid.incomes, grid.weights):
        labels = {"inkomensmaat": income, "gewichten": weighting}
        one = _Specified(sample, income, weighting)
        for effect in _effects(one, grid.contexts):
            yield _found(one, effect.tell(one, moved), labels | effect.labels, grid)
        if name != ONLY_REFERENCE:
            both = one if compared is sample else _Specified(compared, income, weighting)
            yield _found(both, _ratio(both, moved_compared), labels | {"grootheid": RATIO, "kenmerk": ""}, grid)


def _found(one: _Specified, told: _Told, labels: dict[str, object], grid: Grid) -> _Found:
    low, high = np.quantile(told.null, LIMITS, axis=0)
    rows = [
        {**labels, "uitkomst": outcome, "schaal": scale, "value": told.value[s], "error": told.error[s],
         "null_low": low[s], "null_high": high[s], "n": len(one.weights)}
        for s, (outcome, scale) in enumerate(product(grid.outcomes, grid.scales))
    ]  # fmt: skip
    return _Found(rows, told.null)


# --- One sample, income measure and weighting -----------------------------------------------------


class _Curved:
    """A column with its spline: `values`, shape (n,), and `basis`, shape (n, 4), without the constant."""

    def __init__(self, column: pd.Series) -> None:
        self.values = column.to_numpy(float)
        self.spline = Spline(self.values)
        self.basis = self.spline.basis(self.values)[:, 1:]


class _Weighted:
    """What the models of one weighting share.

    Attributes:
        weights: of the fit, shape (n,). levels: of the cities.
        outcomes: shape (n, S), per outcome and scale, in weighted standard deviations.
        scaled: the same less their city's mean, times the root of the weight.
        scores: weighted z-scores of each characteristic, by column.
    """

    def __init__(
        self, weights: np.ndarray, cities: pd.Series, outcomes: list[np.ndarray], contexts: Mapping[str, _Curved]
    ) -> None:
        self.weights, self.levels = weights, Levels(cities, weights)
        self.outcomes = np.column_stack([standardise(column, weights) for column in outcomes])
        self.scaled = np.sqrt(weights)[:, None] * self.levels.centre(self.outcomes)
        self.scores = {name: standardise(context.values, weights) for name, context in contexts.items()}


class _Sample:
    """What all specifications of one cut and sample of cities share: made once, as arrays.

    Attributes:
        inhabitants: shape (n,). wijken: which row belongs to which, shape (wijken, n).
        burdens: by income measure. contexts: by column. weighted: by weighting.
    """

    def __init__(self, table: pd.DataFrame, grid: Grid, contexts: tuple[Characteristic, ...]) -> None:
        self.table, self.wijken = table, one_hot(table.wijkcode)
        self.inhabitants = table.inwoners_2017.to_numpy(float)
        self.burdens = {name: _Curved(table[INCOME_MEASURES[name].column]) for name in grid.incomes}
        self.contexts = {item.column: _Curved(table[item.column]) for item in contexts}
        raw = table[list(grid.outcomes.values())].to_numpy(float)
        scaled = {RAW: raw, SCORES: normal_scores(raw)}
        outcomes = [scaled[scale][:, k] for k, scale in product(range(raw.shape[1]), grid.scales)]
        weights = {BY_INHABITANTS: self.inhabitants, EQUAL: np.ones(len(table))}
        self.weighted = {name: _Weighted(weights[name], table.gemeentecode, outcomes, self.contexts)
                         for name in grid.weights}  # fmt: skip


class _Specified:
    """One sample under one income measure and weighting.

    Attributes:
        burden: with its spline (%). z: its weighted z-score, shape (n,).
        weighted: what belongs to the weighting; weights, outcomes: of that.
    """

    def __init__(self, sample: _Sample, income: str, weighting: str) -> None:
        self.sample, self.burden, self.weighted = sample, sample.burdens[income], sample.weighted[weighting]
        self.weights, self.outcomes = self.weighted.weights, self.weighted.outcomes
        self.z = standardise(self.burden.values, self.weights)

    def fit(self, *columns: np.ndarray) -> Within:
        return Within(np.column_stack(columns), self.weighted.levels, self.weights)

    def left_by(self, model: Within) -> np.ndarray:
        """What a model leaves of the outcomes, shape (n, S)."""
        return model.residuals(self.weighted.scaled)

    @cached_property
    def straight(self) -> Within:
        """A straight line: what is left under chance where nothing bends and cities do not differ."""
        return self.fit(self.z)

    @cached_property
    def off_straight(self) -> np.ndarray:
        """What the straight line leaves of the outcomes, shape (n, S)."""
        return self.left_by(self.straight)


class Within:
    """Weighted least squares with one level per city, prepared once for many outcomes.

    Args:
        columns: shape (n, k), without constant.
        levels: of the cities, with the same weights.
        weights: shape (n,).

    Attributes:
        influence: shape (k, n); times an outcome it gives the coefficients.
        parameters: coefficients, the cities' levels counted.
    """

    def __init__(self, columns: np.ndarray, levels: Levels, weights: np.ndarray) -> None:
        self._root = np.sqrt(weights)[:, None]
        scaled = self._root * levels.centre(columns)
        # A Cholesky factor, not numpy's qr: on so tall a matrix qr waits for threads, most of the time of a whole curve on
        # a busy machine. With at most nine scaled columns nothing is lost; a test holds it to 1e-8 of statsmodels.
        lower = np.linalg.cholesky(scaled.T @ scaled)
        self._q = np.linalg.solve(lower, scaled.T).T
        self.influence = np.linalg.solve(lower.T, (self._root * self._q).T)
        self.parameters = columns.shape[1] + levels.members.shape[0]

    def residuals(self, scaled: np.ndarray) -> np.ndarray:
        """What the model leaves of outcomes of shape (n, S), given as `_Weighted.scaled` has them."""
        return (scaled - self._q @ (self._q.T @ scaled)) / self._root


def _variances(model: Within, influences: Iterable[np.ndarray], one: _Specified) -> list[np.ndarray]:
    """Variance of linear estimates, clustered by wijk (CR1, as statsmodels has it), per outcome: each of shape (S,)."""
    wijken, n = one.sample.wijken.shape
    factor = wijken / (wijken - 1) * (n - 1) / (n - model.parameters)
    left = one.left_by(model)
    return [factor * np.sum((one.sample.wijken @ (part[:, None] * left)) ** 2, axis=0) for part in influences]


# --- The quantities -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """Value and error, shape (S,), and values by chance, shape (P, S)."""

    value: np.ndarray
    error: np.ndarray
    null: np.ndarray


@dataclass(frozen=True)
class _Effect:
    """A quantity that is linear in the outcome, and zero under its null model.

    Attributes:
        influence: shape (n,); times an outcome it gives the value. model: that it comes from.
        left: what the model without it leaves of the outcomes, shape (n, S).
    """

    labels: dict[str, str]
    influence: np.ndarray
    model: Within
    left: np.ndarray

    def tell(self, one: _Specified, moved: np.ndarray) -> _Told:
        """Chance shuffles what the null model leaves; the influence itself takes no notice of the null model's part."""
        value = self.influence @ one.outcomes
        (variance,) = _variances(self.model, [self.influence], one)
        return _Told(value, np.sqrt(variance), by_chance(self.influence, self.left, moved))


def _effects(one: _Specified, contexts: tuple[Characteristic, ...]) -> Iterator[_Effect]:
    """One at a time: each holds its models, several times the columns of the sample."""
    yield _curvature(one)
    yield _net_gain(one)
    yield from _interactions(one, contexts)


def _curvature(one: _Specified) -> _Effect:
    model = one.fit(one.z, one.z**2)
    return _Effect({"grootheid": CURVATURE, "kenmerk": ""}, model.influence[1], model, one.off_straight)


def _net_gain(one: _Specified) -> _Effect:
    levels, people, burden = one.weighted.levels, one.sample.inhabitants, one.burden
    mean = ((levels.members @ (people * burden.values)) / (levels.members @ people))[levels.codes]
    step = burden.spline.basis(mean)[:, 1:] - burden.basis
    model = one.fit(burden.basis)
    influence = np.average(step, axis=0, weights=people) @ model.influence
    return _Effect({"grootheid": NET_GAIN, "kenmerk": ""}, influence, model, one.off_straight)


def _interactions(one: _Specified, contexts: tuple[Characteristic, ...]) -> Iterator[_Effect]:
    for item in contexts:
        scores = one.weighted.scores[item.column]
        if abs(np.cov(one.z, scores, aweights=one.weights)[0, 1]) > INSEPARABLE:
            continue
        curves_of_both = (one.burden.basis, one.sample.contexts[item.column].basis)
        model = one.fit(*curves_of_both, one.z * scores)
        labels = {"grootheid": INTERACTION, "kenmerk": item.label}
        yield _Effect(labels, model.influence[-1], model, one.left_by(one.fit(*curves_of_both)))


def _ratio(one: _Specified, moved: np.ndarray) -> _Told:
    """Slope of the others over that of Amsterdam; the error by the delta method, with wijken in one of the two only."""
    at_home = (one.sample.table.gemeentecode == REFERENCE).to_numpy(float)
    model = one.fit(one.z * at_home, one.z * (1 - at_home))
    home, others = model.influence
    slope_home, slope_others = home @ one.outcomes, others @ one.outcomes
    value = slope_others / slope_home
    variance_home, variance_others = _variances(model, (home, others), one)
    error = np.abs(value) * np.sqrt(variance_others / slope_others**2 + variance_home / slope_home**2)
    slope, left = one.straight.influence[0] @ one.outcomes, one.off_straight
    return _Told(value, error, (slope + by_chance(others, left, moved)) / (slope + by_chance(home, left, moved)))


# --- Chance ---------------------------------------------------------------------------------------


class Shuffle:
    """Whole wijken that change places within their city, the same way in every specification.

    A wijk takes over the residuals of another, in the order of buurtcodes from a random buurt on; where it has more
    buurten than the other, it starts again, where it has fewer, it takes only some. So buurten of one wijk always share
    one origin. On the real composition and on an invented one, with truths without an effect and a share of 0 to 90 % of
    the noise common to the wijk, 90 to 99 % of values fell within the limits. Permuting a sequence of buurten, which
    splits wijken, or turning signs by wijk came out lower (87 to 98 %). It is a band of about 95 %, not of exactly 95 %.

    Args:
        buurten: every buurt that a specification may hold, with `wijkcode` and `gemeentecode`.
        permutations: how many.
        seed: of the permutations.
    """

    def __init__(self, buurten: pd.DataFrame, permutations: int, seed: int) -> None:
        city = buurten.groupby("wijkcode").gemeentecode.first()
        self._wijken = city.index
        random = np.random.default_rng(seed)
        codes = pd.factorize(city)[0]
        order = np.argsort(codes, kind="stable")
        self._donor = np.empty((permutations, len(city)), np.int32)
        for part in _batches(self._donor.shape):
            self._donor[part, order] = np.argsort(codes + random.random(self._donor[part].shape), axis=1)
        self._start = random.random(self._donor.shape)

    def rows(self, wijkcode: pd.Series) -> np.ndarray:
        """From which row each row takes its residual, shape (permutations, n).

        Args:
            wijkcode: by buurt. A wijk without any buurt here is passed over: the next in its cycle is taken.
        """
        wijk = self._wijken.get_indexer(wijkcode)
        size = np.bincount(wijk, minlength=len(self._wijken))
        order = np.argsort(wijk, kind="stable")
        first = np.cumsum(size) - size
        place = np.empty(len(wijk), int)
        place[order] = np.arange(len(wijk)) - first[wijk[order]]
        moved = np.empty((len(self._donor), len(wijk)), np.int32)
        for part in _batches(moved.shape):
            donor = _present(self._donor[part], size > 0).take(wijk, axis=1)
            turned = place + (self._start[part].take(wijk, axis=1) * size[donor]).astype(int)
            moved[part] = order[first[donor] + turned % size[donor]]
        return moved


def _present(donors: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Donors, walking on along their cycle until one is present; a wijk itself is, so the walk ends for it."""
    found = donors
    while (absent := ~present[found] & present).any():
        found = np.where(absent, np.take_along_axis(donors, found, axis=1), found)
    return found


def _batches(shape: tuple[int, int]) -> Iterator[slice]:
    """Rows of a table of this shape, so many at a time that they hold about `CELLS` cells."""
    rows = max(1, CELLS // max(shape[1], 1))
    return (slice(start, start + rows) for start in range(0, shape[0], rows))


def by_chance(influence: np.ndarray, residuals: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """The estimate when residuals change places.

    Args:
        influence: shape (n,). residuals: shape (n, S). moved: result of `Shuffle.rows`, shape (P, n).

    Returns:
        Shape (P, S): influence times the moved residuals, summed.
    """
    found = np.empty((len(moved), residuals.shape[1]))
    for part in _batches(moved.shape):
        rows, n = moved[part].shape
        starts = np.arange(0, rows * n + 1, n, dtype=moved.dtype)
        found[part] = sparse.csr_array((np.tile(influence, rows), moved[part].ravel(), starts), (rows, n)) @ residuals
    return found


def _summarise(table: pd.DataFrame, null: np.ndarray, grid: Grid) -> SpecificationCurve:
    """Rank, band and middle of every curve; `null` has a row per row of the table."""
    table["rang"] = table.groupby(CURVE).value.rank(method="first").astype(int)
    bands, summary = [], []
    for names, part in table.groupby(CURVE, sort=False):
        chance = np.sort(null[part.index], axis=0)
        low, high = np.quantile(chance, LIMITS, axis=1)
        labels = dict(zip(CURVE, names, strict=True))
        bands.append(pd.DataFrame({**labels, "rang": np.arange(len(part)) + 1, "value": np.sort(part.value),
                                   "low": low, "high": high}))  # fmt: skip
        middle = np.quantile(np.median(chance, axis=0), LIMITS)
        summary.append({**labels, "specificaties": len(part), "mogelijk": _possible(grid, names[0]),
                        "mediaan": part.value.median(), "laagste": part.value.min(), "hoogste": part.value.max(),
                        "null_low": middle[0], "null_high": middle[1]})  # fmt: skip
    first = [*CURVE, "inkomensmaat", "uitkomst", "schaal", "ondergrens", "gewichten", "steden"]
    ordered = table[[*first, *(name for name in table if name not in first)]]
    return SpecificationCurve(ordered, pd.concat(bands, ignore_index=True), pd.DataFrame(summary))


def _possible(grid: Grid, quantity: str) -> int:
    """Specifications of a curve if everything could be told."""
    cities = [name for name in grid.cities if quantity != RATIO or name != ONLY_REFERENCE]
    crossed = (grid.incomes, grid.outcomes, grid.scales, grid.cuts, grid.weights, cities)
    return int(np.prod([len(choice) for choice in crossed]))
