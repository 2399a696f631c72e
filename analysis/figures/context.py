"""Charts and tables of who already lives there, and of change."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from analysis import dutch
from analysis.choices import Choices, Measure
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.figures.tables import Column, Table
from analysis.intervals import CONFIDENCE
from analysis.models.interaction import REFERENCE_SAMPLE, Family

# With more panels than this the titles get the small letter.
WIDE_PANELS = 3

# Empty share below the lines, where the legend stands.
ROOM_FOR_LEGEND = 0.45

# Characters over all panels together for their titles.
TITLE_WIDTH = 68

LEVEL_STYLES = {
    "laag": (theme.SAFER, "-"),
    "midden": (theme.OTHER, "--"),
    "hoog": (theme.LESS_SAFE, "-"),
}


@theme.also_narrow
def marginal(name: str, tables: dict[str, pd.DataFrame], choices: Choices, title: str) -> Figure:
    """Slope of the outcome over the burden where a characteristic is low, middle and high; only where there are buurten.

    Args:
        name: of the figure.
        tables: results of `models.interaction.marginal` by label.
        choices: settled choices.
        title: in Dutch.
    """
    canvas, axes = theme.canvas(
        2.8, title,
        "Verschil in overlast en onveiligheid (LBM-punten) bij 10 procentpunt meer zeer lage inkomens, bij weinig, middelmatig "
        "en veel van het kenmerk; alleen waar tien of meer buurten in de buurt liggen",
        f"Bron: {choices.outcome.source}; {choices.income.source}. {choices.gemeente}, buurten vanaf "
        f"{dutch.count(choices.ondergrens, 'inwoner')}. Banden: 95 %.",
        panels=max(len(tables), 1), sharey=True,
    )  # fmt: skip
    small = theme.SMALL_SIZE if len(tables) > WIDE_PANELS else theme.TEXT_SIZE
    for one, (label, table) in zip(axes, tables.items(), strict=False):
        for level, part in table.groupby("level", sort=False):
            colour, dash = LEVEL_STYLES[level]
            one.fill_between(part.belasting, part.low, part.high, color=colour, alpha=0.15, linewidth=0)
            one.plot(part.belasting, part.slope, color=colour, linestyle=dash, linewidth=1.8, label=level)
        one.axhline(0, color=theme.INK, linewidth=0.8)
        title = textwrap.fill(
            dutch.sentence_case(label),
            TITLE_WIDTH // max(len(tables), 1) if theme.form().side_by_side else theme.form().text,
            break_long_words=False,
        )
        one.set_title(title, loc="left", fontsize=small, color=theme.INK)
    axes[-1].set_xlabel(f"{dutch.sentence_case(choices.income.label)} (%)", loc="right")
    for one in axes:
        one.xaxis.label.set_size(theme.SMALL_SIZE)
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(low - ROOM_FOR_LEGEND * (high - low), high)
    lines = [
        Line2D([], [], color=colour, linestyle=dash, label=level) for level, (colour, dash) in LEVEL_STYLES.items()
    ]
    axes[0].legend(handles=lines, frameon=False, fontsize=theme.SMALL_SIZE, loc="lower left", handlelength=1.6)
    parts = [table.assign(kenmerk=label) for label, table in tables.items()]
    return Figure(name, canvas, pd.concat(parts) if parts else pd.DataFrame())


def family(name: str, found: Family, choices: Choices, outcome: Measure | None = None) -> Table:
    """The whole family of tests, with what each could have found."""
    sample = found.table["sample"].replace(REFERENCE_SAMPLE, choices.gemeente)
    rows = found.table.assign(sample=sample, kenmerk=found.table.label.map(dutch.sentence_case))
    columns = [
        Column("kenmerk", "Kenmerk"),
        Column("sample", "Waar"),
        Column("status", "Uitslag"),
        Column("estimate", "Verschil in helling", 2, "low", "high", kind=CONFIDENCE),
        Column("p_holm", "p na Holm", 3),
        Column("estimate_scores", "Op normaalscores", 2),
        Column("detectable", "Kleinste te vinden", 2),
        Column("correlation", "Correlatie met inkomen", 2),
        Column("n", "Buurten", 0),
        Column("reason", "Waarom niet"),
    ]
    measure = outcome or choices.outcome
    caption = (
        f"Maakt het kenmerk het verband van inkomen met {measure.label} sterker of zwakker? Alle toetsen die vooraf vastlagen ({found.tested}), in "
        "standaardafwijkingen. Een bewering vraagt: p na Holm onder 0,05 in deze stad, hetzelfde teken elders en op "
        "normaalscores, en geen vals alarm in nagemaakte gegevens. Paren met een correlatie boven 0,7 zijn niet getoetst. "
        f"Bron: {measure.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows)


def change(name: str, tables: dict[str, pd.DataFrame], choices: Choices) -> Table:
    """The three models of change, per window and sample."""
    parts = [table.reset_index().assign(venster=label) for label, table in tables.items()]
    columns = [
        Column("venster", "Periode en plaats"),
        Column("model", "Model"),
        Column("estimate", "LBM-punten per 10 procentpunt", 3, "low", "high", kind=CONFIDENCE),
        Column("n", "Buurten", 0),
        Column("first_stage_f", "F van het instrument", 0),
        Column("reason", "Waarom leeg"),
    ]
    caption = (
        "Verandering van overlast en onveiligheid tegen het aandeel zeer lage inkomens in 2017, op drie manieren. De periode vanaf "
        f"2014 bevat 2017 zelf. Bron: BZK, Leefbaarometer 3.0; {choices.income.source}."
    )
    return Table(name, caption, columns, pd.concat(parts))


@theme.also_narrow
def regression_to_mean(name: str, table: pd.DataFrame, reliability: float) -> Figure:
    """What seems to change in a simulation in which nothing does."""
    canvas, (axes,) = theme.canvas(
        2.3, "Ook zonder verandering lijkt de onveiligste groep te verbeteren",
        "Schijnbare verandering tussen twee metingen (standaardafwijkingen), per vijfde van de eerste meting; 1 is het minst veilig",
        f"Simulatie zonder enige echte verandering; betrouwbaarheid van een meting {dutch.number(reliability, 2)}. Geen cijfers van buurten.",
    )  # fmt: skip
    places = np.arange(len(table))
    axes.bar(
        places,
        table.change,
        color=[theme.SAFER if value > 0 else theme.LESS_SAFE for value in table.change],
        width=0.65,
    )
    axes.axhline(0, color=theme.INK, linewidth=0.8)
    axes.set_xticks(places, [str(label) for label in table.index])
    axes.set_xlabel("Vijfde van de eerste meting")
    axes.grid(axis="x", visible=False)
    return Figure(name, canvas, table.reset_index())


def asymmetry(name: str, table: pd.DataFrame) -> Table:
    """Falling against rising share of low incomes."""
    columns = [
        Column("groep", "Aandeel lage inkomens 2017–2020"),
        Column("change_income", "Verandering aandeel (procentpunt)", 1),
        Column("mean", "Verandering veiligheid", 3, "low", "high", kind=CONFIDENCE),
        Column("detectable", "Kleinste verschil dat met 80 % kans te vinden was", 3),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Beschrijvend: waar het aandeel huishoudens met een laag inkomen daalde en waar het steeg, en hoe overlast en onveiligheid "
        "2018–2020 veranderde (LBM-punten). Bron: CBS, KWB 2017 en 2020; BZK, Leefbaarometer 3.0."
    )
    return Table(name, caption, columns, table.reset_index())
