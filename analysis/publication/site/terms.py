"""Words that a page explains elsewhere: the first use of each on a page becomes a quiet link to the glossary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import Glossary
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from analysis.errors import InvalidInput

logger = logging.getLogger(__name__)

# How an entry of the glossary names the other forms of its word: a line `:ook: buurten, CBS-buurt` under the term.
ALSO = ":ook:"

# The class of a link to the glossary, for the style.
LINK_CLASS = "begrip"

# What is in these is not running text; and what is in those below is a link or code already.
OUTSIDE = (
    nodes.table, nodes.figure, nodes.caption, nodes.title, nodes.rubric, nodes.citation, nodes.footnote, nodes.topic,
    addnodes.glossary,
)  # fmt: skip
UNTOUCHED = (
    nodes.reference, addnodes.pending_xref, addnodes.download_reference, nodes.literal, nodes.math, nodes.raw,
    nodes.footnote_reference, nodes.citation_reference,
)  # fmt: skip

# The technical boxes of the accounting page: who opens one reads formulas, and who does not sees no link.
FOLDED = "dropdown"

# The first sentence: a full stop inside "3.0" or "1.234" has no space behind it.
FIRST_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        name: as the glossary writes it.
        page: of the glossary.
        anchor: of the entry on that page.
        meaning: the first sentence of its explanation, without citations.
        forms: every way to write it in a sentence, `name` among them, in lower case where a sentence would.
    """

    name: str
    page: str
    anchor: str
    meaning: str
    forms: tuple[str, ...]


@dataclass
class Vocabulary:
    """All terms of a book, ready to be found in a text.

    Attributes:
        terms: in the order of the glossary.
        linked: anchors of the terms that some page linked to so far.
    """

    terms: tuple[Term, ...]
    linked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_form: dict[str, Term] = {}
        for term in self.terms:
            for form in term.forms:
                for written in {form, form[:1].upper() + form[1:]}:  # a sentence may start with it
                    other = self._by_form.setdefault(written, term)
                    if other is not term:
                        raise InvalidInput(f"Vorm {form!r} staat bij twee begrippen: {other.name!r} en {term.name!r}.")
        # Longest first: "zeer laag inkomen" before "laag inkomen". A line may break where a form has a space.
        forms = sorted(self._by_form, key=lambda form: (-len(form), form))
        either = "|".join(r"\s+".join(map(re.escape, form.split())) for form in forms)
        # Not within a longer word, nor after or before a hyphen: "sociale-huurwijk" is another word than "wijk".
        self._pattern = re.compile(rf"(?<![\w-])(?:{either})(?![\w]|-\w)") if forms else None

    def split(self, text: str, seen: set[str]) -> Iterator[tuple[str, Term | None]]:
        """Cut a text in pieces, of which those with a term are a first use.

        Args:
            text: without markup.
            seen: anchors of the terms that have had their link; what is found here is added.

        Yields:
            A piece of the text and its term, or None; the pieces together are the text.
        """
        done = 0
        for match in self._pattern.finditer(text) if self._pattern else ():
            term = self._by_form[" ".join(match[0].split())]
            if term.anchor in seen:
                continue
            seen.add(term.anchor)
            if match.start() > done:
                yield text[done : match.start()], None
            yield match[0], term
            done = match.end()
        if done < len(text):
            yield text[done:], None


class TermList(Glossary):
    """```{begrippen}```: Sphinx's glossary, of which an entry may name other forms of its word on a line `:ook:`."""

    def run(self) -> list[nodes.Node]:
        forms = self._take_forms()
        made = super().run()
        for item in (item for node in made for item in node.findall(nodes.definition_list_item)):
            names = [term.astext() for term in item.findall(nodes.term)]
            item["forms"] = names + [form for name in names for form in forms.get(name, [])]
        return made

    def _take_forms(self) -> dict[str, list[str]]:
        """Read the lines with forms, by the term right above them, and take them out of the text."""
        forms: dict[str, list[str]] = {}
        name, kept = "", []
        for line, where in zip(self.content, self.content.items, strict=True):
            if line.strip().startswith(ALSO):
                if not name:
                    raise self.error(f"De regel {line.strip()!r} staat niet onder een begrip.")
                forms[name] = [form.strip() for form in line.strip().removeprefix(ALSO).split(",")]
                continue
            name = line.strip() if line[:1].strip() else name
            kept.append((line, where))
        self.content = StringList([line for line, _ in kept], items=[where for _, where in kept])
        return forms


@lru_cache(maxsize=1)
def vocabulary(env: BuildEnvironment) -> Vocabulary:
    """The terms of a book of which every page has been read; empty where it has no glossary."""
    known = env.get_domain("std").get_objects()
    pages = sorted({page for _, _, kind, page, _, _ in known if kind == "term"})
    return Vocabulary(tuple(term for page in pages for term in _terms_on(page, env.get_doctree(page))))


def _terms_on(page: str, document: nodes.document) -> Iterator[Term]:
    for glossary in document.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            first = next(iter(item.findall(nodes.term)))
            forms = item.get("forms", [first.astext()])
            meaning = shortly(next(iter(item.findall(nodes.paragraph))))
            yield Term(first.astext(), page, first["ids"][0], meaning, tuple(forms))


