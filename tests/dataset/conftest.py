"""A fresh set of raw files, and the dataset built from it, for the tests that need them."""

import shutil
from pathlib import Path

import pytest
import rawfiles

from analysis.dataset import schema
from analysis.dataset.build import build
from analysis.paths import DATA


@pytest.fixture(scope="session")
def valid_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rawfiles.write(tmp_path_factory.mktemp("raw"))


@pytest.fixture
def raw(valid_raw: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(valid_raw, tmp_path / "raw"))


def described(folder: Path) -> Path:
    """A folder that holds nothing but the description of the data."""
    folder.mkdir(parents=True)
    shutil.copy(DATA / schema.DESCRIPTION, folder)
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder to build a dataset in."""
    return described(tmp_path / "data")


@pytest.fixture(scope="session")
def valid_data(valid_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset built from the small raw files."""
    folder = described(tmp_path_factory.mktemp("built") / "data")
    build(valid_raw, folder)
    return folder


@pytest.fixture
def data(valid_data: Path, tmp_path: Path) -> Path:
    """A copy of that dataset, to break."""
    return Path(shutil.copytree(valid_data, tmp_path / "data"))
