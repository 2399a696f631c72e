"""The tables of the levers: which columns, under which headings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import CRIME, Choices
from analysis.figures.listing import Listing
from analysis.figures.tables import CitedTable, Column, Table
from analysis.intervals import CONFIDENCE, DRAWS
from analysis.levers import assumptions, effect, scenario, spread, waterbed
from analysis.levers.evidence import LEVERS
from analysis.measures import neighbourhoods

# Buurten at each end of a table of who wins and who loses.
MOST_SHIFTED = 5


def instruments(name: str, table: pd.DataFrame, register: pd.DataFrame) -> Table:
    """Every instrument, how many findings there are about it, the best grade, and what it asks of others."""
    found = table.bewijs.fillna("").str.split()
    grade = found.map(lambda ids: min(register.graad[ids], default="–"))
    rows = table.assign(
        naam=[f"{number}. {LEVERS[number]}" for number in table.hefboom], aantal=found.map(len), graad=grade
    )
    columns = [
        Column("instrument", "Instrument"), Column("naam", "Hefboom"), Column("aantal", "Bevindingen", 0),
        Column("graad", "Sterkste graad"), Column("vraagt_van", "Wat het van anderen vraagt"),
    ]  # fmt: skip
    caption = (
        "De instrumenten per hefboom, met het aantal bevindingen in het bewijsregister. Nul betekent dat wij geen bron vonden, niet dat het niet "
        "werkt. Wat een instrument van anderen vraagt, is onze lezing."
    )
    return Table(name, caption, columns, rows.reset_index(), "instrument")


def declared(name: str, held: assumptions.Assumptions, beside: pd.DataFrame, choices: Choices) -> Table:
    """The assumptions, with their reason and what others might hold."""
    reasons = {
        "doorstroming": "onderzoeksplan; een open bron vonden wij niet",
        "sociale_huur": _beside(beside, "corporatie", choices)
        + "; hoger, omdat wie nu komt vaker een laag inkomen heeft dan wie er al woont (eigen inschatting)",
        "middenhuur": _beside(beside, "koop", choices),
    }
    rows = pd.DataFrame([
        {"aanname": dutch.sentence_case(assumptions.MEANINGS[key]), "waarde": value,
         "anders": dutch.interval(*assumptions.OTHERS[key]), "reden": reasons[key]}
        for key, value in vars(held).items()
    ])  # fmt: skip
    columns = [
        Column("aanname", "Aanname"), Column("waarde", "Waarde (%)", 0), Column("anders", "Ook uitgerekend met (%)"),
        Column("reden", "Waarom"),
    ]  # fmt: skip
    caption = "Wat de scenario’s aannemen. Het zijn keuzes van ons, geen metingen."
    return Table(name, caption, columns, rows)


def _beside(table: pd.DataFrame, tenure: str, choices: Choices) -> str:
    """What is known of Amsterdam buurten with nearly one tenure, laid beside a declared assumption."""
    row = table.loc[tenure]
    if not row.buurten or np.isnan(row.belasting):
        return "aanname; er zijn geen buurten om naast te leggen"
    kind = {"corporatie": "corporatiewoningen", "koop": "koopwoningen"}[tenure]
    return (
        f"aanname; ter vergelijking: {dutch.number(row.belasting, 1)} % van alle huishoudens in de {dutch.count(row.buurten, 'Amsterdamse buurt')} "
        f"vanaf {dutch.count(choices.ondergrens, 'inwoner')} met minstens {dutch.number(assumptions.NEARLY_ALL)} % {kind}"
    )


def all_buurten(name: str, buurten: pd.DataFrame, deviations: pd.DataFrame, choices: Choices) -> Listing:
    """All buurten of a city with their figures and deviations: a line that leads to them, and their CSV.

    Args:
        name: of the CSV.
        buurten: the dataset's table.
        deviations: of the city's page (`levers.sheet.Sheet`).
        choices: settled choices, for the city.
    """
    return Listing(name, neighbourhoods.of_city(buurten, choices.gemeentecode, deviations), choices)


def outcomes(name: str, found: list[scenario.Outcome], choices: Choices) -> Table:
    """Scenarios side by side: households before and after, and both outcomes along both curves."""
    rows = pd.DataFrame([_outcome_row(one) for one in found])
    columns = [
        Column("scenario", "Scenario"),
        Column("voor", "Zeer laag inkomen nu (%)", 1), Column("na", "Daarna (%)", 1),
        Column("verdunning", "Door meer huishoudens (punt)", 1), Column("verplaatsing", "Doordat anderen er wonen (punt)", 1),
        Column("verhuisd", "Huishoudens die elders wonen", 0),
        Column("onv", "Veiligheid, rechte lijn", 3, "onv_laag", "onv_hoog", kind=CONFIDENCE),
        Column("onv_krom", "Idem, gebogen lijn", 3, "onv_krom_laag", "onv_krom_hoog", kind=CONFIDENCE),
        Column("misdrijven", "Misdrijven, rechte lijn, %", 1, "misdrijven_laag", "misdrijven_hoog", kind=CONFIDENCE),
        Column("misdrijven_krom", "Idem, gebogen lijn, %", 1, "misdrijven_krom_laag", "misdrijven_krom_hoog", kind=CONFIDENCE),
    ]  # fmt: skip
    caption = (
        "Voorspeld verschil in de buurt zelf; veiligheid in LBM-punten, hoger is veiliger. Huishoudens zijn geschat. Geen effect: wat het verband "
        f"tussen buurten voorspelt als er niets anders verandert. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows)


def outcomes_in_short(name: str, found: list[scenario.Outcome], choices: Choices) -> Table:
    """The same on the page of a city: per outcome the curve that is straight, and what the bent one says beside it."""
    rows = pd.DataFrame([_outcome_row(one) for one in found])
    columns = [
        Column("scenario", "Als …"),
        Column("voor", "Zeer laag inkomen nu (%)", 1), Column("na", "Daarna (%)", 1),
        Column("onv", "Veiligheid, LBM-punten", 3, "onv_laag", "onv_hoog", kind=CONFIDENCE), Column("onv_krom", "Idem, gebogen lijn", 3),
        Column("misdrijven", "Misdrijven, %", 1, "misdrijven_laag", "misdrijven_hoog", kind=CONFIDENCE),
        Column("misdrijven_krom", "Idem, gebogen lijn", 1),
        Column("verhuisd", "Huishoudens met een zeer laag inkomen die verhuizen", 0),
    ]  # fmt: skip
    caption = (
        "Wat het verband tussen buurten voorspelt voor de buurt zelf, als er niets anders verandert; geen effect. Zonder ‘gebogen’: rechte lijn. "
        f"Huishoudens zijn geschat. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows)


def _outcome_row(one: scenario.Outcome) -> dict[str, object]:
    row = {
        "scenario": one.title, "voor": one.count.belasting["voor"], "na": one.count.belasting["na"], **one.steps,
        "verhuisd": one.moved,
    }  # fmt: skip
    empty = {"value": np.nan, "low": np.nan, "high": np.nan}
    own = one.differences[one.differences.gebied == "buurt"].set_index(["uitkomst", "lijn"])
    for labels, key in (((effect.ONV, effect.STRAIGHT), "onv"), ((effect.ONV, effect.CURVED), "onv_krom"),
                        ((effect.CRIMES, effect.STRAIGHT), "misdrijven"), ((effect.CRIMES, effect.CURVED), "misdrijven_krom")):  # fmt: skip
        values = own.loc[labels] if labels in own.index else empty
        row |= {key: values["value"], f"{key}_laag": values["low"], f"{key}_hoog": values["high"]}
    return row


def elsewhere(name: str, found: list[scenario.Outcome]) -> Table:
    """Where the households are counted that no longer live in the buurt, or came from."""
    rows = pd.concat([one.elsewhere.assign(scenario=one.title) for one in found])
    columns = [
        Column("scenario", "Scenario"), Column("buurtnaam", "Buurt"), Column("belasting", "Zeer laag inkomen nu (%)", 1),
        Column("verschil", "Huishoudens met een zeer laag inkomen erbij", 1), Column("verschil_punten", "Verschil (punt)", 2),
    ]  # fmt: skip
    caption = (
        "De buurten waar het aantal huishoudens met een zeer laag inkomen het meest verandert, als wie verhuist in dezelfde stad blijft. "
        "Aanname: zij verdelen zich naar waar zulke huishoudens nu al wonen."
    )
    return Table(name, caption, columns, rows.reset_index())


def sensitivity(name: str, table: pd.DataFrame) -> Table:
    """One scenario under other assumptions."""
    columns = [
        Column("scenario", "Scenario"), Column("aanname", "Aanname"), Column("na", "Zeer laag inkomen daarna (%)", 1),
        Column("value", "Veiligheid, rechte lijn", 3, "low", "high", kind=CONFIDENCE),
    ]  # fmt: skip
    caption = "Dezelfde scenario’s als één aanname anders is. LBM-punten, verschil in de buurt zelf."
    return Table(name, caption, columns, table)


def net_gain(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The net gain under every curve, weighting and outcome."""
    names = {
        effect.ONV: "overlast en onveiligheid",
        effect.SCORES: "idem, in rangorde (normaalscores)",
        effect.CRIMES: "aantal misdrijven",
    }
    rows = table.assign(uitkomst=table.uitkomst.map(names), decimalen=np.where(table.uitkomst == effect.CRIMES, 1, 4))
    columns = [
        Column("verdeling", "Verdeling"), Column("uitkomst", "Uitkomst"), Column("lijn", "Lijn"), Column("gewichten", "Gewichten van de lijn"),
        Column("value", "Verschil voor alle steden samen", 4, "low", "high", "decimalen", kind=CONFIDENCE), Column("eenheid", "Eenheid"),
        Column("steden", "Steden", 0), Column("n", "Buurten", 0),
    ]  # fmt: skip
    caption = (
        f"Verschil in het gemiddelde over alle huishoudens; bij misdrijven in het aantal. {dutch.sentence_case(waterbed.EVEN)}: {scenario.DEFAULT_YEARS} jaar "
        "lang. Langs een rechte lijn is het bij overlast en onveiligheid altijd precies nul. Bij misdrijven niet: die lijn loopt door logaritmen, en hier "
        f"tellen aantallen. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows)


def shifts(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """Who wins and who loses: where the very low incomes change most when every dwelling that falls free is shared evenly."""
    ordered = table.sort_values("verschil")
    rows = pd.concat([ordered.head(MOST_SHIFTED), ordered.tail(MOST_SHIFTED)])
    columns = [
        Column("buurtnaam", "Buurt"), Column("belasting", "Zeer laag inkomen nu (%)", 1), Column("belasting_na", "Daarna (%)", 1),
        Column("verschil", "Huishoudens met een zeer laag inkomen erbij", 0),
    ]  # fmt: skip
    caption = (
        f"Het waterbed in Amsterdam: de buurten waar het aantal huishoudens met een zeer laag inkomen het meest daalt en stijgt, als elke vrijgekomen woning "
        f"{scenario.DEFAULT_YEARS} jaar lang gelijk verdeeld wordt. Huishoudens zijn geschat. Bron: {choices.income.source}."
    )
    return Table(name, caption, columns, rows.reset_index())


def plans(name: str, table: pd.DataFrame, choices: Choices, with_city: bool = True) -> Table:
    """Average and worst-off side by side, per plan (and city)."""
    rows = table[table.plan != spread.NOTHING] if with_city else table
    columns = [
        *([Column("gemeente", "Gemeente")] if with_city else []),
        Column("plan", "Plan"),
        Column("winst_slechtste", "Minst veilige tiende", 3, "winst_slechtste_laag", "winst_slechtste_hoog", kind=DRAWS),
        Column("winst_anders", f"Idem, langs {spread.other_year(choices)}", 3),
        Column("winst", "Hele stad", 4, "winst_laag", "winst_hoog", kind=DRAWS),
        Column("misdrijven", "Aantal misdrijven, hele stad (%)", 1),
        Column("verhuisd", "Huishoudens die elders wonen", 0),
        *([Column("lijn", "Lijn")] if with_city else []),
    ]
    caption = (
        "Verschil met niets doen, binnen de verhuizingen van één jaar (LBM-punten, hoger is veiliger). Minst veilige tiende: het tiende deel van de "
        "huishoudens dat in de minst veilige buurten woont. De beste spreiding is gekozen op de ene helft van de trekkingen van de lijn; winst en "
        f"grenzen komen van de andere. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows.reset_index(), "stad" if with_city else "")


def order(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The four levers in the order in which they come up."""
    rows = table.assign(
        naam=[f"{row.nummer}. {row.hefboom}" for row in table.itertuples()],
        gunstig_van=[f"{row.gunstig} van {row.bevindingen}" for row in table.itertuples()],
        bewijs=[f"graad {row.graad}: {row.richting}" for row in table.itertuples()],
        deel=[_range(row.laag, row.hoog) for row in table.itertuples()],
    )
    columns = [
        Column("naam", "Hefboom"), Column("plaats", "Volgorde", 0), Column("gesprek", "Gesprek over"),
        Column("deel", "Deel van het verschil (%)"), Column("bewijs", "Sterkste bewijs"),
        Column("gunstig_van", "Gunstige bevindingen"),
    ]  # fmt: skip
    caption = (
        "Volgorde: eerst wat beide maten voorop zetten, dan het sterkste bewijs; een gelijk getal is geen volgorde. Deel van het verschil: hoeveel van wat de minst veilige buurten van de stad scheidt, bij het aandeel "
        f"zeer lage inkomens past (woningen en toewijzing) of niet (aanpak in de buurt), volgens de laagste en de hoogste van de twee maten. Het is niet wat een hefboom kan "
        f"oplossen. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}; bewijsregister."
    )
    return Table(name, caption, columns, rows)


def _range(low: float, high: float) -> str:
    if np.isnan(low):
        return dutch.MISSING
    return dutch.number(low) if round(low) == round(high) else dutch.interval(low, high)


def start(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The buurten to look at first."""
    rows = table.assign(
        misdrijf=np.exp(table.misdrijven_log),
        plaats=[dutch.interval(low, high) if low != high else dutch.number(low)
                for low, high in zip(table.plaats_laag, table.plaats_hoog, strict=True)],
    )  # fmt: skip
    columns = [
        Column("buurtnaam", "Buurt"), Column("gesprek", "Gesprek begint bij"), Column("belasting", "Zeer laag inkomen (%)", 1),
        Column("kloof", "Veiligheid: verschil met de stad", 2), Column("plaats", "Plaats (1 = minst veilig)"),
        Column("afwijking", "Afwijking van verwachting", 2, "laag", "hoog", kind=DRAWS),
        Column("misdrijf", "Misdrijven per 1.000 inwoners", 0), Column("gewicht", "Inwoners", 0),
    ]  # fmt: skip
    caption = (
        "Van de buurten met meer zeer lage inkomens dan de stad: de minst veilige (gemiddelde van 2014, 2018 en 2020; LBM-punten). Plaats: 1 is de minst veilige buurt; de beste en "
        f"de slechtste in die jaren. Bron: {choices.outcome.source} en andere jaren; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, rows.reset_index())


def frame(name: str, table: pd.DataFrame) -> CitedTable:
    """The national frame and the preconditions, with their sources; what is about one city stands on its page."""
    national = table[table.gemeente.isna()]
    cells = national.assign(cite=[f"{{cite:t}}`{key}`" for key in national.bron])
    return CitedTable(
        name, "Randvoorwaarden en landelijke afspraken, stand 2022. De gebieden per stad staan op de stadsbladen, en in de cijfers.", ("Soort", "Waarover", "Wat", "Bron"),
        cells[["soort", "naam", "bevinding", "cite"]], table.reset_index(), "onderwerp",
    )  # fmt: skip


def key_figures(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The city in figures, beside the middle of the big cities."""
    columns = [
        Column("wat", "Kerncijfer"), Column("stad", "Deze stad", 1, places="decimalen"),
        Column("midden", "Middelste grote stad", 1, places="decimalen"), Column("plaats", "Plek (1 = hoogste cijfer)"),
    ]  # fmt: skip
    caption = f"Kerncijfers. Plek 1 is de grote stad met het hoogste cijfer. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    return Table(name, caption, columns, table, sortable=False)
