"""What is known to work: the evidence register, per lever and grade."""

from __future__ import annotations

import pandas as pd

# The four levers of the article (Corpovenista, 23 March 2023), in its order.
LEVERS = {
    1: "Sociale aanpak",
    2: "Schoon en heel",
    3: "Woningprogramma",
    4: "Huurbeleid en woonruimteverdeling",
}

# The same, as they stand in a sentence.
IN_A_SENTENCE = {
    1: "de sociale aanpak",
    2: "schoon en heel",
    3: "het woningprogramma",
    4: "huurbeleid en toewijzing",
}

# From strong to weak.
GRADES = {
    "A": "quasi-experiment: vergelijkt met gebieden waar de aanpak niet was",
    "B": "longitudinaal: volgt gebieden door de tijd",
    "C": "dwarsdoorsnede: vergelijkt gebieden op één moment",
    "D": "praktijk of oordeel, of de opzet is niet bekend",
}


def of_lever(register: pd.DataFrame, lever: int) -> pd.DataFrame:
    """The entries of one lever, strongest grade first."""
    return register[register.hefboom == lever].sort_values(["graad", "instrument"])


def counts(register: pd.DataFrame) -> pd.DataFrame:
    """Number of entries per lever (rows) and grade (columns), none left out."""
    table = pd.crosstab(register.hefboom, register.graad)
    return table.reindex(index=list(LEVERS), columns=list(GRADES), fill_value=0)
