"""Editions: packed the same way each time, put together with the newest at the root, and nothing unpacked that does not belong."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.__main__ import main
from analysis.errors import InvalidInput
from analysis.publication.site import editions


def book(folder: Path, words: str = "boek") -> Path:
    """A book of two files."""
    (folder / "_static").mkdir(parents=True)
    (folder / "index.html").write_text(words)
    (folder / "_static" / "stijl.css").write_text("p {}")
    return folder


def project(folder: Path, version: str, day: str = "2026-11-24", cited: str | None = None) -> Path:
    """What pack reads of a project."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    (folder / "CITATION.cff").write_text(f"version: {cited or version}\ndate-released: {day}\n")
    return folder


def packed(folder: Path, tag: str, day: str = "2026-11-24") -> Path:
    """An edition among those that are kept in `folder`."""
    work = folder.parent / f"werk-{tag}"
    root = project(work / "project", tag.removeprefix("v"), day)
    return editions.pack(tag, book(work / "html", f"boek {tag}"), folder, root)


def archive(folder: Path, tag: str, *members: tarfile.TarInfo) -> Path:
    """An archive by hand, with a first page and what is given."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"veerkracht-{tag}.tar.gz"
    first = tarfile.TarInfo(f"{tag}/index.html")
    first.size = 4
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(first, io.BytesIO(b"boek"))
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, size
    return made


def test_the_same_book_gives_the_same_bytes(tmp_path):
    root, html = project(tmp_path / "project", "0.1.0"), book(tmp_path / "html")
    first = editions.pack("v0.1.0", html, tmp_path / "a", root).read_bytes()
    (html / "index.html").touch()
    second = editions.pack("v0.1.0", html, tmp_path / "b", root)
    assert second.read_bytes() == first
    assert [path.name for path in second.parent.iterdir()] == ["veerkracht-v0.1.0.tar.gz"]


@pytest.mark.parametrize(
    "tag", ["0.1.0", "v1", "v1.2", "v1.2.3-rc1", "v01.2.3", "../v1.2.3", "v1.2.3/", "v1.2.3\n", "V1.2.3", ""]
)
def test_a_bad_version_is_refused(tmp_path, tag):
    with pytest.raises(InvalidInput, match="geen versie van een uitgave"):
        editions.pack(tag, book(tmp_path / "html"), tmp_path / "uit", project(tmp_path, "1.2.3"))
    assert not (tmp_path / "uit").exists()


@pytest.mark.parametrize(
    ("version", "cited", "file"), [("0.2.0", "0.1.0", "pyproject.toml"), ("0.1.0", "0.2.0", "CITATION.cff")]
)
def test_a_tag_that_is_not_the_version_of_the_project_is_refused(tmp_path, version, cited, file):
    with pytest.raises(InvalidInput, match=f"past niet bij versie 0.2.0 in {file}"):
        editions.pack("v0.1.0", book(tmp_path / "html"), tmp_path / "uit", project(tmp_path, version, cited=cited))


def test_without_a_book_there_is_nothing_to_pack(tmp_path):
    with pytest.raises(InvalidInput, match="make book"):
        editions.pack("v0.1.0", tmp_path, tmp_path / "uit", project(tmp_path, "0.1.0"))


def test_the_newest_stands_at_the_root_and_each_under_its_version(tmp_path):
    kept, site = tmp_path / "kept", tmp_path / "site"
    for tag in ("v0.9.0", "v0.10.0", "v0.2.1"):
        packed(kept, tag)
    found = editions.assemble(kept, site)
    assert [one.tag for one in found] == ["v0.10.0", "v0.9.0", "v0.2.1"]
    assert (site / "index.html").read_text() == "boek v0.10.0"
    assert (site / "_static" / "stijl.css").exists()
    for one in found:
        assert (site / one.tag / "index.html").read_text() == f"boek {one.tag}"


def test_the_list_names_every_edition_with_its_day(tmp_path):
    packed(tmp_path / "kept", "v0.1.0", "2026-11-24")
    packed(tmp_path / "kept", "v0.2.0", "2027-03-01")
    editions.assemble(tmp_path / "kept", tmp_path / "site")
    page = BeautifulSoup((tmp_path / "site" / "edities.html").read_text("utf-8"), "html.parser")
    assert page.html["lang"] == "nl"
    assert [item.get_text() for item in page.select("li")] == [
        "Uitgave 0.2.0, 1 maart 2027 (de nieuwste)",
        "Uitgave 0.1.0, 24 november 2026",
    ]
    assert all((tmp_path / "site" / link["href"]).exists() for link in page.select("a"))
    assert not page.select("script, link, img")


def test_an_earlier_site_is_replaced_whole_and_stays_when_the_new_one_fails(tmp_path):
    kept, site = tmp_path / "kept", tmp_path / "site"
    packed(kept, "v0.1.0")
    site.mkdir()
    (site / "oud.html").write_text("oud")
    editions.assemble(kept, site)
    assert not (site / "oud.html").exists()
    archive(kept, "v0.2.0", member("v0.2.0/../../weg", size=1))
    with pytest.raises(InvalidInput):
        editions.assemble(kept, site)
    assert (site / "index.html").read_text() == "boek v0.1.0"
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "site", "werk-v0.1.0"}


@pytest.mark.parametrize(
    "bad",
    [
        member("v0.1.0/../../buiten.txt", size=1),
        member("/tmp/buiten.txt", size=1),
        member("v0.2.0/index.html", size=1),
        member("v0.1.0/link", tarfile.SYMTYPE, "../../buiten.txt"),
        member("v0.1.0/hard", tarfile.LNKTYPE, "/etc/hostname"),
        member("v0.1.0/apparaat", tarfile.CHRTYPE),
    ],
    ids=lambda one: one.name,
)
def test_nothing_is_unpacked_that_lies_outside_or_is_no_file(tmp_path, bad):
    path = archive(tmp_path / "kept", "v0.1.0", bad)
    with pytest.raises(InvalidInput, match="bevat iets dat er niet in hoort"):
        editions.unpack(editions.Edition("v0.1.0", path), tmp_path / "hier")
    assert not (tmp_path / "hier").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]


def test_an_archive_that_grows_beyond_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(editions, "MOST_EDITION", 10)
    path = archive(tmp_path / "kept", "v0.1.0", member("v0.1.0/groot", size=100))
    with pytest.raises(InvalidInput, match="groter dan"):
        editions.unpack(editions.Edition("v0.1.0", path), tmp_path / "hier")


def test_a_site_that_pages_would_not_take_is_refused(tmp_path, monkeypatch):
    packed(tmp_path / "kept", "v0.1.0")
    monkeypatch.setattr(editions, "MOST_SITE", 10)
    with pytest.raises(InvalidInput, match="bewaar de oudste uitgave elders"):
        editions.assemble(tmp_path / "kept", tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("content", [b"", b"geen archief", None], ids=["leeg", "iets anders", "afgebroken"])
def test_a_damaged_archive_is_refused_by_name(tmp_path, content):
    path = packed(tmp_path / "kept", "v0.1.0")
    path.write_bytes(path.read_bytes()[:-12] if content is None else content)
    with pytest.raises(InvalidInput, match=r"veerkracht-v0.1.0.tar.gz is niet uit te pakken"):
        editions.assemble(tmp_path / "kept", tmp_path / "site")


def test_a_file_that_is_no_edition_and_an_empty_folder_are_refused(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    with pytest.raises(InvalidInput, match="geen enkele uitgave"):
        editions.found_in(kept)
    (kept / "veerkracht-v1.0.tar.gz").touch()
    with pytest.raises(InvalidInput, match="geen versie"):
        editions.found_in(kept)
    (kept / "veerkracht-v1.0.tar.gz").rename(kept / "iets.zip")
    with pytest.raises(InvalidInput, match=r"'iets.zip' is geen uitgave"):
        editions.found_in(kept)


def test_an_edition_that_takes_a_name_of_the_site_is_refused(tmp_path):
    archive(tmp_path / "kept", "v0.1.0", member("v0.1.0/edities.html", size=1))
    with pytest.raises(InvalidInput, match=r"'edities.html'; die naam is van de site"):
        editions.assemble(tmp_path / "kept", tmp_path / "site")


def test_the_command_puts_editions_together_and_refuses_in_one_sentence(tmp_path, capsys):
    packed(tmp_path / "kept", "v0.1.0")
    assert main(["site", "assemble", "--van", str(tmp_path / "kept"), "--uit", str(tmp_path / "site")]) == 0
    assert (tmp_path / "site" / "v0.1.0" / "index.html").exists()
    assert main(["site", "pack", "--tag", "nieuw", "--uit", str(tmp_path / "uit")]) == 1
    assert (
        capsys.readouterr().err
        == "'nieuw' is geen versie van een uitgave: schrijf haar als v0.1.0, een v en drie getallen.\n"
    )
