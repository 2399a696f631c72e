"""Charts of the levers: what is known, what goes with the burden, and what moving households would change."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import dutch, intervals
from analysis.choices import CRIME, Choices
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.levers import effect, scenario, spread
from analysis.levers.evidence import GRADES, LEVERS
from analysis.levers.need import shares as shares_of
from analysis.models.deviation import TYPE_ORDER

# Colour and mark of what a finding says; the mark alone tells them apart too.
DIRECTIONS = {
    "gunstig": (theme.SAFER, "o"),
    "gemengd": (theme.SAFER_LIGHT, "D"),
    "geen aantoonbaar verschil": (theme.LESS_SAFE, "s"),
    "onduidelijk": (theme.OTHER, "^"),
}
LABEL = 34  # characters of a label beside a row
PER_ROW = 3  # marks side by side in one field of the map


@theme.also_narrow
def evidence_map(name: str, register: pd.DataFrame, title: str) -> Figure:
    """Every finding as a mark, by lever and grade."""
    canvas, (axes,) = theme.canvas(
        3.9, title, "Elk teken is een bevinding; de vorm zegt wat zij meldt",
        f"Bron: bewijsregister van dit boek. n = {dutch.count(len(register), 'bevinding')}. Graad D betekent meestal dat de "
        "opzet van het onderzoek niet bekend is.",
    )  # fmt: skip
    grades = list(GRADES)
    for (lever, grade), part in register.groupby(["hefboom", "graad"]):
        _marks(axes, grades.index(grade), len(LEVERS) - lever, part.richting.sort_values())
    for direction, (colour, mark) in DIRECTIONS.items():
        axes.scatter([], [], c=colour, marker=mark, s=46, label=direction)
    axes.set_xticks(range(len(grades)), [f"graad {grade}" if theme.form().side_by_side else grade for grade in grades])
    axes.set_yticks(range(len(LEVERS)), [LEVERS[lever].replace(" en ", " en\n", 1) for lever in reversed(LEVERS)])
    axes.set(xlim=(-0.5, len(grades) - 0.5), ylim=(-0.5, len(LEVERS) - 0.5))
    axes.set_xticks(np.arange(0.5, len(grades) - 1), minor=True)
    axes.set_yticks(np.arange(0.5, len(LEVERS) - 1), minor=True)
    axes.grid(False)
    axes.grid(True, which="minor", color=theme.GRID)
    axes.tick_params(which="minor", length=0)
    axes.legend(
        frameon=False,
        fontsize=theme.TEXT_SIZE - 1,
        ncols=theme.columns(4),
        loc="lower right",
        bbox_to_anchor=(1.02, 1),
        handletextpad=0.1,
    )
    columns = ["hefboom", "hefboom_naam", "instrument", "richting", "graad", "bron", "jaar"]
    return Figure(name, canvas, register[columns].reset_index())


def _marks(axes: Axes, column: int, row: int, directions: pd.Series) -> None:
    """The findings of one field, in short rows around its middle."""
    lines = int(np.ceil(len(directions) / PER_ROW))
    for k, direction in enumerate(directions):
        line, place = divmod(k, PER_ROW)
        wide = min(PER_ROW, len(directions) - line * PER_ROW)
        colour, mark = DIRECTIONS[direction]
        axes.scatter(
            column + 0.22 * (place - (wide - 1) / 2), row - 0.24 * (line - (lines - 1) / 2), c=colour, marker=mark, s=46
        )


@theme.also_narrow
def type_bars(name: str, need: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """Per city the share of its inhabitants in buurten of each type, as stacked bars, most pressed first.

    Args:
        name: of the figure.
        need: result of `levers.need.by_city`.
        choices: settled choices.
        title: in Dutch.
    """
    shares = shares_of(need)
    source = (
        f"Bron: BZK, Leefbaarometer 3.0 (2014, 2018, 2020); {choices.income.source}. n = {dutch.count(need.n.sum(), 'buurt')} "
        f"vanaf {dutch.count(choices.ondergrens, 'inwoner')} in {dutch.count(len(need), 'stad')}."
    )
    canvas, (axes,) = theme.canvas(
        0.2 * len(shares) + 1.5, title, "Aandeel van de inwoners, naar type buurt (%)", source
    )  # fmt: skip
    ordered, left = shares.iloc[::-1], np.zeros(len(shares))
    for kind in TYPE_ORDER:
        axes.barh(
            np.arange(len(ordered)),
            ordered[kind],
            left=left,
            color=theme.TYPE_COLOURS[kind],
            label=kind,
            height=0.78,
        )
        left += ordered[kind].to_numpy()
    axes.set_yticks(np.arange(len(ordered)), list(ordered.index))
    axes.set_ylim(-0.6, len(ordered) - 0.4)
    axes.set_xlim(0, 100)
    axes.grid(axis="y", visible=False)
    axes.legend(frameon=False, fontsize=theme.TEXT_SIZE - 1, loc="lower right", bbox_to_anchor=(1.02, 1), ncols=theme.columns(2),
                columnspacing=1, handlelength=1.4)  # fmt: skip
    return Figure(name, canvas, shares.rename_axis("gemeente").reset_index())


@theme.also_narrow
def splits(name: str, table: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """Per city the part of the gap that goes with the burden, for both outcomes.

    Args:
        name: of the figure.
        table: result of `levers.country.splits`.
        choices: settled choices.
        title: in Dutch.
    """
    order = table[table.uitkomst == effect.ONV].sort_values("share").gemeente
    canvas, axes = theme.canvas(
        0.19 * len(order) + 0.9, title,
        "Deel van het verschil tussen de minst veilige buurten en de hele stad dat hoort bij het aandeel zeer lage inkomens; "
        "punt en 95 %-interval",
        f"Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}. Minst veilige buurten: daar woont een vijfde van de "
        f"inwoners. n = {dutch.count(table[table.uitkomst == effect.ONV].n.sum(), 'buurt')} in {dutch.count(len(order), 'stad')}. Intervallen zijn "
        "afgekapt bij −25 en 125 %.",
        panels=2, sharex=True, sharey=True,
    )  # fmt: skip
    for one, outcome, label in zip(
        axes, (effect.ONV, effect.CRIMES), ("overlast en onveiligheid", "misdrijven"), strict=True
    ):
        part = table[table.uitkomst == outcome].set_index("gemeente").reindex(order)
        one.axvline(50, color=theme.INK, linewidth=1, linestyle="--")
        _ranges(
            one,
            100 * part[["share", "low", "high"]].clip(-0.25, 1.25),
            theme.ACCENT if outcome == effect.ONV else theme.LESS_SAFE,
        )
        one.set_title(label, loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
        one.set_xlim(-28, 128)
        one.set_xticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    axes[0].set_yticks(np.arange(len(order)), list(order))
    axes[0].set_ylim(-0.7, len(order) - 0.3)
    return Figure(name, canvas, table.reset_index())


def _ranges(axes: Axes, table: pd.DataFrame, colour: str) -> None:
    """Point and interval per row; the first column is the point."""
    places = np.arange(len(table))
    value, low, high = (table[column].to_numpy(float) for column in table.columns)
    axes.hlines(places, low, high, color=colour, linewidth=1.8)
    axes.scatter(value, places, s=24, c=colour, zorder=3)
    axes.grid(axis="y", visible=False)


@theme.also_narrow
def net_gain(name: str, onv: pd.DataFrame, crimes: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """Per city what spreading evenly would change in the mean of the whole city, along the bent curve.

    Args:
        name: of the figure.
        onv, crimes: results of `levers.country.headlines`.
        choices: settled choices.
        title: in Dutch.
    """
    order = onv.sort_values("value").gemeente
    canvas, axes = theme.canvas(
        0.19 * len(order) + 0.9, title,
        f"Verschil voor de hele stad als elke vrijgekomen woning gelijk verdeeld wordt, {scenario.DEFAULT_YEARS} jaar lang; punt "
        "en 95 %-interval. Naar rechts: veiliger (overlast en onveiligheid), of meer misdrijven",
        f"Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}. n = {dutch.count(onv.n.sum(), 'buurt')} in {dutch.count(len(order), 'stad')}. "
        "Overlast en onveiligheid: het gemiddelde over huishoudens. Misdrijven: het aantal, in buurten met een cijfer. Nullijn: geen verschil.",
        panels=2, sharey=True,
    )  # fmt: skip
    for one in axes:
        one.axvline(0, color=theme.INK, linewidth=1)
        one.locator_params(axis="x", nbins=4)  # more labels would run into each other
    _ranges(axes[0], onv.set_index("gemeente").loc[order, ["value", "low", "high"]], theme.ACCENT)
    percent = 100 * np.expm1(crimes.set_index("gemeente")[["value", "low", "high"]].reindex(order))
    _ranges(axes[1], percent, theme.LESS_SAFE)
    axes[0].set_title("overlast en onveiligheid (LBM-punten)", loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
    axes[1].set_title("aantal misdrijven (%)", loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
    axes[0].set_yticks(np.arange(len(order)), list(order))
    axes[0].set_ylim(-0.7, len(order) - 0.3)
    both = pd.concat([onv.assign(uitkomst=effect.ONV), crimes.assign(uitkomst=effect.CRIMES)])
    return Figure(name, canvas, both.reset_index())


@theme.also_narrow
def best_spread(name: str, table: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """Per city what the best spread of one year would change: for the worst-off tenth, and on average.

    Args:
        name: of the figure.
        table: result of `levers.country.spread_table`.
        choices: settled choices.
        title: in Dutch.
    """
    best, other = table[table.plan == spread.BEST].sort_values("winst_slechtste"), spread.other_year(choices)
    canvas, (axes,) = theme.canvas(
        0.19 * len(best) + 0.9, title,
        "Verschil met niets doen (LBM-punten, hoger is veiliger) voor het tiende deel van de huishoudens dat het minst veilig woont, en "
        f"voor de hele stad; punt en {intervals.KINDS[intervals.DRAWS].words}",
        f"Bron: {choices.outcome.source}; {choices.income.source}. n = {dutch.count(best.n.sum(), 'buurt')} in {dutch.count(len(best), 'stad')}. Binnen de "
        f"verhuizingen van één jaar; kruisje: hetzelfde plan langs de cijfers van {other}.",
    )  # fmt: skip
    axes.axvline(0, color=theme.INK, linewidth=1)
    rows = best.set_index("gemeente")
    _ranges(axes, rows[["winst_slechtste", "winst_slechtste_laag", "winst_slechtste_hoog"]], theme.ACCENT)
    _ranges(axes, rows[["winst", "winst_laag", "winst_hoog"]], theme.LESS_SAFE)
    axes.scatter(rows.winst_anders, np.arange(len(rows)), marker="x", s=26, c=theme.INK, linewidths=1.1, zorder=4)
    for colour, mark, label in ((theme.ACCENT, "o", "minst veilige tiende"), (theme.INK, "x", f"idem, langs {other}"),
                                (theme.LESS_SAFE, "o", "hele stad")):  # fmt: skip
        axes.scatter([], [], c=colour, marker=mark, s=26, label=label)
    axes.legend(frameon=False, fontsize=theme.TEXT_SIZE - 1, loc="lower right", bbox_to_anchor=(1.02, 1),
                ncols=theme.columns(3), columnspacing=1)  # fmt: skip
    axes.set_yticks(np.arange(len(rows)), list(rows.index))
    axes.set_ylim(-0.7, len(rows) - 0.3)
    return Figure(name, canvas, table.reset_index())


@theme.also_narrow
def scenarios(name: str, outcomes: list[scenario.Outcome], choices: Choices, title: str) -> Figure:
    """Predicted differences of the buurt under each scenario, along both curves, for both outcomes."""
    table = pd.concat([one.differences.assign(scenario=one.title) for one in outcomes])
    own = table[table.gebied == "buurt"]
    canvas, axes = theme.canvas(
        0.72 * len(outcomes) + 0.7, title, "Voorspeld verschil in de buurt zelf; punt en 95 %-interval",
        f"Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}; eigendom: Gemeente Amsterdam 2017. Dicht: rechte lijn; open: "
        "gebogen lijn. Wat nieuwkomers verdienen, is een aanname.",
        panels=2, sharey=True,
    )  # fmt: skip
    titles = [one.title for one in outcomes]
    for one, outcome in zip(axes, (effect.ONV, effect.CRIMES), strict=True):
        part = own[own.uitkomst == outcome]
        one.axvline(0, color=theme.INK, linewidth=1)
        for shape, shift, face in ((effect.STRAIGHT, 0.14, None), (effect.CURVED, -0.14, theme.PAPER)):
            line = part[part.lijn == shape].set_index("scenario").reindex(titles)
            places = np.arange(len(titles))[::-1] + shift
            one.hlines(places, line.low, line.high, color=theme.ACCENT, linewidth=1.8)
            one.scatter(
                line.value, places, s=34, c=face or theme.ACCENT, edgecolors=theme.ACCENT, linewidths=1.4, zorder=3
            )
        name_of = "veiligheid (LBM-punten)" if outcome == effect.ONV else "misdrijven (%)"
        one.set_title(name_of, loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
        one.grid(axis="y", visible=False)
    axes[0].set_yticks(np.arange(len(titles))[::-1], ["\n".join(textwrap.wrap(text, LABEL)) for text in titles])
    axes[0].set_ylim(-0.6, len(titles) - 0.4)
    return Figure(name, canvas, table)
