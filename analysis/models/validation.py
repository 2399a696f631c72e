"""Do our figures fit what was published before? Our counterpart of every public figure that open data can approach.

The earlier studies used microdata and other definitions, so a counterpart is never a recalculation. Each one carries
what was published, what is ours, why the two differ, and a verdict by a rule that stands in this module.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.choices import CRIME, CRIME_SPAN, KWB, REFERENCE, YEARS, Choices
from analysis.measures.sample import of_city, select
from analysis.models.wls import fit

# A corporatiebuurt has more than two thirds of its dwellings owned by corporations (CCV, 2018).
CORPORATION_SHARE = 100 * 2 / 3

# The counts of the publication of 20 April 2022 that the count of wijken is laid beside.
PUBLISHED_WIJKEN, PUBLISHED_GEMEENTEN = 197, 50

# Burden is cut in this many groups of about as many inhabitants.
FIFTHS = 5

# A group of fewer buurten than this is not laid beside another.
FEWEST_IN_GROUP = 10

# The parts that add up to the total deviation.
DIMENSIONS = {"fys": "fysieke leefomgeving", "onv": "overlast en onveiligheid", "soc": "sociale samenhang",
              "vrz": "voorzieningen", "won": "woningvoorraad"}  # fmt: skip

# The smallest difference that a test at 5 % would show in 80 % of the samples is this many standard errors.
DETECTABLE = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)

DRAWS = 2000
LIMITS = (2.5, 97.5)

# Where the count of wijken is drawn, in LBM points of the total deviation.
CUTS = np.round(np.arange(-0.25, 0.0001, 0.002), 3)
ALL_YEARS = "alle drie de jaren"
EVERYONE = "gemiddeld"

AGREES = "komt overeen in richting"
DISAGREES = "komt niet overeen"
UNDECIDED = "niet te zeggen"
INCOMPARABLE = "niet te vergelijken"
VERDICTS = (AGREES, DISAGREES, UNDECIDED, INCOMPARABLE)

LBM = "BZK, Leefbaarometer 3.0"
TENURE = "Gemeente Amsterdam 2017 (eigendom)"
KWB_2020 = "CBS, KWB 2020 (Amsterdam)"


@dataclass(frozen=True)
class Published:
    """A figure that was published: what it said, the key of its source in book/references.bib, and when."""

    text: str
    source: str
    date: str


PUBLISHED = {
    "V1": Published("In corporatiebuurten is de overlast 15 % groter dan landelijk", "nos2018vogelaarwijken", "8-11-2018"),
    "V2": Published("In corporatiebuurten is er 9 % meer agressie dan landelijk", "nos2018vogelaarwijken", "8-11-2018"),
    "V6": Published("Ongeveer 1,5 miljoen mensen wonen in een corporatiebuurt", "nu2020achterstandswijken", "3-2-2020"),
    "V9": Published("1,7 miljoen mensen wonen waar zowel het aandeel kwetsbare bewoners als de overlast en onveiligheid "
                    "toenam", "frissen2021bewoners", "2021"),
    "V13": Published("In ongeveer een kwart van de wijken nam de concentratie kwetsbare bewoners af; overlast en "
                     "onveiligheid daalden daar vaak mee", "aedes2023spreiden", "23-5-2023"),
    "V15": Published("De leefbaarheid in corporatiebuurten ontwikkelde zich tot 2012 gunstig, daarna niet meer",
                     "ccv2018veerkracht", "2018"),
    "V16": Published("In 197 wijken in 50 gemeenten staat de leefbaarheid structureel onder druk",
                     "aedes2022leefbaarheid", "20-4-2022"),
    "V17": Published("Landelijk gaat de leefbaarheid vooruit; zwakke gebieden blijven achter",
                     "kamerbrief2022leefbaarheid", "14-4-2022"),
    "V19": Published("Landelijke cijfers van 2017 en die van Groningen van 2019", "cbs2019kwb", "2017 en 2019"),
}  # fmt: skip


@dataclass(frozen=True)
class Unchecked:
    """A published figure that open data cannot approach, with the reason; `source` is empty where the book has no entry."""

    id: str
    text: str
    source: str
    reason: str


MICRODATA = (
    "Komt uit persoonsgegevens van het CBS en gemodelleerde zorgcijfers. Open cijfers per buurt hebben we daarvan niet."
)
SURVEY = "Komt uit een enquête. Open cijfers per buurt hebben we daarvan niet."
UNCHECKED = (
    Unchecked("V3", "Psychische problemen: ongeveer vier keer zo vaak als in wijken zonder sociale huur",
              "nul202018veerkracht", MICRODATA),
    Unchecked("V4", "Bang voor beroving of lastigvallen: 20 % in kwetsbare wijken, 6 % elders", "nieuwsuur2020kwetsbare",
              SURVEY),
    Unchecked("V5", "Overlast van directe buren: drie keer het gemiddelde in kwetsbare wijken", "nieuwsuur2020kwetsbare",
              SURVEY),
    Unchecked("V7", "Psychiatrische problemen in corporatiebuurten: 1,8 %, bijna drie keer het landelijke cijfer",
              "nu2020achterstandswijken", MICRODATA),
    Unchecked("V8", "Verstandelijke beperking: 24 % in corporatiebuurten, 9 % landelijk", "nu2020achterstandswijken",
              MICRODATA),
    Unchecked("V10", "In 330 van de 350 gemeenten staat ergens de veerkracht onder druk", "frissen2021bewoners",
              "Daarvoor is het inkomen per buurt op twee momenten nodig. Dat hebben we alleen voor Amsterdam."),
    Unchecked("V11", "Het aandeel laagste inkomens in corporatiewoningen steeg tussen 2015 en 2018 met bijna 5 "
              "procentpunt", "aedesmagazine2020veerkracht", SURVEY),
    Unchecked("V12", "43 % van de laagste inkomens in sociale huur (2021)", "aedes2023spreiden",
              "De tabel met de noemer en de inkomensgroep hebben we niet gezien."),
    Unchecked("V14", "Minder buurten met bijna alleen sociale huur", "nul202023kwetsbare",
              "Eigendom hebben we voor één stad en één jaar. Daar is geen ontwikkeling uit te lezen."),
    Unchecked("V18", "Mensen in goede of uitstekende gebieden: van 41 % (2002) naar 50 % (2014)",
              "leidelmeijerzdbeeld",
              "Dat is versie 2.0 van de Leefbaarometer. Versies zijn niet te vergelijken."),
    Unchecked("V20", "Rotterdams Wijkprofiel: veiligheidsindex van 110 naar 105, onveiligheidsgevoel van 28 naar 34 %",
              "stadszakenzdwijkprofiel", "Een index van één stad, voor de helft een enquête, en van latere jaren dan de onze."),
    Unchecked("V21", "In ruim 130 achterstandsbuurten zag bijna de helft van de bewoners de leefbaarheid achteruitgaan",
              "ad2017kwetsbare",
              "Welke buurten dat zijn, weten we niet. En het gaat om wat bewoners vinden."),
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """Our counterpart of one published figure.

    Attributes:
        id: number of the published figure in `PUBLISHED`. key: of our own figure.
        what: our measure, in Dutch. value, low, high: NaN where there is none (95 % limits otherwise).
        unit, decimals, n: as numbers are published. data: publishers of our figure.
        differs: why ours is not the same figure. verdict: one of `VERDICTS`.
    """

    id: str
    key: str
    what: str
    value: float
    unit: str
    n: int
    data: str
    differs: str
    verdict: str
    low: float = math.nan
    high: float = math.nan
    decimals: int = 0


class Contrast(NamedTuple):
    """Weighted mean of a group minus that of the others, with its 95 % interval and standard error."""

    value: float
    low: float
    high: float
    error: float
    n: int
    group: int


EMPTY = Contrast(math.nan, math.nan, math.nan, math.nan, 0, 0)


def contrast(table: pd.DataFrame, group: pd.Series, outcome: pd.Series, clusters: str = "wijkcode") -> Contrast:
    """Lay a group of buurten beside the others, weighted by inhabitants.

    Args:
        table: buurten, with `inwoners_2017` and the column `clusters`.
        group: per buurt, whether it is in the group.
        outcome: per buurt; missing leaves the buurt out.
        clusters: areas whose buurten may be alike; errors allow for that.

    Returns:
        `EMPTY` where the group or the others have fewer than `FEWEST_IN_GROUP` buurten.
    """
    known = outcome.notna() & (table.inwoners_2017 > 0)
    inside = group[known].to_numpy(bool)
    if min(inside.sum(), (~inside).sum()) < FEWEST_IN_GROUP:
        return EMPTY
    design = np.column_stack([np.ones(len(inside)), inside])
    found = fit(design, outcome[known], table.inwoners_2017[known], table.loc[known, clusters])
    low, high = found.conf_int()[1]
    return Contrast(found.params[1], low, high, found.bse[1], len(inside), int(inside.sum()))


def mean(table: pd.DataFrame, outcome: pd.Series, clusters: str) -> Contrast:
    """The mean over inhabitants, in the form of a contrast with zero."""
    found = fit(np.ones((len(table), 1)), outcome, table.inwoners_2017, table[clusters])
    low, high = found.conf_int()[0]
    return Contrast(found.params[0], low, high, found.bse[0], len(table), len(table))


def verdict(sign: int, low: float, high: float) -> str:
    """Whether an interval lies on the published side of zero (+1 above, −1 below), on the other, or on both."""
    if sign * low > 0 and sign * high > 0:
        return AGREES
    if sign * low < 0 and sign * high < 0:
        return DISAGREES
    return UNDECIDED


def corporation_buurten(buurten: pd.DataFrame) -> pd.Series:
    """Per buurt whether it is a corporatiebuurt; False where tenure is not known."""
    return buurten.pct_corporatie_2017 > CORPORATION_SHARE


def corporation(buurten: pd.DataFrame, choices: Choices) -> list[Check]:
    """V1 and V2: nuisance and registered crime in corporatiebuurten of Amsterdam, beside two groups of other buurten.

    Nuisance is a difference, because the zero of the score is not an absence of nuisance; crime is a ratio.
    """
    large = buurten[buurten.inwoners_2017 >= choices.ondergrens]
    known = of_city(large, REFERENCE).dropna(subset="pct_corporatie_2017")
    country = pd.concat([large[large.gemeentecode != REFERENCE], known])
    others = {
        "amsterdam": ("andere buurten in Amsterdam", known),
        "nederland": ("alle andere buurten in Nederland", country),
    }
    city = ("Alleen corporatiebuurten in Amsterdam. Naast heel Nederland zit ook het verschil tussen Amsterdam en de rest van het "
            "land erin.")  # fmt: skip
    checks = []
    for name, (label, table) in others.items():
        group, year = corporation_buurten(table), choices.peiljaar
        onv = contrast(table, group, table[choices.outcome.column])
        checks.append(_compared(
            "V1", f"v1.onv_{name}", f"Overlast en onveiligheid (onv {year}): corporatiebuurten min {label}", onv, -1,
            "LBM-punten; lager is minder veilig", f"{LBM} ({year}); {TENURE}",
            f"{city} De score is een model en geen telling; een verhouding in procenten bestaat er niet voor.", 3))  # fmt: skip
        crime = contrast(table, group, table.misdrijven_log)
        checks.append(_compared(
            "V2", f"v2.misdrijven_{name}", f"Misdrijven per inwoner: corporatiebuurten tegen {label}", _percent(crime), 1,
            "% verschil in misdrijven per inwoner, in het gemiddelde van de logaritmen; een minteken is minder", f"{CRIME.source}; {TENURE}",
            f"{city} Alle soorten misdrijven, van {CRIME_SPAN}, geteld waar ze gebeuren; agressie is niet apart te zien.", 0))  # fmt: skip
    return checks


def _percent(found: Contrast) -> Contrast:
    """A difference of logarithms as a percentage."""
    value, low, high = (100 * math.expm1(limit) for limit in found[:3])
    return found._replace(value=value, low=low, high=high, error=math.nan)


def _compared(
    id: str, key: str, what: str, found: Contrast, sign: int, unit: str, data: str, differs: str, decimals: int
) -> Check:
    """A check whose verdict follows from the sign of a contrast."""
    return Check(id, key, what, found.value, unit, found.n, data, differs, verdict(sign, found.low, found.high),
                 found.low, found.high, decimals)  # fmt: skip


def inhabitants(buurten: pd.DataFrame) -> list[Check]:
    """V6: inhabitants of corporatiebuurten, as a number and as a share of those whose buurt has a known tenure."""
    city = of_city(buurten, REFERENCE)
    known = city.dropna(subset=["pct_corporatie_2017", "inwoners_2017"])
    inside = known[corporation_buurten(known)].inwoners_2017
    differs = "Alleen Amsterdam. En het is niet bekend of het landelijke cijfer over hele buurten gaat of over delen."
    data, n = f"{TENURE}; {KWB}", len(inside)
    share = 100 * inside.sum() / known.inwoners_2017.sum()
    return [
        Check("V6", "v6.inwoners", "Inwoners van corporatiebuurten in Amsterdam", float(inside.sum()), "inwoners", n, data,
              differs, INCOMPARABLE),
        Check("V6", "v6.aandeel", "Hun aandeel in Amsterdam, voor zover het eigendom bekend is", share,
              "% van de inwoners", len(known), data, differs, INCOMPARABLE, decimals=1),
    ]  # fmt: skip


def changes(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Buurten of Amsterdam with low income in 2017 and 2020 and nuisance in 2018 and 2020.

    Returns:
        The rows that qualify, with `inkomen` (change of % low income, percentage points) and `veiligheid` (change of onv,
        LBM points) added.
    """
    city = of_city(buurten, REFERENCE)
    table = city.assign(inkomen=city.pct_laag_inkomen_2020 - city.pct_laag_inkomen_2017,
                        veiligheid=city.onv_2020 - city.onv_2018)  # fmt: skip
    large = table[table.inwoners_2017 >= max(choices.ondergrens, 1)]
    return large.dropna(subset=["inkomen", "veiligheid"])


