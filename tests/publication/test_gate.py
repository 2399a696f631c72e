"""Loose numerals: what is certified is let through, what could be typed by anyone is found, with its sentence."""

from __future__ import annotations

import re

import pytest

from analysis.publication import gate

LINK = '<a class="getal reference internal" href="verantwoording.html#getal-a-b"><span>−0,105</span></a>'
CITATION = '<a class="reference internal" href="bronnen.html#id3">Permentier, 2013</a>'
ROWS = "<table><tr><td>344</td></tr></table>"
TITLE = '<p class="vk-tabel-titel">Per stad. <a download="a.csv" href="_static/cijfers/a.csv">Cijfers (CSV)</a></p>'

FINE = [
    f"<p>Het verschil is {LINK} LBM-punten.</p>",
    '<p>Eerst was het <span class="vk-eerder" title="%, uitgave 0.2.0">11</span> %.</p>',
    f'{TITLE}<div class="vk-tabel-omslag">{ROWS}</div>',
    f'<div class="vk-tabel-omslag"><table class="vk-tabel vk-register">{ROWS[7:]}</div>',
    "<p>Typ <code>n = 12</code>.</p><pre>12</pre><script>12</script><style>12</style><kbd>12</kbd>",
    "<p><strong>Formule</strong>: y = log(1000·m / 3).</p>",
    '<figcaption><span class="caption-number">Figuur 3 </span>Een kaart.</figcaption>',
    f"<p>In 50 wijken is het zo ({CITATION}).</p>",
    '<div class="citation"><p>Werk aan de wijk, deel 12.</p></div>',
    "<h2>1. Inrichten</h2>",
    "<p>Zie Figuur 3 en tabel 12, of cel 9.</p>",
    "<p>Van 2014, 2018 en 2020; in 2022–2024; op 28 november 2026; tot 1 januari.</p>",
    "<p>Bron: BZK, Leefbaarometer 3.0 (2018); CBS, KWB 2017 (83765NED).</p>",
    "<p>Python 3.11, 3.12 of 3.13; CC BY 4.0; WCAG 2.2; versie 0.2.1.</p>",
    "<p>Met 65-plussers, de laagste 40 % en de hoogste 20 %.</p>",
    "<p>Hefboom 1 en 2, of Uitkomst 2.</p>",
    "<li>Keuzes: peiljaar = 2018, ondergrens = 500, zaad = 20230323.</li>",
    '<nav>Pagina 12</nav><a class="headerlink" href="#k">#12</a>',
    "<p>Zo is R2 geen getal, en x₀ ook niet.</p>",
]  # fmt: skip

LOOSE = [
    ("<p>Eerst dit. Het verschil is −0,105 LBM-punten.</p>", "Het verschil is −0,105 LBM-punten.", ["−0,105"]),
    (f"<p>Het is {LINK}, of 12 %.</p>", "Het is −0,105, of 12 %.", ["12"]),
    ("<h2>In 12 steden</h2>", "In 12 steden", ["12"]),
    (f'<div class="vk-tabel-omslag">{ROWS}</div>', "344", ["344"]),
    (f"{TITLE}<p>Tekst.</p>{ROWS}", "344", ["344"]),
    (TITLE.replace("Per", "Alle 344, per"), "Alle 344, per stad.", ["344"]),
    ('<figcaption><span class="caption-number">Figuur 3 </span>Over 31 steden.</figcaption>', "Figuur 3 Over 31 steden.", ["31"]),
    (f"<p>Er zijn er 50 ({CITATION}). Wij vinden er 197.</p>", "Wij vinden er 197.", ["197"]),
    ("<p>Het is 2.018 of 20,18 of 20180.</p>", "Het is 2.018 of 20,18 of 20180.", ["2.018", "20,18", "20180"]),
    ("<p>Het zijn 19 van de 30 steden in 2018.</p>", "Het zijn 19 van de 30 steden in 2018.", ["19", "30"]),
    ("<p>Het is 45 % per 1.000 inwoners.</p>", "Het is 45 % per 1.000 inwoners.", ["45"]),
    ("<p>Dat is 95 % van de steden, bij 110 procentpunt.</p>", "Dat is 95 % van de steden, bij 110 procentpunt.", ["95", "110"]),
    ('<p><img alt="Kaart. Over 95 buurten in 2018."></p>', "Over 95 buurten in 2018.", ["95"]),
]  # fmt: skip


@pytest.mark.parametrize("html", FINE)
def test_what_is_certified_or_is_a_name_is_let_through(html):
    assert gate.loose(html) == []


@pytest.mark.parametrize(("html", "sentence", "numerals"), LOOSE)
def test_what_anyone_could_have_typed_is_found_with_its_sentence(html, sentence, numerals):
    assert gate.loose(html) == [gate.Loose(sentence, numeral) for numeral in numerals]


@pytest.mark.parametrize(
    ("template", "numerals"),
    [
        ("Kaart van {getal}`a.n` buurten; de helling is {getal}`a.helling:interval`.", []),
        ("Kaart van {getal}`a.n` buurten. In 12 daarvan, in 2018.", ["12"]),
        ("", []),
    ],
)
def test_in_an_alt_text_a_numeral_must_have_been_a_role(template, numerals):
    assert [one.numeral for one in gate.loose_in_template(template)] == numerals


def test_an_alt_text_is_judged_by_its_template_and_without_one_as_it_stands():
    page = '<article><img alt="Over 95 buurten."></article>'
    assert gate.loose(page, {"Over 95 buurten.": "Over {getal}`a.n` buurten."}) == []
    assert gate.loose(page, {"Over 94 buurten.": "Over {getal}`a.n` buurten."}) == [
        gate.Loose("Over 95 buurten.", "95")
    ]


def test_only_the_article_is_the_page():
    assert gate.loose("<header>12</header><article><p>Het is 13.</p></article>") == [gate.Loose("Het is 13.", "13")]


def test_a_report_tells_each_page(tmp_path):
    (tmp_path / "a.html").write_text("<p>Het is 13.</p>", "utf-8")
    (tmp_path / "b.html").write_text("<p>Het is zo.</p>", "utf-8")
    assert gate.report(tmp_path) == {"a": [gate.Loose("Het is 13.", "13")], "b": []}


def test_the_list_of_exceptions_is_short_and_each_has_a_reason():
    assert len(gate.EXCEPTIONS) <= 7
    assert all(len(reason.split()) > 2 for reason in gate.EXCEPTIONS.values())


@pytest.mark.parametrize("pattern", gate.EXCEPTIONS, ids=lambda pattern: gate.EXCEPTIONS[pattern])
def test_no_exception_lets_every_numeral_through(pattern):
    assert not re.search(
        pattern, "In 12 van de 31 steden is het 0,105 LBM-punten, of 45 %; van de 344 buurten zijn er 7 zo."
    )
