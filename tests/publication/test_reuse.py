"""The key of an executed notebook: what changes it, what does not, and whether a chapter declares all that it reads."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from functools import cache
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.dataset import schema, store
from analysis.paths import BOOK, ROOT
from analysis.publication import build, reuse

NOTEBOOKS = [*build.chapter_names(), *build.sheet_names()]
DESCRIPTION = "data/datapackage.json"
SIMULATIONS = "results/simulaties.csv"


@pytest.fixture
def project(tmp_path):
    """The project as far as keys go: code, chapters and lock are copies, the data are placeholders."""
    shutil.copytree(ROOT / "analysis", tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(BOOK, tmp_path / "book", ignore=lambda folder, names: {n for n in names if ".ipynb" not in n})
    shutil.copy(ROOT / reuse.LOCK, tmp_path)
    for path in [*ROOT.glob("data/*.*"), *ROOT.glob("results/*.csv")]:
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(exist_ok=True)
        place.write_text("a", "utf-8")
    return tmp_path


@pytest.fixture
def made(tmp_path):
    """Make a small project from the text of its modules and the cells of one notebook; gives the names of its parts."""

    def make(modules, *cells, data=()):
        for name, text in modules.items():
            path = tmp_path / "analysis" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        notebook = new_notebook(
            cells=[new_code_cell(source) for source in cells], metadata={"veerkracht": {"data": list(data)}}
        )
        nbformat.write(notebook, tmp_path / "proef.ipynb")
        return set(reuse.parts(tmp_path / "proef.ipynb", {}, tmp_path))

    return make


def key_of(project, name, **parameters):
    return reuse.key(project / "book" / f"{name}.ipynb", parameters, project)


def parts_of(project, name, **parameters):
    return reuse.parts(project / "book" / f"{name}.ipynb", parameters, project)


def append(path, text):
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def edit(project, name, change):
    """Let a function change the parsed notebook."""
    path = project / "book" / f"{name}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook), "utf-8")


def code_of(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


# --- modules


@pytest.mark.parametrize("module", ["levers/spread.py", "levers/waterbed.py", "publication/lever_reports.py"])
def test_a_module_that_a_chapter_does_not_import_leaves_its_key(project, module):
    before = {name: key_of(project, name) for name in ("andere-steden", "hefbomen")}
    append(project / "analysis" / module, "\nEXTRA = 1\n")
    assert key_of(project, "andere-steden") == before["andere-steden"]
    assert key_of(project, "hefbomen") != before["hefbomen"]


def test_a_comment_in_an_imported_module_changes_the_key_since_it_is_a_hash_of_content(project):
    before = key_of(project, "andere-steden")
    append(project / "analysis" / "models" / "verdict.py", "\n# Only a comment.\n")
    assert key_of(project, "andere-steden") != before


def test_a_module_imported_by_an_imported_module_counts(project):
    """`models.wls` is used by the models of chapter 2, and by no cell."""
    before = key_of(project, "andere-steden")
    append(project / "analysis" / "models" / "wls.py", "\nEXTRA = 1\n")
    assert key_of(project, "andere-steden") != before


def test_a_file_that_is_only_touched_leaves_the_key(project):
    before = key_of(project, "andere-steden")
    os.utime(project / "analysis" / "models" / "verdict.py", (1, 1))
    assert key_of(project, "andere-steden") == before


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("import analysis.a.b", {"", "a", "a.b"}),
        ("import analysis.a.b as c", {"", "a", "a.b"}),
        ("from analysis import a", {"", "a"}),
        ("from analysis.a import b", {"", "a", "a.b"}),
        ("from analysis.a import name", {"", "a"}),
        ("from analysis.a.b import name", {"", "a", "a.b"}),
        ("from analysis.a import *", {"", "a", "a.b", "a.c"}),
        ("def f():\n    from analysis.a import b", {"", "a", "a.b"}),
        ("try:\n    import analysis.missing\nexcept ImportError:\n    import analysis.other", {"", "other"}),
        ("import numpy\nfrom other.analysis import a", set()),
        ("text = 'import analysis.a.b'", set()),
        ("%matplotlib inline", {"", "a", "a.b", "a.c", "other"}),
    ],
)
def test_the_imports_of_a_cell_are_followed(made, code, reached):
    empty = dict.fromkeys(("__init__.py", "a/__init__.py", "a/b.py", "a/c.py", "other.py"), "")
    paths = {
        "": "analysis/__init__.py", "a": "analysis/a/__init__.py", "a.b": "analysis/a/b.py", "a.c": "analysis/a/c.py",
        "other": "analysis/other.py",
    }  # fmt: skip
    assert {part for part in made(empty, code) if part.endswith(".py")} == {paths[name] for name in reached}


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("from . import c", {"a/c.py"}),
        ("from .c import name", {"a/c.py"}),
        ("from .. import other", {"other.py"}),
        ("from ..other import name", {"other.py"}),
        ("def f():\n    from .c import name", {"a/c.py"}),
        ("from .c import name\ndef broken(:", {"a/c.py", "other.py"}),
    ],
)
def test_relative_imports_of_a_module_are_followed(made, code, reached):
    modules = {"__init__.py": "", "a/__init__.py": "", "a/b.py": code, "a/c.py": "", "other.py": ""}
    always = {"analysis/__init__.py", "analysis/a/__init__.py", "analysis/a/b.py"}
    found = {part for part in made(modules, "from analysis.a import b") if part.endswith(".py")}
    assert found == always | {f"analysis/{path}" for path in reached}


def test_the_imports_of_a_package_passed_through_are_followed(made):
    modules = {"__init__.py": "", "a/__init__.py": "from .c import name", "a/b.py": "", "a/c.py": "import analysis.b"}
    assert "analysis/b.py" in made({**modules, "b.py": ""}, "from analysis.a import b")


def test_modules_that_import_each_other_are_read_once(made):
    modules = {"a.py": "import analysis.b", "b.py": "import analysis.a"}
    assert {"analysis/a.py", "analysis/b.py"} <= made(modules, "import analysis.a")


def test_nothing_is_executed(made):
    made({"a.py": "raise SystemExit", "__init__.py": "raise SystemExit"}, "from analysis import a\nraise SystemExit")


# --- the notebook itself


def caption(notebook):
    next(cell for cell in code_of(notebook) if "mystnb" in cell["metadata"])["metadata"]["mystnb"]["figure"][
        "caption"
    ] = "Anders."


def alt(notebook):
    next(cell for cell in code_of(notebook) if "mystnb" in cell["metadata"])["metadata"]["mystnb"]["image"]["alt"] = "x"


def markdown(notebook):
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")["source"] = "Anders."


def another_markdown(notebook):
    notebook["cells"].insert(3, {"cell_type": "markdown", "metadata": {}, "source": ["Nieuw."]})


def ids(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cel-{number}"


def hidden(notebook):
    code_of(notebook)[2]["metadata"]["tags"] = ["remove-input"]


def one_text_for_lines(notebook):
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])


def group(notebook):
    notebook["metadata"]["veerkracht"]["groep"] = "anders"


@pytest.mark.parametrize("change", [caption, alt, markdown, another_markdown, ids, hidden, one_text_for_lines, group])
def test_what_is_not_executed_leaves_the_key(project, change):
    before = key_of(project, "andere-steden")
    edit(project, "andere-steden", change)
    assert key_of(project, "andere-steden") == before


def code(notebook):
    code_of(notebook)[-1]["source"] += ["\n1"]


def default_of_a_parameter(notebook):
    code_of(notebook)[0]["source"][0] = "peiljaar = 2020\n"


def order(notebook):
    notebook["cells"].reverse()


def skipped(notebook):
    code_of(notebook)[-1]["metadata"]["tags"].append("skip-execution")


def forgiven(notebook):
    code_of(notebook)[-1]["metadata"]["tags"].append("raises-exception")


def no_parameters(notebook):
    code_of(notebook)[0]["metadata"]["tags"].remove("parameters")


def moved_boundary(notebook):
    """The same text in other cells."""
    first, second = code_of(notebook)[-2:]
    second["source"] = [*first["source"], *second["source"]]
    first["source"] = []


@pytest.mark.parametrize(
    "change", [code, default_of_a_parameter, order, skipped, forgiven, no_parameters, moved_boundary]
)
def test_what_is_executed_changes_the_key(project, change):
    before = parts_of(project, "andere-steden")
    edit(project, "andere-steden", change)
    after = parts_of(project, "andere-steden")
    assert [name for name in before if before[name] != after[name]] == ["cellen"]


def test_where_the_notebook_lies_does_not_matter(project, tmp_path_factory):
    elsewhere = shutil.copy(project / "book" / "amsterdam.ipynb", tmp_path_factory.mktemp("elders") / "kopie.ipynb")
    assert reuse.key(Path(elsewhere), {}, project) == key_of(project, "amsterdam")


# --- parameters, data, lock, Python


def test_every_parameter_changes_the_key(project):
    given = [{}, {"gemeente": "Utrecht"}, {"gemeente": "Ede"}, {"peiljaar": 2018}, {"peiljaar": "2018"}]
    assert len({key_of(project, "stadsblad", **parameters) for parameters in given}) == len(given)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())
    )
)
def test_the_order_of_parameters_does_not_matter(parameters):
    notebook = BOOK / "simulaties.ipynb"
    assert reuse.key(notebook, parameters) == reuse.key(notebook, dict(reversed(parameters.items())))


@pytest.mark.parametrize("path", ["data/buurten.csv", DESCRIPTION, SIMULATIONS, reuse.LOCK])
def test_a_declared_file_and_the_lock_change_the_key(project, path):
    before = key_of(project, "amsterdam")
    append(project / path, "b")
    assert key_of(project, "amsterdam") != before


@pytest.mark.parametrize("path", ["data/bewijs.csv", "data/README.md", "book/hefbomen.ipynb"])
def test_a_file_that_is_not_declared_leaves_the_key(project, path):
    before = key_of(project, "amsterdam")
    append(project / path, "b")
    assert key_of(project, "amsterdam") == before


def test_a_declared_file_that_is_not_there_is_told_and_its_coming_changes_the_key(project):
    (project / SIMULATIONS).unlink()
    before = parts_of(project, "amsterdam")
    assert before[SIMULATIONS] == reuse.ABSENT
    (project / SIMULATIONS).write_text("", "utf-8")
    assert parts_of(project, "amsterdam")[SIMULATIONS] != reuse.ABSENT


def test_a_notebook_that_declares_nothing_rests_on_all_data(project):
    edit(project, "simulaties", lambda notebook: notebook["metadata"].pop("veerkracht"))
    before = key_of(project, "simulaties")
    append(project / "data" / "kader.csv", "b")
    assert key_of(project, "simulaties") != before


def test_a_notebook_that_declares_an_empty_list_rests_on_no_data(made):
    assert made({}, "1", data=()) == {"cellen", "parameters", "lock", "python"}


def test_another_python_changes_the_key_but_a_bug_fix_of_it_does_not(project, monkeypatch):
    version = namedtuple("version", "major minor micro")
    keys = []
    for one in ((3, 12, 1), (3, 12, 7), (3, 13, 1)):
        monkeypatch.setattr(sys, "version_info", version(*one))
        keys.append(key_of(project, "amsterdam"))
    assert keys[0] == keys[1] != keys[2]


def test_a_key_is_a_sha256_that_follows_from_its_parts(project):
    assert key_of(project, "amsterdam") == key_of(project, "amsterdam")
    assert len(key_of(project, "amsterdam")) == 64 and int(key_of(project, "amsterdam"), 16)


# --- saying why


def test_what_changed_is_said_in_one_sentence(project):
    before = parts_of(project, "amsterdam")
    edit(project, "amsterdam", code)
    append(project / "analysis" / "models" / "change.py", "#")
    assert reuse.because(Path("amsterdam.ipynb"), before, parts_of(project, "amsterdam")) == (
        "amsterdam wordt opnieuw uitgevoerd; veranderd: de code in de cellen en analysis/models/change.py."
    )


def test_what_came_and_went_is_said():
    said = reuse.because(Path("a.ipynb"), {"lock": "1", "data/oud.csv": "1"}, {"lock": "2", "data/nieuw.csv": "1"})
    assert said == (
        "a wordt opnieuw uitgevoerd; veranderd: de bibliotheken (requirements.lock), data/nieuw.csv (nieuw) "
        "en data/oud.csv (weg)."
    )


def test_many_changes_are_counted():
    said = reuse.because(Path("a.ipynb"), {"lock": "1"}, {"lock": "1", **{f"analysis/{k}.py": "1" for k in range(7)}})
    assert said.endswith("analysis/3.py (nieuw) en nog 3 andere.")


def test_no_change_and_a_first_time_are_said():
    assert reuse.because(Path("a.ipynb"), {"lock": "1"}, {"lock": "1"}) == "a: er is niets veranderd."
    assert "nog niet eerder" in reuse.because(Path("a.ipynb"), {}, {"lock": "1"})


# --- keeping


@pytest.fixture
def kept(tmp_path):
    return reuse.Kept(tmp_path / "diep" / "bewaard")


@pytest.fixture
def executed(tmp_path):
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "uit.ipynb")
    return tmp_path / "uit.ipynb"


def test_what_was_kept_is_found_by_its_key_alone(kept, executed):
    assert kept.find("a") is None
    place = kept.keep("a", executed)
    assert kept.find("a") == place == kept.folder / "a.ipynb"
    assert place.read_bytes() == executed.read_bytes() and executed.exists()
    assert kept.find("b") is None


def test_nothing_else_is_left_in_the_folder(kept, executed):
    kept.keep("a", executed)
    assert [path.name for path in kept.folder.iterdir()] == ["a.ipynb"]


@pytest.mark.parametrize("content", [b"", b'{"cells": [', b"\xff\xfe\xff", b"null", b"{}", b'{"cells": 1}'])
def test_a_damaged_notebook_counts_as_absent_and_is_removed(kept, executed, content):
    kept.keep("a", executed).write_bytes(content)
    assert kept.find("a") is None
    assert not list(kept.folder.iterdir())
    kept.keep("a", executed)
    assert kept.find("a")


def test_a_keeping_that_breaks_off_leaves_what_was_there(kept, executed, monkeypatch):
    before = kept.keep("a", executed).read_bytes()

    def half(path, content):
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError("schijf vol")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="vol"):
        kept.keep("a", executed)
    assert kept.find("a").read_bytes() == before
    assert [path.name for path in kept.folder.iterdir()] == ["a.ipynb"]


def test_pruning_spares_what_is_in_use_and_the_latest_others(kept, executed, monkeypatch):
    monkeypatch.setattr(reuse, "OTHERS_KEPT", 2)
    for age, name in enumerate("abcdef"):
        os.utime(kept.keep(name, executed), (1000 - age, 1000 - age))
    kept.find("e")  # used just now
    kept.prune(key for key in ("d", "z"))
    assert {path.stem for path in kept.folder.iterdir()} == {"a", "d", "e"}


def test_pruning_takes_what_a_killed_build_left_and_nothing_that_is_not_ours(kept, executed, monkeypatch):
    monkeypatch.setattr(reuse, "OTHERS_KEPT", 0)
    kept.keep("a", executed)
    for name in ("b.12.part", "LEESMIJ.txt"):
        (kept.folder / name).write_text("", "utf-8")
    kept.prune(["a"])
    assert {path.name for path in kept.folder.iterdir()} == {"a.ipynb", "LEESMIJ.txt"}


def test_pruning_a_folder_that_is_not_there_does_nothing(kept):
    kept.prune(["a"])
    assert not kept.folder.exists()


# --- an earlier execution under today's text


def test_a_kept_copy_gets_the_texts_of_today_and_keeps_its_outputs(tmp_path):
    def captioned(text, **ran):
        return new_code_cell("x", metadata={"mystnb": {"figure": {"caption": text}}}, **ran)

    first = new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    added = new_code_cell("# Parameters\nx = 5", metadata={"tags": ["injected-parameters"]})
    shown = new_output("display_data", {"text/plain": "5"})
    old = [first, added, new_markdown_cell("Oud."), captioned("Oud.", outputs=[shown], execution_count=2)]
    now = [first, new_markdown_cell("Nieuw."), new_markdown_cell("Erbij."), captioned("Nieuw.")]
    nbformat.write(new_notebook(cells=old, metadata={"language_info": {"name": "python"}}), tmp_path / "oud.ipynb")
    nbformat.write(new_notebook(cells=now, metadata={"veerkracht": {"groep": "a"}}), tmp_path / "nu.ipynb")
    made = nbformat.reads(reuse.renewed(tmp_path / "nu.ipynb", tmp_path / "oud.ipynb"), as_version=4)
    nbformat.validate(made)
    assert [cell.source for cell in made.cells] == ["x = 1", "Nieuw.", "Erbij.", added.source, "x"]
    assert made.cells[-1].metadata.mystnb["figure"]["caption"] == "Nieuw."
    assert made.cells[-1].outputs == [shown] and made.cells[-1].execution_count == 2
    assert made.metadata == {"veerkracht": {"groep": "a"}, "language_info": {"name": "python"}}


def test_a_cell_added_at_the_end_stays(tmp_path):
    cells = [new_code_cell("x = 1", metadata={"tags": ["parameters"]})]
    added = new_code_cell("x = 2", metadata={"tags": ["injected-parameters"]})
    nbformat.write(new_notebook(cells=cells), tmp_path / "nu.ipynb")
    nbformat.write(new_notebook(cells=[*cells, added]), tmp_path / "oud.ipynb")
    made = json.loads(reuse.renewed(tmp_path / "nu.ipynb", tmp_path / "oud.ipynb"))
    assert ["".join(cell["source"]) for cell in made["cells"]] == ["x = 1", "x = 2"]


# --- what the chapters declare, beside what they read

# The modules that read files for a chapter. Who adds one here also tells `files_of` how to see what it reads.
READERS = {"analysis/dataset/schema.py", "analysis/dataset/store.py", "analysis/publication/simulations.py"}

OPENING = {"open", "read_text", "read_bytes", "read_file"}


def declared(name):
    return nbformat.read(BOOK / f"{name}.ipynb", as_version=4).metadata["veerkracht"]["data"]


@cache
def nodes(source):
    """Everything in a piece of code."""
    return list(ast.walk(ast.parse(source)))


@cache
def sources(name):
    """The code of a chapter, and that of every module it imports by its path."""
    notebook = nbformat.read(BOOK / f"{name}.ipynb", as_version=4)
    cells = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    modules = [part for part in reuse.parts(BOOK / f"{name}.ipynb", {}) if part.endswith(".py")]
    return cells, {module: (ROOT / module).read_text("utf-8") for module in modules}


def calls(source):
    """Calls of the form `module.function(...)`, by that name."""
    for node in nodes(source):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            yield f"{node.func.value.id}.{node.func.attr}", node


@cache
def files_of(source):
    """The files that code reads; where `store.read` is given a variable, every table that the code names as a text."""
    tables = {item["name"]: f"data/{item['path']}" for item in schema.describe()["resources"]}
    texts = {node.value for node in nodes(source) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    found = set()
    for called, node in calls(source):
        if called == "store.read":
            named = {node.args[0].value} if isinstance(node.args[0], ast.Constant) else texts & set(tables)
            found |= {DESCRIPTION} | {tables[name] for name in named}
        elif called == "store.read_map":
            found.add(f"data/{store.MAPS}")
        elif called == "simulations.read":
            found.add(SIMULATIONS)
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_declares_what_its_cells_read_and_nothing_else(name):
    assert set(declared(name)) == files_of(sources(name)[0])
    assert len(declared(name)) == len(set(declared(name)))
    assert all((ROOT / path).is_file() for path in declared(name))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_a_chapter_imports_reads_nothing_of_itself(name):
    """Tables go from the cells to the models; simulations are made from the dataset by a command, not by a chapter.

    What a refusal tells, and a name that is not CBS's own, are looked up where they are needed: a refusal is never kept, and a
    sweep settles every name before it asks what was kept.
    """
    cells, modules = sources(name)
    reading = {path for path, source in modules.items() if files_of(source)}
    assert reading <= {"analysis/publication/simulations.py"}
    assert not any(called == "simulations.run" for source in (cells, *modules.values()) for called, _ in calls(source))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_only_the_known_readers_open_files_for_a_chapter(name):
    for path, source in sources(name)[1].items():
        named = {node.attr for node in nodes(source) if isinstance(node, ast.Attribute)}
        named |= {node.id for node in nodes(source) if isinstance(node, ast.Name)}
        opening = {one for one in named if one in OPENING or (one.startswith("read_") and hasattr(store.pd, one))}
        assert path in {*READERS, reuse.ENGINE} or not opening, f"{path}: {opening}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_chapter_imports_in_a_way_that_reading_cannot_see(name):
    cells, modules = sources(name)
    for path, source in {"cellen": cells, **modules}.items():
        named = {node.id for node in nodes(source) if isinstance(node, ast.Name)}
        assert not named & {"importlib", "__import__", "exec", "eval", "runpy"}, path


# Executes the cells of a notebook, and prints at last which files of the data and the results were opened.
OPENED = """
import json, os, sys
from pathlib import Path

root, opened = Path.cwd(), set()

def note(path):
    inside = os.path.relpath(os.path.abspath(path), root)
    if inside.startswith(("data" + os.sep, "results" + os.sep)):
        opened.add(Path(inside).as_posix())

sys.addaudithook(lambda event, given: note(given[0]) if event == "open" and isinstance(given[0], str) else None)

import matplotlib
matplotlib.use("agg")
import geopandas
read_file = geopandas.read_file  # GDAL opens the file, of which Python does not hear
geopandas.read_file = lambda path, **options: (note(path), read_file(path, **options))[1]
space = {"__name__": "__main__"}
for cell in json.loads(Path(sys.argv[1]).read_text("utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), space)
print("\\n" + json.dumps(sorted(opened)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["amsterdam", "stadsblad"])
def test_a_chapter_opens_what_it_declares_and_nothing_else(name):
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(BOOK / f"{name}.ipynb")],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == sorted(declared(name))
