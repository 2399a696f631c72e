"""From results to what leaves a chapter: numbers with all they carry, and sentences that the result decides."""

from __future__ import annotations

import math

import pandas as pd

from analysis import dutch
from analysis.choices import CRIME, CRIME_SPAN, REFERENCE, Choices
from analysis.intervals import CITIES, CONFIDENCE, PREDICTION
from analysis.measures.sample import Coverage
from analysis.models.cities import Pooled
from analysis.models.derivative import OnShared
from analysis.models.deviation import CERTAIN, UNDECIDED, type_shares
from analysis.models.response import Curve, Slope
from analysis.publication.numbers import Number, Numbers, Sentences, Telling
from analysis.quoted import Quoted

# The first outcome in all its years.
OUTCOME_OVER_YEARS = "BZK, Leefbaarometer 3.0 (2014, 2018, 2020)"

CRIME_SOURCE = f"{CRIME.source}; CBS, KWB 2024 (85984NED)"

# What a standard deviation of buurten is; see `models.wls.weighted_sd`.
WEIGHTED_SD = "gewogen naar inwoners: √(Σw(y − gemiddelde)² / (Σw − Σw²/Σw)), met w de inwoners van een buurt"

# What a share of the inhabitants is a share of.
OF_COUNTRY = "van alle inwoners van Nederland (landelijke regel van KWB 2017), niet van de opgetelde buurten"
OF_CITIES = "binnen de gemeentegrenzen van 2017, van de inwoners die KWB 2017 voor die gemeenten noemt"

# What slopes and differences of crime are: no number of crimes.
LOG_RATES = (
    "uit de logaritme van misdrijven per inwoner, gewogen naar inwoners: een verhouding tussen buurten, geen aantal misdrijven"
)

# Two outcomes whose standardised slopes differ by more than this factor do not tell the same story (research design, 3).
DISAGREE_FACTOR = 2.0

# Keys of the cities whose whole interval lies on one side of nil, and of all: on the shared range, along the line, and for crime.
BELOW = ("afgeleide_onder_nul", "afgeleide_aantal")
BELOW_LINE = ("eigen_interval_onder_nul", "aantal")
ABOVE_CRIME = ("misdrijven.afgeleide_boven_nul", "misdrijven.afgeleide_aantal")

# A curve that predicts unseen wijken this much better than a line (share of the variance) is worth its bend.
WORTH_A_BEND = 0.01


def percent_per_ten(slope: float) -> float:
    """A slope of a logarithm per percentage point, as the difference (%) that goes with ten points."""
    return 100 * math.expm1(10 * slope)


def both(choices: Choices) -> str:
    """The sources of outcome and burden."""
    return f"{choices.outcome.source}; {choices.income.source}"


def coverage(place: str, found: Coverage, choices: Choices, of: str) -> list[Number]:
    """The share of inhabitants at each step, the last under the plain key; `of` says of which inhabitants."""
    unit = "% van de inwoners van 2017"
    source = both(choices)
    steps = {
        place: found.in_sample,
        f"{place}.gekoppeld": found.linked,
        f"{place}.met_onv": found.with_outcome,
    }
    return [Number(key, value, unit, found.buurten, source, decimals=1, definition=of) for key, value in steps.items()]


def scope(buurten: pd.DataFrame, cities: pd.DataFrame) -> list[Number]:
    """How many cities and buurten there are."""
    source = "BZK, Leefbaarometer 3.0; CBS, KWB 2017 (83765NED)"
    return [
        Number("steden", len(cities), "gemeenten met 100.000 inwoners of meer in 2017", len(cities), source),
        Number("buurten", len(buurten), "buurten in de indeling van de Leefbaarometer", len(buurten), source),
    ]


def slope(found: Slope, choices: Choices, suffix: str = "") -> list[Number]:
    """Slope, per percentage point and per ten, R² and n of the first outcome."""
    unit = f"LBM-punten per procentpunt {choices.income.label}"
    source, n = both(choices), found.n
    return [
        Number(f"helling{suffix}", found.value, unit, n, source, found.low, found.high, decimals=4, kind=CONFIDENCE),
        Number(f"helling10{suffix}", 10 * found.value, f"LBM-punten per 10 procentpunt {choices.income.label}", n, source,
               10 * found.low, 10 * found.high, decimals=3, kind=CONFIDENCE),
        Number(f"r2{suffix}", found.r2, "aandeel van de variantie", n, source, decimals=2),
        Number(f"n{suffix}", n, "buurten", n, source),
        Number(f"spreiding{suffix}", found.outcome_sd, "LBM-punten; standaardafwijking tussen buurten", n, source, decimals=2,
               definition=WEIGHTED_SD),
    ]  # fmt: skip


