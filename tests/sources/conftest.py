"""A fresh set of raw files for each test, written once and copied."""

import shutil
from pathlib import Path

import pytest
import rawfiles


@pytest.fixture(scope="session")
def valid_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rawfiles.write(tmp_path_factory.mktemp("raw"))


@pytest.fixture
def raw(valid_raw: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(valid_raw, tmp_path / "raw"))
