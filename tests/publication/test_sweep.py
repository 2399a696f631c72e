"""One chapter for many: every combination once, failures told and run again alone, and one table of numbers."""

from __future__ import annotations

import json

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.__main__ import main
from analysis.errors import InvalidInput
from analysis.publication import execute, reuse, sweep

DECLARED = ["gemeente", "peiljaar", "inkomensmaat", "ondergrens", "zaad"]
EMIT = """
from analysis.errors import InvalidInput
from analysis.publication.numbers import Number, Numbers
"""


def notebook(path, body):
    cells = [
        new_code_cell('gemeente = "Delft"\npeiljaar = 2018', metadata={"tags": ["parameters"]}),
        new_code_cell(EMIT),
        new_code_cell(body),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "veerkracht": {"data": []},
    }
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


NUMBER = 'Numbers([Number("som", len(gemeente) + peiljaar, "letters", 1, "test")])'


def test_every_combination_once_and_alle_stands_for_all():
    runs = sweep.combinations({"gemeente": ["Delft", "den haag"], "peiljaar": [2014, 2018]}, DECLARED)
    assert runs == [
        {"gemeente": city, "peiljaar": year} for city in ("Delft", "'s-Gravenhage") for year in (2014, 2018)
    ]
    assert len(sweep.combinations({"gemeente": ["groot"]}, DECLARED)) == 31
    assert len(sweep.combinations({"gemeente": ["alle"]}, DECLARED)) == 355
    assert len(sweep.combinations({"gemeente": ["groot", "Delft"]}, DECLARED)) == 31


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"gemeente": ["Delfd"]}, "bedoelde u Delft"),
        ({"peiljaar": [1999]}, "2014, 2018 of 2020"),
        ({"stad": ["x"]}, "bestaat niet"),
    ],
)
def test_a_wrong_value_is_refused_before_anything_runs(asked, words):
    with pytest.raises(InvalidInput, match=words):
        sweep.combinations(asked, DECLARED)


def run(tmp_path, body, cities=("Delft", "Ede", "Venlo")):
    path = notebook(tmp_path / "proef.ipynb", body)
    todo = sweep.tasks(path, [{"gemeente": city, "peiljaar": 2018} for city in cities], tmp_path / "uit")
    said = []
    return sweep.sweep(todo, tmp_path / "uit", said.append, kept=reuse.Kept(tmp_path / "bewaard")), said


def test_the_table_has_every_number_with_its_parameters(tmp_path):
    found, said = run(tmp_path, NUMBER)
    csv, parquet = (
        pd.read_csv(tmp_path / "uit" / "resultaten.csv"),
        pd.read_parquet(tmp_path / "uit" / "resultaten.parquet"),
    )
    assert csv.gemeente.tolist() == ["Delft", "Ede", "Venlo"] and csv.waarde.tolist() == [2023, 2021, 2023]
    assert csv.soort_interval.tolist() == 3 * ["geen"]
    pd.testing.assert_frame_equal(csv, parquet, check_dtype=False)
    assert len(said) == 3 and not found.failed


def test_failures_are_collected_told_and_run_again_alone(tmp_path):
    broken = f'assert gemeente != "Ede", "kapot"\nif gemeente == "Venlo":\n    raise InvalidInput("te klein")\n{NUMBER}'
    found, said = run(tmp_path, broken)
    assert [one.task.parameters["gemeente"] for one in found.failed] == ["Ede"]
    assert [one.reason for one in found.refused] == ["te klein"]
    assert any("MISLUKT" in line and "kapot" in line for line in said)
    assert sweep.failed_before(tmp_path / "uit") == [{"gemeente": "Ede", "peiljaar": 2018}]
    assert len(found.numbers) == 1


def test_what_was_done_is_not_done_twice(tmp_path):
    run(tmp_path, NUMBER, ("Delft", "Ede"))
    _, said = run(tmp_path, NUMBER)
    assert sum("ongewijzigd" in line for line in said) == 2


def test_stopped_half_way_the_table_holds_what_was_done_and_the_rest_follows(tmp_path):
    path = notebook(tmp_path / "proef.ipynb", NUMBER)
    todo = sweep.tasks(
        path, [{"gemeente": city, "peiljaar": 2018} for city in ("Delft", "Ede", "Venlo")], tmp_path / "uit"
    )
    kept = reuse.Kept(tmp_path / "bewaard")

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.sweep(todo, tmp_path / "uit", stop, kept=kept)
    assert len(pd.read_csv(tmp_path / "uit" / "resultaten.csv")) == 1
    assert [path for path in (tmp_path / "uit").iterdir() if path.name.startswith(".")] == []
    found = sweep.sweep(todo, tmp_path / "uit", lambda _: None, kept=kept)
    assert len(found.numbers) == 3


def test_nothing_failed_before_is_said(tmp_path):
    with pytest.raises(InvalidInput, match="laat --alleen-mislukt weg"):
        sweep.failed_before(tmp_path)


@pytest.mark.book
def test_the_command_runs_a_chapter_for_several_cities(tmp_path, capsys):
    asked = [
        "cities",
        "--hoofdstuk",
        "stadsblad",
        "--gemeenten",
        "Delft",
        "Schiermonnikoog",
        "--peiljaar",
        "2018",
        "--uit",
        str(tmp_path),
    ]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "1 uitgevoerd, 1 geweigerd, 0 mislukt" in said
    table = pd.read_csv(tmp_path / "resultaten.csv")
    assert set(table.gemeente) == {"Delft"} and "helling10" in set(table.sleutel)
    assert json.loads((tmp_path / "mislukt.json").read_text())[0]["geweigerd"]


def test_the_command_refuses_an_unknown_chapter(capsys):
    assert main(["cities", "--hoofdstuk", "atlas"]) == 1
    assert "Hoofdstuk 'atlas' bestaat niet" in capsys.readouterr().err


def test_a_failed_task_keeps_its_notebook_to_look_at(tmp_path):
    path = notebook(tmp_path / "proef.ipynb", "1 / 0")
    with pytest.raises(InvalidInput, match=r"cel 3: ZeroDivisionError.*zie .*uit\.part\.ipynb"):
        execute.execute_one(execute.Task(path, tmp_path / "uit.ipynb"))
    assert (tmp_path / "uit.part.ipynb").exists() and not (tmp_path / "uit.ipynb").exists()
