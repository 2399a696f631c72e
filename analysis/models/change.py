"""Did burdened buurten become safer or less safe? The change between two years, held against the burden of 2017.

The year of departure is measured with error, and the error comes back in the change with the opposite sign: whatever
looked unsafe by bad luck seems to improve. So three models, that go wrong in different ways, stand side by side; where
they do not agree there is no verdict.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.choices import YEARS, Choices
from analysis.measures.sample import one_city, select
from analysis.models.spline import line
from analysis.models.wls import FEWEST_CLUSTERS, fit

WITHOUT, WITH, CORRECTED = "zonder uitgangspunt", "met uitgangspunt", "met gecorrigeerd uitgangspunt"

# Below this first-stage F the instrument is weak, and the corrected estimate can't be relied on (Staiger and Stock).
WEAK_F = 10

NO_INSTRUMENT = "geen eerder jaar: een later jaar bevat een deel van de verandering zelf"
WEAK_INSTRUMENT = f"instrument te zwak (F onder {WEAK_F})"

NO_VERDICT, NOT_SHOWN = "geen uitspraak", "niet aangetoond"
SAFER, LESS_SAFE = (
    "veel lage inkomens, naar verhouding veiliger geworden",
    "veel lage inkomens, naar verhouding minder veilig geworden",
)

CONFIDENCE = 0.95


def change(buurten: pd.DataFrame, choices: Choices, start: int, end: int) -> pd.DataFrame:
    """Regress the change of `onv` on the burden, in three ways.

    The corrected way replaces the starting level by what an earlier year predicts of it: error of measurement that the
    two years do not share falls out. A year after the start can't serve: it has part of the change in it. For the same
    reason nothing corrects a change from 2014.

    Args:
        buurten: the dataset's table, of one city or of many (a constant per city then).
        choices: settled choices; give the income measure and the cut.
        start, end: years of the Leefbaarometer.

    Returns:
        Per model: `estimate`, `low`, `high` (change in LBM points per 10 percentage points of burden, 95 %), `n`,
        `first_stage_f` and `reason` (why there is no estimate, otherwise empty). Weighted by inhabitants, errors
        clustered by wijk (HC3, or HC1 for the corrected model, where there are too few wijken).
    """
    sample = select(buurten, choices, outcome=f"onv_{end}").dropna(subset=f"onv_{start}")
    difference = sample.uitkomst - sample[f"onv_{start}"]
    exogenous = np.column_stack([_cities(sample), sample.belasting])
    plain = fit(exogenous, difference, sample.gewicht, sample.wijkcode)
    given = fit(np.column_stack([sample[f"onv_{start}"], exogenous]), difference, sample.gewicht, sample.wijkcode)
    rows = {WITHOUT: _row(*_last(plain), len(sample)), WITH: _row(*_last(given), len(sample)),
            CORRECTED: _corrected(sample, start, end)}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _cities(sample: pd.DataFrame) -> np.ndarray:
    """A constant, and one more per further city."""
    dummies = pd.get_dummies(sample.gemeentecode, drop_first=True).to_numpy(float)
    return np.column_stack([np.ones(len(sample)), dummies])


def _last(found: object) -> tuple[float, float, float]:
    """Estimate and limits of the last coefficient."""
    return (found.params[-1], *found.conf_int(1 - CONFIDENCE)[-1])


def _row(
    estimate: float, low: float, high: float, n: int, first_stage_f: float = np.nan, reason: str = ""
) -> dict[str, object]:
    return {"estimate": 10 * estimate, "low": 10 * low, "high": 10 * high, "n": n,
            "first_stage_f": first_stage_f, "reason": reason}  # fmt: skip


def _corrected(sample: pd.DataFrame, start: int, end: int) -> dict[str, object]:
    """The starting level instrumented by the last year before it; missing, with the reason, where that can't be."""
    from linearmodels.iv import IV2SLS

    earlier = [year for year in YEARS if year < start]
    if not earlier:
        return _row(np.nan, np.nan, np.nan, 0, reason=NO_INSTRUMENT)
    known = sample.dropna(subset=f"onv_{earlier[-1]}")
    groups, labels = pd.factorize(known.wijkcode)
    by_wijk = len(labels) >= FEWEST_CLUSTERS
    exogenous = pd.DataFrame(_cities(known), index=known.index).add_prefix("stad").assign(belasting=known.belasting)
    model = IV2SLS(known.uitkomst - known[f"onv_{start}"], exogenous, known[[f"onv_{start}"]],
                   known[[f"onv_{earlier[-1]}"]], weights=known.gewicht)  # fmt: skip
    errors = {"cov_type": "clustered", "clusters": groups} if by_wijk else {"cov_type": "robust"}
    found = model.fit(debiased=True, **errors)
    strength = float(found.first_stage.diagnostics["f.stat"].iloc[0])
    if not strength >= WEAK_F:
        return _row(np.nan, np.nan, np.nan, len(known), strength, WEAK_INSTRUMENT)
    degrees = len(labels) - 1 if by_wijk else found.df_resid
    margin = stats.t.ppf((1 + CONFIDENCE) / 2, degrees) * found.std_errors["belasting"]
    value = found.params["belasting"]
    return _row(value, value - margin, value + margin, len(known), strength)


