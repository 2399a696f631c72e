"""An invented city for the tests of scenarios: a straight or a bending line, without noise where asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.choices import Choices
from analysis.levers.city import City


def small_city(n: int = 60, bend: float = 0.0, noise: float = 0.02, seed: int = 1, code: str = "GM0002") -> City:
    """A city whose `onv` falls with the burden: 0.2 - 0.02 x + bend (x - 12)²."""
    random = np.random.default_rng(seed)
    burden = np.linspace(2, 26, n)
    inhabitants = random.integers(600, 6000, n).astype(float)
    level = 0.2 - 0.02 * burden + bend * (burden - 12) ** 2
    table = pd.DataFrame({
        "buurtnaam": [f"Buurt {number}" for number in range(n)], "wijkcode": [f"WK{code[2:]}{number % 24:02d}" for number in range(n)],
        "gewicht": inhabitants, "inwoners_2024": inhabitants, "belasting": burden, "pct_sociaal_minimum_2017": burden, "pct_laag_inkomen_2017": burden,
        "uitkomst": level + random.normal(0, noise, n), "huishoudens": inhabitants / 2.1, "huishoudens_fout": 0.1,
        "huishoudens_uit": "wijk", "pct_corporatie_2017": np.nan, "woningen_2017": np.nan,
        "misdrijven_log": np.log(30) + 0.03 * burden + random.normal(0, 0.2, n),
    }, index=pd.Index([f"BU{code[2:]}{number:04d}" for number in range(n)], name="buurtcode"))  # fmt: skip
    for year in (2014, 2018, 2020):
        table[f"onv_{year}"] = table.uitkomst + random.normal(0, noise / 2, n)
    return City(
        Choices(gemeente="Proefstad", gemeentecode=code), table.assign(arm=table.huishoudens * table.belasting / 100)
    )
