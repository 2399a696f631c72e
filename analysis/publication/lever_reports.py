"""The levers as numbers and sentences: never more certain than their grade or their interval."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import CRIME_SPAN, REFERENCE, Choices
from analysis.intervals import CITIES, CONFIDENCE, DRAWS, TWO_THIRDS
from analysis.levers import effect, priority, scenario, spread, waterbed
from analysis.levers.evidence import GRADES, IN_A_SENTENCE
from analysis.levers.households import MIDDLE
from analysis.levers.need import pressed
from analysis.levers.sheet import CRIMES_OF_CITY, Sheet
from analysis.models import verdict
from analysis.models.deviation import CERTAIN, TYPES, UNDECIDED
from analysis.publication.numbers import Number, Sentences, Telling
from analysis.publication.reports import CRIME_SOURCE, LOG_RATES, OF_CITIES, ON_SHARED, OUTCOME_OVER_YEARS, both
from analysis.quoted import Quoted

# How crimes of a whole city are told.
COUNTED = (
    "per buurt de misdrijven van nu maal de voorspelde verandering van misdrijven per inwoner, opgeteld over de buurten met een "
    "cijfer, naast de som van nu"
)

EVIDENCE = "bewijsregister (data/bewijs.csv)"

# What the city as a whole, and its worst-off, would gain.
NET = f"LBM-punten, verschil in het gemiddelde over alle huishoudens; gebogen lijn, {scenario.DEFAULT_YEARS} jaar"
WORST_OFF = "LBM-punten winst van de minst veilige tiende, binnen de verhuizingen van één jaar"
WHOLE_CITY = "LBM-punten verschil van het stadsgemiddelde"

HOUSEHOLDS = "CBS, KWB 2017 en wijkkaart 2022"

# The source of what was not measured but set.
OWN_CHOICE = "keuze van dit boek"

PRESSED = TYPES[True, False]

# So many buurten are named in a sentence; the table has the rest.
IN_SENTENCE = 3


# With less than this part of the findings from a comparison with other areas, little is sure about what helps.
FEW = 0.5


def need(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """Mean over the cities of the share of inhabitants under pressure; the limits are the lowest and highest city."""
    share = pressed(table)
    source = _over_years(choices)
    unit = "% van de inwoners; gemiddelde over de steden"
    return [
        Number("nood.gemiddeld", share.mean(), unit, int(table.n.sum()), source, share.min(), share.max(), kind=CITIES),
        Number("nood.steden", len(table), "steden", len(table), source),
    ]


def evidence(register: pd.DataFrame) -> list[Number]:
    """Number of findings, and how many of each grade."""
    grades = register.graad.value_counts()
    numbers = [Number("bewijs.aantal", len(register), "bevindingen", len(register), EVIDENCE)]
    return numbers + [
        Number(f"bewijs.graad_{grade.lower()}", int(grades.get(grade, 0)), "bevindingen", len(register), EVIDENCE)
        for grade in GRADES
    ]


def about_evidence(register: pd.DataFrame) -> Sentences:
    """Which levers the strongest studies are about."""
    strong = sorted(register.hefboom[register.graad == "A"].unique())
    names = [IN_A_SENTENCE[lever] for lever in strong]
    text = (
        f"Die gaan over {dutch.enumeration(names)}."
        if names
        else "Geen ervan vergelijkt met gebieden zonder de aanpak."
    )
    tell, few = Telling(EVIDENCE, len(register)), (register.graad == "A").mean() < FEW
    every, compared = (_quote(tell, evidence(register), key) for key in ("bewijs.aantal", "bewijs.graad_a"))
    known = (
        f"{'Over wat helpt, is nog weinig zeker' if few else 'Over wat helpt, is al veel vergeleken'}: van {dutch.count(every, 'bevinding')} uit ander onderzoek "
        f"{dutch.form(compared, 'komt')} er {compared} uit een vergelijking met andere gebieden."
    )
    return tell.sentences(sterkste=text, bekend=known)


def _quote(tell: Telling, numbers: list[Number], key: str) -> Number:
    """The number with this key, to quote in a text."""
    return tell.quote(next(number for number in numbers if number.key == key))


def _over_years(choices: Choices) -> str:
    """The sources of what is told over the years of the Leefbaarometer."""
    return f"{OUTCOME_OVER_YEARS}; {choices.income.source}"


def _source(outcome: str, choices: Choices) -> str:
    """The sources of one of the two outcomes and the burden."""
    return f"{CRIME_SOURCE}; {choices.income.source}" if outcome == effect.CRIMES else both(choices)


def net_gain(over: pd.DataFrame, onv: pd.DataFrame, choices: Choices) -> list[Number]:
    """Net gain of spreading evenly: over all cities, of each city, and the impossible bound."""
    unit, source = NET, both(choices)
    row, bound = waterbed.headline(over), waterbed.headline(over, spread_as=waterbed.EQUAL)
    crimes = waterbed.headline(over, effect.CRIMES)
    percent = [100 * math.expm1(value) for value in (crimes.value, crimes.low, crimes.high)]
    return [
        Number("waterbed.netto", row.value, unit, int(row.n), source, row.low, row.high, decimals=4, kind=CONFIDENCE),
        Number("waterbed.netto.uiterste", bound.value, f"{unit}; alle buurten gelijk", int(bound.n), source, bound.low, bound.high, decimals=4,
               kind=CONFIDENCE),
        Number("waterbed.netto.misdrijven", percent[0], f"% van het aantal misdrijven in de steden samen; gebogen lijn, {scenario.DEFAULT_YEARS} jaar",
               int(crimes.n), _source(effect.CRIMES, choices), percent[1], percent[2], decimals=1, kind=CONFIDENCE, definition=COUNTED),
        Number("waterbed.steden", int(row.steden), "steden met een gebogen lijn", int(row.n), source),
        *(Number(f"{code}.waterbed.netto", one.value, unit, int(one.n), source, one.low, one.high, decimals=4, kind=CONFIDENCE)
          for code, one in onv.iterrows()),
    ]  # fmt: skip


def best_spread(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """Gain of the worst-off tenth and of the whole city, over the cities; the limits are the lowest and highest city."""
    best = table[table.plan == spread.BEST]
    n, source = int(best.n.sum()), both(choices)
    span = "gemiddelde over de steden"

    def over(key: str, column: str, unit: str, decimals: int) -> Number:
        values = best[column].dropna()
        return Number(key, values.mean(), f"{unit}; {span}", n, source, values.min(), values.max(), decimals=decimals, kind=CITIES)

    return [
        over("spreiding.winst", "winst_slechtste", WORST_OFF, 3),
        over("spreiding.winst.anders", "winst_anders", f"{WORST_OFF}, langs de cijfers van {spread.other_year(choices)}", 3),
        over("spreiding.gemiddelde", "winst", WHOLE_CITY, 4),
        over("spreiding.verhuisd", "deel", "% van de huishoudens met een zeer laag inkomen dat elders woont", 1),
        *(Number(f"{code}.spreiding.winst", row.winst_slechtste, WORST_OFF, int(row.n), source, row.winst_slechtste_laag, row.winst_slechtste_hoog, decimals=3,
                 kind=DRAWS)
          for code, row in best.iterrows()),
    ]  # fmt: skip


def splits(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The part of the gap that goes with the burden, median over the cities with their range, per outcome."""
    unit = "% van het verschil tussen de minst veilige buurten en de stad; mediaan over de steden"
    numbers = []
    for outcome in (effect.ONV, effect.CRIMES):
        part = table[table.uitkomst == outcome]
        values, n = 100 * part.share, int(part.n.sum())
        source = _source(outcome, choices)
        numbers.append(Number(f"gesprek.{outcome}", values.median(), unit, n, source, values.min(), values.max(), kind=CITIES,
                              definition=LOG_RATES if outcome == effect.CRIMES else None))
    return [*numbers, Number("gesprek.zelfde", len(agreeing(table)), "steden waar beide maten hetzelfde gesprek voorop zetten",
                             table.gemeente.nunique(), both(choices))]  # fmt: skip


