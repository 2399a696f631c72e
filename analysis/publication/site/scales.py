"""The measures that a reader can choose on the map, with their limits and colours: the same as in the figures."""

from __future__ import annotations

from typing import Any

from matplotlib import colormaps
from matplotlib.colors import to_hex

from analysis.choices import CRIME, INCOME_MEASURES, YEARS, Choices
from analysis.figures import theme
from analysis.models.deviation import CERTAIN, UNDECIDED

# The figures are drawn on white. On a dark page the same colours would turn over: the neutral middle would be the brightest
# and the ends would sink away. There the middle is grey, and the ends are the lightest.
DARK_DIVERGING = ("#ffc266", "#c98a38", "#878d96", "#5f9bd3", "#a9d6ff")
NO_DATA = {"kleur": theme.NO_DATA, "donker": "#616974"}

LEEFBAAROMETER = "BZK, Leefbaarometer 3.0"
CORPORATION = "Gemeente Amsterdam, woningvoorraad naar eigendom 2017"

# Where in the scale from few to many its five classes lie: from just off white, to where neighbours are still told apart.
SEQUENTIAL_AT = (0.08, 0.27, 0.48, 0.7, 0.95)
# On a dark page, from what still stands out against it to nearly white.
DARK_SEQUENTIAL_AT = (0.74, 0.6, 0.45, 0.28, 0.05)

# Limits between the five classes, the same for every gemeente, so that two maps can be laid side by side: round numbers, for
# scores as far below zero as above it. Of the deviations they part about the middle half and the outer tenths.
DEVIATION_LIMITS = (-0.05, -0.02, 0.02, 0.05)
ONV_LIMITS = (-0.1, -0.03, 0.03, 0.1)
INCOME_LIMITS = (4, 8, 12, 16)

# The year in which buurten are laid beside each other.
YEAR = Choices().peiljaar


def measures() -> list[dict[str, Any]]:
    """Per measure its id in an address, column, name, unit, decimals, limits, colours (light, dark), and what its ends mean."""
    income = INCOME_MEASURES["sociaal_minimum"]
    blues, dark_blues = (_blues(places) for places in (SEQUENTIAL_AT, DARK_SEQUENTIAL_AT))
    outcome = Choices().outcome
    return [
        {
            "id": "afwijking", "kolom": "afwijking", "naam": "Afwijking van verwachting", "eenheid": "LBM-punten",
            "decimalen": 2, "grenzen": DEVIATION_LIMITS, "kleuren": theme.DIVERGING_STOPS, "donker": DARK_DIVERGING,
            "uiteinden": ["minder veilig dan verwacht", "veiliger dan verwacht"], "bleek": UNDECIDED,
            "zeker": round(100 * CERTAIN),
            "uitleg": "Hoeveel veiliger of minder veilig een buurt is dan buurten in dezelfde stad met even veel zeer lage inkomens.",
            "bron": "BZK, Leefbaarometer 3.0 (2014, 2018, 2020); " + income.source,
        },
        {
            "id": "onv", "kolom": f"onv_{YEAR}", "naam": f"Veiligheid {YEAR}", "eenheid": "LBM-punten",
            "decimalen": 2, "grenzen": ONV_LIMITS, "kleuren": theme.DIVERGING_STOPS, "donker": DARK_DIVERGING,
            "uiteinden": ["minder veilig", "veiliger"],
            "uitleg": "Score voor overlast en onveiligheid uit de Leefbaarometer. Hoger is veiliger; 0 is het vaste nulpunt van de Leefbaarometer.",
            "bron": outcome.source,
        },
        {
            "id": "inkomen", "kolom": income.column, "naam": "Zeer laag inkomen 2017", "eenheid": "% van de huishoudens",
            "decimalen": 1, "grenzen": INCOME_LIMITS, "kleuren": blues, "donker": dark_blues,
            "uiteinden": ["weinig", "veel"],
            "uitleg": "Huishoudens met een inkomen onder of rond het sociaal minimum.",
            "bron": income.source,
        },
    ]  # fmt: skip


def _blues(places: tuple[float, ...]) -> list[str]:
    return [to_hex(colormaps[theme.SEQUENTIAL](at)) for at in places]


def sources() -> dict[str, str]:
    """Where the figures on a card come from, with their years."""
    years = ", ".join(str(year) for year in YEARS)
    return {"inkomen": INCOME_MEASURES["sociaal_minimum"].source, "veiligheid": f"{LEEFBAAROMETER} ({years})",
            "misdrijven": CRIME.source, "corporatie": CORPORATION, "indeling": LEEFBAAROMETER}  # fmt: skip
