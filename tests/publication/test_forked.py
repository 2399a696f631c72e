"""The engine that forks: the same notebook as plain papermill gives, and nothing that leaks from one to the next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from analysis.paths import BOOK, ROOT
from analysis.publication import execute, forked

pytestmark = pytest.mark.skipif(not forked.CAN_FORK, reason="dit systeem kan geen proces splitsen")

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

# Everything that a cell can give: printed, drawn, returned, changed afterwards, cleared, failed on purpose.
EVERYTHING = (
    "n = 1", "print('een')\nimport sys; print('fout', file=sys.stderr)", "1 + 1", "from IPython.display import display, HTML, clear_output",
    "display(HTML('<b>x</b>'))\nhet = display('eerst', display_id='d')", "het.update('later')", "print('weg'); clear_output(); print('blijft')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "import asyncio\nawait asyncio.sleep(0)\n'gewacht'",
    "!echo uit een schil", "%%bash\necho uit bash",
    "import pandas as pd; pd.DataFrame({'a': [1.5]})", "_ = 3; n",
)  # fmt: skip


def notebook(path, *sources, tags=()):
    cells = [new_markdown_cell("tekst"), *(new_code_cell(source, metadata={"tags": list(tags)}) for source in sources)]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)
    return path


def run(path, engine, **options):
    chosen = {"engine_name": forked.NAME} if engine == execute.FORKED else {}
    return papermill.execute_notebook(
        str(path), None, kernel_name="python3", progress_bar=False, cwd=str(ROOT), **chosen, **options
    )


def without_times(executed):
    found = nbformat.from_dict(executed)
    found.metadata.pop("papermill")
    for cell in found.cells:
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    return found


def text_of(executed, index):
    return "".join(output.get("text", "") for output in executed.cells[index].outputs).strip()


def test_every_kind_of_output_is_the_one_that_a_kernel_of_its_own_gives(tmp_path):
    path = notebook(tmp_path / "alles.ipynb", *EVERYTHING)
    ours, plain = (without_times(run(path, engine)) for engine in (execute.FORKED, execute.PLAIN))
    assert ours.metadata == plain.metadata
    for one, other in zip(ours.cells, plain.cells, strict=True):
        assert one == other, one.source


@pytest.mark.slow
@pytest.mark.book
@pytest.mark.parametrize(
    ("name", "parameters"), [("amsterdam", {}), ("hefbomen", {}), ("stadsblad", {"gemeente": "Delft"})]
)
def test_a_chapter_is_the_one_that_plain_papermill_gives(name, parameters):
    ours, plain = (
        without_times(run(BOOK / f"{name}.ipynb", engine, parameters=parameters))
        for engine in (execute.FORKED, execute.PLAIN)
    )
    assert [cell.get("outputs") for cell in ours.cells] == [cell.get("outputs") for cell in plain.cells]


def test_what_a_library_prints_past_python_is_output_and_not_ours(tmp_path, capfd):
    path = notebook(tmp_path / "langs.ipynb", "import os, time\nos.write(1, b'langs\\n'); time.sleep(0.5); None")
    assert text_of(run(path, execute.FORKED), 1) == "langs"
    assert "langs" not in capfd.readouterr().out


def test_timings_are_recorded_as_papermill_does(tmp_path):
    done = run(notebook(tmp_path / "tijd.ipynb", "1"), execute.FORKED)
    about = done.cells[1].metadata
    assert about.papermill.status == "completed" and about.papermill.duration >= 0
    assert "iopub.status.idle" in about.execution


LEAKS = {
    "a variable": ("geheim = 1", "'geheim' in globals()", "False"),
    "a figure": ("import matplotlib.pyplot as p; p.figure(); None", "import matplotlib.pyplot as p; p.get_fignums()", "[]"),
    "a setting of a library": ("import pandas as pd; pd.set_option('display.max_rows', 7)", "import pandas as pd; pd.get_option('display.max_rows') == 7", "False"),
    "the environment": ("import os; os.environ['LEK'] = '1'", "import os; 'LEK' in os.environ", "False"),
    "the working folder": ("import os; os.chdir('/')", "import os; os.getcwd() == '/'", "False"),
    "a module that was changed": ("import analysis.dutch as d; d.MISSING = 'stuk'", "import analysis.dutch as d; d.MISSING == 'stuk'", "False"),
    "a table that was changed": ("from analysis.dataset import store; store._read('bewijs', store.DATA).loc[:, 'graad'] = 'A'",
                                 "from analysis.dataset import store; set(store.read('bewijs').graad) == {'A'}", "False"),
    "IPython's own": ("get_ipython().display_formatter.active_types = ['text/plain']",
                      "'text/html' in get_ipython().display_formatter.active_types", "True"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEAKS)
def test_nothing_leaks_from_one_notebook_to_the_next(tmp_path, what):
    first, second, expected = LEAKS[what]
    run(notebook(tmp_path / "eerst.ipynb", first), execute.FORKED)
    found = run(notebook(tmp_path / "later.ipynb", second), execute.FORKED)
    assert found.cells[1].outputs[0].data["text/plain"] == expected


@pytest.mark.parametrize(
    "draw", ["import random; print(random.random())", "import numpy as np; print(np.random.rand())"]
)
def test_no_random_stream_is_shared(tmp_path, draw):
    path = notebook(tmp_path / "toeval.ipynb", draw)
    assert text_of(run(path, execute.FORKED), 1) != text_of(run(path, execute.FORKED), 1)


@pytest.mark.parametrize(
    ("death", "words"),
    [("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"), ("import os; os._exit(3)", "code 3")],
)
def test_a_notebook_that_ends_its_process_fails_alone_and_says_where(tmp_path, death, words):
    with pytest.raises(DeadKernelError, match=rf"bij cel 3 \(.*{words}"):
        run(notebook(tmp_path / "dood.ipynb", "1", death, "2"), execute.FORKED)
    assert text_of(run(notebook(tmp_path / "levend.ipynb", "print('ja')"), execute.FORKED), 1) == "ja"


def test_a_notebook_that_eats_its_memory_fails_alone(tmp_path):
    """Above what this process holds already there is 2 GiB: room for the error itself, which else would end the process."""
    pages, *_ = Path("/proc/self/statm").read_text().split()
    memory = int(pages) * os.sysconf("SC_PAGE_SIZE") + 2 * 2**30
    greedy = notebook(tmp_path / "veel.ipynb", f"b = bytearray({memory})")
    with pytest.raises(PapermillExecutionError, match="MemoryError"):
        run(greedy, execute.FORKED, memory=memory)
    assert text_of(run(notebook(tmp_path / "levend.ipynb", "print('ja')"), execute.FORKED), 1) == "ja"


@pytest.mark.parametrize(("tags", "executed"), [([], 1), (["raises-exception"], 2)])
def test_the_first_error_stops_the_notebook_and_a_foreseen_one_does_not(tmp_path, tags, executed):
    """papermill itself complains of a foreseen error too, but only after the last cell."""
    path = notebook(tmp_path / "fout.ipynb", "1 / 0", "print('verder')", tags=tags)
    for engine in (execute.FORKED, execute.PLAIN):
        chosen = {"engine_name": forked.NAME} if engine == execute.FORKED else {}
        with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
            papermill.execute_notebook(
                str(path), str(tmp_path / engine), kernel_name="python3", progress_bar=False, **chosen
            )
        cells = [cell for cell in nbformat.read(tmp_path / engine, as_version=4).cells if cell.cell_type == "code"]
        assert sum(bool(cell.outputs) for cell in cells) == executed, engine


def test_a_skipped_cell_is_not_executed(tmp_path):
    found = run(notebook(tmp_path / "over.ipynb", "print('nee')", tags=["skip-execution"]), execute.FORKED)
    assert found.cells[1].outputs == []


def test_the_loaded_parent_has_no_thread():
    code = "import os, analysis.publication.loaded; print(len(os.listdir('/proc/self/task')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_where_a_system_cannot_fork_plain_papermill_does_the_work(monkeypatch, tmp_path):
    monkeypatch.setattr(forked, "CAN_FORK", False)
    assert execute.default_engine() == execute.PLAIN
    done = execute.execute_one(execute.Task(notebook(tmp_path / "gewoon.ipynb", "print('ja')"), tmp_path / "uit.ipynb"))
    assert text_of(nbformat.read(done.task.output, as_version=4), 1) == "ja"