def agreeing(table: pd.DataFrame) -> list[str]:
    """Cities where both outcomes put the same conversation first."""
    names = []
    for name, part in table.groupby("gemeente"):
        found = [priority.Split(row.gap, row.share, row.low, row.high, int(row.n)) for row in part.itertuples()]
        if len(found) == 2 and priority.first_pair(found):
            names.append(str(name))
    return names


def households(checked: pd.DataFrame) -> list[Number]:
    """How far the estimated households lie from the dwellings that Amsterdam counted."""
    low, middle, high = checked.verhouding.quantile([MIDDLE[0], 0.5, MIDDLE[1]])
    unit = "schatting gedeeld door getelde woningen; mediaan over de buurten"
    source = f"{HOUSEHOLDS}; Gemeente Amsterdam 2017"
    return [Number("huishoudens.verhouding", middle, unit, len(checked), source, low, high, decimals=2, kind=TWO_THIRDS)]


def about_net_gain(over: pd.DataFrame, onv: pd.DataFrame, choices: Choices) -> Sentences:
    """What spreading does and does not give the city."""
    row, crimes = waterbed.headline(over), waterbed.headline(over, effect.CRIMES)
    clear = onv[(onv.low > 0) | (onv.high < 0)]
    tell, unit = Telling(both(choices), len(onv)), "steden waarvan het stadsgemiddelde"
    better = tell("waterbed.steden.boven_nul", int((clear.value > 0).sum()), f"{unit} bij gelijk verdelen duidelijk stijgt")
    worse = tell("waterbed.steden.onder_nul", int((clear.value < 0).sum()), f"{unit} bij gelijk verdelen duidelijk daalt")
    rest = tell("waterbed.steden.onbeslist", len(onv) - len(clear), f"{unit} bij gelijk verdelen niet duidelijk verandert")
    per_city = (
        f"Per stad gerekend ligt het verschil in {dutch.count(better, 'stad')} duidelijk boven nul en in {worse} duidelijk eronder. "
        f"Niet van nul te onderscheiden is het in {dutch.count(rest, 'stad')}."
    )
    return tell.sentences(
        waterbed=f"Voor de stad als geheel voorspelt de gebogen lijn gemiddeld {_way(row, 'iets meer', 'iets minder')} veiligheid, en {_way(crimes, 'meer', 'minder')} "
        f"misdrijven. {_in_words(row, crimes)}",
        waterbed_steden=per_city,
        waterbed_waarom=_why(row),
    )


