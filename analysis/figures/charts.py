"""Charts: result in, figure out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis import dutch
from analysis.choices import CRIME, REFERENCE, Choices, Measure
from analysis.figures import theme
from analysis.figures.output import Figure
from analysis.models.cities import Pooled
from analysis.models.response import Curve

# Slopes are shown for this many percentage points: about the distance between a middling and a burdened buurt.
PER_POINTS = 10

# Where a logarithmic axis is labelled: half as much, equal, half more, twice, three, five, ten and twenty times as much.
# On a phone there is room for a few of them.
PERCENTAGE_FACTORS, FEW_FACTORS = (0.5, 1, 1.5, 2, 3, 5, 10, 20), (1, 3, 10)


@theme.also_narrow
def response(
    name: str, sample: pd.DataFrame, curve: Curve | None, outcome: Measure, choices: Choices, title: str
) -> Figure:
    """Every buurt as a dot, with the curve, its 95 % band and the straight line."""
    canvas, (axes,) = theme.canvas(
        3.6, title,
        f"{dutch.sentence_case(outcome.label)} ({outcome.unit}); elke stip is een buurt, groter is meer inwoners",
        f"Bron: {outcome.source}; {choices.income.source}. n = {dutch.count(len(sample), 'buurt')} in "
        f"{choices.gemeente} met {dutch.count(choices.ondergrens, 'inwoner')} of meer.",
    )  # fmt: skip
    sns.scatterplot(
        sample, x="belasting", y="uitkomst", size="gewicht", sizes=(8, 120), color=theme.OTHER, alpha=0.45,
        linewidth=0, legend=False, ax=axes,
    )  # fmt: skip
    if curve is not None:
        _lines(axes, curve.grid)
    if outcome.column == CRIME.column:
        _rate_ticks(axes)
    else:
        axes.axhline(0, color=theme.SOFT, linewidth=0.8)
    axes.set(xlabel=f"{dutch.sentence_case(choices.income.label)} ({choices.income.unit})", ylabel="")
    axes.set_xlim(left=0)
    columns = ["buurtnaam", "wijkcode", "gewicht", "belasting", "uitkomst"]
    return Figure(name, canvas, sample[columns].reset_index().rename(columns={"gewicht": "inwoners"}))


def _lines(axes: Axes, grid: pd.DataFrame) -> None:
    """The curve with its band, and the straight line."""
    axes.fill_between(grid.belasting, grid.low, grid.high, color=theme.ACCENT, alpha=0.18, linewidth=0)
    axes.plot(grid.belasting, grid.curve, color=theme.ACCENT, linewidth=2.2, label="gebogen lijn, met 95 %-band")
    axes.plot(grid.belasting, grid.line, color=theme.INK, linewidth=1.2, linestyle="--", label="rechte lijn")
    axes.legend(frameon=False, fontsize=theme.TEXT_SIZE - 1, loc="best")


def _rate_ticks(axes: Axes) -> None:
    """Log rates are read as rates."""
    rates = [rate for rate in (5, 10, 20, 50, 100, 200, 500, 1000, 2000) if np.log(rate) >= axes.get_ylim()[0]
             and np.log(rate) <= axes.get_ylim()[1]]  # fmt: skip
    axes.set_yticks(np.log(rates), [dutch.number(rate) for rate in rates])


@theme.also_narrow
def context(name: str, results: dict[str, pd.DataFrame], choices: Choices, title: str) -> Figure:
    """Association of each characteristic with both outcomes among buurten of equal burden, with intervals."""
    fewest = min(int(table.n.min()) for table in results.values() if len(table))
    canvas, axes = theme.canvas(
        3.1, title,
        "Naar rechts: veiliger waar meer van het kenmerk is. Verschil in standaardafwijkingen, tussen buurten met een "
        "even groot aandeel zeer lage inkomens; 95 %-interval",
        f"Bron: BZK, Leefbaarometer 3.0; {CRIME.source}; {choices.income.source}; Gemeente Amsterdam 2017 (eigendom). "
        f"n = {dutch.count(fewest, 'buurt')} of meer. Open stip: hangt zo sterk samen met het inkomen (boven 0,7) dat "
        "de twee niet te scheiden zijn.",
        panels=len(results), sharey=True, sharex=True,
    )  # fmt: skip
    frames = []
    for one, (label, table) in zip(axes, results.items(), strict=True):
        _dots(one, table.iloc[::-1])
        one.set_title(label, loc="left", fontsize=theme.TEXT_SIZE, color=theme.INK)
        frames.append(table.reset_index().assign(uitkomst=label))
    return Figure(name, canvas, pd.concat(frames))


def _dots(axes: Axes, table: pd.DataFrame) -> None:
    places = np.arange(len(table))
    axes.axvline(0, color=theme.SOFT, linewidth=0.9)
    axes.hlines(places, table.low, table.high, color=theme.ACCENT, linewidth=2)
    face = [theme.ACCENT if separable else theme.PAPER for separable in table.separable]
    axes.scatter(table.value, places, s=44, c=face, edgecolors=theme.ACCENT, linewidths=1.6, zorder=3)
    axes.set_yticks(places, [dutch.sentence_case(label) for label in table.index])


@theme.also_narrow
def forest(
    name: str,
    table: pd.DataFrame,
    pooled: Pooled,
    unit: str,
    source: str,
    title: str,
    as_percentage: bool = False,
) -> Figure:
    """The slope of every city with its interval; the reference city, the pooled mean and the reach for a new city.

    Args:
        name: of the figure.
        table: result of `models.cities.slopes`.
        pooled: result of `models.cities.pool`.
        unit, source, title: in Dutch.
        as_percentage: slopes are of a logarithm, and read as percentages.
    """
    per = PER_POINTS
    ordered = table.sort_values("value", ascending=False)
    canvas, (axes,) = theme.canvas(
        0.19 * len(ordered) + 0.9, title,
        f"{unit}, bij {dutch.number(per)} procentpunt meer zeer lage inkomens; punt en 95 %-interval",
        f"{source} n = {dutch.count(table.n.sum(), 'buurt')} in {dutch.count(len(table), 'stad')}. Balk: waar een stad die niet is "
        f"meegeteld naar verwachting valt (95 %). Lijn: gemiddelde van {dutch.count(pooled.cities, 'stad')} zonder Amsterdam.",
    )  # fmt: skip
    places = np.arange(len(ordered))
    colours = [theme.LESS_SAFE if code == REFERENCE else theme.ACCENT for code in ordered.index]
    axes.axvspan(per * pooled.new_low, per * pooled.new_high, color=theme.SAFER_LIGHT, alpha=0.28, linewidth=0)
    axes.axvline(per * pooled.value, color=theme.ACCENT, linewidth=1.2)
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.hlines(places, per * ordered.low, per * ordered.high, color=colours, linewidth=1.8)
    axes.scatter(per * ordered.value, places, s=24, c=colours, zorder=3)
    axes.set_yticks(places, list(ordered.gemeente))
    for label, code in zip(axes.get_yticklabels(), ordered.index, strict=True):
        label.set_weight("bold" if code == REFERENCE else "normal")
    axes.set_ylim(-0.7, len(ordered) - 0.3)
    axes.grid(axis="y", visible=False)
    if as_percentage:
        low, high = axes.get_xlim()
        factors = [factor for factor in PERCENTAGE_FACTORS if low <= np.log(factor) <= high]
        shown = factors if theme.form().side_by_side else [factor for factor in factors if factor in FEW_FACTORS]
        axes.set_xticks(np.log(shown), [f"{dutch.number(100 * (factor - 1))} %" for factor in shown])
    return Figure(name, canvas, ordered.drop(columns="outcome_sd", errors="ignore").reset_index())


@theme.also_narrow
def transport(name: str, table: pd.DataFrame, source: str, title: str) -> Figure:
    """Per city how well Amsterdam's curve predicts: with Amsterdam's own level, and with the city's."""
    ordered = table.sort_values("r2_shifted")
    canvas, (axes,) = theme.canvas(
        0.19 * len(ordered) + 0.9, title,
        "Deel van de verschillen tussen buurten dat de Amsterdamse lijn voorspelt (R²); 0 is even goed als het "
        "gemiddelde van de stad zelf, lager is slechter",
        f"{source} n = {dutch.count(table.n.sum(), 'buurt')} in {dutch.count(len(table), 'stad')}.",
    )  # fmt: skip
    places, floor = np.arange(len(ordered)), -1.0
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.hlines(places, ordered.r2_own.clip(floor), ordered.r2_shifted.clip(floor), color=theme.GRID, linewidth=2)
    axes.scatter(
        ordered.r2_own.clip(floor),
        places,
        s=26,
        c=theme.LESS_SAFE,
        zorder=3,
        label="met het niveau van Amsterdam",
    )
    axes.scatter(
        ordered.r2_shifted.clip(floor),
        places,
        s=26,
        c=theme.ACCENT,
        zorder=3,
        label="met het niveau van de stad zelf",
    )
    for place, value in zip(places, ordered.r2_own, strict=True):
        if value < floor:
            axes.annotate(f"{dutch.number(value, 1)} ◂", (floor, place), xytext=(-6, 0), textcoords="offset points",
                          ha="right", va="center", size=theme.SMALL_SIZE, color=theme.SOFT)  # fmt: skip
    axes.set_yticks(places, list(ordered.gemeente))
    axes.set_xlim(floor - 0.3 * theme.WIDE.width / theme.form().width, 1.02)
    axes.set_ylim(-0.7, len(ordered) - 0.3)
    axes.grid(axis="y", visible=False)
    axes.legend(
        frameon=False, fontsize=theme.SMALL_SIZE, loc="lower right", bbox_to_anchor=(1, 1), ncols=theme.columns(2)
    )
    return Figure(name, canvas, ordered.reset_index())
