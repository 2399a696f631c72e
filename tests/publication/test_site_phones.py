"""A narrow picture on a phone, and sizes that are known before a picture is loaded."""

from __future__ import annotations

import io

from bs4 import BeautifulSoup
from matplotlib.figure import Figure as Canvas

from analysis.publication.site.phones import PHONE, size_of, with_narrow_pictures

ADDRESS = f"_images/{'a' * 64}.png"
PICTURES = {ADDRESS: {"size": [1440, 900], "narrow": "_static/figuren/kaart-smal.png", "narrow_size": [750, 800]}}
BODY = f'<figure><img alt="Een &gt; kaart" src="{ADDRESS}" /></figure><img src="_images/logo.png">'


def page(pictures):
    return BeautifulSoup(with_narrow_pictures(BODY, pictures), "html.parser")


def test_a_phone_gets_the_narrow_picture_and_the_alt_text_stays():
    picture = page(PICTURES).select_one("figure picture.vk-smal")
    assert picture.source["media"] == PHONE and picture.source["srcset"] == "_static/figuren/kaart-smal.png"
    assert (picture.source["width"], picture.source["height"]) == ("750", "800")
    assert picture.img["alt"] == "Een > kaart" and picture.img["src"] == ADDRESS
    assert (picture.img["width"], picture.img["height"], picture.img["loading"]) == ("1440", "900", "lazy")


def test_a_figure_without_a_narrow_picture_has_its_size_all_the_same():
    found = page({ADDRESS: {"size": [1440, 900]}})
    assert found.picture is None and found.select_one("figure img")["width"] == "1440"


def test_a_picture_that_is_not_listed_stays_as_it_is():
    assert with_narrow_pictures(BODY, {}) == BODY
    assert not page(PICTURES).select("img")[1].has_attr("width")


def test_the_size_is_read_from_the_picture():
    buffer = io.BytesIO()
    Canvas(figsize=(3, 2)).savefig(buffer, format="png", dpi=50)
    assert size_of(buffer.getvalue()) == (150, 100)
