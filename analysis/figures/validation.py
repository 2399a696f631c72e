"""What the page on earlier figures shows: two charts, and a table whose sources are real references."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis import dutch
from analysis.choices import YEARS, Choices
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.models.validation import ALL_YEARS, EVERYONE, FIFTHS, PUBLISHED_WIJKEN, Pressure

PANELS = {"afw": "Hele score", "onv": "Overlast en onveiligheid"}

# From the lightest to the heaviest burden, and the mean.
LOOKS = {
    1: ("minste lage inkomens", theme.SAFER), 2: ("tweede vijfde", theme.SAFER_LIGHT), 3: ("derde vijfde", theme.OTHER),
    4: ("vierde vijfde", theme.LESS_SAFE_LIGHT), FIFTHS: ("meeste lage inkomens", theme.LESS_SAFE),
    EVERYONE: ("gemiddeld", theme.INK),
}  # fmt: skip

# Room at the right of the last year for the change and the name of the group, in years.
ROOM, ROOM_NARROW = 5.6, 8.0


@theme.also_narrow
def trend(name: str, table: pd.DataFrame, choices: Choices, title: str) -> Figure:
    """The mean score per year and fifth of burden, with the change since the first year at the end of each line.

    Args:
        name: of the figure.
        table: result of `models.validation.trend`.
        choices: settled choices, for the sources.
        title: in Dutch.
    """
    n = int(table.n[table.groep == EVERYONE].iloc[0])
    canvas, axes = theme.canvas(
        3.7, title,
        "Gemiddelde over inwoners, in LBM-punten; hoger is beter. Achter elke lijn: de verandering sinds "
        f"{YEARS[0]}. Elk vijfde deel telt ongeveer evenveel inwoners",
        f"Bron: BZK, Leefbaarometer 3.0 ({', '.join(map(str, YEARS))}); {choices.income.source}. n = {dutch.count(n, 'buurt')} "
        f"in Nederland met {dutch.count(choices.ondergrens, 'inwoner')} of meer en een score in elk jaar.",
        panels=len(PANELS), sharey=True,
    )  # fmt: skip
    for one, (score, label) in zip(axes, PANELS.items(), strict=True):
        _lines(one, table[table.score == score])
        one.set_title(label, loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
    return Figure(name, canvas, table)


def _lines(axes: Axes, table: pd.DataFrame) -> None:
    """One panel: a line per group, and behind it its change and name."""
    for group, (label, colour) in LOOKS.items():
        line = table[table.groep == group].sort_values("jaar")
        style = "--" if group == EVERYONE else "-"
        axes.plot(line.jaar, line.waarde, color=colour, linestyle=style, linewidth=2, marker="o", markersize=4)
        change = line.waarde.iloc[-1] - line.waarde.iloc[0]
        sign = "+" if change > 0 else ""
        axes.annotate(f"{sign}{dutch.number(change, 3)} {label}", (line.jaar.iloc[-1], line.waarde.iloc[-1]), xytext=(6, 0),
                      textcoords="offset points", va="center", size=theme.SMALL_SIZE, color=theme.INK,
                      bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.8})  # fmt: skip
    axes.set_xticks(YEARS, [str(year) for year in YEARS])
    axes.set_xlim(YEARS[0] - 0.4, YEARS[-1] + (ROOM if theme.form().side_by_side else ROOM_NARROW))


YEAR_COLOURS = (theme.SAFER_LIGHT, theme.LESS_SAFE_LIGHT, theme.LESS_SAFE)


@theme.also_narrow
def cuts(name: str, counts: pd.DataFrame, found: Pressure, n: int, title: str) -> Figure:
    """How many wijken lie under a cut, as a function of the cut, and where the published number is reached.

    Args:
        name: of the figure.
        counts: result of `models.validation.counts`.
        found: result of `models.validation.cut_for`.
        n: wijken.
        title: in Dutch.
    """
    canvas, (axes,) = theme.canvas(
        3.4, title,
        "Aantal wijken met een hele score (afw) op of onder de grens",
        f"Bron: BZK, Leefbaarometer 3.0 ({', '.join(map(str, YEARS))}); CBS, KWB 2017 (83765NED). n = {dutch.count(n, 'wijk')}, "
        "als gemiddelde van hun buurten naar inwoners. Streeplijn: het gepubliceerde aantal.",
    )  # fmt: skip
    for year, colour in zip(YEARS, YEAR_COLOURS, strict=True):
        axes.plot(counts.index, counts[str(year)], color=colour, linewidth=1.4, label=str(year))
    axes.plot(counts.index, counts[ALL_YEARS], color=theme.ACCENT, linewidth=2.4, label=ALL_YEARS)
    axes.axhline(PUBLISHED_WIJKEN, color=theme.INK, linewidth=1, linestyle="--")
    axes.scatter([found.cut], [found.wijken], s=50, color=theme.ACCENT, zorder=3)
    axes.annotate(
        f"{dutch.count(found.wijken, 'wijk')} bij {dutch.number(found.cut, 3)},\nin {dutch.count(found.gemeenten, 'gemeente')}",
        (found.cut, found.wijken), xytext=(10, -26), textcoords="offset points", size=theme.TEXT_SIZE - 1, color=theme.INK,
    )  # fmt: skip
    axes.set(xlabel="Grens (LBM-punten; 0 is het vaste nulpunt van de Leefbaarometer)", ylabel="")
    axes.set_xlim(counts.index.min(), counts.index.max())
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=theme.TEXT_SIZE - 1, loc="upper left", title="Onder de grens in",
                title_fontsize=theme.TEXT_SIZE - 1, alignment="left")  # fmt: skip
    return Figure(name, canvas, counts.reset_index())
