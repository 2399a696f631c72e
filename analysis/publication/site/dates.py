"""When a page was last changed, from the history of its source; never the day on which the book was built.

The date of a page is that of its own text: the newest commit that touched its Markdown or notebook. A page of a city has
the date of `stadsblad.ipynb`, of which it is made. Changed code or data can change the numbers on a page too; those
belong to the version of the book, which stands beside the date.
"""

from __future__ import annotations

import subprocess
from datetime import date
from functools import lru_cache
from pathlib import Path

# Before the files of a commit, git writes its day behind a byte that no path contains (%x00).
MARK = "\0"


@lru_cache(maxsize=1)
def last_changed(root: Path) -> dict[str, date]:
    """The day of the newest commit on each file of a folder.

    Args:
        root: folder, anywhere within a repository.

    Returns:
        By path from `root`, with `/`. Empty without git, outside a repository, and in a shallow clone, whose oldest
        commit would seem to have touched everything.
    """
    if _git(root, "rev-parse", "--is-shallow-repository") != "false\n":
        return {}
    history = _git(root, "log", "--format=%x00%cs", "--name-only", "--no-renames", "--relative", "--", ".")
    changed: dict[str, date] = {}
    for commit in (history or "").split(MARK)[1:]:
        day, *files = commit.split("\n")
        for file in filter(None, files):
            changed[file] = max(date.fromisoformat(day), changed.get(file, date.min))
    return changed


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, with paths as they are; None when there is no git or it refuses."""
    try:
        done = subprocess.run(["git", "-c", "core.quotePath=off", "-C", str(root), *arguments], capture_output=True)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8") if done.returncode == 0 else None
