"""What stands under a figure: its files, and what made it."""

from __future__ import annotations

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.choices import Choices
from analysis.paths import BOOK, DATA
from analysis.publication import provenance
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
    for address, name in ((FIGURE.png, "stad-utrecht-kaart.png"), (FIGURE.svg, "stad-utrecht-kaart.svg"), (FIGURE.csv, "stad-utrecht-kaart.csv")):
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
    assert 'python -m analysis run stadsblad --gemeente "Utrecht"' in text
    assert "```python\nmaps.types(x)\n```" in text


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
