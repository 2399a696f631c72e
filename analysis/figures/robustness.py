"""Charts and tables of how firm it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import CRIME, Choices
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.figures.tables import Column, Table
from analysis.intervals import CITIES, CONFIDENCE
from analysis.models.specification import SpecificationCurve


@theme.also_narrow
def ceiling(name: str, table: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """Per outcome how well composition predicts unseen cities: median and range over cities."""
    ordered, floor = table.sort_values("eigen_niveau"), -0.5
    canvas, (axes,) = theme.canvas(
        2.6, title,
        "Deel van de verschillen tussen buurten (R²) dat de samenstelling voorspelt in steden die niet zijn gebruikt, met het niveau van "
        "de stad zelf; stip: middelste stad, lijn: laagste tot hoogste stad",
        f"Bron: {choices.outcome.source}; {CRIME.source}; CBS, KWB 2017. n = {dutch.count(ordered.n.max(), 'buurt')}. Lijnen zijn afgekapt bij −0,5.",
    )  # fmt: skip
    places = np.arange(len(ordered))
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.hlines(
        places, ordered.eigen_niveau_laag.clip(floor), ordered.eigen_niveau_hoog, color=theme.ACCENT, linewidth=2
    )
    axes.scatter(ordered.eigen_niveau.clip(floor), places, s=48, c=theme.ACCENT, zorder=3)
    axes.set_yticks(places, [dutch.sentence_case(label) for label in ordered.label])
    axes.set(xlim=(floor - 0.05, 1), ylim=(-0.6, len(ordered) - 0.4))
    return Figure(name, canvas, ordered.reset_index())


def ceiling_table(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The ceiling with and without the city's own level."""
    columns = [
        Column("label", "Uitkomst"),
        Column("eigen_niveau", "Eigen niveau", 2, "eigen_niveau_laag", "eigen_niveau_hoog", kind=CITIES),
        Column("zonder", "Zonder eigen niveau", 2, "zonder_laag", "zonder_hoog", kind=CITIES),
        Column("steden", "Steden", 0),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Hoe goed de samenstelling alleen elke uitkomst voorspelt in steden die niet zijn gebruikt (R²). Een uitkomst die bijna geheel uit de samenstelling volgt, "
        f"kan er weinig over vertellen. Bron: {choices.outcome.source}; {CRIME.source}; CBS, KWB 2017 (83765NED)."
    )
    return Table(name, caption, columns, table.assign(label=table.label.map(dutch.sentence_case)).reset_index())


