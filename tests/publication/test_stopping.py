"""A command that is stopped, by Ctrl-C or because nobody reads it, ends in one line and leaves nothing half-done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import pandas as pd
import pytest

from analysis import __main__ as commands
from analysis import files
from analysis.paths import ROOT
from analysis.publication.site import commands as site

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C en pijpen gaan hier anders")

TOLD, UNREAD = "Afgebroken.\n", "Gestopt: de uitvoer wordt niet meer gelezen.\n"

# Chapters that take long enough to be stopped in the midst of one.
CITIES = ["cities", "--gemeenten", "groot", "--zaad", "1", "--uit"]


def start(tmp_path, *arguments):
    """A command as a terminal starts it: in a process group of its own, which Ctrl-C reaches as a whole."""
    temporary = temporary_of(tmp_path)
    temporary.mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "analysis", *map(str, arguments)], cwd=ROOT, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip


def temporary_of(tmp_path) -> Path:
    """Where the command keeps its temporary files: a short path, since that of a socket holds at most about 100 characters."""
    return Path(tempfile.gettempdir()) / f"stop-{zlib.crc32(str(tmp_path).encode()):08x}"


def others_in_group(process) -> bool:
    """Whether anything of the command still runs, when it has had a moment to go."""
    for _ in range(100):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


def nothing_is_left(process, tmp_path, folder=None):
    assert not others_in_group(process)
    left = [path for path in temporary_of(tmp_path).rglob("*") if path.is_file()]
    shutil.rmtree(temporary_of(tmp_path))
    assert not left, left
    if folder and folder.exists():
        assert not [path for path in folder.iterdir() if path.name.startswith(".") or ".part." in path.name]


@pytest.mark.book
@pytest.mark.parametrize(
    ("lines", "seconds"),
    [(1, 0.2), (1, 3), (2, 0.5)],
    ids=["de werkers laden", "de werkers beginnen", "er is er een af"],
)
def test_ctrl_c_stops_the_workers_and_keeps_what_is_done(tmp_path, lines, seconds):
    folder = tmp_path / "uit"
    process = start(tmp_path, *CITIES, folder)
    for _ in range(lines):
        process.stdout.readline()
    time.sleep(seconds)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (commands.STOPPED, TOLD)
    assert time.monotonic() - began < 20  # a second, but for a busy machine
    nothing_is_left(process, tmp_path, folder)
    if lines > 1:
        assert len(pd.read_csv(folder / "resultaten.csv")) and any(folder.glob("*.ipynb"))


@pytest.mark.book
def test_a_stop_of_the_command_alone_takes_its_workers_along(tmp_path):
    """As `kill -INT` and a batch system send it: to one process."""
    process = start(tmp_path, *CITIES, tmp_path / "uit")
    process.stdout.readline(), process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (commands.STOPPED, TOLD)
    nothing_is_left(process, tmp_path, tmp_path / "uit")


@pytest.mark.book
def test_a_command_with_workers_ends_when_nobody_reads_its_progress(tmp_path):
    process = start(tmp_path, *CITIES, tmp_path / "uit")
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(timeout=60), said) == (commands.UNREAD, UNREAD)
    nothing_is_left(process, tmp_path, tmp_path / "uit")


@pytest.mark.book
@pytest.mark.parametrize("seconds", [0.5, 4])
def test_ctrl_c_stops_a_chapter_that_runs_in_the_command_itself(tmp_path, seconds):
    process = start(tmp_path, "run", "amsterdam", "--zaad", "1", "--uit", tmp_path / "uit" / "amsterdam.ipynb")
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (commands.STOPPED, TOLD)
    nothing_is_left(process, tmp_path, tmp_path / "uit")


@pytest.mark.parametrize("form", ["tekst", "json"])
def test_a_reader_that_went_away_is_met_in_one_line(tmp_path, form):
    process = start(tmp_path, "spreiding", "--gemeente", "Delft", "--als", form)
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(timeout=60), said) == (commands.UNREAD, UNREAD)


def test_head_reads_what_it_wants_and_nothing_else_is_said():
    """Both outputs go to the one that left: then there is nobody to tell."""
    shell = f"{{ {sys.executable} -m analysis spreiding --gemeente Delft 2>&1; echo $? >&2; }} | head -0"
    done = subprocess.run(["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("", f"{commands.UNREAD}\n")


COMMANDS = {
    "build_book": ["book"], "run_chapter": ["run", "amsterdam"], "run_many": ["cities"], "publish_edition": ["edition"],
    "run_scenario": ["scenario", "--gemeente", "x", "--buurt", "x", "--knop", "x", "--aantal", "1"],
    "run_spread": ["spreiding"], "verify_edition": ["verify"], "run_simulations": ["simulate"],
    "build_data": ["data", "build", "--raw", "x"], "print_pdf": ["pdf"], "serve_book": ["serve"],
    "check_links": ["links"], "tell_level": ["leesniveau"], "pack_edition": ["site", "pack", "--tag", "v1", "--uit", "x"],
    "assemble_site": ["site", "assemble", "--van", "x", "--uit", "x"],
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_ends_in_one_line(name, capsys, monkeypatch):
    def stopped(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands if hasattr(commands, name) else site, name, stopped)
    assert commands.main(COMMANDS[name]) == commands.STOPPED
    assert capsys.readouterr().err == TOLD


def test_every_command_is_in_that_list():
    """A command that is added is stopped here too."""
    kinds = {action.dest: action for action in commands.parser()._actions}
    assert set(kinds["command"].choices) == {asked[0] for asked in COMMANDS.values()}


def test_a_pipe_of_somebody_else_is_no_reader_that_went_away(monkeypatch):
    """What breaks elsewhere is a fault of ours, and is not told as if it were the reader's."""

    def broken(_):
        raise BrokenPipeError

    monkeypatch.setattr(commands, "verify_edition", broken)
    with pytest.raises(BrokenPipeError):
        commands.main(["verify"])


def test_a_file_that_is_stopped_half_way_is_gone_and_the_earlier_one_stays(tmp_path):
    path = tmp_path / "tabel.csv"
    path.write_text("oud")
    with pytest.raises(KeyboardInterrupt), files.whole(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "oud" and list(tmp_path.iterdir()) == [path]
    with files.whole(path) as partial:
        partial.write_text("nieuw")
    assert path.read_text() == "nieuw" and list(tmp_path.iterdir()) == [path]
