"""The lower bound: the cells of a chapter executed in a bare loop, without a kernel, with the libraries loaded.

What is left is the computing itself, and the pictures and tables that the cells show.
"""

from __future__ import annotations

import ast
import json
import os
import time
from pathlib import Path
from typing import Any

import analysis.publication.loaded  # noqa: F401  so that the forked process has the libraries


def execute(notebook: Path, parameters: dict[str, Any]) -> float:
    """Execute the cells of a notebook in a forked process, and give the seconds that they took."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        began = time.perf_counter()
        _cells(notebook, parameters)
        os.write(sending, json.dumps(time.perf_counter() - began).encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return float(json.loads(told))


def _cells(notebook: Path, parameters: dict[str, Any]) -> None:
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cel", "exec"), space)
        if "parameters" in cell["metadata"].get("tags", []):
            space |= parameters
        if shown is not None:
            result = eval(compile(ast.Expression(shown.value), "cel", "eval"), space)
            if hasattr(result, "_repr_mimebundle_"):
                result._repr_mimebundle_()
