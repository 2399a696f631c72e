"""Synthetic panels: as many areas as asked, in cities and wijken, with the columns that the models read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import REFERENCE, YEARS
from analysis.measures.context import CHARACTERISTICS
from analysis.models.specification import FOUR_LARGEST, UNIVERSITY

SEED = 20230323

# The country of 2017: the reference city holds one buurt in twenty, other big cities 80 on average, a wijk 5.
LARGEST_SHARE = 1 / 20
CITY_MEAN, CITY_SPREAD, CITY_FEWEST = 80, 0.5, 26
WIJK_MEAN = 5

# Share of the areas whose income figures are suppressed.
SUPPRESSED = 0.03


@dataclass(frozen=True)
class Panel:
    """The dataset's tables, invented.

    Attributes:
        buurten: n rows, in the order of cities and wijken. cities: by gemeentecode. borders: pairs of buurtcodes; the
            buurten of a city lie side by side on a square.
    """

    buurten: pd.DataFrame
    cities: pd.DataFrame
    borders: pd.DataFrame


def invent(n: int, dimensions: Iterable[str] = ("onv",), seed: int = SEED) -> Panel:
    """Invent a panel: outcomes fall along a bent curve of the burden, steeper in some cities than in others.

    Args:
        n: areas. The number of cities and wijken grows with it.
        dimensions: of the Leefbaarometer; each has a column for every year.
        seed: of the panel.
    """
    random = np.random.default_rng(seed)
    sizes = _city_sizes(n, random)
    city = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    wijk = _wijken(city, place, random)
    codes = _city_codes(len(sizes))
    x = random.gamma(4, 1.0, wijk[-1] + 1)[wijk] + random.gamma(4, 1.0, n)
    known = random.random(n) > SUPPRESSED
    buurten = pd.DataFrame({
        "buurtnaam": "Buurt", "gemeentecode": codes[city],
        "wijkcode": np.array([f"WK{number:07d}" for number in range(wijk[-1] + 1)])[wijk],
        "inwoners_2017": random.lognormal(7.4, 0.8, n).round(),
        "pct_sociaal_minimum_2017": np.where(known, x, np.nan),
        "pct_laag_inkomen_2017": np.where(known, x + random.normal(0, 1, n), np.nan),
        "pct_laagste40_2017": np.where(known, 25 + 2 * x + random.normal(0, 5, n), np.nan),
        **{item.column: 30 + 0.4 * x + random.normal(0, 5, n) for item in CHARACTERISTICS},
        **_outcomes(x, city, wijk, dimensions, random),
    }, index=pd.Index([f"BU{number:07d}" for number in range(n)], name="buurtcode"))  # fmt: skip
    people = buurten.groupby("gemeentecode").inwoners_2017.sum()
    cities = pd.DataFrame({"gemeentenaam": codes, "inwoners_2017": people[codes].to_numpy()}, index=codes)
    return Panel(buurten, cities, _borders(buurten.index, place, np.repeat(sizes, sizes)))


def _city_sizes(n: int, random: np.random.Generator) -> np.ndarray:
    """Areas per city, the largest first; the last is cut to what is left, if enough."""
    largest = max(int(n * LARGEST_SHARE), CITY_MEAN)
    count = max((n - largest) // CITY_MEAN, 1)
    drawn = np.maximum(random.lognormal(0, CITY_SPREAD, count) * CITY_MEAN / np.exp(CITY_SPREAD**2 / 2), CITY_FEWEST)
    sizes = np.floor(drawn * (n - largest) / drawn.sum()).astype(int)
    return np.concatenate([[n - sizes.sum()], sizes])


def _city_codes(count: int) -> np.ndarray:
    """The reference first, then the cities that a specification may leave out, then invented ones."""
    named = list(dict.fromkeys((REFERENCE, *FOUR_LARGEST, *UNIVERSITY)))
    return np.array([*named, *(f"GM{5000 + number:05d}" for number in range(count))][:count])


def _wijken(city: np.ndarray, place: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Number of the wijk of each area; a wijk never crosses the border of a city."""
    starts = (random.random(len(city)) < 1 / WIJK_MEAN) | (place == 0)
    return np.cumsum(starts) - 1


def _outcomes(
    x: np.ndarray, city: np.ndarray, wijk: np.ndarray, dimensions: Iterable[str], random: np.random.Generator
) -> dict[str, np.ndarray]:
    """One truth per dimension; what an area has besides lasts over the years, and its wijk shares half of it."""
    found = {}
    for name in dimensions:
        level, slope = random.normal(0, 0.05, city[-1] + 1), random.normal(-0.02, 0.003, city[-1] + 1)
        own = random.normal(0, 0.04, wijk[-1] + 1)[wijk] + random.normal(0, 0.04, len(x))
        truth = level[city] + slope[city] * x + 0.0003 * x**2 + own
        found |= {f"{name}_{year}": truth + random.normal(0, 0.02, len(x)) for year in YEARS}
    return found


def _borders(codes: pd.Index, place: np.ndarray, size: np.ndarray) -> pd.DataFrame:
    """Pairs of codes next to each other on their city's square."""
    width = np.ceil(np.sqrt(size)).astype(int)
    here = np.arange(len(place))
    right = (place % width < width - 1) & (place + 1 < size)
    below = place + width < size
    first = np.concatenate([here[right], here[below]])
    second = np.concatenate([here[right] + 1, here[below] + width[below]])
    return pd.DataFrame(index=pd.MultiIndex.from_arrays([codes[first], codes[second]], names=["a", "b"]))
