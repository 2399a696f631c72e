"""Checks on the raw figures that stop the build, each with file, row and value."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.errors import InvalidInput

# The national row of KWB 2017 as CBS published it: if it differs, the file is another table or was damaged.
NATIONAL_2017 = {
    "AantalInwoners": 17_081_507.0,
    "HuishoudensMetEenLaagInkomen": 7.9,
    "HuishOnderOfRondSociaalMinimum": 7.2,
}

# The published scores carry 15 digits; their sum holds to 9e-16. More than this is a wrong column, not rounding.
IDENTITY_TOLERANCE = 1e-9


def additive_identity(scores: pd.DataFrame, file: str, total: str, parts: Iterable[str]) -> None:
    """The total deviation is the sum of its dimensions, on every row that has them."""
    error = (scores[list(parts)].sum(axis=1, skipna=False) - scores[total]).abs()
    wrong = error > IDENTITY_TOLERANCE
    if wrong.any():
        row = error.idxmax()
        raise InvalidInput(
            f"{file}, rij {row} ({scores.bu_code[row]}, {scores.jaar[row]}): {total} = {scores[total][row]:.6f}, maar de "
            f"dimensies tellen op tot een verschil van {error[row]:.6f}; de kolommen horen niet bij elkaar."
        )


def one_row_per(table: pd.DataFrame, file: str, columns: list[str]) -> None:
    """No combination of these columns occurs twice."""
    double = table.duplicated(columns)
    if double.any():
        row = double.idxmax()
        raise InvalidInput(f"{file}, rij {row}: {tuple(table.loc[row, columns])} komt meer dan één keer voor.")


def national_row(kwb: pd.DataFrame, file: str) -> None:
    """The row of the Netherlands is the published one."""
    if "NL00" not in kwb.index:
        raise InvalidInput(f"{file}: de rij van Nederland (NL00) ontbreekt.")
    for column, published in NATIONAL_2017.items():
        found = kwb.at["NL00", column]
        if found != published:
            raise InvalidInput(f"{file}, rij NL00: {column} is {found}, maar CBS publiceerde {published}.")


def shares(table: pd.DataFrame, file: str, columns: Iterable[str]) -> None:
    """Every share lies between 0 and 100 %."""
    for column in columns:
        wrong = (table[column] < 0) | (table[column] > 100)
        if wrong.any():
            row = wrong.idxmax()
            raise InvalidInput(f"{file}, rij {row}: {column} is {table.at[row, column]}, buiten 0 tot 100 procent.")


def counts(table: pd.DataFrame, file: str, columns: Iterable[str]) -> None:
    """No count lies below 0."""
    for column in columns:
        wrong = table[column] < 0
        if wrong.any():
            row = wrong.idxmax()
            raise InvalidInput(f"{file}, rij {row}: {column} is {table.at[row, column]}; een aantal is 0 of meer.")


def all_present(found: Iterable[str], expected: Iterable[str], file: str, what: str) -> None:
    """No expected code is missing."""
    missing = sorted(set(expected) - set(found))
    if missing:
        raise InvalidInput(f"{file}: {len(missing)} {what} ontbreken, te beginnen met {missing[0]}.")