def falling(table: pd.DataFrame, seed: int) -> list[Check]:
    """V13: where the share of low incomes fell, and whether nuisance fell with it.

    Args:
        table: result of `changes`.
        seed: of the bootstrap over wijken.
    """
    fell = table.inkomen < 0
    more_than_city = table.inkomen < np.average(table.inkomen, weights=table.inwoners_2017)
    share = share_of(fell, table.wijkcode, seed)
    differs = ("Alleen Amsterdam, drie jaar, alleen laag inkomen; het gepubliceerde cijfer gaat over meer dan inkomen. "
               "In deze jaren daalde het aandeel lage inkomens in de hele stad.")  # fmt: skip
    data, n = f"{KWB}; {KWB_2020}", len(table)
    both = f"{LBM} (2018, 2020); {data}"
    unit = "LBM-punten; verandering van 2018 naar 2020, hoger is veiliger geworden"
    return [
        Check("V13", "v13.aandeel", "Buurten in Amsterdam waar het aandeel lage inkomens daalde, 2017 tot 2020", share[0],
              "% van de buurten", n, data, differs, INCOMPARABLE, share[1], share[2]),
        _compared("V13", "v13.veiligheid", "Verandering van onv van 2018 naar 2020: buurten met een daling min de andere",
                  contrast(table, fell, table.veiligheid), 1, unit, both, differs, 3),
        _compared("V13", "v13.veiligheid_stad", "Hetzelfde, voor buurten met een sterkere daling dan de stad gemiddeld",
                  contrast(table, more_than_city, table.veiligheid), 1, unit, both, differs, 3),
    ]  # fmt: skip