def crime(found: Slope | None, choices: Choices) -> list[Number]:
    """Slope of log crime as a percentage per ten points, its R² and n; nothing where it is not known."""
    if found is None:
        return []
    source = f"{CRIME_SOURCE}; {choices.income.source}"
    value, low, high = (percent_per_ten(one) for one in (found.value, found.low, found.high))
    return [
        Number("misdrijven.verschil10", value, f"% meer misdrijven per inwoner bij 10 procentpunt meer {choices.income.label}",
               found.n, source, low, high, decimals=0, kind=CONFIDENCE, definition=LOG_RATES),
        Number("misdrijven.r2", found.r2, "aandeel van de variantie", found.n, source, decimals=2),
        Number("misdrijven.n", found.n, "buurten", found.n, source),
    ]  # fmt: skip


# The plan's primary estimand is read on this part of the burden; the straight line stands beside it.
ON_SHARED = "op het bereik dat de steden delen"

# What an association of one gemeente is told by.
Found = Slope | OnShared


def stretch(found: Found) -> str:
    """A clause that says on which part of the burden an association is read; nothing for a line through all buurten."""
    return f" {ON_SHARED}" if isinstance(found, OnShared) else ""


def headline(onv: Found, crimes: Found | None, choices: Choices) -> list[Number]:
    """The association that both outcomes are told by, per ten points; crimes that are not known are left out."""
    ten = f"bij 10 procentpunt meer {choices.income.label}"
    numbers = [Number("afgeleide10", 10 * onv.value, f"LBM-punten {ten}; {_read(onv)}", onv.n, both(choices), 10 * onv.low,
                      10 * onv.high, decimals=3, kind=CONFIDENCE)]  # fmt: skip
    if crimes is not None:
        value, low, high = (percent_per_ten(one) for one in (crimes.value, crimes.low, crimes.high))
        numbers.append(Number("misdrijven.afgeleide10", value, f"% meer misdrijven per inwoner {ten}; {_read(crimes)}", crimes.n,
                              f"{CRIME_SOURCE}; {choices.income.source}", low, high, kind=CONFIDENCE,
                              definition=LOG_RATES))  # fmt: skip
    return numbers


def _read(found: Found) -> str:
    """How an association is read, for its unit."""
    return f"gemiddelde afgeleide {ON_SHARED}" if isinstance(found, OnShared) else "rechte lijn over alle buurten"


def standardised(onv: Found, crimes: Found | None, choices: Choices) -> list[Number]:
    """Both associations in standard deviations of their outcome per ten points; more crime is turned round to less safe."""
    unit = f"standaardafwijkingen van de uitkomst per 10 procentpunt {choices.income.label}{stretch(onv)}; lager is minder veilig"
    rows = [("standaard.onv", onv, 1, both(choices))]
    if crimes is not None:
        rows.append(("standaard.misdrijven", crimes, -1, f"{CRIME_SOURCE}; {choices.income.source}"))
    numbers = []
    for key, found, sign, source in rows:
        low, high = sorted(sign * 10 * limit / found.outcome_sd for limit in (found.low, found.high))
        value = sign * 10 * found.value / found.outcome_sd
        numbers.append(Number(key, value, unit, found.n, source, low, high, decimals=2, kind=CONFIDENCE, definition=WEIGHTED_SD))
    return numbers


def fit(curve: Curve, choices: Choices, prefix: str = "") -> list[Number]:
    """What curve and line predict of wijken they have not seen."""
    unit = "aandeel van de variantie in wijken die niet zijn gebruikt"
    rows = ((f"{prefix}kromme.r2", curve.r2_curve), (f"{prefix}lijn.r2", curve.r2_line))
    return [Number(key, value, unit, curve.n, both(choices), decimals=3) for key, value in rows]