def _why(row: pd.Series) -> str:
    """What the bend of the curve has to do with it (Jensen)."""
    if row.high < 0:
        return (
            "Hoe kan dat? De lijn buigt. Tussen buurten met weinig en met iets meer zeer lage inkomens is het verschil groot. Tussen buurten met veel en met nog "
            "meer is het kleiner. Waar de lijn zo buigt, verliest een veilige buurt volgens de lijn meer dan een minder veilige buurt wint."
        )
    if row.low > 0:
        return (
            "Hoe kan dat? De lijn buigt. Tussen buurten met veel en met nog meer zeer lage inkomens is het verschil groot. Tussen buurten met weinig en met iets "
            "meer is het kleiner. Waar de lijn zo buigt, wint een minder veilige buurt volgens de lijn meer dan een veilige buurt verliest."
        )
    return "Hoe kan dat? De lijn buigt te weinig om er iets van te merken."


def _way(row: pd.Series, up: str, down: str) -> str:
    """Up, down, or not to be told from nothing."""
    return up if row.low > 0 else down if row.high < 0 else "niet aantoonbaar meer of minder"


def _in_words(onv: pd.Series, crimes: pd.Series) -> str:
    """What the two outcomes say together."""
    if onv.high <= 0 and crimes.low >= 0:
        return "Op geen van beide maten wint de stad als geheel."
    if onv.low > 0 and crimes.high < 0:
        return "Op beide maten wint de stad als geheel."
    return "De twee maten wijzen niet dezelfde kant op."


def _plans(table: pd.DataFrame, choices: Choices) -> tuple[Telling, pd.DataFrame, Number, Number]:
    """The best plan of each city, in how many the worst-off clearly gain, and how many cities there are."""
    best = table[table.plan == spread.BEST]
    tell = Telling(both(choices), len(best))
    sure = tell("spreiding.zeker", int((best.winst_slechtste_laag > 0).sum()), "steden waar de minst veilige tiende duidelijk wint")
    return tell, best, sure, tell("spreiding.steden", len(best), "steden")


def about_spread(table: pd.DataFrame, choices: Choices) -> Sentences:
    """Average and worst-off, side by side; the choice is the reader's."""
    tell, best, sure, every = _plans(table, choices)
    least = (
        "winnen er volgens de lijn wel bij"
        if 2 * sure.value > len(best)
        else "winnen er volgens de lijn meestal niet aantoonbaar bij"
    )
    down = tell("spreiding.omlaag", int((best.winst_hoog < 0).sum()), "steden waarvan het gemiddelde duidelijk daalt")
    up = tell("spreiding.omhoog", int((best.winst_laag > 0).sum()), "steden waarvan het gemiddelde duidelijk stijgt")
    return tell.sentences(
        spreiding=f"Voor de minst veilige tiende voorspelt de lijn in {dutch.share(sure, every, 'stad')} een verschil dat "
        f"duidelijk boven nul ligt. Het stadsgemiddelde gaat in {dutch.count(down, 'stad')} duidelijk omlaag en in {up} duidelijk omhoog.",
        minst_veilig=f"De minst veilige buurten {least}.",
    )


