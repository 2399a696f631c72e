"""The command line: `python -m analysis …`. Words and calls, nothing else."""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from analysis import dutch, paths
from analysis.choices import KNOBS, MEANINGS, PARAMETERS, SCENARIO_YEARS, WHOLE, convert
from analysis.errors import InvalidInput
from analysis.publication.site import commands as site

SERVE = "python -m analysis serve"

# What a command that was stopped ends with: 128 and the number of the signal, SIGINT and SIGPIPE.
STOPPED, UNREAD = 128 + 2, 128 + 13


class DutchHelp(argparse.RawDescriptionHelpFormatter):
    """argparse's help with its own words in Dutch."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The first line."""
        super().add_usage(usage, actions, groups, "Gebruik: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Speaks Dutch: its help, and what it says of a command that can't be read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, formatter_class=DutchHelp, **options)
        self._positionals.title, self._optionals.title = "Wat u noemt", "Opties"
        self.add_argument("-h", "--help", action="help", help="toon deze uitleg")

    def error(self, message: str) -> NoReturn:
        """Stop with one sentence."""
        raise InvalidInput(f"Deze opdracht is niet te lezen ({message}); zie `{self.prog} --help`.")


def whole(typed: str) -> int:
    """A whole number as an option holds it."""
    if not WHOLE.fullmatch(typed):
        raise argparse.ArgumentTypeError(f"{typed!r} is geen heel getal")
    return int(typed)


def number(typed: str) -> float:
    """A number as an option holds it, with a point or a comma."""
    with contextlib.suppress(ValueError):
        value = float(typed.replace(",", "."))
        if math.isfinite(value):
            return value
    raise argparse.ArgumentTypeError(f"{typed!r} is geen getal")


def parser() -> Parser:
    """The commands and their options."""
    top = Parser(prog="python -m analysis", description="Veerkracht versterken in de stad: boek, hoofdstukken en data.")
    commands = top.add_subparsers(dest="command", required=True, metavar="opdracht")

    book = commands.add_parser("book", help="voer de hoofdstukken uit en bouw het boek")
    book.add_argument("--opnieuw", action="store_true", help="voer alles opnieuw uit, ook wat niet veranderd is")
    book.set_defaults(run=build_book)

    run = commands.add_parser(
        "run", help="voer één hoofdstuk uit, voor een andere gemeente, jaar of maat",
        description="Voer één hoofdstuk uit en toon zijn getallen. Een onbekende naam of waarde wordt geweigerd, met wat wel kan.",
        epilog="Voorbeelden:\n  python -m analysis run amsterdam --gemeente Rotterdam --peiljaar 2020\n"
        "  python -m analysis run stadsblad --gemeente Delft --inkomensmaat laag_inkomen\n"
        "  python -m analysis run stadsblad --gemeente Delft --html --pdf\n"
        "  python -m analysis run andere-steden --ondergrens 200 --uit andere-steden-200.ipynb",
    )  # fmt: skip
    run.add_argument("chapter", metavar="hoofdstuk", help="naam van een hoofdstuk, zoals amsterdam")
    for name, parameter in PARAMETERS.items():
        run.add_argument(f"--{name}", metavar="WAARDE", help=f"{parameter.meaning}: {parameter.allowed}")
    run.add_argument("-p", dest="pairs", nargs=2, action="append", default=[], metavar=("NAAM", "WAARDE"),
                     help="een parameter zoals papermill hem schrijft")  # fmt: skip
    run.add_argument("--uit", type=Path, help="waar het uitgevoerde hoofdstuk komt (standaard in _build/runs)")
    run.add_argument("--html", action="store_true", help="schrijf ernaast één HTML-bestand, om te lezen of te sturen")
    run.add_argument("--pdf", action="store_true", help="schrijf ernaast een pdf (vraagt Chromium)")
    run.set_defaults(run=run_chapter)

    many = commands.add_parser(
        "cities", help="voer één hoofdstuk uit voor veel gemeenten, jaren of maten",
        description="Voer één hoofdstuk uit voor elke combinatie van waarden. Wat al is uitgevoerd en niet veranderde, wordt niet herhaald.",
        epilog="Voorbeelden:\n  python -m analysis cities --gemeenten groot\n"
        "  python -m analysis cities --gemeenten alle --peiljaar 2014 2018 2020 --inkomensmaat sociaal_minimum laag_inkomen\n"
        "  python -m analysis cities --gemeenten alle --scheduler tcp://10.0.0.1:8786",
    )  # fmt: skip
    many.add_argument("--hoofdstuk", default="amsterdam", metavar="NAAM", help="welk hoofdstuk (standaard amsterdam)")
    many.add_argument("--gemeenten", nargs="+", metavar="NAAM", help="namen, alle, of groot (100.000 inwoners of meer)")
    for name, parameter in PARAMETERS.items():
        if name != "gemeente":
            many.add_argument(
                f"--{name}", nargs="+", metavar="WAARDE", help=f"{parameter.meaning}: {parameter.allowed}"
            )
    many.add_argument("--uit", type=Path, metavar="MAP", help="waar alles komt (standaard _build/runs/<hoofdstuk>)")
    many.add_argument("--alleen-mislukt", action="store_true", help="voer alleen uit wat de vorige keer mislukte")
    many.add_argument(
        "--scheduler", metavar="ADRES", help="voer uit op een dask-cluster, bijvoorbeeld tcp://10.0.0.1:8786"
    )
    many.set_defaults(run=run_many)

    what_if = commands.add_parser(
        "scenario", help="reken een scenario uit voor één buurt",
        epilog="Voorbeeld: python -m analysis scenario --gemeente Utrecht --buurt Kanaleneiland-Zuid --knop middenhuur --aantal 150",
    )  # fmt: skip
    what_if.add_argument("--gemeente", required=True, metavar="NAAM", help="gemeente waarin de buurt ligt")
    what_if.add_argument("--buurt", required=True, metavar="NAAM", help="naam of code van de buurt")
    what_if.add_argument("--knop", required=True, metavar="KNOP", help=f"wat er verandert: {', '.join(KNOBS)}")
    what_if.add_argument(
        "--aantal",
        required=True,
        type=number,
        metavar="GETAL",
        help="hele woningen, of procentpunten minder instroom (zoals 2,5)",
    )
    what_if.add_argument(
        "--jaren", type=whole, default=SCENARIO_YEARS, metavar="JAREN", help=f"hoe lang (standaard {SCENARIO_YEARS})"
    )
    what_if.add_argument(
        "--ondergrens", metavar="WAARDE", help=f"{PARAMETERS['ondergrens'].meaning}: {PARAMETERS['ondergrens'].allowed}"
    )
    for name, meaning in MEANINGS.items():
        what_if.add_argument(
            f"--aanname-{name.replace('_', '-')}",
            dest=f"held_{name}",
            type=number,
            metavar="PROCENT",
            help=f"aanname: {meaning} (%%)",
        )
    what_if.add_argument("--als", choices=("tekst", "json"), default="tekst", help="vorm van de uitkomst")
    what_if.set_defaults(run=run_scenario)

    share = commands.add_parser(
        "spreiding", help="zoek de beste spreiding binnen de verhuizingen van een jaar",
        epilog="Voorbeeld: python -m analysis spreiding --gemeente alle",
    )  # fmt: skip
    share.add_argument("--gemeente", default="alle", metavar="NAAM", help="een gemeente, of alle grote steden (alle)")
    share.add_argument(
        "--jaren", type=whole, default=1, metavar="JAREN", help="hoeveel jaar verhuizingen (standaard 1)"
    )
    share.add_argument(
        "--plafond",
        type=number,
        metavar="PROCENT",
        help="grootste aandeel zeer lage inkomens dat een buurt mag krijgen",
    )
    share.add_argument("--als", choices=("tekst", "json"), default="tekst", help="vorm van de uitkomst")
    share.set_defaults(run=run_spread)

    edition = commands.add_parser("edition", help="voer alles opnieuw uit en leg de uitgave vast in results/uitgave")
    edition.set_defaults(run=publish_edition)

    verify = commands.add_parser("verify", help="voer alles opnieuw uit en vergelijk met results/uitgave")
    verify.set_defaults(run=verify_edition)

    simulate = commands.add_parser("simulate", help="draai de lange simulaties en bewaar ze in results/")
    simulate.set_defaults(run=run_simulations)

    data = commands.add_parser("data", help="bouw de dataset uit de bestanden van de uitgevers, of beschrijf hem opnieuw")
    actions = data.add_subparsers(dest="action", required=True, metavar="actie")
    build = actions.add_parser("build", help="lees, controleer, harmoniseer en schrijf data/")
    build.add_argument("--raw", type=Path, required=True, metavar="MAP", help="map met de bestanden van de uitgevers")
    build.set_defaults(run=build_data)
    renew = actions.add_parser("beschrijf", help="vernieuw datapackage.json na een wijziging met de hand")
    renew.set_defaults(run=describe_data)

    site.add(commands)
    pdf = commands.add_parser(
        "pdf", help="druk het hele boek en de stadsbladen als pdf",
        description="Druk het hele boek en elk stadsblad als pdf (_build/html/pdf), of alleen de pagina's die u noemt.",
        epilog="Voorbeelden:\n  python -m analysis pdf\n  python -m analysis pdf boek\n  python -m analysis pdf stad-utrecht amsterdam",
    )  # fmt: skip
    pdf.add_argument("pages", nargs="*", metavar="pagina", help="boek, of de naam van een pagina van het gebouwde boek")
    pdf.set_defaults(run=print_pdf)

    serve = commands.add_parser("serve", help="toon het gebouwde boek op deze computer")
    serve.add_argument("--port", type=whole, default=8000, metavar="POORT", help="standaard 8000")
    serve.set_defaults(run=serve_book)
    return top


def build_book(given: argparse.Namespace) -> None:
    """`book`: build the whole book."""
    from analysis.publication.build import build_book as build

    build(fresh=given.opnieuw)


def run_chapter(given: argparse.Namespace) -> None:
    """`run`: execute one chapter with other parameters."""
    from analysis.dutch import slug
    from analysis.publication import build, edition, execute, register, rerun, sweep
    from analysis.publication.site import printing

    notebook = sweep.chapter(given.chapter)
    parameters = _parameters(given)
    settled = build.settled(notebook, parameters)  # a wrong parameter is refused before anything runs
    parameters = {name: getattr(settled, name) for name in parameters}  # a gemeente by its official name
    if given.pdf:
        printing.find_browser()
    published = edition.read(edition.FOLDER) if edition.FOLDER.is_dir() else None
    label = "-".join([notebook.stem, *(slug(str(value)) for value in parameters.values())])
    output = (given.uit or paths.RUNS / f"{label}.ipynb").resolve()
    done = execute.execute_one(execute.Task(notebook, output, parameters))
    chapter = build.read_chapter(notebook.stem, done.task)
    numbers = register.collect(chapter.name, chapter.group, chapter.place, chapter.notebook)
    readable = rerun.filled(chapter, numbers, published)
    written = rerun.save(readable, output, given.html, given.pdf)
    print(f"{done.task.name}: uitgevoerd in {done.seconds:.1f} s, in {', '.join(map(str, written))}")
    for text in readable.sentences:
        print(f"  {text}")
    for name, entry in numbers.items():
        reach = f" ({entry.number.text('interval')})" if entry.number.low is not None else ""
        print(f"  {name} = {entry.number.text()}{reach} {entry.number.unit}")
    if readable.holes:
        print(f"Niet ingevuld ({len(readable.holes)}): {', '.join(dict.fromkeys(readable.holes))}.")


def _parameters(given: argparse.Namespace) -> dict[str, Any]:
    """Parameters as options and as -p pairs, each by its declared type.

    Raises:
        InvalidInput: for a parameter that is given twice.
    """
    options = [(name, getattr(given, name)) for name in PARAMETERS if getattr(given, name) is not None]
    parameters: dict[str, Any] = {}
    for name, typed in [*options, *given.pairs]:
        if name in parameters:
            raise InvalidInput(f"Parameter {name!r} is twee keer gegeven: laat er een weg.")
        parameters[name] = convert(name, typed)
    return parameters


def run_many(given: argparse.Namespace) -> None:
    """`cities`: execute one chapter for every combination of values."""
    from analysis.publication import execute, reuse, sweep

    notebook = sweep.chapter(given.hoofdstuk)
    folder = (given.uit or paths.RUNS / notebook.stem).resolve()
    asked = {
        "gemeente": given.gemeenten,
        **{name: getattr(given, name, None) for name in PARAMETERS if name != "gemeente"},
    }
    values = {name: [convert(name, typed) for typed in one] for name, one in asked.items() if one}
    runs = sweep.failed_before(folder) if given.alleen_mislukt else sweep.combinations(values, sweep.declared(notebook))
    print(f"{notebook.stem}: {len(runs)} keer uitvoeren, in {folder}")
    todo, kept = sweep.tasks(notebook, runs, folder), reuse.Kept(paths.RUNS / "bewaard")
    with execute.Cluster(given.scheduler) if given.scheduler else contextlib.nullcontext() as executor:
        found = sweep.sweep(todo, folder, print, executor, kept)
    kept.prune(reuse.key(task.notebook, task.parameters) for task in todo)
    print(f"{len(runs) - len(found.failed) - len(found.refused)} uitgevoerd, {len(found.refused)} geweigerd, {len(found.failed)} mislukt; "
          f"{dutch.count(len(found.numbers), 'getal')} in {folder / 'resultaten.csv'} en .parquet.")  # fmt: skip
    if found.failed:
        raise InvalidInput(
            f"{len(found.failed)} keer mislukt (zie {folder / 'mislukt.json'}): dezelfde opdracht met --alleen-mislukt voert alleen die opnieuw uit."
        )


def run_scenario(given: argparse.Namespace) -> None:
    """`scenario`: work out one scenario and print it."""
    from analysis.levers.assumptions import Assumptions
    from analysis.levers.scenario import Scenario, work_out
    from analysis.publication import answers

    asked = Scenario(given.buurt, given.knop, given.aantal, given.jaren)
    choices = answers.choices_of(given.gemeente, given.ondergrens)
    held = Assumptions(**{name: value for name in MEANINGS if (value := getattr(given, f"held_{name}")) is not None})
    print(answers.told(answers.scenario(work_out(answers.city_of(choices), asked, held), held, choices), given.als))


def run_spread(given: argparse.Namespace) -> None:
    """`spreiding`: the best spread of one city, or of every big one."""
    from analysis.publication import answers

    print(answers.told(answers.spreads(given.gemeente, given.jaren, given.plafond), given.als))


def publish_edition(_: argparse.Namespace) -> None:
    """`edition`: execute everything anew and store the numbers."""
    from analysis.publication import edition

    edition.publish()


def verify_edition(_: argparse.Namespace) -> int:
    """`verify`: execute everything anew and compare; 1 when something differs."""
    from analysis.publication import edition

    return 1 if edition.verify() else 0


def run_simulations(_: argparse.Namespace) -> None:
    """`simulate`: run the long simulations and store their rates."""
    from analysis.publication import simulations

    print("Simulaties:")
    table = simulations.run()
    print(table[["simulatie", "grootheid", "maat", "waarde"]].to_string(index=False))


def build_data(given: argparse.Namespace) -> None:
    """`data build`: build the dataset and tell what it covers."""
    from analysis.dataset.build import build

    tables = build(given.raw)
    for name, table in tables.items():
        print(f"  data/{name}.csv: {dutch.count(len(table), 'rij')}")
    links = tables["koppeling"]
    share = links.inwoners_2017.where(links.buurtcode.notna()).sum() / links.inwoners_2017.sum()
    print(f"  gekoppeld met KWB 2017: {100 * share:.1f} % van de inwoners")


def describe_data(_: argparse.Namespace) -> None:
    """`data beschrijf`: renew bytes and hashes of the description."""
    from analysis.dataset import store

    changed = store.describe_again()
    print(f"Vernieuwd in data/datapackage.json: {', '.join(changed) or 'niets, alles klopte al'}.")


def print_pdf(given: argparse.Namespace) -> None:
    """`pdf`: print the book and its pages."""
    from analysis.publication.site.printing import print_built

    print_built(given.pages)


def serve_book(given: argparse.Namespace) -> None:
    """`serve`: show the built book on localhost until interrupted."""
    if not (paths.HTML / "index.html").exists():
        raise InvalidInput("Er is nog geen boek om te tonen: draai eerst `make book`.")
    from analysis.publication.site import serve

    try:
        listening = serve.server(paths.HTML, given.port)
    except OSError:
        raise InvalidInput(f"Poort {given.port} is al in gebruik: probeer `{SERVE} --port {given.port + 1}`.") from None
    with listening as server:
        print(f"Het boek staat op http://localhost:{given.port} (stop met Ctrl-C).")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0, or 1 when the input can't be used (what is wrong is told in one sentence) or `verify` finds a difference; as a
        shell counts it, 130 when it was stopped with Ctrl-C and 141 when nobody reads its output any more.
    """
    try:
        code = _run(arguments)
        sys.stdout.flush()  # a reader that went away is met here, and not while Python closes
        return code
    except InvalidInput as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nAfgebroken." if sys.stderr.isatty() else "Afgebroken.", file=sys.stderr
        )  # a terminal shows ^C before it
        return STOPPED
    except BrokenPipeError:
        if not _nobody_reads():
            raise
        return UNREAD


def _run(arguments: Sequence[str] | None) -> int:
    top = parser()
    given, unknown = top.parse_known_args(arguments)
    if unknown:
        name = unknown[0].lstrip("-")
        raise InvalidInput(f"Parameter {name!r} bestaat niet; `{given.command}` kent: {', '.join(PARAMETERS)}."
                           if given.command == "run" else f"Optie {unknown[0]!r} bestaat niet.")  # fmt: skip
    return given.run(given) or 0


def _nobody_reads() -> bool:
    """Whether it is our own output that is closed; if so, that is told, and what is left of it goes nowhere."""
    try:
        print(flush=True)  # what was being written is forgotten, so that flushing alone would tell nothing
        return False
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    try:
        print("Gestopt: de uitvoer wordt niet meer gelezen.", file=sys.stderr, flush=True)
    except BrokenPipeError:  # both went to the same reader
        os.dup2(nowhere, sys.stderr.fileno())
    return True


if __name__ == "__main__":
    sys.stdout.reconfigure(
        line_buffering=True
    )  # progress shows in a pipe too, and a reader that went away is met at once
    code = main()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said
    sys.exit(code)
