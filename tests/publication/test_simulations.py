"""The long simulations: run whole or not at all, the same again with the same seed, and kept with all they must carry."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.choices import Choices
from analysis.errors import InvalidInput
from analysis.measures.context import CHARACTERISTICS
from analysis.models import plasmode, verdict
from analysis.models.importance import BLOCKS
from analysis.publication import robustness_reports, simulations

DRAWS = 20
KEY = ["simulatie", "grootheid", "maat"]
# The design asks for many samples; from here on a rate of 5 % is known to within two points.
FEWEST_DRAWS = 500


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without stored simulations."""
    monkeypatch.setattr(simulations.paths, "ROOT", tmp_path)
    monkeypatch.setattr(simulations, "FILE", tmp_path / "results" / "simulaties.csv")
    return tmp_path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Path, list[str]]:
    """One short run on the real dataset: its table, its file and what it said."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("simulaties") / "results" / "simulaties.csv"
        patch.setattr(simulations, "FILE", file)
        said: list[str] = []
        return simulations.run(said.append, DRAWS), file, said


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    """The committed file."""
    return simulations.read()


@pytest.fixture
def quick(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts that ask for time give fixed rates instead."""
    rates = pd.DataFrame({"geclaimd": [0.01]}, index=["een van alle"])
    for name in ("interactions", "blocks", "verdicts"):
        table = rates.assign(n=1) if name == "verdicts" else rates
        monkeypatch.setattr(plasmode, name, lambda *_, table=table: table)


# --- Reading --------------------------------------------------------------------------------------


def test_without_a_file_it_says_what_to_do(folder):
    with pytest.raises(InvalidInput, match=r"results/simulaties.csv ontbreekt: draai eerst `make simulate`"):
        simulations.read()


def test_the_sentence_names_the_command_that_exists():
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    assert "simulate" in makefile


def test_rates_of_rejection_are_those_of_the_interaction_test_alone():
    table = pd.DataFrame([[simulations.INTERACTION, "65-plussers", "verworpen", 0.05],
                          [simulations.INTERACTION, "65-plussers", "geclaimd", 0.01],
                          [simulations.BLOCK, "levensfase", "verworpen", 0.3]],
                         columns=[*KEY, "waarde"])  # fmt: skip
    assert simulations.rejection_rates(table) == {"65-plussers": 0.05}


# --- Running --------------------------------------------------------------------------------------


def test_every_simulation_is_in_the_file(ran):
    table, _, said = ran
    assert list(table.columns) == simulations.COLUMNS
    assert list(dict.fromkeys(table.simulatie)) == [simulations.INTERACTION, simulations.VERDICT, simulations.BLOCK,
                                                    simulations.GAIN, simulations.COVERAGE]  # fmt: skip
    assert len(said) == 5, "elke simulatie zegt dat zij begint"
    assert not table.duplicated(KEY).any()
    assert table.notna().all(axis=None)


def test_what_it_writes_is_what_it_returns(ran):
    table, file, _ = ran
    kept = pd.read_csv(file)
    pd.testing.assert_frame_equal(kept.drop(columns="waarde"), table.drop(columns="waarde"))
    np.testing.assert_allclose(kept.waarde, table.waarde, atol=5.1e-5)
    assert [one.name for one in file.parent.iterdir()] == [file.name], "geen half bestand ernaast"


def test_rows_carry_draws_seed_and_date(ran):
    table = ran[0]
    assert (table.trekkingen == DRAWS).all()
    assert (table.zaad == Choices().zaad).all()
    assert (table.datum == table.datum[0]).all()
    assert datetime.date.fromisoformat(table.datum[0]) <= datetime.date.today() + datetime.timedelta(days=1)


def test_rates_are_shares_and_verdicts_add_up(ran):
    rates = ran[0].set_index(KEY).waarde.sort_index()
    assert rates.between(-1e-9, 1 + 1e-9).all()
    given = rates[simulations.VERDICT, "gemiddeld over steden"]
    assert given[list(verdict.VERDICTS)].sum() == pytest.approx(1)
    assert rates[simulations.GAIN, "spreiden in Amsterdam", "waar"] == pytest.approx(0, abs=1e-9)


