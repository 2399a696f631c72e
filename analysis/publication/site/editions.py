"""Editions of the book: one packed as a file to keep, and all of them put together as one site.

Pages shows a whole site and remembers nothing. So each edition is kept as an archive (`veerkracht-v0.1.0.tar.gz`, at the release of
its tag), and whoever publishes puts all archives together: each edition under its version, the newest also at the root.
"""

from __future__ import annotations

import gzip
import io
import re
import shutil
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path, PurePosixPath
from typing import IO

import yaml
from packaging.version import Version

from analysis import dutch, paths
from analysis.errors import InvalidInput

# A tag is "v" and three numbers, as in CHANGELOG.md; it becomes a folder of the site, so nothing else is let through.
TAG = re.compile(r"v(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})")
ARCHIVE = re.compile(r"veerkracht-(?P<tag>v[^/]*)\.tar\.gz")
START = "index.html"
LIST = "edities.html"
DATE_FILE = "uitgave.txt"  # within the edition: the day it was released

# GitHub refuses a Pages site above 1 GB; an edition is some tens of megabytes, and one far above that is no edition.
MOST_SITE = 1_000_000_000
MOST_EDITION = 500_000_000
CHUNK = 1 << 20


@dataclass(frozen=True)
class Edition:
    """An edition that is kept: its tag, such as "v0.1.0", and its archive."""

    tag: str
    archive: Path

    @property
    def version(self) -> Version:
        """What editions are sorted by: v0.10.0 comes after v0.9.0."""
        return Version(self.tag)


def require_tag(tag: str) -> str:
    """The tag itself, when it can be one of an edition.

    Raises:
        InvalidInput: when it is not "v" and three numbers.
    """
    if not TAG.fullmatch(tag):
        raise InvalidInput(f"{tag!r} is geen versie van een uitgave: schrijf haar als v0.1.0, een v en drie getallen.")
    return tag


def pack(tag: str, html: Path, target: Path, root: Path = paths.ROOT) -> Path:
    """Pack a built book as the edition of a tag; the same book gives the same bytes.

    Args:
        tag: such as "v0.1.0"; must be the version that pyproject.toml and CITATION.cff name.
        html: folder of the built book.
        target: folder that gets the archive.
        root: folder with pyproject.toml and CITATION.cff.

    Returns:
        The archive.

    Raises:
        InvalidInput: when the tag is no version or not this one, or there is no book.
    """
    released = _released(require_tag(tag), root)
    if not (html / START).exists():
        raise InvalidInput(f"In {html} staat geen boek om in te pakken: draai eerst `make book`.")
    target.mkdir(parents=True, exist_ok=True)
    archive = target / f"veerkracht-{tag}.tar.gz"
    half = archive.with_suffix(".half")
    with (
        half.open("wb") as raw,
        gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed,
        tarfile.open(mode="w", fileobj=packed) as tar,
    ):
        _add(tar, f"{tag}/{DATE_FILE}", f"{released.isoformat()}\n".encode())
        for path in sorted(html.rglob("*")):
            if path.is_file():
                _add(tar, f"{tag}/{path.relative_to(html).as_posix()}", path.read_bytes())
    return half.replace(archive)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file without owner, time or machine: those differ, the book does not."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    tar.addfile(member, io.BytesIO(content))


