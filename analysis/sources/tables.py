"""Reading a publisher's table with care: every column found once, every number a number, every code once."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.errors import InvalidInput

# CBS numbers its columns per table and year (AantalInwoners_5): the stem is the name, the number is not.
CBS_NUMBER = re.compile(r"_\d+$")

# "." stands for missing or suppressed at CBS, "-" for none or unknown at Amsterdam, "NA" at the Leefbaarometer.
MISSING = ("", ".", "-", "NA", "nan", "None")

# What reading a damaged zip, or a workbook (which is one), can raise.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError)

# The national grid of the Netherlands, in metres: every map and point is kept in it.
RD_NEW = "EPSG:28992"

# Tables keep the row numbers of their file (as a spreadsheet shows them): the header is row 1.
FIRST_ROW = 2

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
DUTCH_NUMBER = re.compile(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+|-?\d{1,3}(\.\d{3}){2,}")


def locate(folder: Path, file: str) -> Path:
    """The path of a raw file, or a sentence that says it is missing or empty."""
    path = Path(folder) / file
    if not path.exists():
        raise InvalidInput(
            f"Bestand {file} ontbreekt in {folder}: zet het daar neer, of wijs met --raw de juiste map aan."
        )
    if path.stat().st_size == 0:
        raise InvalidInput(f"Bestand {file} is leeg: haal het opnieuw op bij de uitgever.")
    return path


def read_csv(source: Path | io.BytesIO, file: str, columns: Iterable[str], separator: str = ",") -> pd.DataFrame:
    """Read a CSV as text and keep the named columns.

    Args:
        source: path (a name that ends in .gz is unpacked) or buffer.
        file: name of the file, for messages.
        columns: official names; those of CBS without their number.
        separator: between fields.

    Returns:
        Text columns named as asked, stripped of padding, indexed by the row in the file.

    Raises:
        InvalidInput: when the file is empty, unreadable or cut off, or a column is missing or found twice.
    """
    content = _content(source, file)
    try:
        table = pd.read_csv(io.BytesIO(content), dtype=str, sep=separator, encoding="utf-8-sig", keep_default_na=False)
    except pd.errors.EmptyDataError:
        raise InvalidInput(f"Bestand {file} is leeg: haal het opnieuw op bij de uitgever.") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Bestand {file} is niet te lezen als CSV ({error}): haal het opnieuw op.") from error
    _refuse_short_row(content, file, separator)
    table.index = range(FIRST_ROW, FIRST_ROW + len(table))
    return select(table, file, columns)


def _content(source: Path | io.BytesIO, file: str) -> bytes:
    """The bytes of a file, unpacked where it is gzip; one that was cut off or damaged gives a sentence."""
    if not isinstance(source, Path):
        return source.getvalue()
    if source.suffix != ".gz":
        return source.read_bytes()
    try:
        return gzip.decompress(source.read_bytes())
    except DAMAGED as error:
        raise InvalidInput(f"Bestand {file} is beschadigd of afgekapt ({error}): haal het opnieuw op.") from error


def _refuse_short_row(content: bytes, file: str, separator: str) -> None:
    """A row with fewer fields than the header is where a download broke off; pandas would fill it up in silence."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator)
    width = len(next(rows))
    for row, fields in enumerate(rows, FIRST_ROW):
        if fields and len(fields) < width:
            raise InvalidInput(f"{file}, rij {row}: {len(fields)} velden in plaats van {width}; het bestand is "
                               "afgekapt of beschadigd: haal het opnieuw op.")  # fmt: skip


def read_zipped_csv(path: Path, file: str, columns: Iterable[str]) -> pd.DataFrame:
    """Read the one CSV in a zip; a truncated or damaged zip gives a sentence."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".csv")]
            if len(names) != 1:
                raise InvalidInput(f"Bestand {file} hoort één CSV te bevatten, maar bevat er {len(names)}.")
            return read_csv(io.BytesIO(archive.read(names[0])), f"{file}/{names[0]}", columns)
    except DAMAGED as error:
        raise InvalidInput(f"Bestand {file} is beschadigd of afgekapt ({error}): haal het opnieuw op.") from error


def read_excel(path: Path, file: str, skiprows: int = 0) -> pd.DataFrame:
    """Read a sheet of an .xlsx as text, indexed by the row in the file; a damaged file gives a sentence."""
    try:
        table = pd.read_excel(path, dtype=str, keep_default_na=False, skiprows=skiprows)
    except (*DAMAGED, ValueError, KeyError) as error:
        raise InvalidInput(
            f"Bestand {file} is beschadigd of geen Excel-bestand ({error}): haal het opnieuw op."
        ) from error
    first = FIRST_ROW + skiprows
    return table.set_axis(range(first, first + len(table)))


def select(table: pd.DataFrame, file: str, columns: Iterable[str]) -> pd.DataFrame:
    """Keep the named columns, each matched exactly once on its full name or on its stem before `_NN`."""
    if table.empty:
        raise InvalidInput(f"Bestand {file} heeft geen rijen: haal het opnieuw op bij de uitgever.")
    chosen = {}
    for name in columns:
        hits = [column for column in table.columns if name in (column, CBS_NUMBER.sub("", str(column)))]
        if len(hits) != 1:
            problem = "ontbreekt" if not hits else f"komt {len(hits)} keer voor ({', '.join(map(str, hits))})"
            raise InvalidInput(
                f"Kolom {name!r} {problem} in {file}: is de tabel van een ander jaar, of de kolom hernoemd?"
            )
        chosen[name] = table[hits[0]].astype(str).str.strip()
    return pd.DataFrame(chosen)


def numbers(column: pd.Series, file: str) -> pd.Series:
    """Turn text into numbers; "." and its kin are missing, never 0.

    Raises:
        InvalidInput: on anything else that is no number in the notation 1234.5; Dutch notation is named as such.
    """
    text = column.where(~column.isin(MISSING))
    bad = text.notna() & ~text.fillna("0").str.fullmatch(NUMBER)
    if bad.any():
        row, value = bad.idxmax(), text[bad.idxmax()]
        kind = "een getal in Nederlandse notatie" if DUTCH_NUMBER.fullmatch(value) else "geen getal"
        raise InvalidInput(
            f"{file}, kolom {column.name!r}, rij {row}: {value!r} is {kind}; verwacht wordt 1234.5 (punt als decimaalteken)."
        )
    return pd.to_numeric(text)


def index_by_code(table: pd.DataFrame, column: str, file: str) -> pd.DataFrame:
    """Set a code as index; a code that occurs twice, or is empty, stops the build."""
    codes = table[column]
    wrong = codes.duplicated() | codes.eq("")
    if wrong.any():
        row = wrong.idxmax()
        problem = "komt meer dan één keer voor" if codes[row] else "is leeg"
        raise InvalidInput(f"{file}, rij {row}: code {codes[row]!r} {problem}; elke code hoort één rij te hebben.")
    return table.set_index(column).rename_axis("code")
