"""From the raw files to the committed bytes; needs the publishers' files beside the project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.dataset import schema, store
from analysis.dataset.build import build
from analysis.paths import DATA, ROOT

RAW = ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.raw,
    pytest.mark.skipif(not RAW.exists(), reason="../shared/data is absent: no raw files to rebuild from"),
    pytest.mark.xdist_group("rebuild"),
]

FILES = sorted({item["path"] for item in schema.describe()["resources"]} | {schema.DESCRIPTION})


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset, built anew; only what is written by hand is copied."""
    folder = tmp_path_factory.mktemp("rebuilt")
    for name in (schema.DESCRIPTION, "bewijs.csv", "instrumenten.csv", "kader.csv", "ijkpunten.csv"):
        shutil.copy(DATA / name, folder)
    build(RAW, folder)
    return folder


@pytest.fixture(scope="module")
def links(rebuilt: Path) -> pd.DataFrame:
    return store.read("koppeling", rebuilt)


def of_gemeente(links: pd.DataFrame, code: str) -> pd.DataFrame:
    own = links[links.index.str[2:6] == code]
    assert len(own) > 0
    return own


def linked_share(own: pd.DataFrame, linked: pd.Series) -> float:
    return own.inwoners_2017[linked].sum() / own.inwoners_2017.sum()


@pytest.mark.parametrize("file", FILES)
def test_rebuilding_gives_the_committed_bytes(file, rebuilt):
    assert (rebuilt / file).read_bytes() == (DATA / file).read_bytes()


def test_leeuwarden_is_matched_by_name_and_not_by_code(links):
    own = of_gemeente(links, "0080")
    assert own.buurtcode["BU00802001"] == "BU00803001"  # Transvaalwijk
    assert own.buurtcode.fillna("").at["BU00803001"] in ("BU00802001", "")  # Oldegalileën: right or none
    matched = own.buurtcode.dropna()
    moved = matched[matched != matched.index]
    assert len(moved) >= 20
    assert own.methode[moved.index].eq("naam in gemeente").all()


def test_groningen_keeps_its_codes(links):
    own = of_gemeente(links, "0014")
    matched = own.buurtcode.dropna()
    assert (matched == matched.index).all()
    assert linked_share(own, own.buurtcode.notna()) >= 0.95


def test_eindhoven_is_linked_by_name(links):
    """Renumbered after 2017: hardly a code is what it was."""
    own = of_gemeente(links, "0772")
    assert linked_share(own, own.methode.eq("naam in gemeente")) >= 0.95
    assert (own.buurtcode.dropna() != own.buurtcode.dropna().index).mean() > 0.9


def test_amsterdam_is_linked_almost_whole(links):
    own = of_gemeente(links, "0363")
    assert linked_share(own, own.buurtcode.notna()) >= 0.99


def test_matched_names_are_the_same_buurt_by_its_number_of_inhabitants(links):
    """Counts of 2024 agree with matches by name far more often than by chance (2 in 10)."""
    buurten = store.read("buurten", DATA)
    by_name = links[links.methode.eq("naam in gemeente") & (links.inwoners_2017 >= 100)]
    ratio = buurten.verhouding_2024_2017.reindex(by_name.buurtcode).dropna()
    assert len(ratio) > 200
    assert ratio.between(0.78, 1.28).mean() > 0.75
