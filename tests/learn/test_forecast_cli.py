"""`reprieve response`: the command contract, and one clear line for bad input."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprieve.app.forecast import default_population
from reprieve.app.response import kernel as kernels
from reprieve.cli.main import main

FORECAST_COLUMNS = ("patient", "cycle", "week", "mean", "sd", "q025", "q10", "q25", "q50", "q75", "q90", "q975")
HEAD = "patient,cycle,week,score,product,units\n"
GOOD = (
    HEAD + "a,1,0,44,rimabotulinumtoxinB,5000\na,1,2,37,rimabotulinumtoxinB,5000\na,1,4,33,rimabotulinumtoxinB,5000\n"
)


def forecast(tmp_path: Path, text: str, *more: str) -> int:
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    return main(["response", "forecast", str(path), "--at", "8,12,16", *more])


def test_rows_follow_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    assert forecast(tmp_path, GOOD, "-o", str(out)) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert tuple(rows[0]) == FORECAST_COLUMNS
    assert [(row["patient"], row["cycle"], row["week"]) for row in rows] == [
        ("a", "1", "8"),
        ("a", "1", "12"),
        ("a", "1", "16"),
    ]
    for row in rows:
        levels = [float(row[name]) for name in ("q025", "q10", "q25", "q50", "q75", "q90", "q975")]
        assert levels == sorted(levels)
        assert levels[0] < float(row["mean"]) < levels[-1]
    # This patient gained a quarter by week 4 and is expected to lose it again by week 16.
    assert float(rows[0]["mean"]) < float(rows[2]["mean"])
    assert float(rows[0]["sd"]) < float(rows[2]["sd"])


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forecast(tmp_path, GOOD, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 3


@pytest.fixture
def no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be on a machine without a compiler."""
    monkeypatch.setattr(kernels, "LIBRARY", tmp_path / "none.so")
    kernels._loaded.cache_clear()
    yield
    kernels._loaded.cache_clear()


@pytest.mark.usefixtures("no_library")
def test_without_the_compiled_part_one_line_says_so_and_the_figures_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert forecast(tmp_path, GOOD, "--json") == 0
    slow = capsys.readouterr()
    assert slow.err.count("\n") == 1
    assert "was not built" in slow.err
    assert "install a C compiler" in slow.err
    monkeypatch.undo()
    kernels._loaded.cache_clear()
    assert forecast(tmp_path, GOOD, "--json") == 0
    fast = capsys.readouterr()
    assert ("compiled part" in fast.err) == (not kernels.LIBRARY.is_file())
    for one, other in zip(json.loads(slow.out)["rows"], json.loads(fast.out)["rows"], strict=True):
        assert one == pytest.approx(other, abs=2e-4)


@pytest.mark.usefixtures("no_library")
def test_who_asked_for_numpy_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRIEVE_KERNEL", "numpy")
    kernels._loaded.cache_clear()
    assert kernels.why_slow() is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patient,week,score\na,0,44\n", ["cycle", "found: patient, week, score", "needed"]),
        (HEAD + "a,1,4,44,,\na,1,2,37,,\n", ["week 2", "week 4", "line 3"]),
        (HEAD + "a,1,0,190,,\n", ["190", "0 to 87"]),
        (HEAD + "a,1,0,44,daxibotulinumtoxinZ,100\n", ["daxibotulinumtoxinZ", "onabotulinumtoxinA"]),
        (HEAD + "a,1,0,44,onabotulinumtoxinA,100\na,1,2,40,abobotulinumtoxinA,100\n", ["one product"]),
        (HEAD + "a,1,0,44,onabotulinumtoxinA,1800\n", ["1800 units of onabotulinumtoxinA", "40 to 500"]),
        (HEAD + "a,1,0,forty,,\n", ["forty", "line 2"]),
        (HEAD + "a,1,0,4_4,,\n", ["4_4", "no number"]),
        (HEAD + "a,1,0,٤٤,,\n", ["no number"]),
        (HEAD + "a,1,0,inf,,\n", ["inf"]),
        (HEAD + "a,1,0,44,onabotulinumtoxinA,-5\n", ["negative"]),
        (HEAD, ["no rows"]),
        ("", ["lacks", "found: none"]),
    ],
)
def test_bad_input_gets_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: list[str]
) -> None:
    assert forecast(tmp_path, text) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for word in words:
        assert word in said


def test_a_population_of_another_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.json"
    old.write_text('{"format": "reprieve.population/0"}', encoding="utf-8")
    assert forecast(tmp_path, GOOD, "--population", str(old)) == 2
    assert "reprieve.population/0" in capsys.readouterr().err


@pytest.mark.parametrize("ends", [{"lowest": 90.0}, {"highest": 20.0}, {"lowest": 87.0, "highest": 0.0}])
def test_a_scale_that_does_not_hold_its_reference_is_refused(
    ends: dict[str, float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = default_population().to_document()
    document["scales"]["TWSTRS"] |= ends
    (tmp_path / "ends.json").write_text(json.dumps(document), encoding="utf-8")
    assert forecast(tmp_path, GOOD, "--population", str(tmp_path / "ends.json")) == 2
    assert "of TWSTRS is not from" in capsys.readouterr().err


@pytest.mark.parametrize("rows", ["a,1,2,37,rimabotulinumtoxinB,5000\n", "a,1,0,44,,\n"])
def test_one_point_gives_an_honest_wide_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str) -> None:
    def sd(text: str) -> float:
        assert forecast(tmp_path, text, "--json") == 0
        return json.loads(capsys.readouterr().out)["rows"][0]["sd"]

    assert sd(HEAD + rows) > sd(GOOD)
