"""Why a place cannot be shown: the true reason, for a gemeente and for a buurt, wherever it is told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import dutch
from analysis.choices import Choices

NOT_LINKED, NO_OUTCOME, NO_BURDEN, SMALL, SHOWN = "niet gekoppeld", "geen score", "geen aandeel", "te klein", ""

# Why a buurt of the layout has no figures of 2017, where its own code was a buurt of 2017 that is linked elsewhere, or was none.
OTHER_BUURT = "haar code was toen van een andere buurt"
NEW_CODE = "haar code bestond toen niet, en van geen buurt van toen is zeker dat het deze is"


def kinds(buurten: pd.DataFrame, choices: Choices) -> pd.Series:
    """Per buurt why it is not in the sample of `sample.select`, or `SHOWN`; the first that holds.

    Args:
        buurten: the dataset's table, all gemeenten or one.
        choices: settled choices.
    """
    holds = {
        NOT_LINKED: buurten.inwoners_2017.isna(),
        SMALL: buurten.inwoners_2017 < max(choices.ondergrens, 1),
        NO_OUTCOME: buurten[choices.outcome.column].isna(),
        NO_BURDEN: buurten[choices.income.column].isna(),
    }
    found = np.select([one.to_numpy() for one in holds.values()], list(holds), SHOWN)
    return pd.Series(found, index=buurten.index, dtype=object)


def clauses(buurten: pd.DataFrame, choices: Choices, links: pd.DataFrame | None) -> pd.Series:
    """Per buurt that is not in the sample the reason as a Dutch clause: "… doet niet mee: <clause>".

    Args:
        buurten: the dataset's table, all gemeenten or one.
        choices: settled choices.
        links: the dataset's table `koppeling`; without it a clause says where the link is told.
    """
    kind = kinds(buurten, choices)
    absent = kind[kind != SHOWN]
    return pd.Series({code: _clause(code, one, links, choices) for code, one in absent.items()}, dtype=object)


def _clause(code: str, kind: str, links: pd.DataFrame | None, choices: Choices) -> str:
    if kind == NOT_LINKED:
        return f"het is niet zeker welke cijfers van 2017 bij deze buurt horen ({_why_not_linked(code, links)})"
    return {
        SMALL: f"zij had in 2017 {_few(choices)}",
        NO_OUTCOME: f"de Leefbaarometer geeft voor {choices.peiljaar} geen score",
        NO_BURDEN: f"het CBS geeft het aandeel {choices.income.label} niet",
    }[kind]


def _few(choices: Choices) -> str:
    return f"minder dan {dutch.count(choices.ondergrens, 'inwoner')}" if choices.ondergrens > 1 else "geen inwoners"


def _why_not_linked(code: str, links: pd.DataFrame | None) -> str:
    """What the link of 2017 tells of the code of a buurt."""
    if links is None:
        return "waarom staat in data/koppeling.csv"
    if code not in links.index:
        return NEW_CODE
    reason = links.reden[code]
    return OTHER_BUURT if pd.isna(reason) else str(reason)


def of_gemeente(own: pd.DataFrame, choices: Choices, fewest: int, what: str) -> str:
    """Why a gemeente has too few buurten, with what each of the others lacks, and what would help.

    Args:
        own: all buurten of the gemeente.
        choices: settled choices.
        fewest: buurten that are asked for.
        what: asks for them, in Dutch: "dit hoofdstuk".
    """
    count = kinds(own, choices).value_counts()
    if count.get(NOT_LINKED, 0) == len(own):
        return (f"Van {choices.gemeente} is {dutch.share(0, len(own), 'buurt')} zeker te koppelen aan de cijfers van 2017 (zie "
                "data/koppeling.csv); een lagere ondergrens helpt niet. Kies een andere gemeente.")  # fmt: skip
    told = {
        NOT_LINKED: "niet zeker te koppelen aan de cijfers van 2017 (zie data/koppeling.csv)",
        SMALL: f"met {_few(choices)}",
        NO_OUTCOME: f"zonder score in {choices.peiljaar}",
        NO_BURDEN: f"zonder cijfer over {choices.income.label}",
    }
    lacking = [f"{dutch.number(count[kind])} {words}" for kind, words in told.items() if count.get(kind, 0)]
    others = f" De andere: {dutch.enumeration(lacking)}." if lacking else ""
    return (f"In {choices.gemeente} is het aantal buurten dat meedoet {dutch.number(count.get(SHOWN, 0))} van de {dutch.number(len(own))}; {what} vraagt er "
            f"minstens {fewest}.{others} {_advice(own, choices, fewest)}")  # fmt: skip


def _advice(own: pd.DataFrame, choices: Choices, fewest: int) -> str:
    """A lower cut is advised only where it would help."""
    known = own.dropna(subset=["inwoners_2017", choices.outcome.column, choices.income.column])
    sizes = known.inwoners_2017[known.inwoners_2017 > 0].nlargest(fewest)
    if len(sizes) == fewest:
        return f"Kies een grotere gemeente of een ondergrens van hoogstens {int(sizes.iloc[-1])}."
    return "Een lagere ondergrens helpt niet: kies een andere gemeente."
