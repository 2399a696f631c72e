"""The figures and tables of context, cities and robustness, drawn from small invented results."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from invented import AMSTERDAM, CITIES, CODES, ELSEWHERE, LONG
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_hex
from test_drawings import outside, overlaps, texts
from test_tables import Reader

from analysis import dutch
from analysis.figures import cities, context, robustness, theme
from analysis.figures.output import DATA_MIME, DOTS_PER_INCH, Figure
from analysis.figures.tables import Table
from analysis.models import change, verdict
from analysis.models.decomposition import DIFFERENCE, TERMS
from analysis.models.derivative import MetaRegression
from analysis.models.importance import BLOCKS, EXPLORATORY, Importance
from analysis.models.interaction import LEVELS, NOT_SEPARABLE, NOT_SHOWN, OTHER_SAMPLE, REFERENCE_SAMPLE, UPHELD, Family
from analysis.models.specification import CURVATURE, INTERACTION, NET_GAIN, RATIO, SpecificationCurve

CRIMES = "Misdrijven per inwoner"
TITLE = "Is de helling anders waar meer van een kenmerk is, en hoe weten we dat zo zeker?"
N = len(CITIES)
BY_CODE = pd.Index(CODES, name="gemeentecode")


# --- Invented results -----------------------------------------------------------------------------


def a_margin(levels: tuple[str, ...] = tuple(LEVELS), points: int = 8) -> pd.DataFrame:
    """Slopes at each level of context, a level less steep than the one before."""
    parts = []
    for number, level in enumerate(levels):
        burden = np.linspace(3, 20, points)
        slope = -0.3 + 0.08 * number + 0.004 * burden
        parts.append(pd.DataFrame({"level": level, "context": 10.0 * (number + 1), "belasting": burden, "slope": slope,
                                   "low": slope - 0.1, "high": slope + 0.1, "near": 12}))  # fmt: skip
    columns = ["level", "context", "belasting", "slope", "low", "high", "near"]
    return pd.concat(parts) if parts else pd.DataFrame(columns=columns)


MARGINS = {"65-plussers": a_margin(), "middeninkomens": a_margin(), "bevolkingsdichtheid": a_margin(points=5)}


def a_family() -> Family:
    rows = []
    for label, status, reason in (("65-plussers", UPHELD, ""), ("woningwaarde (WOZ)", NOT_SEPARABLE, ""),
                                  ("bevolkingsdichtheid", NOT_SHOWN, "na Holm niet onder 5 % in deze stad")):  # fmt: skip
        for sample in (REFERENCE_SAMPLE, OTHER_SAMPLE):
            tested = status != NOT_SEPARABLE
            told = {"estimate": -0.12, "low": -0.2, "high": -0.04, "p": 0.01, "p_holm": 0.0312, "estimate_scores": -0.1,
                    "detectable": 0.114}  # fmt: skip
            rows.append({"label": label, "sample": sample, "n": 1234, "correlation": 0.345, "tested": tested, "status": status,
                         "reason": reason, **{key: value if tested else np.nan for key, value in told.items()}})  # fmt: skip
    return Family(pd.DataFrame(rows), 4)


CHANGE = pd.DataFrame(
    {"estimate": [-0.0123, 0.02, np.nan], "low": [-0.02, 0.01, np.nan], "high": [0.0, 0.03, np.nan], "n": [340, 340, 0],
     "first_stage_f": [np.nan, np.nan, 4.0], "reason": ["", "", change.WEAK_INSTRUMENT]},
    index=pd.Index([change.WITHOUT, change.WITH, change.CORRECTED], name="model"))  # fmt: skip
REGRESSION = change.regression_to_mean(0.9, seed=1, n=2000)
ASYMMETRY = pd.DataFrame(
    {"n": [120, 80, 200], "mean": [0.01, -0.01, -0.02], "low": [0.0, -0.02, -0.05], "high": [0.02, 0.01, 0.01],
     "change_income": [-1.25, 2.5, 3.75], "detectable": [np.nan, np.nan, 0.031]},
    index=pd.Index([change.FALLING, change.RISING, change.DIFFERENCE], name="groep"))  # fmt: skip
VERDICTS = pd.DataFrame({
    "gemeente": CITIES, "n": 1234, "ratio": np.linspace(-1.4, 3.4, N), "low": np.linspace(-4, 1, N), "high": np.linspace(0, 8, N),
    "margin": 0.25, "verdict": [verdict.VERDICTS[number % 4] for number in range(N)], "power": np.linspace(0, 0.126, N),
}, index=BY_CODE)  # fmt: skip
META = MetaRegression(
    pd.DataFrame({"value": [-0.02, 0.003, 0.0], "low": -0.03, "high": 0.01, "error": 0.001, "p": [0.0001, 0.04, 0.5]},
                 index=pd.Index(["gemiddelde stad", "omvang_log", "belasting"], name="term")), 0.0043, N)  # fmt: skip
LEFT_OUT = pd.DataFrame({
    "gemeente": CITIES, "n": 1234, **{name: np.linspace(-2.345, 0.6, N) for name in
    ("model", "model_shifted", "line", "line_shifted", "national", "national_shifted")}, "city": 0.0,
}, index=BY_CODE)  # fmt: skip


def decomposed(names: tuple[str, ...] = CITIES) -> pd.DataFrame:
    """Four terms that sum to the difference; some point left and some right within one city."""
    rows = []
    for number, name in enumerate(names):
        parts = np.array([-0.03, 0.02, 0.05, -0.01]) * (number - 3.4)
        values = dict(zip(TERMS, parts, strict=True)) | {DIFFERENCE: parts.sum()}
        rows += [{"gemeentecode": name, "gemeente": name, "term": term, "value": value, "low": value - 0.1, "high": value + 0.1,
                  "n": 50} for term, value in values.items()]  # fmt: skip
    return pd.DataFrame(rows)


def an_importance(blocks: tuple[str, ...] = tuple(BLOCKS)) -> Importance:
    first = np.linspace(0.01, 0.05, len(blocks))
    last = first / 3
    table = pd.DataFrame({"first": first, "first_low": first - 0.01, "first_high": first + 0.01, "last": last,
                          "last_low": last - 0.01, "last_high": last + 0.01, "after_outcome": False},
                         index=pd.Index(blocks, name="blok"))  # fmt: skip
    return Importance(table, pd.DataFrame(), pd.DataFrame(), 1234)


IMPORTANCES = {"Leefbaarometer": an_importance((*BLOCKS, EXPLORATORY)), CRIMES: an_importance((*BLOCKS, EXPLORATORY))}
OUTCOMES = ("overlast en onveiligheid", "fysieke leefomgeving", "sociale samenhang", "voorzieningen", "woningvoorraad",
            "misdrijven (log)")  # fmt: skip
CEILING = pd.DataFrame({
    "label": OUTCOMES, "eigen_niveau": [0.4, 0.1, 0.85, -0.8, 0.3, 0.2], "eigen_niveau_laag": [0.1, -2, 0.6, -3, 0, -0.2],
    "eigen_niveau_hoog": [0.6, 0.4, 0.92, -0.1, 0.5, 0.4], "zonder": -0.1, "zonder_laag": -5.0, "zonder_hoog": 0.3, "steden": 30,
    "n": [2186, 2186, 2186, 2186, 2186, 1987],
}, index=pd.Index(["onv_2018", "fys_2018", "soc_2018", "vrz_2018", "won_2018", "misdrijven_log"], name="uitkomst"))  # fmt: skip
MORAN = pd.DataFrame({
    "gemeente": CITIES, "moran": [0.3, *[0.123] * (N - 2), np.nan], "verwacht": -0.01, "p": [0.002, *[0.2] * (N - 2), np.nan],
    "n": [*[60] * (N - 1), 3], "bekend": [1.0, *[0.87] * (N - 2), 0.1],
}, index=BY_CODE)  # fmt: skip
PLACES = pd.DataFrame(
    {"value": -0.1234, "low": -0.2, "high": -0.05, "error": 0.01, "n": 1234},
    index=pd.MultiIndex.from_product([[LONG, "andere grote steden"], ["zonder herkomst", "met herkomst"]],
                                     names=["plaats", "variant"]))  # fmt: skip
MISSING = pd.DataFrame(
    {"buurten": 40, "inwoners": 12_345.0, "aandeel": [99.25, 0.0], "uitkomst": [0.1234, np.nan], "ouderen": [17.25, np.nan],
     "woz": [250.0, np.nan]},
    index=pd.MultiIndex.from_tuples([("Amsterdam", "200 tot 500, met cijfer"), ("Amsterdam", "200 tot 500, zonder cijfer")],
                                    names=["plaats", "variant"]))  # fmt: skip
UNITS = pd.DataFrame(
    {"value": -0.2, "low": -0.3, "high": -0.1, "n": 350, "pooled": -0.15, "pooled_low": -0.2, "pooled_high": -0.1,
     "new_low": -0.4, "new_high": 0.1, "cities": 29, "mediaan": 2134.5, "inwoners": 1e6, "ratio": 0.75},
    index=pd.Index(["buurt", "wijk", "samengevoegde buurten"], name="eenheid"))  # fmt: skip
CONLEY = pd.DataFrame({"error": [0.01, 0.0123, 0.02], "value": -0.2, "low": -0.25, "high": -0.15, "n": 350},
                      index=pd.Index(["HC3", "wijk", "Conley 1 km"], name="fouten"))  # fmt: skip
HELD_OUT = pd.DataFrame({"curve": [0.61, 0.6, -0.1], "line": 0.5, "spreiding": 0.01, "n": 350},
                        index=pd.Index(["buurten", "wijken", "blokken"], name="apart"))  # fmt: skip


def specified() -> SpecificationCurve:
    """Curves of nine specifications each; the table lies in the order it was computed, not in that of the curve."""
    rows, bands, summary = [], [], []
    for quantity, label in ((CURVATURE, ""), (RATIO, ""), (NET_GAIN, ""), (INTERACTION, "65-plussers")):
        values = np.linspace(-1, 2, 9)
        rows.append(pd.DataFrame({"grootheid": quantity, "kenmerk": label, "value": values[::-1], "error": 0.1, "null_low": -0.5,
                                  "null_high": 0.5, "n": 900, "rang": np.arange(9, 0, -1)}))  # fmt: skip
        bands.append(pd.DataFrame({"grootheid": quantity, "kenmerk": label, "rang": np.arange(1, 10), "value": values,
                                   "low": values - 0.3, "high": values + 0.3}))  # fmt: skip
        summary.append({"grootheid": quantity, "kenmerk": label, "specificaties": 9, "mogelijk": 288, "mediaan": 0.5,
                        "laagste": -1.0, "hoogste": 2.0, "null_low": -0.2, "null_high": 0.2})  # fmt: skip
    return SpecificationCurve(
        pd.concat(rows, ignore_index=True), pd.concat(bands, ignore_index=True), pd.DataFrame(summary)
    )


SPECIFIED = specified()
STORED = pd.DataFrame(
    [["interactie", "65-plussers", "verworpen", 0.0334, 1000, 1, "2026-11-24"],
     ["interactie", "een van alle, na deze zeef", "geclaimd", 0.005, 1000, 1, "2026-11-24"],
     ["netto winst", "spreiden in Amsterdam", "waar", 0.0, 1000, 1, "2026-11-24"]],
    columns=["simulatie", "grootheid", "maat", "waarde", "trekkingen", "zaad", "datum"])  # fmt: skip

QUANTITIES = (CURVATURE, RATIO, NET_GAIN)


def split(names: tuple[str, ...] = CITIES, table: pd.DataFrame | None = None) -> Figure:
    given = decomposed(names) if table is None else table
    return cities.decomposition(
        "ontleding", given, ELSEWHERE, TITLE, "overlast en onveiligheid (LBM-punten; rechts is veiliger)"
    )


FIGURES: dict[str, tuple[Callable[[], Figure], pd.DataFrame]] = {
    "marginal": (lambda: context.marginal("helling", MARGINS, AMSTERDAM, TITLE),
                 pd.concat([table.assign(kenmerk=label) for label, table in MARGINS.items()])),
    "regression to the mean": (lambda: context.regression_to_mean("terugval", REGRESSION, 0.9), REGRESSION.reset_index()),
    "ratios": (lambda: cities.ratios("oordeel", VERDICTS, ELSEWHERE, TITLE),
               VERDICTS.sort_values("ratio", ascending=False).reset_index()),
    "decomposition": (split, decomposed()),
    "importance": (lambda: cities.importance("wie", IMPORTANCES, AMSTERDAM, TITLE),
                   pd.concat([found.blocks.reset_index().assign(uitkomst=label) for label, found in IMPORTANCES.items()])),
    "ceiling": (lambda: robustness.ceiling("plafond", CEILING, ELSEWHERE, TITLE),
                CEILING.sort_values("eigen_niveau").reset_index()),
    "specification": (lambda: robustness.specification("specificaties", SPECIFIED, QUANTITIES, AMSTERDAM, TITLE), SPECIFIED.table),
}  # fmt: skip
TABLES: dict[str, tuple[Table, int, list[str]]] = {
    "family": (context.family("t", a_family(), ELSEWHERE), 6,
               ["65-plussers", LONG, "−0,12 (−0,20 tot −0,04)", "0,031", "−0,10", "0,11", "0,34", "1.234", UPHELD, ""]),
    "change": (context.change("t", {"2018–2020": CHANGE, "2014–2020": CHANGE}, AMSTERDAM), 6,
               ["2018–2020", "−0,012 (−0,020 tot 0,000)", "340", "–"]),
    "asymmetry": (context.asymmetry("t", ASYMMETRY), 3, ["dalend", "−1,2", "0,010 (0,000 tot 0,020)", "–", "120"]),
    "verdicts": (cities.verdicts("t", VERDICTS.iloc[1:], AMSTERDAM), N - 1, ["0,25", "1.234"]),
    "meta": (cities.meta("t", META, AMSTERDAM), 3, ["Gemiddelde stad", "−0,0200 (−0,0300 tot 0,0100)", "< 0,001"]),
    "leave out": (cities.leave_out("t", LEFT_OUT, AMSTERDAM), N, ["Amsterdam", "−2,35", "0,00", "1.234"]),
    "blocks": (cities.blocks("t", IMPORTANCES, "Bron: BZK."), 8,
               ["levensfase", "Leefbaarometer", "0,010 (0,000 tot 0,020)", "0,003 (−0,007 tot 0,013)"]),
    "ceiling": (robustness.ceiling_table("t", CEILING, AMSTERDAM), 6,
                ["Overlast en onveiligheid", "0,40 (0,10 tot 0,60)", "−0,10 (−5,00 tot 0,30)", "30", "2.186"]),
    "moran": (robustness.moran("t", MORAN, MORAN.iloc[1:]), N, ["Amsterdam", "0,30", "0,002", "–", "100", "60"]),
    "places": (robustness.places("t", PLACES, "De helling. Bron: BZK."), 4,
               [LONG, "zonder herkomst", "−0,123 (−0,200 tot −0,050)", "1.234"]),
    "missing": (robustness.missing("t", MISSING), 2, ["Amsterdam", "40", "12.345", "0,123", "250"]),
    "units": (robustness.units("t", UNITS, ELSEWHERE), 3, ["buurt", "−0,200 (−0,300 tot −0,100)", "−0,400", "0,100", "29"]),
    "errors": (robustness.errors("t", {"Leefbaarometer": CONLEY, "Misdrijven (log)": CONLEY}, AMSTERDAM), 6,
               ["Leefbaarometer", "HC3", "−0,200 (−0,250 tot −0,150)", "0,0100"]),
    "held out": (robustness.held_out("t", {"Leefbaarometer": HELD_OUT}), 3, ["Leefbaarometer", "buurten", "0,610", "350"]),
    "specifications": (robustness.specification_summary("t", SPECIFIED), 4, ["Kromming", "0,50", "−0,20", "9", "288"]),
    "stored": (robustness.stored("t", STORED), 2, ["65-plussers", "verworpen", "3,3", "1.000", "2026-11-24"]),
}  # fmt: skip
every_figure = pytest.mark.parametrize("kind", FIGURES)
every_table = pytest.mark.parametrize("kind", TABLES)


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    return {kind: draw() for kind, (draw, _) in FIGURES.items()}


def travelled(shown: Figure | Table) -> pd.DataFrame:
    """What a reader gets; an empty text stays one."""
    found = pd.read_csv(io.StringIO(shown._repr_mimebundle_()[DATA_MIME]["csv"]))
    return found.fillna(dict.fromkeys({"kenmerk", "reason"} & set(found), ""))


def run_into_each_other(figure: Figure) -> list[tuple[str, str]]:
    """Titles and labels of panels that overlap."""
    figure.canvas.set_dpi(DOTS_PER_INCH)
    figure.canvas.draw_without_rendering()
    shown = [text for axes in figure.canvas.axes for text in (axes._left_title, axes.xaxis.label) if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    return [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if overlaps(one, other)]


# --- Every figure ---------------------------------------------------------------------------------


@every_figure
def test_the_data_that_travel_are_what_was_drawn(kind, drawn):
    found, expected = travelled(drawn[kind]), FIGURES[kind][1].reset_index(drop=True)
    assert set(found.columns) == set(expected.columns)
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, check_dtype=False, check_categorical=False, rtol=1e-5
    )


@every_figure
def test_no_text_lies_outside_the_canvas(kind, drawn):
    assert len(list(texts(drawn[kind].canvas))) > 3
    assert outside(drawn[kind].canvas) == []
    assert outside(drawn[kind].narrow) == []


@every_figure
def test_the_drawing_stays_clear_of_title_subtitle_and_source(kind, drawn):
    canvas = drawn[kind].canvas
    canvas.set_dpi(DOTS_PER_INCH)
    canvas.draw_without_rendering()
    around = {text.get_text(): text.get_window_extent() for text in canvas.texts}
    assert len(around) == 3
    shown = [text for axes in canvas.axes for text in (axes._left_title, *axes.get_xticklabels()) if text.get_text()]
    places = [text.get_window_extent() for text in shown]
    places += [axes.get_legend().get_window_extent() for axes in canvas.axes if axes.get_legend()]
    assert [text for text, box in around.items() if any(overlaps(box, place) for place in places)] == []


@every_figure
def test_titles_and_labels_of_panels_do_not_run_into_each_other(kind, drawn):
    assert run_into_each_other(drawn[kind]) == []


@every_figure
def test_the_source_stands_below(kind, drawn):
    last = drawn[kind].canvas.texts[-1].get_text()
    assert last.startswith("Simulatie" if kind == "regression to the mean" else "Bron: ")


@every_figure
def test_drawing_again_gives_the_same_picture_and_leaves_the_results_alone(kind):
    draw, before = FIGURES[kind][0], FIGURES[kind][1].copy()
    assert draw().png() == draw().png()
    pd.testing.assert_frame_equal(FIGURES[kind][1], before)


@pytest.mark.parametrize("kind", ["ratios", "decomposition"])
def test_every_city_has_its_name_written_out(kind, drawn):
    assert set(CITIES) <= {text for text, _ in texts(drawn[kind].canvas)}


@pytest.mark.parametrize("count", [1, 31])
def test_one_city_and_all_cities_fit(count):
    names = tuple(f"{LONG} {number}" for number in range(count))
    table = pd.concat([VERDICTS.iloc[:1]] * count).assign(gemeente=names)
    for figure in (split(names), cities.ratios("oordeel", table, AMSTERDAM, TITLE)):
        assert outside(figure.canvas) == []
        assert set(names) <= {text for text, _ in texts(figure.canvas)}


# --- What is drawn where --------------------------------------------------------------------------


def dots(figure: Figure, panel: int = 0, which: int = 0) -> np.ndarray:
    found = [one for one in figure.canvas.axes[panel].collections if isinstance(one, PathCollection)]
    return np.asarray(found[which].get_offsets())


def faces(figure: Figure, panel: int = 0, which: int = 0) -> list[str]:
    found = [one for one in figure.canvas.axes[panel].collections if isinstance(one, PathCollection)]
    return [to_hex(colour) for colour in found[which].get_facecolors()]


def test_a_ratio_stands_at_its_value_and_an_undecided_city_is_open(drawn):
    ordered = VERDICTS.sort_values("ratio", ascending=False)
    np.testing.assert_allclose(dots(drawn["ratios"])[:, 0], ordered.ratio.clip(-1, 3))
    expected = [theme.PAPER if text == verdict.UNDECIDED else theme.ACCENT for text in ordered.verdict]
    assert faces(drawn["ratios"]) == expected
    labels = [label.get_text() for label in drawn["ratios"].canvas.axes[0].get_yticklabels()]
    assert labels == ordered.gemeente.tolist()


def test_the_band_of_ratios_is_the_margin(drawn):
    axes = drawn["ratios"].canvas.axes[0]
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((0.75, 1.25))


def test_bars_of_a_city_end_at_its_whole_difference(drawn):
    """Negative parts pile up to the left and positive ones to the right; together they are the black dot."""
    axes, table = drawn["decomposition"].canvas.axes[0], decomposed()
    widths = np.array([bar.get_width() for bar in axes.patches]).reshape(len(TERMS), N)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    whole = table[table.term == DIFFERENCE].set_index("gemeente").value[labels]
    np.testing.assert_allclose(widths.sum(axis=0), whole, atol=1e-12)
    np.testing.assert_allclose(dots(drawn["decomposition"])[:, 0], whole)
    ends = np.array([(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches])
    np.testing.assert_allclose(
        ends.min(axis=1).reshape(len(TERMS), N).min(axis=0), np.minimum(widths, 0).sum(axis=0), atol=1e-12
    )
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(TERMS)


def test_a_block_is_filled_when_it_enters_first_and_open_when_last(drawn):
    rows = IMPORTANCES["Leefbaarometer"].blocks.iloc[::-1]
    np.testing.assert_allclose(dots(drawn["importance"], which=0)[:, 0], rows["first"])
    np.testing.assert_allclose(dots(drawn["importance"], which=1)[:, 0], rows["last"])
    assert set(faces(drawn["importance"], which=0)) == {theme.ACCENT}
    assert set(faces(drawn["importance"], which=1)) == {theme.PAPER}
    written = {text for text, _ in texts(drawn["importance"].canvas)}
    assert {dutch.sentence_case(block) for block in (*BLOCKS, EXPLORATORY)} | {"Leefbaarometer", CRIMES} <= written


def test_the_ceiling_runs_up_and_is_cut_where_it_says(drawn):
    ordered = CEILING.sort_values("eigen_niveau")
    np.testing.assert_allclose(dots(drawn["ceiling"])[:, 0], ordered.eigen_niveau.clip(-0.5))
    labels = [label.get_text() for label in drawn["ceiling"].canvas.axes[0].get_yticklabels()]
    assert labels == [dutch.sentence_case(label) for label in ordered.label]


def test_each_panel_of_specifications_is_one_quantity_with_its_band(drawn):
    for panel, quantity in enumerate(QUANTITIES):
        axes = drawn["specification"].canvas.axes[panel]
        band = SPECIFIED.band[SPECIFIED.band.grootheid == quantity]
        np.testing.assert_allclose(dots(drawn["specification"], panel), band[["rang", "value"]])
        (area,) = [
            one for one in axes.collections if isinstance(one, PolyCollection) and not isinstance(one, PathCollection)
        ]
        corners = area.get_paths()[0].vertices
        assert (corners[:, 1].min(), corners[:, 1].max()) == pytest.approx((band.low.min(), band.high.max()))
        assert axes._left_title.get_text() == dutch.sentence_case(quantity)


def test_bars_of_regression_to_the_mean_are_coloured_by_direction(drawn):
    bars = drawn["regression to the mean"].canvas.axes[0].patches
    np.testing.assert_allclose([bar.get_height() for bar in bars], REGRESSION.change)
    assert [to_hex(bar.get_facecolor()) for bar in bars] == [
        theme.SAFER if value > 0 else theme.LESS_SAFE for value in REGRESSION.change
    ]
    assert len({to_hex(bar.get_facecolor()) for bar in bars}) == 2


def test_each_characteristic_has_a_panel_with_its_levels(drawn):
    for axes, (label, table) in zip(drawn["marginal"].canvas.axes, MARGINS.items(), strict=True):
        assert axes._left_title.get_text() == dutch.sentence_case(label)
        lines = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
        assert list(lines) == list(LEVELS)
        for level, part in table.groupby("level"):
            np.testing.assert_allclose(lines[level].get_xydata(), part[["belasting", "slope"]])


# The characteristics that are tested there, all in one figure.
TESTED = {
    "Amsterdam": ("65-plussers", "middeninkomens", "bevolkingsdichtheid", "woningwaarde (WOZ)"),
    "Rotterdam": ("65-plussers", "middeninkomens", "hoge inkomens", "bevolkingsdichtheid", "woningwaarde (WOZ)"),
}


# --- Empty and missing parts ----------------------------------------------------------------------


def test_the_legend_names_every_level_that_any_panel_shows():
    """The first panel may have too few buurten for a level (Rotterdam), or for all (Almere)."""
    for first in (a_margin(("laag",)), a_margin(())):
        figure = context.marginal("helling", {"65-plussers": first, "middeninkomens": a_margin()}, AMSTERDAM, TITLE)
        legends = [axes.get_legend() for axes in figure.canvas.axes if axes.get_legend()] + list(figure.canvas.legends)
        assert {text.get_text() for legend in legends for text in legend.get_texts()} == set(LEVELS)


@pytest.mark.filterwarnings("ignore:No artists with labels")
@pytest.mark.parametrize("margins", [{}, {"65-plussers": a_margin(())}, {"65-plussers": a_margin(("hoog",), points=1)}],
                         ids=["none", "empty", "one"])  # fmt: skip
def test_without_slopes_to_show_the_figure_still_draws(margins):
    figure = context.marginal("helling", margins, AMSTERDAM, TITLE)
    assert figure.png().startswith(b"\x89PNG")
    assert len(figure.data) == sum(map(len, margins.values()))


@pytest.mark.parametrize("labels", TESTED.values(), ids=TESTED)
def test_as_many_characteristics_as_a_city_has_fit_side_by_side(labels):
    figure = context.marginal("helling", dict.fromkeys(labels, a_margin()), AMSTERDAM, TITLE)
    assert outside(figure.canvas) == []
    assert run_into_each_other(figure) == []


def test_a_ratio_without_an_end_is_drawn_to_the_edge():
    endless = VERDICTS.assign(low=-np.inf, high=np.inf)
    figure = cities.ratios("oordeel", endless, AMSTERDAM, TITLE)
    assert outside(figure.canvas) == []
    segments = figure.canvas.axes[0].collections[0].get_segments()
    assert {tuple(segment[:, 0]) for segment in segments} == {(-1.0, 3.0)}


def test_a_table_of_verdicts_shows_a_city_whose_interval_has_no_end():
    """`verdicts` gives infinite limits where the reference's own derivative is not certain."""
    table = VERDICTS.assign(low=-np.inf, high=np.inf)
    rows = Reader(cities.verdicts("t", table, AMSTERDAM).html()).rows
    assert len(rows) == 1 + N


