"""What should have been filled in and was not: a reference to a number, sentence or choice that is misspelt is not a reference.

`{getal}` with a wrong key stops the build by itself; `{Getal}`, `{getal} ` or `{gtal}` is plain text to every renderer. Running text
of this book holds no braces at all, so any that is left is such a slip. Looked at twice: in the staged sources, before the
minute that rendering takes, and in the built pages, where nothing can be hidden by Markdown any more.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from analysis import dutch
from analysis.errors import InvalidInput
from analysis.publication.register import REFERENCE

# Roles that the renderer fills itself. `tekst`, `keuze`, `vorm` and `eerder` are not among them: the builder filled those.
ROLES = ("doc", "ref", "numref", "term", "cite:p", "cite:t")

# The builder's own words, in whatever form: with a brace on one side at least, or stuck to a backtick.
OWN = r"(?:getal|tekst|keuze|vorm|eerder)"
WORDS = re.compile(rf"\{{\s*{OWN}(?!lenregister)|\b{OWN}\s*\}}|\b{OWN}[`´]", re.IGNORECASE)
STUCK = re.compile(rf"\b{OWN}$", re.IGNORECASE)
BRACE = re.compile(r"[{}]")

# Code keeps its braces; the name of a block (```{note}, :::{div}) is not read; raw HTML is for the check of built pages.
FENCED = re.compile(r"^(?P<fence>`{3,})(?!\{(?!raw\}))[^\n]*\n.*?^(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^(?:`{3,}|:{3,})\{[\w:-]+\}", re.MULTILINE)
# What may stand in running text, from left to right as Markdown reads it: a reference, another role, code between backticks.
MEANT = re.compile(
    rf"(?<!\\)(?:{REFERENCE.pattern}|\{{(?:{'|'.join(ROLES)})\}}`[^`{{}}]+`)|(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)",
    re.DOTALL,
)

# Parts of a built page that are no text, and attributes that are.
NO_TEXT = re.compile(r"<(script|style|pre|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
ATTRIBUTE = re.compile(r'\s(?:alt|title|content|aria-label|placeholder)="([^"]*)"')
INLINE_CODE = re.compile(r"<code\b.*?</code>", re.DOTALL)
BLOCK_END = re.compile(r"</(?:p|li|dd|dt|td|th|h\d|div|figcaption|summary|title|span id)>|<br", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")


def in_markdown(text: str) -> Iterator[str]:
    """The sentences of a filled Markdown text in which something was not filled in."""
    bare = BLOCK.sub("", FENCED.sub("", text))
    for paragraph in re.split(r"\n\s*\n", bare):
        if _slips(paragraph):
            yield _sentence(paragraph)


def _meant(match: re.Match[str]) -> str:
    """What is meant falls away; not code that holds one of the builder's own words, or is stuck to it."""
    slip = match["code"] and (WORDS.search(match["code"]) or STUCK.search(match.string[: match.start()]))
    return match[0] if slip else "…"


def in_html(page: str) -> Iterator[str]:
    """The same for a built page, or for HTML that a cell shows: its text, and the attributes that are read aloud or shared."""
    read = NO_TEXT.sub(" ", page)
    pieces = [*ATTRIBUTE.findall(read), *BLOCK_END.split(read)]
    for piece in pieces:
        if not BRACE.search(piece):
            continue
        text = html.unescape(TAG.sub("", piece))
        if WORDS.search(text) or BRACE.search(html.unescape(TAG.sub("", INLINE_CODE.sub("", piece)))):
            yield _sentence(text)


def _sentence(text: str) -> str:
    """The sentence with the slip, or the whole piece when the slip runs over sentences."""
    whole = " ".join(text.split())
    return next((one for one in dutch.sentences(whole) if _slips(one)), whole)


def _slips(sentence: str) -> bool:
    rest = MEANT.sub(_meant, sentence)
    return bool(BRACE.search(rest) or WORDS.search(rest))


def in_notebook(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """The same for a staged notebook: its texts, captions, alt texts, description and what its cells show."""
    yield from in_markdown(notebook.metadata.get("description", ""))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from in_markdown(cell.source)
            continue
        shown = cell.metadata.get("mystnb", {})
        yield from in_markdown(shown.get("figure", {}).get("caption", ""))
        yield from in_markdown(shown.get("image", {}).get("alt", ""))
        for output in cell.outputs:
            yield from _in_output(output.get("data", {"text/plain": output.get("text", "")}))


def _in_output(data: dict[str, Any]) -> Iterator[str]:
    yield from in_html(data.get("text/html", ""))
    yield from in_markdown(data.get("text/markdown", ""))
    yield from in_html(html.escape(data.get("text/plain", "")))


def refuse(found: Iterable[str], where: str) -> None:
    """Stop the build at the first that is left.

    Raises:
        InvalidInput: with the page and the sentence.
    """
    for sentence in found:
        raise InvalidInput(
            f"Op {where} is iets niet ingevuld, in: „{sentence}” Schrijf {{getal}}`sleutel`, {{tekst}}`sleutel` of {{keuze}}`naam`, "
            "zonder spaties of hoofdletters."
        )


def refuse_pages(folder: Path) -> None:
    """Look through every page of a built book."""
    for page in sorted(folder.glob("*.html")):
        refuse(in_html(page.read_text("utf-8")), page.name)
