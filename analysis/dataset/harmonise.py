"""From the publishers' tables to the project's own: one row per area in the layout of the Leefbaarometer."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.dataset import crosswalk
from analysis.dataset.places import merged_into
from analysis.sources.cbs_map import Buurten2014
from analysis.sources.leefbaarometer import DIMENSIONS, TOTAL
from analysis.sources.politie import COLUMNS as CRIME_COLUMNS

AMSTERDAM = "0363"
YEARS = (2014, 2018, 2020)
SCORES = (*DIMENSIONS, TOTAL)
SCORE_COLUMNS = [f"{score}_{year}" for year in YEARS for score in SCORES]

# Six decimals keep the additive identity to about 5e-6 LBM points, far below what the instrument can tell.
SCORE_DECIMALS = 6
MEAN_DECIMALS = 4  # means per wijk are no inputs of the identity

KWB_COLUMNS = {
    "AantalInwoners": "inwoners_2017",
    "Bevolkingsdichtheid": "dichtheid_2017",
    "GemiddeldeWoningwaarde": "woz_2017",
    "GemiddeldInkomenPerInwoner": "inkomen_per_inwoner_2017",
    "k_40HuishoudensMetLaagsteInkomen": "pct_laagste40_2017",
    "k_20HuishoudensMetHoogsteInkomen": "pct_hoogste20_2017",
    "HuishoudensMetEenLaagInkomen": "pct_laag_inkomen_2017",
    "HuishOnderOfRondSociaalMinimum": "pct_sociaal_minimum_2017",
}
# Counts of persons that become shares of the inhabitants.
KWB_PERSONS = {
    "k_65JaarOfOuder": "pct_65plus_2017",
    "WestersTotaal": "pct_westers_2017",
    "NietWestersTotaal": "pct_niet_westers_2017",
}
RIVM_COLUMNS = {
    "MatigVeelRegieOverEigenLeven": "pct_regie_2020",
    "MatigHoogRisicoOpAngstOfDepressie": "pct_angst_depressie_2020",
    "Eenzaam": "pct_eenzaam_2020",
    "Vrijwilligerswerk": "pct_vrijwilligerswerk_2020",
    "Mantelzorger": "pct_mantelzorger_2020",
}
WIJK_2022_COLUMNS = {
    "population": "inwoners_2022",
    "dwelling_total": "woningen_2022",
    "dwelling_value": "woz_2022",
    "dwelling_ownership": "pct_koop_2022",
    "employment_rate": "pct_werkend_2022",
    "income_low": "pct_personen_laagste40_2022",
    "income_high": "pct_personen_hoogste20_2022",
    "edu_appl_sci": "pct_hbo_wo_2022",
}
TENURE_COLUMNS = {
    "eigenaar/bewoner": "pct_koop_2017",
    "corporatie verhuur": "pct_corporatie_2017",
    "particuliere verhuur": "pct_particuliere_huur_2017",
}
MEAN_COLUMNS = [
    *(name for name in KWB_COLUMNS.values() if name != "inwoners_2017"), *KWB_PERSONS.values(), *RIVM_COLUMNS.values(),
]  # fmt: skip

# CBS rounds persons to 5: in a smaller buurt a share of persons can come out above 100 %.
FEWEST_FOR_SHARE = 20

# The figures of 2022 are laid beside a wijk only when its inhabitants of 2017 and 2022 differ by less than this factor;
# codes of wijken were reused as well, and the number of inhabitants is the second witness. Amsterdam needs none: its map
# of 2022 still has the whole layout of wijken of the Leefbaarometer (the build stops if one is missing).
WIJK_FACTOR = 1.5

# The buurten of a gemeente hold less than its own total where the police could not place crimes in a buurt. Below this
# share a low figure says nothing of the buurt, so that the gemeente has none (Zoetermeer, Best, Voorst, Heeze-Leende); the
# next ones hold 91 % (Staphorst) and 94 % (Groningen).
CRIME_PLACED = 0.9

# A wijk has a crime rate when the buurten with a known count hold this share of its inhabitants.
WIJK_KNOWN = 0.8


@dataclass(frozen=True)
class Raw:
    """The publishers' tables as `sources` reads them."""

    scores: pd.DataFrame
    kwb: pd.DataFrame
    inhabitants_2024: pd.Series
    names_2024: pd.Series
    wijken: gpd.GeoDataFrame
    gemeenten: gpd.GeoDataFrame
    buurten_2014: Buurten2014
    crimes: pd.DataFrame
    crimes_of_gemeenten: pd.DataFrame
    rivm: pd.DataFrame
    amsterdam: gpd.GeoDataFrame
    tenure: pd.DataFrame
    amsterdam_2020: pd.DataFrame


