"""The command line of what surrounds the book: links, reading level, editions. Words and calls, nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from analysis import paths

REPORT = paths.BUILD / "links.md"
OUTLIERS = 20


def add(commands: Any) -> None:
    """Add the commands to those of `python -m analysis`."""
    links = commands.add_parser("links", help="ga na of alle links van het gebouwde boek ergens heen leiden")
    links.add_argument("--intern", action="store_true", help="vraag niets aan anderen: alleen links binnen het boek")
    links.set_defaults(run=check_links)

    level = commands.add_parser("leesniveau", help="meet hoe zwaar de zinnen van het gebouwde boek zijn")
    level.add_argument(
        "--zinnen", type=int, default=OUTLIERS, metavar="AANTAL", help=f"hoeveel lange zinnen (standaard {OUTLIERS})"
    )
    level.set_defaults(run=tell_level)

    site = commands.add_parser("site", help="pak een uitgave in, of maak van alle uitgaven één site")
    actions = site.add_subparsers(dest="action", required=True, metavar="actie")
    pack = actions.add_parser("pack", help="pak het gebouwde boek in als uitgave van een tag")
    pack.add_argument("--tag", required=True, metavar="TAG", help="versie van de uitgave, zoals v0.1.0")
    pack.add_argument("--uit", type=Path, required=True, metavar="MAP", help="waar het archief komt")
    pack.set_defaults(run=pack_edition)
    assemble = actions.add_parser("assemble", help="zet alle bewaarde uitgaven bij elkaar, de nieuwste voorop")
    assemble.add_argument("--van", type=Path, required=True, metavar="MAP", help="map met de archieven")
    assemble.add_argument("--uit", type=Path, required=True, metavar="MAP", help="waar de site komt")
    assemble.set_defaults(run=assemble_site)


def check_links(given: argparse.Namespace) -> None:
    """`links`: check every link, and fail with a list."""
    from analysis.publication.site import links

    print(links.check(paths.HTML, given.intern, REPORT))


def tell_level(given: argparse.Namespace) -> None:
    """`leesniveau`: the measures of each page, and the longest sentences."""
    from analysis.publication.site import readability

    print(readability.told(readability.measure(paths.HTML), readability.longest(paths.HTML, given.zinnen)))


def pack_edition(given: argparse.Namespace) -> None:
    """`site pack`: the built book as an archive."""
    from analysis.publication.site import editions

    print(f"Ingepakt: {editions.pack(given.tag, paths.HTML, given.uit)}")


def assemble_site(given: argparse.Namespace) -> None:
    """`site assemble`: all kept editions as one site."""
    from analysis.publication.site import editions

    for one in editions.assemble(given.van, given.uit):
        print(f"  {one.tag}")
    print(f"Samengevoegd in {given.uit}.")
