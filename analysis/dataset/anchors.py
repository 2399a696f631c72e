"""Each source has an anchor: a total or mean of a whole place that its publisher gives (`data/ijkpunten.csv`).

A column read twice, a total counted with its parts, or a file with half its rows keeps its slopes and correlations; only the
level shows it. So the level of every source is laid beside its anchor: that of the raw files when the dataset is built, and
that of the dataset when the book is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import InvalidInput

AMSTERDAM = "GM0363"

Tables = dict[str, pd.DataFrame]


def mean(table: pd.DataFrame, column: str, weight: str) -> float:
    """Weighted mean over the rows that have both figures; NaN without weight."""
    known = table.dropna(subset=[column, weight])
    return float(np.average(known[column], weights=known[weight])) if known[weight].sum() > 0 else np.nan


Level = tuple[float, int]  # in the unit of the anchor, and the buurten behind it


def _own(column: str, weight: str = "inwoners_2017") -> Callable[[Tables], Level]:
    return lambda tables: (mean(tables["buurten"], column, weight), int(tables["buurten"][column].notna().sum()))


def _own_crimes(tables: Tables, gemeente: str | None = None) -> Level:
    buurten = tables["buurten"].dropna(subset=["misdrijven_2024", "inwoners_2024"])
    own = buurten if gemeente is None else buurten[buurten.gemeentecode == gemeente]
    return 1000 * own.misdrijven_2024.sum() / own.inwoners_2024.sum(), len(own)


def _own_inhabitants(tables: Tables) -> Level:
    return tables["koppeling"].inwoners_2017.sum(), len(tables["koppeling"])


# What the dataset says of the quantity of each anchor, by its id; one that stands only in `raw_anchors.RAW` is a count of which the dataset holds a part.
OWN: dict[str, Callable[[Tables], Level]] = {
    "lbm.afw": _own("afw_2018"),
    "kwb2017.inwoners": _own_inhabitants,
    "kwb2017.laag_inkomen": _own("pct_laag_inkomen_2017"),
    "kwb2017.sociaal_minimum": _own("pct_sociaal_minimum_2017"),
    "kwb2017.laagste40": _own("pct_laagste40_2017"),
    "kwb2017.hoogste20": _own("pct_hoogste20_2017"),
    "kwb2017.65plus": _own("pct_65plus_2017"),
    "kwb2017.woz": _own("woz_2017"),
    "politie.per_1000": _own_crimes,
    "politie.amsterdam": lambda tables: _own_crimes(tables, AMSTERDAM),
    "rivm.eenzaam": _own("pct_eenzaam_2020"),
    "rivm.regie": _own("pct_regie_2020"),
    "rivm.angst": _own("pct_angst_depressie_2020"),
    "rivm.vrijwilligers": _own("pct_vrijwilligerswerk_2020"),
    "rivm.mantelzorg": _own("pct_mantelzorger_2020"),
    "amsterdam.corporatie": _own("pct_corporatie_2017", "woningen_2017"),
    "amsterdam.koop": _own("pct_koop_2017", "woningen_2017"),
    "amsterdam.laag_inkomen_2020": _own("pct_laag_inkomen_2020"),
}


def levels(buurten: pd.DataFrame, links: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """The levels of the dataset beside the anchors; a departure stops the build of the book.

    Args:
        buurten, links: the dataset's tables `buurten` and `koppeling`.
        published: the table `ijkpunten`, by id.

    Returns:
        `published` where the dataset holds the whole quantity, with `waarde` (of the dataset, in the unit of the anchor),
        `verschil` (`waarde` minus `gepubliceerd`) and `n` (buurten).

    Raises:
        InvalidInput: with the source, the figure, the anchor and where it stands.
    """
    tables = {"buurten": buurten, "koppeling": links}
    known = published[published.index.isin(OWN)]
    found = pd.DataFrame({name: OWN[name](tables) for name in known.index}, index=["waarde", "n"]).T
    for name, anchor in known.iterrows():
        compare(found.waarde[name], anchor, anchor.speling, "onze dataset")
    return known.join(found).assign(verschil=found.waarde - known.gepubliceerd)


def compare(found: float, anchor: pd.Series, slack: float, where: str) -> None:
    """Refuse a figure that departs from its anchor by more than the slack."""
    if not abs(found - anchor.gepubliceerd) <= slack:
        raise InvalidInput(
            f"{anchor.bron}: {anchor.grootheid} ({anchor.plaats}, {anchor.jaar}) is in {where} {found:.6g} {anchor.eenheid}, "
            f"maar de uitgever geeft {anchor.gepubliceerd:.8g} (ten hoogste {slack:g} verschil). Waar dat staat: {anchor.waar}. "
            "Is een kolom verwisseld, een totaal dubbel geteld, of een bestand onvolledig?"
        )
