"""Files that appear whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file: it takes its place when all is written, and is gone when it was stopped half-way."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.nieuw")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
