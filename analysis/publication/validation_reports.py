"""From the comparison with earlier figures to what leaves its page: numbers, sentences and tables."""

from __future__ import annotations

import math
from dataclasses import asdict

import pandas as pd

from analysis import dutch
from analysis.choices import KWB, Choices
from analysis.figures.tables import CitedTable, Column, Table
from analysis.intervals import CONFIDENCE
from analysis.models.validation import (
    AGREES,
    DISAGREES,
    INCOMPARABLE,
    KWB_2020,
    LBM,
    PUBLISHED,
    PUBLISHED_GEMEENTEN,
    UNCHECKED,
    UNDECIDED,
    VERDICTS,
    Check,
    Pressure,
)
from analysis.publication.numbers import Number, Numbers, Sentences
from analysis.publication.reports import LOG_RATES

# How each verdict is called in the register.
VERDICT_KEYS = dict(zip(VERDICTS, ("overeen", "niet_overeen", "niet_te_zeggen", "niet_te_vergelijken"), strict=True))

NOTES = "onderzoeksnotities van dit boek (lijst van gepubliceerde cijfers)"
NO_FIGURE = "te weinig buurten"

COUNTED = {
    AGREES: "komen overeen in richting", DISAGREES: "komen niet overeen", UNDECIDED: "laten de richting open",
    INCOMPARABLE: "zijn niet te vergelijken",
}  # fmt: skip
COUNTED_ONE = {
    AGREES: "komt overeen in richting", DISAGREES: "komt niet overeen", UNDECIDED: "laat de richting open",
    INCOMPARABLE: "is niet te vergelijken",
}  # fmt: skip

# What a verdict says in words, for the comparisons that the page opens with.
WORDS = {
    "v1.onv_amsterdam": {
        AGREES: "Corporatiebuurten in Amsterdam zijn volgens de Leefbaarometer minder veilig dan andere buurten in de stad, "
                "zoals eerder is gevonden.",
        DISAGREES: "Corporatiebuurten in Amsterdam zijn volgens de Leefbaarometer veiliger dan andere buurten in de stad, "
                   "anders dan eerder is gevonden.",
        UNDECIDED: "Of corporatiebuurten in Amsterdam minder veilig zijn dan andere buurten in de stad, is met de "
                   "Leefbaarometer niet te zeggen.",
    },
    "v2.misdrijven_amsterdam": {
        AGREES: "Ook zijn er meer misdrijven per inwoner dan in andere buurten van de stad.",
        DISAGREES: "Maar er zijn juist minder misdrijven per inwoner dan in andere buurten van de stad.",
        UNDECIDED: "Bij geregistreerde misdrijven is binnen de stad geen verschil aangetoond.",
    },
    "v17.afw_landelijk": {
        AGREES: "De score ging landelijk omhoog, zoals de Kamerbrief van 2022 zegt.",
        DISAGREES: "De score ging landelijk omlaag, anders dan de Kamerbrief van 2022 zegt.",
        UNDECIDED: "Of de score landelijk omhoog ging, is niet te zeggen.",
    },
    "v17.afw_zwaarst": {
        AGREES: "Op de hele score stegen de buurten met de meeste zeer lage inkomens minder dan de rest.",
        DISAGREES: "Op de hele score stegen de buurten met de meeste zeer lage inkomens juist meer dan de rest. Dat past niet bij „achterblijven”.",
        UNDECIDED: "Op de hele score is geen verschil in stijging aangetoond tussen de buurten met de meeste zeer lage inkomens en de rest.",
    },
    "v17.onv_zwaarst": {
        AGREES: "Op overlast en onveiligheid bleven zij in de verandering achter.",
        DISAGREES: "Op overlast en onveiligheid gingen zij meer vooruit dan de rest.",
        UNDECIDED: "Op overlast en onveiligheid is geen verschil in verandering aangetoond.",
    },
    "v17.onv_stand": {
        AGREES: "In hoogte staan zij wel lager dan de rest.",
        DISAGREES: "In hoogte staan zij boven de rest.",
        UNDECIDED: "Ook in hoogte is geen verschil aangetoond.",
    },
    "v13.veiligheid": {
        AGREES: "Waar het aandeel lage inkomens in Amsterdam daalde, ging de veiligheid meer vooruit dan elders in de stad.",
        DISAGREES: "Waar het aandeel lage inkomens in Amsterdam daalde, ging de veiligheid minder vooruit dan elders in de stad.",
        UNDECIDED: "Dat een daling van het aandeel lage inkomens in Amsterdam samengaat met minder overlast, is niet aangetoond.",
    },
}  # fmt: skip
SENTENCES = {
    "corporatie": ("v1.onv_amsterdam", "v2.misdrijven_amsterdam"),
    "trend": ("v17.afw_landelijk", "v17.afw_zwaarst", "v17.onv_zwaarst", "v17.onv_stand"),
    "daling": ("v13.veiligheid",),
}  # fmt: skip

