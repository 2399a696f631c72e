"""The waterbed: a household that does not come to one buurt lives in another. What is left for the city as a whole?

Allocation moves nobody out of the city and adds no dwelling, so that every buurt keeps its households and the city keeps
its very low incomes. Along a straight line the score of one buurt gains what another loses, exactly: only a bend leaves
something. Crimes are counted, and their line is one of logarithms: there a straight line leaves something too.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from analysis.levers import effect
from analysis.levers.assumptions import Assumptions
from analysis.levers.city import City, Counts
from analysis.levers.scenario import DEFAULT_YEARS, DRAWS, draw_counts

EVEN, EQUAL = "elke vrijgekomen woning gelijk verdeeld", "alle buurten gelijk (onmogelijk uiterste)"

# What one city's net gain is told for.
KEYS = ["verdeling", "uitkomst", "lijn", "gewichten"]
BY_INHABITANTS, EQUALLY = "inwoners", "elke buurt één keer"


def evenly(before: Counts, renewed: float) -> Counts:
    """Every dwelling that fell free went to the city's own mix of households.

    Args:
        before: counts, shape (draws, n).
        renewed: share (0 to 1) of the dwellings that fell free; 1 makes all buurten equal.

    Returns:
        Counts with the same households per buurt and the same very low incomes in the city.
    """
    mean = before.poor.sum(axis=-1, keepdims=True) / before.households.sum(axis=-1, keepdims=True)
    return Counts(before.households, (1 - renewed) * before.poor + renewed * mean * before.households)


def net_gain(city: City, held: Assumptions | None = None, years: int = DEFAULT_YEARS) -> pd.DataFrame:
    """What spreading evenly would change in the city: in the mean of its score over households, and in its crimes.

    Args:
        city: result of `city.of`.
        held: assumptions; give the turnover.
        years: of spreading.

    Returns:
        Per verdeling, outcome, shape and weights of the fit: `value`, `low`, `high`, `error` (crime in logs, see
        `effect.as_table`), `n` buurten behind the curve, and `omvang`: what the city counts for among others, its households
        or, for crimes, its crimes. What the city has no curve for is left out.
    """
    before = draw_counts(city, DRAWS)
    shares = {EVEN: (held or Assumptions()).renewed(years), EQUAL: 1.0}
    spread = {name: evenly(before, share) for name, share in shares.items()}
    rows = []
    for outcome, shape, weighted in product(effect.OUTCOMES, (effect.STRAIGHT, effect.CURVED), (True, False)):
        found = effect.response(city, outcome, shape, weighted)
        if found is None:
            continue
        for name, after in spread.items():
            labels = (name, outcome, shape, BY_INHABITANTS if weighted else EQUALLY)
            size = np.nansum(city.crimes) if outcome == effect.CRIMES else city.households.sum()
            change = vars(effect.of_city(found, city, outcome, before, after))
            rows.append(dict(zip(KEYS, labels, strict=True)) | change | {"n": found.n, "omvang": size})
    return pd.DataFrame(rows, columns=[*KEYS, "value", "low", "high", "error", "n", "omvang"])


def over_cities(per_city: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The mean over the households of all cities, or the change of all their crimes together.

    Cities are taken to err independently.

    Args:
        per_city: results of `net_gain` by gemeentecode.

    Returns:
        As `net_gain`, with `n` and `omvang` summed and `steden`, the cities that have the curve.
    """
    rows = pd.concat(per_city.values())
    parts = rows.groupby(KEYS, sort=False)
    return parts.apply(lambda part: _together(part, part.name), include_groups=False).reset_index()


def _together(part: pd.DataFrame, labels: tuple[str, ...]) -> pd.Series:
    """All cities as one; crimes are added up before their logarithm is taken."""
    counted = dict(zip(KEYS, labels, strict=True))["uitkomst"] == effect.CRIMES
    after = part.omvang * np.exp(part.value) if counted else part.omvang
    share = after / after.sum()
    value = np.log(after.sum() / part.omvang.sum()) if counted else (share * part.value).sum()
    error, critical = np.sqrt((share**2 * part.error**2).sum()), stats.norm.ppf(0.975)
    return pd.Series({"value": value, "low": value - critical * error, "high": value + critical * error, "error": error,
                      "n": part.n.sum(), "omvang": part.omvang.sum(), "steden": len(part)})  # fmt: skip


def headline(table: pd.DataFrame, outcome: str = effect.ONV, spread_as: str = EVEN) -> pd.Series | None:
    """The row that the text quotes, or nothing where the city has no curve for the outcome."""
    hits = table[(table[KEYS] == [spread_as, outcome, effect.CURVED, BY_INHABITANTS]).all(axis=1)]
    return hits.iloc[0] if len(hits) else None


def shifts(city: City, held: Assumptions | None = None, years: int = DEFAULT_YEARS) -> pd.DataFrame:
    """Who wins and who loses when every dwelling that falls free is shared evenly.

    Returns:
        Per buurt `buurtnaam`, `belasting` and `belasting_na` (%), `verschil` (very low incomes, in households).
    """
    before = Counts(city.households[None, :], city.poor[None, :])
    after = evenly(before, (held or Assumptions()).renewed(years))
    return city.buurten[["buurtnaam", "gewicht", "belasting"]].assign(
        belasting_na=after.burden[0], verschil=(after.poor - before.poor)[0]
    )
