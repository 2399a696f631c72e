"""The decomposition of a city's difference: it adds up, and each term is alone where only that part differs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.choices import REFERENCE, Choices
from analysis.models.decomposition import (
    BURDEN,
    DIFFERENCE,
    LEVEL,
    REFERENCE_BURDEN,
    REFERENCE_SIZE,
    SHAPE,
    SIZE,
    TERMS,
    common_spline,
    decompose,
)

CUT = 500
OTHER = "GM0002"
NAMES = pd.DataFrame({"gemeentenaam": ["Amsterdam", "Ander"]}, index=[REFERENCE, OTHER])


def composition(code: str, seed: int, scale: float = 1.0, larger: float = 1.0, n: int = 150) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"{code}{number % 30}" for number in range(n)],
        "inwoners_2017": larger * random.lognormal(7.6, 0.5, n).clip(CUT),
        "pct_sociaal_minimum_2017": scale * random.gamma(4, 3.5, n),
    })  # fmt: skip


def two(
    scale: float = 1.0, larger: float = 1.0, steeper: float = 1.0, lift: float = 0.0, size: float = 0.02,
    noise: float = 0.0, seed: int = 1, bend: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """The reference and a city that is the same, save for what is asked; the curve lies in the common basis."""
    buurten = pd.concat([composition(REFERENCE, 7), composition(OTHER, 7, scale, larger)], ignore_index=True)
    curve = truth_of(buurten)
    other = (buurten.gemeentecode == OTHER).to_numpy()
    burden = buurten.pct_sociaal_minimum_2017.to_numpy()
    shape = curve(burden) if bend else -0.01 * (burden - REFERENCE_BURDEN)
    outcome = np.where(other, steeper, 1) * shape + np.where(other, lift, 0) + 0.1
    outcome = outcome + size * np.log(buurten.inwoners_2017 / REFERENCE_SIZE)
    return buurten.assign(onv_2018=outcome + np.random.default_rng(seed).normal(0, 1, len(buurten)) * noise)


def truth_of(buurten: pd.DataFrame) -> Callable[[np.ndarray], np.ndarray]:
    """A bent, falling curve in the common basis, 0 at the reference burden."""
    spline = common_spline(buurten.assign(belasting=buurten.pct_sociaal_minimum_2017))
    grid = np.linspace(1, 25, 200)
    wanted, *_ = np.linalg.lstsq(spline.basis(grid), 0.3 - 0.02 * grid + 0.0004 * grid**2, rcond=None)
    return lambda x: (spline.basis(x) - spline.basis(np.array([REFERENCE_BURDEN]))) @ wanted


def terms(buurten: pd.DataFrame) -> pd.Series:
    return decompose(buurten, NAMES, Choices(), CUT).set_index("term").value


def test_the_terms_sum_to_the_difference_in_weighted_means():
    buurten = two(scale=0.7, larger=1.5, steeper=1.4, lift=0.03, noise=0.05)
    found = terms(buurten)
    by_city = buurten.groupby("gemeentecode")
    means = {code: np.average(part.onv_2018, weights=part.inwoners_2017) for code, part in by_city}
    assert found[DIFFERENCE] == pytest.approx(means[OTHER] - means[REFERENCE], abs=1e-10)
    assert found[list(TERMS)].sum() == pytest.approx(found[DIFFERENCE], abs=1e-10)


@pytest.mark.parametrize("bend", [True, False])
@pytest.mark.parametrize(
    ("change", "term"),
    [({"scale": 0.6}, BURDEN), ({"steeper": 1.5}, SHAPE), ({"lift": 0.04}, LEVEL), ({"larger": 2.0}, SIZE)],
)
def test_only_the_term_that_differs_is_not_zero(change, term, bend):
    found = terms(two(**change, bend=bend))
    assert abs(found[term]) > 0.005
    assert found[term] == pytest.approx(found[DIFFERENCE], abs=1e-9)
    assert found.drop([term, DIFFERENCE]).abs().max() < 1e-9


def test_equal_cities_do_not_differ():
    assert terms(two()).abs().max() < 1e-9


def test_the_terms_have_their_planted_size():
    found = terms(two(scale=0.6, larger=2.0, lift=0.04))
    same_size = terms(two(scale=0.6))
    assert found[LEVEL] == pytest.approx(0.04, abs=1e-9)
    assert found[SIZE] == pytest.approx(0.02 * np.log(2.0), abs=1e-9)
    assert found[BURDEN] == pytest.approx(same_size[BURDEN], abs=1e-9)


def test_the_burden_is_read_along_the_curve_of_the_reference():
    """The city's own curve, three times as steep, may not enter the term of the burden."""
    assert terms(two(scale=0.6, steeper=3.0))[BURDEN] == pytest.approx(terms(two(scale=0.6))[BURDEN], abs=1e-9)


def test_the_intervals_cover_their_truths_nominally():
    """75 draws of the reference, each beside four draws of the city: 300 intervals a term."""
    clean = two(0.7, 1.5, 1.4, 0.03)
    codes = [OTHER, *(f"GM{number:04d}" for number in range(11, 14))]
    copies = [clean[clean.gemeentecode == OTHER].assign(gemeentecode=code) for code in codes]
    everything = pd.concat([clean[clean.gemeentecode == REFERENCE], *copies], ignore_index=True)
    names = pd.DataFrame({"gemeentenaam": [REFERENCE, *codes]}, index=[REFERENCE, *codes])
    truth = decompose(everything, names, Choices(), CUT).value
    random, inside = np.random.default_rng(1), []
    for _ in range(75):
        noisy = everything.assign(onv_2018=everything.onv_2018 + random.normal(0, 0.04, len(everything)))
        found = decompose(noisy, names, Choices(), CUT)
        inside.append(((found.low <= truth) & (truth <= found.high)).groupby(found.term).mean())
    covered = pd.DataFrame(inside).mean()
    assert covered.between(0.90, 0.99).all(), covered


def test_a_lone_heavily_burdened_buurt_does_not_blow_up_the_errors():
    buurten = two(scale=0.4, noise=0.04)
    index = buurten.index[buurten.gemeentecode == OTHER][0]
    buurten.loc[index, "pct_sociaal_minimum_2017"] = 25.0
    found = decompose(buurten, NAMES, Choices(), CUT).set_index("term")
    assert found.error[DIFFERENCE] < 0.02


def test_any_outcome_and_every_city_but_the_reference_and_the_tiny_ones():
    third = composition("GM0003", 3).iloc[:9].assign(onv_2018=0.1)
    buurten = pd.concat([two(noise=0.04), third], ignore_index=True).assign(fys_2018=lambda table: 2 * table.onv_2018)
    names = pd.concat([NAMES, pd.DataFrame({"gemeentenaam": ["Klein"]}, index=["GM0003"])])
    plain, other = (decompose(buurten, names, Choices(), CUT, outcome) for outcome in (None, "fys_2018"))
    assert plain.gemeentecode.unique().tolist() == [OTHER]
    assert other.value.to_numpy() == pytest.approx(2 * plain.value.to_numpy())
    assert other.error.to_numpy() == pytest.approx(2 * plain.error.to_numpy())
