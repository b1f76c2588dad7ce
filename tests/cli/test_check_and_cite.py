"""`reprieve check` and `reprieve cite`: contract, exit codes, one clear line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from reprieve.cli.main import main

CLEAR = {
    "product": "incobotulinumtoxinA",
    "indication": "cervical_dystonia",
    "jurisdiction": "US",
    "date": "2026-11-26",
    "patient": {"age_years": "50", "exposure_history": "known"},
    "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "62.5", "sites": 3}],
}


def _write(folder: Path, document: Any) -> str:
    file = folder / "plan.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(file)


def test_a_clear_plan_exits_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", _write(tmp_path, CLEAR), "--json"]) == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert told.err == ""
    assert document["verdict"] == "clear"
    assert document["totals"]["units"] == "62.5"
    for limit in document["limits"]:
        assert {"scope", "limit", "actual", "headroom", "verified", "source"} <= set(limit)
    assert document["limits"][0]["limit"] == "400"
    assert document["limits"][0]["headroom"] == "337.5"


def test_a_blocked_plan_exits_with_1_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    over = {**CLEAR, "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "401", "sites": 9}]}
    assert main(["check", _write(tmp_path, over), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "blocked"
    (error,) = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert error == {
        "rule": "session_limit_exceeded",
        "severity": "error",
        "message": error["message"],
        "limit": "400",
        "actual": "401",
        "exceed_by": "1",
        "unit": "units",
        "subject": "session",
        "sources": [{"key": "drugscom_xeomin", "grade": "label_reprint", "checked": True}],
        "clears_if": "at most 400 units",
    }
    assert main(["check", _write(tmp_path, over)]) == 1
    text = capsys.readouterr().out
    assert text.startswith("blocked: 401 units incobotulinumtoxinA")
    assert "limits that applied" in text


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(CLEAR)))
    assert main(["check", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "clear"


@pytest.mark.parametrize("command", ["check", "cite"])
@pytest.mark.parametrize(
    "document",
    [
        {**CLEAR, "product": "Botox"},
        {**CLEAR, "product": "nosuchtoxin"},
        {**CLEAR, "indication": "headache"},
        {**CLEAR, "injections": []},
        {**CLEAR, "injections": [{"muscle": "nosuch", "units": "5"}]},
        {**CLEAR, "injections": [{"muscle": "masseter", "units": "NaN"}]},
        {**CLEAR, "injections": [{"muscle": "masseter", "units": "-5"}]},
        {**CLEAR, "injections": [{"muscle": "masseter", "units": "five"}]},
        {**CLEAR, "dose": "5"},
        {**CLEAR, "date": "26.11.2026"},
        {key: value for key, value in CLEAR.items() if key != "product"},
        "{",
        "[]",
        "",
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    command: str, document: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, _write(tmp_path, document), "--json"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"reprieve {command}: ")
    assert len(told.err.splitlines()) == 1


def test_a_missing_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "no-such-plan.json"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_cite_names_documents_and_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", _write(tmp_path, CLEAR), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    by_key = {entry["key"]: entry for entry in document["citations"]}
    assert by_key["drugscom_xeomin"]["grade"] == "label_reprint"
    assert "session_limit_exceeded" in by_key["drugscom_xeomin"]["used_by"]
    rows = {row["id"]: row for row in document["rows"]}
    assert "400 units" in rows["incobotulinumtoxinA.adult_session_max"]["figure"]
    assert document["compiled_on"] == "2026-11-22"
    assert main(["cite", _write(tmp_path, CLEAR)]) == 0
    assert "drugscom_xeomin [label_reprint, checked" in capsys.readouterr().out
