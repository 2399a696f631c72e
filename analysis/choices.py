"""The registry of choices: what a chapter can be run for. Used by papermill, the command line, the models and the tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from analysis.errors import InvalidInput
from analysis.names import Search, find_gemeente, nearest

if TYPE_CHECKING:
    import pandas as pd

# Inhabitants from which a gemeente counts as a big city: 31 of them in KWB 2017 (research design, section 3).
BIG_CITY = 100_000


# The reference city of the question: every other city is laid beside it.
REFERENCE = "GM0363"


@dataclass(frozen=True)
class Measure:
    """A published figure that a chapter can use: its column, label, unit and source in Dutch."""

    column: str
    label: str
    unit: str
    source: str


KWB = "CBS, KWB 2017 (83765NED)"
INCOME_MEASURES = {
    "sociaal_minimum": Measure(
        "pct_sociaal_minimum_2017", "huishoudens onder of rond het sociaal minimum", "% van de huishoudens", KWB),
    "laag_inkomen": Measure(
        "pct_laag_inkomen_2017", "huishoudens met een laag inkomen", "% van de huishoudens", KWB),
    "laagste_40": Measure(
        "pct_laagste40_2017", "huishoudens in de landelijk laagste 40 % van inkomens", "% van de huishoudens", KWB),
}  # fmt: skip

# Three full years together: more crimes, less chance. They are no extra evidence. 2021 had lockdowns and 2025 is
# provisional: both are a sensitivity (research design, second part, section 1).
CRIME_YEARS = (2022, 2023, 2024)
CRIME_SPAN = f"{CRIME_YEARS[0]}–{CRIME_YEARS[-1]}"
CRIME = Measure("misdrijven_log", "geregistreerde misdrijven", "misdrijven per 1.000 inwoners per jaar, logschaal",
                f"Politie/CBS {CRIME_SPAN} (47022NED)")  # fmt: skip

YEARS = (2014, 2018, 2020)
FEWEST_INHABITANTS = (0, 5000)

# What a scenario can turn, and for how many years unless told otherwise; `levers.scenario` works them out.
KNOBS = ("sociale_huur", "middenhuur", "herstructurering", "toewijzing")
SCENARIO_YEARS = 5

# What a scenario takes for granted, by name; `levers.assumptions` has the values.
MEANINGS = {
    "doorstroming": "huishoudens die per jaar verhuizen",
    "sociale_huur": "huishoudens in een sociale huurwoning met een inkomen onder of rond het sociaal minimum",
    "middenhuur": "nieuwe huishoudens in een middenhuurwoning met een inkomen onder of rond het sociaal minimum",
}

# A whole number as it is typed: 0500 is five hundred, and 1:30 is none.
WHOLE = re.compile(r"-?[0-9]+")


# What a value of the wrong type is called.
TYPE_NAMES = {
    str: "een tekst",
    int: "een heel getal",
    float: "een gebroken getal",
    bool: "waar of onwaar",
    type(None): "niets",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter that a chapter may declare: what it means and what is allowed, in Dutch."""

    meaning: str
    allowed: str
    type: type


PARAMETERS = {
    "gemeente": Parameter(
        "gemeente waarover het hoofdstuk gaat", "de naam of code van een gemeente in de indeling van 2020", str
    ),
    "peiljaar": Parameter("jaar van de Leefbaarometer", "2014, 2018 of 2020", int),
    "inkomensmaat": Parameter("maat voor een zeer laag inkomen", ", ".join(INCOME_MEASURES), str),
    "ondergrens": Parameter("minste aantal inwoners van een buurt", "een heel getal van 0 tot en met 5000", int),
    "zaad": Parameter("beginwaarde van het toeval", "een heel getal van 0 of meer", int),
}


@dataclass(frozen=True)
class Choices:
    """The settled choices of one run; a chapter that does not declare a parameter has its default here."""

    gemeente: str = "Amsterdam"
    gemeentecode: str = REFERENCE
    peiljaar: int = 2018
    inkomensmaat: str = "sociaal_minimum"
    ondergrens: int = 500
    zaad: int = 20230323

    @property
    def income(self) -> Measure:
        """The income measure as a figure."""
        return INCOME_MEASURES[self.inkomensmaat]

    @property
    def outcome(self) -> Measure:
        """Nuisance and unsafety in the chosen year."""
        return Measure(f"onv_{self.peiljaar}", "overlast en onveiligheid", "LBM-punten, hoger is veiliger",
                       f"BZK, Leefbaarometer 3.0 ({self.peiljaar})")  # fmt: skip


def settle(
    given: Mapping[str, Any],
    gemeenten: pd.DataFrame,
    declared: Iterable[str] = PARAMETERS,
    otherwise: Search | None = None,
) -> Choices:
    """Check parameters and settle them.

    Args:
        given: values by name.
        gemeenten: the dataset's table, for names and codes.
        declared: names that this chapter knows.
        otherwise: as in `names.find_gemeente`.

    Raises:
        InvalidInput: for a name that is not declared, or a value that is not allowed, with what is.
    """
    declared = list(declared)
    for name in given:
        if name not in declared:
            hint = nearest(name, declared)
            raise InvalidInput(f"Parameter {name!r} bestaat niet{hint}; dit hoofdstuk kent: {', '.join(declared)}.")
    values = {name: _check(name, value) for name, value in given.items() if name != "gemeente"}
    if "gemeente" in given:
        values["gemeentecode"], values["gemeente"] = find_gemeente(given["gemeente"], gemeenten, otherwise)
    return Choices(**values)


def settle_cell(namespace: Mapping[str, Any], gemeenten: pd.DataFrame, declared: Iterable[str]) -> Choices:
    """Settle the parameters of a notebook, from its global names right after the parameters cell.

    papermill adds a variable for every parameter it is given, known or not; so every plain value in the notebook at
    this point is a parameter, and one that is not declared is a mistake.
    """
    plain = {name: value for name, value in namespace.items() if _is_parameter(name, value)}
    return settle(plain, gemeenten, declared)


def _is_parameter(name: str, value: Any) -> bool:
    """IPython's own names are left out, and whatever was imported."""
    return not (name.startswith("_") or name in ("In", "Out") or callable(value) or isinstance(value, ModuleType))


def convert(name: str, typed: str) -> Any:
    """What somebody typed, by the declared type of its parameter: nothing is guessed from how it looks.

    A whole number becomes one. Whatever else was typed stays a text, and `settle` refuses it with what is allowed.
    """
    whole = name in PARAMETERS and PARAMETERS[name].type is int and WHOLE.fullmatch(typed.strip())
    return int(typed) if whole else typed


def _check(name: str, value: Any) -> Any:
    """One value against what its parameter allows; a value of another type is refused, whatever it equals."""
    parameter = PARAMETERS[name]
    low, high = FEWEST_INHABITANTS
    allowed = {
        "peiljaar": lambda year: year in YEARS,
        "inkomensmaat": lambda measure: measure in INCOME_MEASURES,
        "ondergrens": lambda cut: low <= cut <= high,
        "zaad": lambda seed: seed >= 0,
    }
    if type(value) is not parameter.type or not allowed[name](value):  # in Python True == 1
        kind = TYPE_NAMES.get(type(value), type(value).__name__)
        told = "" if type(value) is parameter.type else f", {kind}"
        raise InvalidInput(f"Parameter {name!r} is {value!r}{told}, maar moet zijn: {parameter.allowed}.")
    return value
