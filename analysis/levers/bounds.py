"""How far a scenario or a spread may reach: one limit on years, and what a reader must know of either."""

from __future__ import annotations

import numpy as np

from analysis import dutch
from analysis.choices import SCENARIO_YEARS
from analysis.errors import InvalidInput
from analysis.levers.city import City

# Nothing is worked out for more years: beyond that a city is another city.
MOST_YEARS = 20

# A share that ends this little (percentage points) outside what occurs is written as what occurs.
ROUNDING = 0.05


def check_years(years: int, what: str) -> None:
    """Refuse a number of years that makes no sense.

    Args:
        years: as asked.
        what: what runs so long, in Dutch, such as "Een scenario".

    Raises:
        InvalidInput: with what is possible.
    """
    if not 1 <= years <= MOST_YEARS:
        raise InvalidInput(f"{what} duurt 1 tot en met {MOST_YEARS} jaar, niet {years}.")


def warnings(city: City, burden: np.ndarray, years: int) -> list[str]:
    """What a reader must know before using an outcome.

    Args:
        city: as it is now.
        burden: share of very low incomes afterwards (%), of one buurt or of all.
        years: over which it happens.
    """
    told = []
    if years > SCENARIO_YEARS:
        told.append(
            f"{years} jaar is lang: in die tijd veranderen ook de lijn en de doorstroming, en die zijn hier die van nu. Het boek zelf "
            f"rekent niet verder dan {SCENARIO_YEARS} jaar."
        )
    now = city.buurten.belasting
    reach = (burden < now.min() - ROUNDING) | (burden > now.max() + ROUNDING)
    if reach.any():
        beyond = burden[reach]
        ends = dict.fromkeys(dutch.number(end, 1) for end in (beyond.min(), beyond.max()))
        told.append(
            f"Het nieuwe aandeel ({' tot '.join(ends)} %{_in_how_many(burden, reach)}) ligt buiten wat in {city.name} voorkomt "
            f"({dutch.interval(now.min(), now.max(), 1)} %): de lijn is daar niet op cijfers gebaseerd."
        )
    return told


def _in_how_many(burden: np.ndarray, reach: np.ndarray) -> str:
    """In how many of the buurten, where there are more than one."""
    if len(burden) == 1:
        return ""
    return f", in {dutch.share(int(reach.sum()), len(burden), 'buurt')}"
