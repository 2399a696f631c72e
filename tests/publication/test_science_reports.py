"""Context, cities and robustness to numbers and sentences: each branch of each rule, and all that a number must carry."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from analysis.choices import REFERENCE, Choices
from analysis.dutch import slug
from analysis.models import change, response, verdict
from analysis.models.cities import Pooled
from analysis.models.decomposition import DIFFERENCE, TERMS
from analysis.models.derivative import MetaRegression
from analysis.models.importance import BLOCKS, BURDEN_ALONE, SHARED, TOGETHER, Importance
from analysis.models.interaction import NOT_SEPARABLE, NOT_SHOWN, OTHER_SAMPLE, REFERENCE_SAMPLE, UPHELD, Family
from analysis.models.specification import CURVATURE, INTERACTION, NET_GAIN, RATIO, SpecificationCurve
from analysis.publication import cities_reports, context_reports, robustness_reports, simulations
from analysis.publication.numbers import Number
from analysis.publication.register import entry_id
from analysis.publication.reports import CRIME_SOURCE

CHOICES, ROTTERDAM = Choices(), Choices(gemeente="Rotterdam", gemeentecode="GM0599")
KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
AGE, MIX, DENSITY = BLOCKS


# --- Invented results -----------------------------------------------------------------------------


def a_family(**status: str) -> Family:
    """Per label a status, tested in both samples unless it can't be told apart; effects and powers run up by row."""
    rows = []
    for number, (label, kind) in enumerate(status.items()):
        for sample, n in ((REFERENCE_SAMPLE, 350), (OTHER_SAMPLE, 2000)):
            tested = kind != NOT_SEPARABLE
            estimate = 0.1 * (number + 1) if tested else np.nan
            rows.append({"label": label, "sample": sample, "estimate": estimate, "low": estimate - 0.05, "high": estimate + 0.05,
                         "p": 0.01, "p_holm": 0.02, "estimate_scores": estimate, "detectable": 0.11 + 0.1 * number if tested else np.nan,
                         "n": n + number, "correlation": 0.2, "tested": tested, "status": kind, "reason": ""})  # fmt: skip
    table = pd.DataFrame(rows)
    return Family(table, int(table.tested.sum()))


def a_change(*estimates: float) -> pd.DataFrame:
    names = (change.WITHOUT, change.WITH, change.CORRECTED)
    value = np.array(estimates)
    return pd.DataFrame({"estimate": value, "low": value - 0.01, "high": value + 0.01, "n": np.where(np.isnan(value), 0, 340)},
                        index=pd.Index(names, name="model"))  # fmt: skip


def an_asymmetry(known: bool = True) -> pd.DataFrame:
    mean = np.array([0.01, -0.01, -0.02]) if known else np.full(3, np.nan)
    return pd.DataFrame({"n": [120, 80, 200], "mean": mean, "low": mean - 0.02, "high": mean + 0.02, "change_income": 1.0,
                         "detectable": [np.nan, np.nan, 0.03 if known else np.nan]},
                        index=pd.Index([change.FALLING, change.RISING, change.DIFFERENCE], name="groep"))  # fmt: skip


def cities(*values: float, half: float = 0.005, error: float = 1e-9) -> pd.DataFrame:
    """Derivatives of cities; the first is the reference, and known with this standard error."""
    value = np.array(values)
    codes = [REFERENCE, *(f"GM{number:04d}" for number in range(1, len(values)))]
    return pd.DataFrame({"gemeente": codes, "value": value, "low": value - half, "high": value + half, "error": error,
                         "error_hc3": error, "n": 50 + np.arange(len(values))}, index=codes)  # fmt: skip


def verdict_table(*given: str) -> pd.DataFrame:
    n = len(given)
    return pd.DataFrame({"gemeente": [f"Stad {number}" for number in range(n)], "n": 50, "ratio": 1.0, "low": 0.5, "high": 1.5,
                         "margin": np.linspace(0.2, 0.4, n), "verdict": given, "power": np.linspace(0.0, 0.126, n)})  # fmt: skip


def a_meta(size: tuple[float, float], burden: tuple[float, float]) -> MetaRegression:
    rows = {"gemiddelde stad": (-0.03, -0.01), "omvang_log": size, "belasting": burden}
    table = pd.DataFrame([{"value": (low + high) / 2, "low": low, "high": high, "error": 0.001, "p": 0.04}
                          for low, high in rows.values()], index=pd.Index(rows, name="term"))  # fmt: skip
    return MetaRegression(table, 0.004, 29)


HELPS, ONE_WAY, NO_HELP = (0.01, 0.02), "eerst", (-0.01, 0.01)


def an_importance(n: int = 1800, **helps: bool | str) -> Importance:
    """Per block whether its intervals lie above zero; "eerst": only when it enters first. Blocks left out do not."""
    rows = []
    for block in BLOCKS:
        given = helps.get(block.split()[0], False)
        first = HELPS if given else NO_HELP
        last = HELPS if given is True else NO_HELP
        rows.append({"first": np.mean(first), "first_low": first[0], "first_high": first[1], "last": np.mean(last),
                     "last_low": last[0], "last_high": last[1], "after_outcome": False})  # fmt: skip
    whole = pd.DataFrame({"value": [0.4, 0.05, 0.01], "low": [0.3, 0.02, -0.01], "high": [0.5, 0.08, 0.03]},
                         index=[BURDEN_ALONE, TOGETHER, SHARED])  # fmt: skip
    return Importance(pd.DataFrame(rows, index=pd.Index(BLOCKS, name="blok")), whole, pd.DataFrame(), n)


