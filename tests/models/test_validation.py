"""Our counterparts of published figures: what is planted is found, and nothing is claimed where nothing is there."""

from __future__ import annotations

import math
import re
import subprocess
import sys

import nbformat
import numpy as np
import pandas as pd
import pytest

from analysis.choices import YEARS, Choices
from analysis.dataset import store
from analysis.measures import sample
from analysis.models import validation as v
from analysis.paths import BOOK, ROOT
from analysis.publication import register, validation_reports
from analysis.publication.staging import SENTENCE

RAW = ROOT.parent / "shared" / "data"
CHOICES = Choices()


def city(n: int = 120, code: str = "GM0363", seed: int = 1) -> pd.DataFrame:
    """Buurten of one gemeente, four to a wijk; every third is a corporatiebuurt, and nothing goes with anything."""
    random = np.random.default_rng(seed)
    number = code[2:]
    table = pd.DataFrame({
        "buurtnaam": [f"Buurt {place}" for place in range(n)], "gemeentecode": code, "gemeentenaam": "Stad",
        "wijkcode": [f"WK{number}{place // 4:02d}" for place in range(n)],
        "inwoners_2017": random.integers(600, 6000, n).astype(float),
        "pct_corporatie_2017": np.where(np.arange(n) % 3 == 0, 80.0, 30.0),
        "pct_sociaal_minimum_2017": random.uniform(2, 22, n).round(1),
        "pct_laag_inkomen_2017": random.uniform(8, 12, n), "pct_laag_inkomen_2020": random.uniform(8, 12, n),
        "pct_laagste40_2017": random.uniform(30, 60, n), "misdrijven_log": random.normal(4, 0.3, n),
    }, index=[f"BU{number}{place:04d}" for place in range(n)])  # fmt: skip
    for year in YEARS:
        for name in v.DIMENSIONS:
            table[f"{name}_{year}"] = random.normal(0, 0.05, n)
        table[f"afw_{year}"] = table[[f"{name}_{year}" for name in v.DIMENSIONS]].sum(axis=1)
    return table


def areas(n: int = 40) -> pd.DataFrame:
    """Wijken, two to a gemeente, with scores -0.01, -0.02, … that are alike in every year."""
    score = -0.01 * np.arange(1, n + 1)
    table = pd.DataFrame({"gemeentecode": [f"GM{place // 2:04d}" for place in range(n)], "inwoners_2017": 1000.0},
                         index=[f"WK{place:06d}" for place in range(n)])  # fmt: skip
    return table.assign(**{f"afw_{year}": score for year in YEARS})


def by_key(checks: list[v.Check]) -> dict[str, v.Check]:
    return {check.key: check for check in checks}


# Verdicts and contrasts


@pytest.mark.parametrize(
    ("sign", "low", "high", "expected"),
    [(1, 0.1, 0.2, v.AGREES), (1, -0.2, -0.1, v.DISAGREES), (1, -0.1, 0.2, v.UNDECIDED), (-1, -0.2, -0.1, v.AGREES),
     (-1, 0.1, 0.2, v.DISAGREES), (-1, -0.1, 0.2, v.UNDECIDED), (1, math.nan, math.nan, v.UNDECIDED)],
)  # fmt: skip
def test_a_verdict_follows_the_published_side(sign, low, high, expected):
    assert v.verdict(sign, low, high) == expected


def test_a_contrast_is_the_difference_of_means_over_inhabitants():
    table = city()
    group = table.pct_corporatie_2017 > 50
    found = v.contrast(table, group, table.onv_2018)
    means = [np.average(part.onv_2018, weights=part.inwoners_2017) for part in (table[group], table[~group])]
    assert found.value == pytest.approx(means[0] - means[1])
    assert found.low < found.value < found.high
    assert (found.n, found.group) == (120, 40)


def test_a_contrast_leaves_missing_outcomes_and_empty_buurten_out():
    table = city()
    table.iloc[0, table.columns.get_loc("onv_2018")] = np.nan
    table.iloc[3, table.columns.get_loc("inwoners_2017")] = 0
    found = v.contrast(table, table.pct_corporatie_2017 > 50, table.onv_2018)
    assert (found.n, found.group) == (118, 38)


def test_a_group_that_is_too_small_gives_no_contrast():
    table = city()
    few = pd.Series(np.arange(120) < v.FEWEST_IN_GROUP - 1, index=table.index)
    assert math.isnan(v.contrast(table, few, table.onv_2018).value)
    assert math.isnan(v.contrast(table, ~few, table.onv_2018).value), "ook de andere groep mag niet te klein zijn"
    enough = pd.Series(np.arange(120) < v.FEWEST_IN_GROUP, index=table.index)
    assert math.isfinite(v.contrast(table, enough, table.onv_2018).value)


