"""What stands under a figure: its files, and what made it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.__main__ import parser
from analysis.choices import Choices, convert, settle
from analysis.dataset import store
from analysis.measures import sample
from analysis.paths import BOOK, DATA
from analysis.publication import provenance, staging
from analysis.publication.provenance import Maker, Shown, below, function_of, maker_of, sources_of

UTRECHT = Choices(gemeente="Utrecht", gemeentecode="GM0344")
IMPORTS = {"maps": "analysis.figures.maps"}
FIGURE = Shown("_static/cijfers/stad-utrecht/kaart.csv", "_static/figuren/stad-utrecht/kaart.svg", "_images/a.png")


def maker(**changes) -> Maker:
    known = {
        "page": "stad-utrecht", "notebook": "stadsblad", "choices": UTRECHT, "declared": ["gemeente", "zaad"],
        "data": ["data/gemeenten.csv"], "imports": IMPORTS,
    }  # fmt: skip
    return Maker(**known | changes)


def test_a_figure_has_its_three_files_under_names_that_say_what_they_are():
    text = below(new_code_cell("maps.types(x)"), FIGURE, maker(), 9).source
    for address, name in (
        (FIGURE.png, "stad-utrecht-kaart.png"),
        (FIGURE.svg, "stad-utrecht-kaart.svg"),
        (FIGURE.csv, "stad-utrecht-kaart.csv"),
    ):
        assert f'<a href="{address}" download="{name}">' in text


def test_a_file_bears_the_name_of_its_page_only_where_pages_share_names():
    assert provenance.file_stem("_static/cijfers/stad-utrecht/kaart.csv") == "stad-utrecht-kaart"
    assert provenance.file_stem("_static/cijfers/curve-onv.csv") == "curve-onv"


def test_a_table_has_its_own_link_and_no_line_of_downloads():
    assert "Download" not in below(new_code_cell("maps.types(x)"), Shown(FIGURE.csv), maker(), 9).source


def test_it_says_where_the_code_is_with_which_choices_and_how_to_do_it_again():
    text = below(new_code_cell("maps.types(x)"), FIGURE, maker(), 9).source
    assert "cel 9 van het notebook" in text and "book/stadsblad.ipynb" in text and "_sources/stad-utrecht.ipynb" in text
    assert "`types` in `analysis/figures/maps.py`" in text
    assert "gemeente = Utrecht, zaad = 20230323." in text and "peiljaar" not in text
    assert "`python -m analysis run stadsblad --gemeente Utrecht`" in text
    assert "```python\nmaps.types(x)\n```" in text


BIG = sample.big_cities(store.read("gemeenten"))


@pytest.mark.parametrize("code", BIG.index)
def test_a_printed_command_is_read_by_a_shell_and_by_our_own_parser(code):
    """Under a figure and on the page of every big city; that of 's-Gravenhage once crashed on its apostrophe."""
    name = BIG.gemeentenaam[code]
    choices = Choices(gemeente=name, gemeentecode=code)
    under = below(new_code_cell("maps.types(x)"), FIGURE, maker(choices=choices), 9).source
    sheet = new_notebook(cells=[new_markdown_cell(cell.source) for cell in nbformat.read(BOOK / "stadsblad.ipynb", 4).cells
                                if "python -m analysis run" in cell.source])  # fmt: skip
    filled = staging._fill_text(sheet.cells[0].source.partition("Dit blad")[2], {}, {}, "", choices, "stadsblad")
    for text in (under, filled):
        (command,) = re.findall(r"`python (-m analysis run stadsblad[^`]*)`", text)
        shell = subprocess.run(["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True)
        words = shell.stdout.splitlines()
        assert words == shlex.split(command) == ["-m", "analysis", "run", "stadsblad", "--gemeente", name]
        given = parser().parse_args(words[2:])
        assert settle({"gemeente": convert("gemeente", given.gemeente)}, store.read("gemeenten")).gemeentecode == code


@pytest.mark.parametrize("word", ["'s-Gravenhage", "a b", 'a"b', "$HOME", "`ls`", "a\\b", "wow!", "", "'\""])
def test_a_quoted_word_comes_through_a_shell_as_it_is(word):
    assert shlex.split(provenance.quoted(word)) == [word]


def test_the_names_of_all_gemeenten_stand_between_double_quotes_as_the_finder_writes_them():
    assert all(shlex.split(f'"{name}"') == [name] for name in store.read("gemeenten").gemeentenaam)


def test_a_notebook_without_parameters_is_rerun_without():
    text = below(new_code_cell("x"), FIGURE, maker(notebook="simulaties", declared=[]), 1).source
    assert "`python -m analysis run simulaties`" in text and "Keuzes" not in text and "Functie" not in text


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 1\nmaps.types(charts.y(1))", ("analysis.figures.maps", "types")),
        ("maps.types(1)\nprint(2)", None),
        ("other.types(1)", None),
        ("x", None),
        ("", None),
        ("%matplotlib inline\nmaps.types(1)", None),
    ],
)
def test_the_function_is_that_of_the_last_line(source, found):
    assert function_of(source, IMPORTS) == found


def test_a_maker_is_read_from_the_notebook():
    parameters = new_code_cell('gemeente = "Amsterdam"\nzaad = 1\nniets = 2', metadata={"tags": ["parameters"]})
    code = new_code_cell("from analysis.figures import maps\nfrom analysis.figures import context as verband")
    notebook = new_notebook(cells=[parameters, code], metadata={"veerkracht": {"data": ["data/wijken.csv"]}})
    found = maker_of("p", "n", UTRECHT, notebook)
    assert list(found.declared) == ["gemeente", "zaad"] and list(found.data) == ["data/wijken.csv"]
    assert found.imports == {"maps": "analysis.figures.maps", "verband": "analysis.figures.context"}


@pytest.mark.parametrize("notebook", sorted(BOOK.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_data_file_of_a_chapter_has_publishers(notebook):
    files = json.loads(notebook.read_text("utf-8"))["metadata"].get("veerkracht", {}).get("data", [])
    for file in set(files) - {"data/datapackage.json"}:
        assert sources_of([file]), file


def test_publishers_are_named_once_in_the_order_of_the_data_package():
    found = sources_of([f"data/{path.name}" for path in DATA.iterdir()])
    listed = [source["title"] for source in provenance.schema.describe()["sources"]]
    assert found[: len(listed)] == listed and len(found) == len(set(found))


def test_the_address_of_a_picture_is_the_hash_of_its_bytes():
    assert provenance.image_address("aGFsbG8=") == (
        "_images/d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9.png"
    )
