"""A raw file that is not what it should be stops the build: which file, which row, which value."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rawfiles
from hypothesis import given
from hypothesis import strategies as st

from analysis.dataset.build import read_raw
from analysis.errors import InvalidInput
from analysis.sources import amsterdam, cbs_kwb, cbs_map, leefbaarometer, politie, rivm, tables


@dataclass(frozen=True)
class Source:
    """A raw file, the function that reads it, and the columns to break (as they are called in the file)."""

    file: str
    read: Callable[[Path], Any]
    column: str
    number: str | None = None
    code: str | None = None
    first_row: int = 2  # row of the file that holds the first record

    def __str__(self) -> str:
        return Path(self.file).name

    @property
    def asked(self) -> str:
        """The column under the name that the project asks for: those of CBS and RIVM without their number."""
        numbered = self.file in (cbs_kwb.FILE_2017, rivm.FILE)
        return self.column.rpartition("_")[0] if numbered else self.column


SOURCES = [
    Source(leefbaarometer.FILE, leefbaarometer.read, "onv", "onv"),
    Source(
        cbs_kwb.FILE_2017,
        cbs_kwb.read_2017,
        "HuishOnderOfRondSociaalMinimum_73",
        "AantalInwoners_5",
        "WijkenEnBuurten",
    ),
    Source(cbs_kwb.FILE_INHABITANTS_2024, cbs_kwb.read_inhabitants_2024, "population", "population", "nhood_id"),
    Source(cbs_kwb.FILE_NAMES_2024, cbs_kwb.read_names_2024, "Title", None, "Identifier"),
    Source(politie.FILE, politie.read, "misdrijven_2024", "misdrijven_2024", "buurtcode"),
    Source(politie.FILE_GEMEENTEN, politie.read_gemeenten, "misdrijven_2024", "misdrijven_2024", "gemeentecode"),
    Source(rivm.FILE, rivm.read, "Eenzaam_28", "Eenzaam_28", "WijkenEnBuurten"),
    Source(amsterdam.FILE_BUURTEN, amsterdam.read_buurten, "BUURTCODE_CBS_2022"),
    Source(amsterdam.FILE_TENURE, amsterdam.read_tenure, "totaal", "totaal", "buurt", 4),
    Source(
        amsterdam.FILE_KWB_2020,
        amsterdam.read_kwb_2020,
        "Population_Total",
        "Population_Total",
        "Area_Code",
    ),
]
MAPS = [
    Source(cbs_map.FILE_WIJKEN, cbs_map.read_wijken, "population", None, "code"),
    Source(cbs_map.FILE_GEMEENTEN, cbs_map.read_gemeenten, "name", None, "code"),
]
TOPOLOGY = Source(cbs_map.FILE_2014, cbs_map.read_buurten_2014, "statnaam")

every_file = pytest.mark.parametrize("source", [*SOURCES, *MAPS, TOPOLOGY], ids=str)
every_table = pytest.mark.parametrize("source", [*SOURCES, *MAPS], ids=str)
text_tables = pytest.mark.parametrize("source", SOURCES, ids=str)
with_numbers = pytest.mark.parametrize("source", [source for source in SOURCES if source.number], ids=str)
with_codes = pytest.mark.parametrize("source", [source for source in [*SOURCES, *MAPS] if source.code], ids=str)


def refusal(source: Source, raw: Path) -> str:
    """The sentence with which reading stops; it names the file and is one paragraph."""
    with pytest.raises(InvalidInput) as stopped:
        source.read(raw)
    sentence = str(stopped.value)
    assert source.file in sentence
    return sentence


def test_the_valid_set_is_read_whole(raw):
    found = read_raw(raw)
    assert set(found.scores.jaar) == {2014, 2018, 2020}
    assert len(found.scores) == 3 * len(rawfiles.BUURTEN)
    assert found.kwb.SoortRegio.eq("Buurt").sum() == len(rawfiles.BUURTEN)
    assert len(found.amsterdam) == len(rawfiles.AMSTERDAM)


@every_file
def test_a_missing_file_is_named(source, raw):
    (raw / source.file).unlink()
    assert "ontbreekt" in refusal(source, raw)


@every_file
def test_an_empty_file_is_named(source, raw):
    (raw / source.file).write_bytes(b"")
    assert "leeg" in refusal(source, raw)


@text_tables
def test_a_file_with_only_a_header_is_refused(source, raw):
    rawfiles.change(raw, source.file, lambda table: table.iloc[:0])
    assert "geen rijen" in refusal(source, raw)


@every_file
def test_a_file_of_another_kind_is_refused(source, raw):
    (raw / source.file).write_bytes(b"\xff\xfe<html>404 niet gevonden</html>\x00")
    refusal(source, raw)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(
    "source", [source for source in [*SOURCES, *MAPS, TOPOLOGY] if not source.file.endswith(".csv")], ids=str
)
def test_a_truncated_zip_workbook_or_map_is_refused(source, kept, raw):
    path = raw / source.file
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    refusal(source, raw)


@pytest.mark.parametrize("source", [source for source in SOURCES if source.file.endswith(".csv")], ids=str)
def test_a_csv_cut_off_halfway_a_row_is_refused(source, raw):
    """A download that broke off would silently cost the buurten after the break."""
    path = raw / source.file
    path.write_bytes(path.read_bytes().rstrip().rpartition(b";" if source.file == amsterdam.FILE_KWB_2020 else b",")[0])
    sentence = refusal(source, raw)
    assert "afgekapt" in sentence or "niet te lezen" in sentence


@pytest.mark.parametrize("source", [SOURCES[0], SOURCES[5]], ids=str)
def test_damage_inside_a_zip_is_refused_or_harmless(source, raw):
    """A workbook has parts that are never read; elsewhere every damaged byte must be noticed."""
    path = raw / source.file
    content, whole = path.read_bytes(), source.read(raw)
    refused = 0
    for at in range(60, len(content), len(content) // 12):
        path.write_bytes(content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 20]) + content[at + 20 :])
        try:
            pd.testing.assert_frame_equal(source.read(raw), whole)
        except InvalidInput as stopped:
            assert source.file in str(stopped)
            refused += 1
    assert refused >= 5


def test_a_zip_with_two_tables_is_refused(raw):
    with zipfile.ZipFile(raw / leefbaarometer.FILE, "a") as archive:
        archive.writestr("nog een.csv", "a,b\n1,2\n")
    assert "2" in refusal(SOURCES[0], raw)


@every_table
def test_a_missing_column_is_named(source, raw):
    rawfiles.change(raw, source.file, lambda table: table.drop(columns=source.column))
    sentence = refusal(source, raw)
    assert f"Kolom {source.asked!r} ontbreekt" in sentence


@every_table
def test_a_renamed_column_is_named(source, raw):
    rawfiles.change(raw, source.file, lambda table: table.rename(columns={source.column: "Nieuwe_naam"}))
    sentence = refusal(source, raw)
    assert f"Kolom {source.asked!r}" in sentence and "hernoemd" in sentence


@pytest.mark.parametrize("twin", ["AantalInwoners_9", "AantalInwoners"])
def test_a_column_found_twice_is_refused_with_both_names(twin, raw):
    rawfiles.change(raw, cbs_kwb.FILE_2017, lambda table: table.assign(**{twin: table.AantalInwoners_5}))
    sentence = refusal(SOURCES[1], raw)
    assert "2 keer" in sentence and f"AantalInwoners_5, {twin}" in sentence


@with_codes
def test_a_doubled_code_is_refused_with_its_row(source, raw):
    def double(table: pd.DataFrame) -> None:
        table.loc[2, source.code] = table.loc[1, source.code]

    rawfiles.change(raw, source.file, double)
    sentence = refusal(source, raw)
    code = rawfiles.get(raw, source.file).loc[1, source.code].strip()
    assert repr(code.split(" ")[0]) in sentence and "meer dan één keer" in sentence
    if source not in MAPS:
        assert f"rij {2 + source.first_row}:" in sentence


@pytest.mark.parametrize(
    "source", [source for source in [*SOURCES, *MAPS] if source.code not in (None, "buurt")], ids=str
)
def test_an_empty_code_is_refused(source, raw):
    rawfiles.change(raw, source.file, lambda table: table.assign(**{source.code: ["", *table[source.code][1:]]}))
    assert "is leeg" in refusal(source, raw)


@pytest.mark.parametrize("value", ["1.234,5", "7,2", "12.345.678", "-0,3"])
@with_numbers
def test_a_number_in_dutch_notation_is_refused_with_row_and_value(source, value, raw):
    sentence = _with_value(source, value, raw)
    assert "Nederlandse notatie" in sentence and repr(value) in sentence


@pytest.mark.parametrize("value", ["zeven", "7.2*", "1 234", "0x10", "inf", "1e"])
@with_numbers
def test_a_text_where_a_number_belongs_is_refused_with_row_and_value(source, value, raw):
    sentence = _with_value(source, value, raw)
    assert "geen getal" in sentence and repr(value) in sentence


def _with_value(source: Source, value: str, raw: Path) -> str:
    """The refusal of a value in the third record; the row it names is the row of the file."""

    def spoil(table: pd.DataFrame) -> None:
        table.loc[2, source.number] = value

    rawfiles.change(raw, source.file, spoil)
    sentence = refusal(source, raw)
    assert f"rij {2 + source.first_row}:" in sentence
    assert tables.CBS_NUMBER.sub("", source.number) in sentence
    return sentence


@pytest.mark.parametrize("mark", [".", "       .", "-", "NA", ""])
@with_numbers
def test_a_suppressed_number_is_missing_and_never_zero(source, mark, raw):
    def suppress(table: pd.DataFrame) -> None:
        table.loc[2, source.number] = mark

    rawfiles.change(raw, source.file, suppress)
    found = source.read(raw)
    known = isinstance(found, pd.DataFrame) and source.number in found
    name = source.number if known else tables.CBS_NUMBER.sub("", source.number)
    column = found if isinstance(found, pd.Series) else found[name]
    at = 1 if source.file == leefbaarometer.FILE else 2  # the second record of a buurt is the first of version 3.0
    assert np.isnan(column.iloc[at])
    assert column.isna().sum() == 1 and not column.eq(0).any()


def test_padding_is_stripped_from_codes_and_names(raw):
    kwb = cbs_kwb.read_2017(raw)
    assert {"NL00", "GM0363", "WK036300", "BU03630000"} <= set(kwb.index)
    assert set(kwb.SoortRegio) == {"Land", "Gemeente", "Wijk", "Buurt"}
    assert "GM0363" in rivm.read(raw).index


@given(number=st.integers(0, 999))
def test_cbs_columns_are_known_by_their_stem_whatever_their_number(number):
    table = pd.DataFrame({f"AantalInwoners_{number}": ["5"], "AantalInwonersVan65_5": ["1"]})
    assert tables.select(table, "tabel.csv", ["AantalInwoners"]).AantalInwoners.tolist() == ["5"]


def test_a_renumbered_table_reads_the_same(raw):
    before = cbs_kwb.read_2017(raw)

    def renumber(table: pd.DataFrame) -> pd.DataFrame:
        stems = [tables.CBS_NUMBER.sub("", name) for name in table.columns]
        return table.set_axis([f"{stem}_{at + 200}" for at, stem in enumerate(stems)], axis=1)

    rawfiles.change(raw, cbs_kwb.FILE_2017, renumber)
    pd.testing.assert_frame_equal(cbs_kwb.read_2017(raw), before)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_in_plain_notation_is_read_exactly(value):
    assert tables.numbers(pd.Series([repr(value)]), "tabel.csv").tolist() == [value]


def test_a_broken_polygon_is_refused_with_its_row(raw):
    def spoil(table: pd.DataFrame) -> None:
        table.loc[1, "geometrie"] = "SRID=28992;POLYGON ((1 2, 3"

    rawfiles.change(raw, amsterdam.FILE_BUURTEN, spoil)
    assert "rij 3" in refusal(Source(amsterdam.FILE_BUURTEN, amsterdam.read_buurten, ""), raw)


@pytest.mark.parametrize("lost", ["type", "objects", "arcs", "id", "statnaam"])
def test_a_topojson_without_one_of_its_parts_is_refused(lost, raw):
    topology = rawfiles.topology()
    area = topology["objects"]["layer"]["geometries"][0]
    for part in (topology, area, area["properties"]):
        if lost in part:
            del part[lost]
            break
    (raw / cbs_map.FILE_2014).write_text(json.dumps(topology), encoding="utf-8")
    refusal(TOPOLOGY, raw)


def test_only_the_version_with_dimensions_is_read(raw):
    scores = leefbaarometer.read(raw)
    assert scores.onv.notna().all() and 2002 not in set(scores.jaar)


def test_neighbours_share_a_border_and_lie_where_they_should(raw):
    then = cbs_map.read_buurten_2014(raw)
    assert ("BU05990100", "BU05990101") in then.borders
    assert ("BU05990100", "BU05990102") not in then.borders
    gemeenten = cbs_map.read_gemeenten(raw)
    assert then.points.within(gemeenten.geometry["GM0599"]).sum() == 4


def test_tenure_rows_without_a_code_are_left_out(raw):
    assert list(amsterdam.read_tenure(raw).index) == list(rawfiles.LOCAL_CODES)
