"""One browser for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import CHROMIUM, QUIET
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Started when a test first asks for it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()
