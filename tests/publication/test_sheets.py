"""A sheet: one notebook that becomes a page for each big city, of which no two share an id, a name or a file."""

from __future__ import annotations

import json
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import paths
from analysis.choices import Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.figures.output import DATA_MIME
from analysis.figures.tables import Column, Table
from analysis.measures.sample import big_cities
from analysis.publication import build, execute, register, sphinx_extension, staging
from analysis.publication.numbers import MIME, SENTENCE_MIME

HAGUE = Choices(gemeente="'s-Gravenhage", gemeentecode="GM0518")
CITIES = (Choices(), HAGUE, Choices(gemeente="Utrecht", gemeentecode="GM0344"))
GLOBAL = {"key": "gemiddelde", "value": 2.0, "unit": "punten", "n": 31, "source": "bron", "decimals": 0}


def numbers(city):
    own = {"key": "helling", "value": float(city.gemeentecode[2:]), "unit": "punten", "n": 1, "source": "bron"}
    return new_code_cell("x", outputs=[new_output("display_data", {MIME: [own, {**own, "group": "steden"}]})])


def picture(name="curve"):
    shown = {
        "figure": {"caption": f"Zie {{numref}}`fig-{name}`.", "name": f"fig-{name}"},
        "image": {"alt": "Een lijn."},
    }
    data = {"image/png": "", DATA_MIME: {"name": name, "csv": "x\n1\n", "svg": "<svg/>", "title": "Het daalt"}}
    return new_code_cell("x", metadata={"mystnb": shown}, outputs=[new_output("display_data", data)])


def table(data):
    shown = Table("buurten", "Buurten.", [Column("buurt", "Buurt")], data)._repr_mimebundle_()
    return new_code_cell("x", outputs=[new_output("display_data", shown)])


def sheet(city, *cells):
    notebook = new_notebook(
        cells=[numbers(city), *cells], metadata={"veerkracht": {"groep": "stad", "per_gemeente": True}}
    )
    name = build.page_name("stad", city.gemeente)
    return staging.Chapter(name, "stad", city.gemeentecode, city, notebook, sheet_of="stadsblad")


def collected(pages):
    return register.unite(register.collect(one.name, one.group, one.place, one.notebook) for one in pages)


@pytest.fixture
def staged(monkeypatch, tmp_path):
    """Stage a sheet with these cells for three cities; gives the pages by name, and the folder."""
    book = tmp_path / "book"
    (book / "_locale" / "nl" / "LC_MESSAGES").mkdir(parents=True)
    (book / "_locale" / "nl" / "LC_MESSAGES" / "sphinx.po").write_text('msgid ""\nmsgstr ""\n', "utf-8")
    monkeypatch.setattr(staging, "BOOK", book)

    def stage(*cells):
        pages = [sheet(city, *cells) for city in CITIES]
        known = collected(pages) | {
            "steden.gemiddelde": register.Entry("steden.gemiddelde", "steden", register.Number(**GLOBAL))
        }
        staging.stage(pages, known, tmp_path / "source")
        read = {one.name: nbformat.read(tmp_path / "source" / f"{one.name}.ipynb", as_version=4) for one in pages}
        return read, tmp_path / "source"

    return stage


# --- which pages there are


@pytest.mark.parametrize(
    ("gemeente", "page"),
    [
        ("'s-Gravenhage", "stad-s-gravenhage"), ("Alphen aan den Rijn", "stad-alphen-aan-den-rijn"), ("Ede", "stad-ede"),
        ("Súdwest-Fryslân", "stad-sudwest-fryslan"),
    ],
)  # fmt: skip
def test_the_page_of_a_gemeente_has_its_name(gemeente, page):
    assert build.page_name("stad", gemeente) == page


def test_every_big_city_is_executed_once_after_the_chapters():
    tasks = build.tasks()
    chapters, sheets = tasks[: len(build.chapter_names())], tasks[len(build.chapter_names()) :]
    assert [task.output.stem for task in chapters] == build.chapter_names()
    assert all(not task.parameters for task in chapters)
    assert [task.parameters["gemeente"] for task in sheets] == list(big_cities(store.read("gemeenten")).gemeentenaam)
    assert len(sheets) == 31 and len({task.output for task in tasks}) == len(tasks)
    assert {task.notebook.name for task in sheets} == {"stadsblad.ipynb"}


