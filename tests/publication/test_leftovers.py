"""What was not filled in stops the build, in every form in which it can be misspelt, with the page and the sentence."""

from __future__ import annotations

import subprocess

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.errors import InvalidInput
from analysis.paths import BOOK
from analysis.publication import build, leftovers, staging

MISSPELT = [
    "{Getal}`x`", "{GETAL}`x`", "{getal} `x`", "{getal}  `x`", "{getal}\n`x`", "{getal}x", "{ getal }`x`", "{getal }`x`",
    "{ getal}`x`", "{getal}'x'", "{getal}(x)", "{getal}`x", "{getal}``x``", "{getal}`x y`", "{getal`x`", "getal}`x`",
    "getal`x`", "`{getal}`x``", r"\{getal}`x`", "{getallen}`x`", "{gtal}`x`", "{gtal} `x`", "{gtal}'x'", "{getal:x}",
    "{{getal}}`x`", "{tekst}`x`", "{tekst}'x'", "{tekst}", "{Tekst}`x`", "{tekts}`x`", "tekst}`x`", "tekst`x`", "{tekst_kort}`x`",
    "{keuze}`x`", "{keuze}[x]", "{Keuze} x", "{keus}`x`", "{ keuze }", "keuze}x",
]  # fmt: skip

MEANT = """# Titel

Het is {getal}`a.b` ({getal}`a.b:interval`), zie {doc}`Andere steden <andere-steden>` en {cite:p}`een,twee`. Een keuze, een getal
en een tekst zijn gewone woorden, ook tussen accolades in code: `{"a": 1}` of `getal`.

:::{admonition} Kort
Ja.
:::

```{getallenregister}
```

```python
print(f"{getal} {tekst}")
```
"""


@pytest.mark.parametrize("slip", MISSPELT)
def test_a_misspelt_reference_is_found_with_its_sentence(slip):
    text = f"Eerst iets anders. Het is {slip} punten. Dan nog `code` en {{getal}}`a.b`."
    (found,) = leftovers.in_markdown(text)
    assert found.startswith("Het is ") and found.endswith(" punten.")


def test_what_is_meant_is_left_alone():
    assert list(leftovers.in_markdown(MEANT)) == []


def test_a_block_that_is_text_is_looked_into():
    (found,) = leftovers.in_markdown(":::{admonition} Kort\nEen zin. Het is {Getal}`x`.\n:::")
    assert "Het is {Getal}`x`." in found


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<p>Het is {getal} <code>x</code> punten.</p>", 1),
        ("<p>Het is {Getal}<code class='docutils'>x</code>.</p>", 1),
        ("<p>Het is <code>{getal}</code>x.</p>", 1),
        ("<p>Het is {gtal}.</p>", 1),
        ('<img alt="Kaart van {keuze}`gemeente`.">', 1),
        ('<meta content="{tekst}`kort`" name="description">', 1),
        ("<th>{getal}`x`</th><td>1</td>", 1),
        ("<p>Code mag: <code>{a: 1}</code>.</p>", 0),
        ("<pre>{getal}</pre><script>var a = {getal: 1}</script><style>p {color: red}</style><!-- {tekst} -->", 0),
        ('<div data-x="{1}">Een getal, een tekst en een keuze.</div>', 0),
    ],
)
def test_a_built_page_is_read_as_a_reader_does(page, count):
    assert len(list(leftovers.in_html(f"<main>{page}</main>"))) == count


def cell_with(**output):
    return new_code_cell(
        "x", outputs=[new_output("display_data", {key.replace("_", "/"): text for key, text in output.items()})]
    )


@pytest.mark.parametrize(
    "cell",
    [
        new_markdown_cell("Het is {Getal}`x`."),
        new_code_cell("x", metadata={"mystnb": {"figure": {"caption": "Het is {Getal}`x`.", "name": "a"}}}),
        new_code_cell("x", metadata={"mystnb": {"image": {"alt": "Het is {Getal}`x`."}}}),
        cell_with(text_html="<td>Het is {Getal}`x`.</td>"),
        cell_with(text_markdown="| Het is {Getal}`x`. |"),
        cell_with(text_plain="Het is {Getal}`x`."),
        new_code_cell("x", outputs=[new_output("stream", text="Het is {Getal}`x`.")]),
    ],
)
def test_every_text_of_a_chapter_is_looked_at(cell):
    assert any("Het is {Getal}`x`." in one for one in leftovers.in_notebook(new_notebook(cells=[cell])))


def test_the_build_stops_with_page_and_sentence(tmp_path):
    (tmp_path / "a.html").write_text("<p>Goed.</p>", "utf-8")
    (tmp_path / "b.html").write_text("<p>Eerst dit. Het is {getal}x punten.</p>", "utf-8")
    with pytest.raises(InvalidInput, match=r"Op b\.html is iets niet ingevuld, in: „Het is \{getal\}x punten\.”"):
        leftovers.refuse_pages(tmp_path)


def test_a_book_with_a_slip_does_not_take_the_place_of_the_earlier_one(tmp_path, monkeypatch):
    def rendered(command, **_):
        html = tmp_path / "render" / "_build" / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text("<p>Het is {Getal} <code>x</code>.</p>", "utf-8")
        return subprocess.CompletedProcess(command, 0, "", "")

    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("eerder", "utf-8")
    monkeypatch.setattr(subprocess, "run", rendered)
    with pytest.raises(InvalidInput, match=r"Op index\.html is iets niet ingevuld"):
        build.render(tmp_path, tmp_path)
    assert (tmp_path / "html" / "index.html").read_text("utf-8") == "eerder"


@pytest.mark.parametrize("page", sorted(BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_the_pages_of_the_book_hold_no_braces_of_their_own(page):
    """Apart from what the builder fills: sentences and choices in the right form."""
    text = page.read_text("utf-8").replace("{tekst}`", "{getal}`").replace("{keuze}`", "{getal}`")
    text = staging.EARLIER.sub("1,5", staging.FORM.sub("buurten", text))
    assert list(leftovers.in_markdown(text)) == []
