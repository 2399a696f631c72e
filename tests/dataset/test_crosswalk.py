"""The crosswalk's promise: the right buurt or none, and always a reason."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.dataset import crosswalk
from analysis.dataset.crosswalk import canonical

METHODS = {crosswalk.CODE_AND_NAME, crosswalk.CODE_AND_INHABITANTS, crosswalk.NAME_IN_GEMEENTE}
VERDICTS = ["indeling", "eerder", "gelijk", "onbeslist"]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèêëïöüáçàâôÉÖ0123456789"
WORDS = st.text(LETTERS, min_size=1, max_size=8)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


# --- names ----------------------------------------------------------------------------------------


@given(st.text(LETTERS + " -'.,()/&", max_size=30))
@example("Kern Lewedorp")
@example("Oude Kerk e.o.")
def test_a_canonical_name_is_its_own_canonical_name(name):
    once = canonical(name)
    assert once is None or canonical(once) == once


@given(NAMES)
@example("Centrum e.o.")
def test_case_does_not_matter(name):
    assert canonical(name) == canonical(name.upper()) == canonical(name.lower())


@given(NAMES)
@example("Oldegalileën")
def test_accents_do_not_matter_however_they_are_encoded(name):
    bare = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    assert canonical(name) == canonical(unicodedata.normalize("NFD", name)) == canonical(bare)


@given(NAMES, st.sampled_from(["  ", "\t", "\u00a0", " \n"]))
@example("Centrum e. o.", "  ")
def test_spacing_does_not_matter(name, gap):
    assert canonical(name) == canonical(gap + name.replace(" ", gap) + gap)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Verspr.h. Annen", "Verspreide huizen Annen"),
        ("Oude Kerk e.o.", "Oude Kerk en omgeving"),
        ("Oude Kerk e.o.", "Oude Kerk EO"),
        ("'t Zand", "Het Zand"),
        ("St. Jan", "Sint Jan"),
        ("Kern Lewedorp", "Lewedorp (kern)"),
        ("Oud-West", "Oud West"),
    ],
)
def test_spellings_of_one_name_are_the_same(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), [("Oost", "West"), ("Buurt 1", "Buurt 2"), ("Cool", "Cool-Zuid")])
def test_different_names_stay_different(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, "", "  ", "-", 7])
def test_what_is_no_name_has_no_canonical_name(nothing):
    assert canonical(nothing) is None


# --- looking up -----------------------------------------------------------------------------------

CODES = st.builds("BU{:04d}{:04d}".format, st.integers(1, 3), st.integers(0, 99))
FEW_NAMES = st.sampled_from(["Noord", "noord", "Zuid", "Centrum", "Dorp", "Dorp e.o."])
PLACES = st.dictionaries(
    st.sampled_from(["0001", "0002", "0003"]),
    st.frozensets(st.sampled_from(["0001", "0002", "0009"]), max_size=2),
)


@given(st.dictionaries(CODES, FEW_NAMES, max_size=25), PLACES)
def test_a_name_that_occurs_twice_in_a_gemeente_is_never_found(names, place):
    index = crosswalk.unique_codes(pd.Series(names, dtype=object), place)
    for (gemeente, name), code in index.items():
        at_home = [c for c in names if gemeente == c[2:6] or gemeente in place.get(c[2:6], ())]
        assert [c for c in at_home if canonical(names[c]) == name] == [code]


@given(st.dictionaries(CODES, FEW_NAMES, max_size=25))
def test_every_name_that_occurs_once_in_its_gemeente_is_found(names):
    series = pd.Series(names, dtype=object)
    found = crosswalk.find_by_name(series, crosswalk.unique_codes(series, {}), {})
    for code, name in names.items():
        twins = [c for c in names if c[2:6] == code[2:6] and canonical(names[c]) == canonical(name)]
        assert found[code] == (code if twins == [code] else None)


def test_a_gemeente_that_was_split_over_two_finds_a_name_only_where_it_is_one():
    later = pd.Series({"BU00080001": "Dorp", "BU00090001": "Dorp", "BU00090002": "Wad"})
    place = {"0001": frozenset({"0008", "0009"})}
    index = crosswalk.unique_codes(later, place)
    found = crosswalk.find_by_name(pd.Series({"BU00010001": "Dorp", "BU00010002": "Wad"}), index, place)
    assert found["BU00010001"] is None
    assert found["BU00010002"] == "BU00090002"


@pytest.mark.parametrize(("then", "later"), [(99, 100), (0, 100), (np.nan, 100), (500, 0), (500, np.nan)])
def test_a_count_that_is_missing_zero_or_tiny_is_no_witness(then, later):
    assert np.isnan(crosswalk.gap(pd.Series([then]), pd.Series([later]))[0])


@given(st.integers(100, 10**5), st.integers(100, 10**5))
def test_the_gap_is_symmetric_and_zero_for_equal_counts(one, other):
    there, back = (crosswalk.gap(pd.Series([a]), pd.Series([b]))[0] for a, b in ((one, other), (other, one)))
    assert there == pytest.approx(back)
    assert (there == 0) == (one == other)


# --- matching: what always holds ------------------------------------------------------------------


@st.composite
def compared(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series]:
    """Any result of `compare`, sensible or not, with any verdicts."""
    codes = draw(st.lists(CODES, min_size=1, max_size=20, unique=True))
    some_name = st.none() | st.sampled_from(["noord", "zuid", "centrum", "dorp"])
    some_gap = st.just(np.nan) | st.floats(0, 2)
    targets = st.none() | st.sampled_from([*codes, "BU00090001", "BU00090002"])
    columns = {
        "eerder": some_name,
        "indeling": some_name,
        "kloof_eerder": some_gap,
        "kloof_indeling": some_gap,
        "elders": targets,
    }
    values = {name: [draw(value) for _ in codes] for name, value in columns.items()}
    texts = dict.fromkeys(["eerder", "indeling", "elders"], object)
    rows = pd.DataFrame(values, index=codes).astype(texts)
    rows.insert(0, "gemeente", [code[2:6] for code in codes])
    verdicts = {gemeente: draw(st.sampled_from(VERDICTS)) for gemeente in rows.gemeente.unique()}
    return rows, pd.Series(verdicts)


@given(compared())
@settings(deadline=None)
def test_two_buurten_never_share_a_match_and_every_row_accounts_for_itself(case):
    rows, verdicts = case
    out = crosswalk.match(rows, verdicts)
    assert list(out.index) == list(rows.index)
    matched, rest = out[out.buurtcode.notna()], out[out.buurtcode.isna()]
    assert matched.buurtcode.is_unique
    assert set(matched.methode) <= METHODS
    assert matched.getuige.map(lambda text: isinstance(text, str) and text != "" and "nan" not in text).all()
    assert matched.reden.isna().all()
    assert rest.reden.map(lambda text: isinstance(text, str) and text != "").all()
    assert rest.methode.isna().all() and rest.getuige.isna().all()


@given(compared())
@settings(deadline=None)
def test_no_match_without_its_two_witnesses(case):
    rows, verdicts = case
    out = crosswalk.match(rows, verdicts)
    same = out.index.to_series()
    by = {method: out.methode.eq(method) for method in METHODS}
    name, count, moved = (
        by[m] for m in (crosswalk.CODE_AND_NAME, crosswalk.CODE_AND_INHABITANTS, crosswalk.NAME_IN_GEMEENTE)
    )
    assert (rows.eerder[name] == rows.indeling[name]).all() and (out.buurtcode == same)[name | count].all()
    assert (rows.kloof_indeling[count] < crosswalk.TOLERANCE).all()
    verdict = rows.gemeente.map(verdicts)
    assert verdict[moved].isin(["eerder", "gelijk"]).all() and (out.buurtcode == rows.elders)[moved].all()


# --- matching: gemeenten of which the truth is known ----------------------------------------------


@dataclass
class Gemeente:
    """An invented gemeente: of each buurt its codes (2014, 2017, layout), names before and after, count."""

    then: list[str]
    codes_2017: list[str]
    layout: list[str]
    names: list[str]
    names_after: list[str]
    inhabitants: list[int]
    growth: list[float]
    forgotten: frozenset[int] = frozenset()  # buurten that the later count does not have
    place: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def truth(self) -> dict[str, str]:
        return dict(zip(self.codes_2017, self.layout, strict=True))

    def match(self) -> tuple[pd.DataFrame, str]:
        """Run the crosswalk; the later count uses the codes of the layout."""
        known = [at for at in range(len(self.names)) if at not in self.forgotten]
        kwb = pd.DataFrame({"inwoners": pd.Series(dict(zip(self.codes_2017, self.inhabitants, strict=True)))})
        names = crosswalk.Names(
            earlier=pd.Series(dict(zip(self.then, self.names, strict=True))),
            layout=pd.Series(dict(zip(self.layout, self.names_after, strict=True))),
            later=pd.Series({self.layout[at]: self.names_after[at] for at in known}, dtype=object),
        )
        grown = [count * factor for count, factor in zip(self.inhabitants, self.growth, strict=True)]
        count = pd.Series(dict(zip(self.layout, grown, strict=True)))
        rows = crosswalk.compare(kwb, names, count, self.place)
        verdicts = crosswalk.judge_gemeenten(rows, names.earlier.index)
        (verdict,) = verdicts.oordeel
        return crosswalk.match(rows, verdicts.oordeel), verdict

    def outcome(self) -> tuple[int, int, str]:
        """Buurten matched rightly and wrongly, and the verdict."""
        out, verdict = self.match()
        given_codes = out.buurtcode.dropna()
        wrong = sum(found != self.truth[code] for code, found in given_codes.items())
        return len(given_codes) - wrong, wrong, verdict


# Two buurten differ by a factor 1.75 or more, and none grows or shrinks by more than a fifth: so the right
# count always passes (0.2 < 0.25) and a wrong one never does (ln 1.75 - 0.2 > 0.25).
FACTOR, MOST_GROWTH = 1.75, 0.2


@st.composite
def gemeenten(draw: st.DrawFn, scenario: str, renamed: bool = False, fewest: int = 3) -> Gemeente:
    """A gemeente whose codes changed as the scenario says, with clearly different numbers of inhabitants.

    - same: never;
    - after: between 2017 and the layout (Leeuwarden);
    - before: between 2014 and 2017 (Groningen);
    - merged: it became part of another gemeente after 2017.
    """
    size = draw(st.integers(fewest, 12))
    order = draw(st.permutations(range(size)))
    codes = [f"BU0001{at:04d}" for at in range(size)]
    dealt = [codes[at] for at in draw(st.permutations(range(size)))]
    merged = ["BU0009" + code[6:] for code in dealt]
    then, layout = {
        "same": (codes, codes),
        "after": (codes, dealt),
        "before": (dealt, codes),
        "merged": (codes, merged),
    }[scenario]
    names = [f"Wijkje {chr(ord('a') + at) * 3}" for at in range(size)]
    changed = draw(st.sets(st.sampled_from(range(size)), max_size=size)) if renamed else set()
    after = [f"Nieuw {name}" if at in changed else name for at, name in enumerate(names)]
    inhabitants = [round(150 * FACTOR ** order[at]) for at in range(size)]
    growth = [float(np.exp(draw(st.floats(-MOST_GROWTH, MOST_GROWTH)))) for _ in range(size)]
    place = {"0001": frozenset({"0009" if scenario == "merged" else "0001"})}
    return Gemeente(then, codes, layout, names, after, inhabitants, growth, place=place)


many = settings(deadline=None, max_examples=60)


@given(gemeenten("same"))
@many
def test_a_gemeente_that_did_not_change_is_matched_whole(gemeente):
    right, wrong, _ = gemeente.outcome()
    assert (right, wrong) == (len(gemeente.names), 0)


@given(gemeenten("same", renamed=True))
@many
def test_a_gemeente_that_only_renamed_keeps_its_codes(gemeente):
    """The counts recognise the codes, so even the renamed buurten are found."""
    out, _ = gemeente.match()
    assert (out.buurtcode == out.index).all()
    kept = [
        code for code, name, after in zip(out.index, gemeente.names, gemeente.names_after, strict=True) if name == after
    ]
    assert (out.methode[kept] == crosswalk.CODE_AND_NAME).all()


@given(gemeenten("after", fewest=4))
@many
def test_a_gemeente_renumbered_after_2017_is_matched_by_name(gemeente):
    """As in Leeuwarden: the same codes, dealt out anew."""
    right, wrong, verdict = gemeente.outcome()
    assert (right, wrong) == (len(gemeente.names), 0)
    assert verdict in ("eerder", "gelijk")


@given(gemeenten("before", fewest=4))
@many
def test_a_gemeente_renumbered_before_2017_keeps_its_codes_and_never_follows_the_old_names(gemeente):
    """As in Groningen: the names of 2014 sit at the wrong codes."""
    right, wrong, verdict = gemeente.outcome()
    assert wrong == 0
    moved = sum(then != now for then, now in zip(gemeente.then, gemeente.codes_2017, strict=True))
    assert verdict == ("indeling" if moved >= crosswalk.FEWEST_BUURTEN else "gelijk")
    assert (
        right == len(gemeente.names)
        if moved >= crosswalk.FEWEST_BUURTEN or not moved
        else right >= len(gemeente.names) - moved
    )


@given(gemeenten("merged"))
@many
def test_a_gemeente_that_merged_is_found_under_its_new_codes(gemeente):
    right, wrong, verdict = gemeente.outcome()
    assert (right, wrong, verdict) == (len(gemeente.names), 0, "eerder")


@pytest.mark.parametrize("scenario", ["same", "after", "before", "merged"])
@given(draw=st.data())
@settings(deadline=None, max_examples=80)
def test_renaming_and_renumbering_together_give_no_wrong_match(scenario, draw):
    gemeente = draw.draw(gemeenten(scenario, renamed=True))
    _, wrong, _ = gemeente.outcome()
    assert wrong == 0


@pytest.mark.parametrize("scenario", ["same", "after", "merged"])
@given(draw=st.data())
@settings(deadline=None, max_examples=60)
def test_buurten_that_the_later_count_does_not_have_give_no_wrong_match(scenario, draw):
    gemeente = draw.draw(gemeenten(scenario, renamed=True))
    gemeente.forgotten = draw.draw(st.frozensets(st.sampled_from(range(len(gemeente.names)))))
    _, wrong, _ = gemeente.outcome()
    assert wrong == 0


def test_counts_that_look_alike_leave_a_dealt_out_gemeente_undecided_rather_than_wrong():
    """Ten buurten of 1,000 inhabitants, all renumbered and renamed: nothing tells them apart."""
    codes = [f"BU0001{at:04d}" for at in range(10)]
    names = [f"Buurt {at}" for at in range(10)]
    layout = [*codes[1:], codes[0]]
    gemeente = Gemeente(codes, codes, layout, names, [f"Nieuw {name}" for name in names], [1000] * 10, [1.6] * 10)
    out, verdict = gemeente.match()
    assert verdict == "onbeslist"
    assert out.buurtcode.isna().all()


def test_a_silent_gemeente_is_believed_by_its_names_only_if_it_kept_its_codes():
    """No later count at all: then the codes of 2014 and 2017 themselves must be the same."""
    codes = [f"BU0001{at:04d}" for at in range(10)]
    names = [f"Buurt {at}" for at in range(10)]
    merged = ["BU0009" + code[6:] for code in codes]
    place = {"0001": frozenset({"0009"})}
    common = {
        "names": names,
        "names_after": names,
        "inhabitants": [1000] * 10,
        "growth": [1.0] * 10,
        "place": place,
        "forgotten": frozenset(range(10)),
    }
    kept = Gemeente(then=codes, codes_2017=codes, layout=merged, **common)
    half = [*codes[:5], *(f"BU0001{at:04d}" for at in range(50, 55))]
    renumbered = Gemeente(then=half, codes_2017=codes, layout=merged, **common)
    assert kept.outcome() == (10, 0, "eerder")
    assert renumbered.outcome() == (0, 0, "onbeslist")


def test_two_buurten_that_point_at_the_same_one_both_stay_out():
    codes = ["BU00010001", "BU00010002"]
    rows = pd.DataFrame({
        "gemeente": ["0001", "0001"], "eerder": ["dorp", "zuid"], "indeling": ["dorp", "wad"],
        "kloof_eerder": [0.0, 0.0], "kloof_indeling": [0.0, 1.0], "elders": [None, "BU00010001"],
    }, index=codes)  # fmt: skip
    out = crosswalk.match(rows, pd.Series({"0001": "eerder"}))
    assert out.buurtcode.isna().all()
    assert out.reden.tolist() == ["twee buurten van 2017 wijzen naar dezelfde buurt"] * 2


def witnesses(**row: object) -> pd.DataFrame:
    """One row of 2017 whose code stands in the layout under another name."""
    return pd.DataFrame({"gemeente": "0001", "eerder": "dorp", "indeling": "wad"} | row, index=["BU00010001"])


BY_COUNT = {"kloof_eerder": np.nan, "kloof_indeling": 0.1, "elders": None}
BY_NAME = {"kloof_eerder": 0.1, "kloof_indeling": 0.9, "elders": "BU00010002"}
BOTH_WAYS = {"kloof_eerder": 0.1, "kloof_indeling": 0.1, "elders": "BU00010002"}


@pytest.mark.parametrize(
    ("verdict", "row", "found"),
    [
        ("gelijk", BY_COUNT, "BU00010001"),
        ("gelijk", BY_NAME, "BU00010002"),
        ("gelijk", BOTH_WAYS, None),
        ("onbeslist", BY_COUNT, "BU00010001"),
        ("onbeslist", BY_NAME, None),
        ("onbeslist", BOTH_WAYS, None),
        ("indeling", BOTH_WAYS, "BU00010001"),
        ("indeling", BY_NAME, None),
        ("eerder", BOTH_WAYS, "BU00010002"),
        ("eerder", BY_COUNT, None),
    ],
)
def test_a_row_that_fits_both_ways_is_matched_only_where_the_gemeente_decides(verdict, row, found):
    out = crosswalk.match(witnesses(**row), pd.Series({"0001": verdict}))
    assert out.buurtcode["BU00010001"] == found if found else pd.isna(out.buurtcode["BU00010001"])