def about_splits(table: pd.DataFrame, choices: Choices) -> Sentences:
    """Do both outcomes put the same conversation first?"""
    same, total = agreeing(table), table.gemeente.nunique()
    tell = Telling(both(choices), total)
    if not same:
        none, every = _quote(tell, splits(table, choices), "gesprek.zelfde"), tell("gesprek.steden", total, "steden met genoeg buurten")
        text = f"In {dutch.share(none, every, 'stad')} met genoeg buurten zetten beide maten hetzelfde gesprek voorop. Welke hefboom eerst, hangt dus af van de maat."
    else:
        text = f"In {dutch.enumeration(same)} zetten beide maten hetzelfde gesprek voorop. In de andere steden hangt het af van de maat."
    return tell.sentences(gesprek=text)


# --- One city -------------------------------------------------------------------------------------


def sheet_numbers(found: Sheet, choices: Choices) -> list[Number]:
    """The numbers of a city page."""
    source, n = both(choices), len(found.city.buurten)
    own, line, ten = found.slopes.loc[found.city.code], found.line, f"LBM-punten per 10 procentpunt {choices.income.label}"
    numbers = [
        Number("buurten", n, "buurten met alle cijfers", n, source),
        Number("dekking", found.covered, "% van de inwoners van 2017", n, source, decimals=1, definition=OF_CITIES),
        Number("belasting", found.figures.stad.iloc[1], choices.income.unit, n, choices.income.source, decimals=1),
        Number("afgeleide10", 10 * own.value, f"{ten}{_read(found)}", int(own.n), source, 10 * own.low, 10 * own.high,
               decimals=3, kind=CONFIDENCE),
        Number("helling10", 10 * line.value, f"{ten}; rechte lijn over alle buurten", int(line.n), source, 10 * line.low,
               10 * line.high, decimals=3, kind=CONFIDENCE),
    ]  # fmt: skip
    for outcome, one in found.splits.items():
        if one is not None:
            numbers.append(Number(f"gesprek.{outcome}", 100 * one.share, "% van het verschil tussen de minst veilige buurten en de stad",
                                  one.n, _source(outcome, choices), 100 * one.low, 100 * one.high, kind=CONFIDENCE,
                                  definition=LOG_RATES if outcome == effect.CRIMES else None))  # fmt: skip
    return numbers


def _read(found: Sheet) -> str:
    """How the association of the city is read, for a unit."""
    return f"; gemiddelde afgeleide {ON_SHARED}" if found.shared else "; rechte lijn over alle buurten"


def _telling(found: Sheet) -> Telling:
    """For the texts of a city page: their numbers are of outcome and burden over all its buurten, unless they say otherwise."""
    return Telling(both(found.city.choices), len(found.city.buurten))


def _own(tell: Telling, found: Sheet, key: str) -> Number:
    """One of the page's own numbers, to quote in a text."""
    return _quote(tell, sheet_numbers(found, found.city.choices), key)


def about_sheet(found: Sheet, choices: Choices) -> Sentences:
    """The page in sentences: where, which lever, how sure, does Amsterdam hold here, and what is missing."""
    tell = _telling(found)
    return tell.sentences(
        waar=_where(tell, found), hefboom=_which(tell, found), zeker=_how_sure(tell, found),
        amsterdam_hier=_amsterdam(tell, found, choices), waterbed=_city_net_gain(tell, found), spreiding=_city_spread(tell, found),
        kader=_frame(found, choices), mist=_missing(tell, found), misdrijven=_crimes(tell, found), maatstaf=_yardstick(tell, found),
        bereik=_stretch(tell, found),
    )  # fmt: skip


def _stretch(tell: Telling, found: Sheet) -> str:
    """On which part of the burden the city is laid beside the others, and what its straight line says."""
    if not found.shared:
        return f"Dit zijn rechte lijnen over alle buurten: {ON_SHARED} heeft deze stad te weinig buurten."
    line = _own(tell, found, "helling10")
    return f"We vergelijken {ON_SHARED}. Een rechte lijn over alle buurten van de stad geeft {line} ({line:interval})."


def _where(tell: Telling, found: Sheet) -> str:
    first = enumerate(found.start.head(IN_SENTENCE).itertuples(), start=1)
    named = [f"{row.buurtnaam} (plaats {_places(tell, order, row)})" for order, row in first]
    return (
        f"**Waar?** We kijken naar buurten met meer zeer lage inkomens dan de stad. Daarvan {dutch.form(len(named), 'is')} {dutch.enumeration(named)} het minst veilig. Plaats 1 is de "
        "minst veilige van de stad. Tussen haakjes: de laagste en de hoogste plaats in 2014, 2018 en 2020."
    )


