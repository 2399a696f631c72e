"""The plasmode of the whole argument (research design, 4F): how often would this publication claim what is not there?

The buurten, their composition, size and place are the real ones. Only the outcome is made: an additive truth with a
curve for the burden and for every characteristic, a level per city, and noise that neighbours in a wijk share. In that
truth no characteristic changes the slope, and every city has the same curve. Whatever this publication then claims
about interactions or differences between cities is false, and how often it does so stands beside its real claims.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import REFERENCE
from analysis.measures.context import CHARACTERISTICS, INSEPARABLE, Characteristic
from analysis.models import verdict
from analysis.models.cities import FEWEST_BUURTEN
from analysis.models.derivative import SHARED, SMALL_CITY, SMALL_DEGREES
from analysis.models.importance import BLOCKS, BURDEN_ALONE, TOGETHER, models_of
from analysis.models.interaction import CR3, LEVEL, MOST_PLASMODE_REJECTIONS, InteractionTest
from analysis.models.leave_out import SHIFTED, scores_of_many
from analysis.models.scores import normal_scores
from analysis.models.spline import DEGREES, Spline, line
from analysis.models.wls import Functional, correlation, fit, weighted_sd

DRAWS = 1000

# Draws in which blocks are tried (each asks for eight models in every city), and resamples of cities for each.
BLOCK_DRAWS = 500
BOOTSTRAP = 1000


@dataclass(frozen=True)
class Truth:
    """An additive truth for real buurten.

    Attributes:
        sample: buurten of the big cities, complete in all characteristics.
        mean: the outcome without noise, shape (n,).
        wijk_sd, buurt_sd: standard deviations of the noise that a wijk shares, and of each buurt's own.
    """

    sample: pd.DataFrame
    mean: np.ndarray
    wijk_sd: float
    buurt_sd: float


def truth_of(sample: pd.DataFrame, straight: bool = False, with_context: bool = True) -> Truth:
    """Fit the additive truth to the real outcome.

    Args:
        sample: result of `measures.sample.select` for the big cities.
        straight: the burden enters as a straight line; then spreading it can gain a city nothing.
        with_context: the characteristics matter; otherwise only burden and city do.
    """
    columns = [item.column for item in CHARACTERISTICS]
    known = sample.dropna(subset=columns)
    burden = known.belasting.to_numpy(float)
    curves = [burden[:, None] if straight else Spline(burden).basis(burden)[:, 1:]]
    curves += [Spline(known[column]).basis(known[column])[:, 1:] for column in columns if with_context]
    levels = pd.get_dummies(known.gemeentecode, dtype=float).to_numpy()
    design = np.column_stack([levels, *curves])
    found = fit(design, known.uitkomst, known.gewicht)
    mean = np.asarray(found.fittedvalues)
    wijk_sd, buurt_sd = _components(known.uitkomst.to_numpy(float) - mean, known.wijkcode, design.shape[1])
    return Truth(known, mean, wijk_sd, buurt_sd)


def _components(residual: np.ndarray, wijken: pd.Series, fitted: int) -> tuple[float, float]:
    """Split the variance of the residuals into what a wijk shares and the rest, by analysis of variance.

    The fitted coefficients take their share of what differs between wijken: they count in its degrees of freedom.
    """
    table = pd.DataFrame({"wijk": wijken.to_numpy(), "rest": residual})
    groups = table.groupby("wijk").rest
    size = groups.size().to_numpy(float)
    within = groups.apply(lambda part: ((part - part.mean()) ** 2).sum()).sum() / (len(table) - len(size))
    between = np.sum(size * (groups.mean().to_numpy() - residual.mean()) ** 2) / max(len(size) - fitted, 1)
    typical = (len(table) - np.sum(size**2) / len(table)) / (len(size) - 1)
    return float(np.sqrt(max((between - within) / typical, 0))), float(np.sqrt(within))


def draw(truth: Truth, draws: int, seed: int) -> np.ndarray:
    """Outcomes of the truth with new noise: shape (n, draws)."""
    random = np.random.default_rng(seed)
    wijk, names = pd.factorize(truth.sample.wijkcode)
    shared = truth.wijk_sd * random.standard_normal((len(names), draws))[wijk]
    return truth.mean[:, None] + shared + truth.buurt_sd * random.standard_normal((len(wijk), draws))


def interactions(truth: Truth, outcomes: np.ndarray) -> pd.DataFrame:
    """How often the interaction test rejects, and how often a claim would stand, in a truth without interactions.

    Args:
        truth: whose buurten these are.
        outcomes: result of `draw`.

    Returns:
        Per label `verworpen` (share of draws with p < 0.05 in Amsterdam, untouched by Holm) and `geclaimd` (share in
        which every other condition of a claim holds); then, for any of the characteristics, the share of draws in which
        one would be claimed, and the same with only those that this very table lets through (`verworpen` at most 6 %).
    """
    here = truth.sample.gemeentecode.eq(REFERENCE).to_numpy()
    tested = [
        item
        for item in CHARACTERISTICS
        if _separable(truth.sample[here], item) and _separable(truth.sample[~here], item)
    ]
    found = {item.label: [_test(truth.sample, outcomes, mask, item) for mask in (here, ~here)] for item in tested}
    p = np.array([[one.p for one in pair] for pair in found.values()])  # shape (characteristics, 2, draws)
    adjusted = _holm(p.reshape(-1, outcomes.shape[1])).reshape(p.shape)
    rows: dict[str, dict[str, float]] = {}
    any_claim, any_sifted = np.zeros((2, outcomes.shape[1]), bool)
    for number, (label, (amsterdam, others)) in enumerate(found.items()):
        claim = (adjusted[number, 0] < LEVEL) & _same_sign(amsterdam, others)
        rows[label] = {"verworpen": (amsterdam.p < LEVEL).mean(), "geclaimd": claim.mean()}
        any_claim |= claim
        if rows[label]["verworpen"] <= MOST_PLASMODE_REJECTIONS:
            any_sifted |= claim
    rows["een van alle"] = {"verworpen": (p[:, 0] < LEVEL).any(axis=0).mean(), "geclaimd": any_claim.mean()}
    rows["een van alle, na deze zeef"] = {"verworpen": np.nan, "geclaimd": any_sifted.mean()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kenmerk")


@dataclass(frozen=True)
class _Tested:
    p: np.ndarray
    sign: np.ndarray
    sign_scores: np.ndarray


def _test(sample: pd.DataFrame, outcomes: np.ndarray, mask: np.ndarray, item: Characteristic) -> _Tested:
    part = sample[mask]
    test = InteractionTest(part.belasting, part[item.column], part.gewicht, part.wijkcode, part.gemeentecode, CR3)
    raw, scores = test.t(outcomes[mask]), test.t(normal_scores(outcomes[mask]))
    return _Tested(raw.p, np.sign(raw.estimate), np.sign(scores.estimate))


def _same_sign(amsterdam: _Tested, others: _Tested) -> np.ndarray:
    signs = (others.sign, amsterdam.sign_scores, others.sign_scores)
    return np.all([amsterdam.sign == sign for sign in signs], axis=0)


def _separable(sample: pd.DataFrame, item: Characteristic) -> bool:
    return abs(correlation(sample.belasting, sample[item.column], sample.gewicht)) <= INSEPARABLE


def _holm(p: np.ndarray) -> np.ndarray:
    """Holm's adjusted p-values down the rows of each column."""
    order = np.argsort(p, axis=0)
    steps = np.arange(len(p), 0, -1)[:, None]
    ranked = np.minimum(np.maximum.accumulate(np.take_along_axis(p, order, axis=0) * steps, axis=0), 1)
    out = np.empty_like(p)
    np.put_along_axis(out, order, ranked, axis=0)
    return out


