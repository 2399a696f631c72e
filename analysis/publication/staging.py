"""Laying the book ready: executed chapters, with their numbers, sentences and alt texts filled in, beside its pages."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat
import yaml

from analysis import dutch
from analysis.choices import CRIME_SPAN, Choices
from analysis.errors import InvalidInput
from analysis.figures.output import DATA_MIME
from analysis.paths import BOOK, MARKER, RESULTS, ROOT
from analysis.publication import agreement, leftovers, provenance
from analysis.publication import register as registry
from analysis.publication.locale import compile_catalogs
from analysis.publication.numbers import MIME, SENTENCE_MIME
from analysis.publication.site.images import NARROW

# Where the data of figures and tables lies in the built book, and figures as lines.
FIGURE_DATA = Path("_static") / "cijfers"
FIGURE_LINES = Path("_static") / "figuren"

# Alt texts are plain text; this file tells of each the same with a role in the place of each number, for the gate on loose numerals.
ALTS = "alt-teksten.json"

# The code of a figure or table stands below it, not above.
CODE_ABOVE, NO_CODE = "hide-input", "remove-input"

SENTENCE = re.compile(r"\{tekst\}`(?P<key>[\w.\-]+)`")
CHOICE = re.compile(r"\{keuze\}`(?P<name>\w+)`")

# What an earlier edition said: {eerder}`0.2.0 amsterdam.misdrijven.verschil10:interval`, from its register in `results/eerder`.
EARLIER = re.compile(r"\{eerder\}`(?P<version>[\d.]+) (?P<key>[\w.\-]+)(?::(?P<part>\w+))?`")
# {getal}`buurten` {vorm}`buurten:buurt`: the word as it agrees with the number.
FORM = re.compile(r"\{vorm\}`(?P<key>[\w.\-]+):(?P<word>[^`]+)`")

# What a cell shows that is read as text.
SHOWN_AS_TEXT = ("text/html", "text/markdown")

# How papermill marks the cell with the parameters that were given; like the cell that declares them, not for readers.
INJECTED = "injected-parameters"

# ![Alt text](address) on a page of text: no role can stand in it.
IMAGE_ALT = re.compile(r"(?<=!\[)[^\]]+(?=\]\()")

# {numref}`fig-kaart` or {numref}`kaart %s <fig-kaart>`.
FIGURE = re.compile(r"(?P<role>\{(?:numref|ref)\}`(?:[^`<]*<)?)(?P<name>[\w\-]+)(?=>?`)")


@dataclass(frozen=True)
class Chapter:
    """An executed chapter, or one page of a sheet.

    Attributes:
        name: of its page.
        group: the first part of its ids.
        place: code of the gemeente it was run for; None when that is the chapter's own.
        choices: what it was run with.
        notebook: the executed copy.
        sheet_of: the notebook that became this page and others; None for a chapter.
    """

    name: str
    group: str
    place: str | None
    choices: Choices
    notebook: nbformat.NotebookNode
    sheet_of: str | None = None

    @property
    def scope(self) -> str:
        """What stands before a key in this chapter's ids."""
        return ".".join(part for part in (self.group, self.place) if part)

    def data_address(self, name: str) -> str:
        """Where the CSV of a figure or table lies in the book; sheets share names, so each has a folder."""
        return (FIGURE_DATA / self._folder / f"{name}.csv").as_posix()

    def lines_address(self, name: str) -> str:
        """Where the SVG of a figure lies in the book."""
        return (FIGURE_LINES / self._folder / f"{name}.svg").as_posix()

    @property
    def _folder(self) -> str:
        return self.name if self.sheet_of else ""


def sentences_of(chapters: list[Chapter]) -> dict[str, str]:
    """The sentences that chapters emitted, by id; the numbers that they quote have their full id, wherever the sentence goes."""
    found: dict[str, str] = {}
    for chapter in chapters:
        own = registry.collect(chapter.name, chapter.group, chapter.place, chapter.notebook)
        for cell in chapter.notebook.cells:
            for output in cell.get("outputs", []):
                for key, text in output.get("data", {}).get(SENTENCE_MIME, {}).items():
                    found[f"{chapter.scope}.{key}"] = registry.qualify(text, own, chapter.scope)
    return found


def figure_data(chapter: Chapter) -> dict[str, str]:
    """The CSV behind each figure and table of a chapter, by its path within the folder of figure data."""
    carried = [one for cell in chapter.notebook.cells for one in _data_behind(cell, chapter)]
    return {address.removeprefix(f"{FIGURE_DATA.as_posix()}/"): csv for _, address, csv in carried}


