"""Which buurt of KWB 2017 is which buurt in the layout of the Leefbaarometer.

Codes of buurten were renumbered and reused, so a code alone proves nothing. A match needs two witnesses:

- *code en naam*: the same code, with the same name in a year before 2017 and in the Leefbaarometer's layout;
- *code en inwoners*: the same code, and about as many inhabitants in 2017 as the buurt of that name has in a later count;
- *naam in gemeente*: the same name, unique within the gemeente or the ones it merged into, where the numbers of
  inhabitants of the whole gemeente show that the codes of 2017 carry those earlier names.

What fails stays out, and is listed with its reason.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

CODE_AND_NAME = "code en naam"
CODE_AND_INHABITANTS = "code en inwoners"
NAME_IN_GEMEENTE = "naam in gemeente"

# Two counts of the same buurt, 2017 and the later one, differ by less than this (natural log; 0.78 to 1.28 times).
# In gemeenten whose codes did not change, 9 in 10 buurten pass; with wrong names 2 in 10 pass by chance.
TOLERANCE = 0.25

# A source of names is believed for a gemeente when this share of its buurten passes: far above the 2 in 10 of chance,
# below the 8 to 9 in 10 that right names reach. No gemeente of 100,000 inhabitants or more lies between 0.4 and 0.6.
BELIEVED_FROM = 0.6

# Below this number of comparable buurten a share says nothing.
FEWEST_BUURTEN = 3

# Counts under this are rounded so coarsely that a ratio says nothing.
FEWEST_INHABITANTS = 100

# Where too few names come back to compare inhabitants, the codes themselves speak: a gemeente that was renumbered kept at
# most 58 % of its codes, so one that kept this share was not renumbered between 2014 and 2017.
SAME_CODES_FROM = 0.9

# How much better than its rival, on the codes where they differ, a source of names must fit to win.
LEAD = 0.2


@dataclass(frozen=True)
class Names:
    """Names of buurten by code: `earlier` (before 2017), `layout` (Leefbaarometer), `later` (the later count)."""

    earlier: pd.Series
    layout: pd.Series
    later: pd.Series


# Spellings of the same word in the publishers' lists of names.
SPELLINGS = {"verspr": "verspreide", "h": "huizen", "t": "het", "st": "sint", "v": "van", "n": "noorden",
             "o": "oosten", "z": "zuiden", "w": "westen"}  # fmt: skip


def canonical(name: object) -> str | None:
    """Reduce a name to what identifies it: no capitals, accents or punctuation, one spelling of common words."""
    if not isinstance(name, str):
        return None
    ascii_name = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    words = re.sub(r"\be\.?\s*o\b\.?", "en omgeving", ascii_name)
    tokens = [SPELLINGS.get(word, word) for word in re.findall(r"[a-z0-9]+", words)]
    tokens.sort(key=lambda word: word != "kern")  # "Kern Lewedorp" is "Lewedorp (kern)"
    return "".join(tokens) or None


Place = dict[str, frozenset[str]]  # present-day gemeenten by the four digits of a gemeentecode
Index = dict[tuple[str, str], str]  # buurtcode by (gemeente, canonical name)


def unique_codes(names: pd.Series, place: Place) -> Index:
    """Index codes by gemeente (its own, and those it merged into) and name; names that occur twice are left out."""
    own = [(code[2:6], canonical(name), code) for code, name in names.items()]
    merged = [(home, name, code) for gemeente, name, code in own for home in place.get(gemeente, ())]
    table = pd.DataFrame(own + merged, columns=["gemeente", "naam", "code"]).dropna().drop_duplicates()
    table = table[~table.duplicated(["gemeente", "naam"], keep=False)]
    return dict(zip(zip(table.gemeente, table.naam, strict=True), table.code, strict=True))


def find_by_name(names: pd.Series, index: Index, place: Place) -> pd.Series:
    """Look the name of each code up in its own gemeente, else in those it merged into; two hits are no hit."""
    found = {}
    for code, name in names.items():
        gemeente, wanted = code[2:6], canonical(name)
        merged = {index.get((home, wanted)) for home in place.get(gemeente, ())} - {None}
        found[code] = index.get((gemeente, wanted)) or (merged.pop() if len(merged) == 1 else None)
    return pd.Series(found, dtype=object)


def gap(inhabitants: pd.Series, later: pd.Series) -> pd.Series:
    """Absolute log ratio of two counts; missing where one is missing, zero, or too small to compare."""
    a, b = inhabitants.astype(float), later.astype(float)
    usable = (a >= FEWEST_INHABITANTS) & (b > 0)
    return np.log(b.where(usable) / a.where(usable)).abs()


def judge_gemeenten(rows: pd.DataFrame, earlier_codes: pd.Index) -> pd.DataFrame:
    """Decide per gemeente of 2017 whose names its codes carry.

    Args:
        rows: result of `compare`.
        earlier_codes: every code of the earlier layout.

    Returns:
        Per gemeente the shares that pass (`past_…`) and the counts behind them (`n_…`), `overlap` (share of codes of
        then and 2017 together that stand in both), and `oordeel`: "indeling" (the codes of 2017 are those of the
        layout), "eerder" (they are the older ones), "gelijk" (it makes no difference), "onbeslist".
    """
    known = rows[["eerder", "indeling"]].astype(object).fillna("")
    differs = known.eerder != known.indeling
    before = earlier_codes.to_series().groupby(earlier_codes.str[2:6]).agg(set).to_dict()
    judged = {}
    for gemeente, part in rows.groupby("gemeente"):
        fit = _fit(part, differs.loc[part.index])
        then, now = before.get(gemeente, set()), set(part.index)
        fit["overlap"] = len(then & now) / len(then | now)
        judged[gemeente] = fit | {"oordeel": _verdict(fit)}
    return pd.DataFrame.from_dict(judged, orient="index").rename_axis("gemeente")


def _fit(part: pd.DataFrame, differs: pd.Series) -> dict[str, float]:
    """How well inhabitants fit under each source of names, over all codes and over those where the two differ."""
    fit: dict[str, float] = {}
    for source in ("eerder", "indeling"):
        gaps = part[f"kloof_{source}"]
        for label, known in (("", gaps.dropna()), ("_verschil", gaps[differs].dropna())):
            fit[f"n_{source}{label}"] = len(known)
            fit[f"past_{source}{label}"] = (known < TOLERANCE).mean() if len(known) >= FEWEST_BUURTEN else np.nan
    return fit


def _verdict(fit: dict[str, float]) -> str:
    believed = {source: fit[f"past_{source}"] >= BELIEVED_FROM for source in ("eerder", "indeling")}
    here = {source: fit[f"past_{source}_verschil"] for source in ("eerder", "indeling")}
    for source, rival in (("indeling", "eerder"), ("eerder", "indeling")):
        leads = np.isnan(here[rival]) or here[source] >= here[rival] + LEAD
        if believed[source] and here[source] >= BELIEVED_FROM and leads:
            return source
    if np.isnan(here["eerder"]) and np.isnan(here["indeling"]):
        if any(believed.values()):
            return "gelijk"
        silent = np.isnan(fit["past_eerder"]) and np.isnan(fit["past_indeling"])
        if silent and fit["overlap"] >= SAME_CODES_FROM:
            return "eerder"
    return "onbeslist"


def compare(kwb: pd.DataFrame, names: Names, later_count: pd.Series, place: Place) -> pd.DataFrame:
    """Lay every witness beside each KWB code.

    Args:
        kwb: indexed by buurtcode of 2017, with `inwoners`.
        names: names by code of the three layouts.
        later_count: inhabitants by code of the later layout.
        place: present-day gemeenten by the four digits of a gemeentecode.
    """
    codes = pd.Series(kwb.index, index=kwb.index)
    rows = pd.DataFrame({
        "gemeente": codes.str[2:6], "inwoners": kwb.inwoners,
        "eerder": codes.map(names.earlier.map(canonical)), "indeling": codes.map(names.layout.map(canonical)),
    })  # fmt: skip
    index_later = unique_codes(names.later, place)
    for source, known in (("eerder", names.earlier), ("indeling", names.layout)):
        own = known.reindex(kwb.index)
        rows[f"kloof_{source}"] = gap(kwb.inwoners, find_by_name(own, index_later, place).map(later_count))
    in_layout = find_by_name(names.earlier.reindex(kwb.index), unique_codes(names.layout, place), place)
    rows["elders"] = in_layout.reindex(kwb.index)
    return rows


def match(rows: pd.DataFrame, verdicts: pd.Series) -> pd.DataFrame:
    """Give each KWB code its buurt in the layout, with method and witness, or the reason why not.

    Args:
        rows: result of `compare`.
        verdicts: `oordeel` by gemeente, from `judge_gemeenten`.

    Returns:
        Indexed by KWB code: `buurtcode` (missing without a match), `methode`, `getuige`, `reden`.
    """
    verdict = rows.gemeente.map(verdicts)
    same_name = rows.indeling.notna() & (rows.eerder == rows.indeling)
    # Where both readings are open, a row that fits both ways is certain in neither.
    count_fits = rows.indeling.notna() & (rows.kloof_indeling < TOLERANCE)
    name_fits = rows.elders.notna()
    count_may = verdict.eq("indeling") | (verdict.eq("gelijk") & ~name_fits)
    count_may |= verdict.eq("onbeslist") & ~(rows.kloof_eerder < TOLERANCE)
    name_may = verdict.eq("eerder") | (verdict.eq("gelijk") & ~count_fits)
    by_count = ~same_name & count_fits & count_may
    by_name = ~same_name & name_fits & name_may

    out = pd.DataFrame(index=rows.index, columns=["buurtcode", "methode", "getuige", "reden"], dtype=object)
    code = pd.Series(rows.index, index=rows.index)
    for chosen, target, method in ((same_name, code, CODE_AND_NAME), (by_count, code, CODE_AND_INHABITANTS),
                                   (by_name, rows.elders, NAME_IN_GEMEENTE)):  # fmt: skip
        out.loc[chosen, "buurtcode"] = target[chosen]
        out.loc[chosen, "methode"] = method
    out = _drop_double(out)
    out["getuige"] = _witness(rows, out)
    unmatched = out.buurtcode.isna() & out.reden.isna()
    out.loc[unmatched, "reden"] = _reason(rows[unmatched], verdict[unmatched])
    return out


def _drop_double(out: pd.DataFrame) -> pd.DataFrame:
    """Two KWB codes for one buurt: neither is certain, both stay out."""
    double = out.buurtcode.notna() & out.buurtcode.duplicated(keep=False)
    out.loc[double, ["buurtcode", "methode"]] = None
    out.loc[double, "reden"] = "twee buurten van 2017 wijzen naar dezelfde buurt"
    return out


def _witness(rows: pd.DataFrame, out: pd.DataFrame) -> pd.Series:
    fixed = {
        CODE_AND_NAME: "naam vóór 2017",
        NAME_IN_GEMEENTE: "unieke naam",
    }
    factor = "inwoners, factor " + np.exp(rows.kloof_indeling).round(2).astype(str)
    return out.methode.map(fixed).where(out.methode.ne(CODE_AND_INHABITANTS), factor)


def _reason(rows: pd.DataFrame, verdict: pd.Series) -> pd.Series:
    reasons = pd.Series(
        "code staat niet in de indeling en naam is onbekend of niet uniek", index=rows.index, dtype=object
    )
    stands = rows.indeling.notna()
    reasons[stands] = "code staat er, maar zonder tweede getuige"
    reasons[stands & verdict.eq("eerder")] = "code is hergebruikt voor een andere buurt"
    reasons[verdict.eq("onbeslist") & ~stands] = "niet te zeggen welke namen bij de codes van 2017 horen"
    return reasons
