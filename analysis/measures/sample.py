"""Who is in the analysis: buurten with both figures and enough inhabitants, and the share of inhabitants they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import BIG_CITY, CRIME_YEARS, Choices
from analysis.dataset.validate import NATIONAL_2017
from analysis.errors import InvalidInput
from analysis.measures import absence, context

# The register's plain slopes keep this cut, so that they can be checked against any other count (research design).
REGISTER_CUT = 200

# A curve of four degrees of freedom needs at least this many buurten: four for each coefficient.
FEWEST_FOR_CHAPTER = 20

# Added to every count, so that a buurt without a crime has a logarithm.
HALF_A_CRIME = 0.5

# A buurt that grew or shrank beyond these between 2017 and 2024 may be another neighbourhood by now (research design).
STEADY = (0.7, 1.5)


def big_cities(gemeenten: pd.DataFrame) -> pd.DataFrame:
    """Gemeenten of 100,000 inhabitants or more in 2017, largest first."""
    return gemeenten[gemeenten.inwoners_2017 >= BIG_CITY].sort_values("inwoners_2017", ascending=False)


def crimes(buurten: pd.DataFrame, years: Iterable[int] = CRIME_YEARS) -> pd.Series:
    """Registered crimes of these years together; missing where one of the years is."""
    return buurten[[f"misdrijven_{year}" for year in years]].sum(axis=1, skipna=False)


def crime_rate(counted: pd.Series, residents: pd.Series, years: int = len(CRIME_YEARS)) -> pd.Series:
    """Crimes per 1,000 residents and year."""
    return 1000 * counted / (years * residents)


def with_crime(buurten: pd.DataFrame, years: tuple[int, ...] = CRIME_YEARS) -> pd.DataFrame:
    """Add the second outcome: `misdrijven`, registered crimes of the years together, and `misdrijven_log`, the log of their
    number per 1,000 residents of 2024 and year.

    Half a crime is added so that a buurt without any keeps a finite value. Buurten that are no longer the same size
    (`STEADY`) have no rate.
    """
    counted = crimes(buurten, years)
    same = buurten.verhouding_2024_2017.between(*STEADY) & (buurten.inwoners_2024 > 0)
    rate = crime_rate(counted + HALF_A_CRIME, buurten.inwoners_2024.where(same), len(years))
    return buurten.assign(misdrijven=counted, misdrijven_log=np.log(rate))


def select(buurten: pd.DataFrame, choices: Choices, cut: int | None = None, outcome: str | None = None) -> pd.DataFrame:
    """Buurten with burden, outcome and enough inhabitants.

    Args:
        buurten: the dataset's table, all gemeenten or one.
        choices: settled choices; give the income measure, the year and the cut.
        cut: fewest inhabitants; the choices' own when left out.
        outcome: column of the outcome; the choices' own when left out.

    Returns:
        The rows that qualify, with `belasting` (%), `uitkomst` and `gewicht` (inhabitants) added.
    """
    table = buurten.assign(
        belasting=buurten[choices.income.column],
        uitkomst=buurten[outcome or choices.outcome.column],
        gewicht=buurten.inwoners_2017,
    )
    fewest = choices.ondergrens if cut is None else cut
    return table[table.gewicht >= max(fewest, 1)].dropna(subset=["belasting", "uitkomst"])


def of_city(buurten: pd.DataFrame, gemeentecode: str) -> pd.DataFrame:
    """The buurten of one gemeente."""
    return buurten[buurten.gemeentecode == gemeentecode]


def one_city(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """The table itself, where all its buurten lie in one gemeente.

    A curve through the buurten of several cities is drawn without complaint, and is the curve of none of them.

    Args:
        table: of the dataset, or a sample; one that names no gemeente is invented, and passes.
        what: is worked out, in Dutch, as the sentence begins.

    Raises:
        InvalidInput: where there are more.
    """
    count = table.gemeentecode.nunique() if "gemeentecode" in table else 1
    if count > 1:
        raise InvalidInput(f"{what} geldt voor één gemeente, maar hier staan buurten van {count}: kies er eerst een.")
    return table


def select_city(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """The sample of the chosen gemeente.

    Raises:
        InvalidInput: when it has too few buurten for a chapter of its own.
    """
    own = of_city(buurten, choices.gemeentecode)
    table = select(own, choices)
    if len(table) < FEWEST_FOR_CHAPTER:
        raise InvalidInput(absence.of_gemeente(own, choices, FEWEST_FOR_CHAPTER, "deze berekening"))
    return table


def of_cities(buurten: pd.DataFrame, cities: pd.DataFrame) -> pd.DataFrame:
    """The buurten of these gemeenten."""
    return buurten[buurten.gemeentecode.isin(cities.index)]


def burden_of_cities(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Per city the mean burden over inhabitants (`belasting`, %), over buurten that have the figure."""
    known = of_cities(buurten, cities).dropna(subset=[choices.income.column, "inwoners_2017"])
    by_city = known.groupby("gemeentecode")
    total = (known[choices.income.column] * known.inwoners_2017).groupby(known.gemeentecode).sum()
    return cities.assign(belasting=total / by_city.inwoners_2017.sum(), buurten=by_city.size())


