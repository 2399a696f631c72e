"""Debian's Chromium for the tests here: open a page, see what it complains about and asks for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
# No sandbox in a container; the rest keeps the browser itself from calling home.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

# What sticks out of the window, but for what scrolls in its own frame or waits there (the contents list).
BEYOND_THE_EDGE = """() => [...document.querySelectorAll('.bd-main *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
    .filter(e => !e.closest('.vk-tabel-omslag, .output, .pst-scrollable-table-container, figure, pre'))
    .filter(e => !e.closest('.bd-sidebar-secondary'))
    .map(e => e.outerHTML.slice(0, 80))"""

# Skipped where there is no browser, but never in CI: there a test without its browser fails.
needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"), reason=f"{CHROMIUM} ontbreekt: apt-get install chromium"
)


@dataclass
class Visit:
    """A page in the browser, with what it complained about and where it asked for files."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.complaints.append(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.on("request", lambda request: self.requests.append(request.url))


def open_page(browser: Browser, address: str, size: dict[str, int], theme: str = "light") -> Visit:
    """Open an address in a fresh profile, with the theme a reader would have chosen before."""
    context = browser.new_context(viewport=size)
    context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    visit = Visit(context.new_page())
    visit.page.goto(address)
    return visit