def smallest_difference(table: pd.DataFrame) -> float:
    """The smallest difference between falling and other buurten (LBM points) that would be shown in 80 % of the samples."""
    return float(DETECTABLE * contrast(table, table.inkomen < 0, table.veiligheid).error)


def share_of(hit: pd.Series, clusters: pd.Series, seed: int) -> tuple[float, float, float]:
    """Share of the rows that hit (%), with a 95 % interval from drawing whole clusters."""
    by_cluster = hit.groupby(clusters).agg(["sum", "size"]).to_numpy(float)
    drawn = np.random.default_rng(seed).integers(len(by_cluster), size=(DRAWS, len(by_cluster)))
    hits, sizes = by_cluster[drawn].sum(axis=1).T
    low, high = np.percentile(100 * hits / sizes, LIMITS)
    return 100 * float(hit.mean()), float(low), float(high)


def both_rose(table: pd.DataFrame) -> list[Check]:
    """V9: inhabitants of buurten where low income and nuisance both rose, however little.

    Args:
        table: result of `changes`.
    """
    rose = table[(table.inkomen > 0) & (table.veiligheid < 0)]
    share = 100 * rose.inwoners_2017.sum() / table.inwoners_2017.sum()
    return [Check(
        "V9", "v9.aandeel", "Inwoners van Amsterdam in buurten waar het aandeel lage inkomens steeg en de veiligheid daalde",
        share, "% van de inwoners", len(table), f"{LBM} (2018, 2020); {KWB}; {KWB_2020}",
        "Alleen Amsterdam, alleen laag inkomen, en van 2017 tot 2020; het gepubliceerde cijfer is ouder. Elke stijging telt, ook "
        "een die toeval kan zijn.", INCOMPARABLE, decimals=1)]  # fmt: skip


