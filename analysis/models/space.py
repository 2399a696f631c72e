"""Neighbours resemble each other: how much of that the curve leaves, and what it does to errors and to predictions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial import cKDTree

from analysis.choices import Choices
from analysis.measures.sample import of_cities, one_city, select
from analysis.models.cities import by_city
from analysis.models.response import FOLDS, held_out_r2
from analysis.models.spline import DEGREES, Spline, line
from analysis.models.wls import fit

PERMUTATIONS = 999

# Moran's I is told only where this share of a city's buurten is on the map of borders. Below it, those that are left
# are a patchwork, in which a buurt's real neighbours are mostly absent.
KNOWN_ENOUGH = 0.8

# With fewer buurten than this a city has no curve of its own to leave residuals.
FEWEST_BUURTEN = 4 * (DEGREES + 1)

# Cut-offs of the Conley errors in metres. 0 is no neighbour at all (HC0); 1 km is the width of an Amsterdam wijk (0.9 km
# on average) and 2 km that of a wijk with its neighbours; 4 km is that of a stadsdeel. Further than a quarter of the
# city's 16 km, too few places are left that are independent of one another.
CUTOFFS = (0, 1000, 2000, 4000)

# Blocks of wijken: two rows of five, as many as there are held-out groups of random wijken, so that both train on the
# same share of the city.
ROWS = 2

# The random division into groups is repeated, and its mean reported: one division moves R² by a few hundredths.
DIVISIONS = 20


# --- Moran's I ------------------------------------------------------------------------------------


def morans(
    buurten: pd.DataFrame, cities: pd.DataFrame, borders: pd.DataFrame, choices: Choices, outcome: str | None = None
) -> pd.DataFrame:
    """Moran's I of the residuals of each city's curve.

    Args:
        buurten: the dataset's table.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        borders: the dataset's `grenzen`, indexed by pairs of buurtcodes.
        choices: settled choices; give the cut and the seed.
        outcome: column; the choices' own when left out.

    Returns:
        Per gemeentecode `gemeente` and what `moran` gives. A city that is too small or whose borders are too little
        known keeps its row, without I.
    """
    sample = select(of_cities(buurten, cities), choices, outcome=outcome)
    samples, touching = by_city(sample, cities), _by_city_touched(borders, sample.gemeentecode)
    rows = {}
    for code, name in cities.gemeentenaam.items():
        own = touching.get(code, borders.iloc[:0])
        rows[code] = {"gemeente": name, **moran(samples.get(code, sample.iloc[:0]), own, choices.zaad)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


def _by_city_touched(borders: pd.DataFrame, city: pd.Series) -> dict[str, pd.DataFrame]:
    """The borders that a buurt of each city has, with its own buurten or others; `city` is by buurtcode."""
    sides = [city.reindex(borders.index.get_level_values(side)).to_numpy() for side in (0, 1)]
    touched = pd.DataFrame({"city": np.concatenate(sides), "row": np.tile(np.arange(len(borders)), 2)})
    touched = touched.dropna().drop_duplicates()
    return {code: borders.iloc[rows] for code, rows in touched.groupby("city").row}


def moran(sample: pd.DataFrame, borders: pd.DataFrame, seed: int, permutations: int = PERMUTATIONS) -> dict[str, float]:
    """Moran's I of the residuals of the curve of one city, over neighbours of equal weight.

    Residuals are permuted over buurten. They sum to zero over five columns, which shrinks I by about 5/n on its own; so
    in a city of 50 buurten a small negative I means nothing.

    Args:
        sample: result of `measures.sample.select`, one city.
        borders: the dataset's `grenzen`.
        seed: of the permutations.
        permutations: how many.

    Returns:
        `moran` (I), `verwacht` (its mean without autocorrelation), `p` (two-sided, by permutation), `n` (buurten with a
        neighbour in the sample), `eilanden` (on the map, without a neighbour in the sample; left out), `bekend` (share
        of the buurten that is on the map, 0 to 1). I and p are NaN where `bekend` is below `KNOWN_ENOUGH`.
    """
    one_city(sample, "Moran's I")
    pairs = borders.index.to_frame(index=False).set_axis(["a", "b"], axis=1)
    on_map = sample.index.isin(pairs.a) | sample.index.isin(pairs.b)
    inside = pairs[pairs.a.isin(sample.index) & pairs.b.isin(sample.index)]
    linked = sample.index[sample.index.isin(inside.a) | sample.index.isin(inside.b)]
    found = {"moran": np.nan, "verwacht": np.nan, "p": np.nan, "n": len(linked),
             "eilanden": int(on_map.sum()) - len(linked), "bekend": float(on_map.mean()) if len(sample) else 0.0}  # fmt: skip
    if found["bekend"] < KNOWN_ENOUGH or len(linked) < FEWEST_BUURTEN:
        return found
    residuals = pd.Series(_residuals(sample), index=sample.index)[linked]
    return found | _moran(residuals, inside, seed, permutations)


def _residuals(sample: pd.DataFrame) -> np.ndarray:
    """Outcome minus the curve, shape (n,)."""
    design = Spline(sample.belasting).basis(sample.belasting)
    return np.asarray(fit(design, sample.uitkomst, sample.gewicht).resid)


def _moran(values: pd.Series, pairs: pd.DataFrame, seed: int, permutations: int) -> dict[str, float]:
    """I, its expectation and p; every value has a neighbour among the pairs."""
    from esda import Moran
    from libpysal.graph import Graph

    both = pd.concat([pairs, pairs.rename(columns={"a": "b", "b": "a"})]).drop_duplicates()
    rows = pd.DataFrame({side: values.index.get_indexer(both[side]) for side in ("a", "b")})
    # A graph keeps the order in which the focal buurten come; it has to be that of the values.
    rows = rows.sort_values(["a", "b"])
    graph = Graph.from_arrays(rows.a.to_numpy(), rows.b.to_numpy(), np.ones(len(rows)))
    with _seeded(seed):
        result = Moran(values.to_numpy(), graph, transformation="r", permutations=permutations, two_tailed=True)
    return {"moran": float(result.I), "verwacht": float(result.EI), "p": min(1.0, 2 * float(result.p_sim))}


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """esda draws from numpy's global generator; seed it, and put it back as it was."""
    before = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(before)