LEFT_OUT = pd.DataFrame({
    "gemeente": list("ABC"), "n": [50, 60, 70], "model": [0.1, 0.3, 0.2], "model_shifted": [0.4, 0.5, 0.6],
    "national": [-0.1, -0.3, -0.2], "national_shifted": 0.0, "line": [0.0, 0.2, 0.1], "line_shifted": [0.3, 0.35, 0.2], "city": 0.0,
})  # fmt: skip
DECOMPOSED = pd.DataFrame([
    {"gemeentecode": code, "gemeente": code, "term": term, "value": value, "low": value - 0.02, "high": value + 0.02, "n": 50}
    for code, shift in (("GM0001", 0.0), ("GM0002", 0.03), ("GM0003", -0.05))
    for term, value in zip((DIFFERENCE, *TERMS), shift + np.array([0.04, 0.01, 0.03, 0.0, 0.0]), strict=True)
])  # fmt: skip
CEILING = pd.DataFrame({
    "label": ["overlast en onveiligheid", "sociale samenhang", "misdrijven (log)"], "eigen_niveau": [0.5, 0.8, 0.3],
    "eigen_niveau_laag": [0.2, 0.6, -0.4], "eigen_niveau_hoog": [0.7, 0.9, 0.5], "zonder": 0.1, "zonder_laag": -1.0,
    "zonder_hoog": 0.4, "steden": 30, "n": [2100, 2100, 1900],
}, index=pd.Index(["onv_2018", "soc_2018", "misdrijven_log"], name="uitkomst"))  # fmt: skip
MORAN = pd.DataFrame({
    "gemeente": list("ABCD"), "moran": [0.3, 0.1, np.nan, 0.2], "p": [0.001, 0.2, np.nan, 0.04], "n": [350, 60, 0, 40],
}, index=[REFERENCE, "GM0001", "GM0002", "GM0003"])  # fmt: skip
CURVES = [(CURVATURE, "", 0.2), (RATIO, "", 1.0), (NET_GAIN, "", 0.0), (INTERACTION, "65-plussers", -0.2)]


def specifications(*outside: str) -> SpecificationCurve:
    """Four curves; those that are named lie above chance, the last kind with its characteristic."""
    rows = []
    for quantity, label, middle in CURVES:
        away = quantity in outside
        null = (middle - 0.2, middle - 0.1) if away else (middle - 0.1, middle + 0.1)
        rows.append({"grootheid": quantity, "kenmerk": label, "specificaties": 144, "mogelijk": 288, "mediaan": middle,
                     "laagste": -1.0, "hoogste": 2.0, "null_low": null[0], "null_high": null[1]})  # fmt: skip
    return SpecificationCurve(pd.DataFrame(index=range(576)), pd.DataFrame(), pd.DataFrame(rows))


@pytest.fixture(scope="module")
def rates() -> pd.DataFrame:
    """The stored simulations: what a run writes."""
    return simulations.read()


def with_rejections(table: pd.DataFrame, **rejected: float) -> pd.DataFrame:
    """The stored simulations in which every characteristic rejects in 5 %, but for these."""
    here = (
        (table.simulatie == simulations.INTERACTION) & (table.maat == "verworpen") & (table.grootheid != "een van alle")
    )
    given = table.grootheid.map({label.replace("_", "-"): rate for label, rate in rejected.items()}).fillna(0.05)
    return table.assign(waarde=table.waarde.mask(here, given))


POOLED = Pooled(-0.02, -0.025, -0.015, 0.004, -0.03, -0.01, 3)
POOLED_CRIME = Pooled(0.03, 0.025, 0.035, 0.004, 0.02, 0.04, 3)
MIXED = {"ouderen": UPHELD, "dichtheid": NOT_SHOWN, "rijk": NOT_SEPARABLE}


# --- Numbers: all that each must carry ------------------------------------------------------------