def test_the_same_seed_gives_the_same_rates(ran, folder):
    again = simulations.run(lambda _: None, DRAWS)
    pd.testing.assert_frame_equal(again.drop(columns="datum"), ran[0].drop(columns="datum"))


def test_blocks_have_draws_of_their_own(quick, monkeypatch):
    monkeypatch.setattr(plasmode, "BLOCK_DRAWS", 7)
    seen = {}
    real = plasmode.blocks
    monkeypatch.setattr(
        plasmode,
        "blocks",
        lambda truth, outcomes, seed: seen.update(shape=outcomes.shape) or real(truth, outcomes, seed),
    )
    table = simulations.run(lambda _: None, 12)
    assert seen["shape"][1] == 7
    counts = table.groupby("simulatie").trekkingen.unique().map(list)
    assert counts[simulations.BLOCK] == [7]
    assert counts.drop(simulations.BLOCK).tolist() == [[12]] * 4


@pytest.mark.parametrize("step", ["truth_of", "interactions", "net_gain"])
def test_a_step_that_fails_leaves_the_old_file(step, quick, monkeypatch):
    simulations.FILE.parent.mkdir()
    simulations.FILE.write_text("oud", encoding="utf-8")

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(plasmode, step, fail)
    with pytest.raises(ZeroDivisionError):
        simulations.run(lambda _: None, 2)
    assert simulations.FILE.read_text(encoding="utf-8") == "oud"


def test_a_write_that_breaks_off_leaves_the_old_file(quick, monkeypatch):
    simulations.FILE.parent.mkdir()
    simulations.FILE.write_text("oud", encoding="utf-8")

    def half(table: pd.DataFrame, path: Path, **_: object) -> None:
        Path(path).write_text("simulatie,gro", encoding="utf-8")
        raise OSError("schijf vol")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    with pytest.raises(OSError, match="vol"):
        simulations.run(lambda _: None, 2)
    assert simulations.FILE.read_text(encoding="utf-8") == "oud"


def test_a_run_replaces_the_old_file(quick):
    simulations.FILE.parent.mkdir()
    simulations.FILE.write_text("oud", encoding="utf-8")
    simulations.run(lambda _: None, 2)
    assert list(simulations.read().columns) == simulations.COLUMNS


# --- What is committed ----------------------------------------------------------------------------


def test_the_committed_rates_rest_on_enough_draws_with_seed_and_date(stored):
    assert list(stored.columns) == simulations.COLUMNS
    assert stored.notna().all(axis=None)
    assert (stored.trekkingen >= FEWEST_DRAWS).all()
    assert (stored.zaad == Choices().zaad).all()
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    assert all(datetime.date.fromisoformat(date) <= tomorrow for date in stored.datum)
    assert stored.datum.nunique() == 1, "uit één draai"
    assert not stored.duplicated(KEY).any()


def test_the_committed_file_has_the_rows_that_a_run_makes(ran, stored):
    assert set(map(tuple, stored[KEY].to_numpy())) == set(map(tuple, ran[0][KEY].to_numpy()))


def test_the_committed_rates_are_near_those_of_a_short_run(ran, stored):
    """Twenty draws are few, but a file of another model or another dataset would be far off."""
    kept, short = stored.set_index(KEY).waarde, ran[0].set_index(KEY).waarde
    error = np.sqrt((kept * (1 - kept)).clip(lower=0.01) / DRAWS)
    assert ((short - kept).abs() <= 4 * error).all()


def test_the_book_finds_every_key_that_it_asks_for(stored):
    numbers = {number.key: number for number in robustness_reports.stored_rates(stored)}
    assert {"interactie.vals_positief", "oordeel.niet", "blok.vals_positief", "winst.vals_positief",
            "dekking.nieuwe_stad"} <= set(numbers)  # fmt: skip
    assert all(number.n >= FEWEST_DRAWS for number in numbers.values())
    assert len(numbers) == len(robustness_reports.stored_rates(stored))


def test_labels_and_blocks_are_those_of_the_models(stored):
    labels = {item.label for item in CHARACTERISTICS}
    tested = set(simulations.rejection_rates(stored)) - {"een van alle"}
    assert tested
    assert tested <= labels
    assert set(stored.grootheid[stored.simulatie == simulations.BLOCK]) == {*BLOCKS, "een van alle"}
