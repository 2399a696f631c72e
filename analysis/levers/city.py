"""One city as scenarios see it: its buurten with their households, and how many of these have a very low income."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.choices import CRIME, Choices
from analysis.errors import InvalidInput
from analysis.measures import absence
from analysis.measures.sample import of_city, select
from analysis.names import nearest, plain


class Counts(NamedTuple):
    """Households and, of these, those at or around the social minimum, per buurt: both of shape (..., n)."""

    households: np.ndarray
    poor: np.ndarray

    @property
    def burden(self) -> np.ndarray:
        """Share of very low incomes (%)."""
        return 100 * self.poor / self.households


@dataclass(frozen=True)
class City:
    """The buurten of one city that scenarios move households between.

    Attributes:
        choices: what it was made for: gemeente, year, measure, seed.
        buurten: per buurt the columns of `measures.sample.select` with `huishoudens` (an estimate), `huishoudens_fout`
            (relative standard error), `arm` (households at or around the social minimum), `misdrijven_log` (may miss) and
            `inwoners_2024`.
        left_out: its other buurten: `buurtnaam` and, in a clause, `waarom`.
    """

    choices: Choices
    buurten: pd.DataFrame
    left_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["buurtnaam", "waarom"], dtype=object))

    @property
    def name(self) -> str:
        """Of the gemeente."""
        return self.choices.gemeente

    @property
    def code(self) -> str:
        """Of the gemeente."""
        return self.choices.gemeentecode

    @property
    def households(self) -> np.ndarray:
        """Households per buurt, shape (n,)."""
        return self.buurten.huishoudens.to_numpy(float)

    @property
    def poor(self) -> np.ndarray:
        """Of these, at or around the social minimum, shape (n,)."""
        return self.buurten.arm.to_numpy(float)

    @property
    def crimes(self) -> np.ndarray:
        """Registered crimes per buurt, shape (n,): its rate times its inhabitants. NaN where the rate is not known."""
        return (np.exp(self.buurten[CRIME.column]) * self.buurten.inwoners_2024 / 1000).to_numpy(float)

    def place(self, buurt: str) -> int:
        """Where a buurt stands in the table, by name or code.

        Raises:
            InvalidInput: when the city has no such buurt, with the nearest names; when it has more than one; or when it has
                one that is left out, with the reason.
        """
        if not buurt.strip():
            raise InvalidInput("De naam van de buurt is leeg: geef een naam of een code.")
        hits = _called(self.buurten, buurt)
        if len(hits) == 1:
            return int(self.buurten.index.get_loc(hits[0]))
        if len(hits) > 1:
            codes = " of ".join(hits)
            raise InvalidInput(f"In {self.name} heten {len(hits)} buurten {buurt!r}: geef de code ({codes}).")
        absent = self.left_out.loc[_called(self.left_out, buurt)]
        if len(absent):
            raise InvalidInput(" ".join(f"Buurt {row.buurtnaam} ({row.Index}) van {self.name} doet niet mee: {row.waarom}."
                                        for row in absent.itertuples()))  # fmt: skip
        every = pd.concat([self.buurten.buurtnaam, self.left_out.buurtnaam])
        known = {plain(name): name for name in every}
        raise InvalidInput(f"Buurt {buurt!r} bestaat niet in {self.name}{nearest(plain(buurt), known)}.")


def _called(buurten: pd.DataFrame, typed: str) -> pd.Index:
    """Codes of the buurten of this name, or of this code."""
    named = buurten.buurtnaam.map(plain) == plain(typed)
    return buurten.index[named | (buurten.index == typed.strip().upper())]


def of(buurten: pd.DataFrame, households: pd.DataFrame, choices: Choices, links: pd.DataFrame | None = None) -> City:
    """The chosen city.

    Args:
        buurten: the dataset's table, prepared, all gemeenten.
        households: result of `households.estimate` for these buurten.
        choices: settled choices.
        links: the dataset's table `koppeling`, for the reasons why buurten are left out.
    """
    own = of_city(buurten, choices.gemeentecode)
    table = select(own, choices).join(households)
    table["arm"] = table.huishoudens * table.belasting / 100
    left_out = own[["buurtnaam"]].join(absence.clauses(own, choices, links).rename("waarom"), how="right")
    return City(choices, table, left_out)


def weights_of_worst(ordered_by: np.ndarray, sizes: np.ndarray, share: float) -> np.ndarray:
    """Weights (sum 1) of the buurten that come first, until they hold a share of all.

    Args:
        ordered_by: lowest is worst, shape (..., n). sizes: households or inhabitants, shape (n,). share: between 0 and 1.

    Returns:
        Shape (..., n); the buurt at the edge counts for the part that belongs to the share.
    """
    order = np.argsort(ordered_by, axis=-1, kind="stable")
    parts = sizes[order] / sizes.sum()
    before = np.cumsum(parts, axis=-1) - parts
    weights = np.empty_like(parts)
    np.put_along_axis(weights, order, np.clip(share - before, 0, parts) / share, axis=-1)
    return weights
