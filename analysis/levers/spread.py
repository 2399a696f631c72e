"""The allocation that helps the worst-off buurten most, within the yearly turnover: a linear programme.

It tells what the pattern between buurten would predict at best. A plan that is chosen along a line promises too much along
that same line: it makes use of the line's chance. So the line is drawn many times, as uncertain as it is. The plan is chosen
on one half of these draws; what it gains is told from the other half, which had no say: the gain is the median of those
draws, and its limits are their quantiles, so that a gain lies in its own interval. It may be less than nothing.

The levels of the buurten hold chance as well, and both halves share these. The same plan laid along the levels of another
year shows how much that matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from analysis import dutch
from analysis.choices import YEARS, Choices
from analysis.errors import InvalidInput
from analysis.levers import bounds, effect
from analysis.levers.assumptions import Assumptions
from analysis.levers.city import City, Counts, weights_of_worst
from analysis.levers.waterbed import evenly

# Worst-off is the mean of the tenth of the households with the lowest outcome (research design, section 5): the single
# worst buurt alone would leave the rest undetermined.
WORST = 0.10

# The curve bends, so the programme is solved along its slope and again from there: a step that does not help is halved.
ROUNDS = 30
SMALLEST_STEP = 1e-3
SLOPE_STEP = 0.01  # percentage points

# A gain below this (LBM points) is rounding of the solver.
ROUNDING = 1e-7

# The second programme may give up this much of the first one's gain for a gentler plan.
GIVEN_UP = 1e-9

# Draws of the line in each half: those that choose the plan, and those that tell what it gains.
DRAWS = 500
LIMITS = (0.025, 0.975)

NOTHING, EVEN, BEST = "niets doen", "gelijk verdelen", "beste spreiding"


@dataclass(frozen=True)
class Spread:
    """The best spread of one city.

    Attributes:
        plans: per plan `gemiddelde` and `slechtste` (LBM points, means over all households and over the worst-off tenth),
            their gains over doing nothing with 95 % limits (`winst`, `winst_slechtste`, `…_laag`, `…_hoog`; all along the
            draws that did not choose the plan),
            `winst_anders` (the gain of the worst-off tenth along the levels of `other_year`), `misdrijven` (% of
            the city's crimes; NaN without a curve) and `verhuisd` (very low incomes that live elsewhere).
        buurten: per buurt `buurtnaam`, `belasting`, `belasting_na` (%), `verschil` (households with a very low income).
        shape: along which curve.
        falls: does the bent curve fall over the whole range? If not, the straight line was used.
        warnings: what a reader must know.
    """

    plans: pd.DataFrame
    buurten: pd.DataFrame
    shape: str
    falls: bool
    warnings: list[str]


def other_year(choices: Choices) -> int:
    """The year whose levels a plan was not chosen on: the latest that is not the choices' own."""
    return max(year for year in YEARS if year != choices.peiljaar)


def worst_off(outcome: np.ndarray, households: np.ndarray, share: float = WORST) -> np.ndarray:
    """Mean outcome of the worst-off share of the households.

    Args:
        outcome: shape (..., n). households: shape (n,). share: between 0 and 1.

    Returns:
        Shape (...,); the buurt at the edge counts for the part that belongs to the share.
    """
    return np.sum(weights_of_worst(outcome, households, share) * outcome, axis=-1)


def best(city: City, held: Assumptions | None = None, years: int = 1, ceiling: float | None = None) -> Spread:
    """Find it, and lay it beside doing nothing and beside sharing evenly.

    Args:
        city: result of `city.of`.
        held: assumptions; give the turnover.
        years: of turnover that may be used.
        ceiling: no buurt ends with a larger share of very low incomes (%); none when left out.

    Raises:
        InvalidInput: for a number of years that makes no sense, when the city has no curve that falls, or when the ceiling
            cannot be reached.
    """
    bounds.check_years(years, "Een spreiding")
    renewed = (held or Assumptions()).renewed(years)
    found, shape, falls = _curve(city)
    random = np.random.default_rng(city.choices.zaad)
    choosing, telling = found.draw(DRAWS, random), found.draw(DRAWS, random)
    problem = _Problem(city, found, choosing, renewed, _ceiling(city, renewed, ceiling))
    after = problem.solve()
    even = evenly(Counts(city.households, city.poor), renewed).poor
    table = _compare(city, found, telling, {NOTHING: city.poor, EVEN: even, BEST: after})
    buurten = city.buurten[["buurtnaam", "gewicht", "belasting"]].assign(
        belasting_na=100 * after / city.households, verschil=after - city.poor
    )
    told = bounds.warnings(city, buurten.belasting_na.to_numpy(float), years)
    return Spread(table, buurten, shape, falls, told)


def _curve(city: City) -> tuple[effect.Response, str, bool]:
    """The bent curve where it falls everywhere, else the straight line."""
    curved, straight = (effect.response(city, effect.ONV, shape) for shape in (effect.CURVED, effect.STRAIGHT))
    falls = curved is not None and curved.falls()
    if falls:
        return curved, effect.CURVED, True
    if straight is None or not straight.falls():
        raise InvalidInput(f"In {city.name} is geen dalende lijn te trekken: een beste spreiding is niet te bepalen.")
    return straight, effect.STRAIGHT, False


def _ceiling(city: City, renewed: float, ceiling: float | None) -> np.ndarray:
    """Most very low incomes that each buurt may hold, shape (n,)."""
    if ceiling is None:
        return city.households
    stay = (1 - renewed) * city.poor
    most, mean = ceiling / 100 * city.households, 100 * city.poor.sum() / city.households.sum()
    if mean > ceiling:
        raise InvalidInput(
            f"Een plafond van {dutch.number(ceiling, 1)} % kan niet: gemiddeld heeft {dutch.number(mean, 1)} % van de huishoudens "
            f"in {city.name} een zeer laag inkomen."
        )
    worst = int(np.argmax(stay / city.households))
    if (stay > most).any():
        raise InvalidInput(
            f"Een plafond van {dutch.number(ceiling, 1)} % is met deze doorstroming niet te halen: in "
            f"{city.buurten.buurtnaam.iloc[worst]} blijft dan nog {dutch.number(100 * stay[worst] / city.households[worst], 1)} % wonen. "
            "Kies een hoger plafond of meer jaren."
        )
    return most


class _Problem:
    """The programme: very low incomes per buurt, between who stays and who could come, with the city's total kept."""

    def __init__(self, city: City, found: effect.Response, draws: np.ndarray, renewed: float, most: np.ndarray) -> None:
        self._found, self._draws, self._households, self._poor = found, draws, city.households, city.poor
        self._levels, self._mean = city.buurten.uitkomst.to_numpy(float), draws.mean(axis=0)
        self._now = found.basis(self._burden(self._poor))
        self._low = (1 - renewed) * self._poor
        self._high = np.minimum(self._low + renewed * self._households, most)
        if self._low.sum() > self._poor.sum() or self._high.sum() < self._poor.sum():
            raise InvalidInput(
                "Met dit plafond is er in de stad geen plaats voor alle huishoudens met een zeer laag inkomen."
            )

    def outcome(self, poor: np.ndarray) -> np.ndarray:
        """Level now, and what the mean of the draws predicts of the change."""
        return self._levels + self._change(poor) @ self._mean

    def value(self, poor: np.ndarray) -> float:
        """What the worst-off have, over the draws: a plan that suits one line alone is worth less."""
        return float(worst_off(self._levels + self._draws @ self._change(poor).T, self._households).mean())

    def _change(self, poor: np.ndarray) -> np.ndarray:
        """Of the basis of the line, shape (n, k)."""
        return self._found.basis(self._burden(poor)) - self._now

    def _burden(self, poor: np.ndarray) -> np.ndarray:
        return 100 * poor / self._households

    def solve(self) -> np.ndarray:
        """Go along the slope of the curve as long as that helps; start from a plan that can be carried out."""
        now = self._start()
        step, reached = 1.0, self.value(now)
        for _ in range(ROUNDS):
            trial = now + step * (self._along_slope(now) - now)
            value = self.value(trial)
            if value - reached > ROUNDING:
                now, step, reached = trial, 1.0, value
            elif step > SMALLEST_STEP:
                step /= 2
            else:
                break
        return now

    def _start(self) -> np.ndarray:
        """Doing nothing, or under a ceiling what lies nearest to it."""
        if (self._poor <= self._high).all():
            return self._poor.copy()
        room = self._high - np.minimum(self._poor, self._high)
        over = np.maximum(self._poor - self._high, 0).sum()
        return np.minimum(self._poor, self._high) + over * room / room.sum()

    def _along_slope(self, now: np.ndarray) -> np.ndarray:
        """The best plan if the curve went on along its slope in every buurt; of equally good plans the gentlest."""
        burden = self._burden(now)
        ahead, behind = self._found.basis(burden + SLOPE_STEP), self._found.basis(burden - SLOPE_STEP)
        slope = (ahead - behind) @ self._mean / (2 * SLOPE_STEP)
        per_household = 100 * slope / self._households
        base = self.outcome(now) - per_household * now
        size, weight = len(now), self._households / self._households.sum()
        # Variables: poor (n), what each buurt falls short of the edge of the worst-off (n), and that edge.
        short = sparse.hstack([-sparse.diags_array(per_household), -sparse.eye_array(size), np.ones((size, 1))])
        goal = np.concatenate([np.zeros(size), weight / WORST, [-1.0]])
        total = np.concatenate([np.ones(size), np.zeros(size + 1)])[None, :]
        bounds = [*zip(self._low, self._high, strict=True), *[(0, None)] * size, (None, None)]
        first = linprog(goal, short.tocsr(), base, total, [self._poor.sum()], bounds, method="highs")
        if not first.success:
            raise InvalidInput(f"De beste spreiding is niet te bepalen: {first.message}")
        return self._gentlest(goal, first.fun, short, base, total, bounds)

    def _gentlest(self, goal, reached, short, base, total, bounds) -> np.ndarray:
        """Among plans that reach as much: the one whose largest rise of a buurt's burden is smallest."""
        size = len(base)
        rise = sparse.hstack(
            [sparse.diags_array(1 / self._households), sparse.csr_array((size, size + 1)), -np.ones((size, 1))]
        )
        rows = sparse.vstack([
            sparse.hstack([short, sparse.csr_array((size, 1))]),
            sparse.csr_array(np.append(goal, 0.0)[None, :]),
            rise,
        ])  # fmt: skip
        limits = np.concatenate([base, [reached + GIVEN_UP], self._poor / self._households])
        second = linprog(np.append(np.zeros(2 * size + 1), 1.0), rows.tocsr(), limits, np.append(total, [[0.0]], axis=1),
                         [self._poor.sum()], [*bounds, (0, None)], method="highs")  # fmt: skip
        if not second.success:
            raise InvalidInput(f"De beste spreiding is niet te bepalen: {second.message}")
        return second.x[:size]


def _compare(city: City, found: effect.Response, telling: np.ndarray, plans: dict[str, np.ndarray]) -> pd.DataFrame:
    """Average and worst-off side by side, along draws of the line that did not choose the plan.

    Args:
        city: result of `city.of`. found: its line.
        telling: coefficients, shape (draws, k).
        plans: very low incomes per buurt, by name of the plan.
    """
    households, levels = city.households, city.buurten.uitkomst.to_numpy(float)
    other = city.buurten[f"onv_{other_year(city.choices)}"].fillna(city.buurten.uitkomst).to_numpy(float)
    now, rows = found.basis(100 * city.poor / households), {}
    for name, poor in plans.items():
        change = telling @ (found.basis(100 * poor / households) - now).T
        mean_gain = change @ households / households.sum()
        mean_gain[np.abs(mean_gain) < effect.NOTHING] = 0.0  # a straight line: sums that cancel
        gain = _gain("winst", mean_gain) | _gain("winst_slechtste", _worst_gain(levels, change, households))
        rows[name] = {
            "gemiddelde": np.average(levels, weights=households) + gain["winst"],
            "slechtste": float(worst_off(levels, households)) + gain["winst_slechtste"],
            **gain,
            "winst_anders": float(np.median(_worst_gain(other, change, households))),
            "misdrijven": _crime(city, poor),
            "verhuisd": float(np.abs(poor - city.poor).sum() / 2),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("plan")


def _worst_gain(levels: np.ndarray, change: np.ndarray, households: np.ndarray) -> np.ndarray:
    """What the worst-off win per draw; who they are is looked at anew."""
    return worst_off(levels + change, households) - worst_off(levels, households)


def _gain(name: str, values: np.ndarray) -> dict[str, float]:
    low, middle, high = np.quantile(values, (LIMITS[0], 0.5, LIMITS[1]))
    return {name: float(middle), f"{name}_laag": float(low), f"{name}_hoog": float(high)}


def _crime(city: City, poor: np.ndarray) -> float:
    """Change of the number of crimes in the city, as a percentage."""
    found = effect.response(city, effect.CRIMES, effect.CURVED)
    if found is None:
        return float("nan")
    before, after = (Counts(city.households[None, :], one[None, :]) for one in (city.poor, poor))
    return float(100 * np.expm1(effect.number_of_crimes(found, city, before, after).value))