TITLE_WORDS = {
    AGREES: "steeg minder dan elders",
    DISAGREES: "steeg meer dan elders",
    UNDECIDED: "geen aantoonbaar verschil",
}


def emit(*parts: list[Number]) -> Numbers:
    """Put numbers through the one door."""
    return Numbers([number for part in parts for number in part])


def numbers(found: list[Check]) -> list[Number]:
    """Every comparison that has a figure."""
    return [
        Number(check.key, check.value, check.unit, check.n, check.data, *_limits(check), decimals=check.decimals,
               kind=CONFIDENCE if math.isfinite(check.low) else None,
               definition=LOG_RATES if check.key.startswith("v2.misdrijven") else None)
        for check in found if math.isfinite(check.value)
    ]  # fmt: skip


def _limits(check: Check) -> tuple[float | None, float | None]:
    return (check.low, check.high) if math.isfinite(check.low) else (None, None)


def totals(found: list[Check]) -> list[Number]:
    """How many published figures were laid beside ours, how many comparisons that gave with each verdict, and how many not."""
    approached = len({check.id for check in found})
    rows = {"benaderd": approached, "vergelijkingen": len(found), "niet_benaderd": len(UNCHECKED)}
    total = approached + len(UNCHECKED)
    counted = [Number(f"aantal.{key}", value, "gepubliceerde cijfers" if "benaderd" in key else "vergelijkingen", total, NOTES)
               for key, value in rows.items()]  # fmt: skip
    return counted + [
        Number(f"oordeel.{key}", sum(check.verdict == verdict for check in found), "vergelijkingen", len(found), NOTES)
        for verdict, key in VERDICT_KEYS.items()
    ]  # fmt: skip


def limits(found: Pressure, smallest: float, n_wijken: int, n_buurten: int) -> list[Number]:
    """What goes with the cut, and what the comparison of falling buurten could have shown."""
    lbm, unit = f"{LBM} (2014, 2018, 2020)", "% van de inwoners van de wijken met een score"
    numbers = [
        Number("v16.wijken", found.wijken, "wijken", n_wijken, lbm),
        Number("v16.inwoners", found.inhabitants, unit, n_wijken, f"{lbm}; {KWB}", decimals=1),
    ]
    if math.isfinite(smallest):
        numbers.append(Number("v13.aantoonbaar", smallest, "LBM-punten; kleinste verschil dat in 80 % van de steekproeven aan "
                              "het licht komt", n_buurten, f"{LBM} (2018, 2020); {KWB}; {KWB_2020}", decimals=3))  # fmt: skip
    return numbers


def parts(found: pd.Series, n: int, choices: Choices) -> list[Number]:
    """How much each dimension has in the change of the heaviest fifth beside the rest."""
    unit = "LBM-punten; deel van het verschil in verandering van de hele score, 2014 tot 2020"
    source = f"{LBM} (2014, 2020); {choices.income.source}"
    return [Number(f"v17.deel_{name}", value, unit, n, source, decimals=3) for name, value in found.items()]


