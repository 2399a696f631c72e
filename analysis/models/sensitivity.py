"""How the slope of one city moves with the choices behind it."""

from __future__ import annotations

import dataclasses

import pandas as pd

from analysis import dutch
from analysis.choices import INCOME_MEASURES, YEARS, Choices
from analysis.measures.sample import REGISTER_CUT, one_city, select
from analysis.models.response import slope
from analysis.models.wls import weighted_sd


def slopes(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """The slope of one city, one choice changed at a time.

    Args:
        buurten: of one city.
        choices: the central choices.

    Returns:
        Per variant: `variant`, `value`, `low`, `high` per ten percentage points, `standardised` (in standard deviations
        of burden and outcome, to compare income measures with), `n`, and `errors`.
    """
    one_city(buurten, "Een helling")
    variants = {"Zoals in de figuur": (choices, {})}
    variants[f"Buurten vanaf {REGISTER_CUT} inwoners"] = (
        dataclasses.replace(choices, ondergrens=REGISTER_CUT),
        {},
    )
    variants["Elke buurt telt even zwaar"] = (choices, {"weighted": False})
    variants["Fouten per wijk"] = (choices, {"errors": "wijk"})
    for year in YEARS:
        if year != choices.peiljaar:
            variants[f"Leefbaarometer {year}"] = (dataclasses.replace(choices, peiljaar=year), {})
    for measure, income in INCOME_MEASURES.items():
        if measure != choices.inkomensmaat:
            variants[dutch.sentence_case(income.label)] = (
                dataclasses.replace(choices, inkomensmaat=measure),
                {},
            )
    return pd.DataFrame([{"variant": name, **_row(buurten, *variant)} for name, variant in variants.items()])


def _row(buurten: pd.DataFrame, choices: Choices, options: dict[str, object]) -> dict[str, object]:
    sample = select(buurten, choices)
    found = slope(sample, **options)
    weights = sample.gewicht if options.get("weighted", True) else None
    spread = [weighted_sd(sample[column], weights) for column in ("belasting", "uitkomst")]
    return {"value": 10 * found.value, "low": 10 * found.low, "high": 10 * found.high,
            "standardised": found.value * spread[0] / spread[1], "n": found.n, "errors": found.errors}  # fmt: skip
