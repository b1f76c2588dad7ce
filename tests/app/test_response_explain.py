"""`reprieve response forecast --explain`: which scores moved a forecast, and one clear line where it cannot tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reprieve.cli.main import main

HEAD = "patient,cycle,week,score,product,units\n"
GIVEN = "rimabotulinumtoxinB,5000"
SCORES = HEAD + "".join(f"a,1,{week},{score},{GIVEN}\n" for week, score in ((0, 46), (2, 36), (4, 33), (7, 47)))


def test_the_score_that_came_back_early_moved_the_fading_forward(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(SCORES + f"b,1,0,44,{GIVEN}\n", encoding="utf-8")
    assert main(["response", "forecast", str(path), "--at", "8,12", "--json", "--explain"]) == 0
    told = {one["patient"]: one for one in json.loads(capsys.readouterr().out)["explanations"]}
    strongest = told["a"]["entries"][0]
    assert strongest["week"] == 7.0
    assert strongest["moved_fading_days"] < -3.0
    # The patient with four scores is told by the person more than the one with a single score before treatment.
    assert told["a"]["person_weight"] > told["b"]["person_weight"]
    assert told["a"]["person_weight"] + told["a"]["population_weight"] == pytest.approx(1.0)


@pytest.mark.parametrize("more", [[], ["--json", "-o", "out"]])
def test_where_it_cannot_tell_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(SCORES, encoding="utf-8")
    where = str(tmp_path) if more else str(path)
    assert main(["response", "forecast", where, "--at", "8", "--explain", *more]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert ("--json" in said) if not more else ("folder" in said)
