"""The figures, drawn once."""

from __future__ import annotations

import pytest
from invented import KINDS

from analysis.figures.output import Figure


@pytest.fixture(scope="session")
def figures() -> dict[str, Figure]:
    """Every kind of figure."""
    return {name: kind.draw() for name, kind in KINDS.items()}
