"""The tables that stand on the pages: which columns, under which headings."""

from __future__ import annotations

import pandas as pd

from analysis import dutch
from analysis.choices import CRIME, Choices
from analysis.figures.tables import Column, Table
from analysis.intervals import CONFIDENCE, DRAWS


def coverage(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """Coverage per city."""
    columns = [
        Column("gemeente", "Gemeente"),
        Column("inwoners", "Inwoners 2017", 0),
        Column("linked", "Gekoppeld (%)", 1),
        Column("with_outcome", "Met score (%)", 1),
        Column("in_sample", "In de figuren (%)", 1),
        Column("buurten", "Buurten in de figuren", 0),
    ]
    caption = (
        f"Aandeel van de inwoners dat overblijft, per grote stad, bij buurten vanaf {dutch.number(choices.ondergrens)} "
        f"inwoners, binnen de grenzen van 2017. Door afronding van het CBS kan een aandeel net boven 100 uitkomen. "
        f"Bron: {choices.income.source}; {choices.outcome.source}."
    )
    return Table(name, caption, columns, table.reset_index(), "gemeente")


def sensitivity(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """The slope under other choices."""
    columns = [
        Column("variant", "Keuze"),
        Column("value", "LBM-punten per 10 procentpunt", 3, "low", "high", kind=CONFIDENCE),
        Column("standardised", "Correlatie met gewichten", 2),
        Column("n", "Buurten", 0),
        Column("errors", "Marge"),
    ]
    caption = (
        f"Het verband in {choices.gemeente} als één keuze verandert. Inkomensmaten hebben een verschillende spreiding: "
        f"vergelijk die op de correlatie. Bron: {choices.outcome.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, table)


def deviations(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """Every buurt with its deviation, from least safe to safest compared with what was expected."""
    columns = [
        Column("buurtnaam", "Buurt"),
        Column("gewicht", "Inwoners", 0),
        Column("belasting", "Zeer laag inkomen (%)", 1),
        Column("uitkomst", "Veiligheid (onv)", 2),
        Column("afwijking", "Afwijking van verwachting", 2, "laag", "hoog", kind=DRAWS),
        Column("rang", "Rang", 0, "rang_laag", "rang_hoog", kind=DRAWS),
        Column("type", "Type"),
    ]
    caption = (
        f"{dutch.sentence_case(dutch.share(len(table), len(table), 'buurt'))} van {choices.gemeente} met {dutch.count(choices.ondergrens, 'inwoner')} of "
        f"meer, van minder veilig naar veiliger dan verwacht (LBM-punten). Rang 1 is het minst veilig vergeleken met de verwachting. Bron: {choices.outcome.source}; "
        f"{choices.income.source}."
    )
    return Table(name, caption, columns, table.sort_values("afwijking").reset_index(), "buurt")


def description(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """Groups of buurten side by side; each figure with the decimals that its size asks for."""
    places = table.gemiddelde.abs().map(lambda size: 2 if size < 1 else 1 if size < 100 else 0)
    columns = [
        Column("kenmerk", "Kenmerk"),
        Column("eenheid", "Eenheid"),
        Column("groep", "Groep"),
        Column("gemiddelde", "Gemiddelde", 1, places="decimalen"),
        Column("p10", "Laagste tiende", 1, places="decimalen"),
        Column("p50", "Middelste buurt", 1, places="decimalen"),
        Column("p90", "Hoogste tiende", 1, places="decimalen"),
        Column("n", "Buurten", 0),
    ]
    caption = (
        "Gemiddelde over inwoners, en de buurten op 10, 50 en 90 procent van de rangorde. "
        f"Bron: {choices.outcome.source}; CBS, KWB 2017 (83765NED)."
    )
    return Table(name, caption, columns, table.assign(decimalen=places))


def cities(name: str, onv: pd.DataFrame, crimes: pd.DataFrame, choices: Choices) -> Table:
    """Both slopes of every city, in standard deviations too."""
    joined = onv.assign(value=10 * onv.value, low=10 * onv.low, high=10 * onv.high).join(
        crimes[["standardised", "n"]].rename(columns={"standardised": "standaard_misdrijven", "n": "n_misdrijven"})
    )
    columns = [
        Column("gemeente", "Gemeente"),
        Column("value", "LBM-punten per 10 procentpunt", 3, "low", "high", kind=CONFIDENCE),
        Column("r2", "R²", 2),
        Column("standardised", "Leefbaarometer (sd)", 2),
        Column("standaard_misdrijven", "Misdrijven (sd)", 2),
        Column("n", "Buurten", 0),
        Column("n_misdrijven", "Buurten met misdrijven", 0),
    ]
    caption = (
        "De helling per grote stad. De kolommen met sd zijn standaardafwijkingen van de uitkomst per 10 procentpunt meer zeer "
        "lage inkomens; bij misdrijven is hoger meer misdrijven. Een streepje: te weinig buurten waarvan de code van 2024 "
        f"nog dezelfde is. Bron: {choices.outcome.source}; {CRIME.source}; {choices.income.source}."
    )
    return Table(name, caption, columns, joined.reset_index(), "gemeente")


def need(name: str, table: pd.DataFrame, choices: Choices) -> Table:
    """Need per city."""
    kinds = [column for column in table.columns if "," in column or column.startswith("niet")]
    columns = [
        Column("gemeente", "Gemeente"),
        Column("belasting", "Zeer laag inkomen (%)", 1),
        Column("n", "Buurten", 0),
    ]
    columns += [Column(kind, f"{kind[0].upper()}{kind[1:]} (%)", 0) for kind in kinds]
    caption = (
        "Per grote stad het gemiddelde aandeel zeer lage inkomens en het aandeel van de inwoners in buurten van elk type. "
        f"Bron: BZK, Leefbaarometer 3.0 (2014, 2018, 2020); {choices.income.source}."
    )
    return Table(name, caption, columns, table.reset_index(), "gemeente")


def grades(name: str, counts: pd.DataFrame, levers: dict[int, str], meanings: dict[str, str]) -> Table:
    """How many findings there are per lever and grade."""
    table = counts.assign(hefboom=[f"{number}. {levers[number]}" for number in counts.index])
    columns = [
        Column("hefboom", "Hefboom"),
        *(Column(grade, f"Graad {grade}", 0) for grade in counts.columns),
    ]
    explained = "; ".join(f"{grade}: {meaning}" for grade, meaning in meanings.items())
    caption = f"Aantal bevindingen in het bewijsregister. {explained}."
    return Table(name, caption, columns, table)
