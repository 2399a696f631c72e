"""A fresh set of raw files, and the dataset built from it, for the tests that need them."""

import hashlib
import json
import shutil
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import rawfiles

from analysis.dataset import raw_anchors, schema, store
from analysis.dataset.build import build, read_raw
from analysis.paths import DATA

# How far the small raw files may be changed by a test before they depart from their anchors, as a share.
SLACK = 0.4


@pytest.fixture(scope="session")
def valid_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rawfiles.write(tmp_path_factory.mktemp("raw"))


@pytest.fixture
def raw(valid_raw: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(valid_raw, tmp_path / "raw"))


@cache
def _anchors(valid_raw: Path) -> bytes:
    """The anchors of the small raw files: what they say themselves."""
    table, found = store.read("ijkpunten"), read_raw(valid_raw)
    table["gepubliceerd"] = pd.Series({name: raw_anchors.RAW[name](found) for name in table.index})
    table["speling_ruw"] = SLACK * table.gepubliceerd.abs()
    return table.to_csv(lineterminator="\n").encode()


def described(folder: Path, valid_raw: Path) -> Path:
    """A folder that holds nothing but the description of the data and the anchors."""
    folder.mkdir(parents=True)
    content, package = _anchors(valid_raw), schema.describe(DATA)
    (folder / "ijkpunten.csv").write_bytes(content)
    (item,) = (item for item in package["resources"] if item["name"] == "ijkpunten")
    item["bytes"], item["hash"] = len(content), "sha256:" + hashlib.sha256(content).hexdigest()
    (folder / schema.DESCRIPTION).write_text(json.dumps(package, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def empty(valid_raw: Path, tmp_path: Path) -> Path:
    """A folder to build a dataset in."""
    return described(tmp_path / "data", valid_raw)


@pytest.fixture(scope="session")
def valid_data(valid_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset built from the small raw files."""
    folder = described(tmp_path_factory.mktemp("built") / "data", valid_raw)
    build(valid_raw, folder)
    return folder


@pytest.fixture
def data(valid_data: Path, tmp_path: Path) -> Path:
    """A copy of that dataset, to break."""
    return Path(shutil.copytree(valid_data, tmp_path / "data"))