def layout_of(raw: Raw) -> pd.DataFrame:
    """The layout that everything is laid in: code, name, wijk and gemeente of each buurt of the Leefbaarometer."""
    layout = raw.scores.groupby("bu_code").bu_naam.last().rename("buurtnaam").rename_axis("buurtcode").to_frame()
    codes = layout.index.to_series()
    layout["wijkcode"] = "WK" + codes.str[2:8]
    layout["gemeentecode"] = "GM" + codes.str[2:6]
    names = raw.rivm.Gemeentenaam[raw.rivm.SoortRegio.eq("Gemeente")]
    layout["gemeentenaam"] = layout.gemeentecode.map(names).fillna(layout.gemeentecode.map(raw.gemeenten.name))
    return layout


def link(raw: Raw, layout: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Link KWB 2017 to the layout.

    Returns:
        Per buurt of 2017 its match, method, witness or reason; per gemeente of 2017 the verdict on its names.
    """
    buurten = raw.kwb[raw.kwb.SoortRegio.eq("Buurt")]
    kwb = buurten[["AantalInwoners", "Gemeentenaam"]].set_axis(["inwoners", "gemeentenaam_2017"], axis=1)
    names, later = _names(raw, layout), _later_count(raw)
    known = {code[2:6] for index in (kwb.index, layout.index, raw.names_2024.index) for code in index}
    place = merged_into(raw.buurten_2014.points, raw.gemeenten, known)
    rows = crosswalk.compare(kwb, names, later, place)
    verdicts = crosswalk.judge_gemeenten(rows, names.earlier.index)
    matched = crosswalk.match(rows, verdicts.oordeel)
    links = kwb.join(matched).rename(columns={"inwoners": "inwoners_2017"}).rename_axis("kwb_code")
    return links.drop(columns="gemeentenaam_2017"), _verdict_table(links, verdicts)


def _names(raw: Raw, layout: pd.DataFrame) -> crosswalk.Names:
    """Amsterdam has better lists than the national ones: its own of 2015, and a count of 2020 in the layout's codes."""
    earlier = raw.amsterdam[raw.amsterdam.cbs_2015.ne("")].drop_duplicates("cbs_2015", keep=False)
    earlier = earlier.set_index("cbs_2015").naam_2015
    own = layout.buurtnaam[in_amsterdam(layout.index)]
    return crosswalk.Names(
        earlier=pd.concat([_elsewhere(raw.buurten_2014.names), earlier]),
        layout=layout.buurtnaam,
        later=pd.concat([_elsewhere(raw.names_2024), own]),
    )


def _later_count(raw: Raw) -> pd.Series:
    return pd.concat([_elsewhere(raw.inhabitants_2024), raw.amsterdam_2020.Population_Total])


def in_amsterdam(codes: pd.Index) -> np.ndarray:
    """Which codes of buurten or wijken lie in Amsterdam, as a mask."""
    return codes.str[2:6] == AMSTERDAM


def _elsewhere(table: pd.Series) -> pd.Series:
    return table[~in_amsterdam(table.index)]


def _verdict_table(links: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    gemeente = links.index.str[2:6]
    inhabitants = links.inwoners_2017.groupby(gemeente).sum()
    linked = links.inwoners_2017.where(links.buurtcode.notna()).groupby(gemeente).sum()
    table = verdicts[["oordeel", "past_eerder", "n_eerder", "past_indeling", "n_indeling", "overlap"]].round(3)
    table.insert(0, "gemeentenaam_2017", links.gemeentenaam_2017.groupby(gemeente).first())
    table["inwoners_2017"] = inhabitants
    table["pct_inwoners_gekoppeld"] = (100 * linked / inhabitants.where(inhabitants > 0)).round(1)
    return table.set_axis("GM" + table.index, axis=0).rename_axis("gemeentecode_2017")


def buurten(raw: Raw, layout: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """One row per buurt of the layout with every figure the project uses."""
    matched = links.dropna(subset="buurtcode").reset_index().set_index("buurtcode")
    table = layout.join(_wide_scores(raw.scores))
    table["koppeling"] = matched.methode
    table = table.join(_kwb_figures(raw.kwb.loc[matched.kwb_code].set_axis(matched.index)))
    table = table.join(raw.rivm[list(RIVM_COLUMNS)].rename(columns=RIVM_COLUMNS))
    table = table.join(_crime(raw, layout))
    ratio = table.inwoners_2024 / table.inwoners_2017.where(table.inwoners_2017 > 0)
    table["verhouding_2024_2017"] = ratio.round(3)
    low_2020 = raw.amsterdam_2020.Pct_Low_Income_Households
    table["pct_laag_inkomen_2020"] = table.index.to_series().map(low_2020[in_amsterdam(low_2020.index)])
    return table.join(_tenure(raw))


def _wide_scores(scores: pd.DataFrame) -> pd.DataFrame:
    wide = scores.pivot(index="bu_code", columns="jaar", values=list(SCORES)).round(SCORE_DECIMALS)
    wide.columns = [f"{score}_{year}" for score, year in wide.columns]
    return wide[SCORE_COLUMNS]


def _kwb_figures(kwb: pd.DataFrame) -> pd.DataFrame:
    figures = kwb[list(KWB_COLUMNS)].rename(columns=KWB_COLUMNS)
    enough = kwb.AantalInwoners.where(kwb.AantalInwoners >= FEWEST_FOR_SHARE)
    for persons, share in KWB_PERSONS.items():
        figures[share] = (100 * kwb[persons] / enough).round(1)
    return figures


def _crime(raw: Raw, layout: pd.DataFrame) -> pd.DataFrame:
    """Crimes per year and inhabitants of 2024 where the code of the layout still is the same buurt, by its name."""
    named = layout.buurtnaam.map(crosswalk.canonical)
    stands = named.eq(layout.index.to_series().map(raw.names_2024.map(crosswalk.canonical)))
    code = layout.index.to_series().where(stands & ~in_amsterdam(layout.index))
    renumbered = raw.amsterdam.drop_duplicates("cbs_2015", keep=False)
    renumbered = renumbered.drop_duplicates("cbs_2022", keep=False).set_index("cbs_2015").cbs_2022
    code = code.fillna(layout.index.to_series().map(renumbered))
    crimes = placed_crimes(raw.crimes, raw.crimes_of_gemeenten)
    return pd.DataFrame({
        "buurtcode_2024": code.where(code.isin(raw.inhabitants_2024.index)),
        "inwoners_2024": code.map(raw.inhabitants_2024),
        **{year: code.map(crimes[year]) for year in CRIME_COLUMNS},
    })  # fmt: skip


def placed_crimes(crimes: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Crimes of the buurten of gemeenten whose crimes were placed in buurten (`CRIME_PLACED`); missing elsewhere.

    Args:
        crimes: by buurtcode, a column per year.
        totals: the publisher's own total by gemeentecode, the same columns.
    """
    gemeente = "GM" + crimes.index.str[2:6]
    years = list(CRIME_COLUMNS)
    placed = crimes[years].groupby(gemeente).sum() / totals[years].where(totals[years] > 0)
    return crimes[years].where((placed >= CRIME_PLACED).reindex(gemeente).to_numpy())


def _tenure(raw: Raw) -> pd.DataFrame:
    """Shares of dwellings in Amsterdam; a "-" counts as none only where the other parts make up the total."""
    codes = raw.amsterdam.drop_duplicates("lokaal_2015", keep=False).set_index("lokaal_2015").cbs_2015
    tenure = raw.tenure.assign(buurtcode=raw.tenure.index.map(codes))
    tenure = tenure[tenure.buurtcode.notna() & tenure.buurtcode.ne("")].set_index("buurtcode")
    parts = tenure[list(TENURE_COLUMNS)].rename(columns=TENURE_COLUMNS)
    complete = parts.sum(axis=1).eq(tenure.totaal) & tenure.totaal.gt(0)
    shares = parts.fillna(0).where(complete).div(tenure.totaal, axis=0).mul(100).round(1)
    return shares.assign(woningen_2017=tenure.totaal)


def wijken(table: pd.DataFrame, raw: Raw) -> pd.DataFrame:
    """The same figures per wijk: sums, and means weighted by inhabitants; with the figures of 2022."""
    groups = table.groupby("wijkcode")
    out = groups[["gemeentecode", "gemeentenaam"]].first()
    out.insert(0, "wijknaam", out.index.map(raw.wijken.name))
    out["buurten"] = groups.size()
    out["inwoners_2017"] = groups.inwoners_2017.sum(min_count=1)
    for column in [*SCORE_COLUMNS, *MEAN_COLUMNS]:
        out[column] = _weighted_mean(table, column, MEAN_DECIMALS if column in SCORE_COLUMNS else 1)
    out = out.join(_wijk_crime(table))
    return _with_2022(out, raw.wijken)


def _weighted_mean(table: pd.DataFrame, column: str, decimals: int) -> pd.Series:
    weight = table.inwoners_2017.where(table[column].notna())
    total = weight.groupby(table.wijkcode).sum(min_count=1)
    weighted = (table[column] * weight).groupby(table.wijkcode).sum(min_count=1)
    return (weighted / total.where(total > 0)).round(decimals)


def _wijk_crime(table: pd.DataFrame) -> pd.DataFrame:
    counted = ["inwoners_2024", *CRIME_COLUMNS]
    known = table[counted].notna().all(axis=1)
    by_wijk = table.assign(bekend=table.inwoners_2017.where(known)).groupby("wijkcode")
    enough = by_wijk.bekend.sum() >= WIJK_KNOWN * by_wijk.inwoners_2017.sum()
    sums = table[known].groupby("wijkcode")[counted].sum()
    return sums.reindex(enough.index).where(enough)


def _with_2022(out: pd.DataFrame, wijken_2022: gpd.GeoDataFrame) -> pd.DataFrame:
    figures = wijken_2022[list(WIJK_2022_COLUMNS)].rename(columns=WIJK_2022_COLUMNS).reindex(out.index)
    ratio = figures.inwoners_2022 / out.inwoners_2017.where(out.inwoners_2017 > 0)
    certain = ratio.between(1 / WIJK_FACTOR, WIJK_FACTOR) | in_amsterdam(out.index)
    return out.join(figures.where(certain)).assign(verhouding_2022_2017=ratio.where(certain).round(3))


def gemeenten(layout: pd.DataFrame, raw: Raw) -> pd.DataFrame:
    """The gemeenten of the layout: name, gemeente of 2022, and inhabitants by KWB where the code existed in 2017."""
    out = layout.groupby("gemeentecode")[["gemeentenaam"]].first()
    place = merged_into(raw.buurten_2014.points, raw.gemeenten, out.index.str[2:])
    homes = out.index.to_series().map(lambda code: sorted(place[code[2:]]))
    out["gemeentecode_2022"] = homes.map(lambda found: "GM" + found[0] if len(found) == 1 else None)
    out["inwoners_2017"] = raw.kwb.AantalInwoners.reindex(out.index)
    return out


def borders(raw: Raw, layout: pd.DataFrame) -> pd.DataFrame:
    """Pairs of buurten that border each other, where that is certain.

    Outside Amsterdam the map is of 2014: a border counts only where both names of then are the layout's own. In
    Amsterdam the polygons of the renumbering table carry the layout's codes.
    """
    then = raw.buurten_2014.names.map(crosswalk.canonical)
    same = set(then.index[then.eq(then.index.to_series().map(layout.buurtnaam.map(crosswalk.canonical)))])
    pairs = {pair for pair in raw.buurten_2014.borders if same.issuperset(pair)}
    pairs |= _amsterdam_borders(raw.amsterdam, layout)
    return pd.DataFrame(index=pd.MultiIndex.from_tuples(sorted(pairs), names=["buurtcode_a", "buurtcode_b"]))


def _amsterdam_borders(amsterdam: gpd.GeoDataFrame, layout: pd.DataFrame) -> set[tuple[str, str]]:
    """Buurten whose polygons share a line, not just a point."""
    shapes = amsterdam_shapes(amsterdam, layout)[["geometry"]]
    touching = gpd.sjoin(shapes, shapes, predicate="intersects").rename(columns={"buurtcode_right": "andere"})
    touching = touching.reset_index(names="eigen")
    touching = touching[touching.eigen < touching.andere]
    shared = shapes.geometry.loc[touching.eigen].intersection(shapes.geometry.loc[touching.andere], align=False)
    return set(zip(touching.eigen[shared.length.values > 1], touching.andere[shared.length.values > 1], strict=True))


def amsterdam_shapes(amsterdam: gpd.GeoDataFrame, layout: pd.DataFrame) -> gpd.GeoDataFrame:
    """Polygons of the buurten of Amsterdam that stand in the layout, by buurtcode."""
    shapes = amsterdam[amsterdam.cbs_2015.isin(layout.index)].drop_duplicates("cbs_2015", keep=False)
    return shapes.set_index("cbs_2015").rename_axis("buurtcode")[["geometry"]].sort_index()