def a_sample(n: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(1)
    burden = random.gamma(4, 2.5, n)
    return pd.DataFrame({"belasting": burden, "uitkomst": 3 + 0.05 * burden + random.normal(0, 0.4, n),
                         "gewicht": random.lognormal(7.5, 0.5, n), "wijkcode": [f"WK{i % 25:02d}" for i in range(n)]})  # fmt: skip


SAMPLE = a_sample()
PARTS: dict[str, list[Number]] = {
    "family": context_reports.family(a_family(**MIXED), CHOICES),
    "crime_correlation": context_reports.crime_correlation(SAMPLE, response.slope(SAMPLE, errors="wijk"), CHOICES),
    "change": context_reports.change(a_change(0.01, 0.02, 0.015), 2018, 2020, CHOICES),
    "asymmetry": context_reports.asymmetry(an_asymmetry()),
    "derivative": cities_reports.derivative(POOLED, cities(-0.02, -0.01, 0.0), CHOICES),
    "derivative_crime": cities_reports.derivative_crime(POOLED_CRIME, cities(0.03, 0.02, 0.0), CHOICES),
    "meta": cities_reports.meta(a_meta((-0.02, -0.01), (-0.01, 0.01)), CHOICES),
    "verdicts": cities_reports.verdicts(verdict_table(verdict.DIRECTION, verdict.DIRECTION, verdict.UNDECIDED), CHOICES),
    "leave_out": cities_reports.leave_out(LEFT_OUT, CHOICES),
    "importance": cities_reports.importance(an_importance(levensfase=True), CHOICES),
    "importance of crime": cities_reports.importance(an_importance(1700), CHOICES, "misdrijven"),
    "decomposition": cities_reports.decomposition(DECOMPOSED, CHOICES),
    "ceiling": robustness_reports.ceiling(CEILING, CHOICES),
    "moran": robustness_reports.moran(MORAN, CHOICES),
    "specifications": robustness_reports.specifications(specifications(), CHOICES),
    "stored_rates": robustness_reports.stored_rates(simulations.read()),
}  # fmt: skip
every_part = pytest.mark.parametrize("part", PARTS)
CHAPTERS = {"family": "amsterdam", "crime_correlation": "amsterdam", "change": "amsterdam", "asymmetry": "amsterdam"} | {
    name: "steden" for name in ("derivative", "derivative_crime", "meta", "verdicts", "leave_out", "importance",
                                "importance of crime", "decomposition")
}  # fmt: skip


def ids() -> dict[str, Number]:
    """Every number under its id in the register."""
    return {
        entry_id(CHAPTERS.get(part, "robuustheid"), None, number): number for part in PARTS for number in PARTS[part]
    }


@every_part
def test_every_number_carries_source_unit_and_n(part):
    assert PARTS[part]
    for number in PARTS[part]:
        assert number.unit.strip()
        assert number.source.strip()
        assert isinstance(number.n, int)
        assert number.n > 0
        assert KEY.fullmatch(number.key)


@every_part
def test_keys_are_unique_and_the_value_lies_within_its_limits(part):
    keys = [number.key for number in PARTS[part]]
    assert len(set(keys)) == len(keys)
    assert all(number.low <= number.value <= number.high for number in PARTS[part]
               if number.low is not None and "voorspellingsinterval" not in number.unit and part != "specifications")  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    ["steden.gepoold.afgeleide", "oordeel.geldt", "oordeel.richting", "oordeel.niet", "oordeel.niet_te_zeggen", "los.r2",
     "los.r2.naief.landelijk", "los.r2.naief.stad", "los.r2.naief.inkomen", "wie.levensfase.eerst", "wie.levensfase.laatst",
     "wie.inkomensmix.eerst", "wie.inkomensmix.laatst", "wie.dichtheid_en_woningwaarde.eerst",
     "wie.dichtheid_en_woningwaarde.laatst", "context.getoetst", "context.overeind", "moran.i", "plafond.onv", "plafond.soc",
     "plafond.misdrijven", "specificatie.aantal", "plasmode.interactie.vals_positief", "misdrijven.amsterdam.samenhang"],
)  # fmt: skip
def test_the_ids_that_were_agreed_are_given_out(wanted):
    assert wanted in ids()


def test_no_two_parts_give_out_the_same_id():
    assert len(ids()) == sum(len(part) for part in PARTS.values())


@pytest.mark.parametrize("part", [part for part in PARTS if part not in ("stored_rates", "asymmetry", "change")])
def test_sources_name_the_burden_and_the_outcome(part):
    """Section 6 of the research design: every result its source. The burden stands in all of these."""
    for number in PARTS[part]:
        assert CHOICES.income.source in number.source
        assert CHOICES.outcome.source in number.source or CRIME_SOURCE in number.source


@pytest.mark.parametrize(
    ("make", "given"),
    [(cities_reports.derivative, (POOLED, cities(-0.02, -0.01))), (cities_reports.verdicts, (verdict_table(verdict.NOT),)),
     (cities_reports.leave_out, (LEFT_OUT,)), (cities_reports.importance, (an_importance(),)),
     (cities_reports.decomposition, (DECOMPOSED,)), (context_reports.family, (a_family(**MIXED),)),
     (robustness_reports.moran, (MORAN,)), (robustness_reports.specifications, (specifications(),))],
)  # fmt: skip
def test_the_source_follows_the_choices(make, given):
    later = dataclasses.replace(CHOICES, peiljaar=2020)
    assert all("2020" in number.source for number in make(*given, later))


def value(part: str, key: str) -> Number:
    (found,) = [number for number in PARTS[part] if number.key == key]
    return found


# --- Context: does who already lives there change the slope? --------------------------------------


def test_what_is_upheld_is_said_first_and_the_rest_by_name():
    found = context_reports.about_family(a_family(**MIXED), CHOICES)
    assert found["context"] == "Het verband is anders waar meer of minder is van: ouderen."
    assert found["context_open"] == "Niet aangetoond: dichtheid."
    assert found["context_vast"].startswith("Niet van het inkomen te scheiden")
    assert found["context_vast"].endswith("niet getoetst: rijk.")


