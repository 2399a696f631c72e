"""A rerun that can be read: an executed chapter with its texts filled in, as a notebook, as one HTML file, and as PDF.

What plain papermill writes stays as it is; this is made of it. Numbers of other chapters are not computed in a rerun: they come
from the published edition, and the page says so.
"""

from __future__ import annotations

import base64
import json
import re
import tempfile
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

import nbformat

from analysis import dutch, paths
from analysis.errors import InvalidInput
from analysis.publication import edition, plain, prose, provenance, register, staging

# What stands where a number or sentence should be that this run did not give: of this chapter, or of another one.
NOT_COMPUTED, ELSEWHERE = "[niet te berekenen]", "[staat in het boek]"

# A table links its data beside the book; in a rerun the link holds the data itself.
DATA_LINK = re.compile(r'href="_static/cijfers/(?P<name>[^"]+)\.csv" download')

# A link to a page of the book, in Markdown and in HTML.
MARKDOWN_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|mailto:|#)[^)\s]+\)")
HTML_LINK = re.compile(r'<a\b[^>]*href="(?!https?:|mailto:|data:|#)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)

# Code that a chapter hides, and cells whose code is never for readers.
NO_CODE = {"remove-cell", "remove-input", "parameters", staging.INJECTED}

# The look of the HTML: the book's own needs its theme. Legible on a phone, and on paper.
STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { max-width: 46rem; margin: 0 auto; padding: 1rem; font: 1rem/1.6 system-ui, sans-serif; color: #1b1b1b; background: #fff; }
h1, h2, h3 { line-height: 1.25; break-after: avoid; }
img { max-width: 100%; height: auto; }
figure { margin: 1.5rem 0; break-inside: avoid; }
blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: .25rem solid #1f5f8b; background: #f1f5f8; }
.vk-tabel-omslag { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; margin: .5rem 0; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid #ccc; text-align: left; vertical-align: top; }
tr { break-inside: avoid; }
.vk-tabel-titel { font-weight: 600; margin-bottom: .25rem; break-after: avoid; }
pre { overflow-x: auto; background: #f5f5f5; padding: .5rem; font-size: .8125rem; white-space: pre-wrap; }
summary { cursor: pointer; }
@media print {
  body { padding: 0; font-size: 10pt; }
  details, .vk-tabel-titel a { display: none; }
  .vk-tabel-omslag { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding: .2rem .3rem; overflow-wrap: anywhere; }
}
"""


@dataclass(frozen=True)
class Rerun:
    """A rerun, filled in.

    Attributes:
        title: of the chapter.
        notebook: the readable copy.
        sentences: that the chapter gave, as readers see them.
        holes: the references that could not be filled in.
    """

    title: str
    notebook: nbformat.NotebookNode
    sentences: list[str]
    holes: list[str]


@dataclass
class _Filler:
    """Fills in the references of one run.

    Attributes:
        chapter: as it was executed.
        known: its numbers, and those of other chapters that were published.
        sentences: that it gave, by id.
        borrowed: the numbers of other chapters that were used.
        holes: the references that nobody answers.
    """

    chapter: staging.Chapter
    known: register.Register
    sentences: dict[str, str]
    borrowed: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)

    def references(self, text: str) -> str:
        """A text whose references all lead somewhere, or are holes."""
        numbers = register.REFERENCE.sub(self._number, staging.FORM.sub(self._form, text))
        return staging.SENTENCE.sub(self._sentence, numbers)

    def _form(self, match: re.Match[str]) -> str:
        """The word that agrees with a number; beside a hole it is a plural."""
        try:
            register.find(self.known, match["key"], self.chapter.scope)
        except InvalidInput:
            return dutch.form(0, match["word"])
        return match[0]

    def _number(self, match: re.Match[str]) -> str:
        key, part = match["key"], match["part"]
        try:
            found = register.find(self.known, key, self.chapter.scope)
            found.number.text(part or "waarde")
        except (InvalidInput, ValueError):  # not given, or without an interval
            return self._hole(key)
        if found.chapter != self.chapter.name:
            self.borrowed.append(found.id)
        return f"{{getal}}`{found.id}{f':{part}' if part else ''}`"

    def _sentence(self, match: re.Match[str]) -> str:
        given = {f"{self.chapter.scope}.{match['key']}", match["key"]} & set(self.sentences)
        return match[0] if given else self._hole(match["key"])

    def _hole(self, key: str) -> str:
        self.holes.append(key)
        groups = {name.partition(".")[0] for name, one in self.known.items() if one.chapter != self.chapter.name}
        return ELSEWHERE if key.partition(".")[0] in groups else NOT_COMPUTED


def filled(chapter: staging.Chapter, own: register.Register, published: edition.Edition | None) -> Rerun:
    """Fill in a rerun.

    Args:
        chapter: as it was executed.
        own: the numbers that it gave.
        published: the edition that has the numbers of other chapters; None when there is none.
    """
    # Of the same chapter the edition has other numbers: those of its own run, which are not those of this one.
    others = {name: one for name, one in published.numbers.items() if one.chapter != chapter.name} if published else {}
    filler = _Filler(chapter, {**others, **own}, staging.sentences_of([chapter]))
    titles = prose.titles(paths.BOOK)
    patched = _patched(chapter, filler)
    cells = [
        one
        for cell, data in staging.filled_copy(patched, filler.known, filler.sentences)
        for one in _readable(cell, data, filler.known, titles)
    ]
    heading = prose.HEADING.search(cells[0].source) if cells else None
    told = nbformat.v4.new_markdown_cell(_about(filler, published))
    notebook = nbformat.from_dict(
        {**patched.notebook, "cells": [*cells[:1], told, *cells[1:]] if heading else [told, *cells]}
    )
    notebook.metadata.pop("description", None)  # it is for search engines
    said = [_plain(text, filler, titles) for text in filler.sentences.values()]
    return Rerun(heading["title"] if heading else chapter.name, notebook, said, filler.holes)


def _patched(chapter: staging.Chapter, filler: _Filler) -> staging.Chapter:
    """The chapter with a hole wherever it refers to what nobody gave."""
    notebook = nbformat.from_dict(chapter.notebook)
    filler.sentences |= {key: filler.references(text) for key, text in filler.sentences.items()}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = filler.references(cell.source)
            continue
        shown = cell.metadata.get("mystnb", {})
        for part, key in (("figure", "caption"), ("image", "alt")):
            if part in shown:
                shown[part][key] = filler.references(shown[part][key])
    return replace(chapter, notebook=notebook)


def _readable(
    cell: nbformat.NotebookNode, data: dict[str, Any] | None, known: register.Register, titles: dict[str, str]
) -> list[nbformat.NotebookNode]:
    """A cell without MyST, and below it the caption of its figure, which a notebook would not show."""
    if cell.cell_type == "markdown":
        cell.source = _without_book(plain.markdown(register.fill(cell.source, known), titles))
        return [cell]
    for output in cell.outputs:
        shown = output.get("data", {})
        for form in {"text/html", "text/markdown"} & set(shown):
            shown[form] = _without_book(DATA_LINK.sub(lambda match: _embedded(match, data), shown[form]))
        if "text/markdown" in shown:
            shown["text/markdown"] = plain.markdown(register.fill(shown["text/markdown"], known), titles)
    figure = cell.metadata.get("mystnb", {}).get("figure")
    if not figure or not any("image/png" in output.get("data", {}) for output in cell.outputs):
        return [cell]
    figure["caption"] = plain.markdown(register.fill(figure["caption"], known), titles)
    return [cell, nbformat.v4.new_markdown_cell(f"*Figuur: {figure['caption']}*", metadata={"tags": ["bijschrift"]})]


def _embedded(match: re.Match[str], data: dict[str, Any] | None) -> str:
    """The link of a table with the data in it."""
    content = base64.b64encode((data or {}).get("csv", "").encode()).decode()
    return f'href="data:text/csv;charset=utf-8;base64,{content}" download="{match["name"]}.csv"'


def _without_book(text: str) -> str:
    """Links to pages of the book as their words alone: a rerun has no such pages beside it."""
    return HTML_LINK.sub(r"\1", MARKDOWN_LINK.sub(r"\1", text))


def _plain(text: str, filler: _Filler, titles: dict[str, str]) -> str:
    """A sentence as it is read."""
    filled_in = register.fill(text, filler.known, filler.chapter.scope)
    return " ".join(plain.sentences(plain.html(plain.markdown(filled_in, titles))))


def _about(filler: _Filler, published: edition.Edition | None) -> str:
    """What a reader must know of a rerun, as Markdown."""
    notebook = filler.chapter.sheet_of or filler.chapter.name
    chosen = ", ".join(f"{name} {value}" for name, value in _chosen(filler.chapter).items())
    lines = [f"> Een herhaling van `book/{notebook}.ipynb` uit *Veerkracht versterken in de stad*, met: {chosen}."]
    if published and filler.borrowed:
        lines.append(f"> Getallen uit andere hoofdstukken zijn niet herhaald; zij komen uit {published.name}.")
    if filler.holes:
        lines.append(
            f"> Waar {NOT_COMPUTED} staat, gaf deze herhaling geen uitkomst; {ELSEWHERE} verwijst naar een ander hoofdstuk."
        )
    return "\n".join(lines)


def _chosen(chapter: staging.Chapter) -> dict[str, Any]:
    """The parameters that the notebook has, with what they were."""
    made = provenance.maker_of(chapter.name, chapter.name, chapter.choices, chapter.notebook)
    return {name: getattr(chapter.choices, name) for name in made.declared}


def html(rerun: Rerun) -> str:
    """The rerun as one HTML file that asks for nothing: its pictures and the data of its tables are in it."""
    body = "\n".join(_cell(cell) for cell in rerun.notebook.cells)
    return (
        f'<!DOCTYPE html>\n<html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(rerun.title)}</title><style>{STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def _cell(cell: nbformat.NotebookNode) -> str:
    tags = set(cell.metadata.get("tags", []))
    if cell.cell_type == "markdown":
        return plain.html(cell.source)
    if "remove-cell" in tags:
        return ""
    code = (
        "" if NO_CODE & tags else f"<details><summary>Toon de code</summary><pre>{escape(cell.source)}</pre></details>"
    )
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    return "\n".join([*(_output(output, alt) for output in cell.outputs), code])


def _output(output: nbformat.NotebookNode, alt: str) -> str:
    """An output in its richest form; warnings are for who makes a chapter, and stay in the notebook."""
    if output.get("name") == "stderr":
        return ""
    data = output.get("data", {"text/plain": output.get("text", "")})
    if "text/html" in data:
        return data["text/html"]
    if "text/markdown" in data:
        return plain.html(data["text/markdown"])
    if "image/png" in data:
        return f'<figure><img src="data:image/png;base64,{data["image/png"].strip()}" alt="{escape(alt)}"></figure>'
    return f"<pre>{escape(data.get('text/plain', ''))}</pre>"


def save(rerun: Rerun, output: Path, as_html: bool, as_pdf: bool) -> list[Path]:
    """Write the readable copy over the executed one, and what else is asked beside it; each whole or not at all.

    Returns:
        What was written.

    Raises:
        InvalidInput: when a PDF is asked and there is no browser to print it.
    """
    written = [_write(output, json.dumps(rerun.notebook, indent=1, ensure_ascii=False).encode() + b"\n")]
    document = html(rerun)
    if as_html:
        written.append(_write(output.with_suffix(".html"), document.encode()))
    if as_pdf:
        written.append(_print(document, output.with_suffix(".pdf")))
    return written


def _print(document: str, target: Path) -> Path:
    from analysis.publication.site import paper, printing

    tells = paper.about((paths.ROOT / "CITATION.cff").read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="druk-") as folder, printing.opened() as browser:
        printing.save(printing.print_document(browser, document, Path(folder)), tells, target)
    return target


def _write(target: Path, content: bytes) -> Path:
    partial = target.with_name(f".{target.name}.nieuw")
    partial.write_bytes(content)
    partial.replace(target)
    return target
