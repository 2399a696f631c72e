"""What goes with the outcome at equal burden, where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.context import INSEPARABLE, Characteristic
from analysis.models.context import at_equal_burden

AGE = Characteristic("ouderen", "65-plussers", "%", "levensfase")
EFFECT, NOISE = 0.01, 0.03


def invent(seed: int = 1, effect: float = EFFECT, n: int = 400, wijken: int = 80) -> pd.DataFrame:
    """Burden bends the outcome; the characteristic goes with the burden in a curved way, and adds to the outcome."""
    random = np.random.default_rng(seed)
    x = random.gamma(4, 2.5, n)
    age = 20 - 0.04 * (x - 8) ** 2 - 0.3 * x + random.normal(0, 4, n)
    outcome = 0.3 - 0.03 * np.minimum(x, 12) + effect * age + random.normal(0, NOISE, n)
    return pd.DataFrame({
        "wijkcode": [f"WK{number % wijken:03d}" for number in range(n)], "gewicht": random.lognormal(7.5, 0.7, n),
        "belasting": x, "uitkomst": outcome, "ouderen": age,
    })  # fmt: skip


def weighted_sd(values: pd.Series, weights: pd.Series) -> float:
    centre = (values * weights).sum() / weights.sum()
    return float(np.sqrt((weights * (values - centre) ** 2).sum() / weights.sum()))


@pytest.mark.parametrize("seed", range(5))
def test_a_known_association_is_found_under_a_curved_burden(seed):
    sample = invent(seed)
    truth = EFFECT * weighted_sd(sample.ouderen, sample.gewicht) / weighted_sd(sample.uitkomst, sample.gewicht)
    found = at_equal_burden(sample, [AGE]).loc["65-plussers"]
    assert found.value == pytest.approx(truth, abs=0.05)
    assert found.low - 0.02 < truth < found.high + 0.02
    assert found.high - found.low < 0.2


def test_without_an_association_the_interval_covers_zero_nearly_always():
    """A straight line for the burden would take its bend for the characteristic."""
    found = [at_equal_burden(invent(seed, effect=0.0), [AGE]).iloc[0] for seed in range(30)]
    assert sum(one.low <= 0 <= one.high for one in found) >= 25
    assert abs(np.mean([one.value for one in found])) < 0.02


def test_an_outcome_where_higher_is_less_safe_is_mirrored_exactly():
    sample = invent()
    straight, mirrored = (at_equal_burden(sample, [AGE], higher_is_safer=side) for side in (True, False))
    assert mirrored.value.tolist() == (-straight.value).tolist()
    assert mirrored.low.tolist() == (-straight.high).tolist()
    assert mirrored.high.tolist() == (-straight.low).tolist()
    assert mirrored[["n", "correlation", "separable"]].equals(straight[["n", "correlation", "separable"]])


def test_the_units_do_not_matter():
    sample = invent()
    other = sample.assign(ouderen=sample.ouderen / 100 + 7, uitkomst=1000 * sample.uitkomst)
    before, after = at_equal_burden(sample, [AGE]), at_equal_burden(other, [AGE])
    pd.testing.assert_frame_equal(before, after, rtol=1e-6)


def with_correlation(sample: pd.DataFrame, wanted: float) -> pd.DataFrame:
    """A characteristic whose weighted correlation with the burden is exactly what is wanted."""
    w = sample.gewicht / sample.gewicht.sum()

    def unit(values: pd.Series) -> pd.Series:
        centred = values - (w * values).sum()
        return centred / np.sqrt((w * centred**2).sum())

    x, free = unit(sample.belasting), unit(sample.ouderen)
    rest = unit(free - (w * free * x).sum() * x)
    return sample.assign(ouderen=wanted * x + np.sqrt(1 - wanted**2) * rest)


@pytest.mark.parametrize(
    ("correlation", "separable"),
    [(0.0, True), (INSEPARABLE - 0.001, True), (INSEPARABLE + 0.001, False), (0.001 - INSEPARABLE, True),
     (-0.001 - INSEPARABLE, False)],
)  # fmt: skip
def test_above_a_correlation_of_seven_tenths_the_two_cannot_be_told_apart(correlation, separable):
    found = at_equal_burden(with_correlation(invent(), correlation), [AGE]).iloc[0]
    assert found.correlation == pytest.approx(correlation, abs=1e-9)
    assert found.separable == separable


def test_the_limit_is_that_of_the_research_design():
    assert INSEPARABLE == 0.7


def test_a_buurt_without_the_characteristic_is_left_out_of_that_one_only():
    sample = invent()
    sample["hoog"] = sample.ouderen[::2] * 2
    other = Characteristic("hoog", "hoge inkomens", "%", "inkomensmix")
    found = at_equal_burden(sample, [AGE, other])
    assert found.n.to_dict() == {"65-plussers": 400, "hoge inkomens": 200}
    pd.testing.assert_series_equal(
        found.loc["hoge inkomens"], at_equal_burden(sample[::2], [other]).loc["hoge inkomens"]
    )


def test_each_characteristic_stands_on_its_own():
    sample = invent()
    sample["tweede"] = sample.ouderen + np.random.default_rng(9).normal(0, 1, len(sample))
    twin = Characteristic("tweede", "tweeling", "%", "levensfase")
    alone, together = at_equal_burden(sample, [AGE]), at_equal_burden(sample, [AGE, twin])
    pd.testing.assert_series_equal(alone.loc["65-plussers"], together.loc["65-plussers"])


def test_buurten_of_one_wijk_do_not_count_as_separate_evidence():
    """Every buurt four times, in its own wijk: the clustered interval must not halve."""
    sample = invent(n=100, wijken=100)
    fourfold = pd.concat([sample] * 4)
    once, four = (at_equal_burden(table, [AGE]).iloc[0] for table in (sample, fourfold))
    assert four.high - four.low == pytest.approx(once.high - once.low, rel=0.15)
