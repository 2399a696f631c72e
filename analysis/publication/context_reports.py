"""Who already lives there, and what changed: results of one city as numbers and sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import Choices
from analysis.dutch import slug
from analysis.intervals import CONFIDENCE
from analysis.models.change import DIFFERENCE, NO_VERDICT, NOT_SHOWN
from analysis.models.interaction import LEVEL, NOT_SEPARABLE, OTHER_SAMPLE, REFERENCE_SAMPLE, UPHELD, Family
from analysis.models.interaction import NOT_SHOWN as NO_INTERACTION
from analysis.models.response import Slope
from analysis.models.wls import weighted_sd
from analysis.publication.numbers import Number, Sentences
from analysis.publication.reports import CRIME_SOURCE, both


def family(found: Family, choices: Choices) -> list[Number]:
    """How many interactions were tested and upheld, and each of them in this city."""
    source, unit = both(choices), "standaardafwijkingen van de uitkomst per sd belasting en sd kenmerk"
    by_label = found.table.drop_duplicates("label").status
    numbers = [
        Number("getoetst", found.tested, "toetsen in de familie", found.tested, source, group="context"),
        Number(
            "toetsbaar",
            int(found.table[found.table.tested].label.nunique()),
            "kenmerken die te toetsen waren",
            len(by_label),
            source,
            group="context",
        ),
        Number("overeind", int((by_label == UPHELD).sum()), "kenmerken", len(by_label), source, group="context"),
        Number("kenmerken", len(by_label), "kenmerken", len(by_label), source, group="context"),
    ]
    own = found.table[(found.table["sample"] == REFERENCE_SAMPLE) & found.table.tested]
    return numbers + [
        Number(f"interactie.{slug(row.label)}", row.estimate, unit, int(row.n), source, row.low, row.high, decimals=2,
               kind=CONFIDENCE)
        for row in own.itertuples()
    ]


def title_family(found: Family) -> str:
    """The finding of the panels of interactions, in a sentence."""
    status = found.table.drop_duplicates("label").set_index("label").status
    upheld = list(status.index[status == UPHELD])
    if not upheld:
        return "Van geen enkel kenmerk is aangetoond dat het verband ermee sterker of zwakker is"
    return f"Het verband is anders waar meer of minder is van: {dutch.enumeration(upheld)}"


def about_family(found: Family, choices: Choices) -> Sentences:
    """Does who already lives there change the slope? The answer, null results as plainly as others."""
    status = found.table.drop_duplicates("label").set_index("label").status
    own = found.table[found.table["sample"] == REFERENCE_SAMPLE].set_index("label")
    upheld, open_ = (list(status.index[status == kind]) for kind in (UPHELD, NO_INTERACTION))
    stuck = [label for label in status.index[status == NOT_SEPARABLE] if not own.tested.get(label, False)]
    stuck_elsewhere = [label for label in status.index[status == NOT_SEPARABLE] if own.tested.get(label, False)]
    answer = (
        f"Het verband is anders waar meer of minder is van: {dutch.enumeration(upheld)}."
        if upheld
        else f"Dat wie er al woont het verband sterker of zwakker maakt, is in {choices.gemeente} **niet aangetoond**."
    )
    return Sentences(
        context=answer,
        context_open=_about_open(open_, upheld),
        context_vast=_about_stuck(stuck, stuck_elsewhere),
        context_kracht=_about_power(own[own.tested]),
        context_elders=_about_elsewhere(found.table),
    )


def _about_open(open_: list[str], upheld: list[str]) -> str:
    if open_:
        return f"Niet aangetoond: {dutch.enumeration(open_)}."
    return "Alle getoetste kenmerken blijven overeind." if upheld else "Geen enkel kenmerk kon worden beoordeeld."


def _about_stuck(stuck: list[str], elsewhere: list[str]) -> str:
    said = []
    if stuck:
        said.append(f"Niet van het inkomen te scheiden, en daarom hier niet getoetst: {dutch.enumeration(stuck)}.")
    if elsewhere:
        said.append(
            f"Hier wel getoetst, maar in andere steden niet van het inkomen te scheiden: {dutch.enumeration(elsewhere)}."
        )
    return " ".join(said) or "Alle kenmerken waren van het inkomen te scheiden."


def _about_power(tested: pd.DataFrame) -> str:
    if not len(tested):
        return "Geen enkel kenmerk kon worden getoetst."
    smallest = dutch.interval(tested.detectable.min(), tested.detectable.max(), 2)
    return (f"Kleine verschillen kon deze toets vaak niet vinden. De grens ligt bij {smallest} standaardafwijkingen; zij verschilt "
            "per kenmerk.")  # fmt: skip


def _about_elsewhere(table: pd.DataFrame) -> str:
    """What passes Holm in the other cities; by the rules that is no claim as long as this city does not show it."""
    passed = table[(table["sample"] == OTHER_SAMPLE) & table.tested & (table.p_holm < LEVEL)]
    if not len(passed):
        return "In de andere steden haalt geen kenmerk de correctie."
    those = f"{dutch.count(len(passed), 'kenmerk')} de correctie wel: {dutch.enumeration(passed.label)}"
    return f"In de andere steden {dutch.form(len(passed), 'haalt')} {those}. Volgens onze regels is dat geen uitspraak."


def crime_correlation(sample: pd.DataFrame, found: Slope | None, choices: Choices) -> list[Number]:
    """Weighted correlation of burden and log crime; limits are those of the slope, in the same scale."""
    if found is None:
        return []
    scale = weighted_sd(sample.belasting, sample.gewicht) / found.outcome_sd
    return [
        Number("amsterdam.samenhang", found.value * scale, "correlatie, gewogen naar inwoners", found.n,
               f"{CRIME_SOURCE}; {choices.income.source}", found.low * scale, found.high * scale, decimals=2, group="misdrijven",
               kind=CONFIDENCE),
    ]  # fmt: skip


def change(table: pd.DataFrame, start: int, end: int, choices: Choices) -> list[Number]:
    """The association of burden with the change, in each of the three models."""
    unit = f"LBM-punten verandering per 10 procentpunt {choices.income.label}"
    source = f"BZK, Leefbaarometer 3.0 ({start}, {end}); {choices.income.source}"
    return [
        Number(
            f"verandering.{start}_{end}.{slug(model)}",
            row.estimate,
            unit,
            int(row.n),
            source,
            row.low,
            row.high,
            decimals=3,
            kind=CONFIDENCE,
        )
        for model, row in table.iterrows()
        if np.isfinite(row.estimate)
    ]


def about_change(verdict: str, choices: Choices) -> Sentences:
    """What the three models of change say together."""
    words = {
        NO_VERDICT: "Over verandering doen we **geen uitspraak**: de drie manieren van rekenen zijn het niet eens over de richting "
        "of de zekerheid.",
        NOT_SHOWN: f"Dat buurten met meer zeer lage inkomens in {choices.gemeente} anders zijn veranderd, is niet aangetoond.",
    }
    return Sentences(verandering=words.get(verdict, f"In {choices.gemeente}: {verdict}."))


def asymmetry(table: pd.DataFrame) -> list[Number]:
    """The change where the share of low incomes fell and where it rose; nothing where one group is too small."""
    source = "CBS, KWB 2017 en 2020; BZK, Leefbaarometer 3.0 (2018, 2020)"
    known = table.dropna(subset="mean")
    numbers = [
        Number(f"asymmetrie.{slug(group)}", row["mean"], "LBM-punten verandering 2018–2020", int(row.n), source,
               row.low, row.high, decimals=3, kind=CONFIDENCE)
        for group, row in known.iterrows()
    ]  # fmt: skip
    if DIFFERENCE in known.index:
        smallest = known.detectable[DIFFERENCE]
        numbers.append(Number("asymmetrie.kleinste", smallest, "LBM-punten; met 80 % kans te vinden", int(known.n[DIFFERENCE]),
                              source, decimals=3))  # fmt: skip
    return numbers