def _released(tag: str, root: Path) -> date:
    """The day of release that CITATION.cff names, when it and pyproject.toml are of this version."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    for file, version in (("pyproject.toml", project["version"]), ("CITATION.cff", citation["version"])):
        if f"v{version}" != tag:
            raise InvalidInput(
                f"De tag {tag} past niet bij versie {version} in {file}: maak ze gelijk, en zet de tag opnieuw."
            )
    return date.fromisoformat(str(citation["date-released"]))


def found_in(folder: Path) -> list[Edition]:
    """The editions that are kept in a folder, newest first.

    Raises:
        InvalidInput: when there is none, or a file there is no edition.
    """
    files = sorted(path for path in folder.glob("*") if not path.name.startswith("."))
    if not files:
        raise InvalidInput(f"In {folder} staat geen enkele uitgave (veerkracht-v0.1.0.tar.gz).")
    return sorted((_edition(path) for path in files), key=lambda one: one.version, reverse=True)


def _edition(path: Path) -> Edition:
    match = ARCHIVE.fullmatch(path.name)
    if not match:
        raise InvalidInput(f"{path.name!r} is geen uitgave: verwacht wordt een naam als veerkracht-v0.1.0.tar.gz.")
    return Edition(require_tag(match["tag"]), path)


def assemble(folder: Path, site: Path) -> list[Edition]:
    """Put all kept editions together as one site; an earlier site stays until the new one is whole.

    Args:
        folder: with the archives.
        site: folder of the site, replaced as a whole.

    Returns:
        The editions, newest first.

    Raises:
        InvalidInput: when an archive is no edition or not safe to unpack, or the site becomes too large for Pages.
    """
    editions = found_in(folder)
    site.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".site-") as work:
        whole = Path(work, "site")
        for edition in editions:
            unpack(edition, whole)
        _lay_at_root(whole / editions[0].tag, whole, {edition.tag for edition in editions})
        (whole / LIST).write_text(list_page(editions, whole), "utf-8")
        _require_size(whole)
        shutil.rmtree(site, ignore_errors=True)
        whole.rename(site)
    return editions


def unpack(edition: Edition, target: Path) -> Path:
    """Unpack an edition into its folder within `target`; nothing can land outside it.

    Raises:
        InvalidInput: when the archive is damaged, holds anything but files of this edition, or has no first page.
    """
    try:
        with tarfile.open(edition.archive, "r:gz") as tar:
            members = tar.getmembers()
            _require_own_files(edition, members)
            tar.extractall(target, members, filter="data")
            _read_to_the_end(tar.fileobj)
    except (tarfile.TarError, EOFError, OSError, ValueError) as problem:
        if isinstance(problem, InvalidInput):
            raise
        raise InvalidInput(f"Uitgave {edition.archive.name} is niet uit te pakken: {problem}.") from problem
    if not (target / edition.tag / START).exists():
        raise InvalidInput(f"Uitgave {edition.archive.name} heeft geen eerste pagina ({edition.tag}/{START}).")
    return target / edition.tag


def _read_to_the_end(packed: IO[bytes] | None) -> None:
    """The checksum of a gzip file stands at its end, and is only looked at by who reads so far."""
    while packed and packed.read(CHUNK):
        pass


def _require_own_files(edition: Edition, members: list[tarfile.TarInfo]) -> None:
    """Refuse what `pack` never writes, before a byte is unpacked; the filter of tarfile is the second lock."""
    for member in members:
        parts = PurePosixPath(member.name).parts
        if not member.isfile() or parts[:1] != (edition.tag,) or ".." in parts:
            raise InvalidInput(f"Uitgave {edition.archive.name} bevat iets dat er niet in hoort: {member.name!r}.")
    if sum(member.size for member in members) > MOST_EDITION:
        raise InvalidInput(
            f"Uitgave {edition.archive.name} is uitgepakt groter dan {dutch.number(MOST_EDITION / 1e6)} MB."
        )


def _lay_at_root(newest: Path, site: Path, taken: set[str]) -> None:
    """Copy the newest edition to the root: its own folder stays the address that can be cited."""
    for path in sorted(newest.iterdir()):
        if path.name in taken or path.name == LIST:
            raise InvalidInput(f"De nieuwste uitgave heeft zelf een {path.name!r}; die naam is van de site.")
        if path.is_dir():
            shutil.copytree(path, site / path.name)
        else:
            shutil.copy(path, site)


def _require_size(site: Path) -> None:
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    if size > MOST_SITE:
        raise InvalidInput(
            f"De site is {dutch.number(size / 1e6)} MB, en Pages toont er {dutch.number(MOST_SITE / 1e6)}: bewaar de oudste uitgave elders."
        )


PAGE = """\
<!DOCTYPE html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Alle uitgaven – Veerkracht versterken in de stad</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 2rem 1.25rem;
        color: #1d2733; background: #fff; }}
h1 {{ font-size: 1.75rem; line-height: 1.25; }}
li {{ margin: 0.5rem 0; }}
a {{ color: #1f5c99; text-underline-offset: 0.15em; }}
:focus-visible {{ outline: 3px solid #1f5c99; outline-offset: 2px; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e4e9ef; background: #14181d; }}
  a {{ color: #8ec1f5; }}
  :focus-visible {{ outline-color: #8ec1f5; }}
}}
</style>
</head>
<body>
<main>
<h1>Alle uitgaven van Veerkracht versterken in de stad</h1>
<p>Elke uitgave blijft op haar eigen adres staan, zoals zij was. Verwijst u naar dit boek? Noem dan de uitgave.</p>
<ul>
{rows}
</ul>
<p><a href="{start}">Naar de nieuwste uitgave</a></p>
</main>
</body>
</html>
"""


def list_page(editions: list[Edition], site: Path) -> str:
    """A small page with all editions, newest first; loads nothing and works without script."""
    newest = editions[0]
    rows = "\n".join(
        f'<li><a href="{one.tag}/{START}">Uitgave {escape(one.tag.removeprefix("v"))}</a>{_when(site / one.tag)}{" (de nieuwste)" if one == newest else ""}</li>'
        for one in editions
    )
    return PAGE.format(rows=rows, start=START)


def _when(edition: Path) -> str:
    """The day of release, where the edition tells it."""
    told = edition / DATE_FILE
    if not told.exists():
        return ""
    try:
        day = date.fromisoformat(told.read_text("utf-8").strip())
    except ValueError:
        raise InvalidInput(f"Uitgave {edition.name} noemt geen datum in {DATE_FILE}, zoals 2026-11-24.") from None
    return f", {dutch.long_date(day)}"
