"""Registered crime per buurt and per gemeente, 2021 to 2025 (Politie, table 47022NED through CBS; CC BY 4.0).

All types of crime together, the months of a year added up, counted where they happened. The table has a row for the total
and rows for its parts; only the total is used, and the gemeenten's own totals are there to show that it was.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.sources.tables import index_by_code, locate, numbers, read_csv

FILE = "politie/misdrijven-2021-2025-buurten.csv.gz"
FILE_GEMEENTEN = "politie/misdrijven-2021-2025-gemeenten.csv"

# 2025 is provisional: the police still corrects it.
YEARS = (2021, 2022, 2023, 2024, 2025)
COLUMNS = tuple(f"misdrijven_{year}" for year in YEARS)


def read(raw: Path) -> pd.DataFrame:
    """Registered crimes of all types by buurtcode of 2024, a column per year (`COLUMNS`); missing is not 0."""
    return _read(raw, FILE, "buurtcode", list(COLUMNS))


def read_gemeenten(raw: Path) -> pd.DataFrame:
    """The same by gemeentecode of 2024, as the publisher counts the gemeente itself, with `inwoners_2024`."""
    return _read(raw, FILE_GEMEENTEN, "gemeentecode", ["inwoners_2024", *COLUMNS])


def _read(raw: Path, file: str, key: str, figures: list[str]) -> pd.DataFrame:
    table = read_csv(locate(raw, file), file, [key, *figures])
    for column in figures:
        table[column] = numbers(table[column], file)
    return index_by_code(table, key, file)
