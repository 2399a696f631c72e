"""Every command on the page "Zelf herhalen" is run as it stands there, or, for what takes minutes or a cluster, read."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import make
from analysis.__main__ import main, parser
from analysis.paths import BOOK, ROOT

PAGE = (BOOK / "zelf-herhalen.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
ANALYSIS, PAPERMILL = ".venv/bin/python -m analysis ", ".venv/bin/papermill "


def test_there_are_commands_and_each_is_of_a_kind_that_is_tested():
    assert len(COMMANDS) >= 8
    assert all(command.startswith(("make ", ANALYSIS, PAPERMILL)) for command in COMMANDS)


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_a_target_of_make_exists(command):
    """`make book` and `make verify` are run whole by the tests of the real book and of the edition."""
    target = command.split()[1]
    assert target in make.JOBS
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.book
@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if command.startswith(ANALYSIS) and "--scheduler" not in command]
)
def test_a_command_of_ours_does_what_the_page_says(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("analysis.paths.RUNS", tmp_path)
    monkeypatch.setattr("analysis.paths.BUILD", tmp_path)
    assert main(shlex.split(command.removeprefix(ANALYSIS))) == 0
    assert "Delft" in capsys.readouterr().out or "Kanaleneiland" in command


@pytest.mark.parametrize("command", [command for command in COMMANDS if "--scheduler" in command])
def test_a_command_for_a_cluster_can_be_read(command):
    """It is run over loopback by test_cluster.py."""
    given = parser().parse_args(shlex.split(command.removeprefix(ANALYSIS)))
    assert given.scheduler.startswith("tcp://")


@pytest.mark.book
@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith(PAPERMILL)])
def test_papermill_by_hand_still_works(command, tmp_path):
    words = shlex.split(command.removeprefix(PAPERMILL))
    words[1] = str(tmp_path / words[1])
    done = subprocess.run([sys.executable, "-m", "papermill", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert Path(words[1]).exists()
