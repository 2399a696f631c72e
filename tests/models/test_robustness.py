"""Ceiling, units, suppressed figures, origin and period, where the answer is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.choices import Choices
from analysis.measures.context import CHARACTERISTICS
from analysis.models import robustness
from analysis.models.robustness import MERGED, aggregate, bounds, ceiling, ceiling_by_city, composition, merge, within

CITIES = pd.DataFrame({"gemeentenaam": ["Amsterdam", "Bergen", "Castricum", "Delden", "Epe"]},
                      index=["GM0363", "GM0001", "GM0002", "GM0003", "GM0004"])  # fmt: skip
CHOICES = Choices()
BURDEN, COLUMNS = CHOICES.income.column, [item.column for item in CHARACTERISTICS]
PER_CITY = 80


def invent(seed: int = 1) -> pd.DataFrame:
    """Five cities of eighty buurten, four to a wijk; every third buurt is small."""
    random = np.random.default_rng(seed)
    n = PER_CITY * len(CITIES)
    x = random.gamma(4, 2.5, n)
    code, number = np.repeat(CITIES.index, PER_CITY), np.tile(np.arange(PER_CITY), len(CITIES))
    table = pd.DataFrame({
        "gemeentecode": code, "wijkcode": [f"WK{c[2:]}{k // 4:02d}" for c, k in zip(code, number, strict=True)],
        "inwoners_2017": np.where(number % 3 == 0, random.integers(200, 500, n), random.integers(500, 6000, n)) * 1.0,
        BURDEN: x, "woz_2017": 200.0,
        **{column: random.normal(20, 5, n) - 0.3 * x for column in COLUMNS},
    }, index=[f"BU{c[2:]}{k // 4:02d}{k % 4:02d}" for c, k in zip(code, number, strict=True)])  # fmt: skip
    return table.assign(**{f"onv_{year}": 0.3 - 0.02 * x + random.normal(0, 0.05, n) for year in (2014, 2018, 2020)})


NO_BORDERS = pd.DataFrame(index=pd.MultiIndex.from_tuples([], names=["buurtcode_a", "buurtcode_b"]))


# --- The ceiling ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five_outcomes() -> pd.DataFrame:
    table, random = invent(), np.random.default_rng(2)
    bent = np.abs(table[BURDEN] - 8) / 10 - table[COLUMNS[0]] / 5
    bent = bent / bent.std()
    level = table.gemeentecode.map(dict(zip(CITIES.index, (1.5, 1.5, -1.5, 1.5, -1.5), strict=True)))
    noise = random.normal(size=(3, len(table)))
    return table.assign(onv_2018=bent, fys_2018=noise[0], soc_2018=bent + level, vrz_2018=noise[1] + level,
                        won_2018=bent + noise[2], misdrijven_log=bent)  # fmt: skip


def test_the_ceiling_is_one_for_composition_and_zero_for_noise(five_outcomes):
    found = ceiling(five_outcomes, CITIES, CHOICES)
    assert found.eigen_niveau["onv_2018"] > 0.95
    assert found.zonder["onv_2018"] > 0.95
    assert -0.3 < found.eigen_niveau["fys_2018"] < 0.05
    assert 0.25 < found.eigen_niveau["won_2018"] < 0.65
    assert found.index.tolist()[-1] == "misdrijven_log"


def test_a_city_with_a_level_of_its_own_is_predicted_only_when_the_level_is_given(five_outcomes):
    found = ceiling(five_outcomes, CITIES, CHOICES).loc["soc_2018"]
    assert found.eigen_niveau > 0.7
    assert found.zonder < -0.5
    assert found.eigen_niveau_laag <= found.eigen_niveau <= found.eigen_niveau_hoog
    assert (found.steden, found.zonder_laag <= found.zonder <= found.zonder_hoog) == (5, True)


def test_r2_of_one_city_equals_a_plain_fit_without_it(five_outcomes):
    """So the target city teaches the model nothing."""
    table = five_outcomes[five_outcomes.inwoners_2017 >= CHOICES.ondergrens].assign(belasting=five_outcomes[BURDEN])
    here = (table.gemeentecode == "GM0363").to_numpy()
    design, y, w = (
        composition(table, ["belasting", *COLUMNS]),
        table.won_2018.to_numpy(),
        table.inwoners_2017.to_numpy(),
    )
    model = sm.WLS(y[~here], design[~here], w[~here]).fit()
    error = y[here] - model.predict(design[here])
    total = np.sum(w[here] * (y[here] - np.average(y[here], weights=w[here])) ** 2)
    found = ceiling_by_city(five_outcomes, CITIES, CHOICES, "won_2018").loc["GM0363"]
    assert found.zonder == pytest.approx(1 - np.sum(w[here] * error**2) / total, rel=1e-6)
    assert found.n == here.sum()
    assert found.eigen_niveau > found.zonder


def test_a_city_with_few_buurten_trains_but_has_no_row(five_outcomes):
    small = five_outcomes.drop(index=five_outcomes.index[five_outcomes.gemeentecode == "GM0004"][25:])
    assert "GM0004" not in ceiling_by_city(small, CITIES, CHOICES, "onv_2018").index


# --- Units ----------------------------------------------------------------------------------------


def pairs(*codes: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(index=pd.MultiIndex.from_tuples(codes, names=["buurtcode_a", "buurtcode_b"]))


def wijk(*inhabitants: float) -> pd.DataFrame:
    return pd.DataFrame({"wijkcode": "WK01", "gewicht": inhabitants}, index=list("abcdefgh")[: len(inhabitants)])


def test_merging_keeps_every_inhabitant_and_reaches_the_size():
    table = invent().assign(gewicht=lambda t: t.inwoners_2017)
    group = merge(table, NO_BORDERS)
    merged, whole = table.gewicht.groupby(group).sum(), table.gewicht.groupby(table.wijkcode).sum()
    assert merged.sum() == table.gewicht.sum()
    assert (table.wijkcode.groupby(group).nunique() == 1).all()
    short = merged.index[merged < MERGED]
    assert set(table.wijkcode[short]) == set(whole.index[whole < MERGED])
    assert len(whole) < len(merged) < len(table)


def test_the_smallest_joins_the_smallest_that_it_borders():
    """By code a stands next to b; by the map it borders c and d, of which d is the smaller."""
    found = merge(wijk(100, 2500, 3000, 2800), pairs(("a", "c"), ("a", "d"), ("b", "c")))
    assert found.to_dict() == {"a": "a", "b": "b", "c": "c", "d": "a"}


def test_without_borders_it_joins_the_smaller_of_its_neighbours_by_code():
    found = merge(wijk(2100, 2600, 300, 2500, 2050), NO_BORDERS)
    assert found.to_dict() == {"a": "a", "b": "b", "c": "c", "d": "c", "e": "e"}
    assert merge(wijk(2100, 2400, 300, 2500, 2050), NO_BORDERS).tolist() == ["a", "b", "b", "d", "e"]


def test_merging_goes_on_until_all_are_large_enough():
    assert merge(wijk(500, 600, 700, 800, 900), NO_BORDERS).nunique() == 1
    assert merge(wijk(1000, 1000, 1000, 1000), NO_BORDERS).tolist() == ["a", "a", "c", "c"]
    assert merge(wijk(300, 400), NO_BORDERS).tolist() == ["a", "a"]


def test_merging_does_not_depend_on_the_order_of_rows():
    table = invent().assign(gewicht=lambda t: t.inwoners_2017)
    pd.testing.assert_series_equal(merge(table, NO_BORDERS), merge(table[::-1], NO_BORDERS)[::-1])
    assert merge(wijk(2000, 2001), NO_BORDERS).tolist() == ["a", "b"]


def test_a_group_has_the_mean_of_its_inhabitants_and_its_own_crime_rate():
    table = pd.DataFrame({
        "gemeentecode": "GM0363", "wijkcode": "WK01", "gewicht": [1000.0, 3000.0], "belasting": [4.0, 8.0],
        "uitkomst": [0.1, 0.3], "misdrijven": [10.0, 200.0], "inwoners_2024": [1000.0, 4000.0],
    }, index=["a", "b"])  # fmt: skip
    group = pd.Series(["a", "a"], index=["a", "b"])
    found = aggregate(table, group, CHOICES).loc["a"]
    assert (found[BURDEN], found.onv_2018) == (pytest.approx(7), pytest.approx(0.25))
    assert (found.inwoners_2017, found.buurten) == (4000, 2)
    crime = aggregate(table, group, CHOICES, robustness.CRIME).loc["a"]
    assert crime[robustness.CRIME] == pytest.approx(np.log(1000 * 210.5 / (3 * 5000)))


def test_an_exact_line_has_one_slope_whatever_the_unit():
    random = np.random.default_rng(1)
    table = invent().assign(onv_2018=lambda t: 0.3 - 0.02 * t[BURDEN] + random.normal(0, 1e-6, len(t)))
    found = robustness.units(table, CITIES, CHOICES, NO_BORDERS)
    assert found.index.tolist() == ["buurt", "wijk", "samengevoegde buurten"]
    for column in ("value", "pooled", "pooled_same"):
        np.testing.assert_allclose(found[column], -0.2, atol=1e-4)
    np.testing.assert_allclose(found.ratio, 1, atol=1e-3)
    assert found.n["wijk"] == PER_CITY // 4
    assert found.mediaan["wijk"] > found.mediaan["samengevoegde buurten"] > found.mediaan["buurt"]


def test_a_steeper_slope_between_wijken_shows_at_the_wijk():
    random = np.random.default_rng(1)
    table = invent()
    shared = 8 * pd.Series(random.normal(size=100), sorted(table.wijkcode.unique()))[table.wijkcode].to_numpy()
    own = random.normal(0, 4, len(table))
    table = table.assign(**{BURDEN: 30 + shared + own, "onv_2018": -0.02 * shared})
    found = robustness.units(table, CITIES, CHOICES, NO_BORDERS)
    assert found.value["wijk"] < found.value["buurt"] - 0.01
    assert found.pooled["wijk"] < found.pooled["buurt"] - 0.01


# --- The slope within cities ----------------------------------------------------------------------


def test_within_takes_off_the_level_of_each_city():
    table = invent().rename(columns={"inwoners_2017": "gewicht", BURDEN: "belasting"})
    level = table.gemeentecode.map(dict(zip(CITIES.index, (0, 1, 2, 3, 4), strict=True)))
    table = table.assign(belasting=table.belasting + 3 * level, uitkomst=level - 0.02 * table.belasting)
    found = within(table)
    assert found["value"] == pytest.approx(-0.2)
    assert within(table.assign(gemeentecode="GM0363"))["value"] > 0


def test_within_equals_a_plain_fit_with_dummies():
    table = (
        invent().rename(columns={"inwoners_2017": "gewicht", BURDEN: "belasting"}).assign(uitkomst=invent().onv_2018)
    )
    data = table.assign(wijk=pd.factorize(table.wijkcode)[0])
    plain = sm.WLS.from_formula("uitkomst ~ belasting + C(gemeentecode)", data, weights=data.gewicht)
    plain = plain.fit(cov_type="cluster", cov_kwds={"groups": data.wijk}, use_t=True)
    found = within(table)
    assert found["value"] == pytest.approx(10 * plain.params["belasting"])
    assert found["error"] == pytest.approx(10 * plain.bse["belasting"])
    assert (found["low"], found["high"]) == pytest.approx(tuple(10 * plain.conf_int().loc["belasting"]))
    assert within(table, weighted=False)["value"] != pytest.approx(found["value"], rel=1e-3)


# --- Suppressed figures ---------------------------------------------------------------------------


def test_bounds_bracket_the_truth_where_the_hidden_figures_lie_between():
    """Small buurten have a low burden, and every hidden figure is 2 %, between 0 and the P75 of the class."""
    table = invent()
    small = table.inwoners_2017 < CHOICES.ondergrens
    hidden = small & (np.arange(len(table)) % 2 == 0)
    burden = table[BURDEN].where(~small, table[BURDEN] / 3).mask(hidden, 2.0)
    table = table.assign(**{BURDEN: burden.mask(hidden), "onv_2018": 0.3 - 0.02 * burden})
    assert 2 < burden[small & ~hidden].quantile(0.75) < burden[~small].mean()
    for place in ("Amsterdam", "andere grote steden"):
        larger, left_out, zero, high = bounds(table, CHOICES).loc[place].value_even
        assert larger == pytest.approx(-0.2)
        assert left_out == pytest.approx(-0.2)
        assert high < -0.201 < -0.199 < zero


def test_with_nothing_hidden_every_filling_is_the_same():
    found = bounds(invent(), CHOICES).loc["Amsterdam"]
    assert found.value.iloc[1:].nunique() == 1
    assert found.n.iloc[1:].tolist() == [PER_CITY] * 3


def test_the_filled_value_is_zero_or_the_p75_of_the_class_and_nothing_else_changes():
    table = invent()
    small = table.inwoners_2017 < CHOICES.ondergrens
    hidden = table.index[small & (table.gemeentecode == "GM0363")][:3]
    holed = table.copy()
    holed.loc[hidden, BURDEN] = np.nan
    top = holed.loc[small, BURDEN].quantile(0.75)
    found = bounds(holed, CHOICES)
    for name, value in (("op 0 %", 0.0), ("op P75 van de klasse", top)):
        by_hand = table[table.gemeentecode == "GM0363"].copy()
        by_hand.loc[hidden, BURDEN] = value
        sample = by_hand.assign(gewicht=by_hand.inwoners_2017, belasting=by_hand[BURDEN], uitkomst=by_hand.onv_2018)
        row = found.loc[("Amsterdam", f"vanaf 200 inwoners, zonder cijfer {name}")]
        assert row.value == pytest.approx(within(sample)["value"])
        assert row.value_even == pytest.approx(within(sample, weighted=False)["value"])
    others = found.loc["andere grote steden"]
    assert others.value.iloc[1:].nunique() == 1
    assert others.n.tolist()[1:] == [PER_CITY * 4] * 3


def test_a_hidden_figure_of_a_large_buurt_is_not_filled():
    table = invent()
    large = table.index[(table.inwoners_2017 >= 500) & (table.gemeentecode == "GM0363")][0]
    table.loc[large, BURDEN] = np.nan
    assert (bounds(table, CHOICES).loc["Amsterdam"].n.iloc[1:] == PER_CITY - 1).all()


def test_who_is_missing_is_counted():
    table = invent()
    small = table.index[(table.inwoners_2017 < 500) & (table.gemeentecode == "GM0363")]
    table.loc[small[:2], [BURDEN, "inwoners_2017", "onv_2018", "pct_65plus_2017"]] = [np.nan, 300, 0.5, 40]
    found = robustness.missing(table, CHOICES).loc["Amsterdam"]
    hidden, known = (found.loc[f"200 tot 500 inwoners, {word} cijfer"] for word in ("zonder", "met"))
    assert (hidden.buurten, hidden.inwoners, hidden.uitkomst, hidden.ouderen) == (2, 600, 0.5, 40)
    assert known.buurten == len(small) - 2
    assert hidden.aandeel + known.aandeel == pytest.approx(100)
    assert found.loc["vanaf 500, zonder cijfer"].buurten == 0


# --- Origin and period ----------------------------------------------------------------------------


def test_origin_held_constant_gives_the_planted_slope_and_no_coefficient_of_its_own():
    table, random = invent(), np.random.default_rng(3)
    table["pct_niet_westers_2017"] = 2 * table[BURDEN] + random.normal(0, 5, len(table))
    table["pct_westers_2017"] = random.normal(10, 2, len(table))
    table["onv_2018"] = -0.02 * table[BURDEN] - 0.01 * table.pct_niet_westers_2017 + 0.01 * table.pct_westers_2017
    found = robustness.origin(table, CHOICES)
    for place in ("Amsterdam", "andere grote steden"):
        assert found.value[place, "met herkomst"] == pytest.approx(-0.2)
        assert found.value[place, "zonder herkomst"] == pytest.approx(-0.4, abs=0.04)
        assert found.n[place, "met herkomst"] == found.n[place, "zonder herkomst"]
    assert found.columns.tolist() == ["value", "low", "high", "error", "n"]


def test_origin_compares_the_same_buurten():
    table = invent().assign(pct_westers_2017=10.0 + np.arange(400) % 7, pct_niet_westers_2017=np.arange(400) % 11 * 1.0)
    here = table.index[(table.gemeentecode == "GM0363") & (table.inwoners_2017 >= 500)]
    table.loc[here[:5], "pct_westers_2017"] = np.nan
    assert robustness.origin(table, CHOICES).n["Amsterdam"].tolist() == [len(here) - 5] * 2


def test_each_year_has_its_slope_and_the_change_is_their_difference():
    table = invent()
    for year, slope in ((2014, -0.01), (2018, -0.02), (2020, -0.04)):
        table[f"onv_{year}"] += (slope + 0.02) * table[BURDEN]
    table.loc[table.index[1], "onv_2014"] = np.nan
    found = robustness.period(table, CHOICES)
    amsterdam = found.value["Amsterdam"]
    assert amsterdam[["2014", "2018", "2020"]].tolist() == pytest.approx([-0.1, -0.2, -0.4], abs=0.04)
    assert amsterdam["2018 min 2014"] == pytest.approx(amsterdam["2018"] - amsterdam["2014"])
    assert amsterdam["2020 min 2018"] == pytest.approx(amsterdam["2020"] - amsterdam["2018"])
    assert found.n["Amsterdam"].nunique() == 1


def test_the_others_are_those_without_the_chosen_city():
    table = invent()
    elsewhere = Choices(gemeente="Bergen", gemeentecode="GM0001")
    found = robustness.period(table, elsewhere)
    assert found.index.get_level_values("plaats").unique().tolist() == ["Bergen", "andere grote steden"]
    large = table.inwoners_2017 >= 500
    assert found.n["Bergen", "2018"] == (large & (table.gemeentecode == "GM0001")).sum()
    assert found.n["andere grote steden", "2018"] == (large & (table.gemeentecode != "GM0001")).sum()


def test_what_composition_leaves_of_an_estimate_is_all_or_nothing_where_that_is_known(monkeypatch):
    """A figure that is composition leaves nothing, one that is noise leaves everything."""
    scores = {"pct_regie_2020": 0.98, "pct_eenzaam_2020": -0.02}

    def told(buurten, cities, choices, column):
        values = [scores.get(column, 0.5) - 0.01, scores.get(column, 0.5), scores.get(column, 0.5) + 0.01]
        return pd.DataFrame({"eigen_niveau": values, "n": [10, 20, 30]})

    monkeypatch.setattr(robustness, "ceiling_by_city", told)
    table = robustness.unexplained(None, None, None)
    assert set(table.index) == set(robustness.SELF_RELIANCE)
    assert table.rest["pct_regie_2020"] == pytest.approx(0.02)
    assert table.rest["pct_eenzaam_2020"] == pytest.approx(1.02)
    assert (table.laag < table.verklaard).all() and (table.verklaard < table.hoog).all()
    assert (table.n == 60).all()
