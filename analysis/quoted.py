"""A text with numbers quoted in it: it reads as plain Dutch, and knows of each number where it comes from."""

from __future__ import annotations

from html import escape
from typing import Any


class Quoted(str):
    """A title or caption as it is drawn or written, made by `publication.numbers.Telling`.

    Attributes:
        template: the same text with a {getal} role in the place of each number.
        html: the same text with a <data> element around each number, which the builder turns into a link.
        bundle: the numbers themselves, as they travel in the output of a cell.
    """

    template: str
    html: str
    bundle: dict[str, Any]

    def __new__(cls, plain: str, template: str, html: str, bundle: dict[str, Any]) -> Quoted:
        """A plain text, and where its numbers come from."""
        text = super().__new__(cls, plain)
        text.template, text.html, text.bundle = template, html, bundle
        return text


def template_of(text: str) -> str:
    """The text with roles; a plain text is its own template."""
    return text.template if isinstance(text, Quoted) else text


def html_of(text: str) -> str:
    """The text as HTML, its numbers marked."""
    return text.html if isinstance(text, Quoted) else escape(text)


def bundle_of(text: str) -> dict[str, Any]:
    """The numbers that the text quotes, for the output of its cell."""
    return text.bundle if isinstance(text, Quoted) else {}
