"""The workflows of GitHub: pinned, least rights, and in step with this repository. What GitHub does with them can't be tried here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import make
from analysis.__main__ import parser
from analysis.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yml"))}
# BaseLoader: YAML 1.1 would read the key `on` as a boolean.
WORKFLOWS = {name: yaml.load(text, yaml.BaseLoader) for name, text in TEXTS.items()}
JOBS = {f"{name}.{job}": made for name, workflow in WORKFLOWS.items() for job, made in workflow["jobs"].items()}
PINNED = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+\n")
LONGEST = 60  # minutes; the default of GitHub is six hours


def steps(job: dict) -> list[dict]:
    return job["steps"]


def commands(job: dict) -> list[str]:
    return [line.strip() for step in steps(job) for line in step.get("run", "").splitlines()]


def test_there_is_a_workflow_to_test_to_publish_and_to_check_links():
    assert {"test", "uitgeven", "links"} <= set(WORKFLOWS)


def test_zizmor_finds_nothing():
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--offline", "--persona", "pedantic", "--strict-collection", "--no-progress", FOLDER]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout + done.stderr


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(name):
    assert len(PINNED.findall(TEXTS[name])) == TEXTS[name].count("uses:") > 0


def test_an_action_has_the_same_commit_everywhere():
    found = {(match["action"], match["commit"]) for text in TEXTS.values() for match in PINNED.finditer(text)}
    assert len({action for action, _ in found}) == len(found)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_no_rights_of_its_own_and_runs_once_at_a_time(name):
    assert WORKFLOWS[name]["permissions"] == {}
    assert WORKFLOWS[name]["concurrency"]["group"]


@pytest.mark.parametrize("name", JOBS)
def test_a_job_names_its_rights_and_stops_in_time(name):
    job = JOBS[name]
    assert 0 < int(job["timeout-minutes"]) <= LONGEST
    assert job["permissions"], "een taak noemt de rechten die zij nodig heeft"


@pytest.mark.parametrize("name", JOBS)
def test_who_may_write_runs_nothing_of_the_repository(name):
    """Code of the book, or of a library it needs, can't publish, change a release or open an issue."""
    if "write" in JOBS[name]["permissions"].values():
        assert not any(step.get("uses", "").startswith("actions/checkout") for step in steps(JOBS[name]))
        assert not any(line.startswith(("make", ".ci", ".venv", "python")) for line in commands(JOBS[name]))


@pytest.mark.parametrize("name", JOBS)
def test_a_checkout_leaves_no_token_and_a_build_has_the_whole_history(name):
    checkouts = [step["with"] for step in steps(JOBS[name]) if step.get("uses", "").startswith("actions/checkout")]
    assert all(given["persist-credentials"] == "false" for given in checkouts)
    if any(line in ("make book", ".ci/run") for line in commands(JOBS[name])):
        assert [given["fetch-depth"] for given in checkouts] == ["0"]


@pytest.mark.parametrize("name", JOBS)
def test_every_target_and_command_that_is_called_exists(name):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for line in commands(JOBS[name]):
        words = line.split()
        if words[:1] == ["make"]:
            assert words[1] in targets, line
        elif words[:2] == ["python", "make.py"]:
            assert words[2] in {*make.JOBS, "install"}, line
        elif words[:3] == [".venv/bin/python", "-m", "analysis"]:
            parser().parse_args([word.strip('"').replace("$TAG", "v1.2.3") for word in words[3:]])
        elif words[:1] == [".ci/run"]:
            assert (ROOT / ".ci" / "run").exists()


@pytest.mark.parametrize("name", JOBS)
def test_no_command_holds_what_somebody_else_can_write(name):
    """Names of tags and branches go by the environment; in a command they would be code."""
    assert not any("${{" in line for line in commands(JOBS[name]))


def test_the_tests_run_on_every_python_that_the_lock_serves():
    tried = JOBS["test.test"]["strategy"]["matrix"]["python"]
    assert [tuple(map(int, one.split("."))) for one in tried] == list(make.SUPPORTED)


def test_an_edition_is_made_for_a_tag_only_and_published_last():
    assert WORKFLOWS["uitgeven"]["on"] == {"push": {"tags": ["v*"]}}
    order = {name: job.get("needs") for name, job in WORKFLOWS["uitgeven"]["jobs"].items()}
    assert order == {"maken": None, "bewaren": "maken", "samenvoegen": "bewaren", "publiceren": "samenvoegen"}


def test_the_book_that_is_published_knows_its_address_and_is_printed():
    build = next(step for step in steps(JOBS["uitgeven.maken"]) if "make pdf" in step.get("run", ""))
    assert build["run"].split("\n")[:3] == ["make clean", "make book", "make pdf"]
    assert build["env"]["BOEK_ADRES"] == "${{ steps.pages.outputs.base_url }}"


def test_the_links_are_checked_every_week_and_a_broken_one_is_told():
    assert re.fullmatch(r"\d+ \d+ \* \* \d", WORKFLOWS["links"]["on"]["schedule"][0]["cron"])
    assert JOBS["links.melden"]["if"] == "failure()"
    assert JOBS["links.melden"]["permissions"] == {"issues": "write"}