def stage(chapters: list[Chapter], register: registry.Register, target: Path, pages: bool = True) -> None:
    """Lay the whole source of the book in `target`, ready to be rendered.

    Args:
        chapters: executed chapters.
        register: every number they emitted.
        target: folder, emptied first.
        pages: also the pages of text; a part of the chapters can't fill those.

    Raises:
        InvalidInput: when a text asks for a number, sentence or choice that nobody gives, or asks for it in a way that is not understood,
            or a word in it does not agree with the number beside it.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(BOOK, target, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
    shutil.copy(ROOT / "_config.yml", target)
    _write_toc(sheet_pages(chapters), target)
    compile_catalogs(target / "_locale")
    sentences = sentences_of(chapters)
    alts: dict[str, str] = {}
    for page in sorted(target.glob("*.md")) if pages else []:
        text = _fill_text(page.read_text("utf-8"), register, sentences, "", None, page.name)
        leftovers.refuse(leftovers.in_markdown(text), page.name)
        _check_agreement(page.name, [text], register)
        alts |= {registry.fill(template, register): template for template in IMAGE_ALT.findall(text)}
        page.write_text(IMAGE_ALT.sub(lambda match: registry.fill(match[0], register), text), "utf-8")
    narrow: dict[str, str] = {}
    for chapter in chapters:
        notebook, shown, own_alts = _filled(chapter, register, sentences, target)
        alts |= own_alts
        leftovers.refuse(leftovers.in_notebook(notebook), f"{chapter.name}.ipynb")
        _check_agreement(f"{chapter.name}.ipynb", _texts_of(notebook), register)
        nbformat.write(notebook, target / f"{chapter.name}.ipynb")
        drawn = [one for one in shown if one.png and one.narrow]
        narrow |= {one.png: one.narrow for one in drawn}
        if not chapter.sheet_of:  # a page of text may show a chapter's figure as lines; Sphinx keeps its name
            narrow |= {f"{provenance.IMAGES}/{Path(one.svg).name}": one.narrow for one in drawn}
    (target / NARROW).write_text(json.dumps(narrow), "utf-8")
    (target / ALTS).write_text(json.dumps(alts, ensure_ascii=False), "utf-8")
    registry.save(register, target / "register.json")
    (target / MARKER).touch()


def sheet_pages(chapters: list[Chapter]) -> dict[str, list[str]]:
    """The pages of each sheet, by the name of the gemeente: 's-Gravenhage stands at the G."""
    pages: dict[str, list[str]] = {}
    for chapter in sorted(chapters, key=lambda one: dutch.sort_key(one.choices.gemeente)):
        if chapter.sheet_of:
            pages.setdefault(chapter.sheet_of, []).append(chapter.name)
    return pages


def _write_toc(pages: Mapping[str, list[str]], target: Path) -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    toc["root"] = _within_book(toc["root"])
    for part in toc["parts"]:
        part["chapters"] = expand_toc(part["chapters"], pages)
    (target / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False, allow_unicode=True), "utf-8")


