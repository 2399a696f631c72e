"""The real book, built whole, for the tests of its numbers and its pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.publication.build import build_book


@dataclass(frozen=True)
class RealBook:
    """The folder with its pages, its register by id, and what was said while it was built."""

    html: Path
    register: dict[str, dict[str, Any]]
    said: list[str]


def build() -> RealBook:
    """Build it as `make book` does; chapters that did not change are not executed again."""
    said: list[str] = []
    html = build_book(said.append)
    return RealBook(html, {row["id"]: row for row in json.loads(paths.REGISTER.read_text("utf-8"))}, said)
