"""The level of every source beside what its publisher says: what keeps its slope but not its level is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rawfiles

from analysis.dataset import anchors, raw_anchors, store
from analysis.dataset.build import build
from analysis.errors import InvalidInput
from analysis.sources import amsterdam, cbs_kwb, leefbaarometer, politie, rivm


@pytest.fixture(scope="module")
def own() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The project's own dataset, with its anchors."""
    return store.read("buurten"), store.read("koppeling"), store.read("ijkpunten")


def test_the_dataset_has_the_levels_that_its_publishers_give(own):
    found = anchors.levels(*own)
    assert set(found.index) == set(anchors.OWN)
    assert (found.verschil.abs() <= found.speling).all()


def test_every_anchor_has_a_raw_figure_and_every_source_an_anchor(own):
    published = own[-1]
    assert set(published.index) == set(raw_anchors.RAW)
    assert set(anchors.OWN) == set(published.index[published.speling.notna()])
    assert {name.split(".")[0] for name in published.index} == {
        "lbm", "kwb2017", "kwb2024", "politie", "kaart2022", "rivm", "amsterdam",
    }  # fmt: skip


def test_crime_counted_twice_stops_the_book(own):
    """What edition 0.2.0 held: the total added to its parts."""
    buurten, links, published = own
    doubled = buurten.assign(misdrijven_2024=2 * buurten.misdrijven_2024)
    with pytest.raises(InvalidInput, match=r"misdrijven per 1.000 inwoners \(Nederland, 2024\) is in onze dataset 90"):
        anchors.levels(doubled, links, published)


LEVELS = [name for name in anchors.OWN if name not in ("lbm.afw", "kwb2017.inwoners")]
COLUMNS = {
    "kwb2017.laag_inkomen": "pct_laag_inkomen_2017", "kwb2017.sociaal_minimum": "pct_sociaal_minimum_2017",
    "kwb2017.laagste40": "pct_laagste40_2017", "kwb2017.hoogste20": "pct_hoogste20_2017", "kwb2017.65plus": "pct_65plus_2017",
    "kwb2017.woz": "woz_2017", "politie.per_1000": "misdrijven_2024", "politie.amsterdam": "misdrijven_2024",
    "rivm.eenzaam": "pct_eenzaam_2020", "rivm.regie": "pct_regie_2020", "rivm.angst": "pct_angst_depressie_2020",
    "rivm.vrijwilligers": "pct_vrijwilligerswerk_2020", "rivm.mantelzorg": "pct_mantelzorger_2020",
    "amsterdam.corporatie": "pct_corporatie_2017", "amsterdam.koop": "pct_koop_2017",
    "amsterdam.laag_inkomen_2020": "pct_laag_inkomen_2020",
}  # fmt: skip


@pytest.mark.parametrize("factor", [0.01, 0.5, 2])
@pytest.mark.parametrize("name", LEVELS)
def test_a_column_of_another_size_is_found(name, factor, own):
    buurten, links, published = own
    changed = buurten.assign(**{COLUMNS[name]: factor * buurten[COLUMNS[name]]})
    with pytest.raises(InvalidInput, match="in onze dataset"):
        anchors.levels(changed, links, published)


def test_a_level_that_is_missing_is_no_level(own):
    buurten, links, published = own
    with pytest.raises(InvalidInput, match="nan"):
        anchors.levels(buurten.assign(pct_eenzaam_2020=np.nan), links, published)


def double(columns: list[str]):
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        twice = {column: (2 * pd.to_numeric(table[column])).astype(str) for column in columns}
        return table.assign(**twice)

    return edit


@pytest.mark.parametrize(
    ("file", "columns", "said"),
    [
        (politie.FILE, list(politie.COLUMNS), "misdrijven, alle buurten samen"),
        (cbs_kwb.FILE_INHABITANTS_2024, ["population"], "inwoners, alle buurten samen"),
        (leefbaarometer.FILE, ["afw", "fys", "onv", "soc", "vrz", "won"], "afwijking van het landelijk gemiddelde"),
        (amsterdam.FILE_TENURE, ["totaal"], "corporatiewoningen"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_raw_file_of_twice_the_size_stops_the_build_and_leaves_the_old_dataset(file, columns, said, raw, data):
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    if file == leefbaarometer.FILE:
        rawfiles.change(raw, file, lambda table: table.assign(**{c: [_twice(v) for v in table[c]] for c in columns}))
    else:
        rawfiles.change(raw, file, double(columns))
    with pytest.raises(InvalidInput, match=f"{said}.*in het bestand van de uitgever"):
        build(raw, data)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def _twice(text: str) -> str:
    return text if text == "NA" else repr(2 * float(text))


def test_a_rivm_column_divided_by_100_stops_the_build(raw, empty):
    rawfiles.change(
        raw, rivm.FILE, lambda table: table.assign(Eenzaam_28=[str(float(v) / 100) for v in table.Eenzaam_28])
    )
    with pytest.raises(InvalidInput, match="eenzaam"):
        build(raw, empty)