def test_a_book_without_a_sheet_has_chapters_only(monkeypatch, tmp_path):
    toc = {"parts": [{"chapters": [{"file": "book/amsterdam"}, {"file": "book/begrippen"}]}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    (tmp_path / "book").symlink_to(paths.BOOK)
    monkeypatch.setattr("analysis.paths.ROOT", tmp_path)
    assert build.sheet_names() == []
    assert [task.output.stem for task in build.tasks()] == ["amsterdam"]


def test_the_pages_stand_in_the_order_of_their_name_without_the_article():
    chapter = staging.Chapter("amsterdam", "amsterdam", None, Choices(), new_notebook())
    pages = staging.sheet_pages([chapter, *(sheet(city) for city in reversed(CITIES))])
    assert pages == {"stadsblad": ["stad-amsterdam", "stad-s-gravenhage", "stad-utrecht"]}


def test_a_sheet_in_the_table_of_contents_becomes_its_pages():
    entries = [
        {"file": "book/hefbomen"},
        {"file": "book/steden", "title": "Steden", "sections": [{"file": "book/stadsblad"}, {"file": "book/slot"}]},
    ]
    assert staging.expand_toc(entries, {"stadsblad": ["stad-ede", "stad-venlo"]}) == [
        {"file": "hefbomen"},
        {
            "file": "steden",
            "title": "Steden",
            "sections": [{"file": "stad-ede"}, {"file": "stad-venlo"}, {"file": "slot"}],
        },
    ]
    assert entries[0] == {"file": "book/hefbomen"}


def test_the_staged_table_of_contents_has_a_page_for_each_city(staged):
    _, source = staged()
    toc = yaml.safe_load((source / "_toc.yml").read_text("utf-8"))
    (part,) = (part for part in toc["parts"] if part.get("caption") == "Uw stad")
    pages = [{"file": "stad-amsterdam"}, {"file": "stad-s-gravenhage"}, {"file": "stad-utrecht"}]
    assert part["chapters"] == [{"file": "vind-uw-buurt"}, {"file": "steden", "sections": pages}]


# --- what a page is called, everywhere


def test_ids_carry_the_gemeente_of_every_page_also_of_amsterdam():
    assert set(collected([sheet(city) for city in CITIES])) == {
        f"{group}.{city.gemeentecode}.helling" for group in ("stad", "steden") for city in CITIES
    }


def test_the_register_names_the_page_as_the_chapter():
    assert collected([sheet(HAGUE)])["stad.GM0518.helling"].chapter == "stad-s-gravenhage"


def test_a_number_is_that_of_the_page_and_else_that_of_the_book(staged):
    text = "{getal}`helling` {getal}`steden.gemiddelde` {getal}`steden.{keuze}`gemeentecode`.helling`"
    pages, _ = staged(new_markdown_cell(text))
    assert pages["stad-utrecht"].cells[1].source == (
        "{getal}`stad.GM0344.helling` {getal}`steden.gemiddelde` {getal}`steden.GM0344.helling`"
    )


def test_a_number_that_only_another_page_has_stops_the_build(staged):
    with pytest.raises(InvalidInput, match="niet in het register"):
        staged(new_markdown_cell("{getal}`GM0344.helling`"))


def test_a_sentence_is_that_of_the_page():
    pages = []
    for city in CITIES:
        said = new_output("display_data", {SENTENCE_MIME: {"kort": city.gemeente}})
        pages.append(sheet(city, new_code_cell("x", outputs=[said])))
    assert staging.sentences_of(pages) == {f"stad.{city.gemeentecode}.kort": city.gemeente for city in CITIES}


def test_figures_have_the_page_in_their_name_where_they_stand_and_where_they_are_referred_to(staged):
    text = new_markdown_cell("{numref}`fig-curve`, {numref}`figuur %s <fig-curve>` en {numref}`fig-curve-onv`")
    pages, _ = staged(text, picture())
    _, prose, drawn, _ = pages["stad-s-gravenhage"].cells
    assert prose.source == (
        "{numref}`fig-curve-stad-s-gravenhage`, {numref}`figuur %s <fig-curve-stad-s-gravenhage>` en {numref}`fig-curve-onv`"
    )
    assert drawn.metadata.mystnb["figure"]["name"] == "fig-curve-stad-s-gravenhage"
    assert "{numref}`fig-curve-stad-s-gravenhage`" in drawn.metadata.mystnb["figure"]["caption"]


def test_no_two_pages_share_a_figure_or_a_file(staged):
    pages, source = staged(picture(), picture("kaart"))
    names = [cell.metadata.mystnb["figure"]["name"] for page in pages.values() for cell in page.cells if "mystnb" in cell.metadata]
    assert len(names) == len(set(names)) == 6
    written = sorted(path.relative_to(source / "_static" / "cijfers").as_posix() for path in source.rglob("*.csv"))
    assert written == sorted(f"{page}/{name}.csv" for page in pages for name in ("curve", "kaart"))


def test_links_to_the_data_lead_to_the_file_of_the_page(staged):
    frame = big_cities(store.read("gemeenten")).head(6).rename(columns={"gemeentenaam": "buurt"})
    pages, source = staged(picture(), table(frame))
    for name, page in pages.items():
        _, _, below, shown, _ = page.cells
        assert f'href="_static/cijfers/{name}/curve.csv"' in below.source
        assert (source / "_static" / "figuren" / name / "curve.svg").read_text() == "<svg/>"
        assert f'href="_static/cijfers/{name}/buurten.csv"' in shown.outputs[0].data["text/html"]
        assert (source / "_static" / "cijfers" / name / "buurten.csv").exists()


def test_a_link_in_a_markdown_table_leads_to_the_file_of_the_page(staged):
    shown = {
        "text/markdown": '<a href="_static/cijfers/bewijs.csv" download>Cijfers</a>',
        DATA_MIME: {"name": "bewijs", "csv": "x\n"},
    }
    pages, _ = staged(new_code_cell("x", outputs=[new_output("display_data", shown)]))
    assert 'cijfers/stad-utrecht/bewijs.csv" download="stad-utrecht-bewijs.csv"' in pages["stad-utrecht"].cells[1].outputs[0].data["text/markdown"]


def test_the_cell_that_papermill_adds_is_not_for_readers(staged):
    added = new_code_cell('# Parameters\ngemeente = "Utrecht"', metadata={"tags": ["injected-parameters"]})
    pages, _ = staged(added)
    assert all(len(page.cells) == 1 for page in pages.values())


# --- a sheet that was executed


def executed(tmp_path, name, **parameters):
    task = execute.Task(paths.BOOK / f"{name}.ipynb", tmp_path / "uit.ipynb", parameters)
    nbformat.write(new_notebook(), task.output)
    return build.read_chapter("pagina", task)


def test_a_page_of_a_sheet_always_carries_its_place(tmp_path):
    for parameters, code in (({}, "GM0363"), ({"gemeente": "den haag"}, "GM0518")):
        page = executed(tmp_path, "stadsblad", **parameters)
        assert (page.group, page.place, page.sheet_of) == ("stad", code, "stadsblad")


def test_a_chapter_carries_its_place_only_when_it_is_not_its_own(tmp_path):
    assert executed(tmp_path, "amsterdam").place is None
    chapter = executed(tmp_path, "amsterdam", gemeente="Rotterdam")
    assert (chapter.scope, chapter.sheet_of) == ("amsterdam.GM0599", None)


# --- the pages in Sphinx


@pytest.fixture
def env():
    """What Sphinx knows of a chapter, a page with two sheets below it, and a chapter after them."""
    about = json.dumps({"groep": "stad", "per_gemeente": True})
    return SimpleNamespace(
        metadata={"amsterdam": {"veerkracht": '{"groep": "amsterdam"}'}, "steden": {}, "slot": {},
                  "stad-ede": {"veerkracht": about}, "stad-s-gravenhage": {"veerkracht": about}},
        toctree_includes={"index": ["amsterdam", "steden", "slot"], "steden": ["stad-ede", "stad-s-gravenhage"]},
        titles={"stad-ede": nodes.title("", "Ede"), "stad-s-gravenhage": nodes.title("", "'s-Gravenhage <&>")},
        toc_fignumbers={
            "amsterdam": {"figure": {"a": (1,), "b": (2,)}},
            "stad-ede": {"figure": {"a-ede": (3,), "b-ede": (4,)}, "table": {"t-ede": (1,)}},
            "stad-s-gravenhage": {"figure": {"a-gravenhage": (5,)}},
            "slot": {"figure": {"c": (6,)}, "table": {"t": (2,)}},
        },
    )  # fmt: skip


def test_figures_are_counted_per_sheet_and_chapters_count_on_as_if_there_were_none(env):
    sphinx_extension.number_sheets_apart(None, env)
    assert env.toc_fignumbers == {
        "amsterdam": {"figure": {"a": (1,), "b": (2,)}},
        "stad-ede": {"figure": {"a-ede": (1,), "b-ede": (2,)}, "table": {"t-ede": (1,)}},
        "stad-s-gravenhage": {"figure": {"a-gravenhage": (1,)}},
        "slot": {"figure": {"c": (3,)}, "table": {"t": (1,)}},
    }


def test_the_list_links_to_each_sheet_and_to_nothing_else(env):
    builder = SimpleNamespace(env=env, get_relative_uri=lambda _, page: f"{page}.html")
    translator = SimpleNamespace(builder=builder, body=[])
    with pytest.raises(nodes.SkipNode):
        sphinx_extension.visit_sheets(translator, sphinx_extension.SheetList(page="steden"))
    assert translator.body == [
        '<ul class="vk-steden" role="list">\n<li><a href="stad-ede.html">Ede</a></li>\n'
        '<li><a href="stad-s-gravenhage.html">&#x27;s-Gravenhage &lt;&amp;&gt;</a></li>\n</ul>\n'
    ]