def test_nothing_upheld_is_a_plain_answer():
    found = context_reports.about_family(a_family(ouderen=NOT_SHOWN, dichtheid=NOT_SHOWN), ROTTERDAM)
    assert "in Rotterdam **niet aangetoond**" in found["context"]
    assert found["context_open"] == "Niet aangetoond: ouderen en dichtheid."
    assert found["context_vast"].startswith("Alle kenmerken waren van het inkomen te scheiden")


def test_everything_upheld_leaves_nothing_open():
    found = context_reports.about_family(a_family(ouderen=UPHELD, dichtheid=UPHELD), CHOICES)
    assert "ouderen en dichtheid" in found["context"]
    assert found["context_open"] == "Alle getoetste kenmerken blijven overeind."


def test_where_nothing_could_be_told_apart_nothing_is_said_to_be_upheld():
    """ "Cannot be told apart" is a complete answer of its own, and no test was done that anything could survive."""
    found = context_reports.about_family(a_family(ouderen=NOT_SEPARABLE, rijk=NOT_SEPARABLE), CHOICES)
    assert "ouderen en rijk" in found["context_vast"]
    assert "overeind" not in found["context_open"]
    assert "Het verband is anders" not in found["context"]


def test_what_cannot_be_told_apart_elsewhere_only_is_kept_apart_from_what_cannot_here():
    family = a_family(**MIXED)
    family.table.loc[(family.table.label == "rijk") & (family.table["sample"] == REFERENCE_SAMPLE), "tested"] = True
    assert context_reports.about_family(family, CHOICES)["context_vast"] == (
        "Hier wel getoetst, maar in andere steden niet van het inkomen te scheiden: rijk."
    )


@pytest.mark.parametrize(("p", "named"), [(0.049, True), (0.05, False), (np.nan, False)])
def test_what_passes_in_the_other_cities_is_told_and_is_no_claim(p, named):
    family = a_family(ouderen=NOT_SHOWN, dichtheid=NOT_SHOWN)
    family.table["p_holm"] = 0.5
    family.table.loc[(family.table.label == "dichtheid") & (family.table["sample"] == OTHER_SAMPLE), "p_holm"] = p
    found = context_reports.about_family(family, CHOICES)
    assert ("dichtheid" in found["context_elders"]) == named
    assert ("geen uitspraak" in found["context_elders"]) == named
    assert "niet aangetoond" in found["context"]


def test_without_a_test_no_smallest_difference_is_told():
    found = context_reports.about_family(a_family(ouderen=NOT_SEPARABLE), CHOICES)
    assert "onbekend" not in found["context_kracht"]


def test_the_smallest_differences_are_those_of_this_city_and_of_what_was_tested():
    family = a_family(**MIXED)
    family.table.loc[family.table["sample"] == OTHER_SAMPLE, "detectable"] = 9.0
    assert "0,11 tot 0,21" in context_reports.about_family(family, CHOICES)["context_kracht"]


def test_counts_of_the_family_are_of_tests_and_of_characteristics():
    assert value("family", "getoetst").value == 4
    assert value("family", "overeind").value == 1
    assert value("family", "kenmerken").value == 3
    assert {number.group for number in PARTS["family"][:3]} == {"context"}


def test_only_what_was_tested_here_has_a_number_of_its_own():
    own = {number.key: number for number in PARTS["family"] if number.key.startswith("interactie.")}
    assert set(own) == {"interactie.ouderen", "interactie.dichtheid"}
    found = own["interactie.dichtheid"]
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.2, 0.15, 0.25, 351))


def test_the_correlation_is_the_weighted_one_of_the_buurten():
    found = value("crime_correlation", "amsterdam.samenhang")
    expected = DescrStatsW(SAMPLE[["belasting", "uitkomst"]].to_numpy(), SAMPLE.gewicht).corrcoef[0, 1]
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert found.low < expected < found.high
    assert (found.n, found.group) == (len(SAMPLE), "misdrijven")
    slope = response.slope(SAMPLE, errors="wijk")
    assert (found.low / found.value, found.high / found.value) == pytest.approx(
        (slope.low / slope.value, slope.high / slope.value)
    )


def test_without_crime_figures_there_is_no_correlation():
    assert context_reports.crime_correlation(SAMPLE, None, CHOICES) == []


def test_each_model_of_change_has_its_number_and_a_missing_one_has_none():
    found = {number.key: number for number in PARTS["change"]}
    assert list(found) == ["verandering.2018_2020.zonder_uitgangspunt", "verandering.2018_2020.met_uitgangspunt",
                           "verandering.2018_2020.met_gecorrigeerd_uitgangspunt"]  # fmt: skip
    assert found["verandering.2018_2020.met_uitgangspunt"].value == 0.02
    assert all("(2018, 2020)" in number.source for number in found.values())
    without = context_reports.change(a_change(0.01, 0.02, np.nan), 2014, 2020, CHOICES)
    assert [number.key for number in without] == [
        "verandering.2014_2020.zonder_uitgangspunt",
        "verandering.2014_2020.met_uitgangspunt",
    ]