def shortly(explanation: nodes.paragraph) -> str:
    """The first sentence of an explanation as plain text; a citation in it is left out."""
    words = [text.astext() for text in explanation.findall(nodes.Text) if not _within(text, (addnodes.pending_xref,))]
    plain = re.sub(r"\s+(?=[.,;:])", "", " ".join("".join(words).split()))
    sentence = FIRST_SENTENCE.match(plain)
    return sentence[0] if sentence else plain


class LinkTerms(SphinxPostTransform):
    """Link the first use of each term on a page, after Sphinx has made its own links and every page is known."""

    default_priority = 20

    def run(self, **_: Any) -> None:
        """Link on every page that this document holds: one, or all in a book of a single file."""
        words = vocabulary(self.env)
        glossaries = {term.page for term in words.terms}
        for page, paragraphs in self._pages().items():
            if page in glossaries:
                continue
            seen = self._dress_own_links(page, words)
            link_first_uses(paragraphs, words, seen, lambda text, term, page=page: self._link(page, text, term))
            words.linked.update(seen)

    def _pages(self) -> dict[str, list[nodes.paragraph]]:
        """The paragraphs with running text, by page; a page in another language has none."""
        found: dict[str, list[nodes.paragraph]] = {}
        for paragraph in self.document.findall(nodes.paragraph):
            page = page_of(paragraph, self.env.docname)
            language = self.env.metadata.get(page, {}).get("lang", self.config.language)
            if language == self.config.language and is_running_text(paragraph):
                found.setdefault(page, []).append(paragraph)
        return found

    def _dress_own_links(self, page: str, words: Vocabulary) -> set[str]:
        """Give a link that an author wrote ({term}`samenhang`) the same dress; it is the only one of its term then."""
        by_anchor = {term.anchor: term for term in words.terms}
        seen = set()
        for link in self.document.findall(nodes.reference):
            anchor = (link.get("refuri") or link.get("refid") or "").rpartition("#")[2]
            if anchor in by_anchor and page_of(link, self.env.docname) == page and not _within(link, OUTSIDE):
                link["classes"].append(LINK_CLASS)
                link["reftitle"] = by_anchor[anchor].meaning
                seen.add(anchor)
        return seen

    def _link(self, page: str, text: str, term: Term) -> nodes.reference:
        link = make_refnode(self.app.builder, page, term.page, term.anchor, nodes.Text(text), term.meaning)
        link["classes"].append(LINK_CLASS)
        return link


def link_first_uses(
    paragraphs: Iterable[nodes.paragraph],
    words: Vocabulary,
    seen: set[str],
    link: Callable[[str, Term], nodes.reference],
) -> None:
    """Replace the first use of each term in paragraphs by a link.

    Args:
        paragraphs: of one page, in its order; changed in place.
        words: what to look for.
        seen: anchors of terms that have a link on this page already; what is linked is added.
        link: makes the link of a text to a term.
    """
    for paragraph in paragraphs:
        _join_lines(paragraph)
        for text in list(paragraph.findall(nodes.Text)):
            if _within(text, UNTOUCHED) or _in_label(text):
                continue
            pieces = list(words.split(text.astext(), seen))
            if any(term for _, term in pieces):
                made = [link(piece, term) if term else nodes.Text(piece) for piece, term in pieces]
                # By identity: docutils' own `replace` takes the first child with the same words.
                place = next(place for place, child in enumerate(text.parent) if child is text)
                text.parent[place : place + 1] = made


def _join_lines(paragraph: nodes.paragraph) -> None:
    """Make one text of the lines of a source, which MyST keeps apart: a term may run on over them."""
    for parent in {text.parent for text in paragraph.findall(nodes.Text)}:
        together = groupby(parent.children, key=lambda child: isinstance(child, nodes.Text))
        parent[:] = [one for is_text, run in together for one in ([nodes.Text("".join(run))] if is_text else run)]


def is_running_text(paragraph: nodes.paragraph) -> bool:
    """Whether a paragraph is text to read on: not in a table, caption or folded box."""
    folded = any(one.get("design_component") == FOLDED for one in _ancestors(paragraph))
    return not (folded or _within(paragraph, OUTSIDE))


def _in_label(text: nodes.Text) -> bool:
    """Whether a text is in the bold words that open a paragraph, as "**Hoe zeker?**" does."""
    bold = next((one for one in _ancestors(text) if isinstance(one, nodes.strong)), None)
    return bold is not None and next(child for child in bold.parent if child.astext()) is bold  # MyST puts "" before it


def page_of(node: nodes.Node, default: str) -> str:
    """The page that a node came from; in a book of a single file the headings tell, in others it is the document's."""
    return next((one["docname"] for one in _ancestors(node) if "docname" in one), default)


def _ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def _within(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    return any(isinstance(one, kinds) for one in _ancestors(node))


def report_unlinked(app: Sphinx, problem: Exception | None) -> None:
    """Tell which terms no page uses in running text; not a warning, since a page may lose its last use for a while."""
    if problem is None:
        words = vocabulary(app.env)
        unused = [term.name for term in words.terms if term.anchor not in words.linked]
        if unused:
            logger.info("Begrippen die op geen pagina een link krijgen: %s.", ", ".join(unused))


def setup(app: Sphinx) -> None:
    """Register the directive and the links with Sphinx."""
    app.add_directive("begrippen", TermList)
    app.add_post_transform(LinkTerms)
    app.connect("build-finished", report_unlinked)
