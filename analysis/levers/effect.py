"""What the city's curve predicts when burdens change: a difference with its interval, for one buurt or for a whole city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.choices import CRIME
from analysis.levers.city import City, Counts
from analysis.measures.sample import FEWEST_FOR_CHAPTER
from analysis.models.derivative import SMALL_CITY, SMALL_DEGREES
from analysis.models.response import FEWEST_BUURTEN
from analysis.models.scores import normal_scores
from analysis.models.spline import DEGREES, Spline, line
from analysis.models.wls import fit

STRAIGHT, CURVED = "rechte lijn", "gebogen lijn"
ONV, SCORES, CRIMES = "onv", "onv, normaalscores", "misdrijven"
OUTCOMES = (ONV, SCORES, CRIMES)

BUURT, CITY = "buurt", "stad"

# What a change of crime is a percentage of: in a buurt its rate, in a city the number of crimes.
CRIMES_OF_BUURT, CRIMES_OF_CITY = "% misdrijven per inwoner", "% van het aantal misdrijven in de stad"

# A contrast below this is the rounding of sums that cancel: it is nothing.
NOTHING = 1e-12

# Where the curve is asked whether it falls everywhere.
GRID_POINTS = 200


@dataclass(frozen=True)
class Difference:
    """A predicted difference with its 95 % interval; `onv` is in LBM points.

    Crime is in logs: for a buurt the change of its log rate, for a city the logarithm of its crimes afterwards over those
    of now. A mean of log rates over households is no number of crimes: it counts a quiet buurt as much as a busy one.

    Attributes:
        value, low, high, error: estimate, limits, standard error.
    """

    value: float
    low: float
    high: float
    error: float


class Response:
    """How one outcome goes with the burden in one city.

    Errors are the larger of those clustered by wijk and HC3, as for the slopes of cities.

    Args:
        burden, outcome, weights: shape (n,), without missing values.
        wijken: shape (n,), labels.
        shape: `STRAIGHT` or `CURVED`.
    """

    def __init__(
        self, burden: np.ndarray, outcome: np.ndarray, weights: np.ndarray, wijken: np.ndarray, shape: str
    ) -> None:
        self.low, self.high, self.n = float(burden.min()), float(burden.max()), len(burden)
        degrees = DEGREES if self.n >= SMALL_CITY else SMALL_DEGREES
        self.basis = line if shape == STRAIGHT else Spline(burden, degrees).basis
        self._fits = [fit(self.basis(burden), outcome, weights, groups) for groups in (wijken, None)]
        self.coefficients = np.asarray(self._fits[0].params)

    def at(self, burden: np.ndarray) -> np.ndarray:
        """Predicted outcome at burdens of shape (m,)."""
        return self.basis(burden) @ self.coefficients

    def draw(self, draws: int, random: np.random.Generator) -> np.ndarray:
        """Coefficients as they might be, by the wider of the two errors: shape (draws, k)."""
        widest = max(self._fits, key=lambda found: np.trace(found.cov_params()))
        return random.multivariate_normal(self.coefficients, widest.cov_params(), size=draws)

    def falls(self) -> bool:
        """Does the curve fall over its whole range? Only then is fewer always better for `onv`."""
        return bool((np.diff(self.at(np.linspace(self.low, self.high, GRID_POINTS))) < 0).all())

    def difference(self, contrasts: np.ndarray, values: np.ndarray | None = None) -> Difference:
        """A functional of the coefficients: a linear one, or another by its values and its slopes.

        Args:
            contrasts: shape (draws, k): the first is the estimate's, the others come from other draws of the
                households; what the prediction varies over them is added to its error.
            values: shape (draws,), where they are no linear functional; `contrasts` is then their gradient (delta method).
        """
        contrasts = np.where(np.abs(contrasts) < NOTHING, 0.0, contrasts)
        values = contrasts @ self.coefficients if values is None else values
        tests = [found.t_test(contrasts[0]) for found in self._fits]
        widest = max(tests, key=lambda test: test.sd.item())
        over_households = np.std(values[1:]) if len(values) > 1 else 0.0
        error = float(np.hypot(widest.sd.item(), over_households))
        value, margin = values[0], stats.t.ppf(0.975, widest.df_denom) * error
        return Difference(float(value), float(value - margin), float(value + margin), error)


def response(city: City, outcome: str = ONV, shape: str = CURVED, weighted: bool = True) -> Response | None:
    """The response of one city, or nothing where too few buurten have the outcome.

    Args:
        city: result of `city.of`.
        outcome: of `OUTCOMES`.
        shape: `STRAIGHT` or `CURVED`.
        weighted: by inhabitants, or every buurt once.
    """
    table = city.buurten.dropna(subset=[CRIME.column]) if outcome == CRIMES else city.buurten
    if len(table) < (FEWEST_BUURTEN if shape == STRAIGHT else FEWEST_FOR_CHAPTER):
        return None
    values = table[CRIME.column if outcome == CRIMES else "uitkomst"].to_numpy(float)
    weights = table.gewicht.to_numpy(float) if weighted else np.ones(len(table))
    return Response(
        table.belasting.to_numpy(float), normal_scores(values) if outcome == SCORES else values, weights,
        table.wijkcode.to_numpy(), shape,
    )  # fmt: skip


def per_buurt(found: Response, before: Counts, after: Counts, buurt: int) -> Difference:
    """The predicted difference for one buurt.

    Args:
        found: result of `response`.
        before, after: counts, shape (draws, n); the first draw is the estimate.
        buurt: which.
    """
    return found.difference(found.basis(after.burden[:, buurt]) - found.basis(before.burden[:, buurt]))


def mean_over_households(found: Response, before: Counts, after: Counts) -> Difference:
    """The predicted difference in the mean over the city's households, each counted where it lives.

    Where no buurt gains or loses households these are fixed weights, and a straight line gives exactly nothing.
    """
    return found.difference(_mean_basis(found, after) - _mean_basis(found, before))


def number_of_crimes(found: Response, city: City, before: Counts, after: Counts) -> Difference:
    """The predicted change of the number of crimes in the city, as a logarithm.

    Each buurt has its own crimes of now. They change as the curve predicts of its rate, and with its inhabitants, who are
    taken to come and leave with the households. Buurten whose crimes are not known are left out, and so is what the others
    together gain or lose to them.

    Args:
        found: result of `response` for `CRIMES`.
        city: whose crimes.
        before, after: counts, shape (draws, n); the first draw is the estimate.
    """
    known = np.isfinite(city.crimes)
    draws, n = before.households.shape[0], int(known.sum())
    here, there = (
        found.basis(counts.burden[:, known].ravel()).reshape(draws, n, -1) for counts in (before, after)
    )
    step, growth = there - here, after.households[:, known] / before.households[:, known]
    crimes = city.crimes[known] * growth * np.exp(step @ found.coefficients)
    total = crimes.sum(axis=1)
    people = after.households[:, known].sum(axis=1) / before.households[:, known].sum(axis=1)
    gradient = np.einsum("dn,dnk->dk", crimes, step) / total[:, None]
    return found.difference(gradient, np.log(total / city.crimes[known].sum() / people))


def of_city(found: Response, city: City, outcome: str, before: Counts, after: Counts) -> Difference:
    """The predicted difference for a city as a whole: of its mean over households, or of its number of crimes.

    Args:
        found: result of `response` for this city and outcome.
        city, outcome: what `found` is of.
        before, after: counts, shape (draws, n); the first draw is the estimate.
    """
    if outcome == CRIMES:
        return number_of_crimes(found, city, before, after)
    return mean_over_households(found, before, after)


def _mean_basis(found: Response, counts: Counts) -> np.ndarray:
    """Mean over households of the basis at their burden, per draw: shape (draws, k)."""
    burden, households = counts.burden, counts.households
    draws, n = burden.shape
    if (burden == burden[0]).all():  # the burden of now is published, so that every draw has the same
        return households @ found.basis(burden[0]) / households.sum(axis=1, keepdims=True)
    rows = found.basis(burden.ravel()).reshape(draws, n, -1)
    return np.einsum("dn,dnk->dk", households, rows) / households.sum(axis=1, keepdims=True)


def as_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows of differences as a table; crime becomes a percentage: in a buurt of its rate, in a city of its number of crimes."""
    table = pd.DataFrame(rows)
    crime = table.uitkomst == CRIMES
    for column in ("value", "low", "high"):
        table[column] = np.where(crime, 100 * np.expm1(table[column].where(crime, 0.0)), table[column])
    units = {ONV: "LBM-punten", SCORES: "standaardafwijkingen", CRIMES: CRIMES_OF_CITY}
    units = table.uitkomst.map(units)
    if "gebied" in table:
        units = units.mask(crime & (table.gebied == BUURT), CRIMES_OF_BUURT)
    return table.assign(eenheid=units)
