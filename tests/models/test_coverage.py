"""Does the count of coverage count what it says? On pools that are known, and on the real one where theory is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.choices import REFERENCE
from analysis.models import coverage
from analysis.models.cities import Pooled

MEAN, ERROR, TAU = -0.02, 0.004, 0.006


def slopes(n: int = 25, error: float = ERROR) -> pd.DataFrame:
    """Errors of cities, the reference among them; their mean value is `MEAN`."""
    value = MEAN + np.linspace(-0.01, 0.01, n)
    codes = [REFERENCE, *(f"GM{number:04d}" for number in range(1, n))]
    return pd.DataFrame({"value": value, "error_hc3": error * np.linspace(0.7, 1.3, n)}, index=codes)


def told(monkeypatch: pytest.MonkeyPatch, limits: tuple[float, float], new: tuple[float, float]) -> None:
    """Let every pool give these intervals."""
    monkeypatch.setattr(coverage, "pool", lambda table: Pooled(0.0, *limits, 0.0, *new, len(table)))


@pytest.mark.parametrize(("error", "tau"), [(TAU / 4, TAU), (ERROR, 3 * ERROR)])
def test_where_cities_differ_more_than_their_errors_both_intervals_cover_about_95_percent(error, tau):
    """Where errors are larger than the spread, an interval of this kind covers less; that is what it is counted for."""
    found = coverage.pooled(slopes(error=error), tau, seed=1, draws=600)
    assert 0.92 < found["gemiddelde"] < 0.98
    assert 0.92 < found["nieuwe_stad"] < 0.98


def test_an_interval_that_holds_everything_or_nothing_is_counted_so(monkeypatch):
    told(monkeypatch, (-np.inf, np.inf), (1.0, 2.0))
    assert coverage.pooled(slopes(), TAU, 1, 20) == {"gemiddelde": 1, "nieuwe_stad": 0}
    told(monkeypatch, (1.0, 2.0), (-np.inf, np.inf))
    assert coverage.pooled(slopes(), TAU, 1, 20) == {"gemiddelde": 0, "nieuwe_stad": 1}


def test_the_mean_to_cover_is_the_known_one(monkeypatch):
    told(monkeypatch, (MEAN - 1e-9, MEAN + 1e-9), (MEAN - 1.96 * TAU, MEAN + 1.96 * TAU))
    found = coverage.pooled(slopes(), TAU, 1, 1000)
    assert found["gemiddelde"] == 1
    assert found["nieuwe_stad"] == pytest.approx(0.95, abs=0.02)


def test_the_new_city_was_not_among_those_measured(monkeypatch):
    """The range of nine exchangeable cities holds a tenth in 8 of 10 cases; it would hold its own always."""
    monkeypatch.setattr(
        coverage, "pool", lambda table: Pooled(0, 0, 0, 0, table.value.min(), table.value.max(), len(table))
    )
    found = coverage.pooled(slopes(9, error=1e-9), TAU, 1, 2000)
    assert found["nieuwe_stad"] == pytest.approx(0.8, abs=0.03)


def test_slopes_are_measured_with_the_errors_that_the_cities_have(monkeypatch):
    seen = []
    monkeypatch.setattr(coverage, "pool", lambda table: seen.append(table) or Pooled(0, 0, 0, 0, 0, 0, len(table)))
    table = slopes()
    coverage.pooled(table, TAU, 1, 1000)
    measured = np.array([one.value for one in seen])
    np.testing.assert_allclose(measured.std(axis=0), np.hypot(TAU, table.error_hc3), rtol=0.1)
    np.testing.assert_allclose(measured.mean(axis=0), MEAN, atol=5 * np.hypot(TAU, 2 * ERROR) / np.sqrt(1000))
    assert all((one.error_hc3 == table.error_hc3).all() for one in seen)


def test_errors_that_are_told_too_small_are_found_out(monkeypatch):
    """A pool that believes a quarter of the errors, and no spread between cities, covers far less."""
    real = coverage.pool
    monkeypatch.setattr(coverage, "pool", lambda table: real(table.assign(value=MEAN + (table.value - MEAN) * 3)))
    assert coverage.pooled(slopes(), 0.0, 1, 200)["nieuwe_stad"] > 0.99
    monkeypatch.setattr(
        coverage, "pool", lambda table: real(table.assign(value=MEAN + (table.value - MEAN) / 3 + 0.003))
    )
    assert coverage.pooled(slopes(), TAU, 1, 200)["gemiddelde"] < 0.2


def test_the_same_seed_gives_the_same_shares_and_another_seed_others():
    first, same, other = (coverage.pooled(slopes(), TAU, seed, 60) for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_the_table_is_left_alone():
    table = slopes()
    copy = table.copy()
    coverage.pooled(table, TAU, 1, 5)
    pd.testing.assert_frame_equal(table, copy)


def test_a_city_like_the_others_is_called_another_about_one_time_in_twenty():
    table = slopes(error=TAU / 4)
    assert 0.02 < coverage.called_another(table, TAU, TAU / 2, seed=1, draws=600) < 0.09


def test_a_city_whose_error_is_left_out_is_called_another_more_often(monkeypatch):
    table = slopes(error=TAU / 4)
    monkeypatch.setattr(Pooled, "reach_for", lambda self, error: (self.new_low, self.new_high))
    assert coverage.called_another(table, TAU, TAU, seed=1, draws=600) > 0.12
