"""Registered crime per buurt (Politie, through CBS; CC BY 4.0)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.sources.tables import index_by_code, locate, numbers, read_csv

FILE = "cbs/misdrijven-2024-buurten.csv"


def read_2024(raw: Path) -> pd.Series:
    """Registered crimes of all types in 2024, counted where they happened, by buurtcode of 2024."""
    table = read_csv(locate(raw, FILE), FILE, ["WijkenEnBuurten", "GeregistreerdeMisdrijven"])
    table["GeregistreerdeMisdrijven"] = numbers(table.GeregistreerdeMisdrijven, FILE)
    return index_by_code(table, "WijkenEnBuurten", FILE).GeregistreerdeMisdrijven