def test_a_missing_value_is_left_white_and_does_not_stop_the_figure():
    holes = CEILING.assign(eigen_niveau_laag=CEILING.eigen_niveau_laag.where(CEILING.index != "won_2018"))
    band = SPECIFIED.band.assign(low=np.nan, high=np.nan)
    without_band = SpecificationCurve(SPECIFIED.table, band, SPECIFIED.summary)
    missing = decomposed()
    missing.loc[(missing.gemeente == LONG) & (missing.term == TERMS[0]), "value"] = np.nan
    for figure in (
        robustness.ceiling("k", holes, AMSTERDAM, TITLE),
        robustness.specification("k", without_band, QUANTITIES, AMSTERDAM, TITLE),
        split(table=missing),
        cities.ratios("k", VERDICTS.assign(ratio=VERDICTS.ratio.where(VERDICTS.gemeente != LONG)), AMSTERDAM, TITLE),
    ):
        assert figure.png().startswith(b"\x89PNG")
        assert outside(figure.canvas) == []


def test_a_quantity_without_specifications_leaves_its_panel_empty():
    band = SPECIFIED.band[SPECIFIED.band.grootheid != RATIO]
    figure = robustness.specification(
        "k", SpecificationCurve(SPECIFIED.table, band, SPECIFIED.summary), QUANTITIES, AMSTERDAM, TITLE
    )
    assert [len(dots(figure, panel)) for panel in range(3)] == [9, 0, 9]


