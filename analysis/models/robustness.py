"""Does the answer hold for other units, other years, missing figures and other outcomes? And how high is the ceiling?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from analysis import choices as registry
from analysis.choices import YEARS, Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.measures.sample import HALF_A_CRIME, REGISTER_CUT, crime_rate, of_city, select
from analysis.models.cities import pool, slopes
from analysis.models.spline import Spline
from analysis.models.wls import fit

# The five dimensions of the Leefbaarometer. Their sum is never used: what it holds beside `onv` is composition itself.
DIMENSIONS = {
    "onv": "overlast en onveiligheid",
    "fys": "fysieke leefomgeving",
    "soc": "sociale samenhang",
    "vrz": "voorzieningen",
    "won": "woningvoorraad",
}
CRIME = registry.CRIME.column

# With fewer buurten than this a city's own R² is mostly chance.
FEWEST_BUURTEN = 20

# Inhabitants of a merged buurt: a "buurt" has a median of 7,900 inhabitants in Rotterdam, 2,100 in Amsterdam and 1,200
# in Tilburg; from here on they are of one kind (research design, section 3).
MERGED = 2000

# Slopes are told per ten percentage points of burden.
STEP = 10

# The share of the size class below which a suppressed figure is supposed to lie (research design, section 3).
HIGH = 0.75


# --- The ceiling ----------------------------------------------------------------------------------


def ceiling(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """How well composition alone predicts each outcome in cities that the model has not seen.

    An outcome that composition predicts almost wholly can't tell anything about it; one that it hardly predicts has
    room for something else, or for noise.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.

    Returns:
        Per outcome (column): `label`; median, lowest and highest R² over cities, each against the target city's own
        mean: `eigen_niveau`, `_laag`, `_hoog` with the target's own level, `zonder`, `zonder_laag`, `zonder_hoog`
        without; `steden`, `n`.
    """
    labels = {f"{name}_{choices.peiljaar}": label for name, label in DIMENSIONS.items()} | {CRIME: "misdrijven (log)"}
    rows = {}
    for column, label in labels.items():
        scores = ceiling_by_city(buurten, cities, choices, column)
        low, middle, high = (getattr(scores[["eigen_niveau", "zonder"]], how)() for how in ("min", "median", "max"))
        rows[column] = {
            "label": label, "eigen_niveau": middle.eigen_niveau, "eigen_niveau_laag": low.eigen_niveau,
            "eigen_niveau_hoog": high.eigen_niveau, "zonder": middle.zonder, "zonder_laag": low.zonder,
            "zonder_hoog": high.zonder, "steden": len(scores), "n": int(scores.n.sum()),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("uitkomst")


def ceiling_by_city(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, outcome: str) -> pd.DataFrame:
    """R² in each city of a model of composition that was fitted in all the others.

    The model has a natural spline of the burden and of every characteristic, weighted by inhabitants, and no level per
    city. Knots are placed on the burden and characteristics of all cities; no outcome of the target is used.

    Returns:
        Per gemeentecode `gemeente`, `eigen_niveau` (R² after the target's own mean error is taken off), `zonder` (R² of
        the bare prediction; below 0 the city's own mean predicts better), `n`. Cities with fewer than `FEWEST_BUURTEN`
        buurten train the model but have no row.
    """
    columns = [item.column for item in CHARACTERISTICS]
    sample = select(buurten[buurten.gemeentecode.isin(cities.index)], choices, outcome=outcome).dropna(subset=columns)
    design = composition(sample, ["belasting", *columns])
    y, w = sample.uitkomst.to_numpy(float), sample.gewicht.to_numpy(float)
    rows = {}
    for code, size in sample.gemeentecode.value_counts().reindex(cities.index).dropna().items():
        if size < FEWEST_BUURTEN:
            continue
        target = (sample.gemeentecode == code).to_numpy()
        error = y[target] - design[target] @ _coefficients(design[~target], y[~target], w[~target])
        rows[code] = {"gemeente": cities.gemeentenaam[code], **_scores(y[target], error, w[target]), "n": int(size)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("gemeentecode")


def composition(sample: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """The constant and a natural spline of every column, side by side: shape (n, 1 + 4 × columns)."""
    bases = [Spline(sample[column]).basis(sample[column])[:, 1:] for column in columns]
    return np.column_stack([np.ones(len(sample)), *bases])


def _coefficients(design: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    root = np.sqrt(w)
    return np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]


def _scores(y: np.ndarray, error: np.ndarray, w: np.ndarray) -> dict[str, float]:
    spread = np.sum(w * (y - np.average(y, weights=w)) ** 2)
    level = np.average(error, weights=w)
    return {
        "eigen_niveau": float(1 - np.sum(w * (error - level) ** 2) / spread),
        "zonder": float(1 - np.sum(w * error**2) / spread),
    }


# Estimates of RIVM for 2020 that the research design asks about; they borrow from demography themselves.
SELF_RELIANCE = {
    "pct_regie_2020": "regie over het eigen leven",
    "pct_angst_depressie_2020": "risico op angst of depressie",
    "pct_eenzaam_2020": "eenzaamheid",
    "pct_vrijwilligerswerk_2020": "vrijwilligerswerk",
    "pct_mantelzorger_2020": "mantelzorg",
}


def unexplained(buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Exploratory: the part of RIVM's figures that composition does not predict in cities it has not seen.

    Little is left where a small-area estimate reproduces the composition it was made from; what is left is too little to
    carry a claim, so these figures enter no test, no decomposition and no lever.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.

    Returns:
        Per column `label`, `verklaard` (median R² over cities, own level given), `laag`, `hoog` (lowest and highest
        city), `rest` (1 - `verklaard`), `steden`, `n`.
    """
    rows = {}
    for column, label in SELF_RELIANCE.items():
        scores = ceiling_by_city(buurten, cities, choices, column)
        middle = scores.eigen_niveau.median()
        rows[column] = {
            "label": label, "verklaard": middle, "laag": scores.eigen_niveau.min(), "hoog": scores.eigen_niveau.max(),
            "rest": 1 - middle, "steden": len(scores), "n": int(scores.n.sum()),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kenmerk")


# --- Units ----------------------------------------------------------------------------------------


def units(
    buurten: pd.DataFrame, cities: pd.DataFrame, choices: Choices, borders: pd.DataFrame, outcome: str | None = None
) -> pd.DataFrame:
    """The slope of the chosen city and that of the others, by buurt, by wijk, and by merged buurten.

    Wijken and merged buurten are made of every buurt that has both figures, however small, so they hold more
    inhabitants than the buurten; wijken keep the choices' own cut, merged buurten that of `MERGED`.

    Args:
        buurten: the dataset's table, prepared.
        cities: rows of `gemeenten`, indexed by gemeentecode.
        choices: settled choices.
        borders: the dataset's `grenzen`.
        outcome: column; the choices' own when left out.

    Returns:
        Per `eenheid`, slopes per ten percentage points: `value`, `low`, `high`, `n` of the city (HC3); `pooled`,
        `pooled_low`, `pooled_high`, `new_low`, `new_high` and `cities` of the others (`models.cities.pool`);
        `pooled_same`: the mean over the cities that have a slope for every unit; `ratio` of the others to the city;
        `inwoners` (that the units hold), `mediaan` (inhabitants of a unit).
    """
    found = select(buurten[buurten.gemeentecode.isin(cities.index)], choices, cut=0, outcome=outcome)
    tables = {
        "buurt": (found, choices.ondergrens),
        "wijk": (aggregate(found, found.wijkcode, choices, outcome), choices.ondergrens),
        "samengevoegde buurten": (aggregate(found, merge(found, borders), choices, outcome), MERGED),
    }
    by_city = {name: slopes(table, cities, choices, cut, outcome) for name, (table, cut) in tables.items()}
    shared = set.intersection(*(set(table.index) for table in by_city.values()))
    rows = {}
    for name, (table, cut) in tables.items():
        kept = table[table.inwoners_2017 >= cut]
        rows[name] = _unit_row(by_city[name], shared, choices.gemeentecode)
        rows[name] |= {"inwoners": kept.inwoners_2017.sum(), "mediaan": kept.inwoners_2017.median()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("eenheid")


def _unit_row(by_city: pd.DataFrame, shared: set[str], city: str) -> dict[str, float]:
    own, others = by_city.loc[city], pool(by_city, city)
    same = pool(by_city[by_city.index.isin(shared)], city)
    reach = STEP * own.error_hc3 * stats.t.ppf(0.975, own.n - 2)
    return {
        "value": STEP * own.value, "low": STEP * own.value - reach, "high": STEP * own.value + reach, "n": own.n,
        "pooled": STEP * others.value, "pooled_low": STEP * others.low, "pooled_high": STEP * others.high,
        "new_low": STEP * others.new_low, "new_high": STEP * others.new_high, "cities": others.cities,
        "pooled_same": STEP * same.value, "cities_same": same.cities, "ratio": others.value / own.value,
    }  # fmt: skip


def aggregate(sample: pd.DataFrame, groups: pd.Series, choices: Choices, outcome: str | None = None) -> pd.DataFrame:
    """One row per group of buurten, in the columns of the dataset.

    Burden and outcome are means over inhabitants. The crime rate is that of the group: crimes and inhabitants are added
    first, since a mean of logs is not the log of the whole.

    Args:
        sample: result of `measures.sample.select`.
        groups: label by buurt, with the index of `sample`.
        choices: settled choices.
        outcome: column; the choices' own when left out.

    Returns:
        Per label `gemeentecode`, `wijkcode`, `inwoners_2017`, `buurten`, and the columns of burden and outcome.
    """
    outcome = outcome or choices.outcome.column
    grouped = sample.groupby(groups)
    out = grouped.agg(gemeentecode=("gemeentecode", "first"), wijkcode=("wijkcode", "first"),
                      inwoners_2017=("gewicht", "sum"), buurten=("gewicht", "size"))  # fmt: skip
    for column, values in ((choices.income.column, sample.belasting), (outcome, sample.uitkomst)):
        out[column] = (values * sample.gewicht).groupby(groups).sum() / out.inwoners_2017
    if outcome == CRIME:
        out[CRIME] = np.log(crime_rate(grouped.misdrijven.sum() + HALF_A_CRIME, grouped.inwoners_2024.sum()))
    return out


def merge(buurten: pd.DataFrame, borders: pd.DataFrame, fewest: int = MERGED) -> pd.Series:
    """Merge buurten with neighbours of their wijk until each has enough inhabitants.

    As long as a wijk has a group below `fewest`, its smallest group joins the smallest group that it borders; where no
    border is known, the smaller of the two next to it in the order of codes. Ties go to the lowest code, so the outcome
    is always the same. A wijk that has fewer inhabitants in all becomes one group and stays below.

    Args:
        buurten: indexed by buurtcode, with `wijkcode` and `gewicht` (inhabitants).
        borders: the dataset's `grenzen`, indexed by pairs of buurtcodes.
        fewest: inhabitants.

    Returns:
        Label by buurt: the lowest code of its group.
    """
    pairs = set(borders.index) | {(b, a) for a, b in borders.index}
    labels = {}
    for _, wijk in buurten.sort_index().groupby("wijkcode"):
        for label, members in _merge_wijk(wijk.gewicht.to_dict(), pairs, fewest).items():
            labels |= dict.fromkeys(members, label)
    return pd.Series(labels).reindex(buurten.index).rename("groep")


def _merge_wijk(size: dict[str, float], pairs: set[tuple[str, str]], fewest: int) -> dict[str, list[str]]:
    """Groups of one wijk, by their lowest code; `size` is in the order of codes."""
    groups = {code: [code] for code in size}
    total = dict(size)
    while len(groups) > 1:
        smallest = min(groups, key=lambda label: (total[label], label))
        if total[smallest] >= fewest:
            break
        partner = min(_next_to(smallest, groups, pairs), key=lambda label: (total[label], label))
        kept, gone = sorted((smallest, partner))
        groups[kept] = sorted(groups[kept] + groups.pop(gone))
        total[kept] += total.pop(gone)
    return groups


def _next_to(label: str, groups: dict[str, list[str]], pairs: set[tuple[str, str]]) -> list[str]:
    """Labels of the groups that border a group; those next to it in the order of codes where none is known to."""
    bordering = [other for other, members in groups.items() if other != label
                 and any((a, b) in pairs for a in groups[label] for b in members)]  # fmt: skip
    if bordering:
        return bordering
    order = sorted(groups)
    at = order.index(label)
    return order[max(at - 1, 0) : at] + order[at + 1 : at + 2]


# --- The slope of one city and of the others together ---------------------------------------------


def _by_place(
    buurten: pd.DataFrame, choices: Choices, rows: Callable[[pd.DataFrame], dict[str, dict[str, float]]]
) -> pd.DataFrame:
    """Rows for the chosen city and for all others together, indexed by place and variant."""
    others = buurten[buurten.gemeentecode != choices.gemeentecode]
    places = {choices.gemeente: of_city(buurten, choices.gemeentecode), "andere grote steden": others}
    found = {(place, name): row for place, table in places.items() if len(table) for name, row in rows(table).items()}
    return pd.DataFrame.from_dict(found, orient="index").rename_axis(["plaats", "variant"])


def within(sample: pd.DataFrame, extra: tuple[str, ...] = (), weighted: bool = True) -> dict[str, float]:
    """The slope of `uitkomst` on `belasting` within cities: one level per city, errors clustered by wijk.

    Args:
        sample: result of `measures.sample.select`, one city or more.
        extra: columns that are held constant besides.
        weighted: by inhabitants; otherwise every buurt counts once.

    Returns:
        `value`, `low`, `high`, `error` per ten percentage points, `n`.
    """
    level = pd.get_dummies(sample.gemeentecode, dtype=float).to_numpy()
    design = np.column_stack([sample[["belasting", *extra]].to_numpy(float), level])
    weights = sample.gewicht.to_numpy(float) if weighted else np.ones(len(sample))
    found = fit(design, sample.uitkomst, weights, sample.wijkcode)
    low, high = STEP * found.conf_int()[0]
    return {"value": STEP * found.params[0], "low": low, "high": high, "error": STEP * found.bse[0], "n": len(sample)}


# --- Suppressed figures ---------------------------------------------------------------------------


def bounds(buurten: pd.DataFrame, choices: Choices, cut: int = REGISTER_CUT) -> pd.DataFrame:
    """The slope with suppressed figures of small buurten left out, set to 0, and set to the P75 of their size class.

    Statistics Netherlands suppresses the income of small buurten, and not at random. The class holds the buurten from
    `cut` inhabitants up to the choices' own cut, in all the cities that are given. They are two stress tests and no
    strict bounds: one value for all hidden buurten flattens the slope by itself where their true figures differ.

    Args:
        buurten: the dataset's table, prepared: the big cities.
        choices: settled choices.
        cut: fewest inhabitants.

    Returns:
        Per `plaats` and `variant`: what `within` gives, weighted by inhabitants, and `value_even`, `low_even`,
        `high_even` where every buurt counts once.
    """
    small = buurten.inwoners_2017.between(cut, choices.ondergrens, inclusive="left")
    income = choices.income.column
    filled = {"op 0 %": 0.0, "op P75 van de klasse": buurten.loc[small, income].quantile(HIGH)}
    wide = dataclasses.replace(choices, ondergrens=cut)

    def rows(table: pd.DataFrame) -> dict[str, dict[str, float]]:
        hidden = table[income].isna() & small[table.index]
        samples = {f"vanaf {choices.ondergrens} inwoners": select(table, choices),
                   f"vanaf {cut} inwoners, zonder cijfer weggelaten": select(table, wide)}  # fmt: skip
        for name, value in filled.items():
            fill = table.assign(**{income: table[income].mask(hidden, value)})
            samples[f"vanaf {cut} inwoners, zonder cijfer {name}"] = select(fill, wide)
        return {name: _both_weights(sample) for name, sample in samples.items()}

    return _by_place(buurten, choices, rows)


def _both_weights(sample: pd.DataFrame) -> dict[str, float]:
    even = within(sample, weighted=False)
    return within(sample) | {f"{name}_even": even[name] for name in ("value", "low", "high")}


def missing(buurten: pd.DataFrame, choices: Choices, cut: int = REGISTER_CUT) -> pd.DataFrame:
    """Who is missing: buurten from `cut` inhabitants that have an outcome, with and without a figure for the burden.

    Args:
        buurten: the dataset's table, prepared: the big cities.
        choices: settled choices.
        cut: fewest inhabitants.

    Returns:
        Per `plaats` and `variant` (size class, with or without the figure): `buurten`, `inwoners`, `aandeel` (% of the
        inhabitants of the class), and means over buurten: `uitkomst`, `ouderen` (% 65+), `woz` (thousand euro).
    """
    outcome = choices.outcome.column

    def rows(table: pd.DataFrame) -> dict[str, dict[str, float]]:
        known = table[table[outcome].notna() & (table.inwoners_2017 >= cut)]
        small = known.inwoners_2017 < choices.ondergrens
        classes = {
            f"{cut} tot {choices.ondergrens} inwoners": known[small],
            f"vanaf {choices.ondergrens}": known[~small],
        }
        return {
            f"{name}, {'zonder' if hidden else 'met'} cijfer": _describe(part, hidden, choices)
            for name, part in classes.items()
            for hidden in (False, True)
        }

    return _by_place(buurten, choices, rows)


def _describe(table: pd.DataFrame, hidden: bool, choices: Choices) -> dict[str, float]:
    part = table[table[choices.income.column].isna() == hidden]
    total = table.inwoners_2017.sum()
    return {
        "buurten": len(part), "inwoners": part.inwoners_2017.sum(),
        "aandeel": 100 * part.inwoners_2017.sum() / total if total else np.nan,
        "uitkomst": part[choices.outcome.column].mean(), "ouderen": part.pct_65plus_2017.mean(),
        "woz": part.woz_2017.mean(),
    }  # fmt: skip


# --- Origin ---------------------------------------------------------------------------------------

ORIGIN = ("pct_westers_2017", "pct_niet_westers_2017")


def origin(buurten: pd.DataFrame, choices: Choices, outcome: str | None = None) -> pd.DataFrame:
    """The one sensitivity table with origin: the slope of the burden without and with the two shares held constant.

    Critics will ask whether the burden stands for origin. The table answers that and nothing else: the coefficients of
    origin are not returned, since between neighbourhoods they say nothing about residents.

    Args:
        buurten: the dataset's table, prepared: the big cities.
        choices: settled choices.
        outcome: column; the choices' own when left out.

    Returns:
        Per `plaats` and `variant` ("zonder herkomst", "met herkomst", over the same buurten): what `within` gives.
    """

    def rows(table: pd.DataFrame) -> dict[str, dict[str, float]]:
        sample = select(table, choices, outcome=outcome).dropna(subset=list(ORIGIN))
        return {"zonder herkomst": within(sample), "met herkomst": within(sample, ORIGIN)}

    return _by_place(buurten, choices, rows)


# --- Period ---------------------------------------------------------------------------------------


def period(buurten: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """The slope of `onv` on the burden of 2017 in each year of the Leefbaarometer, over the same buurten.

    The burden is that of 2017 throughout: 2014 comes before it. "Regio Amsterdam" is the gemeente here; the dataset has
    no housing-market region.

    Args:
        buurten: the dataset's table, prepared: the big cities.
        choices: settled choices.

    Returns:
        Per `plaats` and `variant` (a year; or "2018 min 2014", the slope of the change, whose interval is that of the
        difference between the two slopes): what `within` gives.
    """

    def rows(table: pd.DataFrame) -> dict[str, dict[str, float]]:
        sample = select(table, choices).dropna(subset=[f"onv_{year}" for year in YEARS])
        found = {str(year): within(sample.assign(uitkomst=sample[f"onv_{year}"])) for year in YEARS}
        for early, late in ((YEARS[0], YEARS[1]), (YEARS[1], YEARS[2])):
            change = sample[f"onv_{late}"] - sample[f"onv_{early}"]
            found[f"{late} min {early}"] = within(sample.assign(uitkomst=change))
        return found

    return _by_place(buurten, choices, rows)
