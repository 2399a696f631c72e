"""Schemas of the dataset's tables, derived from the one description of the data: `data/datapackage.json`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.errors
from frictionless import Schema
from pandera.errors import SchemaErrorReason
from pandera.io.pandas_io import from_frictionless_schema
from pandera.pandas import DataFrameSchema

from analysis.errors import InvalidInput
from analysis.paths import DATA

DESCRIPTION = "datapackage.json"

# With these failures pandera gives the name of a column where it otherwise gives rows and values.
MISPLACED = {
    SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME: "ontbreekt",
    SchemaErrorReason.COLUMN_NOT_IN_SCHEMA: "staat niet in de beschrijving",
}


def describe(folder: Path = DATA) -> dict[str, Any]:
    """The data package as plain data."""
    path = folder / DESCRIPTION
    if not path.exists():
        raise InvalidInput(f"De beschrijving {path} ontbreekt: haal haar terug met `git checkout data/{DESCRIPTION}`.")
    return json.loads(path.read_text(encoding="utf-8"))


def resource(name: str, folder: Path = DATA) -> dict[str, Any]:
    """The description of one table or map."""
    resources = {item["name"]: item for item in describe(folder)["resources"]}
    if name not in resources:
        raise InvalidInput(f"Tabel {name!r} staat niet in {DESCRIPTION}; er zijn: {', '.join(sorted(resources))}.")
    return resources[name]


@cache
def of_table(name: str, folder: Path = DATA) -> DataFrameSchema:
    """The pandera schema of a table."""
    return from_frictionless_schema(Schema.from_descriptor(resource(name, folder)["schema"]))


def check(table: pd.DataFrame, name: str, folder: Path = DATA) -> pd.DataFrame:
    """Check a table against its schema, every column in place.

    Args:
        table: columns in the order of the schema, key columns included.
        name: of the table in the data package.
        folder: where the data package lies.

    Returns:
        The table with the types of the schema.

    Raises:
        InvalidInput: with the first column, row and value that break it.
    """
    try:
        return of_table(name, folder).validate(table)
    except (pandera.errors.SchemaError, pandera.errors.SchemaErrors) as error:
        raise InvalidInput(f"Tabel {name!r} klopt niet met {DESCRIPTION}: {_explain(error)}") from error


def _explain(error: pandera.errors.SchemaError | pandera.errors.SchemaErrors) -> str:
    """Column, row and value of the first failure, in a sentence."""
    if isinstance(error, pandera.errors.SchemaErrors):
        error = error.schema_errors[0]
    cases = error.failure_cases
    if error.reason_code in MISPLACED:
        return f"kolom {cases!r} {MISPLACED[error.reason_code]}."
    if not isinstance(cases, pd.DataFrame) or cases.empty:
        return str(error).splitlines()[0]
    first = cases.astype(object).iloc[0]
    column = getattr(error.schema, "name", None) or "?"
    where = f"rij {first['index']}" if pd.notna(first.get("index")) else "de tabel"
    return f"kolom {column!r}, {where}: {first['failure_case']!r} voldoet niet aan {error.check!s}."
