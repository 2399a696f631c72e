"""Characteristics of the sitting residents, in the blocks that the research design names beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Characteristic:
    """A context characteristic: its column, Dutch label, unit, and the block it belongs to."""

    column: str
    label: str
    unit: str
    block: str


CHARACTERISTICS = (
    Characteristic("pct_65plus_2017", "65-plussers", "% van de inwoners", "levensfase"),
    Characteristic("pct_midden_2017", "middeninkomens", "% van de huishoudens", "inkomensmix"),
    Characteristic("pct_hoogste20_2017", "hoge inkomens", "% van de huishoudens", "inkomensmix"),
    Characteristic("dichtheid_log", "bevolkingsdichtheid", "log inwoners per km²", "dichtheid en woningwaarde"),
    Characteristic("woz_log", "woningwaarde (WOZ)", "log duizend euro", "dichtheid en woningwaarde"),
)
TENURE = (
    Characteristic("pct_corporatie_2017", "corporatiewoningen", "% van de woningen", "eigendom"),
    Characteristic("pct_koop_2017", "koopwoningen", "% van de woningen", "eigendom"),
)

# Two characteristics that correlate above this can't be told apart (research design, 4A).
INSEPARABLE = 0.7


def add(buurten: pd.DataFrame) -> pd.DataFrame:
    """Add the derived characteristics: share of middle incomes, and logs of density and WOZ value."""
    return buurten.assign(
        pct_midden_2017=100 - buurten.pct_laagste40_2017 - buurten.pct_hoogste20_2017,
        dichtheid_log=np.log(buurten.dichtheid_2017.where(buurten.dichtheid_2017 > 0)),
        woz_log=np.log(buurten.woz_2017.where(buurten.woz_2017 > 0)),
    )


# A characteristic that fewer buurten have is left out: its association could not be told.
FEWEST_BUURTEN = 20


def available(table: pd.DataFrame) -> list[Characteristic]:
    """The characteristics that enough buurten have; tenure is known in Amsterdam only."""
    return [item for item in (*CHARACTERISTICS, *TENURE) if table[item.column].notna().sum() >= FEWEST_BUURTEN]
