"""Does it hold elsewhere, and who: results over cities as numbers and sentences."""

from __future__ import annotations

import pandas as pd

from analysis import dutch
from analysis.choices import REFERENCE, Choices
from analysis.dutch import slug
from analysis.intervals import CITIES, CONFIDENCE, PREDICTION
from analysis.models import verdict
from analysis.models.cities import Pooled
from analysis.models.decomposition import TERMS
from analysis.models.derivative import MetaRegression
from analysis.models.importance import BLOCKS, BURDEN_ALONE, SHARED, TOGETHER, Importance, overlapping
from analysis.publication.numbers import Number, Sentences, Telling
from analysis.publication.reports import CRIME_SOURCE, LOG_RATES, WEIGHTED_SD, both, n_others, percent_per_ten
from analysis.quoted import Quoted

VERDICT_KEYS = {
    verdict.HOLDS: "geldt",
    verdict.DIRECTION: "richting",
    verdict.NOT: "niet",
    verdict.UNDECIDED: "niet_te_zeggen",
}
ALL = "steden"  # the key of the number of cities with a verdict
VERDICTS_ON_ONV = "oordeel"  # the group of the verdicts on the first outcome
NAIVE = {"national": "landelijk", "city": "stad", "line": "inkomen"}


def derivative(found: Pooled, table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The pooled average derivative without Amsterdam, Amsterdam's own, and the reach for a new city, per ten points."""
    unit = f"LBM-punten per procentpunt {choices.income.label}; gemiddelde afgeleide over het gedeelde bereik"
    ten = unit.replace("per procentpunt", "per 10 procentpunt")
    source, n, own = both(choices), n_others(table), table.loc[REFERENCE]
    return [
        Number("gepoold.afgeleide", found.value, unit, n, source, found.low, found.high, decimals=4, kind=CONFIDENCE),
        Number("gepoold.afgeleide10", 10 * found.value, ten, n, source, 10 * found.low, 10 * found.high, decimals=3, kind=CONFIDENCE),
        Number("nieuwe_stad.afgeleide10", 10 * found.value, ten, n, source, 10 * found.new_low, 10 * found.new_high, decimals=3,
               kind=PREDICTION),
        Number("amsterdam.afgeleide10", 10 * own.value, ten, int(own.n), source, 10 * own.low, 10 * own.high, decimals=3,
               kind=CONFIDENCE),
        Number("tau_afgeleide", found.tau, f"{unit}; standaardafwijking tussen steden", n, source, decimals=4),
    ]  # fmt: skip


def derivative_crime(found: Pooled, table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The same for log crime, as percentages per ten points."""
    unit = f"% meer misdrijven per inwoner bij 10 procentpunt meer {choices.income.label}; gemiddelde afgeleide"
    source, own = f"{CRIME_SOURCE}; {choices.income.source}", table.loc[REFERENCE]
    pooled, here = ([percent_per_ten(one) for one in (row.value, row.low, row.high)] for row in (found, own))
    new = [percent_per_ten(one) for one in (found.new_low, found.new_high)]
    return [
        Number("misdrijven.gepoold.afgeleide10", pooled[0], unit, n_others(table), source, *pooled[1:], kind=CONFIDENCE,
               definition=LOG_RATES),
        Number("misdrijven.nieuwe_stad.afgeleide10", pooled[0], unit, n_others(table), source, *new, kind=PREDICTION,
               definition=LOG_RATES),
        Number("misdrijven.afgeleide_boven_nul", int((table.low > 0).sum()), "steden", len(table), source),
        Number("misdrijven.afgeleide_aantal", len(table), "steden", len(table), source),
        Number("misdrijven.amsterdam.afgeleide10", here[0], unit, int(own.n), source, *here[1:], kind=CONFIDENCE,
               definition=LOG_RATES),
    ]  # fmt: skip


def meta(found: MetaRegression, choices: Choices) -> list[Number]:
    """How the slope of a city goes with the size of its buurten and its mean burden."""
    source = both(choices)
    units = {"omvang_log": "LBM-punten per procentpunt, per log inwoner van de middelste buurt",
             "belasting": "LBM-punten per procentpunt, per procentpunt gemiddelde belasting"}  # fmt: skip
    return [
        Number(
            f"samenhang_helling.{slug(term)}",
            row.value,
            units[term],
            found.cities,
            source,
            row.low,
            row.high,
            decimals=4,
            kind=CONFIDENCE,
        )
        for term, row in found.coefficients.iterrows()
        if term in units
    ]


def about_meta(found: MetaRegression) -> Sentences:
    """What the slope of a city goes with."""
    size, burden = found.coefficients.loc["omvang_log"], found.coefficients.loc["belasting"]
    about_size = "Of de omvang van de buurten samengaat met de helling, is niet te zeggen."
    if size.high < 0 or size.low > 0:
        word = "steilere" if size.value < 0 else "vlakkere"
        about_size = f"Steden met grotere buurten hebben een {word} helling."
    about_burden = "Met het gemiddelde aandeel zeer lage inkomens van een stad is op dit stuk geen verband te zien."
    if burden.high < 0 or burden.low > 0:
        word = "steilere" if burden.value < 0 else "vlakkere"
        about_burden = f"Steden met meer zeer lage inkomens hebben ook op dit stuk een {word} helling."
    return Sentences(omvang=f"{about_size} {about_burden}")


def verdicts(table: pd.DataFrame, choices: Choices, group: str = VERDICTS_ON_ONV) -> list[Number]:
    """Numbers of cities with each verdict, and the power they had."""
    source = both(choices)
    return [
        *_verdict_counts(table, choices, group).values(),
        Number("kracht", 100 * table.power.max(), "% kans op «geldt» als de stad precies als Amsterdam was; hoogste stad",
               len(table), source, decimals=0, group=group),
        Number("marge", 100 * table.margin.median(), "% van de Amsterdamse helling; mediaan over de steden", len(table), source,
               group=group, definition=f"een kwart standaardafwijking over 10 procentpunt; {WEIGHTED_SD}"),
    ]  # fmt: skip


def _verdict_counts(table: pd.DataFrame, choices: Choices, group: str) -> dict[str, Number]:
    """The number of cities with each verdict, and of all."""
    counts = {key: int((table.verdict == name).sum()) for name, key in VERDICT_KEYS.items()} | {ALL: len(table)}
    return {
        key: Number(key, count, "steden", len(table), both(choices), group=group) for key, count in counts.items()
    }


def _counted(table: pd.DataFrame, choices: Choices, group: str) -> tuple[Telling, Number, list[tuple[Number, str]]]:
    """How many cities were judged, and of each verdict that was given, in the order of the rule, how often."""
    tell, counts = Telling(both(choices), len(table)), _verdict_counts(table, choices, group)
    given = [(tell.quote(counts[VERDICT_KEYS[name]]), name) for name in verdict.VERDICTS if (table.verdict == name).any()]
    return tell, tell.quote(counts[ALL]), given


def title_verdicts(table: pd.DataFrame, choices: Choices, group: str = VERDICTS_ON_ONV) -> Quoted:
    """The finding of the chart of ratios, in a sentence; `group` as in `verdicts`."""
    tell, every, given = _counted(table, choices, group)
    parts = [f"{count} keer ‘{name}’" for count, name in given]
    return tell.text(f"De bevinding uit Amsterdam, over {dutch.count(every, 'andere stad')}: {dutch.enumeration(parts)}")


def about_verdicts(table: pd.DataFrame, choices: Choices, group: str = VERDICTS_ON_ONV) -> Sentences:
    """Does Amsterdam hold for other cities? By the rule that was fixed beforehand; `group` as in `verdicts`."""
    tell, every, given = _counted(table, choices, group)
    parts = [f"{count} keer *{name}*" for count, name in given]
    certain = table[table.verdict == verdict.DIRECTION]
    steeper, flatter = list(certain.gemeente[certain.low > 1]), list(certain.gemeente[certain.high < 1])
    said = [f"In {dutch.enumeration(names)} is de helling aantoonbaar {word} dan in Amsterdam."
            for names, word in ((steeper, "steiler"), (flatter, "minder steil")) if names]  # fmt: skip
    rest = "Van de andere steden is niet te zeggen of de helling steiler of minder steil is dan in Amsterdam."
    none = "Van geen enkele stad is te zeggen dat de helling steiler of minder steil is dan in Amsterdam."
    return tell.sentences(
        oordeel=f"Over {dutch.count(every, 'stad')} luidt het oordeel: {dutch.enumeration(parts)}.",
        oordeel_sterkte=" ".join([*said, rest]) if said else none,
    )


def leave_out(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """Leave one city out: the model and three naive baselines, medians over cities with their range."""
    source, n = both(choices), int(table.n.sum())
    unit = "aandeel van de variantie in een stad die niet is gebruikt; mediaan over de steden"

    def spread(key: str, column: str) -> Number:
        values = table[column]
        return Number(key, values.median(), unit, n, source, values.min(), values.max(), decimals=2, group="los", kind=CITIES)

    return [
        spread("r2", "model"),
        spread("r2.eigen_niveau", "model_shifted"),
        *(spread(f"r2.naief.{key}", column) for column, key in NAIVE.items()),
        spread("r2.naief.inkomen_eigen_niveau", "line_shifted"),
    ]


def importance(found: Importance, choices: Choices, outcome: str = "") -> list[Number]:
    """Per block the gain in held-out R² when it enters first and when it enters last."""
    source = both(choices) if not outcome else f"{CRIME_SOURCE}; {choices.income.source}"
    unit = "toename van R² in steden die niet zijn gebruikt; gemiddelde over steden"
    prefix = f"{outcome}." if outcome else ""
    numbers = []
    for block, row in found.blocks.iterrows():
        for way, word in (("first", "eerst"), ("last", "laatst")):
            numbers.append(Number(f"{prefix}{slug(block)}.{word}", row[way], unit, found.n, source,
                                  row[f"{way}_low"], row[f"{way}_high"], decimals=3, group="wie", kind=CONFIDENCE))  # fmt: skip
    for name, key in ((BURDEN_ALONE, "belasting"), (TOGETHER, "samen"), (SHARED, "gedeeld")):
        row = found.whole.loc[name]
        numbers.append(
            Number(f"{prefix}{key}", row.value, unit, found.n, source, row.low, row.high, decimals=3, group="wie",
                   kind=CONFIDENCE)
        )
    return numbers


def _helping(found: Importance) -> set[str]:
    """Blocks that add to the prediction whether they enter first or last."""
    return set(found.blocks.index[(found.blocks.first_low > 0) & (found.blocks.last_low > 0)])


def title_importance(onv: Importance, crimes: Importance) -> str:
    """The finding of the chart of blocks, in a sentence."""
    helping = [block for block in onv.blocks.index if block in _helping(onv) & _helping(crimes)]
    if not helping:
        none = dutch.sentence_case(dutch.share(0, len(onv.blocks), "blok kenmerken", "helpt"))
        return f"{none} op beide maten om een andere stad te voorspellen"
    return f"Op beide maten {dutch.form(len(helping), 'helpt')} {dutch.enumeration(helping)} om een andere stad te voorspellen"


def about_importance(onv: Importance, crimes: Importance) -> Sentences:
    """Which blocks of characteristics help on both outcomes, and which can't be ranked."""
    helps = {"onv": _helping(onv), "misdrijven": _helping(crimes)}
    both_help = [block for block in onv.blocks.index if block in helps["onv"] & helps["misdrijven"]]
    if both_help:
        answer = f"Op beide maten {dutch.form(len(both_help), 'helpt')} {dutch.enumeration(both_help)} om een andere stad te voorspellen."
    else:
        none = dutch.sentence_case(dutch.share(0, len(onv.blocks), "blok kenmerken", "helpt"))
        answer = f"**{none} op beide maten** om een andere stad beter te voorspellen."
    only = [
        f"{word} {dutch.enumeration(sorted(blocks - set(both_help)))}"
        for word, blocks in (("op de Leefbaarometer", helps["onv"]), ("bij misdrijven", helps["misdrijven"]))
        if blocks - set(both_help)
    ]
    pairs = overlapping(onv.blocks)
    if pairs.ranked.any():
        order = f"Van {dutch.count(int(pairs.ranked.sum()), 'paar blokken')} is op de Leefbaarometer te zeggen welk meer helpt."
    elif not pairs.overlap_first.all():
        most = onv.blocks["first"].idxmax()
        order = f"Als eerste voegt {most} op de Leefbaarometer het meest toe. Als laatste overlappen de marges. Daarom geven we geen rangorde."
    else:
        order = "Een rangorde van de blokken is op de Leefbaarometer niet te geven: hun marges overlappen."
    detail = f"Op één maat helpt wel iets: {dutch.enumeration(only)}." if only else ""
    return Sentences(wie=answer, wie_apart=detail, wie_rangorde=order)


def title_decomposition(table: pd.DataFrame, what: str) -> str:
    """The finding of a split chart, in a sentence: the part that is the largest in the most cities.

    Args:
        table: per city and term `gemeente`, `term`, `value`, `low` and `high` (95 %).
        what: the outcome, as the sentence begins.
    """
    terms = table[table.term.isin(TERMS)].pivot(index="gemeente", columns="term", values="value")
    largest = terms.abs().idxmax(axis=1)
    counts = largest.value_counts()
    first, own = (
        counts.index[0],
        table[table.term == counts.index[0]].set_index("gemeente").loc[largest.index[largest == counts.index[0]]],
    )
    sure = int((own.low * own.high > 0).sum())
    return (
        f"{what}: in {dutch.share(counts.iloc[0], len(terms), 'stad')} is ‘{first}’ het grootste deel van het verschil "
        f"met Amsterdam, in {dutch.number(sure)} daarvan zeker"
    )


def about_exploratory(onv: Importance, crimes: Importance) -> Sentences:
    """What a block that was not fixed beforehand, and is known per wijk only, adds on both outcomes."""
    new = [block for block in onv.blocks.index if block not in BLOCKS]
    helping = [block for block in new if block in _helping(onv) & _helping(crimes)]
    if not helping:
        return Sentences(wie_verkennend="Ook dit blok helpt niet op beide maten.")
    return Sentences(
        wie_verkennend=f"Verkennend: {dutch.enumeration(helping)} {dutch.form(len(helping), 'helpt')} op beide maten wel. Vooraf lag dat niet vast, en het is alleen per wijk bekend; "
        "daarom is het geen uitspraak."
    )


def decomposition(table: pd.DataFrame, choices: Choices, group: str | None = None) -> list[Number]:
    """Per term the median over the cities, with their range, and in how many the interval excludes zero."""
    crimes = group == "misdrijven"
    source = f"{CRIME_SOURCE}; {choices.income.source}" if crimes else both(choices)
    scale = "log misdrijven per inwoner" if crimes else "LBM-punten"
    unit = f"{scale}, verschil met Amsterdam; mediaan over de steden"
    numbers = []
    for term, part in table.groupby("term", sort=False):
        certain = int((part.low * part.high > 0).sum())
        numbers += [
            Number(f"ontleding.{slug(term)}", part.value.median(), unit, len(part), source, part.value.min(),
                   part.value.max(), decimals=3, group=group, kind=CITIES),
            Number(f"ontleding.{slug(term)}.zeker", certain, "steden met een interval zonder nul", len(part), source, group=group),
        ]  # fmt: skip
    return numbers