@pytest.mark.parametrize(
    ("estimates", "part"),
    [((0.02, 0.02, -0.02), "**geen uitspraak**"), ((0.02, 0.02, np.nan), "**geen uitspraak**"),
     ((0.001, 0.002, 0.001), "niet aangetoond"), ((0.02, 0.03, 0.02), "veiliger geworden"),
     ((-0.02, -0.03, -0.02), "minder veilig geworden")],
)  # fmt: skip
def test_the_sentence_about_change_follows_the_three_models(estimates, part):
    sentence = context_reports.about_change(change.verdict(a_change(*estimates)), ROTTERDAM)["verandering"]
    assert part in sentence
    assert ("Rotterdam" in sentence) == ("geen uitspraak" not in sentence)


def test_asymmetry_has_each_group_and_what_could_have_been_found():
    found = {number.key: number for number in PARTS["asymmetry"]}
    assert {key: number.value for key, number in found.items()} == {
        "asymmetrie.dalend": 0.01, "asymmetrie.stijgend": -0.01, "asymmetrie.stijgend_min_dalend": -0.02,
        "asymmetrie.kleinste": 0.03}  # fmt: skip
    assert found["asymmetrie.kleinste"].low is None
    assert found["asymmetrie.dalend"].n == 120


def test_asymmetry_of_too_few_buurten_is_nothing():
    assert context_reports.asymmetry(an_asymmetry(known=False)) == []


# --- Cities ---------------------------------------------------------------------------------------


def test_the_derivative_keeps_mean_new_city_and_amsterdam_apart():
    mean, ten = value("derivative", "gepoold.afgeleide"), value("derivative", "gepoold.afgeleide10")
    new, own = value("derivative", "nieuwe_stad.afgeleide10"), value("derivative", "amsterdam.afgeleide10")
    assert (mean.value, mean.low, mean.high) == (POOLED.value, POOLED.low, POOLED.high)
    assert (ten.low, ten.high) == pytest.approx((10 * POOLED.low, 10 * POOLED.high))
    assert (new.low, new.high) == pytest.approx((10 * POOLED.new_low, 10 * POOLED.new_high))
    assert (own.value, own.low, own.n) == pytest.approx((-0.2, -0.25, 50))
    assert "per procentpunt" in mean.unit
    assert "per 10 procentpunt" in ten.unit
    assert (mean.kind, new.kind) == ("betrouwbaarheid", "voorspelling")
    assert mean.n == 51 + 52, "zonder Amsterdam"


def test_the_derivative_of_crime_is_a_percentage():
    for key, slopes in {"gepoold": (0.03, 0.025, 0.035), "nieuwe_stad": (0.03, 0.02, 0.04), "amsterdam": (0.03, 0.025, 0.035)}.items():  # fmt: skip
        found = value("derivative_crime", f"misdrijven.{key}.afgeleide10")
        expected = [100 * (np.exp(10 * slope) - 1) for slope in slopes]
        assert (found.value, found.low, found.high) == pytest.approx(expected)
        assert found.unit.startswith("% meer misdrijven")


@pytest.mark.parametrize(
    ("size", "part"),
    [((-0.02, -0.01), "grotere buurten hebben een steilere"), ((0.01, 0.02), "grotere buurten hebben een vlakkere"),
     ((-0.01, 0.01), "is niet te zeggen"), ((0.0, 0.02), "is niet te zeggen")],
)  # fmt: skip
def test_what_the_slope_goes_with_in_size(size, part):
    assert part in cities_reports.about_meta(a_meta(size, (-0.01, 0.01)))["omvang"]


@pytest.mark.parametrize(
    ("burden", "part"),
    [((-0.02, -0.01), "ook op dit stuk een steilere"), ((0.01, 0.02), "ook op dit stuk een vlakkere"),
     ((-0.01, 0.01), "geen verband te zien")],
)  # fmt: skip
def test_what_the_slope_goes_with_in_burden(burden, part):
    assert part in cities_reports.about_meta(a_meta((-0.01, 0.01), burden))["omvang"]


def test_the_regression_of_slopes_gives_out_its_two_moderators():
    found = {number.key: number for number in PARTS["meta"]}
    assert list(found) == ["samenhang_helling.omvang_log", "samenhang_helling.belasting"]
    assert found["samenhang_helling.omvang_log"].n == 29
    assert found["samenhang_helling.omvang_log"].low == -0.02


def test_verdicts_are_counted_a_verdict_that_no_city_got_is_a_zero():
    found = {number.key: number for number in PARTS["verdicts"]}
    counts = {key: found[key].value for key in ("geldt", "richting", "niet", "niet_te_zeggen", "steden")}
    assert counts == {"geldt": 0, "richting": 2, "niet": 0, "niet_te_zeggen": 1, "steden": 3}
    assert found["kracht"].value == pytest.approx(12.6)
    assert found["marge"].value == pytest.approx(30)
    assert {number.group for number in PARTS["verdicts"]} == {"oordeel"}
    assert all(number.n == 3 for number in PARTS["verdicts"])


def test_verdicts_on_crime_have_a_group_of_their_own():
    found = cities_reports.verdicts(verdict_table(verdict.NOT), CHOICES, group="oordeel_misdrijven")
    assert {number.group for number in found} == {"oordeel_misdrijven"}


