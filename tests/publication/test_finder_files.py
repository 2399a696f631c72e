"""The files behind "Vind uw buurt": scripts that hold what the dataset and the pages of the cities hold, and nothing else."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from book.citypage import city_page
from nbformat.v4 import new_notebook

from analysis.dataset import store
from analysis.errors import InvalidInput
from analysis.figures import theme
from analysis.measures import neighbourhoods
from analysis.names import EVERYDAY_NAMES
from analysis.publication import staging
from analysis.publication.site import finder, scales, scripts

UTRECHT, AMSTERDAM, GOUDA, APPINGEDAM = "GM0344", "GM0363", "GM0513", "GM0003"
CITIES = ("Utrecht", "Amsterdam")

pytestmark = pytest.mark.xdist_group("finder")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("vind") / "new"
    finder.write([city_page(name) for name in CITIES], target, only=(UTRECHT, AMSTERDAM, GOUDA, APPINGEDAM))
    return target


@pytest.fixture(scope="module")
def country():
    return finder.read()


def gemeente(folder, code):
    """What the script of a gemeente passes, with its buurten as records."""
    given, data = scripts.read(folder / f"{code}.js")
    assert given == code
    rows = {
        key: dict(zip(data["buurtkolommen"], [*row, *[None] * 99], strict=False))
        for key, row in data["buurten"].items()
    }
    return data, rows


# --- names


@pytest.fixture(scope="module")
def names(folder):
    (given,) = scripts.read(folder / "namen.js")
    return given


def test_every_gemeente_wijk_and_inhabited_buurt_can_be_found(names):
    rows = names["gemeenten"]
    split = [[one for one in text.split(finder.BETWEEN) if one] for row in rows for text in row[2:]]
    wijken, buurten = split[0::2], split[1::2]
    table = store.read("buurten")
    assert len(rows) == len(store.read("gemeenten"))
    assert sum(map(len, wijken)) == len(store.read("wijken"))
    assert sum(map(len, buurten)) == (table.inwoners_2017 != 0).sum()
    digits, _, _, joined = next(row for row in rows if row[1] == "Utrecht")
    codes = {f"BU{digits}{one[:4]}": one[4:] for one in joined.split(finder.BETWEEN)}
    assert codes["BU03440832"] == "Kanaleneiland-Noord"
    assert codes.items() <= table.buurtnaam.to_dict().items()


def test_the_largest_gemeente_comes_first_and_everyday_names_lead_to_a_gemeente(names):
    called = [row[1] for row in names["gemeenten"]]
    assert called[:3] == ["Amsterdam", "Rotterdam", "'s-Gravenhage"]
    assert names["ook"] == EVERYDAY_NAMES and set(names["ook"].values()) <= set(called)


def test_wijken_without_a_name_are_told_apart(country):
    called = finder.wijk_names(country)
    nameless = called[country.wijken.wijknaam.isna()]
    assert len(nameless) > 100 and nameless.is_unique and called.notna().all()
    assert called["WK000300"] == "Appingedam (wijk 00)" and called["WK034408"] == "Wijk 08 Zuidwest"


def test_a_code_says_its_gemeente_and_its_wijk(country):
    for table in (country.buurten, country.wijken):
        assert (table.index.str[2:6] == table.gemeentecode.str[2:]).all()
    assert (country.buurten.index.str[2:8] == country.buurten.wijkcode.str[2:]).all()


def test_a_name_with_the_separator_in_it_is_refused(country):
    odd = country.buurten.assign(buurtnaam="Hier|Daar")
    with pytest.raises(InvalidInput, match="dat namen scheidt"):
        finder.names(replace(country, buurten=odd))


# --- a city: the same numbers as its page


@pytest.mark.parametrize("code", [UTRECHT, AMSTERDAM])
def test_every_buurt_without_a_deviation_has_its_reason_and_no_other_has(folder, code):
    data, rows = gemeente(folder, code)
    assert set(data["waarom"]) == {key for key, row in rows.items() if row["afwijking"] is None}
    for key, reason in data["waarom"].items():
        small = rows[key]["inwoners_2017"] is not None and rows[key]["inwoners_2017"] < data["ondergrens"]
        assert ("minder dan 500 inwoners" in data["redenen"][reason]) == small


def test_a_buurt_without_figures_of_2017_has_its_reason_in_every_gemeente(folder):
    for code in (UTRECHT, AMSTERDAM, GOUDA, APPINGEDAM):
        data, rows = gemeente(folder, code)
        unlinked = {key for key, row in rows.items() if row["inwoners_2017"] is None}
        told = {key for key, k in data["waarom"].items() if "welke cijfers van 2017" in data["redenen"][k]}
        assert told == unlinked


@pytest.mark.parametrize(("name", "code"), [("Utrecht", UTRECHT), ("Amsterdam", AMSTERDAM)])
def test_a_city_has_the_numbers_of_its_page_one_by_one(folder, name, code):
    chapter = city_page(name)
    csv = pd.read_csv(io.StringIO(staging.figure_data(chapter)[f"{chapter.name}/buurten.csv"]), index_col="buurtcode")
    data, rows = gemeente(folder, code)
    assert list(rows) == list(csv.index) and data["blad"] == chapter.name and data["ondergrens"] == 500
    for key, row in rows.items():
        for column in finder.BUURT:
            told, known = row[column], csv.at[key, column]
            assert (told is None and pd.isna(known)) or told == known, (key, column)
    assert sum(row["rang"] is not None for row in rows.values()) > 90


def test_a_page_of_a_city_without_the_table_stops_the_build(tmp_path):
    bare = replace(city_page("Utrecht"), notebook=new_notebook())
    with pytest.raises(InvalidInput, match=r"stad-utrecht geeft geen buurten\.csv"):
        finder.write([bare], tmp_path / "vind")
    assert not (tmp_path / "vind").exists()


def test_a_city_has_the_key_figures_of_its_page(folder):
    data, _ = gemeente(folder, UTRECHT)
    assert data["kern"] == [
        ["Inwoners (2017)", 343038, 160000, "4 van 31", 0],
        ["Koopwoningen (%)", None, 45.5, "–", 0],
    ]


def test_a_city_names_the_buurten_to_start_with_and_why_others_are_not(folder):
    chapter = city_page("Utrecht")
    start = pd.read_csv(io.StringIO(staging.figure_data(chapter)[f"{chapter.name}/begin.csv"]))
    data, rows = gemeente(folder, UTRECHT)
    assert data["begin"]["buurten"] == list(start.buurtcode) and len(start) == 8
    counted = [row for row in rows.values() if row["afwijking"] is not None]
    shares, people = ([row[name] for row in counted] for name in ("pct_sociaal_minimum_2017", "inwoners_2017"))
    mean = sum(map(math.prod, zip(shares, people, strict=True))) / sum(people)
    assert math.isclose(data["begin"]["inkomen"], mean, rel_tol=1e-5)
    assert all(rows[code]["pct_sociaal_minimum_2017"] > data["begin"]["inkomen"] for code in data["begin"]["buurten"])


def test_another_measure_of_income_gives_no_reason_from_the_wrong_figures(country):
    chapter = city_page("Utrecht")
    other = replace(chapter, choices=replace(chapter.choices, inkomensmaat="laag_inkomen"))
    city = finder.city_pages([other])[UTRECHT]
    assert finder.gemeente(country, UTRECHT, city)["begin"]["inkomen"] is None


def test_other_figures_make_another_version(folder, tmp_path):
    versions = []
    for only in ((GOUDA,), (GOUDA, APPINGEDAM), (GOUDA,)):
        finder.write([], tmp_path, only=only)
        versions.append(scripts.read(tmp_path / "maten.js")[0]["versie"])
    assert versions[0] == versions[2] != versions[1]


def test_a_chapter_is_not_the_page_of_a_city():
    assert finder.city_pages([replace(city_page("Utrecht"), sheet_of=None)]) == {}


# --- elsewhere: the dataset's own figures


def test_a_small_gemeente_has_its_figures_and_no_deviation(folder, country):
    data, rows = gemeente(folder, GOUDA)
    own = neighbourhoods.figures(country.buurten[country.buurten.gemeentecode == GOUDA])
    assert "blad" not in data and set(rows) == set(own.index)
    for key, row in rows.items():
        assert row["afwijking"] is row["type"] is None
        for column in ("onv_2018", "pct_sociaal_minimum_2017", neighbourhoods.CRIME_RATE):
            known = own.at[key, column]
            assert (row[column] is None and pd.isna(known)) or math.isclose(row[column], known, rel_tol=1e-5)


# --- maps


def test_amsterdam_has_outlines_of_its_buurten_and_utrecht_points(folder):
    amsterdam, utrecht = (gemeente(folder, code)[0]["kaart"] for code in (AMSTERDAM, UTRECHT))
    assert len(amsterdam["vlakken"]) > 400 and not amsterdam["punten"]
    assert not utrecht["vlakken"] and len(utrecht["punten"]) > 80
    assert {code[2:6] for code in utrecht["wijken"]} == {"0344"}


@pytest.mark.parametrize("code", [UTRECHT, AMSTERDAM, GOUDA])
def test_points_and_outlines_belong_to_buurten_and_lie_on_the_map(folder, code):
    data, rows = gemeente(folder, code)
    drawn = data["kaart"]
    places = {**drawn["punten"], **{key: place for key, (_, *place) in drawn["vlakken"].items()}}
    assert set(places) <= set(rows)
    assert all(0 <= x <= drawn["breed"] and 0 <= y <= drawn["hoog"] for x, y in places.values())
    assert all(re.fullmatch(r"(M[\d]+ \d+[lhvz\d -]+)+", path) for path in [one[1] for one in drawn["wijken"].values()])


def test_the_outline_of_a_gemeente_is_drawn_where_it_is_still_the_same(folder):
    utrecht, appingedam = (gemeente(folder, code)[0]["kaart"]["omtrek"] for code in (UTRECHT, APPINGEDAM))
    assert re.fullmatch(r"(M-?\d+ -?\d+l[\d -]+z)+", utrecht) and appingedam == ""


def test_a_gemeente_without_wijken_on_the_map_has_the_outline_of_the_gemeente_it_became(folder):
    drawn = gemeente(folder, APPINGEDAM)[0]["kaart"]
    assert [name for name, *_ in drawn["wijken"].values()] == ["Eemsdelta"]


# --- colours


def test_the_colours_are_those_of_the_figures_and_every_class_has_one(folder):
    (given,) = scripts.read(folder / "maten.js")
    assert given["geen"]["kleur"] == theme.NO_DATA
    assert tuple(given["maten"][0]["kleuren"]) == theme.DIVERGING_STOPS
    for one in given["maten"]:
        assert len(one["kleuren"]) == len(one["donker"]) == len(one["grenzen"]) + 1
        assert one["grenzen"] == sorted(one["grenzen"])
        assert one["kolom"] in finder.BUURT
    assert given["steden"] == {UTRECHT: ["Utrecht", "stad-utrecht"], AMSTERDAM: ["Amsterdam", "stad-amsterdam"]}


def test_no_scale_is_red():
    for one in scales.measures():
        for colour in (*one["kleuren"], *one["donker"]):
            red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
            assert not (red > 150 and green < 80 and blue < 80), colour


def lightness(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return sum(
        w * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
        for w, v in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


def test_in_the_dark_the_ends_are_the_lightest_and_more_is_lighter():
    for one in scales.measures():
        light = [lightness(colour) for colour in one["donker"]]
        middle = light.index(min(light))
        assert middle == (0 if one["id"] == "inkomen" else 2)
        assert light[: middle + 1] == sorted(light[: middle + 1], reverse=True) and light[middle:] == sorted(
            light[middle:]
        )


def test_a_script_of_something_else_is_refused(tmp_path):
    (tmp_path / "anders.js").write_text("alert(1)", "utf-8")
    with pytest.raises(InvalidInput, match="geen script"):
        scripts.read(tmp_path / "anders.js")
