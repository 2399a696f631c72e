"""Links of the mini-book: a fast look, of what every build must have."""

from __future__ import annotations

import shutil

import pytest
from book.minibook import Build

from analysis.publication.site import links

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("minibook")]


def test_every_link_within_the_mini_book_leads_somewhere(mini_book: Build) -> None:
    assert [str(one) for one in links.internal(mini_book.html)] == []


def test_links_to_others_are_found_in_the_references(mini_book: Build) -> None:
    assert links.external(mini_book.html)["https://example.org/veerkracht"] == ["verantwoording.html"]


def test_a_page_that_is_gone_is_missed_by_all_that_link_to_it(mini_book: Build, tmp_path) -> None:
    html = shutil.copytree(mini_book.html, tmp_path / "html")
    (html / "amsterdam.html").unlink()
    assert {one.page for one in links.internal(html)} >= {"index.html", "verantwoording.html", "summary.html"}