def test_the_sentence_names_every_verdict_that_was_given_in_the_order_of_the_rule():
    table = verdict_table(verdict.UNDECIDED, verdict.NOT, verdict.DIRECTION, verdict.DIRECTION, verdict.HOLDS)
    found = cities_reports.about_verdicts(table, CHOICES).plain("oordeel")
    assert found == ("Over 5 steden luidt het oordeel: 1 keer *geldt*, 2 keer *geldt in richting*, 1 keer *geldt niet* en "
                     "1 keer *niet te zeggen*.")  # fmt: skip


def test_a_verdict_that_was_not_given_is_not_named():
    table = verdict_table(verdict.DIRECTION, verdict.DIRECTION)
    found = cities_reports.about_verdicts(table, CHOICES).plain("oordeel")
    assert found == "Over 2 steden luidt het oordeel: 2 keer *geldt in richting*."


def test_cities_that_are_certainly_steeper_or_flatter_are_named():
    table = verdict_table(*[verdict.DIRECTION] * 3, verdict.UNDECIDED).assign(
        low=[1.1, 0.2, 0.5, 1.3], high=[2.0, 0.9, 1.5, 4.0]
    )
    found = cities_reports.about_verdicts(table, CHOICES)["oordeel_sterkte"]
    steeper, flatter, *_ = found.split(". ")
    assert steeper == "In Stad 0 is de helling aantoonbaar steiler dan in Amsterdam"
    assert flatter == "In Stad 1 is de helling aantoonbaar minder steil dan in Amsterdam"
    assert "Stad 2" not in found and "Stad 3" not in found


def test_where_no_city_is_certainly_another_none_is_named():
    found = cities_reports.about_verdicts(verdict_table(*[verdict.DIRECTION] * 2), CHOICES)
    assert "aantoonbaar" not in found["oordeel_sterkte"]
    assert found["oordeel_sterkte"].startswith("Van geen enkele stad")


def test_leaving_cities_out_gives_medians_with_the_range_of_cities():
    model, naive = value("leave_out", "r2"), value("leave_out", "r2.naief.landelijk")
    assert (model.value, model.low, model.high) == (0.2, 0.1, 0.3)
    assert (naive.value, naive.low, naive.high) == (-0.2, -0.3, -0.1)
    assert value("leave_out", "r2.eigen_niveau").value == 0.5
    assert value("leave_out", "r2.naief.inkomen").value == 0.1
    assert value("leave_out", "r2.naief.inkomen_eigen_niveau").value == 0.3
    assert (value("leave_out", "r2.naief.stad").low, value("leave_out", "r2.naief.stad").high) == (0, 0)
    assert all("mediaan" in number.unit and number.n == 180 for number in PARTS["leave_out"])


def test_a_block_has_its_gain_when_it_enters_first_and_last():
    first, last = value("importance", "levensfase.eerst"), value("importance", "inkomensmix.laatst")
    assert (first.value, first.low, first.high) == pytest.approx((0.015, 0.01, 0.02))
    assert (last.value, last.low, last.high) == pytest.approx((0.0, -0.01, 0.01))
    shared = value("importance", "gedeeld")
    assert (shared.value, shared.low, shared.high) == (0.01, -0.01, 0.03)
    assert value("importance", "belasting").value == 0.4
    assert value("importance", "samen").value == 0.05
    assert {(number.group, number.n) for number in PARTS["importance"]} == {("wie", 1800)}


def test_the_blocks_for_crime_carry_its_name_and_its_source():
    keys = [number.key for number in PARTS["importance of crime"]]
    assert all(key.startswith("misdrijven.") for key in keys)
    assert {number.source for number in PARTS["importance of crime"]} == {f"{CRIME_SOURCE}; {CHOICES.income.source}"}


def test_a_block_that_helps_on_both_is_named():
    found = cities_reports.about_importance(an_importance(levensfase=True), an_importance(levensfase=True))
    assert "levensfase" in found["wie"]
    assert found["wie"].startswith("Op beide maten")
    assert "Geen enkel" not in found["wie"]
    assert found["wie_apart"] == ""


def test_two_blocks_that_help_on_both_are_both_named():
    both = an_importance(levensfase=True, dichtheid=True)
    assert f"{AGE} en {DENSITY}" in cities_reports.about_importance(both, both)["wie"]


def test_blocks_that_help_on_one_outcome_are_named_with_that_outcome():
    found = cities_reports.about_importance(an_importance(levensfase=True), an_importance(inkomensmix=True))
    assert found["wie"].startswith("**Geen van de 3 blokken")
    onv, crime = found["wie_apart"].split("misdrijven")
    assert AGE in onv and MIX not in onv
    assert MIX in crime and AGE not in crime


def test_a_block_that_helps_on_one_outcome_only_leaves_the_other_unnamed():
    found = cities_reports.about_importance(an_importance(levensfase=True), an_importance())
    assert found["wie"].startswith("**Geen van de 3 blokken")
    assert AGE in found["wie_apart"]
    assert "misdrijven" not in found["wie_apart"]


def test_where_no_block_helps_nothing_more_is_said():
    found = cities_reports.about_importance(an_importance(), an_importance())
    assert found["wie"].startswith("**Geen van de 3 blokken")
    assert found["wie_apart"] == ""


def test_helping_when_it_enters_first_only_is_not_helping():
    once = an_importance(levensfase=ONE_WAY)
    found = cities_reports.about_importance(once, once)
    assert found["wie"].startswith("**Geen van de 3 blokken")
    assert AGE not in found["wie_apart"]


