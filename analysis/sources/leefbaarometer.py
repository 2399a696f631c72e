"""Leefbaarometer, scores per buurt (Ministerie van BZK, CC0)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.sources.tables import locate, numbers, read_zipped_csv

FILE = "leefbaarometer/leefbaarometer-scores-buurten-2002-2020.csv.zip"

# Versions 1.0 and 2.0 have no dimensions and other inputs: versions are never mixed.
VERSION = "Leefbaarometer 3.0"
DIMENSIONS = ("fys", "onv", "soc", "vrz", "won")
TOTAL = "afw"


def read(raw: Path) -> pd.DataFrame:
    """Scores of version 3.0.

    Returns:
        One row per buurt and year: `bu_code`, `bu_naam`, `jaar`, and in LBM points the total deviation `afw` from the
        national mean and its five additive parts (`fys`, `onv`, `soc`, `vrz`, `won`; higher is better).

    Raises:
        InvalidInput: when the zip is damaged or a column is missing.
    """
    columns = ["bu_code", "versie", "jaar", "bu_naam", TOTAL, *DIMENSIONS]
    table = read_zipped_csv(locate(raw, FILE), FILE, columns)
    table = table[table.versie == VERSION].drop(columns="versie")
    for column in ("jaar", TOTAL, *DIMENSIONS):
        table[column] = numbers(table[column], FILE)
    return table.astype({"jaar": int})
