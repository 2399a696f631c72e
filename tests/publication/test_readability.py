"""How hard a page is to read: what counts as a sentence, a word and prose, and that nothing is fetched to know it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from analysis import paths
from analysis.__main__ import main
from analysis.errors import InvalidInput
from analysis.publication.site import readability
from analysis.publication.site.readability import Sentence

EASY = "De kat zit op de mat. De zon schijnt in het huis. Wij gaan nu naar de stad."
HARD = "Verantwoordelijkheidstoedeling in woningcorporatiewijken vereist afstemming tussen gebiedsgerichte samenwerkingspartners."


def page(folder: Path, body: str, name: str = "blad") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.html"
    path.write_text(
        f"<html><body><main><article>{body}</article></main><footer><p>Dit is de voet van het blad.</p></footer></body></html>",
        "utf-8",
    )
    return path


def texts(folder: Path, body: str) -> list[str]:
    return [one.text for one in readability.sentences(page(folder, body))]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("De score is 0,95 punt hoger. Dat is veel voor een buurt.", 2),
        ("Er wonen 1.234.567 mensen in de stad.", 1),
        ("Het verschil is −0,100 (−0,108 tot −0,091). In Delft is het kleiner.", 2),
        ("Neem bijv. de buurt hiernaast, o.a. om het groen.", 1),
        ("Dat staat in buurten.csv en in analysis.models.wls te lezen.", 1),
        ("Moran's I is er 0,3. Waar is dat zo? In alle steden!", 3),
        ("Hij zei „dat is zo.” Daarna ging hij weg uit de stad.", 2),
        ("Zie ook.", 0),
        ("De formule is y = a + b·x, met b de helling.", 0),
    ],
)
def test_a_sentence_ends_where_a_reader_would_say_so(text, count):
    assert len(readability.split(text)) == count


@pytest.mark.parametrize(("text", "count"), [("Het is 1.234,5 % van alles", 5), ("van −0,3 tot 0,1 punt", 5), ("de 65-plussers van ’s-Gravenhage", 4),
                                             ("in 2018–2020 was dat zo", 6), ("buurt G2 is klein", 4)])  # fmt: skip
def test_a_number_is_one_word(text, count):
    assert len(Sentence("blad", text).words) == count


def test_prose_is_read_and_nothing_else(tmp_path):
    body = (
        "<h1>Dit is een kop van vijf</h1><p>Een zin in een alinea. <b>Vet</b> hoort er bij.</p>"
        "<ul><li>Een punt in een lijst.<ul><li>Een punt daar weer onder.</li></ul></li><li><p>Een alinea in een punt.</p></li></ul>"
        "<dl><dd>Een uitleg van een woord.</dd></dl>"
        "<table><tr><td><p>Een zin in een tabel staan.</p></td></tr></table><pre>code is geen zin hier</pre>"
        "<figure><figcaption><p>Een bijschrift is geen proza.</p></figcaption></figure>"
        '<div class="citation" role="listitem"><p>Jansen schreef dit in 2020.</p></div><div lang="en"><p>This page is in English.</p></div>'
        '<p class="vk-tabel-titel">Een titel boven een tabel.</p><div class="vk-onder"><p>Zo is deze figuur gemaakt.</p></div>'
    )
    assert texts(tmp_path, body) == [
        "Een zin in een alinea.", "Vet hoort er bij.", "Een punt in een lijst.", "Een punt daar weer onder.", "Een alinea in een punt.",
        "Een uitleg van een woord.",
    ]  # fmt: skip


def test_the_measures_of_a_small_text_by_hand(tmp_path):
    found = readability.row(
        readability.sentences(page(tmp_path, "<p>De kat zit op de mat. Verantwoordelijkheidstoedeling is lang.</p>"))
    )
    assert found["zinnen"] == 2
    assert found["woorden"] == 9
    assert found["woorden_per_zin"] == 4.5
    assert found["lange_woorden"] == pytest.approx(100 / 9)
    assert found["letters_per_woord"] == pytest.approx(len("DekatzitopdematVerantwoordelijkheidstoedelingislang") / 9)
    assert found["lange_zinnen"] == 0


def test_the_score_is_that_of_douma():
    """Six words of one syllable: 206.835 − 0.93 · 6 − 77 · 1."""
    assert readability.score([Sentence("blad", "De kat zit op de mat.")]) == pytest.approx(206.835 - 0.93 * 6 - 77)


def test_numbers_do_not_make_a_text_easier():
    plain = "Woningcorporaties verdelen woonruimte."
    assert readability.score([Sentence("blad", f"{plain} 1 2 3")]) == readability.score([Sentence("blad", plain)])


def test_a_hard_text_scores_lower_and_is_called_heavier(tmp_path):
    easy, hard = (readability.score(readability.sentences(page(tmp_path, f"<p>{text}</p>"))) for text in (EASY, HARD))
    assert hard < 0 < 60 < easy
    assert (readability.band(easy), readability.band(hard)) == ("licht, als B1", "zeer zwaar")


def test_nothing_is_fetched_to_know_it(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("er wordt iets van internet gevraagd")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert len(readability.measure(page(tmp_path, f"<p>{EASY}</p>").parent)) == 1


def test_the_command_tells_pages_longest_sentences_and_the_caveat(tmp_path, monkeypatch, capsys):
    page(tmp_path, f"<p>{EASY}</p>", "makkelijk")
    page(tmp_path, f"<p>{HARD}</p>", "moeilijk")
    page(tmp_path, "<h1>Leeg</h1>", "leeg")
    monkeypatch.setattr(paths, "HTML", tmp_path)
    assert main(["leesniveau", "--zinnen", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["moeilijk", "makkelijk"]
    assert "leeg" not in "\n".join(lines)
    assert any("zij meet geen taalniveau" in line for line in lines)
    assert lines[-1].startswith("  8 woorden, ")


def test_sentences_that_begin_alike_are_given_once(tmp_path):
    for city in ("Delft", "Leiden"):
        page(tmp_path, f"<p>Van het verschil in de stad {city} hoort een deel bij inkomens.</p>", city)
    page(tmp_path, "<p>Een andere zin van zes woorden.</p>", "ander")
    assert [one.page for one in readability.longest(tmp_path, 5)] == ["Delft", "ander"]


def test_without_a_book_it_says_what_to_do(tmp_path):
    with pytest.raises(InvalidInput, match="make book"):
        readability.measure(tmp_path)