def test_blocks_whose_intervals_overlap_are_not_ranked():
    same = an_importance(levensfase=True, inkomensmix=True, dichtheid=True)
    assert "niet te geven" in cities_reports.about_importance(same, same)["wie_rangorde"]
    apart = an_importance(levensfase=True)
    apart.blocks.loc[AGE, ["first_low", "last_low", "first_high", "last_high"]] = [0.05, 0.05, 0.06, 0.06]
    assert cities_reports.about_importance(apart, same)["wie_rangorde"].startswith("Van 2 paren")


def test_a_block_that_is_ahead_only_when_it_enters_first_is_named_but_not_ranked():
    once = an_importance(levensfase=True)
    once.blocks.loc[AGE, ["first", "first_low", "first_high"]] = [0.055, 0.05, 0.06]
    found = cities_reports.about_importance(once, once)["wie_rangorde"]
    assert AGE in found
    assert "geen rangorde" in found
    assert "paren" not in found


def test_a_term_is_a_median_with_its_range_and_the_cities_that_are_certain():
    found = {number.key: number for number in PARTS["decomposition"]}
    assert set(found) == {f"ontleding.{key}{tail}" for tail in ("", ".zeker") for key in
                          map(slug, (DIFFERENCE, *TERMS))}  # fmt: skip
    whole = found["ontleding.verschil"]
    assert (whole.value, whole.low, whole.high) == pytest.approx((0.04, -0.01, 0.07))
    assert found["ontleding.verschil.zeker"].value == 2, "0,04 en 0,07, niet −0,01"
    assert whole.n == 3


def test_the_negative_control_has_a_group_of_its_own():
    assert {n.group for n in cities_reports.decomposition(DECOMPOSED, CHOICES, "controle_fys")} == {"controle_fys"}


def test_the_decomposition_of_crime_has_its_own_unit_and_source():
    for number in cities_reports.decomposition(DECOMPOSED, CHOICES, "misdrijven"):
        assert number.source == f"{CRIME_SOURCE}; {CHOICES.income.source}"
        assert "LBM" not in number.unit


# --- Robustness -----------------------------------------------------------------------------------


def test_the_ceiling_is_named_by_outcome_with_its_own_source():
    found = {number.key: number for number in PARTS["ceiling"]}
    assert list(found) == ["onv", "soc", "misdrijven"]
    assert (found["soc"].value, found["soc"].low, found["soc"].high, found["soc"].n) == (0.8, 0.6, 0.9, 2100)
    assert "Leefbaarometer" in found["onv"].source
    assert "Politie" in found["misdrijven"].source
    assert {number.group for number in PARTS["ceiling"]} == {"plafond"}


def test_morans_i_is_amsterdams_with_the_range_of_known_cities():
    found = {number.key: number for number in PARTS["moran"]}
    assert (found["i"].value, found["i"].n) == (0.3, 350)
    assert (found["mediaan"].value, found["mediaan"].low, found["mediaan"].high) == (0.2, 0.1, 0.3)
    assert found["mediaan"].n == 450
    assert (found["steden"].value, found["steden"].n) == (3, 4)
    assert (found["zeker"].value, found["zeker"].n) == (2, 3)


def test_specifications_are_counted_and_their_middles_kept():
    found = {number.key: number for number in PARTS["specifications"]}
    assert found["aantal"].value == 576
    assert list(found)[1:] == [
        "kromming",
        "verhouding_tot_amsterdam",
        "netto_winst_van_spreiden",
        "interactie_met_65_plussers",
    ]
    bend = found["kromming"]
    assert (bend.value, bend.low, bend.high, bend.n) == pytest.approx((0.2, 0.1, 0.3, 144))
    prefixed = robustness_reports.specifications(specifications(), CHOICES, "g4.")
    assert {number.key for number in prefixed}.isdisjoint(found)


@pytest.mark.parametrize(
    ("outside", "part"),
    [((), "Geen enkele middelste uitkomst"), ((CURVATURE,), "is: kromming."),
     ((NET_GAIN, INTERACTION), "is: netto winst van spreiden en interactie met 65-plussers.")],
)  # fmt: skip
def test_curves_outside_chance_are_named(outside, part):
    assert part in robustness_reports.about_specifications(specifications(*outside))["specificaties"]


def test_a_middle_below_chance_is_outside_it_too():
    found = specifications()
    found.summary.loc[0, ["null_low", "null_high"]] = [0.3, 0.4]
    assert "kromming" in robustness_reports.about_specifications(found)["specificaties"]


def test_stored_rates_stand_in_percentages_with_their_draws(rates):
    stored = rates.set_index(["simulatie", "grootheid", "maat"]).sort_index()
    for key, place in {
        "interactie.vals_positief": (simulations.INTERACTION, "een van alle, na deze zeef", "geclaimd"),
        "oordeel.niet": (simulations.VERDICT, "gemiddeld over steden", "geldt niet"),
        "blok.vals_positief": (simulations.BLOCK, "een van alle", "geclaimd"),
        "winst.dekking": (simulations.GAIN, "spreiden in Amsterdam", "dekking"),
        "interactie.65_plussers": (simulations.INTERACTION, "65-plussers", "verworpen"),
    }.items():  # fmt: skip
        found, row = value("stored_rates", key), stored.loc[place]
        assert found.value == pytest.approx(100 * row.waarde)
        assert found.n == row.trekkingen
    assert {number.group for number in PARTS["stored_rates"]} == {"plasmode"}