def _places(tell: Telling, order: int, row: object) -> str:
    """Its lowest and highest place over the years, or the one place of all years."""
    low, high = (
        tell(f"waar.{order}.plaats_{key}", value, f"{word} plaats in 2014, 2018 en 2020, van de minst veilige buurt af",
             source=OUTCOME_OVER_YEARS)
        for key, word, value in (("laag", "laagste", row.plaats_laag), ("hoog", "hoogste", row.plaats_hoog))
    )  # fmt: skip
    return f"{low}" if low.value == high.value else f"{low} tot {high}"


def _crimes(tell: Telling, found: Sheet) -> str:
    """How the named buurten stand on the second measure."""
    known = found.start.misdrijven_log.dropna()
    rate = found.figures.stad[found.figures.wat == CRIMES_OF_CITY].iloc[0]
    if not len(known) or not np.isfinite(rate):
        return "Over misdrijven in deze buurten is te weinig bekend."
    above = tell("waar.misdrijven_boven", int((np.exp(known) > rate).sum()), "genoemde buurten boven het stadscijfer van misdrijven",
                 n=len(known), source=CRIME_SOURCE)  # fmt: skip
    named = tell("waar.misdrijven_bekend", len(known), "genoemde buurten waarvan de misdrijven bekend zijn", n=len(found.start), source=CRIME_SOURCE)
    of_city = tell("misdrijven.stad", rate, f"misdrijven per 1.000 inwoners per jaar ({CRIME_SPAN})", source=CRIME_SOURCE,
                   n=int(found.city.buurten.misdrijven_log.notna().sum()))  # fmt: skip
    return (
        f"Let op de tweede maat: {dutch.share(above, named, 'genoemde buurt met een cijfer', 'ligt')} "
        f"bij misdrijven boven het stadscijfer van {of_city} per 1.000 inwoners."
    )


def _yardstick(tell: Telling, found: Sheet) -> str:
    """Something to lay the small differences beside."""
    first = found.start.iloc[0]
    side = "onder" if first.kloof < 0 else "boven"
    gap = tell("waar.1.kloof", abs(first.kloof), f"LBM-punten {side} het gemiddelde van de stad, gemiddeld over 2014, 2018 en 2020", decimals=2,
               source=OUTCOME_OVER_YEARS)  # fmt: skip
    return f"Ter vergelijking: {first.buurtnaam} ligt {gap} LBM-punten {side} het gemiddelde van de stad."


def _which(tell: Telling, found: Sheet) -> str:
    first = found.order[found.order.plaats == 1]
    names = dutch.enumeration(IN_A_SENTENCE[number] for number in first.nummer)
    known = [outcome for outcome, one in found.splits.items() if one is not None]
    pair = priority.first_pair(list(found.splits.values()))
    evidence = (
        f"Het sterkste bewijs gaat over {names} (graad {first.graad.iloc[0]}). Het meldt: {first.richting.iloc[0]}. Wie op bewijs wil kiezen, begint bij {names}."
        if first.graad.iloc[0] != priority.PRACTICE
        else "Voor geen van die hefbomen is er sterk bewijs."
    )
    if pair:
        return f"**Welke hefboom?** Beide maten zetten het gesprek over {pair} voorop. {evidence}"
    if len(known) < 2:
        return f"**Welke hefboom?** De cijfers zeggen het niet, want van één maat of van beide is te weinig bekend. {evidence}"
    onv, crimes = (_own(tell, found, f"gesprek.{outcome}") for outcome in known)
    return (
        f"**Welke hefboom?** De twee maten zeggen niet hetzelfde. Van het verschil tussen de minst veilige buurten en de stad hoort op de Leefbaarometer {onv} % "
        f"({onv:interval}) bij het aandeel zeer lage inkomens. Bij misdrijven is dat {crimes} % ({crimes:interval}). Daarom telt hier het bewijs. {evidence}"
    )


