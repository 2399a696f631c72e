"""Each source has an anchor: a total or mean of a whole place that its publisher gives (`data/ijkpunten.csv`).

A column read twice, a total counted with its parts, or a file with half its rows keeps its slopes and correlations; only the
level shows it. So the level of every source is laid beside its anchor: that of the raw files when the dataset is built, and
that of the dataset when the book is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.dataset.harmonise import Raw
from analysis.errors import InvalidInput

AMSTERDAM = "GM0363"
NATIONAL_RIVM = "NL01"

Tables = dict[str, pd.DataFrame]


def _mean(table: pd.DataFrame, column: str, weight: str) -> float:
    known = table.dropna(subset=[column, weight])
    return float(np.average(known[column], weights=known[weight])) if known[weight].sum() > 0 else np.nan


def _kwb(column: str) -> Callable[[Raw], float]:
    return lambda raw: _mean(_buurten_2017(raw), column, "AantalInwoners")


def _buurten_2017(raw: Raw) -> pd.DataFrame:
    return raw.kwb[raw.kwb.SoortRegio.eq("Buurt")]


def _elderly(raw: Raw) -> float:
    buurten = _buurten_2017(raw)
    return 100 * buurten.k_65JaarOfOuder.sum() / buurten.AantalInwoners.sum()


def _crimes_per_1000(raw: Raw, gemeente: str = "") -> float:
    """Over the buurten themselves, so that it says something of the file that the dataset is made of."""
    own = raw.crimes[raw.crimes.index.str.startswith(f"BU{gemeente[2:]}")]
    return 1000 * own.misdrijven_2024.sum() / raw.inhabitants_2024.reindex(own.index).sum()


def _dwellings(column: str) -> Callable[[Raw], float]:
    return lambda raw: 100 * raw.tenure[column].sum() / raw.tenure.totaal.sum()


# What a raw file says of the quantity of each anchor, by its id.
RAW: dict[str, Callable[[Raw], float]] = {
    "lbm.afw": lambda raw: float(raw.scores.afw[raw.scores.jaar.eq(2018)].mean()),
    "kwb2017.inwoners": lambda raw: _buurten_2017(raw).AantalInwoners.sum(),
    "kwb2017.laag_inkomen": _kwb("HuishoudensMetEenLaagInkomen"),
    "kwb2017.sociaal_minimum": _kwb("HuishOnderOfRondSociaalMinimum"),
    "kwb2017.laagste40": _kwb("k_40HuishoudensMetLaagsteInkomen"),
    "kwb2017.hoogste20": _kwb("k_20HuishoudensMetHoogsteInkomen"),
    "kwb2017.65plus": _elderly,
    "kwb2017.woz": _kwb("GemiddeldeWoningwaarde"),
    "kwb2024.inwoners": lambda raw: raw.inhabitants_2024.sum(),
    "politie.misdrijven": lambda raw: raw.crimes.misdrijven_2024.sum(),
    "politie.per_1000": _crimes_per_1000,
    "politie.amsterdam": lambda raw: _crimes_per_1000(raw, AMSTERDAM),
    "kaart2022.inwoners": lambda raw: raw.wijken.population.sum(),
    "rivm.eenzaam": lambda raw: raw.rivm.Eenzaam[NATIONAL_RIVM],
    "rivm.regie": lambda raw: raw.rivm.MatigVeelRegieOverEigenLeven[NATIONAL_RIVM],
    "rivm.angst": lambda raw: raw.rivm.MatigHoogRisicoOpAngstOfDepressie[NATIONAL_RIVM],
    "rivm.vrijwilligers": lambda raw: raw.rivm.Vrijwilligerswerk[NATIONAL_RIVM],
    "rivm.mantelzorg": lambda raw: raw.rivm.Mantelzorger[NATIONAL_RIVM],
    "amsterdam.corporatie": _dwellings("corporatie verhuur"),
    "amsterdam.koop": _dwellings("eigenaar/bewoner"),
    "amsterdam.laag_inkomen_2020": lambda raw: raw.amsterdam_2020.Pct_Low_Income_Households[AMSTERDAM],
}


Level = tuple[float, int]  # in the unit of the anchor, and the buurten behind it


def _own(column: str, weight: str = "inwoners_2017") -> Callable[[Tables], Level]:
    return lambda tables: (_mean(tables["buurten"], column, weight), int(tables["buurten"][column].notna().sum()))


def _own_crimes(tables: Tables, gemeente: str | None = None) -> Level:
    buurten = tables["buurten"].dropna(subset=["misdrijven_2024", "inwoners_2024"])
    own = buurten if gemeente is None else buurten[buurten.gemeentecode == gemeente]
    return 1000 * own.misdrijven_2024.sum() / own.inwoners_2024.sum(), len(own)


def _own_inhabitants(tables: Tables) -> Level:
    return tables["koppeling"].inwoners_2017.sum(), len(tables["koppeling"])


# What the dataset says of it; an anchor that stands only in `RAW` is a count of which the dataset holds a part.
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


def check_raw(raw: Raw, published: pd.DataFrame) -> None:
    """Stop the build of the dataset where a raw file departs from its anchor.

    Args:
        raw: the publishers' tables.
        published: the dataset's table `ijkpunten`, by id.

    Raises:
        InvalidInput: with the source, the figure, the anchor and where it stands.
    """
    for name, anchor in published.iterrows():
        _compare(RAW[name](raw), anchor, anchor.speling_ruw, "het bestand van de uitgever")


def levels(buurten: pd.DataFrame, links: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """The levels of the dataset beside the anchors; a departure stops the build of the book.

    Args:
        buurten, links: the dataset's tables `buurten` and `koppeling`.
        published: the table `ijkpunten`, by id.

    Returns:
        `published` where the dataset holds the whole quantity, with `waarde` (of the dataset, in the unit of the anchor),
        `verschil` (`waarde` minus `gepubliceerd`) and `n` (buurten).

    Raises:
        InvalidInput: as `check_raw`.
    """
    tables = {"buurten": buurten, "koppeling": links}
    known = published[published.index.isin(OWN)]
    found = pd.DataFrame({name: OWN[name](tables) for name in known.index}, index=["waarde", "n"]).T
    for name, anchor in known.iterrows():
        _compare(found.waarde[name], anchor, anchor.speling, "onze dataset")
    return known.join(found).assign(verschil=found.waarde - known.gepubliceerd)


def _compare(found: float, anchor: pd.Series, slack: float, where: str) -> None:
    if not abs(found - anchor.gepubliceerd) <= slack:
        raise InvalidInput(
            f"{anchor.bron}: {anchor.grootheid} ({anchor.plaats}, {anchor.jaar}) is in {where} {found:.6g} {anchor.eenheid}, "
            f"maar de uitgever geeft {anchor.gepubliceerd:.8g} (ten hoogste {slack:g} verschil). Waar dat staat: {anchor.waar}. "
            "Is een kolom verwisseld, een totaal dubbel geteld, of een bestand onvolledig?"
        )