def types(deviations: pd.DataFrame, choices: Choices) -> list[Number]:
    """Per type the number of buurten and the share of inhabitants."""
    counts, shares, n = deviations.type.value_counts(), type_shares(deviations), len(deviations)
    source = f"{OUTCOME_OVER_YEARS}; {choices.income.source}"
    numbers = [Number("typen.n", n, "buurten", n, source)]
    for kind, share in shares.items():
        numbers += [
            Number(f"typen.{dutch.slug(kind)}.buurten", int(counts.get(kind, 0)), "buurten", n, source),
            Number(f"typen.{dutch.slug(kind)}.inwoners", share, "% van de inwoners in deze buurten", n, source),
        ]
    return numbers


def characteristics(table: pd.DataFrame, group: str, source: str) -> list[Number]:
    """Per characteristic its association at equal burden."""
    unit = "standaardafwijkingen van de uitkomst per standaardafwijking van het kenmerk; hoger is veiliger"
    return [
        Number(f"{group}.{dutch.slug(label)}", row.value, unit, int(row.n), source, row.low, row.high, decimals=2, kind=CONFIDENCE)
        for label, row in table.iterrows()
    ]


def city_slopes(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The slope of every city."""
    unit = f"LBM-punten per procentpunt {choices.income.label}"
    return [
        Number(f"{code}.helling", row.value, unit, int(row.n), both(choices), row.low, row.high, decimals=4, kind=CONFIDENCE)
        for code, row in table.iterrows()
    ]


def n_others(table: pd.DataFrame) -> int:
    """Buurten behind a pooled mean: Amsterdam's are not among them."""
    return int(table.n.drop(REFERENCE, errors="ignore").sum())


def pooled(found: Pooled, table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The mean slope without the reference city, the spread between cities, and the reach for a new city."""
    unit, source, n = f"LBM-punten per procentpunt {choices.income.label}", both(choices), n_others(table)
    ten = f"LBM-punten per 10 procentpunt {choices.income.label}"
    return [
        Number("gepoold.helling", found.value, unit, n, source, found.low, found.high, decimals=4, kind=CONFIDENCE),
        Number("gepoold.helling10", 10 * found.value, ten, n, source, 10 * found.low, 10 * found.high, decimals=3, kind=CONFIDENCE),
        Number("gepoold.steden", found.cities, "steden zonder Amsterdam", found.cities, source),
        Number("nieuwe_stad.helling", found.value, unit, n, source, found.new_low, found.new_high, decimals=4, kind=PREDICTION),
        Number("nieuwe_stad.helling10", 10 * found.value, ten, n, source, 10 * found.new_low, 10 * found.new_high, decimals=3,
               kind=PREDICTION),
        Number("tau", found.tau, f"{unit}; standaardafwijking tussen steden", n, source, decimals=4),
        Number("amsterdam10", 10 * table.value[REFERENCE], ten, int(table.n[REFERENCE]), source,
               10 * table.low[REFERENCE], 10 * table.high[REFERENCE], decimals=3, kind=CONFIDENCE),
        Number("eigen_interval_onder_nul", int((table.high < 0).sum()), "steden", len(table), source),
        Number("aantal", len(table), "steden", len(table), source),
    ]  # fmt: skip


def pooled_crime(found: Pooled, table: pd.DataFrame, choices: Choices) -> list[Number]:
    """The pooled slope of log crime, as a percentage per ten points, with Amsterdam's beside it."""
    source = f"{CRIME_SOURCE}; {choices.income.source}"
    unit = f"% meer misdrijven per inwoner bij 10 procentpunt meer {choices.income.label}"
    percent, amsterdam = percent_per_ten, table.loc[REFERENCE]
    return [
        Number("gepoold.misdrijven10", percent(found.value), unit, n_others(table), source, percent(found.low),
               percent(found.high), kind=CONFIDENCE, definition=LOG_RATES),
        Number("nieuwe_stad.misdrijven10", percent(found.value), unit, n_others(table), source, percent(found.new_low),
               percent(found.new_high), kind=PREDICTION, definition=LOG_RATES),
        Number("amsterdam.misdrijven10", percent(amsterdam.value), unit, int(amsterdam.n), source, percent(amsterdam.low),
               percent(amsterdam.high), kind=CONFIDENCE, definition=LOG_RATES),
        Number("misdrijven.steden", found.cities, "steden zonder Amsterdam", found.cities, source),
        Number("misdrijven.eigen_interval_boven_nul", int((table.low > 0).sum()), "steden", len(table), source),
        Number("misdrijven.aantal", len(table), "steden", len(table), source),
    ]  # fmt: skip


def transport(table: pd.DataFrame, choices: Choices) -> list[Number]:
    """Median over the cities; the limits are the range, lowest to highest city."""
    n, source = int(table.n.sum()), both(choices)
    unit = "aandeel van de variantie; mediaan over de steden"

    def spread(key: str, column: str, unit: str) -> Number:
        values = table[column].dropna()
        return Number(key, values.median(), unit, n, source, values.min(), values.max(), decimals=2, group="overdracht", kind=CITIES)

    return [
        spread("r2", "r2_own", unit),
        spread("r2_eigen_niveau", "r2_shifted", unit),
        spread("kalibratie", "calibration", "helling van uitkomst op voorspelling; 1 is gelijk; mediaan over de steden"),
        Number("slechter_dan_gemiddelde", int((table.r2_own < 0).sum()), "steden", len(table), source, group="overdracht"),
        Number("steden", len(table), "steden", len(table), source, group="overdracht"),
    ]  # fmt: skip


def emit(*parts: list[Number]) -> Numbers:
    """Put numbers through the one door."""
    return Numbers([number for part in parts for number in part])


def title_onv(found: Found, choices: Choices) -> str:
    """The finding of the response chart, in a sentence."""
    if found.low <= 0 <= found.high:
        return f"{choices.gemeente}: geen duidelijk verband met overlast en onveiligheid{stretch(found)}"
    text = dutch.number(10 * found.value, 2)
    return f"{choices.gemeente}: {text} LBM-punten bij 10 procentpunt meer zeer lage inkomens{stretch(found)}"


def title_crime(found: Found | None, choices: Choices) -> str:
    """The finding of the crime chart, in a sentence."""
    if found is None:
        return f"{choices.gemeente}: van te weinig buurten zijn de misdrijven bekend"
    percent = percent_per_ten(found.value)
    if found.low <= 0 <= found.high:
        return f"{choices.gemeente}: geen duidelijk verband met misdrijven per inwoner{stretch(found)}"
    more = "meer" if percent > 0 else "minder"
    return f"{choices.gemeente}: {dutch.number(abs(percent))} % {more} misdrijven bij 10 procentpunt meer zeer lage inkomens{stretch(found)}"


def certain_cities(tell: Telling, table: pd.DataFrame, keys: tuple[str, str], above: bool = False) -> tuple[Number, Number]:
    """The cities whose whole interval lies below nil, or above it, and all of them.

    Args:
        tell: who quotes them.
        table: per city `low` and `high`.
        keys: of the two numbers; the same numbers have the same keys wherever they are told.
        above: above nil.
    """
    certain = int((table.low > 0).sum() if above else (table.high < 0).sum())
    first, second = keys
    return tell(first, certain, "steden", n=len(table)), tell(second, len(table), "steden", n=len(table))


def title_cities(table: pd.DataFrame, choices: Choices, on_shared: bool = True) -> Quoted:
    """The finding of the forest plot, in a sentence: on the shared range, or along the straight line."""
    tell = Telling(both(choices), len(table))
    share = dutch.share(*certain_cities(tell, table, BELOW if on_shared else BELOW_LINE), "stad")
    where = ON_SHARED if on_shared else "langs een rechte lijn"
    return tell.text(f"In {share} is de score {where} zeker lager waar meer zeer lage inkomens zijn")


def title_cities_crime(table: pd.DataFrame, choices: Choices) -> Quoted:
    """The finding of the forest plot of crime on the shared range, in a sentence."""
    tell = Telling(f"{CRIME_SOURCE}; {choices.income.source}", len(table))
    share = dutch.share(*certain_cities(tell, table, ABOVE_CRIME, above=True), "stad")
    return tell.text(f"In {share} zijn er {ON_SHARED} duidelijk meer misdrijven waar meer zeer lage inkomens zijn")


def title_transport(table: pd.DataFrame) -> str:
    """The finding of the transport chart, in a sentence."""
    own, shifted = table.r2_own.median(), table.r2_shifted.median()
    return f"De Amsterdamse lijn voorspelt {dutch.number(own, 2)}, en met het niveau van de stad zelf {dutch.number(shifted, 2)} (mediaan)"


def title_types(deviations: pd.DataFrame, choices: Choices) -> Quoted:
    """The finding of the map, in a sentence."""
    tell = _about_buurten(deviations, choices)
    known, total = _with_a_type(tell, deviations)
    return tell.text(f"{choices.gemeente}: {dutch.share(known, total, 'buurt', 'heeft')} een type")


def title_context(onv: pd.DataFrame, crimes: pd.DataFrame) -> str:
    """The finding of the chart of characteristics, in a sentence."""
    agree = _agreeing_signs(onv, crimes).loc[lambda both: both.ne(0)].index
    if not len(agree):
        return "Geen enkel kenmerk hangt op beide maten hetzelfde samen met veiligheid"
    return (
        f"Op beide maten {dutch.form(len(agree), 'hangt')} hetzelfde samen met veiligheid: {dutch.enumeration(agree)}"
    )


def title_country(cities: pd.DataFrame) -> str:
    """The finding of the map of the country, in a sentence."""
    least, most = cities.loc[cities.belasting.idxmin()], cities.loc[cities.belasting.idxmax()]
    return (
        f"Rond het sociaal minimum: van {dutch.number(least.belasting)} % van de huishoudens in {least.gemeentenaam} tot "
        f"{dutch.number(most.belasting)} % in {most.gemeentenaam}"
    )


def outcomes_agree(onv: Found, crimes: Found) -> bool:
    """Same direction, and standardised slopes within a factor two."""
    first, second = onv.value / onv.outcome_sd, -crimes.value / crimes.outcome_sd
    if first * second <= 0:
        return False
    ratio = abs(first / second)
    return 1 / DISAGREE_FACTOR <= ratio <= DISAGREE_FACTOR


def _factor(onv: Found, crimes: Found) -> float:
    """How many times the one association is the other, in standard deviations; 1 or more, whatever their direction."""
    ratio = abs((onv.value / onv.outcome_sd) / (crimes.value / crimes.outcome_sd))
    return max(ratio, 1 / ratio)


def about_slope(onv: Found, crimes: Found | None, curve: Curve, choices: Choices) -> Sentences:
    """What the associations of one city say, by rules fixed in the research design."""
    gain = curve.r2_curve - curve.r2_line
    better = "merkbaar beter" if gain >= WORTH_A_BEND else "niet merkbaar beter"
    tell = Telling(f"{both(choices)}; {CRIME_SOURCE}", onv.n)
    return tell.sentences(
        richting=_about_onv(onv, choices.gemeente),
        misdrijven=_about_crime(onv, crimes, choices.gemeente),
        maat=_about_both(onv, crimes, tell),
        kromming=f"Een gebogen lijn voorspelt wijken die niet zijn gebruikt {better} dan een rechte.",
    )


def about_lines(onv: Found, onv_line: Slope, crimes: Found | None, crime_line: Slope | None) -> Sentences:
    """What the straight line through all buurten says beside the headline, for both outcomes."""
    if crimes is None or crime_line is None:
        beside = "Van te weinig buurten zijn de misdrijven bekend voor een rechte lijn."
    else:
        beside = _beside(crimes, crime_line)
    where = (
        "Dat bereik is de hoofdmaat van het {doc}`onderzoeksplan <onderzoeksplan>`: het aandeel zeer lage inkomens dat in de meeste grote "
        "steden voorkomt. Daar zijn steden eerlijk te vergelijken, en tellen uitersten niet mee."
        if isinstance(onv, OnShared)
        else f"Dit is de rechte lijn over alle buurten: {ON_SHARED} heeft deze gemeente te weinig buurten."
    )
    return Sentences(bereik=where, rechte_lijn=_beside(onv, onv_line), rechte_lijn_misdrijven=beside)


def _beside(found: Found, line: Slope) -> str:
    """Whether the line tells another story, by its own interval."""
    own, other = (int(one.low > 0) - int(one.high < 0) for one in (found, line))
    if own == other:
        return (
            "Een rechte lijn over alle buurten wijst dezelfde kant op." if own
            else "Ook een rechte lijn over alle buurten laat geen duidelijk verband zien."
        )  # fmt: skip
    if not other:
        return "Een rechte lijn over alle buurten laat geen duidelijk verband zien: dan tellen ook de uitersten mee."
    if not own:
        return "Een rechte lijn over alle buurten laat wel een verband zien: dan tellen ook de uitersten mee."
    return "**Een rechte lijn over alle buurten wijst de andere kant op**: dan tellen ook de uitersten mee."


def _about_onv(onv: Found, city: str) -> str:
    if onv.high < 0:
        return f"In {city} zijn buurten met meer zeer lage inkomens{stretch(onv)} gemiddeld minder veilig volgens de Leefbaarometer."
    if onv.low > 0:
        return f"In {city} zijn buurten met meer zeer lage inkomens{stretch(onv)} gemiddeld veiliger volgens de Leefbaarometer."
    return f"In {city} is met de Leefbaarometer{stretch(onv)} geen verband te zien tussen zeer lage inkomens en veiligheid."


def _about_crime(onv: Found, crimes: Found | None, city: str) -> str:
    if crimes is None:
        return f"In {city} zijn van te weinig buurten de misdrijven van {CRIME_SPAN} bekend om een verband te zien."
    if crimes.low > 0:
        return ("Ook het" if onv.high < 0 else "Het") + f" aantal misdrijven per inwoner is er{stretch(crimes)} hoger."
    if crimes.high < 0:
        return f"Het aantal misdrijven per inwoner is er{stretch(crimes)} juist lager."
    return f"Bij de geregistreerde misdrijven is{stretch(crimes)} geen duidelijk verband te zien."


def _about_both(onv: Found, crimes: Found | None, tell: Telling) -> str:
    if crimes is None:
        return "De tweede maat ontbreekt."
    clear = [found.low > 0 or found.high < 0 for found in (onv, crimes)]
    if not any(clear):
        return "Geen van beide maten laat een duidelijk verband zien."
    if all(clear) and outcomes_agree(onv, crimes):
        limit = tell("standaard.grens", DISAGREE_FACTOR, "factor tussen de twee maten waarboven het antwoord van de maat afhangt")
        factor = tell("standaard.factor", _factor(onv, crimes), "factor tussen de twee maten, in standaardafwijkingen", decimals=1)
        return f"Beide maten wijzen dezelfde kant op. Zij schelen een factor {factor}; vanaf {limit} zouden we zeggen dat het van de maat afhangt."
    return "**Hoe sterk het verband is, hangt af van de maat.**"


def about_context(onv: pd.DataFrame, crimes: pd.DataFrame) -> Sentences:
    """Which characteristics go with both outcomes in the same direction, at equal burden; above 0 is safer in both."""
    free, stuck = _signs(onv, crimes), _stuck(onv, crimes)
    agree_signs = _agreeing_signs(onv, crimes)
    said = [
        f"Buurten met meer {dutch.enumeration(labels)} zijn op beide maten {word}"
        for word, labels in (
            ("veiliger", agree_signs.index[agree_signs > 0]),
            ("minder veilig", agree_signs.index[agree_signs < 0]),
        )
        if len(labels)
    ]
    agree = ". ".join(said) + "." if said else (
        "Geen enkel kenmerk hangt op beide maten duidelijk en in dezelfde richting samen met veiligheid."
    )  # fmt: skip
    return Sentences(
        kenmerken=agree,
        kenmerken_een_maat=_about_one_outcome(free),
        kenmerken_vast=f"Niet van het inkomen te scheiden: {dutch.enumeration(stuck)}." if stuck
        else "Alle kenmerken zijn van het inkomen te scheiden.",
    )  # fmt: skip


def _stuck(onv: pd.DataFrame, crimes: pd.DataFrame) -> list[str]:
    """Characteristics that cannot be told apart from income in either sample."""
    return [label for label in onv.index if not onv.separable[label] or not crimes.separable.get(label, True)]


def _signs(onv: pd.DataFrame, crimes: pd.DataFrame) -> pd.DataFrame:
    """The clear sign of each other characteristic on each outcome."""
    signs = pd.DataFrame({"onv": _clear_sign(onv), "misdrijven": _clear_sign(crimes)}).reindex(onv.index).fillna(0)
    return signs.drop(index=_stuck(onv, crimes))


def _agreeing_signs(onv: pd.DataFrame, crimes: pd.DataFrame) -> pd.Series:
    """1 or -1 where both outcomes clearly go that way, else 0."""
    signs = _signs(onv, crimes)
    return signs.onv.where(signs.onv == signs.misdrijven, 0)


def _clear_sign(table: pd.DataFrame) -> pd.Series:
    """1 where the interval lies on the safer side, -1 on the less safe side, 0 where it holds zero."""
    return (table.low > 0).astype(int) - (table.high < 0).astype(int)


def _about_one_outcome(signs: pd.DataFrame) -> str:
    """Characteristics on which the two outcomes differ."""
    against = signs.index[signs.prod(axis=1) < 0]
    only_onv = signs.index[(signs.onv != 0) & (signs.misdrijven == 0)]
    only_crime = signs.index[(signs.onv == 0) & (signs.misdrijven != 0)]
    parts = (("De twee maten spreken elkaar tegen bij", against), ("Alleen op de Leefbaarometer duidelijk:", only_onv),
             ("Alleen bij misdrijven duidelijk:", only_crime))  # fmt: skip
    said = [f"{opening} {dutch.enumeration(labels)}." for opening, labels in parts if len(labels)]
    return " ".join(said) or "Geen kenmerk is op maar één van beide maten duidelijk."


def about_types(deviations: pd.DataFrame, choices: Choices) -> Sentences:
    """How many buurten have a certain type."""
    tell = _about_buurten(deviations, choices)
    known, total = _with_a_type(tell, deviations)
    sure = tell("typen.zekerheid", 100 * CERTAIN, "% van de trekkingen waarin een type hetzelfde moet uitkomen")
    return tell.sentences(
        typen=f"Van {dutch.share(known, total, 'buurt')} in {choices.gemeente} is met {sure} % zekerheid te zeggen welk type het is."
    )


def _about_buurten(deviations: pd.DataFrame, choices: Choices) -> Telling:
    return Telling(f"{OUTCOME_OVER_YEARS}; {choices.income.source}", len(deviations))


def _with_a_type(tell: Telling, deviations: pd.DataFrame) -> tuple[Number, Number]:
    """The buurten of which the type is known, and all of them."""
    known = int((deviations.type != UNDECIDED).sum())
    return tell("typen.bekend", known, "buurten waarvan het type bekend is"), tell("typen.n", len(deviations), "buurten")


def about_cities(
    table: pd.DataFrame, found: Pooled, crimes: pd.DataFrame, pooled_crimes: Pooled, lines: pd.DataFrame, choices: Choices
) -> Sentences:
    """Does the direction hold everywhere, and does Amsterdam lie among the others?

    Args:
        table, crimes: the primary estimand of both outcomes, results of `models.derivative.derivatives`.
        found, pooled_crimes: their means.
        lines: slopes of the straight lines of the first outcome.
        choices: of the run.
    """
    tell = Telling(both(choices), len(table))
    below, total = certain_cities(tell, table, BELOW)
    same, all_lines = certain_cities(tell, lines, BELOW_LINE)
    everywhere = (
        f"Het verband heeft {ON_SHARED} in {dutch.share(below, total, 'grote stad')} {'' if below.value == total.value else 'duidelijk '}dezelfde richting."
    )  # fmt: skip
    along = f"alle {all_lines}" if same.value == all_lines.value else f"{same} van de {all_lines}"
    return tell.sentences(
        richting=everywhere,
        rechte_lijn=f"Langs een rechte lijn over alle buurten is dat in {along} steden zo.",
        amsterdam=_place(table.loc[REFERENCE], found, safer_above=True),
        amsterdam_misdrijven=_place(crimes.loc[REFERENCE], pooled_crimes, safer_above=False),
    )


def _place(own: pd.Series, found: Pooled, safer_above: bool) -> str:
    """Does Amsterdam's estimate fit among the other cities, its own error counted too?"""
    value = own["value"]
    low, high = found.reach_for(max(own.error, own.error_hc3))
    weaker = value > found.value if safer_above else value < found.value
    word = "minder steil" if weaker else "steiler"
    if low <= value <= high:
        return (
            f"De helling is in Amsterdam {word} dan gemiddeld in de andere steden. Dat kan toeval zijn: met de marge van "
            "Amsterdam erbij past de stad bij de andere."
        )
    return f"De helling is in Amsterdam {word} dan op grond van de andere steden te verwachten is, ook met haar eigen marge erbij."
