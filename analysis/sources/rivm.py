"""Gezondheid per wijk en buurt 2020 (RIVM, GGD and CBS, table 50120NED; CC BY 4.0).

These are small-area model estimates that borrow from demography: they describe, and prove nothing about composition.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.sources.tables import index_by_code, locate, numbers, read_excel, select

FILE = "cbs/rivm-gezondheid-2020-18plus.xlsx"
TEXTS = ("WijkenEnBuurten", "Gemeentenaam", "SoortRegio")
FIGURES = (
    "MatigVeelRegieOverEigenLeven", "MatigHoogRisicoOpAngstOfDepressie", "Eenzaam", "Vrijwilligerswerk",
    "Mantelzorger", "MoeiteMetRondkomen",
)  # fmt: skip


def read(raw: Path) -> pd.DataFrame:
    """Estimates of 2020 for persons of 18 and over, by code of 2020, in % of persons; with `Gemeentenaam`."""
    table = select(read_excel(locate(raw, FILE), FILE), FILE, [*TEXTS, *FIGURES])
    for column in FIGURES:
        table[column] = numbers(table[column], FILE)
    return index_by_code(table, "WijkenEnBuurten", FILE)
