"""The edges of every command: what cannot be read or written, and numbers that could be misread, get one line."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from reprieve.cli.main import main
from reprieve.store.engine import Database

PLAN: dict[str, Any] = {
    "product": "incobotulinumtoxinA",
    "indication": "cervical_dystonia",
    "jurisdiction": "US",
    "date": "2026-11-26",
    "patient": {"age_years": "50", "exposure_history": "known"},
    "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "62.5", "sites": 3}],
}
TEXT = json.dumps(PLAN)
FULL = Path("/dev/full")


def told(capsys: pytest.CaptureFixture[str], code: int) -> str:
    """Return the one line of bad input."""
    answer = capsys.readouterr()
    assert (code, answer.out, answer.err.count("\n")) == (2, "", 1), answer
    return answer.err


def sent(data: bytes) -> io.TextIOWrapper:
    """Return a standard input that holds `data`."""
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")


def with_units(value: object) -> str:
    return json.dumps({**PLAN, "injections": [{**PLAN["injections"][0], "units": value}]})


@pytest.mark.parametrize("value", ["1_00", "١٠٠", "１００", "1,5", "1.000,5", "62.5 U", "NaN", "-5", "", True, None])
def test_a_dose_that_could_be_misread_is_refused(value: object, tmp_path: Path, capsys) -> None:
    """`Decimal` reads a grouped number and the figures of other scripts; a dose is written one way."""
    (tmp_path / "plan.json").write_text(with_units(value), encoding="utf-8")
    assert "units" in told(capsys, main(["check", str(tmp_path / "plan.json")]))


@pytest.mark.parametrize("value", ["62.5", " 62.5 ", "62.50", "6.25e1", 62.5])
def test_a_dose_written_plainly_is_read(value: object, tmp_path: Path, capsys) -> None:
    (tmp_path / "plan.json").write_text(with_units(value), encoding="utf-8")
    assert main(["check", str(tmp_path / "plan.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["units"] == "62.5"


@pytest.mark.parametrize("option", ["--vial-units", "--diluent-ml", "--dose-units"])
@pytest.mark.parametrize("value", ["1_0", "１０"])
def test_a_number_of_an_option_is_written_plainly_too(option: str, value: str, capsys) -> None:
    given = {"--product": "onabotulinumtoxinA", "--vial-units": "100", "--diluent-ml": "2", option: value}
    words = [part for pair in given.items() for part in pair]
    assert "must be a number" in told(capsys, main(["dilute", *words]))


@pytest.mark.parametrize("day", [0, 1790000000, "1790035200", "20261126", "26.11.2026"])
def test_a_day_is_written_as_iso(day: object, tmp_path: Path, capsys) -> None:
    """The validator would take seconds since 1970."""
    (tmp_path / "plan.json").write_text(json.dumps({**PLAN, "date": day}), encoding="utf-8")
    assert "YYYY-MM-DD" in told(capsys, main(["check", str(tmp_path / "plan.json")]))


def test_true_is_no_number_of_sites(tmp_path: Path, capsys) -> None:
    (tmp_path / "plan.json").write_text(TEXT.replace('"sites": 3', '"sites": true'), encoding="utf-8")
    assert "sites" in told(capsys, main(["check", str(tmp_path / "plan.json")]))


def test_a_field_told_twice_is_refused(tmp_path: Path, capsys) -> None:
    """JSON readers take the last one; who reads the file may take the first."""
    twice = TEXT.replace('"units": "62.5"', '"units": "625", "units": "62.5"')
    (tmp_path / "plan.json").write_text(twice, encoding="utf-8")
    assert "units is told twice" in told(capsys, main(["check", str(tmp_path / "plan.json")]))


@pytest.mark.parametrize("form", ["{}", "[{}]", "{}\n{}"])
def test_a_chart_that_tells_a_field_twice_is_refused_in_every_form_of_a_file(form: str, tmp_path: Path, capsys) -> None:
    chart = (
        '{"patient": {"id": "p-1"}, "exposures": [{"date": "2026-01-02", "product": "Botox", "units": 1, "units": 9}]}'
    )
    (tmp_path / "charts.json").write_text(form.replace("{}", chart), encoding="utf-8")
    line = told(capsys, main(["import", str(tmp_path / "charts.json"), "--db", f"sqlite:///{tmp_path / 'r.sqlite'}"]))
    assert "units is told twice" in line
    assert not (tmp_path / "r.sqlite").exists()


def test_standard_input_is_read_like_a_file(monkeypatch, capsys) -> None:
    """A byte order mark is left out; Latin-1 and UTF-16 are refused, whatever the locale would make of them."""
    monkeypatch.setattr(sys, "stdin", sent(b"\xef\xbb\xbf" + TEXT.encode()))
    assert main(["check", "-", "--json"]) == 0
    capsys.readouterr()
    for data in (TEXT.replace("left", "l\xfcft").encode("latin-1"), TEXT.encode("utf-16")):
        monkeypatch.setattr(sys, "stdin", sent(data))
        assert "UTF-8" in told(capsys, main(["check", "-"]))
    monkeypatch.setattr(sys, "stdin", None)
    assert "closed" in told(capsys, main(["check", "-"]))


def test_a_name_never_makes_two_lines_or_a_long_one(tmp_path: Path, capsys) -> None:
    for name in ("a\nb\u2028c\x1b[31m", "x" * 100_000):
        (tmp_path / "plan.json").write_text(json.dumps({**PLAN, "product": name}), encoding="utf-8")
        line = told(capsys, main(["check", str(tmp_path / "plan.json")]))
        assert line[:-1].isprintable()
        assert len(line) < 300
    assert told(capsys, main(["check", "no\nsuch\x1bfile"]))[:-1].isprintable()
    assert len(told(capsys, main(["y" * 100_000]))) < 500


def start(*arguments: str, **streams: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "reprieve", *arguments]
    return subprocess.Popen(command, text=True, env={**os.environ, "PYTHONUNBUFFERED": ""}, **streams)


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [("schema", "plan"), ("--help",), ("check", "--help")])
def test_a_full_disk_under_the_answer_is_one_line(arguments: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        child = start(*arguments, stdout=full, stderr=subprocess.PIPE)
        _, err = child.communicate(timeout=60)
    assert (child.returncode, err.count("\n")) == (2, 1), err
    assert "No space left" in err


def test_a_reader_who_leaves_at_once_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    child = start("--help", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")


def test_ctrl_c_leaves_one_line(tmp_path: Path) -> None:
    """Stopped while it reads: the pipe opens when the command has begun to, and nothing is ever written into it."""
    pipe = tmp_path / "plan.json"
    os.mkfifo(pipe)
    child = start("check", str(pipe), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pipe.open("w"):
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert out == ""
    assert err == "reprieve check: stopped by the user\n"
    assert child.returncode == 130


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"severity": 3, "severity": 1}', "severity is told twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"severity": ' + "9" * 6000 + "}", "a number beyond any figure"),
        ("", "is no JSON"),
        ("[1]", "must be an object of item ids and answers"),
    ],
)
def test_answers_that_cannot_be_read_are_one_line(text: str, words: str, tmp_path: Path, capsys) -> None:
    (tmp_path / "items.json").write_text(text, encoding="utf-8")
    assert words in told(capsys, main(["scale", "score", "JRS", str(tmp_path / "items.json")]))


def test_an_option_told_twice_is_refused(tmp_path: Path, capsys) -> None:
    line = told(capsys, main(["scale", "score", "JRS", "--item", "severity=1", "--item", "severity=2"]))
    assert "--item severity is told twice" in line
    store = f"sqlite:///{tmp_path / 'r.sqlite'}"
    Database(store).close()
    policy = ["review", "policy", "--db", store, "--reason", "why not", "--set", "approval_hours=5"]
    assert "--set approval_hours is told twice" in told(capsys, main([*policy, "--set", "approval_hours=6"]))
    assert main([*policy[:4], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["approval_hours"] == 12


@pytest.mark.parametrize(
    ("arguments", "least"),
    [
        (["simulate", "plan.json", "--seed", "-1"], 0),
        (["simulate", "plan.json", "--seed", "1_0"], 0),
        (["response", "evaluate", "--seed", "-1"], 0),
        (["assess", "chart.json", "--top", "0"], 1),
    ],
)
def test_a_count_that_is_none_is_one_line(arguments: list[str], least: int, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert f"must be a whole number of at least {least}" in told(capsys, int(str(ended.value)))


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("patient,cycle,week,Score,score\na,1,0,45,30\n", "the column 'score' stands twice"),
        ("patient,cycle,week,score\na,1,0,45,7\n", "line 2: more cells than the 4 columns"),
        # A quote that is never closed took all further scores into its own cell, and the rest was fitted.
        (
            'patient,cycle,week,score,site\na,1,0,45,"x\na,1,4,30,x\n',
            "after line 1: unexpected end of data; close every",
        ),
        (
            "patient,cycle,week,score,site\na,1,0,45," + "x" * 200_000 + "\n",
            "after line 1: field larger than field limit",
        ),
    ],
)
def test_a_table_that_could_be_read_in_two_ways_is_one_line(
    table: str, words: str, folder: bool, tmp_path: Path, capsys
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "scores.csv").write_text(table, encoding="utf-8")
    source = tmp_path / "in" if folder else tmp_path / "in" / "scores.csv"
    code = main(["response", "forecast", str(source), "--at", "8", "-o", str(tmp_path / "out")])
    assert words in told(capsys, code)


@pytest.mark.parametrize("command", [["response", "fit"], ["response", "forecast", "--at", "8"]])
def test_a_column_that_stands_twice_in_parquet_is_one_line(command: list[str], tmp_path: Path, capsys) -> None:
    names = ["patient", "cycle", "week", "Score", "score"]
    columns = [pyarrow.array(values) for values in (["a"], ["1"], [0.0], [45.0], [30.0])]
    (tmp_path / "scores").mkdir()
    parquet.write_table(pyarrow.Table.from_arrays(columns, names), tmp_path / "scores" / "a.parquet")
    out = ["-o", str(tmp_path / "out")]
    assert "the column 'score' stands twice" in told(
        capsys, main([*command[:2], str(tmp_path / "scores"), *command[2:], *out])
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["restore", ""], "is a folder; nothing was restored"),
        (["restore", "."], "is a folder; nothing was restored"),
        (["recall", "L\udcff"], "a word of the command is no UTF-8 text"),
    ],
)
def test_a_word_that_names_nothing_is_one_line(words: list[str], says: str, tmp_path: Path, capsys) -> None:
    db = str(tmp_path / "clinic.db")
    if words[0] == "recall":
        Database(db).close()
    assert says in told(capsys, main([*words, "--db", db]))
