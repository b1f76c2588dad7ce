"""`reprieve cohort` from the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from reprieve.app.demo.clinic import demo_charts
from reprieve.cli.main import main
from reprieve.core.documents import as_json


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("charts") / "charts.ndjson"
    lines = [json.dumps(as_json(chart)) for chart in demo_charts(3, date(2026, 11, 26), 30)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_json_is_one_document_and_nothing_else(charts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "all", str(charts), "--workers", "1", "--json"]) == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert told.err == ""
    with_session = sum(bool(chart.sessions) for chart in demo_charts(3, date(2026, 11, 26), 30))
    assert document["patients"] == with_session > 20
    assert document["durations"][0]["median_weeks"]["value"] > 8
    assert {row["product"] for row in document["waste"]} <= {"onabotulinumtoxinA", "abobotulinumtoxinA"} | {
        "incobotulinumtoxinA",
        "rimabotulinumtoxinB",
        "daxibotulinumtoxinA",
    }
    for row in document["waste"]:
        assert isinstance(row["wasted_units"], str), "units are exact decimals, so they are strings"


def test_one_question_is_answered_alone(charts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "durations", str(charts), "--workers", "1", "--by", "cycle", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["relapse"] is None
    assert {row["group"] for row in document["durations"]} <= {"first", "second and third", "fourth and later"}


def test_the_table_for_people_says_what_it_is_not(charts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "all", str(charts), "--workers", "1"]) == 0
    text = capsys.readouterr().out
    assert "Weeks to the next injection" in text
    assert "not randomised" in text
    assert "never compared" in text
    assert "nan" not in text.lower()


def test_plots_are_drawn(charts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    assert main(["cohort", "all", str(charts), "--workers", "1", "--plots", str(tmp_path / "plots")]) == 0
    drawn = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert {"durations.svg", "relapse.svg", "waste.svg"} <= set(drawn)
    for name in drawn:
        text = (tmp_path / "plots" / name).read_text(encoding="utf-8")
        assert "</svg>" in text
    assert "onabotulinumtoxinA" in (tmp_path / "plots" / "durations.svg").read_text(encoding="utf-8")
    assert "drawn: " in capsys.readouterr().out


def test_split_makes_partitions_that_give_the_same_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow")
    rows = ["patient,cycle,week,score,scale,product,units,date"]
    for number in range(12):
        for cycle, begun in ((1, date(2026, 1, 5)), (2, date(2026, 4, 6 + number))):
            for week, score in ((0, 40), (4, 25 + number), (11, 36)):
                on = date.fromordinal(begun.toordinal() + 7 * week)
                rows.append(f"p{number},{cycle},{week},{score},TWSTRS,onabotulinumtoxinA,{100 + 5 * number},{on}")
    scores = tmp_path / "scores.csv"
    scores.write_text("\n".join(rows) + "\n", encoding="utf-8")
    parts = tmp_path / "parts"
    assert main(["cohort", "split", str(scores), "--into", str(parts), "--parts", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["partitions"] == [f"part-{n:05d}.parquet" for n in range(3)]
    answers = []
    for source in (scores, parts):
        assert main(["cohort", "all", str(source), "--workers", "1", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        del document["source"], document["partitions"]
        answers.append(document)
    assert answers[0] == answers[1]
    (one,) = answers[0]["durations"]
    # Twelve intervals of 91 to 102 days; the last cycles were followed for 11 weeks.
    assert (one["reinjected"], one["censored"]) == (12, 12)
    assert one["median_weeks"]["value"] == pytest.approx(96 / 7, abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["moods", "x"], "invalid choice"),
        (["all", "nowhere"], "no such file or folder"),
        (["split", "nowhere"], "split needs --into"),
        (["all", "nowhere", "--workers", "0"], "at least 1, but got 0"),
        (["all", "nowhere", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "not both"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["cohort", *arguments])
    except SystemExit as left:
        code = left.code
    told = capsys.readouterr()
    assert code == 2
    assert told.out == ""
    assert message in told.err
    assert told.err.count("\n") == 1


def test_a_file_of_another_kind_is_not_told_on_the_screen(
    charts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disguised = tmp_path / "scores.csv"
    disguised.write_bytes(charts.read_bytes())
    for arguments in (
        ["cohort", "all", str(disguised), "--workers", "1"],
        ["cohort", "split", str(charts), "--into", str(tmp_path / "new")],
        ["response", "forecast", str(disguised), "--at", "8"],
    ):
        assert main(arguments) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert len(told) < 400
        assert "birth" not in told
    assert not (tmp_path / "new").exists()
