"""The levels of the raw files beside their anchors, when the dataset is built; see `dataset.anchors`."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.dataset.anchors import AMSTERDAM, compare, mean
from analysis.dataset.harmonise import Raw

# The row of the Netherlands in the table of RIVM.
NATIONAL_RIVM = "NL01"


def _kwb(column: str) -> Callable[[Raw], float]:
    return lambda raw: mean(_buurten_2017(raw), column, "AantalInwoners")


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



def check_raw(raw: Raw, published: pd.DataFrame) -> None:
    """Stop the build of the dataset where a raw file departs from its anchor.

    Args:
        raw: the publishers' tables.
        published: the dataset's table `ijkpunten`, by id.

    Raises:
        InvalidInput: with the source, the figure, the anchor and where it stands.
    """
    for name, anchor in published.iterrows():
        compare(RAW[name](raw), anchor, anchor.speling_ruw, "het bestand van de uitgever")
