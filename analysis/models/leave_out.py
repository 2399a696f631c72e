"""Leave one city out: how well do the other big cities predict a city that the model has never seen?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.measures.sample import of_cities, select
from analysis.models.cities import FEWEST_BUURTEN
from analysis.models.spline import Spline, line

BURDEN = "belasting"
CONTEXT = tuple(item.column for item in CHARACTERISTICS)

# Scores: R² against the city's own mean, with the level of the training cities, and with the city's own level.
OWN, SHIFTED = "r2_own", "r2_shifted"


@dataclass(frozen=True)
class Model:
    """What predicts the outcome in a city left out.

    Attributes:
        columns: each enters as a natural spline; none is the mean of the training buurten.
        straight: enter as straight lines instead.
        levels: the training cities have their own levels; the city left out gets their mean.
    """

    columns: tuple[str, ...]
    straight: bool = False
    levels: bool = False


MODELS = {
    "model": Model((BURDEN, *CONTEXT)),
    "national": Model(()),
    "line": Model((BURDEN,), straight=True),
}


def sample_of(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None,
    columns: Iterable[str] = CONTEXT,
) -> pd.DataFrame:  # fmt: skip
    """Buurten of cities that have every column, so that all models are scored on the same ones; cities with fewer than
    `cities.FEWEST_BUURTEN` of them are left out altogether."""
    sample = select(of_cities(buurten, cities), choices, cut, outcome).dropna(subset=list(columns))
    return sample[sample.groupby("gemeentecode").belasting.transform("size") >= FEWEST_BUURTEN]


def leave_one_city_out(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int, outcome: str | None = None
) -> pd.DataFrame:
    """Predict each big city from the others, beside three naive baselines scored the same way.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.
        cut: fewest inhabitants of a buurt.
        outcome: column; the choices' own when left out.

    Returns:
        Per gemeentecode: `gemeente`, `n`, and R² against the city's own weighted mean (below 0: that mean predicts
        better): `model`, with the training cities' level, and `model_shifted`, with the city's own level ("rangorde");
        the same for the baselines `national` (mean of the training buurten) and `line` (a straight line of burden
        only); `city`, the city's own mean: 0 by construction.
    """
    sample = sample_of(buurten, cities, choices, cut, outcome)
    found = scores(sample, MODELS)
    table = pd.DataFrame({"gemeente": cities.gemeentenaam, "n": sample.groupby("gemeentecode").size()}).loc[found.index]
    for name in MODELS:
        table[name], table[f"{name}_shifted"] = found[name, OWN], found[name, SHIFTED]
    return table.assign(city=0.0).rename_axis("gemeentecode").sort_values("n", ascending=False)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Median, minimum and maximum over the cities of every score: never one pooled figure."""
    return table.drop(columns=["gemeente", "n"]).agg(["median", "min", "max"]).T


def scores(sample: pd.DataFrame, models: Mapping[str, Model]) -> pd.DataFrame:
    """Score models in every city of the sample, each time trained on the other cities, weighted by inhabitants.

    Knots come from the training cities only.

    Args:
        sample: result of `sample_of`.
        models: by name.

    Returns:
        Per gemeentecode, columns (name, `OWN` or `SHIFTED`).
    """
    found = scores_of_many(sample, models, sample[["uitkomst"]].to_numpy(float))
    codes = list(sample.gemeentecode.unique())
    table = pd.DataFrame({key: values[:, 0] for key, values in found.items()}, index=codes)
    return table.rename_axis("gemeentecode")


def scores_of_many(
    sample: pd.DataFrame, models: Mapping[str, Model], outcomes: np.ndarray
) -> dict[tuple[str, str], np.ndarray]:
    """The same for many outcomes of the same buurten at once.

    Args:
        sample: result of `sample_of`.
        models: by name.
        outcomes: shape (n, S).

    Returns:
        Per (name, `OWN` or `SHIFTED`) an array of shape (cities, S), cities in order of appearance.
    """
    cities = [
        _score_city(sample, (sample.gemeentecode == code).to_numpy(), models, outcomes)
        for code in sample.gemeentecode.unique()
    ]
    return {key: np.array([city[key] for city in cities]) for key in cities[0]}


def _score_city(
    sample: pd.DataFrame, unseen: np.ndarray, models: Mapping[str, Model], outcomes: np.ndarray
) -> dict[tuple[str, str], np.ndarray]:
    w = sample.gewicht.to_numpy(float)
    columns = dict.fromkeys(column for model in models.values() if not model.straight for column in model.columns)
    curves = {column: Spline(sample[column].to_numpy()[~unseen]).basis(sample[column])[:, 1:] for column in columns}
    root, out = np.sqrt(w[~unseen])[:, None], {}
    for name, model in models.items():
        parts = [line(sample[column])[:, 1:] if model.straight else curves[column] for column in model.columns]
        levels = [_levels(sample.gemeentecode, w, unseen)] if model.levels else []
        design = np.column_stack([np.ones(len(w)), *parts, *levels])
        coefficients, *_ = np.linalg.lstsq(design[~unseen] * root, outcomes[~unseen] * root, rcond=None)
        residual = outcomes[unseen] - design[unseen] @ coefficients
        out[name, OWN], out[name, SHIFTED] = _r2(outcomes[unseen], residual, w[unseen])
    return out


def _levels(codes: pd.Series, weights: np.ndarray, unseen: np.ndarray) -> np.ndarray:
    """Indicators of the training cities, centred over the training buurten; 0 in the city left out."""
    dummies = pd.get_dummies(codes[~unseen], dtype=float).to_numpy()
    out = np.zeros((len(codes), dummies.shape[1]))
    out[~unseen] = dummies - np.average(dummies, axis=0, weights=weights[~unseen])
    return out


def _r2(y: np.ndarray, residual: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R² against the own mean, with the predicted level and with the own level; shapes (m, S) in, (S,) out."""
    spread = w @ (y - np.average(y, axis=0, weights=w)) ** 2
    shifted = residual - np.average(residual, axis=0, weights=w)
    return 1 - w @ residual**2 / spread, 1 - w @ shifted**2 / spread
