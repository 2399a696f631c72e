"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import pytest
from book.minibook import Build, build, stage


@pytest.fixture(scope="session")
def mini_book(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The mini-book, built once; tests that use it share the xdist group "minibook"."""
    return build(stage(tmp_path_factory.mktemp("minibook")))