def blocks(truth: Truth, outcomes: np.ndarray, seed: int) -> pd.DataFrame:
    """How often a block of characteristics would be said to help, in a truth where only burden and city matter.

    Args:
        truth: result of `truth_of` without context.
        outcomes: result of `draw`.
        seed: of the bootstrap over cities.

    Returns:
        Per block `geclaimd`: the share of draws in which the intervals of both its gains, entering first and entering
        last, lie above zero; the last row, `een van alle`, is the share in which any block would be said to help.
    """
    found = scores_of_many(truth.sample, models_of(BLOCKS), outcomes)
    cities = truth.sample.gemeentecode.nunique()
    drawn = np.random.default_rng(seed).multinomial(cities, np.full(cities, 1 / cities), BOOTSTRAP) / cities
    low = {}
    for block in BLOCKS:
        first = found[f"+{block}", SHIFTED] - found[BURDEN_ALONE, SHIFTED]
        last = found[TOGETHER, SHIFTED] - found[f"-{block}", SHIFTED]
        low[block] = [np.quantile(drawn @ gain, (1 - verdict.CONFIDENCE) / 2, axis=0) for gain in (first, last)]
    claims = {block: (first > 0) & (last > 0) for block, (first, last) in low.items()}
    claims["een van alle"] = np.any(list(claims.values()), axis=0)
    return pd.DataFrame({"geclaimd": {name: claim.mean() for name, claim in claims.items()}}).rename_axis("blok")


