"""How firm is it: ceilings, space, specifications and simulations as numbers and sentences."""

from __future__ import annotations

import pandas as pd

from analysis import dutch
from analysis.choices import REFERENCE, Choices
from analysis.dutch import slug
from analysis.intervals import CHANCE, CITIES, CONFIDENCE
from analysis.models.interaction import MOST_PLASMODE_REJECTIONS
from analysis.models.specification import DISPUTED, SpecificationCurve
from analysis.publication import simulations
from analysis.publication.numbers import Number, Sentences, Telling
from analysis.publication.reports import CRIME_SOURCE, both

CEILING_KEYS = {"misdrijven_log": "misdrijven"}
STORED = "eigen simulaties (results/simulaties.csv)"
ANY_OF_ALL = "een van alle"  # the row in them for at least one of all tests


def ceiling(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """How well composition alone predicts each outcome in cities it has not seen, own level given."""
    unit = "aandeel van de variantie in steden die niet zijn gebruikt; mediaan over de steden"
    return [
        Number(CEILING_KEYS.get(column, column[:3]), row.eigen_niveau, unit, int(row.n),
               f"{CRIME_SOURCE}; {choices.income.source}" if column in CEILING_KEYS else both(choices), row.eigen_niveau_laag, row.eigen_niveau_hoog,
               decimals=2, group="plafond", kind=CITIES)
        for column, row in table.iterrows()
    ]  # fmt: skip


def crime(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The slope of crime in each way of counting, as a percentage per ten points."""
    unit = f"% meer misdrijven per inwoner bij 10 procentpunt meer {choices.income.label}"
    return [
        Number(slug(f"{place} {variant}"), row.value, unit, int(row.n), f"{CRIME_SOURCE}; {choices.income.source}", row.low, row.high,
               kind=CONFIDENCE, group="misdrijftelling")
        for (place, variant), row in table.iterrows()
    ]  # fmt: skip


def about_crime(table: pd.DataFrame) -> Sentences:
    """How far the slope of crime moves with the way of counting, in each place."""
    parts = []
    for place, rows in table.groupby(level="plaats", sort=False):
        sure = int((rows.low > 0).sum())
        parts.append(
            f"In {place} loopt het van {dutch.number(rows.value.min())} tot {dutch.number(rows.value.max())} % meer misdrijven; bij {dutch.share(sure, len(rows), 'manier')} van tellen ligt "
            f"het hele interval boven nul."
        )
    return Sentences(misdrijftelling=" ".join(parts))


def title_ceiling(table: pd.DataFrame) -> str:
    """The finding of the chart of ceilings, in a sentence."""
    ordered = table.sort_values("eigen_niveau")
    least, most = ordered.iloc[0], ordered.iloc[-1]
    return (
        f"Uit de samenstelling volgt het meest van {most.label} (R² {dutch.number(most.eigen_niveau, 2)}) en het minst van "
        f"{least.label} ({dutch.number(least.eigen_niveau, 2)})"
    )


def moran(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """Moran's I of Amsterdam, and the median over the cities whose borders are known."""
    known, own, source = table.dropna(subset="moran"), table.loc[REFERENCE], both(choices)
    return [
        Number("i", own.moran, "Moran's I van wat de curve overlaat, Amsterdam", int(own.n), source, decimals=2, group="moran"),
        Number("mediaan", known.moran.median(), "Moran's I; mediaan over de steden",
               int(known.n.sum()), source, known.moran.min(), known.moran.max(), decimals=2, group="moran", kind=CITIES),
        Number("steden", len(known), "steden waarvan de grenzen van buurten bekend zijn", len(table), source, group="moran"),
        Number("zeker", int((known.p < 0.05).sum()), "steden waar p onder 0,05 ligt", len(known), source, group="moran"),
    ]  # fmt: skip


def specifications(found: SpecificationCurve, choices: Choices, prefix: str = "") -> list[Number]:
    """How many specifications, and the median of each curve with the band of chance."""
    source = both(choices)
    numbers = [
        Number(f"{prefix}aantal", len(found.table), "specificaties", len(found.table), source, group="specificatie")
    ]
    for row in found.summary.itertuples():
        key = slug(_name(row.grootheid, row.kenmerk))
        numbers.append(
            Number(f"{prefix}{key}", row.mediaan, "mediaan over de specificaties",
                   int(row.specificaties), source, row.null_low, row.null_high, decimals=2, group="specificatie", kind=CHANCE)
        )  # fmt: skip
    return numbers


def _name(quantity: str, label: object) -> str:
    return f"{quantity} met {label}" if isinstance(label, str) and label else quantity


def title_specifications(found: SpecificationCurve) -> str:
    """The finding of the panels, in a sentence: how many of the middle results lie outside chance."""
    shown = found.summary[found.summary.grootheid.isin(DISPUTED)]
    outside = int(((shown.mediaan < shown.null_low) | (shown.mediaan > shown.null_high)).sum())
    return (
        f"Op {dutch.count(shown.specificaties.sum(), 'manier')} gerekend: van de {dutch.count(len(shown), 'omstreden uitkomst')} "
        f"{dutch.form(outside, 'ligt')} er {dutch.number(outside)} in het midden buiten het toeval"
    )


def about_specifications(found: SpecificationCurve) -> Sentences:
    """Which curves lie outside chance in the middle."""
    summary = found.summary
    outside = summary[(summary.mediaan < summary.null_low) | (summary.mediaan > summary.null_high)]
    names = [_name(row.grootheid, row.kenmerk) for row in outside.itertuples()]
    text = (
        f"In het midden groter of kleiner dan bij toeval te verwachten is: {dutch.enumeration(names)}."
        if names
        else "Geen enkele middelste uitkomst ligt buiten het toeval."
    )
    return Sentences(specificaties=text)


def stored_rates(table: pd.DataFrame) -> list[Number]:
    """The rates that stand beside the claims, from the stored simulations."""
    rows = table.set_index(["simulatie", "grootheid", "maat"])
    city = "gemiddeld over steden"
    wanted = {
        "interactie.vals_positief": (simulations.INTERACTION, f"{ANY_OF_ALL}, na deze zeef", "geclaimd"),
        "interactie.zonder_zeef": (simulations.INTERACTION, ANY_OF_ALL, "geclaimd"),
        "interactie.verworpen": (simulations.INTERACTION, ANY_OF_ALL, "verworpen"),
        "oordeel.niet": (simulations.VERDICT, city, "geldt niet"),
        "oordeel.geldt": (simulations.VERDICT, city, "geldt"),
        "oordeel.dekking": (simulations.VERDICT, city, "dekking"),
        "blok.vals_positief": (simulations.BLOCK, ANY_OF_ALL, "geclaimd"),
        "winst.vals_positief": (simulations.GAIN, "spreiden in Amsterdam", "geclaimd"),
        "winst.dekking": (simulations.GAIN, "spreiden in Amsterdam", "dekking"),
        "dekking.amsterdam": (simulations.COVERAGE, "helling Amsterdam", "aandeel"),
        "dekking.steden": (simulations.COVERAGE, "helling, gemiddeld over steden", "aandeel"),
        "dekking.laagste": (simulations.COVERAGE, "helling, laagste stad", "aandeel"),
        "andere_stad.vals_positief": (
            simulations.COVERAGE,
            "Amsterdam, ten onrechte een andere stad genoemd",
            "aandeel",
        ),
        "dekking.gemiddelde": (simulations.COVERAGE, "gemiddelde", "aandeel"),
        "dekking.nieuwe_stad": (simulations.COVERAGE, "nieuwe_stad", "aandeel"),
    }
    numbers = [
        Number(
            key,
            100 * rows.waarde[place],
            "% van de steekproeven",
            int(rows.trekkingen[place]),
            STORED,
            decimals=1,
            group="plasmode",
        )
        for key, place in wanted.items()
    ]
    return [*numbers, *_rejections(table).values()]


def _rejections(table: pd.DataFrame) -> dict[str, Number]:
    """How often the test wrongly rejects for each characteristic, by its label."""
    return {
        label: Number(f"interactie.{slug(label)}", 100 * rate, "% van de steekproeven", _draws(table), STORED, decimals=1, group="plasmode")
        for label, rate in simulations.rejection_rates(table).items()
        if label != ANY_OF_ALL
    }  # fmt: skip


def _draws(table: pd.DataFrame) -> int:
    return int(table[table.simulatie == simulations.INTERACTION].trekkingen.max())


def about_rates(table: pd.DataFrame) -> Sentences:
    """Which characteristics the plasmode takes out of the test."""
    tell = Telling(STORED, _draws(table))
    limit = tell("interactie.grens", 100 * MOST_PLASMODE_REJECTIONS, "% van de steekproeven; vaker mag een toets niet ten onrechte verwerpen",
                 group="plasmode")  # fmt: skip
    failed = {label: tell.quote(number) for label, number in _rejections(table).items() if number.value > limit.value}
    if not failed:
        return tell.sentences(plasmode=f"Geen kenmerk wordt vaker dan {limit} % ten onrechte verworpen.")
    worst = dutch.enumeration(f"{label} ({number} %)" for label, number in failed.items())
    return tell.sentences(
        plasmode=f"Vaker dan {limit} % ten onrechte verwerpt de toets bij: {worst}. Daar telt een uitslag niet."
    )