# --- Every table ----------------------------------------------------------------------------------


@every_table
def test_every_table_shows_its_rows_in_dutch(kind):
    table, rows, cells = TABLES[kind]
    seen = Reader(table.html())
    assert len(seen.rows) == 1 + rows
    assert [cell for cell in cells if cell not in seen.rows[1]] == []
    assert all(len(row) == len(table.columns) for row in seen.rows)


@every_table
def test_the_data_of_a_table_travel_with_every_column_that_it_shows(kind):
    table = TABLES[kind][0]
    found = travelled(table)
    assert {name for column in table.columns for name in (column.source, column.low, column.high) if name} <= set(
        found.columns
    )
    assert len(found) == len(table.data)


@pytest.mark.parametrize(
    "kind", ["family", "change", "asymmetry", "verdicts", "meta", "leave out", "ceiling", "units", "errors"]
)
def test_tables_of_figures_name_their_source(kind):
    assert "Bron: " in TABLES[kind][0].caption


@every_table
def test_what_is_missing_is_a_dash_and_never_a_zero_or_a_code(kind):
    shown = {cell for row in Reader(TABLES[kind][0].html()).rows for cell in row}
    assert not {"nan", "NaN", "None", "inf", "onbekend"} & shown
    assert not any("onbekend" in cell and "tot" in cell for cell in shown)


