"""One city as scenarios see it: its buurten with their households, and how many of these have a very low income."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.choices import Choices, nearest
from analysis.errors import InvalidInput
from analysis.measures.sample import of_city, select

# The second outcome; `measures.sample.with_crime` adds it.
CRIME = "misdrijven_log"


@dataclass(frozen=True)
class City:
    """The buurten of one city that scenarios move households between.

    Attributes:
        name, code: of the gemeente.
        buurten: per buurt the columns of `measures.sample.select` with `huishoudens` (an estimate), `huishoudens_fout`
            (relative standard error), `arm` (households at or around the social minimum) and `misdrijven_log` (may miss).
        known: share of the city's inhabitants (0 to 100 %) that live in these buurten.
    """

    name: str
    code: str
    buurten: pd.DataFrame
    known: float

    @property
    def households(self) -> np.ndarray:
        """Households per buurt, shape (n,)."""
        return self.buurten.huishoudens.to_numpy(float)

    @property
    def poor(self) -> np.ndarray:
        """Of these, at or around the social minimum, shape (n,)."""
        return self.buurten.arm.to_numpy(float)

    def place(self, buurt: str) -> int:
        """Where a buurt stands in the table, by name or code.

        Raises:
            InvalidInput: when the city has no such buurt with all figures, with the nearest names.
        """
        names = self.buurten.buurtnaam.str.lower()
        hits = np.flatnonzero((names == buurt.lower()) | (self.buurten.index == buurt.upper()))
        if len(hits) == 1:
            return int(hits[0])
        if len(hits) > 1:
            codes = " of ".join(self.buurten.index[hits])
            raise InvalidInput(f"In {self.name} heten {len(hits)} buurten {buurt!r}: geef de code ({codes}).")
        known = dict(zip(names, self.buurten.buurtnaam, strict=True))
        raise InvalidInput(
            f"Buurt {buurt!r} staat niet bij de buurten van {self.name} met alle cijfers{nearest(buurt.lower(), known)}."
        )


def of(buurten: pd.DataFrame, households: pd.DataFrame, choices: Choices) -> City:
    """The chosen city.

    Args:
        buurten: the dataset's table, prepared, all gemeenten.
        households: result of `households.estimate` for these buurten.
        choices: settled choices.
    """
    own = of_city(buurten, choices.gemeentecode)
    table = select(own, choices).join(households)
    table["arm"] = table.huishoudens * table.belasting / 100
    known = 100 * table.gewicht.sum() / own.inwoners_2017.sum() if len(table) else 0.0
    return City(choices.gemeente, choices.gemeentecode, table, float(known))
