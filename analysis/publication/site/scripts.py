"""Data as scripts: a file that calls a function with JSON. A page opened from a folder may load such a file, not fetch one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from analysis import files
from analysis.errors import InvalidInput


def write(path: Path, function: str, *arguments: Any) -> str:
    """Write a script that calls a function, and give its text; the earlier file stays until the new one is whole."""
    given = ",".join(json.dumps(one, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for one in arguments)
    text = f"{function}({given});\n"
    with files.whole(path) as partial:
        partial.write_text(text, "utf-8")
    return text


def read(path: Path) -> list[Any]:
    """The arguments that a script written here passes.

    Raises:
        InvalidInput: when the file is no such script.
    """
    match = re.fullmatch(r"\w+\((.*)\);\n", path.read_text("utf-8"), re.DOTALL)
    if not match:
        raise InvalidInput(f"{path.name} is geen script met gegevens.")
    return json.loads(f"[{match[1]}]")