def test_the_interval_of_a_contrast_grows_when_buurten_of_a_wijk_are_alike():
    table = city()
    group = table.wijkcode.isin(sorted(table.wijkcode.unique())[::2])
    lasting = pd.Series(np.repeat(np.random.default_rng(3).normal(0, 1, 30), 4), index=table.index)
    own = v.contrast(table.assign(wijkcode=table.index), group, lasting)
    assert v.contrast(table, group, lasting).error > 1.5 * own.error


def test_the_mean_over_inhabitants_has_an_interval_around_it():
    table = city()
    found = v.mean(table, table.onv_2018, "wijkcode")
    assert found.value == pytest.approx(np.average(table.onv_2018, weights=table.inwoners_2017))
    assert found.low < found.value < found.high


def test_a_share_and_its_interval():
    hit = pd.Series([True, True, True, False] * 30)
    by_wijk = v.share_of(hit, pd.Series(np.arange(120) // 4), 1)
    assert by_wijk == (75, 75, 75), "elke wijk heeft hetzelfde aandeel, dus trekken van wijken verandert niets"
    alone = v.share_of(hit, pd.Series(np.arange(120)), 1)
    margin = 100 * 1.96 * math.sqrt(0.75 * 0.25 / 120)
    assert alone == pytest.approx((75, 75 - margin, 75 + margin), abs=1.5)


def test_the_interval_of_a_share_follows_the_seed():
    random = np.random.default_rng(1)
    hit, wijk = pd.Series(random.random(997) < 0.4), pd.Series(random.integers(0, 150, 997))
    assert v.share_of(hit, wijk, 1) == v.share_of(hit, wijk, 1)
    assert v.share_of(hit, wijk, 1) != v.share_of(hit, wijk, 2)


# V1, V2, V6, V15: corporatiebuurten


def test_less_safe_corporation_buurten_agree_with_what_was_published():
    table = city()
    table["onv_2018"] -= 0.2 * (table.pct_corporatie_2017 > 70)
    crime = math.log(1.5) * (table.pct_corporatie_2017 > 70) + np.random.default_rng(1).normal(0, 0.01, 120)
    found = by_key(v.corporation(table.assign(misdrijven_log=crime), CHOICES))
    assert found["v1.onv_amsterdam"].value == pytest.approx(-0.2, abs=0.03)
    assert found["v2.misdrijven_amsterdam"].value == pytest.approx(50, abs=1), (
        "een verschil van logaritmen is een verhouding"
    )
    assert {check.verdict for check in found.values()} == {v.AGREES}


def test_safer_corporation_buurten_do_not_agree():
    table = city()
    table["onv_2018"] += 0.2 * (table.pct_corporatie_2017 > 70)
    table["misdrijven_log"] -= 1.0 * (table.pct_corporatie_2017 > 70)
    assert {check.verdict for check in v.corporation(table, CHOICES)} == {v.DISAGREES}


@pytest.mark.parametrize("share", [200 / 3, 66.0])
def test_two_thirds_itself_is_not_more_than_two_thirds(share):
    assert not v.corporation_buurten(city().assign(pct_corporatie_2017=share)).any()
    assert v.corporation_buurten(city().assign(pct_corporatie_2017=67.0)).all()


def test_unknown_tenure_is_left_out_in_the_city_and_other_cities_count_as_others():
    table = pd.concat([city(), city(code="GM0599", seed=2).assign(pct_corporatie_2017=np.nan)])
    table.iloc[:6, table.columns.get_loc("pct_corporatie_2017")] = np.nan
    found = by_key(v.corporation(table, CHOICES))
    assert found["v1.onv_amsterdam"].n == 114
    assert found["v1.onv_nederland"].n == 234


def test_small_buurten_are_left_out():
    table = city()
    table.iloc[:6, table.columns.get_loc("inwoners_2017")] = 499
    assert by_key(v.corporation(table, CHOICES))["v1.onv_amsterdam"].n == 114
    assert by_key(v.corporation(table, Choices(ondergrens=200)))["v1.onv_amsterdam"].n == 120


def test_inhabitants_of_corporation_buurten_are_counted_in_amsterdam_only():
    table = pd.concat([city(), city(code="GM0599", seed=2)]).assign(inwoners_2017=1000.0)
    table.iloc[1, table.columns.get_loc("pct_corporatie_2017")] = np.nan
    found = by_key(v.inhabitants(table))
    assert found["v6.inwoners"].value == 40_000
    assert found["v6.aandeel"].value == pytest.approx(100 * 40 / 119)
    assert {check.verdict for check in found.values()} == {v.INCOMPARABLE}


@pytest.mark.parametrize(("gain", "expected"), [(-0.3, v.AGREES), (0.3, v.DISAGREES), (0.0, v.UNDECIDED)])
def test_corporation_buurten_that_fall_behind_agree_with_the_turn(gain, expected):
    table = city()
    table["afw_2018"] = (
        table.afw_2014 + np.random.default_rng(1).normal(0, 0.05, 120) + gain * (table.pct_corporatie_2017 > 70)
    )
    (check,) = v.since_2014(table, CHOICES)
    assert check.verdict == expected


# V9, V13: falling and rising burden


def moved(seed: int = 1, gain: float = 0.0) -> pd.DataFrame:
    """Half of the buurten fall in low income by two points, half rise; `gain` in safety where they fell."""
    table = city(seed=seed)
    fell = np.arange(120) % 2 == 0
    noise = np.random.default_rng(seed).normal(0, 0.02, 120)
    return table.assign(pct_laag_inkomen_2020=table.pct_laag_inkomen_2017 + np.where(fell, -2.0, 2.0),
                        onv_2020=table.onv_2018 + noise + gain * fell)  # fmt: skip


def test_a_change_needs_both_years_of_both_figures_and_enough_inhabitants():
    table = pd.concat([moved(), city(code="GM0599", seed=2)])
    for place, column in enumerate(("pct_laag_inkomen_2017", "pct_laag_inkomen_2020", "onv_2018", "onv_2020")):
        table.iloc[place, table.columns.get_loc(column)] = np.nan
    table.iloc[4, table.columns.get_loc("inwoners_2017")] = 499
    found = v.changes(table, CHOICES)
    assert list(found.index) == list(table.index[5:120])
    assert set(found.inkomen.round(9)) == {-2, 2}


def test_a_gain_in_safety_where_the_share_fell_is_found():
    found = by_key(v.falling(v.changes(moved(gain=0.05), CHOICES), 1))
    assert found["v13.veiligheid"].value == pytest.approx(0.05, abs=0.01)
    assert found["v13.veiligheid"].verdict == found["v13.veiligheid_stad"].verdict == v.AGREES
    assert found["v13.aandeel"].value == 50


def test_no_gain_is_rarely_called_one():
    verdicts = [by_key(v.falling(v.changes(moved(seed), CHOICES), 1))["v13.veiligheid"].verdict for seed in range(40)]
    assert verdicts.count(v.UNDECIDED) >= 34


def test_a_fall_of_the_whole_city_is_not_a_fall_beside_the_city():
    """All buurten fall; only those that fall more than the mean are safer, so only the second comparison can see it."""
    table = moved(gain=0.05)
    table["pct_laag_inkomen_2020"] -= 5
    found = by_key(v.falling(v.changes(table, CHOICES), 1))
    assert found["v13.aandeel"].value == 100
    assert math.isnan(found["v13.veiligheid"].value), "er is geen buurt zonder daling om naast te leggen"
    assert found["v13.veiligheid_stad"].verdict == v.AGREES


def test_a_difference_of_the_smallest_size_is_shown_about_four_times_in_five():
    samples = range(100)
    smallest = np.mean([v.smallest_difference(v.changes(moved(seed), CHOICES)) for seed in samples])
    tables = [v.changes(moved(seed, smallest), CHOICES) for seed in samples]
    shown = np.mean([v.contrast(table, table.inkomen < 0, table.veiligheid).low > 0 for table in tables])
    assert 0.68 < shown < 0.92


def test_only_buurten_where_both_rose_are_counted():
    table = v.changes(moved(), CHOICES).assign(inwoners_2017=1000.0, inkomen=-1.0, veiligheid=-0.1)
    assert v.both_rose(table)[0].value == 0
    table.iloc[:12, table.columns.get_loc("inkomen")] = 1.0
    table.iloc[:3, table.columns.get_loc("veiligheid")] = 0.1
    assert v.both_rose(table)[0].value == pytest.approx(100 * 9 / 120)


# V16: wijken under a cut


def test_the_counts_are_those_of_a_count_by_hand():
    found = v.counts(v.scores_by_year(areas(), CHOICES), np.array([-0.4, -0.2, -0.015, 0.0]))
    assert found[v.ALL_YEARS].tolist() == [1, 21, 39, 40]
    assert (found["2014"] == found[v.ALL_YEARS]).all()


def test_a_wijk_counts_for_all_years_only_where_each_year_is_under_the_cut():
    wijken = areas()
    wijken.iloc[-1, wijken.columns.get_loc("afw_2018")] = 0.5
    found = v.counts(v.scores_by_year(wijken, CHOICES), np.array([-0.395]))
    assert found.iloc[0].to_dict() == {"2014": 1, "2018": 0, "2020": 1, v.ALL_YEARS: 0}


def test_wijken_without_a_year_or_with_few_inhabitants_are_not_counted():
    wijken = areas()
    wijken.iloc[0, wijken.columns.get_loc("afw_2014")] = np.nan
    wijken.iloc[1, wijken.columns.get_loc("inwoners_2017")] = 499
    assert len(v.scores_by_year(wijken, CHOICES)) == 38


def test_the_cut_gives_the_wanted_number_and_its_gemeenten():
    found = v.cut_for(v.scores_by_year(areas(), CHOICES), 11)
    assert found.cut == pytest.approx(-0.30)
    assert (found.wijken, found.gemeenten) == (11, 6)
    assert found.inhabitants == pytest.approx(100 * 11 / 40)


def test_wijken_of_equal_score_are_all_counted():
    wijken = areas()
    wijken.iloc[-12:, [wijken.columns.get_loc(f"afw_{year}") for year in YEARS]] = -0.5
    assert v.cut_for(v.scores_by_year(wijken, CHOICES), 5).wijken == 12


# V17: the trend


def test_fifths_hold_about_as_many_inhabitants_and_go_up_in_burden():
    table = v.panel(city(600), CHOICES)
    shares = table.groupby("vijfde").inwoners_2017.sum() / table.inwoners_2017.sum()
    assert list(shares.index) == [1, 2, 3, 4, 5]
    assert shares.between(0.17, 0.23).all()
    ranges = table.groupby("vijfde").belasting.agg(["min", "max"])
    assert (ranges["min"].iloc[1:].to_numpy() > ranges["max"].iloc[:-1].to_numpy()).all(), (
        "gelijke belasting is niet gesplitst"
    )


def test_buurten_of_one_burden_are_together_in_the_middle():
    assert set(v.panel(city().assign(pct_sociaal_minimum_2017=7.0), CHOICES).vijfde) == {3}


def test_a_buurt_that_misses_a_year_is_not_in_the_trend():
    table = city()
    table.iloc[0, table.columns.get_loc("afw_2018")] = np.nan
    assert len(v.panel(table, CHOICES)) == 119


def test_the_trend_is_the_mean_over_inhabitants_of_each_group():
    table = v.panel(city(), CHOICES)
    found = v.trend(table).set_index(["score", "groep", "jaar"])
    heaviest = table[table.vijfde == 5]
    assert found.waarde["onv", 5, 2018] == pytest.approx(np.average(heaviest.onv_2018, weights=heaviest.inwoners_2017))
    assert found.waarde["afw", v.EVERYONE, 2014] == pytest.approx(
        np.average(table.afw_2014, weights=table.inwoners_2017)
    )
    assert len(found) == 2 * 6 * len(YEARS)


def rising(lag: float, n: int = 300) -> pd.DataFrame:
    """Every buurt rises 0.1 in both scores; the heaviest fifth `lag` less, from a level that is 1 lower."""
    table = pd.concat(
        [city(n // 10, f"GM{place:04d}", place).assign(gemeentecode=f"GM{place:04d}") for place in range(10)]
    )
    heavy = table.pct_sociaal_minimum_2017 > 18
    random = np.random.default_rng(5)
    for score in ("afw", "onv"):
        table[f"{score}_2014"] = random.normal(0, 0.02, len(table)) - heavy
        table[f"{score}_2020"] = table[f"{score}_2014"] + 0.1 - lag * heavy + random.normal(0, 0.01, len(table))
    return table


@pytest.mark.parametrize(("lag", "expected"), [(0.05, v.AGREES), (-0.05, v.DISAGREES)])
def test_lagging_in_change_is_told_from_lagging_in_level(lag, expected):
    found = by_key(v.progress(v.panel(rising(lag), CHOICES), CHOICES))
    for score in ("afw", "onv"):
        assert found[f"v17.{score}_landelijk"].verdict == v.AGREES
        assert found[f"v17.{score}_zwaarst"].verdict == expected
        assert found[f"v17.{score}_stand"].verdict == v.AGREES
    assert found["v17.afw_zwaarst"].value == pytest.approx(-lag, abs=0.015)


def test_a_national_fall_does_not_agree():
    table = rising(0.0)
    table["afw_2020"] -= 0.2
    assert by_key(v.progress(v.panel(table, CHOICES), CHOICES))["v17.afw_landelijk"].verdict == v.DISAGREES


def test_the_parts_add_up_to_the_change_of_the_total():
    table = v.panel(city(), CHOICES)
    total = by_key(v.progress(table, CHOICES))["v17.afw_zwaarst"].value
    found = v.parts(table)
    assert list(found.index) == list(v.DIMENSIONS)
    assert found.sum() == pytest.approx(total)
    assert found.abs().min() > 0


# V19: the parser


def places() -> pd.DataFrame:
    table = city(code="GM0014")
    return table.assign(pct_laagste40_2017=59.0, pct_laag_inkomen_2017=14.0, pct_sociaal_minimum_2017=12.0)


def test_columns_that_are_what_they_say_pass():
    groningen = v.anchors(places()).set_index(["plaats", "cijfer"]).loc["Groningen"]
    assert groningen.juist.all()
    assert groningen.waarde.tolist() == pytest.approx([59, 14, 12])


@pytest.mark.parametrize(
    ("first", "second"),
    [("pct_laag_inkomen_2017", "pct_sociaal_minimum_2017"), ("pct_laagste40_2017", "pct_laag_inkomen_2017")],
)
def test_swapped_columns_are_noticed(first, second):
    table = places()
    swapped = table.assign(**{first: table[second], second: table[first]})
    found = v.anchors(swapped).set_index("plaats").loc["Groningen"]
    assert (~found.juist).sum() == 2


def test_an_anchor_counts_who_is_behind_it():
    table = places()
    table.iloc[:20, table.columns.get_loc("pct_laag_inkomen_2017")] = np.nan
    table.iloc[20, table.columns.get_loc("inwoners_2017")] = 0
    found = v.anchors(table).set_index(["plaats", "cijfer"]).loc["Groningen", "laag inkomen"]
    assert found.n == 99
    assert found.inwoners == table.inwoners_2017.iloc[21:].sum()


# What is said about it


def test_every_published_figure_has_its_source_in_the_bibliography():
    keys = set(re.findall(r"@\w+\{(\w+),", (BOOK / "references.bib").read_text("utf-8")))
    used = {item.source for item in v.PUBLISHED.values()} | {item.source for item in v.UNCHECKED if item.source}
    assert used <= keys


def test_every_published_figure_of_the_notes_is_either_checked_or_given_a_reason():
    given = set(v.PUBLISHED) | {item.id for item in v.UNCHECKED}
    assert given == {f"V{number}" for number in range(1, 22)}
    assert not set(v.PUBLISHED) & {item.id for item in v.UNCHECKED}
    assert all(len(item.reason) > 30 for item in v.UNCHECKED)


@pytest.fixture(scope="module")
def together() -> list[v.Check]:
    table = pd.concat([city(), city(code="GM0599", seed=2).assign(pct_corporatie_2017=np.nan)])
    return v.checks(table, areas(250), CHOICES)


def test_all_checks_together_cover_what_was_published(together):
    assert {check.id for check in together} == set(v.PUBLISHED) - {"V19"}
    assert len({check.key for check in together}) == len(together)
    assert all(check.verdict in v.VERDICTS and check.data and check.unit and check.differs for check in together)
    ids = [int(check.id[1:]) for check in together]
    assert ids == sorted(ids)


def test_every_check_with_a_figure_becomes_a_number(together):
    numbers = {number.key: number for number in validation_reports.numbers(together)}
    assert set(numbers) == {check.key for check in together}
    assert numbers["v1.onv_amsterdam"].low is not None and numbers["v6.inwoners"].low is None


def test_a_check_without_a_figure_is_told_in_words_and_is_no_number(together):
    empty = [v.Check("V1", "leeg", "Iets", math.nan, "punten", 0, "bron", "reden", v.UNDECIDED)]
    assert validation_reports.numbers(empty) == []
    shown = validation_reports.checked("x", empty).markdown()
    assert validation_reports.NO_FIGURE in shown and "nan" not in shown


def test_the_totals_add_up(together):
    numbers = {number.key: number.value for number in validation_reports.totals(together)}
    assert sum(value for key, value in numbers.items() if key.startswith("oordeel.")) == len(together)
    assert numbers["aantal.benaderd"] == len(v.PUBLISHED) - 1


@pytest.mark.parametrize("verdict", [v.AGREES, v.DISAGREES, v.UNDECIDED])
def test_the_short_answer_has_words_for_every_verdict(together, verdict):
    same = [
        check if check.verdict == v.INCOMPARABLE else v.Check(**{**vars(check), "verdict": verdict})
        for check in together
    ]
    found = validation_reports.about(same, v.Pressure(-0.1, 197, 67, 12.0))
    assert set(found) == {"antwoord", "corporatie", "trend", "daling", "druk"}
    other = validation_reports.about(together, v.Pressure(-0.1, 197, 50, 12.0))
    assert found["druk"] != other["druk"]
    assert ("niet aangetoond" in found["daling"]) == (verdict == v.UNDECIDED)
    assert len(validation_reports.title_trend(same)) < 120


def test_the_table_has_a_row_per_published_figure_and_its_csv_a_row_per_comparison(together):
    table = validation_reports.checked("vergelijkingen", together)
    assert len(table.cells) == len(v.PUBLISHED) - 1
    assert len(table.data) == len(together)
    lines = table.markdown().splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert {row.count(" | ") for row in rows} == {1} and len(rows) == len(table.cells) + 2
    assert all("{cite:p}" in row for row in rows[2:])


# The dataset, and the page itself


@pytest.mark.parametrize("place", ["Nederland", "Groningen"])
def test_the_columns_of_the_dataset_are_what_they_say(place):
    found = v.anchors(sample.prepare(store.read("buurten"))).set_index("plaats").loc[place]
    assert found.juist.all()
    if place == "Nederland":
        assert (found.waarde - found.gepubliceerd).abs().max() < 0.3


@pytest.mark.raw
@pytest.mark.skipif(not RAW.exists(), reason="../shared/data is absent: no raw file to look at")
def test_the_zero_of_the_score_is_the_same_in_every_year():
    """The page says that a rise is a rise: total score minus deviation is one number for all years."""
    table = pd.read_csv(RAW / "leefbaarometer" / "leefbaarometer-scores-buurten-2002-2020.csv.zip")
    table = table[table.versie == "Leefbaarometer 3.0"]
    zero = (table.lbm - table.afw).groupby(table.jaar).agg(["min", "max"])
    assert list(zero.index) == list(YEARS)
    assert zero["max"].max() - zero["min"].min() < 1e-9


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    out = tmp_path_factory.mktemp("validatie") / "uit.ipynb"
    command = [sys.executable, "-m", "papermill", str(BOOK / "validatie.ipynb"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=out.parent)
    assert done.returncode == 0, done.stderr[-2000:]
    return nbformat.read(out, as_version=4)


@pytest.mark.book
def test_the_page_gives_every_number_and_sentence_that_it_asks_for(executed):
    numbers = register.collect("validatie", "validatie", None, executed)
    sentences = {key for cell in executed.cells for output in cell.get("outputs", [])
                 for key in output.get("data", {}).get("application/vnd.veerkracht.sentence+json", {})}  # fmt: skip
    texts = [cell.source for cell in executed.cells if cell.cell_type == "markdown"]
    shown = [cell.metadata["mystnb"] for cell in executed.cells if "mystnb" in cell.metadata]
    texts += [figure["figure"]["caption"] + figure["image"]["alt"] for figure in shown]
    asked = {match["key"] for text in texts for match in register.REFERENCE.finditer(text)}
    assert len(asked) > 15
    assert {f"validatie.{key}" for key in asked} <= set(numbers)
    assert {match["key"] for text in texts for match in SENTENCE.finditer(text)} <= sentences
    for text in texts:
        assert "onbekend" not in register.fill(text, numbers, "validatie")
    assert all(entry.number.n > 0 and entry.number.source for entry in numbers.values())


@pytest.mark.book
def test_the_page_draws_both_figures_and_shows_no_empty_cell(executed):
    outputs = [output["data"] for cell in executed.cells for output in cell.get("outputs", []) if "data" in output]
    assert sum("image/png" in data for data in outputs) == 2
    tables = [data["text/markdown"] for data in outputs if "text/markdown" in data]
    assert len(tables) == 2
    assert not any(re.search(r"\bnan\b|None|onbekend punten", table) for table in tables)