@dataclass(frozen=True)
class Coverage:
    """Shares of the inhabitants of 2017 (0 to 100 %) that survive each step, and the buurten at the end."""

    linked: float
    with_outcome: float
    in_sample: float
    buurten: int


def coverage(buurten: pd.DataFrame, inhabitants: float, choices: Choices, cut: int) -> Coverage:
    """How many of the inhabitants live in buurten that are linked, have an outcome, and are in the sample."""
    linked = buurten[buurten.inwoners_2017.notna()]
    steps = (linked, linked[linked[choices.outcome.column].notna()], select(buurten, choices, cut))
    shares = [100 * step.inwoners_2017.sum() / inhabitants for step in steps]
    return Coverage(*shares, buurten=len(steps[-1]))


def coverage_of_country(buurten: pd.DataFrame, choices: Choices, cut: int) -> Coverage:
    """Coverage of the Netherlands, against the national row of KWB 2017."""
    return coverage(buurten, NATIONAL_2017["AantalInwoners"], choices, cut)


def _of_2017(buurten: pd.DataFrame, links: pd.DataFrame, cities: pd.Index) -> pd.DataFrame:
    """Buurten that belonged to these gemeenten in 2017: a city that grew by a merger counts as it was."""
    known = links.buurtcode.dropna()
    home = pd.Series("GM" + known.index.str[2:6], index=known.to_numpy())
    return buurten[buurten.index.map(home).isin(cities)]


def coverage_of_cities(
    buurten: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame, choices: Choices, cut: int
) -> Coverage:
    """Coverage of these cities together, as they were in 2017, against their own totals in KWB 2017.

    Args:
        buurten: the dataset's table.
        links: the dataset's table `koppeling`, indexed by the code of 2017.
        cities: rows of `gemeenten`.
        choices, cut: as in `coverage`.
    """
    return coverage(_of_2017(buurten, links, cities.index), cities.inwoners_2017.sum(), choices, cut)


def coverage_by_city(
    buurten: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame, choices: Choices
) -> pd.DataFrame:
    """Per city the shares of `Coverage` under the choices' own cut."""
    rows = {
        code: {
            "gemeente": city.gemeentenaam,
            "inwoners": city.inwoners_2017,
            **vars(
                coverage(_of_2017(buurten, links, pd.Index([code])), city.inwoners_2017, choices, choices.ondergrens)
            ),
        }
        for code, city in cities.iterrows()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


def prepare(buurten: pd.DataFrame) -> pd.DataFrame:
    """Add what the models need to the dataset's table: log crime rate and derived characteristics."""
    return context.add(with_crime(buurten))
