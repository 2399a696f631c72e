"""The long simulations: run by one command, kept small and readable in `results/`, read by the book."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pandas as pd

from analysis import files, paths
from analysis.choices import REFERENCE, Choices
from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.measures import sample
from analysis.models import cities, coverage, plasmode

FILE = paths.RESULTS / "simulaties.csv"
COLUMNS = ["simulatie", "grootheid", "maat", "waarde", "trekkingen", "zaad", "datum"]

INTERACTION, VERDICT, BLOCK, GAIN, COVERAGE = "interactie", "oordeel", "blok", "netto winst", "dekking"


def read() -> pd.DataFrame:
    """The stored simulations.

    Raises:
        InvalidInput: when they were never run.
    """
    if not FILE.exists():
        raise InvalidInput(f"Bestand {FILE.relative_to(paths.ROOT)} ontbreekt: draai eerst `make simulate`.")
    return pd.read_csv(FILE)


def rejection_rates(table: pd.DataFrame) -> dict[str, float]:
    """Per characteristic how often the interaction test rejects in a truth without interactions."""
    rows = table[(table.simulatie == INTERACTION) & (table.maat == "verworpen")]
    return dict(zip(rows.grootheid, rows.waarde, strict=True))


def run(say: Callable[[str], None] = print, draws: int = plasmode.DRAWS) -> pd.DataFrame:
    """Run every simulation and store the rates, first beside the file, then in its place.

    Args:
        say: where progress goes.
        draws: samples for each.
    """
    choices = Choices()
    today = datetime.date.today().isoformat()
    rows = []
    for name, quantity, measure, value, count in _all(choices, draws, say):
        rows.append([name, quantity, measure, value, count, choices.zaad, today])
    table = pd.DataFrame(rows, columns=COLUMNS)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(FILE) as partial:
        table.to_csv(partial, index=False, lineterminator="\n", float_format="%.4f")
    return table


def _all(choices: Choices, draws: int, say: Callable[[str], None]) -> Iterator[tuple[str, str, str, float, int]]:
    """Rows of name, quantity, measure, value and number of draws."""
    buurten = sample.prepare(store.read("buurten"))
    big = sample.big_cities(store.read("gemeenten"))
    chosen = sample.select(sample.of_cities(buurten, big), choices)
    truth = plasmode.truth_of(chosen)
    outcomes = plasmode.draw(truth, draws, choices.zaad)
    say("  interacties in een waarheid zonder interacties")
    yield from _rates(INTERACTION, plasmode.interactions(truth, outcomes), draws)
    say("  oordelen in een waarheid met overal dezelfde curve")
    shared = plasmode.truth_of(chosen, with_context=False)
    same = plasmode.draw(shared, draws, choices.zaad + 1)
    yield from _rates(
        VERDICT, plasmode.verdicts(shared, same).drop(columns="n").mean().to_frame("gemiddeld over steden").T, draws
    )
    say("  blokken in een waarheid waarin alleen inkomen telt")
    few = min(draws, plasmode.BLOCK_DRAWS)
    yield from _rates(BLOCK, plasmode.blocks(shared, same[:, :few], choices.zaad), few)
    say("  netto winst van spreiden in een waarheid met een rechte lijn")
    straight = plasmode.truth_of(chosen, straight=True, with_context=False)
    gain = plasmode.net_gain(straight, plasmode.draw(straight, draws, choices.zaad + 2))
    yield from ((GAIN, "spreiden in Amsterdam", measure, value, draws) for measure, value in gain.items())
    say("  dekking van de intervallen over steden")
    held = plasmode.slope_coverage(truth, outcomes)
    yield COVERAGE, "helling Amsterdam", "aandeel", float(held.wijk[REFERENCE]), draws
    yield COVERAGE, "helling, gemiddeld over steden", "aandeel", float(held.grootste.mean()), draws
    yield COVERAGE, "helling, laagste stad", "aandeel", float(held.grootste.min()), draws
    slopes = cities.slopes(buurten, big, choices, sample.REGISTER_CUT)
    held = coverage.pooled(slopes, cities.pool(slopes).tau, choices.zaad, draws)
    yield from ((COVERAGE, quantity, "aandeel", value, draws) for quantity, value in held.items())
    others = slopes.drop(index=REFERENCE)
    flagged = coverage.called_another(others, cities.pool(slopes).tau, slopes.error[REFERENCE], choices.zaad, draws)
    yield COVERAGE, "Amsterdam, ten onrechte een andere stad genoemd", "aandeel", flagged, draws


def _rates(name: str, table: pd.DataFrame, draws: int) -> Iterator[tuple[str, str, str, float, int]]:
    for quantity, row in table.iterrows():
        for measure, value in row.dropna().items():
            yield name, str(quantity), str(measure), float(value), draws