def _how_sure(tell: Telling, found: Sheet) -> str:
    if found.small:
        return "**Hoe zeker?** Onzeker. Er zijn te weinig buurten voor een eigen lijn, en over wat helpt is weinig sterk onderzoek."
    n, source = len(found.deviations), _over_years(found.city.choices)
    pressed = int((found.deviations.type == PRESSED).sum())
    certain = tell("typen.bekend", int((found.deviations.type != UNDECIDED).sum()), "buurten waarvan het type bekend is", n=n, source=source)
    every = tell("typen.n", n, "buurten", n=n, source=source)
    sure = tell("typen.zekerheid", 100 * CERTAIN, "% van de trekkingen waarin een type hetzelfde moet uitkomen", n=n, source=OWN_CHOICE)
    some = tell(f"typen.{dutch.slug(PRESSED)}.buurten", pressed, "buurten", n=n, source=source)
    return (
        f"**Hoe zeker?** Waar: van {dutch.share(certain, every, 'buurt')} is het type met {sure} % zekerheid "
        f"bekend. {some if pressed else 'Geen'} daarvan {dutch.share_form(pressed, 'heeft')} veel lage inkomens en {dutch.share_form(pressed, 'is')} minder veilig dan "
        f"verwacht. Wat helpt: dat is veel minder zeker. {_sources(tell, found)}"
    )


def _sources(tell: Telling, found: Sheet) -> str:
    """How many studies the strongest evidence comes from, and how strong it is."""
    best = found.order.sort_values("graad").iloc[0]
    studies = "één bron"
    if best.bronnen != 1:
        studies = dutch.count(tell("bewijs.bronnen", best.bronnen, "bronnen van het sterkste bewijs", n=best.bronnen, source=EVIDENCE), "bron")
    return f"Het sterkste bewijs (graad {best.graad}) komt uit {studies}."


def _amsterdam(tell: Telling, found: Sheet, choices: Choices) -> str:
    if choices.gemeentecode == REFERENCE:
        return "Amsterdam is de stad waarmee de andere vergeleken worden."
    if found.verdict is None:
        return (
            f"Of de bevinding uit Amsterdam in {choices.gemeente} geldt, is niet te zeggen: er zijn te weinig buurten."
        )
    said = {
        verdict.HOLDS: "geldt ook hier: het verband is vrijwel even sterk",
        verdict.DIRECTION: "geldt hier in richting. Buurten met meer zeer lage inkomens scoren ook hier gemiddeld lager op veiligheid. "
        + _steeper(tell, found.verdict),
        verdict.NOT: "geldt hier niet",
    }.get(found.verdict.verdict)
    if said is None:
        return f"Of de bevinding uit Amsterdam in {choices.gemeente} geldt, is **niet te zeggen**: de onzekerheid is te groot."
    return f"De bevinding uit Amsterdam {said}. Oordeel volgens de vaste regel: *{found.verdict.verdict}*."


def _steeper(tell: Telling, own: pd.Series) -> str:
    """Is the slope another than Amsterdam's, on the burden that the cities share? Without a full stop."""
    if own.low <= 1 <= own.high:
        return "Of het verband even sterk is, is niet te zeggen"
    word = "steiler" if own.low > 1 else "minder steil"
    ratio = tell("oordeel.verhouding", own.ratio, f"keer de helling van Amsterdam; gemiddelde afgeleide {ON_SHARED}", n=own.n, low=own.low,
                 high=own.high, kind=CONFIDENCE, decimals=2)  # fmt: skip
    return f"De helling is hier aantoonbaar {word}: {ratio} keer die van Amsterdam ({ratio:interval}), op het bereik dat de steden delen"


def _city_net_gain(tell: Telling, found: Sheet) -> str:
    row = waterbed.headline(found.net_gain)
    if row is None:
        return "Voor een gebogen lijn zijn er te weinig buurten. Langs een rechte lijn verandert het stadsgemiddelde van de Leefbaarometer niet als huishoudens anders verdeeld worden."
    net = tell("waterbed.netto", row.value, NET, n=row.n, low=row.low, high=row.high, kind=CONFIDENCE, decimals=4)
    years = tell("waterbed.jaren", scenario.DEFAULT_YEARS, "jaar waarin elke woning die vrijkomt gelijk verdeeld wordt", source=OWN_CHOICE)
    return (
        f"Stel: elke woning die vrijkomt, wordt {years} jaar lang gelijk verdeeld. Dan voorspelt de gebogen lijn voor de stad gemiddeld "
        f"{_way(row, 'iets meer', 'iets minder')} veiligheid: {net} LBM-punten ({net:interval}). Een rechte lijn "
        f"voorspelt precies nul. {_shifts(tell, found)}"
    )


