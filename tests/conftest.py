"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os

import pytest
from book.minibook import Build, build, stage

from book import realbook

# One core for each worker: linear algebra on all cores at once makes them wait on each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def mini_book(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The mini-book, built once; tests that use it share the xdist group "minibook"."""
    return build(stage(tmp_path_factory.mktemp("minibook")))


@pytest.fixture(scope="session")
def real_book() -> realbook.RealBook:
    """The real book, built once; tests that use it share the xdist group "book"."""
    return realbook.build()
