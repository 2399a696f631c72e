"""How fast a page of the built book shows on a slow line and a slow computer: `python -m bench.reading`.

Measured in Debian's Chromium, through its DevTools: each round a fresh profile, so that nothing is in its cache.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from analysis import paths
from analysis.errors import InvalidInput
from analysis.publication.site.serve import served

CHROMIUM = Path("/usr/bin/chromium")
ROUNDS = 5

# The reader of the requirements: a processor four times slower than this one, 4 Mbit/s, 150 ms there and back.
SLOWER = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 4e6 / 8, "uploadThroughput": 4e6 / 8}
WINDOW = {"width": 1280, "height": 900}

# After the last file the largest text or picture may still change place.
SETTLE_MS = 1000

# Browsers tell these two to who listens from the start.
OBSERVE = """
window.gemeten = {lcp: 0, cls: 0};
new PerformanceObserver(list => { for (const one of list.getEntries()) gemeten.lcp = one.startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) gemeten.cls += one.value; })
    .observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Load:
    """One page, loaded once.

    Attributes:
        kilobytes: transferred, headers included (1 kB = 1,000 bytes).
        requests: files asked for.
        lcp: seconds until the largest text or picture in sight was there.
        cls: how much moved while loading (cumulative layout shift); 0 is nothing.
    """

    kilobytes: float
    requests: int
    lcp: float
    cls: float


def load(browser: Browser, address: str) -> Load:
    """Load a page in a fresh profile as the slow reader does."""
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    page.add_init_script(OBSERVE)
    received: dict[str, float] = {}
    _slow(page, received)
    page.goto(address, wait_until="networkidle", timeout=60_000)
    page.wait_for_timeout(SETTLE_MS)
    seen: dict[str, float] = page.evaluate("gemeten")
    context.close()
    return Load(sum(received.values()) / 1000, len(received), seen["lcp"] / 1000, seen["cls"])


def _slow(page: Page, received: dict[str, float]) -> None:
    """Slow the line and the processor of a page, and note how many bytes each file took; what a file holds itself is none."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def asked(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            received[event["requestId"]] = 0.0

    def came(event: dict[str, Any]) -> None:
        if event["requestId"] in received:
            received[event["requestId"]] = event["encodedDataLength"]

    devtools.on("Network.requestWillBeSent", asked)
    devtools.on("Network.loadingFinished", came)


def median(loads: Sequence[Load]) -> Load:
    """The median of each measure."""
    return Load(**{name: statistics.median(asdict(one)[name] for one in loads) for name in asdict(loads[0])})


def pages(html: Path) -> dict[str, str]:
    """What is measured: the first page, a page of a city, and the longest chapter (most HTML and pictures)."""
    chapters = [
        path
        for path in html.glob("*.html")
        if "<figure" in path.read_text("utf-8") and not path.stem.startswith("stad-")
    ]
    longest = max(chapters, key=lambda path: path.stat().st_size)
    return {"eerste bladzijde": "index.html", "een stad": "stad-utrecht.html", "langste hoofdstuk": longest.name}


def measure(html: Path, rounds: int) -> dict[str, Load]:
    """The median of each page; the pages take turns, so that a busy moment does not strike one only."""
    with sync_playwright() as playwright, served(html) as site:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        named = pages(html)
        found = [{name: load(browser, site + page) for name, page in named.items()} for _ in range(rounds)]
        browser.close()
    return {f"{name} ({page})": median([one[name] for one in found]) for name, page in named.items()}


def report(rounds: int) -> dict[str, Any]:
    """Measure the built book, tell, and give the numbers.

    Raises:
        InvalidInput: without a browser, or a book.
    """
    if not CHROMIUM.exists():
        raise InvalidInput(f"{CHROMIUM} ontbreekt: apt-get install chromium.")
    if not (paths.HTML / "index.html").exists():
        raise InvalidInput("Er is nog geen boek om te meten: draai eerst `make book`.")
    found = measure(paths.HTML, rounds)
    print(f"\nLezen (mediaan van {rounds}): processor {SLOWER} keer trager, 4 Mbit/s, {LINE['latency']} ms", flush=True)
    for name, one in found.items():
        print(
            f"  {name:<44} {one.kilobytes:5.0f} kB  {one.requests:2.0f} bestanden  LCP {one.lcp:.2f} s  CLS {one.cls:.3f}"
        )
    return {name: asdict(one) for name, one in found.items()}


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rondes", type=int, default=ROUNDS)
    try:
        report(options.parse_args().rondes)
    except InvalidInput as error:
        sys.exit(str(error))
