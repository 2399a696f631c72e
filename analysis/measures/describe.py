"""What a city's buurten look like: weighted means, and where the lowest and highest tenth lie."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import Choices
from analysis.measures import context

TENTHS = (0.1, 0.5, 0.9)


def describe(groups: dict[str, pd.DataFrame], choices: Choices) -> pd.DataFrame:
    """Lay groups of buurten side by side.

    Args:
        groups: samples (`measures.sample.select`) by name.
        choices: settled choices, for the income measure and the outcome.

    Returns:
        Per figure and group: `kenmerk`, `eenheid`, `groep`, `gemiddelde` (weighted by inhabitants), `p10`, `p50`, `p90`
        (over buurten) and `n`.
    """
    figures = [("belasting", choices.income.label, choices.income.unit),
               ("uitkomst", "overlast en onveiligheid (onv)", choices.outcome.unit),
               ("pct_65plus_2017", "65-plussers", "% van de inwoners"),
               *((item.column, item.label, item.unit) for item in context.CHARACTERISTICS[1:3]),
               ("dichtheid_2017", "bevolkingsdichtheid", "inwoners per km²"),
               ("woz_2017", "woningwaarde (WOZ)", "duizend euro")]  # fmt: skip
    rows = [
        {"kenmerk": dutch.sentence_case(label), "eenheid": unit, "groep": group, **_summary(table, column)}
        for column, label, unit in figures for group, table in groups.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _summary(table: pd.DataFrame, column: str) -> dict[str, float]:
    known = table.dropna(subset=column)
    low, middle, high = known[column].quantile(list(TENTHS))
    mean = float(np.average(known[column], weights=known.gewicht))
    return {"gemiddelde": mean, "p10": low, "p50": middle, "p90": high, "n": len(known)}
