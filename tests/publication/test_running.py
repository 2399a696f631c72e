"""Running chapters: right parameters run, wrong ones are refused with a sentence, failures are told."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.__main__ import main
from analysis.errors import InvalidInput
from analysis.paths import BOOK, ROOT
from analysis.publication import execute, register


def write(path, *sources):
    cells = [new_code_cell(source) for source in sources]
    notebook = new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    )
    nbformat.write(notebook, path)
    return path


def refused(capsys, *arguments):
    assert main(["run", *arguments]) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("stad", "Rotterdam"), ["'stad' bestaat niet", "gemeente, peiljaar, inkomensmaat"]),
        (("gemeente", "Rotjeknor"), ["'Rotjeknor' bestaat niet"]),
        (("gemeente", "Roterdam"), ["bedoelde u", "Rotterdam"]),
        (("gemeente", ""), ["is leeg"]),
        (("gemeente", "Eemsdelta"), ["Appingedam", "Delfzijl", "Loppersum"]),
        (("ondergrens", "1:30"), ["'1:30', een tekst", "een heel getal van 0 tot en met 5000"]),
        (("ondergrens", "1e3"), ["'1e3', een tekst"]),
        (("peiljaar", "1850"), ["1850", "2014, 2018 of 2020"]),
        (("inkomensmaat", "rijkdom"), ["rijkdom", "sociaal_minimum, laag_inkomen, laagste_40"]),
    ],
)
def test_run_refuses_a_wrong_parameter_before_anything_is_executed(capsys, pair, words):
    said = refused(capsys, "amsterdam", "-p", *pair)
    assert all(word in said for word in words), said
    assert said.count("\n") == 1


def test_run_refuses_a_parameter_that_is_given_twice(capsys):
    assert "'peiljaar' is twee keer gegeven" in refused(
        capsys, "amsterdam", "--peiljaar", "2018", "-p", "peiljaar", "2020"
    )


@pytest.mark.parametrize("asked", [["--jaren", "5.0"], ["--aantal", "veel"], ["--aantal", "nan"]])
def test_an_option_that_is_no_number_is_told_in_dutch(capsys, asked):
    scenario = ["scenario", "--gemeente", "Utrecht", "--buurt", "Ondiep", "--knop", "middenhuur", "--aantal", "10"]
    assert main([*scenario, *asked]) == 1
    assert f"{asked[1]!r} is geen" in capsys.readouterr().err


def test_parameters_reach_the_chapter_by_their_declared_type(monkeypatch):
    """With the official name: that of the page of Den Haag, with its apostrophe, crashed."""
    tasks = []

    def stop(task):
        tasks.append(task)
        raise InvalidInput("genoeg gezien")

    monkeypatch.setattr(execute, "execute_one", stop)
    for asked in (
        ["--gemeente", "'s-Gravenhage", "--ondergrens", "0500"],
        ["-p", "gemeente", "den haag", "-p", "ondergrens", "500"],
    ):
        assert main(["run", "amsterdam", *asked]) == 1
    assert [task.parameters for task in tasks] == [{"gemeente": "'s-Gravenhage", "ondergrens": 500}] * 2
    assert tasks[0].output.name == "amsterdam-s_gravenhage-500.ipynb"


def test_run_refuses_an_unknown_option(capsys):
    assert "'stad' bestaat niet" in refused(capsys, "amsterdam", "--stad", "Rotterdam")


def test_run_refuses_an_unknown_chapter(capsys):
    said = refused(capsys, "rotterdam")
    assert "Hoofdstuk 'rotterdam' bestaat niet" in said
    assert "amsterdam" in said and "stadsblad" in said


@pytest.mark.book
@pytest.mark.parametrize(
    ("pair", "words"),
    [(("stad", "Rotterdam"), "bestaat niet"), (("gemeente", "Rotjeknor"), "Rotjeknor"), (("peiljaar", "1850"), "2014, 2018 of 2020"),
     (("ondergrens", "1:30"), "'1:30', een tekst, maar moet zijn"), (("gemeente", "363"), "maar moet een naam of code zijn")],
)  # fmt: skip
def test_plain_papermill_is_refused_by_the_chapter_itself(tmp_path, pair, words):
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(BOOK / "amsterdam.ipynb"),
        str(tmp_path / "uit.ipynb"),
        "-p",
        *pair,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode != 0
    assert words in done.stderr


@pytest.mark.book
def test_plain_papermill_runs_another_city_from_any_folder(tmp_path):
    out = tmp_path / "uit.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(BOOK / "amsterdam.ipynb"),
        str(out),
        "-p",
        "gemeente",
        "Rotterdam",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    numbers = register.collect("amsterdam", "amsterdam", "GM0599", nbformat.read(out, as_version=4))
    assert numbers["amsterdam.GM0599.helling"].number.value < 0


@pytest.mark.book
def test_run_gives_the_same_numbers_and_tells_where_they_are(capsys, tmp_path):
    assert main(["run", "amsterdam", "--gemeente", "den haag", "--uit", str(tmp_path / "uit.ipynb")]) == 0
    said = capsys.readouterr().out
    assert "amsterdam.GM0518.helling = " in said
    assert (tmp_path / "uit.ipynb").exists()


@pytest.mark.book
def test_run_of_a_sheet_gives_the_numbers_of_that_gemeente(capsys, tmp_path):
    assert main(["run", "stadsblad", "--gemeente", "Utrecht", "--uit", str(tmp_path / "uit.ipynb")]) == 0
    assert "stad.GM0344." in capsys.readouterr().out


@pytest.mark.book
def test_a_failing_cell_is_told_with_chapter_cell_and_error(tmp_path):
    notebook = write(tmp_path / "proef.ipynb", "a = 1", "1 / 0")
    task = execute.Task(notebook, tmp_path / "uit" / "proef.ipynb")
    with pytest.raises(InvalidInput, match=r"Hoofdstuk proef, cel 2: ZeroDivisionError"):
        list(execute.execute([task]))
    assert not task.output.exists()


@pytest.mark.book
def test_notebooks_run_side_by_side_and_each_is_reported(tmp_path):
    tasks = [execute.Task(write(tmp_path / f"{name}.ipynb", f"print('{name}')"), tmp_path / "uit" / f"{name}.ipynb")
             for name in ("een", "twee", "drie")]  # fmt: skip
    said = []
    execute.report(execute.execute(tasks), len(tasks), said.append)
    assert len(said) == 3 and said[-1].strip().startswith("3/3")
    for task in tasks:
        assert nbformat.read(task.output, as_version=4).cells[0].outputs[0].text.strip() == task.notebook.stem


def test_serve_without_a_book_says_what_to_do_first(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("analysis.paths.HTML", tmp_path)
    assert main(["serve"]) == 1
    assert "draai eerst `make book`" in capsys.readouterr().err


def test_the_package_can_be_imported_from_any_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import analysis; print(analysis.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert str(ROOT) in done.stdout
