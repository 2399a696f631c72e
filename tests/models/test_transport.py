"""Does one city's curve predict another? The score is against the target city's own mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import REFERENCE, Choices
from analysis.measures.sample import select
from analysis.models.response import FOLDS, held_out_r2
from analysis.models.spline import Spline
from analysis.models.transport import transport

SHIFT = 0.25


def city(
    code: str, seed: int, tilt: float = -0.03, level: float = 0.0, noise: float = 0.03, wijken: int = 25
) -> pd.DataFrame:
    """Buurten on a curve that flattens from 12 % on."""
    random = np.random.default_rng(seed)
    n = 150
    x = random.gamma(4, 2.5, n)
    return pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"WK{code[2:]}{number % wijken:02d}" for number in range(n)],
        "inwoners_2017": random.integers(500, 9000, n).astype(float), "pct_sociaal_minimum_2017": x,
        "onv_2018": level + tilt * np.minimum(x, 12) + random.normal(0, noise, n),
    })  # fmt: skip


CITIES = {
    "GM0001": {"seed": 2},  # same curve
    "GM0002": {"seed": 2, "level": SHIFT},  # the same buurten, another level
    "GM0003": {"seed": 3, "tilt": 0.03, "level": -0.6},  # the other way round
    "GM0004": {"seed": 4, "tilt": -0.015},  # half as steep
    "GM0005": {"seed": 5, "wijken": FOLDS - 1},
    "GM0006": {"seed": 5, "wijken": FOLDS},
}
NAMES = pd.DataFrame({"gemeentenaam": ["Amsterdam", "Zelfde", "Hoger", "Omgekeerd", "Vlakker", "Negen", "Tien"]},
                     index=[REFERENCE, *CITIES])  # fmt: skip


@pytest.fixture(scope="module")
def country() -> pd.DataFrame:
    places = [city(REFERENCE, 1), *(city(code, **options) for code, options in CITIES.items())]
    return pd.concat(places, ignore_index=True)


@pytest.fixture(scope="module")
def found(country) -> pd.DataFrame:
    return transport(country, NAMES, Choices())


def test_the_city_of_origin_is_not_judged_by_its_own_curve(found):
    assert list(found.index) == list(CITIES)
    assert found.gemeente.tolist() == NAMES.gemeentenaam.tolist()[1:]
    assert (found.n == 150).all()


def test_a_city_with_the_same_curve_is_predicted_at_its_own_level_and_scale(found):
    same = found.loc["GM0001"]
    assert same.r2_own > 0.8
    assert same.r2_own == pytest.approx(same.r2_shifted, abs=0.02)
    assert same.calibration == pytest.approx(1, abs=0.1)


def test_a_shifted_city_loses_only_the_level(found):
    same, shifted = found.loc["GM0001"], found.loc["GM0002"]
    assert shifted.r2_own < same.r2_own - 0.5
    assert shifted.r2_shifted == pytest.approx(same.r2_shifted)
    assert shifted.calibration == pytest.approx(same.calibration)


def test_a_curve_that_is_worse_than_the_citys_mean_scores_below_zero(found):
    assert found.r2_shifted["GM0003"] < 0
    assert found.r2_own["GM0003"] < 0
    assert found.calibration["GM0003"] == pytest.approx(-1, abs=0.1)


def test_a_city_half_as_steep_has_a_calibration_of_a_half(found):
    assert found.calibration["GM0004"] == pytest.approx(0.5, abs=0.1)


def test_the_scores_equal_the_formula_with_the_targets_own_weighted_mean(country, found):
    """An independent fit: weighted least squares by the normal equations."""
    home, target = (select(country[country.gemeentecode == code], Choices()) for code in (REFERENCE, "GM0002"))
    spline = Spline(home.belasting)
    design, w = spline.basis(home.belasting), home.gewicht.to_numpy()
    coefficients = np.linalg.solve(design.T @ (w[:, None] * design), design.T @ (w * home.uitkomst.to_numpy()))
    error = target.uitkomst - spline.basis(target.belasting) @ coefficients
    weight = target.gewicht / target.gewicht.sum()
    spread = (weight * (target.uitkomst - (weight * target.uitkomst).sum()) ** 2).sum()
    assert found.r2_own["GM0002"] == pytest.approx(1 - (weight * error**2).sum() / spread)
    remaining = (weight * (error - (weight * error).sum()) ** 2).sum()
    assert found.r2_shifted["GM0002"] == pytest.approx(1 - remaining / spread)


def test_the_own_level_never_scores_worse_than_the_origins(found):
    assert (found.r2_shifted >= found.r2_own).all()


def test_a_ceiling_from_unseen_wijken_stands_beside_it(country, found):
    target = select(country[country.gemeentecode == "GM0001"], Choices())
    assert found.within["GM0001"] == held_out_r2(target, Spline(target.belasting).basis, Choices().zaad)


def test_a_city_with_too_few_wijken_to_hold_out_has_no_ceiling(found):
    assert np.isnan(found.within["GM0005"])
    assert np.isfinite(found.within["GM0006"])


def test_another_origin_can_be_asked_for(country):
    turned = transport(country, NAMES, Choices(), origin="GM0003")
    assert "GM0003" not in turned.index
    assert turned.r2_shifted[REFERENCE] < 0
