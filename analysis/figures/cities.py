"""Charts and tables over cities: verdicts, decomposition, blocks of characteristics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import CRIME, REFERENCE, Choices
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.figures.tables import Column, Table
from analysis.intervals import CONFIDENCE
from analysis.models.decomposition import DIFFERENCE, TERMS
from analysis.models.derivative import MetaRegression
from analysis.models.importance import Importance

TERM_COLOURS = dict(zip(TERMS, (theme.LESS_SAFE, theme.LESS_SAFE_LIGHT, theme.SAFER, theme.SAFER_LIGHT), strict=True))


@theme.also_narrow
def place_among(name: str, table: pd.DataFrame, code: str, choices: Choices, title: str, where: str = "") -> Figure:
    """Every city's slope on one line, with this city and Amsterdam named.

    Args:
        name: of the figure.
        table: result of `models.derivative.derivatives` or `models.cities.slopes`.
        code: of this city.
        choices: settled choices.
        title, where: in Dutch; the second says on which part of the burden.
    """
    canvas, (axes,) = theme.canvas(
        1.0, title, "Verschil in overlast en onveiligheid (LBM-punten) bij 10 procentpunt meer zeer lage inkomens"
        f"{f', {where}' if where else ''}; elke stip is een stad",
        f"Bron: {choices.outcome.source}; {choices.income.source}. n = {dutch.count(table.n.sum(), 'buurt')} in {dutch.count(len(table), 'stad')}. "
        "Streep: 95 %-interval.",
    )  # fmt: skip
    own = table.loc[code]
    axes.scatter(10 * table.value, np.zeros(len(table)), s=46, c=theme.OTHER, alpha=0.55, linewidths=0, zorder=2)
    axes.hlines(0, 10 * own.low, 10 * own.high, color=theme.ACCENT, linewidth=2.4, zorder=3)
    axes.scatter([10 * own.value], [0], s=90, c=theme.ACCENT, zorder=4)
    axes.annotate(own.gemeente, (10 * own.value, 0), xytext=(0, 14), textcoords="offset points", ha="center",
                  size=theme.TEXT_SIZE, weight="bold", color=theme.INK)  # fmt: skip
    if code != REFERENCE:
        home = table.loc[REFERENCE]
        axes.scatter(
            [10 * home.value], [0], s=70, facecolors="none", edgecolors=theme.LESS_SAFE, linewidths=1.8, zorder=4
        )
        axes.annotate(home.gemeente, (10 * home.value, 0), xytext=(0, -20), textcoords="offset points", ha="center",
                      size=theme.TEXT_SIZE - 1, color=theme.LESS_SAFE)  # fmt: skip
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.set_yticks([])
    axes.set_ylim(-0.75, 0.75)
    axes.spines["left"].set_visible(False)
    return Figure(name, canvas, table.reset_index())


@theme.also_narrow
def ratios(name: str, table: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """Each city's slope as a ratio to Amsterdam's, with its interval and the margin within which it counts as equal."""
    ordered = table.sort_values("ratio", ascending=False)
    reach = (-1.0, 3.0)
    canvas, (axes,) = theme.canvas(
        0.19 * len(ordered) + 0.8, title,
        "Helling van de stad gedeeld door die van Amsterdam (1 is gelijk), op het aandeel zeer lage inkomens dat alle steden kennen; 95 %-interval",
        f"Bron: {choices.outcome.source}; {choices.income.source}. n = {dutch.count(ordered.n.sum(), 'buurt')} in "
        f"{dutch.count(len(ordered), 'stad')}. Balk: de marge waarbinnen een interval geheel moet liggen voor het oordeel geldt. "
        "Open stip: niet te zeggen. Intervallen zijn afgekapt bij −1 en 3.",
    )  # fmt: skip
    places, margin = np.arange(len(ordered)), ordered.margin.median()
    axes.axvspan(1 - margin, 1 + margin, color=theme.SAFER_LIGHT, alpha=0.28, linewidth=0)
    axes.axvline(1, color=theme.ACCENT, linewidth=1.2)
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.hlines(places, ordered.low.clip(*reach), ordered.high.clip(*reach), color=theme.ACCENT, linewidth=1.8)
    faces = [theme.PAPER if text == "niet te zeggen" else theme.ACCENT for text in ordered.verdict]
    axes.scatter(ordered.ratio.clip(*reach), places, s=28, c=faces, edgecolors=theme.ACCENT, linewidths=1.4, zorder=3)
    axes.set_yticks(places, list(ordered.gemeente))
    axes.set(xlim=reach, ylim=(-0.7, len(ordered) - 0.3))
    axes.grid(axis="y", visible=False)
    return Figure(name, canvas, ordered.reset_index())


def verdicts(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The verdict of each city, with the power it had."""
    rows = (
        table.assign(kracht=100 * table.power)
        .sort_values("gemeente", key=lambda names: names.map(dutch.sort_key))
        .reset_index()
    )
    columns = [
        Column("gemeente", "Gemeente"),
        Column("ratio", "Helling op gedeeld bereik, gedeeld door Amsterdam", 2, "low", "high", kind=CONFIDENCE),
        Column("margin", "Marge", 2),
        Column("verdict", "Oordeel"),
        Column("kracht", "Kans op «geldt» bij gelijkheid (%)", 0),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Het oordeel per stad, volgens de regel die vooraf vastlag. Geldt: het hele interval ligt binnen 1 ± de marge. Geldt in richting: "
        "het teken is zeker. Steden met minder dan dertig buurten krijgen geen oordeel. "
        f"Bron: {choices.outcome.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows, "gemeente")


def meta(name: str, found: MetaRegression, choices: Choices) -> Table:
    """Slopes of cities against size of buurten and mean burden."""
    labels = {"omvang_log": "Omvang van de buurten (log)", "belasting": "Gemiddeld aandeel zeer lage inkomens (procentpunt)",
              "gemiddelde stad": "Gemiddelde stad"}  # fmt: skip
    rows = found.coefficients.assign(
        kenmerk=found.coefficients.index.map(labels), p=found.coefficients.p.map(dutch.p_value)
    )
    columns = [Column("kenmerk", "Kenmerk van de stad"), Column("value", "Verschil in helling", 4, "low", "high", kind=CONFIDENCE),
               Column("p", "p")]  # fmt: skip
    caption = (
        f"Waarmee de helling van een stad samengaat (LBM-punten per procentpunt, {dutch.count(found.cities, 'stad')}). Wat tussen steden overblijft, heeft een "
        f"standaardafwijking van {dutch.number(found.tau, 4)}. Bron: {choices.outcome.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows)


def leave_out(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """Leave one city out, beside naive predictions."""
    columns = [
        Column("gemeente", "Gemeente"),
        Column("model", "Model", 2),
        Column("model_shifted", "Model, eigen niveau", 2),
        Column("line", "Alleen inkomen", 2),
        Column("line_shifted", "Alleen inkomen, eigen niveau", 2),
        Column("national", "Landelijk gemiddelde", 2),
        Column("city", "Gemiddelde van de stad", 2),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Hoe goed de andere steden een stad voorspellen die zij niet hebben gezien (R² tegen het eigen gemiddelde van de stad; onder nul is "
        f"slechter dan dat gemiddelde). Bron: {choices.outcome.source}; CBS, KWB 2017 (83765NED)."
    )
    return Table(name, caption, columns, table.reset_index(), "gemeente")


@theme.also_narrow
def decomposition(
    name: str, table: pd.DataFrame, choices: Choices, title: str, outcome: str, publisher: str = ""
) -> Figure:
    """Each city's difference from Amsterdam, split into four terms that sum to it."""
    wide = table.pivot(index="gemeente", columns="term", values="value").sort_values(DIFFERENCE)
    canvas, (axes,) = theme.canvas(
        0.2 * len(wide) + 1.3, title,
        f"Verschil met Amsterdam in het gemiddelde, in vier delen: {outcome}",
        f"Bron: {publisher or choices.outcome.source}; {choices.income.source}. {dutch.count(len(wide), 'stad')}. Zwarte stip: het hele verschil.",
    )  # fmt: skip
    places = np.arange(len(wide))
    below, above = np.zeros(len(wide)), np.zeros(len(wide))
    for term in TERMS:
        values = wide[term].to_numpy()
        start = np.where(values < 0, below, above)
        axes.barh(places, values, left=start, color=TERM_COLOURS[term], height=0.72, label=term)
        below, above = below + np.minimum(values, 0), above + np.maximum(values, 0)
    axes.scatter(wide[DIFFERENCE], places, s=16, c=theme.INK, zorder=3)
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.set_yticks(places, list(wide.index))
    axes.set_ylim(-0.7, len(wide) - 0.3)
    axes.grid(axis="y", visible=False)
    axes.legend(
        frameon=False, fontsize=theme.TEXT_SIZE - 1, loc="lower right", bbox_to_anchor=(1.02, 1), ncols=theme.columns(2)
    )
    return Figure(name, canvas, table)


@theme.also_narrow
def importance(name: str, results: dict[str, Importance], choices: Choices, title: str) -> Figure:
    """Per block the gain in held-out R² when it enters first (filled) and when it enters last (open)."""
    counts = dutch.enumeration(dutch.number(found.n) for found in results.values())
    source = f"Bron: {choices.outcome.source}; {CRIME.source}; CBS, KWB 2017 (83765NED). n = {counts} buurten."
    canvas, axes = theme.canvas(
        2.4, title,
        "Toename van R² in steden die niet zijn gebruikt, bij een gelijk inkomen; vol: als eerste toegevoegd, open: als laatste; 95 % over steden",
        source, panels=len(results), sharey=True, sharex=True,
    )  # fmt: skip
    frames = []
    for one, (label, found) in zip(axes, results.items(), strict=True):
        rows = found.blocks.iloc[::-1]
        for way, shift, face in (("first", 0.13, theme.ACCENT), ("last", -0.13, theme.PAPER)):
            places = np.arange(len(rows)) + shift
            one.hlines(places, rows[f"{way}_low"], rows[f"{way}_high"], color=theme.ACCENT, linewidth=1.8)
            one.scatter(rows[way], places, s=40, c=face, edgecolors=theme.ACCENT, linewidths=1.5, zorder=3)
        one.axvline(0, color=theme.INK, linewidth=0.9)
        one.set_yticks(np.arange(len(rows)), [dutch.sentence_case(block) for block in rows.index])
        one.set_ylim(-0.6, len(rows) - 0.4)
        one.set_title(label, loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
        frames.append(found.blocks.reset_index().assign(uitkomst=label))
    return Figure(name, canvas, pd.concat(frames))


def blocks(name: str, results: dict[str, Importance], source: str) -> Table:
    """The same as a table, with what the blocks share."""
    parts = [found.blocks.reset_index().assign(uitkomst=label) for label, found in results.items()]
    columns = [
        Column("blok", "Blok"),
        Column("uitkomst", "Uitkomst"),
        Column("first", "Als eerste", 3, "first_low", "first_high", kind=CONFIDENCE),
        Column("last", "Als laatste", 3, "last_low", "last_high", kind=CONFIDENCE),
    ]
    caption = (
        "Hoeveel beter een stad die niet is gebruikt wordt voorspeld als een blok kenmerken erbij komt. Wat een blok als eerste meer brengt dan "
        f"als laatste, deelt het met andere blokken en is niet toe te wijzen. {source}"
    )
    return Table(name, caption, columns, pd.concat(parts))