# --- Conley errors --------------------------------------------------------------------------------


def centroids(polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Centroids of polygons: `x` and `y` in metres, by code."""
    points = polygons.geometry.centroid
    return pd.DataFrame({"x": points.x, "y": points.y}, index=polygons.index)


def conley(sample: pd.DataFrame, places: pd.DataFrame, cutoffs: tuple[float, ...] = CUTOFFS) -> pd.DataFrame:
    """The slope of one city with errors that allow for correlation between buurten near each other (Conley 1999).

    Two buurten count together by (1 - |dx|/c)(1 - |dy|/c), zero from the cut-off c on. This product of two Bartlett
    kernels is positive definite on a plane, so the variance is never negative; a uniform or a round Bartlett kernel is
    not. No small-sample factor: at a cut-off of 0 the error is HC0.

    Args:
        sample: result of `measures.sample.select`, one city; buurten without a place are left out of every row.
        places: result of `centroids`.
        cutoffs: in metres.

    Returns:
        Per `fouten`: `value`, `error`, `low`, `high` (95 %, Student's t) per ten percentage points, `n`; with HC3 and
        errors clustered by wijk of the same buurten beside them.
    """
    one_city(sample, "Een helling")
    known = sample[sample.index.isin(places.index)]
    design = line(known.belasting)
    hc3 = fit(design, known.uitkomst, known.gewicht)
    by_wijk = fit(design, known.uitkomst, known.gewicht, known.wijkcode)
    at = places.loc[known.index, ["x", "y"]].to_numpy(float)
    errors = {"HC3": hc3.bse[1], "wijk": by_wijk.bse[1]}
    for cutoff in cutoffs:
        covariance = conley_covariance(design, hc3.resid, known.gewicht.to_numpy(float), at, cutoff)
        errors[f"Conley {cutoff / 1000:g} km"] = np.sqrt(covariance[1, 1])
    table = pd.DataFrame({"error": 10 * pd.Series(errors)}).rename_axis("fouten")
    reach = table.error * stats.t.ppf(0.975, len(known) - design.shape[1])
    value = 10 * hc3.params[1]
    return table.assign(value=value, low=value - reach, high=value + reach, n=len(known))


def conley_covariance(
    design: np.ndarray, residuals: np.ndarray, weights: np.ndarray, places: np.ndarray, cutoff: float
) -> np.ndarray:
    """Covariance of weighted least-squares coefficients under spatial correlation up to a cut-off.

    Args:
        design: shape (n, k). residuals, weights: shape (n,). places: shape (n, 2).
        cutoff: in the unit of `places`; 0 counts every row with itself alone, even at the same place.

    Returns:
        Shape (k, k).
    """
    scores = design * (weights * residuals)[:, None]
    bread = np.linalg.inv(design.T @ (weights[:, None] * design))
    if cutoff <= 0:
        return bread @ scores.T @ scores @ bread
    # Only pairs within the cut-off count: all pairs of a large city would not fit in memory.
    one, other = cKDTree(places).query_pairs(cutoff, p=np.inf, output_type="ndarray").T
    kernel = (1 - np.abs(places[one] - places[other]) / cutoff).prod(axis=1)
    between = (kernel[:, None] * scores[one]).T @ scores[other]
    return bread @ (scores.T @ scores + between + between.T) @ bread


# --- Spatially blocked cross-validation -----------------------------------------------------------


def blocks(sample: pd.DataFrame, places: pd.DataFrame) -> pd.Series:
    """Contiguous blocks of wijken by their centroids: `ROWS` rows from south to north, each cut from west to east.

    Every row holds as many wijken, and so does every block within a row, up to one.

    Args:
        sample: result of `measures.sample.select`, one city.
        places: result of `centroids`; a wijk without any buurt on the map is left out.

    Returns:
        Block (0 to `FOLDS` - 1) by buurt.
    """
    one_city(sample, "Een indeling in blokken")
    known = sample[sample.index.isin(places.index)]
    wijken = places.loc[known.index, ["x", "y"]].groupby(known.wijkcode).mean()
    row = _equal_parts(wijken.y, ROWS)
    column = wijken.x.groupby(row).transform(_equal_parts, FOLDS // ROWS)
    block = (row * (FOLDS // ROWS) + column).astype(int)
    return sample.wijkcode[sample.wijkcode.isin(wijken.index)].map(block).rename("blok")


def _equal_parts(values: pd.Series, parts: int) -> pd.Series:
    """Number of the part of each value when the sorted values are cut into equal parts."""
    return ((values.rank(method="first") - 1) * parts // len(values)).astype(int)


def held_out(sample: pd.DataFrame, seed: int, places: pd.DataFrame | None = None) -> pd.DataFrame:
    """R² of curve and line in the parts of one city that the fit has not seen, by what is held out together.

    Args:
        sample: result of `measures.sample.select`, one city.
        seed: of the random divisions.
        places: result of `centroids`, where the buurten are on a map.

    Returns:
        By `apart` ("buurten", "wijken", and with places "blokken"): `curve` and `line`, means over `DIVISIONS` random
        divisions (blocks are fixed), `spreiding` (standard deviation of `curve` over divisions), `n`. A city with fewer
        wijken than groups has no row "wijken".
    """
    one_city(sample, "Een voorspelling van wat apart is gehouden")
    units = {"buurten": sample.assign(wijkcode=sample.index)}
    if sample.wijkcode.nunique() >= FOLDS:
        units["wijken"] = sample
    if places is not None:
        block = blocks(sample, places)
        units["blokken"] = sample.loc[block.index].assign(wijkcode=block)
    rows = {name: _held_out(unit, seed, 1 if name == "blokken" else DIVISIONS) for name, unit in units.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("apart")


def _held_out(sample: pd.DataFrame, seed: int, divisions: int) -> dict[str, float]:
    spline = Spline(sample.belasting)
    curve, straight = (
        np.array([held_out_r2(sample, basis, seed + number) for number in range(divisions)])
        for basis in (spline.basis, line)
    )
    return {"curve": curve.mean(), "line": straight.mean(), "spreiding": curve.std(), "n": len(sample)}
