"""The chapters as they are committed: they tell, and leave the computing to `analysis/`."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

from analysis.choices import PARAMETERS
from analysis.paths import BOOK
from analysis.publication.build import chapter_names, sheet_names

CHAPTERS = chapter_names()
SHEETS = sheet_names()
NOTEBOOKS = CHAPTERS + SHEETS


def code_cells(name: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(BOOK / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


STORY = ["onderzoeksvraag", "amsterdam", "andere-steden", "hefbomen"]
ACCOUNT = ["robuustheid", "simulaties", "validatie"]


def test_the_table_of_contents_has_the_four_chapters_and_then_the_account():
    assert CHAPTERS == STORY + ACCOUNT


def test_there_is_one_notebook_that_becomes_a_page_for_each_city():
    assert SHEETS == ["stadsblad"]


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_declares_the_gemeente_that_it_is_run_for(name):
    assert code_cells(name)[0].source.startswith("gemeente = ")


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_sets_no_label_that_its_pages_would_share(name):
    """Figures get the page in their name; a label written in the text would stand on every page."""
    notebook = nbformat.read(BOOK / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        assert cell.cell_type == "code" or not re.search(r"^\(.+\)=\s*$|^:name:", cell.source, re.MULTILINE), (
            cell.source
        )


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_is_committed_without_output(name):
    for cell in code_cells(name):
        assert not cell.outputs and cell.execution_count is None


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_parameters_come_first_and_are_checked_in_the_next_cell(name):
    first, second, *_ = code_cells(name)
    assert "parameters" in first.metadata.tags
    declared = [line.split(" = ")[0] for line in first.source.splitlines()]
    assert set(declared) <= set(PARAMETERS)
    assert re.search(r"settle_cell\(\s*globals\(\)", second.source)
    assert re.findall(r'"(\w+)"', second.source.split("[")[-1]) == declared


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_cell_defines_nothing_and_names_no_file(name):
    for cell in code_cells(name):
        tree = ast.parse(cell.source)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)
        assert not any(isinstance(node, kinds) for node in ast.walk(tree)), cell.source
        assert not re.search(r"\.csv|\.gpkg|open\(|read_csv", cell.source)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_after_the_set_up_a_cell_is_one_call(name):
    for cell in code_cells(name)[3:]:
        statements = ast.parse(cell.source).body
        assert len(statements) == 1, cell.source
        assert isinstance(statements[0].value, ast.Call)


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name != "simulaties"])
def test_every_figure_has_caption_name_and_alt_text(name):
    drawn = [cell for cell in code_cells(name) if "mystnb" in cell.metadata]
    assert drawn
    for cell in drawn:
        figure = cell.metadata.mystnb
        assert figure["figure"]["caption"].endswith(".")
        assert figure["figure"]["name"].startswith("fig-")
        assert len(figure["image"]["alt"]) > 60


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_result_is_typed_into_the_text(name):
    """A decimal number in the prose is a result; results come from the register."""
    notebook = nbformat.read(BOOK / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"\{[\w:]+\}`[^`]*`|Leefbaarometer \d\.\d", "", cell.source)
            assert not re.findall(r"\d+,\d+", prose), prose