def verdict(table: pd.DataFrame) -> str:
    """What the three models say together.

    Args:
        table: result of `change`.

    Returns:
        `NO_VERDICT` where they disagree in sign, or in whether the interval excludes 0, or where one of them is
        missing; `NOT_SHOWN` where no interval excludes 0; else the common direction, `SAFER` or `LESS_SAFE`.
    """
    certain = table.low * table.high > 0
    if table.estimate.isna().any() or np.sign(table.estimate).nunique() > 1 or certain.nunique() > 1:
        return NO_VERDICT
    if not certain.all():
        return NOT_SHOWN
    return SAFER if table.estimate.iloc[0] > 0 else LESS_SAFE


def reliability(buurten: pd.DataFrame, choices: Choices) -> float:
    """Correlation of `onv` in the two latest years over the buurten of the sample: how alike two measurements are.

    Real change lowers it too, so it is a lower limit of what the measurement itself would repeat.

    Args:
        buurten: of one city: between cities lie differences that no year changes.
        choices: settled choices; give the income measure and the cut.
    """
    one_city(buurten, "De betrouwbaarheid")
    early, late = (f"onv_{year}" for year in YEARS[-2:])
    sample = select(buurten, choices).dropna(subset=[early, late])
    return float(np.corrcoef(sample[early], sample[late])[0, 1])


# Correlation of burden and true safety in the simulation: about that of Amsterdam (-0.79 as measured in 2018).
BURDEN_AND_SAFETY = -0.8
QUINTILES = 5


def regression_to_mean(reliability: float, seed: int, n: int = 100_000) -> pd.DataFrame:
    """What seems to change where nothing does: two measurements of places whose true safety stays the same.

    Burdened and unsafe places seem to improve, and safe ones to decline, only because the first measurement was in
    part bad or good luck. Burdened places as a whole do not change.

    Args:
        reliability: correlation of the two measurements (0 to 1).
        seed: of the draws.
        n: places.

    Returns:
        Per `kwintiel` of the first measurement (1 is least safe): `first`, `second` (means, in standard deviations),
        `change` (of all) and `change_burdened` (of the more burdened half), and `expected`, the change by the formula.
    """
    random = np.random.default_rng(seed)
    true, own, *luck = random.standard_normal((4, n))
    burden = BURDEN_AND_SAFETY * true + np.sqrt(1 - BURDEN_AND_SAFETY**2) * own
    first, second = (np.sqrt(reliability) * true + np.sqrt(1 - reliability) * each for each in luck)
    places = pd.DataFrame({"first": first, "second": second, "change": second - first})
    places["change_burdened"] = places.change.where(burden > np.median(burden))
    quintile = pd.qcut(places["first"], QUINTILES, labels=range(1, QUINTILES + 1)).rename("kwintiel")
    table = places.groupby(quintile, observed=True).mean()
    return table.assign(expected=(reliability - 1) * table["first"])


FALLING, RISING, DIFFERENCE = "dalend", "stijgend", "stijgend min dalend"

# The power that the smallest difference to be found is stated for.
POWER = 0.8

# Fewer buurten than this in one of the groups say nothing about it.
FEWEST_BUURTEN = 10

# What the coefficients of the model (constant, rising) say about the falling, the rising, and their difference.
GROUPS = np.array([[1, 0], [1, 1], [0, 1]])


def asymmetry(buurten: pd.DataFrame) -> pd.DataFrame:
    """The change of `onv` 2018→2020 where the share of low incomes fell and where it rose between 2017 and 2020.

    Descriptive: a falling share may be better incomes, other residents, or chance. Buurten where it stayed the same to
    the published decimal are in neither group.

    Args:
        buurten: of Amsterdam; has `pct_laag_inkomen_2017`, `pct_laag_inkomen_2020` (%), `onv_2018`, `onv_2020`,
            `inwoners_2017` and `wijkcode`.

    Returns:
        Rows `FALLING`, `RISING` and `DIFFERENCE`: `mean` (LBM points), `low`, `high` (95 %), `n`, `change_income` (mean
        change of the share, percentage points), and, of the difference, `detectable`: the smallest that would have been
        found in 80 % of samples. Weighted by inhabitants, clustered by wijk. Missing where a group has fewer than
        `FEWEST_BUURTEN`.
    """
    one_city(buurten, "Dalend en stijgend inkomen")
    income = buurten.pct_laag_inkomen_2020 - buurten.pct_laag_inkomen_2017
    known = buurten.assign(income=income, change=buurten.onv_2020 - buurten.onv_2018)
    known = known.dropna(subset=["income", "change", "inwoners_2017"])
    known = known[(known.income.round(6) != 0) & (known.inwoners_2017 > 0)]
    rising = known.income > 0
    counts = {FALLING: int((~rising).sum()), RISING: int(rising.sum()), DIFFERENCE: len(known)}
    table = pd.DataFrame({"n": counts}).rename_axis("groep")
    if table.n[[FALLING, RISING]].min() < FEWEST_BUURTEN:
        return table.assign(mean=np.nan, low=np.nan, high=np.nan, change_income=np.nan, detectable=np.nan)
    found = fit(line(rising), known.change, known.inwoners_2017, known.wijkcode)
    groups = found.t_test(GROUPS)
    table["mean"] = groups.effect
    table["low"], table["high"] = groups.conf_int(1 - CONFIDENCE).T
    table["change_income"] = GROUPS @ fit(line(rising), known.income, known.inwoners_2017).params
    reach = stats.t.ppf([(1 + CONFIDENCE) / 2, POWER], found.df_resid_inference).sum()
    table["detectable"] = pd.Series({DIFFERENCE: reach * found.bse[1]})
    return table