def unexplained(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """What composition leaves of RIVM's figures."""
    columns = [
        Column("label", "Schatting van het RIVM (2020)"),
        Column("verklaard", "Voorspeld door samenstelling", 2, "laag", "hoog", kind=CITIES),
        Column("rest", "Wat overblijft", 2),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Verkennend: welk deel van de verschillen tussen buurten de samenstelling voorspelt in steden die niet zijn gebruikt, met het niveau van de stad zelf. "
        f"Bron: RIVM, GGD en CBS (50120NED); {choices.income.source}."
    )
    return Table(name, caption, columns, table.assign(label=table.label.map(dutch.sentence_case)).reset_index())


def moran(name: str, onv: pd.DataFrame, crimes: pd.DataFrame) -> Table:
    """Moran's I per city for both outcomes."""
    joined = onv.join(crimes[["moran", "p"]].add_suffix("_misdrijven")).assign(bekend=100 * onv.bekend)
    columns = [
        Column("gemeente", "Gemeente"),
        Column("moran", "Leefbaarometer", 2),
        Column("p", "p (Leefbaarometer)", 3),
        Column("moran_misdrijven", "Misdrijven", 2),
        Column("p_misdrijven", "p (misdrijven)", 3),
        Column("bekend", "Buurten met bekende grenzen (%)", 0),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Moran's I van wat de curve overlaat: lijken buren op elkaar? 0 is nee, 1 is volledig. p uit 999 verwisselingen. Een streepje: van te weinig buurten zijn "
        "de grenzen zeker, of de stad is te klein."
    )
    return Table(name, caption, columns, joined.reset_index(), "gemeente")


SLOPE = [Column("value", "LBM-punten per 10 procentpunt", 3, "low", "high", kind=CONFIDENCE), Column("n", "Buurten", 0)]


def places(name: str, table: pd.DataFrame, caption: str, scale: float = 1.0) -> Table:
    """A table of slopes by place and variant."""
    flat = table.reset_index()
    scaled = flat.assign(**{column: scale * flat[column] for column in ("value", "low", "high")})
    columns = [Column("plaats", "Plaats"), Column("variant", "Variant"), *SLOPE]
    return Table(name, caption, columns, scaled)


def crime(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The slope of crime, counted in other ways."""
    columns = [
        Column("plaats", "Plaats"), Column("variant", "Hoe geteld"), Column("value", "Verschil bij 10 procentpunt in %", 0, "low", "high", kind=CONFIDENCE),
        Column("n", "Buurten", 0),
    ]  # fmt: skip
    caption = (
        "Zoveel meer misdrijven per inwoner bij 10 procentpunt meer zeer lage inkomens, als we anders tellen. Rechte lijn, met een eigen niveau "
        f"per stad. Bron: {CRIME.source}, met 2021 en 2025; {choices.income.source}."
    )
    return Table(name, caption, columns, table.reset_index())


def missing(name: str, table: pd.DataFrame) -> Table:
    """Who has no published figure."""
    columns = [
        Column("plaats", "Plaats"), Column("variant", "Buurten"), Column("buurten", "Aantal", 0), Column("inwoners", "Inwoners", 0),
        Column("aandeel", "Van de klasse (%)", 1), Column("uitkomst", "Veiligheid (onv)", 3), Column("ouderen", "65-plus (%)", 1),
        Column("woz", "WOZ (duizend euro)", 0),
    ]  # fmt: skip
    caption = "Wie ontbreekt: buurten met een score, met en zonder gepubliceerd sociaal minimum."
    return Table(name, caption, columns, table.reset_index())


def units(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The slope by buurt, wijk and merged buurten."""
    columns = [
        Column("eenheid", "Eenheid"),
        Column("value", choices.gemeente, 3, "low", "high", kind=CONFIDENCE),
        Column("pooled", "Andere steden", 3, "pooled_low", "pooled_high", kind=CONFIDENCE),
        Column("new_low", "Nieuwe stad, van", 3),
        Column("new_high", "tot", 3),
        Column("mediaan", "Inwoners per eenheid", 0),
        Column("cities", "Steden", 0),
    ]
    caption = (
        "De helling met andere eenheden (LBM-punten per 10 procentpunt): buurten, wijken, en buurten samengevoegd tot 2.000 inwoners of meer. "
        f"Bron: {choices.outcome.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, table.reset_index())


def errors(name: str, tables: dict[str, pd.DataFrame], choices: Choices) -> Table:
    """The slope of Amsterdam under errors that reach ever further."""
    parts = [table.reset_index(names="marge").assign(uitkomst=label) for label, table in tables.items()]
    columns = [Column("uitkomst", "Uitkomst"), Column("marge", "Soort marge"), Column("value", "Helling", 3, "low", "high", kind=CONFIDENCE),
               Column("error", "Standaardfout", 4)]  # fmt: skip
    caption = (
        f"De helling in {choices.gemeente} per 10 procentpunt, met marges die rekening houden met buurten tot steeds verder weg (Conley). "
        f"Buurten met een kaartbeeld. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, pd.concat(parts))


def held_out(name: str, tables: dict[str, pd.DataFrame]) -> Table:
    """R² when buurten, wijken or blocks of wijken are held out together."""
    parts = [table.reset_index().assign(uitkomst=label) for label, table in tables.items()]
    columns = [Column("uitkomst", "Uitkomst"), Column("apart", "Apart gehouden"), Column("curve", "Gebogen lijn", 3),
               Column("line", "Rechte lijn", 3), Column("n", "Buurten", 0)]  # fmt: skip
    caption = "Hoe goed een lijn buurten voorspelt die niet zijn gebruikt (R²), als losse buurten, hele wijken of aaneengesloten blokken apart worden gehouden."
    return Table(name, caption, columns, pd.concat(parts))


@theme.also_narrow
def specification(
    name: str, found: SpecificationCurve, quantities: tuple[str, ...], choices: Choices, title: str
) -> Figure:
    """Sorted outcomes of all specifications, one panel for each quantity, with the band of chance."""
    canvas, axes = theme.canvas(
        2.9, title,
        "Elke stip is één manier van rekenen, op volgorde; grijze band: waar 95 % van de uitkomsten bij toeval ligt",
        f"Bron: {choices.outcome.source}; CBS, KWB 2017. Uitkomsten in standaardafwijkingen; {dutch.number(len(found.table))} specificaties in totaal, "
        "grote steden.",
        panels=len(quantities),
    )  # fmt: skip
    for one, quantity in zip(axes, quantities, strict=True):
        band = found.band
        part = band[band.grootheid == quantity].sort_values("rang")
        one.fill_between(part.rang, part.low, part.high, color=theme.OTHER, alpha=0.3, linewidth=0)
        one.scatter(part.rang, part.value, s=5, c=theme.ACCENT, zorder=3)
        one.axhline(0, color=theme.INK, linewidth=0.8)
        one.set_title(dutch.sentence_case(quantity), loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
        one.set_xticks([])
    return Figure(name, canvas, found.table)


def specification_summary(name: str, found: SpecificationCurve) -> Table:
    """The middle of every curve with the band of chance."""
    rows = found.summary.copy()
    rows["wat"] = [
        dutch.sentence_case(f"{quantity} × {label}" if isinstance(label, str) and label else quantity)
        for quantity, label in zip(rows.grootheid, rows.kenmerk, strict=True)
    ]
    columns = [
        Column("wat", "Grootheid"), Column("mediaan", "Middelste", 2), Column("null_low", "Toeval, van", 2), Column("null_high", "tot", 2),
        Column("laagste", "Laagste", 2), Column("hoogste", "Hoogste", 2), Column("specificaties", "Specificaties", 0),
        Column("mogelijk", "van mogelijk", 0),
    ]  # fmt: skip
    caption = (
        "Per grootheid de middelste uitkomst over alle manieren van rekenen, naast de 95 % band van de middelste bij toeval (hele wijken verwisseld binnen hun "
        "stad). Paren die niet te scheiden zijn, tellen niet mee."
    )
    return Table(name, caption, columns, rows)


def stored(name: str, table: pd.DataFrame) -> Table:
    """The stored simulations, whole."""
    rows = table.assign(procent=100 * table.waarde)[table.maat != "waar"]
    columns = [
        Column("simulatie", "Simulatie"), Column("grootheid", "Waarvan"), Column("maat", "Maat"), Column("procent", "Aandeel (%)", 1),
        Column("trekkingen", "Steekproeven", 0), Column("datum", "Datum"),
    ]  # fmt: skip
    caption = "Hoe vaak deze publicatie iets zou beweren in een gemaakte wereld waarin het niet waar is, en hoe vaak intervallen de waarheid bevatten (streven: 95 %)."
    return Table(name, caption, columns, rows)