def _shifts(tell: Telling, found: Sheet) -> str:
    """Who wins and who loses by it."""
    table = waterbed.shifts(found.city)
    source = f"{found.city.choices.income.source}; {HOUSEHOLDS}"
    least, most = table.loc[table.verschil.idxmin()], table.loc[table.verschil.idxmax()]
    fewer, more = (
        tell(f"waterbed.{word}", int(among.sum()), f"buurten met {word} huishoudens met een zeer laag inkomen", source=source)
        for word, among in (("minder", table.verschil < 0), ("meer", table.verschil > 0))
    )
    lost, won = (
        tell(f"waterbed.{word}.grootste", one.verschil, "huishoudens met een zeer laag inkomen; verschil in de buurt", source=source)
        for word, one in (("minder", least), ("meer", most))
    )
    return (
        f"In {dutch.count(fewer, 'buurt')} wonen dan minder huishoudens met een zeer laag inkomen, in {more} meer. Het "
        f"grootst is het verschil in {least.buurtnaam} ({dutch.count(lost, 'huishouden')}) en {most.buurtnaam} (+{won})."
    )


def _city_spread(tell: Telling, found: Sheet) -> str:
    if found.spread is None:
        return "Een beste spreiding is hier niet te bepalen: de lijn daalt niet."
    best = found.spread.plans.loc[spread.BEST]
    worst = tell("spreiding.winst", best.winst_slechtste, WORST_OFF, low=best.winst_slechtste_laag, high=best.winst_slechtste_hoog, kind=DRAWS,
                 decimals=3)  # fmt: skip
    whole, why = "Het stadsgemiddelde verandert niet", " De gebogen lijn daalt hier niet overal. Daarom is voor dit voorbeeld de rechte lijn gebruikt."
    if found.spread.falls:
        mean = tell("spreiding.gemiddelde", best.winst, WHOLE_CITY, low=best.winst_laag, high=best.winst_hoog, kind=DRAWS, decimals=4)
        whole, why = f"Het stadsgemiddelde verschilt {mean}", ""
    return (
        f"Een rekenvoorbeeld, geen plan. Bij de best denkbare verdeling van één jaar verhuizingen voorspelt de lijn voor de minst veilige tiende {worst} LBM-punten "
        f"({worst:grenzen}). {whole}.{why}"
    )


def _frame(found: Sheet, choices: Choices) -> str:
    areas = list(found.frame.naam[found.frame.soort == "gebied NPLV"])
    law = (found.frame.soort == "Wbmgp").any()
    said = []
    if areas:
        said.append(
            f"Het Rijk werkt hier mee aan {dutch.enumeration(areas)}, in het Nationaal Programma Leefbaarheid en Veiligheid {_cite(found, 'gebied NPLV')}"
        )
    if law:
        said.append(f"rond 2021 werd hier de Rotterdamwet (Wbmgp) gebruikt {_cite(found, 'Wbmgp')}")
    if not said:
        return f"{choices.gemeente} heeft geen gebied in het Nationaal Programma Leefbaarheid en Veiligheid."
    return " ".join(f"{dutch.sentence_case(one)}." for one in said)


def _cite(found: Sheet, kind: str) -> str:
    """The source of this part of the frame, as a reference."""
    return f"{{cite:p}}`{found.frame.bron[found.frame.soort == kind].iloc[0]}`"


def _missing(tell: Telling, found: Sheet) -> str:
    """What the page cannot say, as a list in Markdown."""
    table, lines = found.city.buurten, []
    if found.covered < 99.5:
        outside = tell("dekking.buiten", 100 - min(found.covered, 100), "% van de inwoners van 2017, in buurten die niet meetellen", definition=OF_CITIES)
        lines.append(
            f"{outside} % van de inwoners woont in buurten die niet meetellen (te klein, niet te koppelen of zonder cijfer)."
        )
    without = int(table.misdrijven_log.isna().sum())
    if without:
        unknown = tell("misdrijven.onbekend", without, "buurten waarvan geen misdrijven bekend zijn", source=CRIME_SOURCE)
        every = _own(tell, found, "buurten")
        lines.append(
            f"Van {dutch.share(unknown, every, 'buurt')} zijn geen misdrijven bekend: hun grens of omvang is te veel veranderd."
        )
    lines.append("Het aantal huishoudens is een schatting. Wat nieuwkomers verdienen, is een aanname.")
    lines.append("Hefboom 1 en 2 hebben geen scenario: geen open cijfer laat zien wat zij veranderen.")
    lines += list(dict.fromkeys(f"Bij de scenario’s: {told}" for one in found.scenarios for told in one.warnings))
    lines += [f"Niet uitgerekend: {reason}" for reason in found.refused]
    return "\n".join(f"- {line}" for line in lines)