def expand_toc(entries: list[dict[str, Any]], pages: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Entries of the table of contents, seen from within `book/`, with every sheet replaced by its pages.

    Args:
        entries: mappings with `file` and perhaps `sections`, which are entries again.
        pages: the pages of each sheet, in order.
    """
    expanded = []
    for entry in entries:
        name = _within_book(entry["file"])
        below = {"sections": expand_toc(entry["sections"], pages)} if "sections" in entry else {}
        expanded += [{**entry, "file": page, **below} for page in pages.get(name, [name])]
    return expanded


def _within_book(page: str) -> str:
    return page.removeprefix(f"{BOOK.name}/")


def _fill_text(
    text: str,
    register: registry.Register,
    sentences: dict[str, str],
    scope: str,
    choices: Choices | None,
    where: str,
) -> str:
    """Fill sentences and choices, and give every number its full id."""

    def sentence(match: re.Match[str]) -> str:
        for key in (f"{scope}.{match['key']}", match["key"]):
            if key in sentences:
                return sentences[key]
        raise InvalidInput(f"Zin {match['key']!r} op {where} wordt door geen hoofdstuk gegeven.")

    def choice(match: re.Match[str]) -> str:
        values = {"misdrijfjaren": CRIME_SPAN}
        if choices:
            values |= {**asdict(choices), "maat": choices.income.label, "maat_eenheid": choices.income.unit}
            values["gemeente_getypt"] = provenance.quoted(choices.gemeente)  # in a command
        if match["name"] not in values:
            raise InvalidInput(f"Keuze {match['name']!r} op {where} bestaat niet; er zijn: {', '.join(values)}.")
        return str(values[match["name"]])

    def form(match: re.Match[str]) -> str:
        return dutch.form(registry.find(register, match["key"], scope).number.value, match["word"])

    filled = FORM.sub(form, CHOICE.sub(choice, SENTENCE.sub(sentence, text)))
    registry.check_kinds(filled, register, scope, where)
    return registry.qualify(EARLIER.sub(earlier, filled), register, scope)


def earlier(match: re.Match[str]) -> str:
    """A number as an earlier edition gave it, marked as such."""
    kept = RESULTS / "eerder" / f"{match['version']}.json"
    if not kept.exists():
        raise InvalidInput(f"Van uitgave {match['version']} is geen register bewaard in {kept.parent}.")
    number = registry.find(registry.load(kept), match["key"]).number
    said = number.text(match["part"] or "waarde")
    return f'<span class="vk-eerder" title="{escape(number.unit)}, uitgave {match["version"]}">{said}</span>'


def _texts_of(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """All that readers see of a filled chapter: its text, captions and alt texts, and the texts and tables it shows."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.source
            continue
        shown = cell.metadata.get("mystnb", {})
        yield from (shown[place][text] for place, text in (("figure", "caption"), ("image", "alt")) if place in shown)
        for output in cell.outputs:
            yield from (str(text) for mime, text in output.get("data", {}).items() if mime in SHOWN_AS_TEXT)


def _check_agreement(where: str, texts: Iterable[str], register: registry.Register) -> None:
    """Stop the build at a sentence such as "in 1 steden"."""
    wrong = [sentence for text in texts for sentence in agreement.faults(registry.fill(text, register))]
    if wrong:
        raise InvalidInput(f"Op {where} klopt enkelvoud of meervoud niet: ‘{'’, ‘'.join(wrong)}’.")


def _filled(
    chapter: Chapter, register: registry.Register, sentences: dict[str, str], target: Path
) -> tuple[nbformat.NotebookNode, list[provenance.Shown], dict[str, str]]:
    """The chapter as it will be rendered: filled texts, readers' outputs only, the data of its figures laid aside.

    Returns:
        The notebook, its figures and tables, and its alt texts with their templates.
    """
    notebook = nbformat.from_dict(chapter.notebook)
    notebook.metadata.pop("papermill", None)
    notebook.metadata["bron"] = chapter.sheet_of or chapter.name  # the date of a page is that of its source
    _fill_description(chapter, notebook.metadata, register, sentences)
    maker = provenance.maker_of(chapter.name, chapter.sheet_of or chapter.name, chapter.choices, notebook)
    cells: list[nbformat.NotebookNode] = []
    everything: list[provenance.Shown] = []
    alts: dict[str, str] = {}
    own = [cell for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", [])]
    for cell in own:
        where, below = f"{chapter.name}.ipynb", []
        if cell.cell_type == "markdown":
            cell.source = _fill_text(cell.source, register, sentences, chapter.scope, chapter.choices, where)
        else:
            alts |= _fill_metadata(cell, chapter, register, sentences)
            shown = list(_lay_aside(cell, chapter, register, target))
            cell.outputs = [output for output in cell.outputs if _for_readers(output)]
            cell.metadata.pop("papermill", None)
            below = [
                provenance.below(cell, one, maker, len(cells) + 1) for one in shown
            ]  # its place in the published file
            everything += shown
        cells += [cell, *below]
    notebook.cells = cells
    if chapter.sheet_of:
        name_figures_after(chapter.name, cells)
    return notebook, everything, alts


def _fill_description(
    chapter: Chapter, about: dict[str, Any], register: registry.Register, sentences: dict[str, str]
) -> None:
    """Fill the description that search engines and messengers show: plain text, like an alt text."""
    if "description" in about:
        filled = _fill_text(
            about["description"], register, sentences, chapter.scope, chapter.choices, f"{chapter.name}.ipynb"
        )
        about["description"] = registry.fill(filled, register)


def name_figures_after(page: str, cells: list[nbformat.NotebookNode]) -> None:
    """Give the figures of a sheet the page in their name, also where its text or captions refer to them.

    References to the figures of other chapters stay as they are.
    """
    figures = [cell.metadata.mystnb["figure"] for cell in cells if "figure" in cell.metadata.get("mystnb", {})]
    own = {figure["name"] for figure in figures}

    def renamed(text: str) -> str:
        return FIGURE.sub(lambda match: match[0] + (f"-{page}" if match["name"] in own else ""), text)

    for figure in figures:
        figure["name"] += f"-{page}"
        figure["caption"] = renamed(figure["caption"])
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = renamed(cell.source)


def _fill_metadata(
    cell: nbformat.NotebookNode, chapter: Chapter, register: registry.Register, sentences: dict[str, str]
) -> dict[str, str]:
    """Fill the caption (roles work there) and the alt text of a figure: plain text, and first of all its title.

    Returns:
        The template of the alt text, with roles, by the alt text itself; nothing for a cell without a figure.
    """
    shown = cell.metadata.get("mystnb", {})
    where = f"{chapter.name}.ipynb"
    if "figure" in shown:
        shown["figure"]["caption"] = _fill_text(
            shown["figure"]["caption"], register, sentences, chapter.scope, chapter.choices, where
        )
    if "image" in shown:
        filled = _fill_text(shown["image"]["alt"], register, sentences, chapter.scope, chapter.choices, where)
        title = registry.qualify(
            next(data[DATA_MIME]["title"] for data, *_ in _data_behind(cell, chapter)), register, chapter.scope
        )
        template = f"{title}{'' if title.endswith(('.', '?')) else '.'} {filled}"
        shown["image"]["alt"] = registry.fill(template, register)
        return {shown["image"]["alt"]: template}
    return {}


def _data_behind(cell: nbformat.NotebookNode, chapter: Chapter) -> Iterator[tuple[dict[str, Any], str, str]]:
    """What the outputs of a cell carry for the builder: the whole output, and the address and text of its CSV."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if DATA_MIME in data:
            yield data, chapter.data_address(data[DATA_MIME]["name"]), data[DATA_MIME]["csv"]


def _lay_aside(
    cell: nbformat.NotebookNode, chapter: Chapter, register: registry.Register, target: Path
) -> Iterator[provenance.Shown]:
    """Write the data behind each figure and table of a cell as CSV, and a figure as lines; tell where they lie.

    The numbers that a caption of a table quotes become links; those of a title were collected already.
    """
    for data, address, csv in _data_behind(cell, chapter):
        _write(csv, target / address)
        written = (FIGURE_DATA / Path(address).name).as_posix()
        for form in {"text/html", "text/markdown"} & set(data):
            named = f'href="{address}" download="{provenance.file_stem(address)}.csv"'
            linked = registry.link_marked(data[form], register, chapter.scope)
            data[form] = linked.replace(f'href="{written}" download', named)
        shown = provenance.Shown(address)
        if "image/png" in data:
            lines = chapter.lines_address(data[DATA_MIME]["name"])
            _write(data[DATA_MIME]["svg"], target / lines)
            narrow = _lay_narrow(data[DATA_MIME], lines.replace(".svg", "-smal.png"), target)
            shown = provenance.Shown(address, lines, provenance.image_address(data["image/png"]), narrow)
        del data[DATA_MIME]
        data.pop(MIME, None)
        cell.metadata.tags = [NO_CODE if tag == CODE_ABOVE else tag for tag in cell.metadata.get("tags", [])]
        yield shown


def _lay_narrow(record: dict[str, str], address: str, target: Path) -> str | None:
    """Write the picture of a figure for phones, if it was drawn; tell where it lies."""
    if "narrow" not in record:
        return None
    (target / address).write_bytes(base64.b64decode(record["narrow"]))
    return address


def _write(text: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _for_readers(output: nbformat.NotebookNode) -> bool:
    """Numbers and sentences are for the builder; what a chapter prints or shows is for readers, also when it quotes numbers."""
    data = output.get("data", {})
    return SENTENCE_MIME not in data and (MIME not in data or DATA_MIME in data or "image/png" in data)


def filled_copy(
    chapter: Chapter, register: registry.Register, sentences: dict[str, str]
) -> Iterator[tuple[nbformat.NotebookNode, dict[str, Any] | None]]:
    """The cells of an executed chapter with their texts filled in, and without what is for the builder; for a reader without a book.

    Yields:
        Each cell, and what it carries of its figure or table (`figures.output.data_record`), or None.
    """
    for cell in nbformat.from_dict(chapter.notebook).cells:
        if cell.cell_type == "markdown":
            cell.source = _fill_text(
                cell.source, register, sentences, chapter.scope, chapter.choices, f"{chapter.name}.ipynb"
            )
            yield cell, None
            continue
        _fill_metadata(cell, chapter, register, sentences)
        cell.outputs = [output for output in cell.outputs if _for_readers(output)]
        carried = [output.data.pop(DATA_MIME) for output in cell.outputs if DATA_MIME in output.get("data", {})]
        for output in cell.outputs:
            output.get("data", {}).pop(MIME, None)
        yield cell, next(iter(carried), None)
