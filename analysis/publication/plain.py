"""A page without Sphinx: its MyST as plain Markdown, as HTML, and as the sentences that a reader reads.

The form that is left is CommonMark with tables: roles become their words, boxes become quotations under their title. Numbers,
sentences and choices are filled in before (`staging`). Nothing that is written falls away unseen: a role or block that is not
known here is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from analysis import dutch
from analysis.errors import InvalidInput
from analysis.publication import bibliography

# {doc}`andere-steden`, {doc}`Andere steden <andere-steden>`, {cite:p}`permentier2013werk`.
ROLE = re.compile(r"\{(?P<name>[\w:+-]+)\}(?P<ticks>`+)(?P<content>.+?)(?P=ticks)(?!`)", re.DOTALL)
TITLED = re.compile(r"(?P<text>.+?)\s*<(?P<target>[^<>]+)>", re.DOTALL)

# ":::{admonition} Kort antwoord" and "```{note}"; the second kind of line opens a block of code.
OPENING = re.compile(r"(?P<fence>:{3,}|`{3,})\{(?P<name>[\w:+-]+)\}[ \t]*(?P<title>.*)")
CODE = re.compile(r"(?P<fence>`{3,})(?!\{)")
OPTION = re.compile(r":[\w-]+:")
COMMENT = "%"
FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?)\n---\n", re.DOTALL)

# Boxes and the title that they have when the page gives none (`book/_locale`).
BOXES = {"admonition": "", "dropdown": "", "note": "Let op", "warning": "Waarschuwing"}
# What only gives its content a class or a place: the name of the class is not read.
FRAMES = {"div"}
GLOSSARY, RAW, REFERENCES = "begrippen", "raw", "bibliography"
# Lists and forms that are made of other pages, of the register or of the data, which are compared by themselves.
MADE_ELSEWHERE = {"steden", "getallenregister", "intervalsoorten", "zoekbuurt", "vindplek"}

SPACE = re.compile(r"\s+")

# Tags that begin and end a line of text.
BLOCKS = ("p", "li", "dd", "dt", "dl", "ul", "ol", "tr", "table", "div", "section", "figure", "figcaption", "caption", "blockquote",
          "h1", "h2", "h3", "h4", "h5", "h6", "summary", "details", "br", "hr", "label", "header", "footer")  # fmt: skip
CELLS = ("th", "td")
NOT_READ = ("pre", "script", "style", "svg")


@dataclass
class _Box:
    """An open block: the line that closes it, what its lines get in front, and whether its options may still come."""

    fence: str
    kind: str
    quoted: bool
    options: bool = True


@dataclass
class _Pages:
    """What is written so far."""

    titles: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    open: list[_Box] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Write a line within the boxes that are open."""
        self.lines.append("> " * sum(box.quoted for box in self.open) + line)


def markdown(text: str, titles: Mapping[str, str]) -> str:
    """MyST as plain Markdown.

    Args:
        text: Markdown of a page or a cell, filled.
        titles: of the pages, by name; a link without words has the title of where it leads.

    Raises:
        InvalidInput: for a role or block that is not known here.
    """
    pages, code = _Pages(titles), ""
    for line in FRONT_MATTER.sub("", text).splitlines():
        opening, fence = OPENING.match(line), CODE.match(line)
        if not code and pages.open and line.strip() == pages.open[-1].fence:
            pages.add("")
            pages.open.pop()
            pages.add("")
        elif code or fence:
            code = "" if line.strip() == code else code or fence["fence"]
            pages.add(line)
        elif opening:
            _open(pages, opening)
        elif not line.startswith(COMMENT):
            _add(pages, line)
    return _roles("\n".join(pages.lines), titles)


def _open(pages: _Pages, opening: re.Match[str]) -> None:
    """Begin a block, with its title where a reader sees one."""
    name, title = opening["name"], opening["title"].strip()
    if name not in {*BOXES, *FRAMES, *MADE_ELSEWHERE, GLOSSARY, RAW, REFERENCES}:
        raise InvalidInput(f"Het blok {{{name}}} is niet als platte tekst te schrijven: leer het aan `plain.py`.")
    pages.add("")
    pages.open.append(_Box(opening["fence"], name, name in BOXES))
    if name in BOXES:
        pages.add(f"**{title or BOXES[name]}**")
        pages.add("")
    if name == REFERENCES:
        for entry in bibliography.entries():
            pages.lines += [entry, ""]


def _add(pages: _Pages, line: str) -> None:
    """Write a line of text: not the options of a block, nor what its content only says to the builder."""
    box = pages.open[-1] if pages.open else None
    if box and (box.kind in MADE_ELSEWHERE or (box.options and OPTION.match(line))):
        return
    if box:
        box.options = False
    if box and box.kind == GLOSSARY:
        if not OPTION.match(line.strip()):  # `:ook:`, other forms of the word
            # A word stands on a line of its own, its explanation indented below it, which would be code.
            pages.lines += [line.strip()] if line.startswith(" ") else ["", line, ""]
        return
    pages.add(line)


def _roles(text: str, titles: Mapping[str, str]) -> str:
    def words(match: re.Match[str]) -> str:
        if match["name"] not in ROLES:
            raise InvalidInput(
                f"De rol {{{match['name']}}} is niet als platte tekst te schrijven: leer haar aan `plain.py`."
            )
        return ROLES[match["name"]](match["content"], titles)

    return ROLE.sub(words, text)


def _link(content: str, titles: Mapping[str, str]) -> str:
    titled = TITLED.fullmatch(content)
    return titled["text"] if titled else titles.get(content, content)


def _term(content: str, _titles: Mapping[str, str]) -> str:
    titled = TITLED.fullmatch(content)
    return titled["text"] if titled else content


def _numbered(content: str, _titles: Mapping[str, str]) -> str:
    """The words of a reference to a figure; its number belongs to the whole book."""
    titled = TITLED.fullmatch(content)
    return (titled["text"].replace("%s", "").strip() if titled else "") or "figuur"


def _cited(content: str, _titles: Mapping[str, str]) -> str:
    return f"({'; '.join(bibliography.label(key.strip()) for key in content.split(','))})"


def _cited_in_text(content: str, _titles: Mapping[str, str]) -> str:
    labels = (bibliography.label(key.strip()).rpartition(", ") for key in content.split(","))
    return dutch.enumeration(f"{who} ({year})" for who, _, year in labels)


ROLES: dict[str, Callable[[str, Mapping[str, str]], str]] = {
    "doc": _link, "ref": _link, "term": _term, "numref": _numbered, "cite:p": _cited, "cite:t": _cited_in_text,
}  # fmt: skip


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table")


def html(text: str) -> str:
    """Plain Markdown as HTML."""
    return str(_parser().render(text))


def sentences(content: str) -> list[str]:
    """The sentences in a piece of HTML, in order, whitespace made even; a row of a table is one line."""
    soup = BeautifulSoup(content, "html.parser")
    for tag in soup.find_all(NOT_READ):
        tag.decompose()
    for string in list(soup.find_all(string=True)):
        string.replace_with(SPACE.sub(" ", string))
    for tag in soup.find_all(CELLS):
        tag.append(" | ")
    for tag in soup.find_all(BLOCKS):
        tag.insert_before("\n")
        tag.insert_after("\n")
    lines = (" ".join(line.split()).removesuffix(" |") for line in soup.get_text().split("\n"))
    return [one for line in lines if line for one in dutch.sentences(line)]