def title_splits(table: pd.DataFrame, choices: Choices) -> Quoted:
    """The finding of the split chart, in a sentence."""
    tell = Telling(both(choices), len(table))
    onv, crimes = (_quote(tell, splits(table, choices), f"gesprek.{outcome}") for outcome in (effect.ONV, effect.CRIMES))
    return tell.text(f"In de middelste stad hoort op de Leefbaarometer {onv} % bij het inkomen, bij misdrijven {crimes} %")


def title_net_gain(over: pd.DataFrame) -> str:
    """The finding of the waterbed chart, in a sentence."""
    onv, crimes = waterbed.headline(over), waterbed.headline(over, effect.CRIMES)
    if onv.high <= 0 and crimes.low >= 0:
        return "Bij gelijk verdelen wint de stad als geheel volgens de lijn niet, op geen van beide maten"
    if onv.low > 0 and crimes.high < 0:
        return "Bij gelijk verdelen wint de stad als geheel volgens de lijn iets, op beide maten"
    return "Wat gelijk verdelen de stad als geheel brengt, hangt af van de maat"


def title_spread(table: pd.DataFrame, choices: Choices) -> Quoted:
    """The finding of the spread chart, in a sentence."""
    tell, _, sure, every = _plans(table, choices)
    worst, whole = (_quote(tell, best_spread(table, choices), f"spreiding.{key}") for key in ("winst", "gemiddelde"))
    return tell.text(
        f"De minst veilige tiende wint volgens de lijn {worst:grenzen} LBM-punten, duidelijk in {dutch.share(sure, every, 'stad')}; "
        f"de hele stad gemiddeld {whole}"
    )


def title_evidence(register: pd.DataFrame) -> Quoted:
    """The finding of the evidence map, in a sentence."""
    tell = Telling(EVIDENCE, len(register))
    every, strong = (_quote(tell, evidence(register), key) for key in ("bewijs.aantal", "bewijs.graad_a"))
    return tell.text(f"Van {dutch.count(every, 'bevinding')} {dutch.form(strong, 'komt')} er {strong} uit een onderzoek met vergelijkingsgebieden")


def title_map(found: Sheet) -> str:
    """The finding of the city's map, in a sentence."""
    if found.small:
        return f"{found.city.name}: te weinig buurten om te zeggen waar het anders is dan verwacht"
    tell = Telling(_over_years(found.city.choices), len(found.deviations))
    safe = found.deviations.type.isin([name for (_, safe), name in TYPES.items() if safe])
    unknown = found.deviations.type == UNDECIDED
    safer = tell("typen.veiliger", int(safe.sum()), "buurten die veiliger zijn dan verwacht")
    less = tell("typen.minder_veilig", int((~safe & ~unknown).sum()), "buurten die minder veilig zijn dan verwacht")
    undecided = tell("typen.onbeslist", int(unknown.sum()), "buurten waarvan het niet te zeggen is")
    return tell.text(
        f"{found.city.name}: {dutch.count(safer, 'buurt')} {dutch.form(safer, 'is')} veiliger dan verwacht, {less} minder veilig; van "
        f"{undecided} is het niet te zeggen"
    )


def title_place(found: Sheet) -> Quoted:
    """Where the city stands among the others, in a sentence."""
    tell = _telling(found)
    own = _own(tell, found, "afgeleide10")
    return tell.text(f"{found.city.name}: {own} ({own:interval}){f' {ON_SHARED}' if found.shared else ''}")


def title_scenarios(found: list[scenario.Outcome], choices: Choices) -> Quoted:
    """The finding of the scenario chart, in a sentence."""
    table = pd.concat([one.differences for one in found])
    own = table[(table.gebied == "buurt") & (table.uitkomst == effect.ONV)].value
    tell = Telling(both(choices), len(own))
    low, high = (
        tell(f"scenario.{word}", value, f"LBM-punten; {word} van de voorspelde verschillen in de buurt zelf", decimals=3)
        for word, value in (("laagste", own.min()), ("hoogste", own.max()))
    )
    return tell.text(f"In de buurt zelf voorspellen de lijnen een verschil van {low} tot {high} LBM-punten")


def title_need(table: pd.DataFrame, choices: Choices) -> Quoted:
    """The finding of the bars, in a sentence."""
    tell = Telling(_over_years(choices), len(table))
    share = _quote(tell, need(table, choices), "nood.gemiddeld")
    return tell.text(f"{share:grenzen}\u00a0% woont waar inkomens laag zijn en het minder veilig is dan verwacht")