def about(found: list[Check], pressure: Pressure) -> Sentences:
    """The short answer: how many comparisons hold, and what the main ones say."""
    by_key = {check.key: check.verdict for check in found}
    texts = {name: " ".join(WORDS[key][by_key[key]] for key in keys) for name, keys in SENTENCES.items()}
    counted = {number.key: number for number in totals(found)}
    counts = {verdict: counted[f"oordeel.{key}"] for verdict, key in VERDICT_KEYS.items()}
    parts = [f"{n} {(COUNTED_ONE if n.value == 1 else COUNTED)[verdict]}" for verdict, n in counts.items() if n.value]
    answer = (f"{dutch.count(counted['aantal.benaderd'], 'gepubliceerd cijfer')} konden we benaderen, met "
              f"{dutch.count(counted['aantal.vergelijkingen'], 'vergelijking')}. Daarvan: {dutch.enumeration(parts)}. Bij nog eens "
              f"{dutch.count(counted['aantal.niet_benaderd'], 'cijfer')} kon het niet.")  # fmt: skip
    same = pressure.gemeenten == PUBLISHED_GEMEENTEN
    where = "net zoveel als gepubliceerd" if same else f"gepubliceerd is {PUBLISHED_GEMEENTEN}"
    pressed = (f"Met een grens van {dutch.number(pressure.cut, 3)} komen wij op {dutch.count(pressure.wijken, 'wijk')}, in "
               f"{dutch.count(pressure.gemeenten, 'gemeente')}; {where}.")  # fmt: skip
    return Sentences(numbers=counted.values(), antwoord=answer, druk=pressed, **texts)


def title_trend(found: list[Check]) -> str:
    """The finding of the chart of the trend, in a sentence."""
    words = {check.key: TITLE_WORDS.get(check.verdict) for check in found}
    return (f"Buurten met de meeste zeer lage inkomens. Hele score: {words['v17.afw_zwaarst']}. Veiligheid: {words['v17.onv_zwaarst']}")  # fmt: skip


def title_cuts(found: Pressure) -> str:
    """The finding of the chart of cuts, in a sentence."""
    return (f"Het aantal wijken onder druk hangt van de grens af; bij {dutch.count(found.wijken, 'wijk')} {dutch.form(found.gemeenten, 'is')} het "
            f"{dutch.count(found.gemeenten, 'gemeente')}")  # fmt: skip


def checked(name: str, found: list[Check]) -> CitedTable:
    """What was published beside what is ours: a row per published figure, a line per comparison."""
    rows = []
    for key in dict.fromkeys(check.id for check in found):
        own, published = [check for check in found if check.id == key], PUBLISHED[key]
        reasons = dict.fromkeys(check.differs for check in own)
        rows.append({"wat": f"{_cited(published.text, published.source)}<br><br>*Waarom ons cijfer iets anders is:* {' '.join(reasons)}",
                     "ons": "<br><br>".join(map(_ours, own))})  # fmt: skip
    published = pd.DataFrame([asdict(PUBLISHED[check.id]) for check in found])
    data = pd.concat([published.set_axis(["gepubliceerd", "bron", "datum"], axis=1),
                      pd.DataFrame([asdict(check) for check in found])], axis=1)  # fmt: skip
    caption = "Wat er gepubliceerd is, en wat wij vinden. Tussen haakjes het interval van 95 %."
    return CitedTable(name, caption, ("Gepubliceerd", "Ons cijfer, en het oordeel"), pd.DataFrame(rows), data, "cijfer")


def _cited(text: str, source: str) -> str:
    return f"{text} {{cite:p}}`{source}`" if source else text