def since_2014(buurten: pd.DataFrame, choices: Choices) -> list[Check]:
    """V15: did corporatiebuurten of Amsterdam keep up with the others between 2014 and 2018?"""
    city = of_city(buurten[buurten.inwoners_2017 >= choices.ondergrens], REFERENCE).dropna(subset="pct_corporatie_2017")
    found = contrast(city, corporation_buurten(city), city.afw_2018 - city.afw_2014)
    return [_compared(
        "V15", "v15.afw", "Verandering van de hele score (afw) van 2014 naar 2018: corporatiebuurten min andere buurten in "
        "Amsterdam", found, -1, "LBM-punten", f"{LBM} (2014, 2018); {TENURE}",
        "Alleen Amsterdam. Onze jaren beginnen na de ommekeer. Het gepubliceerde cijfer is van vóór versie 3.0.", 3)]  # fmt: skip


def scores_by_year(wijken: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Wijken with a total deviation in every year.

    Returns:
        A column per year, `ALL_YEARS` (the best of them: a wijk is under a cut in all years exactly where its best year
        is), `gemeentecode` and `inwoners_2017`.
    """
    large = wijken[wijken.inwoners_2017 >= choices.ondergrens]
    scores = large[[f"afw_{year}" for year in YEARS]].set_axis([str(year) for year in YEARS], axis=1).dropna()
    return scores.assign(**{ALL_YEARS: scores.max(axis=1)}).join(large[["gemeentecode", "inwoners_2017"]])


def counts(scores: pd.DataFrame, cuts: np.ndarray = CUTS) -> pd.DataFrame:
    """How many wijken lie at or under each cut, per year and in all years.

    Args:
        scores: result of `scores_by_year`.
        cuts: LBM points of the total deviation.
    """
    columns = [*(str(year) for year in YEARS), ALL_YEARS]
    return pd.DataFrame(
        {name: np.searchsorted(np.sort(scores[name]), cuts, side="right") for name in columns}, index=cuts
    ).rename_axis("grens")


class Pressure(NamedTuple):
    """The cut under which a wanted number of wijken lie in all years, and in how many gemeenten those are."""

    cut: float
    wijken: int
    gemeenten: int
    inhabitants: float


def cut_for(scores: pd.DataFrame, wanted: int = PUBLISHED_WIJKEN) -> Pressure:
    """Find the lowest cut that has at least the wanted number of wijken at or under it in all years."""
    cut = scores[ALL_YEARS].nsmallest(wanted).iloc[-1]
    under = scores[scores[ALL_YEARS] <= cut]
    share = 100 * under.inwoners_2017.sum() / scores.inwoners_2017.sum()
    return Pressure(float(cut), len(under), under.gemeentecode.nunique(), float(share))


def pressure(scores: pd.DataFrame) -> list[Check]:
    """V16: the cut that gives the published number of wijken, and the number of gemeenten that goes with it."""
    found = cut_for(scores)
    differs = ("De regel kennen we niet, dus wij kozen de grens die het aantal geeft. Onze wijkcijfers zijn gemiddelden van "
               "buurten, zonder de buurten die niet te koppelen zijn.")  # fmt: skip
    data, n = f"{LBM} (2014, 2018, 2020)", len(scores)
    return [
        Check("V16", "v16.grens", f"De grens waar {found.wijken} wijken in alle drie de jaren onder blijven", found.cut,
              "LBM-punten van de hele score (afw)", n, data, differs, INCOMPARABLE, decimals=3),
        Check("V16", "v16.gemeenten", "Het aantal gemeenten waarin die wijken liggen", found.gemeenten, "gemeenten", n, data,
              differs, INCOMPARABLE),
    ]  # fmt: skip


def panel(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Buurten with burden and scores in every year, and the fifth of burden they are in (1 lightest, 5 heaviest).

    A fifth has about as many inhabitants as another; buurten of equal burden are never split over two.
    """
    needed = [f"{score}_{year}" for score in ("afw", *DIMENSIONS) for year in YEARS]
    table = select(buurten, choices, outcome=needed[0]).dropna(subset=needed)
    weight = table.groupby("belasting").gewicht.sum()
    middle = (weight.cumsum() - weight / 2) / weight.sum()
    return table.assign(vijfde=table.belasting.map(np.ceil(FIFTHS * middle)).astype(int))


def trend(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over inhabitants per score, group and year.

    Args:
        table: result of `panel`.

    Returns:
        `score` ("onv", "afw"), `groep` (1 to 5, or `EVERYONE`), `jaar`, `waarde` (LBM points), `n`.
    """
    groups = {EVERYONE: table, **{int(fifth): part for fifth, part in table.groupby("vijfde")}}
    return pd.DataFrame([
        {"score": score, "groep": name, "jaar": year, "n": len(part),
         "waarde": np.average(part[f"{score}_{year}"], weights=part.gewicht)}
        for score in ("onv", "afw") for name, part in groups.items() for year in YEARS
    ])  # fmt: skip


def progress(table: pd.DataFrame, choices: Choices) -> list[Check]:
    """V17: the national change between the first and the last year; the heaviest fifth beside the rest, in change and level.

    "Lagging" can mean either: a smaller rise, or a lower score. Both are laid beside the published sentence.

    Args:
        table: result of `panel`.
        choices: settled choices, for the sources.
    """
    first, last = YEARS[0], YEARS[-1]
    labels = {"afw": "hele score (afw)", "onv": "overlast en onveiligheid (onv)"}
    data = f"{LBM} ({first}, {last}); {choices.income.source}"
    period = f"van {first} naar {last}"
    differs = ("De periode en de groep zwakke gebieden van de Kamerbrief kennen we niet. Wij nemen buurten die in alle jaren een "
               "score hebben, en noemen zwak: het vijfde deel van de inwoners met het hoogste aandeel zeer lage inkomens.")  # fmt: skip
    checks = []
    for score, label in labels.items():
        change = table[f"{score}_{last}"] - table[f"{score}_{first}"]
        checks.append(_compared("V17", f"v17.{score}_landelijk", f"Verandering van de {label} {period}, gemiddeld",
                                mean(table, change, "gemeentecode"), 1, "LBM-punten", data, differs, 3))  # fmt: skip
        heaviest = contrast(table, table.vijfde == FIFTHS, change, "gemeentecode")
        checks.append(_compared("V17", f"v17.{score}_zwaarst", f"Dezelfde verandering van de {label}: vijfde met de meeste zeer lage inkomens min de rest",
                                heaviest, -1, "LBM-punten; onder nul is achterblijven", data, differs, 3))  # fmt: skip
        level = contrast(table, table.vijfde == FIFTHS, table[f"{score}_{last}"], "gemeentecode")
        checks.append(_compared("V17", f"v17.{score}_stand", f"Stand in {last} van de {label}: vijfde met de meeste zeer lage inkomens min de rest",
                                level, -1, "LBM-punten; onder nul is achterblijven", data, differs, 3))  # fmt: skip
    return checks


def parts(table: pd.DataFrame) -> pd.Series:
    """Per dimension the change of the heaviest fifth minus the rest (LBM points); they add up to that of the total.

    Args:
        table: result of `panel`.
    """
    first, last = YEARS[0], YEARS[-1]
    return pd.Series({
        name: contrast(table, table.vijfde == FIFTHS, table[f"{name}_{last}"] - table[f"{name}_{first}"], "gemeentecode").value
        for name in DIMENSIONS
    })  # fmt: skip


# KWB figures of one place: what CBS published, by our column. Groningen is of 2019 (84583NED), the Netherlands of 2017.
ANCHORS = {
    ("Nederland", None, 2017): {"pct_laag_inkomen_2017": 7.9, "pct_sociaal_minimum_2017": 7.2},
    ("Groningen", "GM0014", 2019): {
        "pct_laagste40_2017": 59.8, "pct_laag_inkomen_2017": 13.6, "pct_sociaal_minimum_2017": 11.6,
    },
}  # fmt: skip
ANCHOR_LABELS = {
    "pct_laagste40_2017": "landelijk laagste 40 %", "pct_laag_inkomen_2017": "laag inkomen",
    "pct_sociaal_minimum_2017": "onder of rond het sociaal minimum",
}  # fmt: skip


def anchors(buurten: pd.DataFrame) -> pd.DataFrame:
    """V19: is each column what its name says? Means over inhabitants, beside the published figure of the place.

    Returns:
        Per figure `plaats`, `jaar` (of the published figure), `cijfer`, `gepubliceerd`, `waarde` (2017), `n`, `inwoners`
        (those behind our figure), and `juist`: no other published figure of the place lies nearer to ours than its own.
    """
    rows = []
    for (place, code, year), published in ANCHORS.items():
        area = buurten if code is None else of_city(buurten, code)
        for column, value in published.items():
            known = area.dropna(subset=[column, "inwoners_2017"])
            known = known[known.inwoners_2017 > 0]
            ours = float(np.average(known[column], weights=known.inwoners_2017))
            nearest = min(published, key=lambda other, ours=ours, of=published: abs(of[other] - ours))
            rows.append({"plaats": place, "jaar": year, "cijfer": ANCHOR_LABELS[column], "gepubliceerd": value,
                         "waarde": ours, "n": len(known), "inwoners": known.inwoners_2017.sum(),
                         "juist": nearest == column})  # fmt: skip
    return pd.DataFrame(rows)


def checks(buurten: pd.DataFrame, wijken: pd.DataFrame, choices: Choices) -> list[Check]:
    """Every figure that could be laid beside a published one, in the order of the published figures.

    Args:
        buurten: the dataset's table, prepared (`measures.sample.prepare`).
        wijken: the dataset's table.
        choices: settled choices.
    """
    moved = changes(buurten, choices)
    found = [
        *corporation(buurten, choices), *inhabitants(buurten), *both_rose(moved), *falling(moved, choices.zaad),
        *since_2014(buurten, choices), *pressure(scores_by_year(wijken, choices)), *progress(panel(buurten, choices), choices),
    ]  # fmt: skip
    return sorted(found, key=lambda check: int(check.id[1:]))