def verdicts(truth: Truth, outcomes: np.ndarray) -> pd.DataFrame:
    """Share of draws in which each city gets each verdict, in a truth where every city has the curve of Amsterdam.

    Returns:
        Per gemeentecode a column for each of `verdict.VERDICTS`, `dekking` (share of draws in which the interval of the
        ratio holds the true ratio, 1 along the same burden) and `n`.
    """
    pooled = truth.sample.belasting.quantile(list(SHARED))
    outcome_sd = float(np.mean([weighted_sd(outcome, truth.sample.gewicht) for outcome in outcomes.T]))
    codes = truth.sample.gemeentecode
    rows = {}
    for code in codes[codes != REFERENCE].unique():
        here = codes.eq(code).to_numpy()
        low, high = _overlap(truth.sample[here], pooled)
        if low >= high or here.sum() < FEWEST_BUURTEN:
            continue
        city = _derivative(truth.sample[here], outcomes[here], low, high)
        reference = _derivative(truth.sample[codes.eq(REFERENCE)], outcomes[codes.eq(REFERENCE)], low, high)
        rows[code] = _judged(city, reference, outcome_sd, int(here.sum())) | {"n": int(here.sum())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


@dataclass(frozen=True)
class _Derivative:
    value: np.ndarray
    error: np.ndarray
    degrees: float


def _overlap(sample: pd.DataFrame, pooled: pd.Series) -> tuple[float, float]:
    return max(pooled.iloc[0], sample.belasting.min()), min(pooled.iloc[1], sample.belasting.max())


def _derivative(sample: pd.DataFrame, outcomes: np.ndarray, low: float, high: float) -> _Derivative:
    burden = sample.belasting.to_numpy(float)
    spline = Spline(burden, DEGREES if len(burden) >= SMALL_CITY else SMALL_DEGREES)
    contrast = np.diff(spline.basis(np.array([low, high])), axis=0)[0] / (high - low)
    prepared = Functional(spline.basis(burden), sample.gewicht, contrast, sample.wijkcode.to_numpy())
    value, shown, plain = prepared.estimate(outcomes)
    return _Derivative(value, np.maximum(shown, plain), prepared.degrees)


def _judged(city: _Derivative, reference: _Derivative, outcome_sd: float, n: int) -> dict[str, float]:
    critical = np.full(city.value.shape, verdict.critical_value(min(city.degrees, reference.degrees)))
    low, high = verdict.fieller(city.value, city.error, reference.value, reference.error, critical)
    margin = verdict.MARGIN_SD * outcome_sd / verdict.MARGIN_POINTS / np.abs(reference.value)
    given = verdict.judge(low, high, margin, np.full(city.value.shape, n >= verdict.FEWEST_BUURTEN))
    rates = {name: float((given == name).mean()) for name in verdict.VERDICTS}
    return rates | {"dekking": float(((low <= 1) & (high >= 1)).mean())}


def slope_coverage(truth: Truth, outcomes: np.ndarray) -> pd.DataFrame:
    """How often the interval of each city's slope holds the slope of the truth itself (the straight line through its curve).

    Returns:
        Per gemeentecode `wijk` (errors clustered by wijk where there are enough), `hc3`, and `grootste`, the larger of the
        two, as shown in the book: shares of draws; and `n`.
    """
    rows = {}
    for code, part in truth.sample.groupby("gemeentecode"):
        here = truth.sample.gemeentecode.eq(code).to_numpy()
        prepared = Functional(line(part.belasting), part.gewicht, np.array([0.0, 1.0]), part.wijkcode.to_numpy())
        true = prepared.estimate(truth.mean[here][:, None])[0][0]
        value, shown, plain = prepared.estimate(outcomes[here])
        off, reach = np.abs(value - true), verdict.critical_value(prepared.degrees)
        held = {"wijk": shown, "hc3": plain, "grootste": np.maximum(shown, plain)}
        rows[code] = {name: float((off <= reach * error).mean()) for name, error in held.items()} | {"n": len(part)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


def net_gain(truth: Truth, outcomes: np.ndarray) -> dict[str, float]:
    """How often a net gain of spreading would be claimed for Amsterdam, and whether its interval holds the true one.

    Spreading here is the impossible bound: every buurt gets the city's mean burden, households counted once.

    Returns:
        `waar` (the truth's own net gain, in the outcome's unit), `geclaimd` (share of draws whose 95 % interval excludes
        0), and `dekking` (share that holds the true gain).
    """
    here = truth.sample.gemeentecode.eq(REFERENCE).to_numpy()
    sample = truth.sample[here]
    burden, weight = sample.belasting.to_numpy(float), sample.gewicht.to_numpy(float)
    basis = Spline(burden).basis(burden)
    centre = Spline(burden).basis(np.array([np.average(burden, weights=weight)]))[0]
    prepared = Functional(basis, weight, centre - np.average(basis, axis=0, weights=weight), sample.wijkcode.to_numpy())
    value, error, _ = prepared.estimate(outcomes[here])
    true = prepared.estimate(truth.mean[here][:, None])[0][0]
    reach = verdict.critical_value(prepared.degrees) * error
    return {"waar": float(true), "geclaimd": float((np.abs(value) > reach).mean()),
            "dekking": float((np.abs(value - true) <= reach).mean())}  # fmt: skip
