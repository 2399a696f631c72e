"""The measures that a reader can choose on the map, with their limits and colours: the same as in the figures."""

from __future__ import annotations

from typing import Any

from matplotlib import colormaps
from matplotlib.colors import to_hex

from analysis.choices import CRIME, INCOME_MEASURES, YEARS, Choices
from analysis.figures import theme
from analysis.models.deviation import UNDECIDED

NO_DATA = theme.NO_DATA

CORPORATION = "Gemeente Amsterdam, woningvoorraad naar eigendom 2017"

# Where in the scale from few to many its five classes lie: from just off white, to where neighbours are still told apart.
SEQUENTIAL_AT = (0.08, 0.27, 0.48, 0.7, 0.95)

# Limits between the five classes, the same for every gemeente, so that two maps can be laid side by side. About the
# middle half, and the outer tenth, of the buurten of all cities.
DEVIATION_LIMITS = (-0.05, -0.02, 0.02, 0.05)
ONV_LIMITS = (-0.1, -0.03, 0.03, 0.1)
INCOME_LIMITS = (4, 8, 12, 16)


def measures() -> list[dict[str, Any]]:
    """Per measure its id in an address, column, name, unit, decimals, limits, colours, and what its ends mean."""
    income = INCOME_MEASURES["sociaal_minimum"]
    blues = [to_hex(colormaps[theme.SEQUENTIAL](at)) for at in SEQUENTIAL_AT]
    outcome = Choices().outcome
    return [
        {
            "id": "afwijking", "kolom": "afwijking", "naam": "Afwijking van verwachting", "eenheid": "LBM-punten",
            "decimalen": 2, "grenzen": DEVIATION_LIMITS, "kleuren": theme.DIVERGING_STOPS,
            "uiteinden": ["minder veilig dan verwacht", "veiliger dan verwacht"], "bleek": UNDECIDED,
            "uitleg": "Hoeveel veiliger of minder veilig een buurt is dan buurten in dezelfde stad met even veel zeer lage inkomens.",
            "bron": "BZK, Leefbaarometer 3.0 (2014, 2018, 2020); " + income.source,
        },
        {
            "id": "onv", "kolom": "onv_2018", "naam": "Veiligheid (onv) 2018", "eenheid": "LBM-punten",
            "decimalen": 2, "grenzen": ONV_LIMITS, "kleuren": theme.DIVERGING_STOPS,
            "uiteinden": ["minder veilig dan gemiddeld", "veiliger dan gemiddeld"],
            "uitleg": "Overlast en onveiligheid uit de Leefbaarometer. Hoger is veiliger; 0 is het landelijk gemiddelde.",
            "bron": outcome.source,
        },
        {
            "id": "inkomen", "kolom": income.column, "naam": "Zeer laag inkomen 2017", "eenheid": "% van de huishoudens",
            "decimalen": 1, "grenzen": INCOME_LIMITS, "kleuren": blues, "uiteinden": ["weinig", "veel"],
            "uitleg": "Huishoudens met een inkomen op of rond het sociaal minimum.",
            "bron": income.source,
        },
    ]  # fmt: skip


def sources() -> dict[str, str]:
    """Where each figure on a card comes from, with its year."""
    income = INCOME_MEASURES["sociaal_minimum"].source
    outcomes = {f"onv_{year}": Choices(peiljaar=year).outcome.source for year in YEARS}
    return {"inwoners": income, "inkomen": income, **outcomes, "misdrijven": CRIME.source,
            "corporatie": CORPORATION, "indeling": "BZK, Leefbaarometer 3.0"}  # fmt: skip