def test_a_pair_that_was_not_tested_keeps_its_row_with_dashes():
    row = next(row for row in Reader(TABLES["family"][0].html()).rows if row[0] == "Woningwaarde (WOZ)")
    assert row[2] == NOT_SEPARABLE
    assert row[3:7] == ["–"] * 4


def test_the_family_names_the_city_and_counts_its_tests():
    assert {row[1] for row in Reader(TABLES["family"][0].html()).rows[1:]} == {LONG, OTHER_SAMPLE}
    assert "Alle toetsen die vooraf vastlagen (4)" in TABLES["family"][0].caption


def test_the_model_of_change_that_was_not_told_says_why():
    rows = Reader(TABLES["change"][0].html()).rows[1:]
    assert rows[2][2:] == ["–", "0", "4", change.WEAK_INSTRUMENT]


def test_verdicts_and_left_out_cities_can_be_searched_by_name():
    searchable = {kind for kind, (table, *_) in TABLES.items() if table.searched_for == "gemeente"}
    assert searchable == {"verdicts", "leave out", "moran"}


def test_power_is_a_percentage():
    rows = {row[0]: row for row in Reader(TABLES["verdicts"][0].html()).rows}
    assert rows[CITIES[-1]][4] == "13"


def test_a_city_without_borders_has_dashes_for_both_outcomes():
    rows = {row[0]: row for row in Reader(TABLES["moran"][0].html()).rows}
    assert rows[CITIES[-1]][1:5] == ["–"] * 4
    assert rows["Amsterdam"][3:5] == ["–", "–"], "niet bij misdrijven"


def test_slopes_by_place_can_be_told_per_ten_points():
    scaled = Reader(robustness.places("t", PLACES, "De helling", scale=10).html()).rows[1]
    assert "−1,234 (−2,000 tot −0,500)" in scaled
    assert PLACES.value.iloc[0] == -0.1234


def test_the_true_gain_of_a_simulation_is_no_share():
    assert "waar" not in {cell for row in Reader(TABLES["stored"][0].html()).rows for cell in row}


def test_an_interaction_is_named_with_its_characteristic():
    assert [row[0] for row in Reader(TABLES["specifications"][0].html()).rows][-1] == "Interactie × 65-plussers"