def test_every_rate_carries_the_draws_of_its_own_row(rates):
    """Also where another simulation was given more draws."""
    few = rates.assign(trekkingen=rates.trekkingen.mask(rates.simulatie == simulations.INTERACTION, 600))
    found = {number.key: number.n for number in robustness_reports.stored_rates(few)}
    assert {n for key, n in found.items() if key.startswith("interactie.")} == {600}


def test_a_rate_that_was_not_stored_stops_the_book(rates):
    with pytest.raises(KeyError):
        robustness_reports.stored_rates(rates[rates.simulatie != simulations.BLOCK])


def test_characteristics_that_reject_too_often_are_named(rates):
    found = robustness_reports.about_rates(with_rejections(rates, middeninkomens=0.3)).plain("plasmode")
    assert found.startswith("Vaker dan 6 % ten onrechte verwerpt de toets bij: middeninkomens (30,0 %)")
    two = robustness_reports.about_rates(
        with_rejections(rates, middeninkomens=0.3, bevolkingsdichtheid=0.07)
    ).plain("plasmode")
    assert "middeninkomens (30,0 %) en bevolkingsdichtheid (7,0 %)" in two


def test_where_none_rejects_too_often_that_is_said(rates):
    """Exactly 6 % is allowed, and "any of all" is no characteristic."""
    found = robustness_reports.about_rates(with_rejections(rates, **{"65_plussers": 0.06})).plain("plasmode")
    assert found.startswith("Geen kenmerk wordt vaker dan 6 %")


# --- Titles: the finding above a figure ------------------------------------------------------------


def test_the_title_of_the_interactions_names_what_was_upheld_or_says_that_nothing_was():
    assert (
        context_reports.title_family(a_family(**MIXED)) == "Het verband is anders waar meer of minder is van: ouderen"
    )
    nothing = context_reports.title_family(a_family(ouderen=NOT_SHOWN, rijk=NOT_SEPARABLE))
    assert nothing.startswith("Van geen enkel kenmerk is aangetoond")


def test_the_title_of_the_verdicts_counts_each_that_was_given():
    table = verdict_table(verdict.DIRECTION, verdict.DIRECTION, verdict.UNDECIDED)
    title = cities_reports.title_verdicts(table, CHOICES)
    assert title.endswith("over 3 andere steden: 2 keer ‘geldt in richting’ en 1 keer ‘niet te zeggen’")


def test_the_title_of_the_blocks_names_those_that_help_on_both():
    one, two = an_importance(levensfase=True), an_importance(levensfase=True, inkomensmix=True)
    assert cities_reports.title_importance(one, two).startswith("Op beide maten helpt levensfase om")
    assert cities_reports.title_importance(two, two).startswith("Op beide maten helpen ")
    assert cities_reports.title_importance(one, an_importance(levensfase="eerst")).startswith("Geen van de 3 blokken")


def test_the_title_of_a_split_is_the_part_that_is_largest_in_most_cities():
    """Parts of the first two cities: 0.01, 0.03, 0, 0 and 0.04, 0.06, 0.03, 0.03; of the last −0.04, −0.02, −0.05, −0.05."""
    title = cities_reports.title_decomposition(DECOMPOSED, "Veiligheid")
    assert title == f"Veiligheid: in 2 van de 3 steden is ‘{TERMS[1]}’ het grootste deel van het verschil met Amsterdam, in 2 daarvan zeker"


def test_the_title_of_the_ceilings_names_the_highest_and_the_lowest():
    assert robustness_reports.title_ceiling(CEILING) == (
        "Uit de samenstelling volgt het meest van sociale samenhang (R² 0,80) en het minst van misdrijven (log) (0,30)"
    )


@pytest.mark.parametrize(
    ("outside", "words"), [((), "liggen er 0"), ((RATIO,), "ligt er 1"), ((RATIO, INTERACTION), "ligt er 1")]
)
def test_the_title_of_the_specifications_counts_the_disputed_ones_outside_chance(outside, words):
    title = robustness_reports.title_specifications(specifications(*outside))
    assert title == f"Op 432 manieren gerekend: van de 3 omstreden uitkomsten {words} in het midden buiten het toeval"


def test_an_exploratory_block_that_helps_on_both_is_told_and_is_no_claim():
    def with_new(helps):
        found = an_importance()
        row = found.blocks.iloc[0].copy()
        low, high = HELPS if helps else NO_HELP
        row[["first_low", "last_low", "first_high", "last_high"]] = [low, low, high, high]
        return dataclasses.replace(found, blocks=pd.concat([found.blocks, row.rename("eigendom").to_frame().T.infer_objects()]))

    told = cities_reports.about_exploratory(with_new(True), with_new(True))["wie_verkennend"]
    assert "eigendom helpt op beide maten wel" in told and "geen uitspraak" in told
    assert "niet op beide" in cities_reports.about_exploratory(with_new(True), with_new(False))["wie_verkennend"]