def _ours(check: Check) -> str:
    """Our figure in words, with the verdict."""
    if not math.isfinite(check.value):
        return f"{check.what}: {NO_FIGURE}. *{dutch.sentence_case(check.verdict)}.*"
    low, _ = _limits(check)
    reach = f" ({dutch.interval(check.low, check.high, check.decimals)})" if low is not None else ""
    unit = check.unit.split(";")[0]
    figure = f"**{dutch.number(check.value, check.decimals)}**{reach} {unit}, n = {dutch.number(check.n)}"
    return f"{check.what}: {figure}. *{dutch.sentence_case(check.verdict)}.*"


def unchecked(name: str) -> CitedTable:
    """What could not be checked, with the reason."""
    cells = pd.DataFrame([{"wat": _cited(item.text, item.source), "reden": item.reason} for item in UNCHECKED])
    data = pd.DataFrame([asdict(item) for item in UNCHECKED])
    caption = "Gepubliceerde cijfers die met open data niet na te gaan zijn."
    return CitedTable(name, caption, ("Gepubliceerd", "Waarom niet"), cells, data, "cijfer")


def levels(name: str, table: pd.DataFrame) -> Table:
    """The level of each source beside a total or mean that its publisher gives.

    Args:
        name: of the table.
        table: result of `dataset.anchors.levels`.
    """
    columns = [
        Column("grootheid", "Grootheid"), Column("plaats", "Plaats"), Column("jaar", "Jaar"), Column("eenheid", "Eenheid"),
        Column("gepubliceerd", "Uitgever", 0, places="decimalen"), Column("waarde", "Onze dataset", 0, places="decimalen"),
        Column("speling", "Mag schelen", 0, places="decimalen"), Column("bron", "Bron"), Column("waar", "Waar het staat"),
    ]  # fmt: skip
    caption = (f"De hoogte van elke bron: {dutch.count(len(table), 'cijfer')} van de uitgever zelf, naast die uit onze dataset, "
               "naar inwoners gewogen. Wijkt er een te veel af, dan stopt de bouw van dit boek.")  # fmt: skip
    shown = table.assign(jaar=table.jaar.astype(str), decimalen=table.eenheid.map(_decimals))
    return Table(name, caption, columns, shown.reset_index())


def _decimals(unit: str) -> int:
    """Counts are whole; points of the Leefbaarometer need three."""
    return {"inwoners": 0, "misdrijven": 0, "LBM-punten": 3}.get(unit, 1)


def level_numbers(table: pd.DataFrame) -> list[Number]:
    """The national crime rate, ours and the publisher's, and how many levels were laid beside an anchor."""
    crime = table.loc["politie.per_1000"]
    source = "data/ijkpunten.csv"
    return [
        Number("hoogte.aantal", len(table), "cijfers van een uitgever", len(table), source),
        Number("hoogte.bronnen", table.bron.nunique(), "bronnen", len(table), source),
        Number("hoogte.misdrijven", crime.waarde, f"{crime.eenheid}, 2024, buurten met een cijfer", int(crime.n), crime.bron, decimals=1),
        Number("hoogte.misdrijven_uitgever", crime.gepubliceerd, f"{crime.eenheid}, 2024", 1, crime.bron, decimals=1),
    ]


def anchors(name: str, table: pd.DataFrame) -> Table:
    """Published figures of whole places beside the mean of our buurten."""
    columns = [
        Column("plaats", "Plaats"),
        Column("cijfer", "Huishoudens (%)"),
        Column("jaar", "Jaar CBS"),
        Column("gepubliceerd", "CBS", 1),
        Column("waarde", "Onze buurten, 2017", 1),
        Column("inwoners", "Inwoners daarin", 0),
        Column("oordeel", "Past het best bij"),
    ]
    words = table.juist.map({True: "dit cijfer", False: "een ander cijfer"})
    caption = (f"Staan de kolommen goed? Gemiddelden van buurten naar inwoners, naast wat het CBS over de hele plaats publiceerde. "
               f"Bron: {KWB}; CBS, KWB 2019 (84583NED).")  # fmt: skip
    return Table(name, caption, columns, table.assign(oordeel=words, jaar=table.jaar.astype(str)))
