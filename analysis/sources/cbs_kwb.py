"""CBS Kerncijfers wijken en buurten (CC BY 4.0): the table of 2017, and inhabitants and names of 2024."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.sources.tables import index_by_code, locate, numbers, read_csv

FILE_2017 = "cbs/83765NED-kwb-2017.csv"
FILE_INHABITANTS_2024 = "cbs/85984NED-inwoners-2024.csv"
FILE_NAMES_2024 = "cbs/85984NED-buurtnamen-2024.csv"

TEXTS = ("WijkenEnBuurten", "Gemeentenaam", "SoortRegio")
FIGURES = (
    "AantalInwoners", "k_65JaarOfOuder", "WestersTotaal", "NietWestersTotaal", "Bevolkingsdichtheid",
    "GemiddeldeWoningwaarde", "GemiddeldInkomenPerInwoner", "k_40HuishoudensMetLaagsteInkomen",
    "k_20HuishoudensMetHoogsteInkomen", "HuishoudensMetEenLaagInkomen", "HuishOnderOfRondSociaalMinimum",
)  # fmt: skip


def read_2017(raw: Path) -> pd.DataFrame:
    """Table 83765NED, every region.

    Returns:
        Indexed by code (NL00, GM…, WK…, BU…): `Gemeentenaam`, `SoortRegio` and the figures under CBS's own names,
        counts in persons, shares in % of households, WOZ value and incomes in thousands of euros.
    """
    table = read_csv(locate(raw, FILE_2017), FILE_2017, [*TEXTS, *FIGURES])
    for column in FIGURES:
        table[column] = numbers(table[column], FILE_2017)
    return index_by_code(table, "WijkenEnBuurten", FILE_2017)


def read_inhabitants_2024(raw: Path) -> pd.Series:
    """Inhabitants on 1 January 2024 by buurtcode of 2024."""
    table = read_csv(locate(raw, FILE_INHABITANTS_2024), FILE_INHABITANTS_2024, ["nhood_id", "population"])
    table["population"] = numbers(table.population, FILE_INHABITANTS_2024)
    return index_by_code(table, "nhood_id", FILE_INHABITANTS_2024).population


def read_names_2024(raw: Path) -> pd.Series:
    """Names of buurten by buurtcode of 2024."""
    table = read_csv(locate(raw, FILE_NAMES_2024), FILE_NAMES_2024, ["Identifier", "Title"])
    return index_by_code(table, "Identifier", FILE_NAMES_2024).Title
