"""A small book, staged by hand as the pipeline stages the real one, with the real configuration and style."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
import yaml
from bs4 import BeautifulSoup
from matplotlib.figure import Figure

from analysis.figures.tables import Column, Table
from analysis.paths import BOOK, ROOT
from analysis.publication import locale, register, staging
from analysis.publication.numbers import Number

ALT = "Spreidingsdiagram: hoe meer zware lasten in een buurt, hoe lager de score voor veiligheid."
CAPTION = "Lasten en veerkracht per buurt. De helling is {getal}`amsterdam.helling` punt."

# Pages of the mini-book, in the order of its table of contents.
PAGES = ("index", "amsterdam", "verantwoording", "summary")

INDEX = """\
# Veerkracht versterken in de stad

In buurten met veel sociale huur daalt de veerkracht met {getal}`amsterdam.helling` punt per procentpunt zware
lasten (95%-interval {getal}`amsterdam.helling:interval`) {cite:p}`jansen2024`. Dat is geen wet: sommige
buurten doen het veel beter dan hun lasten voorspellen, en daarvan is te leren.

::::{div} kernboodschappen
:::{div} kernboodschap
**Lasten tellen op**

Buurten waar lasten zich stapelen, scoren lager dan de som van die lasten. In Amsterdam gaat het om
{getal}`amsterdam.buurten` van de {getal}`amsterdam.buurten:n` buurten.
:::
:::{div} kernboodschap
**Menging helpt, maar weinig**

In Rotterdam scoort een buurt met tien procentpunt meer koop {getal}`steden.GM0599.menging` punt hoger.
:::
:::{div} kernboodschap
**Beheer is de snelste hefboom**

Zichtbaar beheer werkt binnen een jaar; sloop-nieuwbouw pas na een woningcorporatieplanperiode.
:::
::::

## Wat u hier vindt

| Hoofdstuk | Vraag | Getal |
|:--|:--|--:|
| Amsterdam | Wat doen lasten met veerkracht? | {getal}`amsterdam.helling` |
| Andere steden | Geldt dat ook elders? | {getal}`steden.GM0599.menging` |

:::{note}
Cijfers over buurten zeggen niets over een bewoner of een huishouden.
:::

:::{admonition} Zo leest u dit boek
:class: important
De steden lopen uiteen ({getal}`steden.GM0599.menging:interval`). Wie een minuut heeft, leest de kernboodschappen. Wie een uur heeft, leest ook de hoofdstukken.
:::

:::{dropdown} Wat is veerkracht?
Het vermogen van een buurt om tegenslag op te vangen.
:::
"""

SUMMARY = """\
---
lang: en
---
# Summary

This book is about the resilience of neighbourhoods.
"""

REGISTER_PAGE = """\
# Verantwoording

```{intervalsoorten}
```

## Alle getallen

```{getallenregister}
```

## Literatuur

```{bibliography}
```
"""

REFERENCES = """\
@techreport{jansen2024,
  author = {Jansen, Anna and de Vries, Bart},
  title = {Veerkracht in het corporatiebezit},
  institution = {Aedes},
  year = {2024},
  url = {https://example.org/veerkracht}
}
@article{smit2021,
  author = {Smit, C. and Bakker, Dirk and Visser, Els},
  title = {Mixing and its limits},
  journal = {Journal of Housing},
  volume = {12}, number = {3}, pages = {101--119}, year = {2021}, doi = {10.1000/xyz}
}
"""

LBM = "Leefbaarometer 3.0, 2022"
SLOPE = Number("helling", -0.2714, "LBM-punten per procentpunt zware lasten", 479, LBM, -0.31, -0.23, 2,
               kind="betrouwbaarheid")  # fmt: skip
COUNT = Number("buurten", 86, "buurten met gestapelde lasten", 479, "CBS, 2023")
MIX = Number("GM0599.menging", 0.14, "LBM-punten per 10 punt koop", 1211, "CBS & BZK <1>", 0.05, 0.23, 2, kind="steden",
             definition="koop: < 1 huurwoning")  # fmt: skip
ENTRIES = (
    register.Entry("amsterdam.helling", "amsterdam", SLOPE),
    register.Entry("amsterdam.buurten", "amsterdam", COUNT),
    register.Entry("steden.GM0599.menging", "andere-steden", MIX),
)


@dataclass(frozen=True)
class Build:
    """A finished build: its exit code, all that it printed, and the folder with pages."""

    code: int
    log: str
    html: Path

    def page(self, name: str) -> BeautifulSoup:
        """Read one page."""
        return BeautifulSoup((self.html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def stage(folder: Path) -> Path:
    """Lay the mini-book in a folder, in the form that `jupyter-book build` expects."""
    source = folder / "source"
    for name in ("_static", "_templates", "_locale"):
        shutil.copytree(BOOK / name, source / name)
    locale.compile_catalogs(source / "_locale")
    figure_data = source / staging.FIGURE_DATA
    figure_data.mkdir()
    pd.DataFrame(ROWS, columns=HEADERS).to_csv(figure_data / "proef.csv", index=False)  # what the table's link leads to
    shutil.copy(ROOT / "_config.yml", source)
    toc = {"format": "jb-book", "root": PAGES[0], "chapters": [{"file": page} for page in PAGES[1:]]}
    (source / "_toc.yml").write_text(yaml.safe_dump(toc))
    pages = {"index.md": INDEX, "verantwoording.md": REGISTER_PAGE, "summary.md": SUMMARY}
    for name, text in (pages | {"references.bib": REFERENCES}).items():
        (source / name).write_text(text, encoding="utf-8")
    nbformat.write(chapter(), source / "amsterdam.ipynb")
    register.save({entry.id: entry for entry in ENTRIES}, source / "register.json")
    (source / ".staged").touch()
    return source


CHAPTER_TEXT = """\
# Amsterdam

In {numref}`fig-spreiding` staat elke stip voor een buurt. Zie ook {cite:t}`smit2021`; de daling is
{getal}`amsterdam.helling`.

## Gestapelde lasten

Verantwoordelijkheidstoedeling in woningcorporatiewijken is een lang woord op een smal scherm.
"""


def chapter() -> nbformat.NotebookNode:
    """An executed notebook: text, a hidden cell that draws a figure, a hidden cell that shows a table."""
    new = nbformat.v4
    figure = new.new_code_cell("figuren.spreiding(resultaat)", execution_count=1)
    figure.metadata = {
        "tags": ["hide-input"],
        "mystnb": {"figure": {"caption": CAPTION, "name": "fig-spreiding"}, "image": {"alt": ALT}},
    }
    figure.outputs = [new.new_output("display_data", {"image/png": picture(), "text/plain": "<Figure>"})]
    table = new.new_code_cell("tabellen.buurten(resultaat)", execution_count=2)
    table.metadata = {"tags": ["hide-input"]}
    data = {"text/html": html_table(), "text/plain": "…"}
    table.outputs = [new.new_output("execute_result", data, execution_count=2)]
    heading = new.new_markdown_cell("## De buurten op een rij")
    return new.new_notebook(
        cells=[new.new_markdown_cell(CHAPTER_TEXT), figure, heading, table],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


def picture() -> str:
    """A scatter plot as base64 PNG."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    burden = [i % 29 for i in range(90)]
    scores = [-0.27 * x + (i * 37 % 11) for i, x in enumerate(burden)]
    axes.scatter(burden, scores, color="#2166ac", alpha=0.7)
    axes.set(xlabel="Zware lasten (%)", ylabel="Leefbaarheid")
    axes.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160)
    return base64.b64encode(buffer.getvalue()).decode()


HEADERS = ("Buurt", "Woningen", "Sociale huur (%)", "Koop (%)", "Lasten (%)", "Score", "Verschil", "Model")
ROWS = (
    ("Bijlmermuseum-Noord", 3412, 78, 9, 31.2, -0.42, -0.11, -0.31),
    ("Volewijck", 4870, 71, 14, 27.9, -0.18, 0.12, -0.30),
    ("Slotermeer-Zuidwest", 6003, 66, 21, 24.5, -0.09, 0.15, -0.24),
)
DECIMALS = (None, 0, 0, 0, 1, 2, 2, 2)


def html_table() -> str:
    """A table as the chapters write it: wider than a phone, and searchable."""
    columns = [Column(name, name, decimals) for name, decimals in zip(HEADERS, DECIMALS, strict=True)]
    return Table("proef", "Buurten op een rij.", columns, pd.DataFrame(ROWS, columns=HEADERS), "buurt").html()


def build(source: Path) -> Build:
    """Build staged sources as `make book` does, with warnings as errors."""
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    options = ["--path-output", source.parent, "--all", "-W", "-n", "--keep-going"]
    done = subprocess.run([jupyter_book, "build", source, *options], capture_output=True, text=True)
    return Build(done.returncode, done.stdout + done.stderr, source.parent / "_build" / "html")
