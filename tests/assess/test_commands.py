"""`assess` and `scale` on the command line: answers, and one line for what is wrong."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from reprieve.cli.main import main

CHART = {
    "patient": {"id": "p1"},
    "assessments": [
        {"date": "2026-11-01", "postures": [{"posture": "cervical.torticollis", "side": "left", "angle_deg": "40"}]}
    ],
}


def give(monkeypatch: pytest.MonkeyPatch, document: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(document)))


def test_assess_follows_the_contract(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, CHART)
    assert main(["assess", "-", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    first, second = answer["muscles"][:2]
    assert {"muscle", "side", "probability", "interval", "evidence"} <= set(first)
    assert (first["muscle"], first["side"]) == ("splenius_capitis", "left")
    assert (second["muscle"], second["side"]) == ("sternocleidomastoid", "right")
    give(monkeypatch, CHART)
    assert main(["assess", "-"]) == 0
    assert "splenius_capitis" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("find", "replace"),
    [("cervical.torticollis", "cervical.torticolis"), ('"left"', '"up"'), ('"40"', '"much"'), ("postures", "posture")],
)
def test_assess_refuses_with_one_line(
    find: str, replace: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(CHART).replace(find, replace, 1)))
    assert main(["assess", "-"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_an_empty_chart_gets_questions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, {"patient": {"id": "p1"}})
    assert main(["assess", "-", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["muscles"] == []
    assert answer["ask"]


def test_scale_score_reads_items(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, {"severity": 3, "frequency": 2})
    assert main(["scale", "score", "JRS", "-", "--before", "8", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["total"] == 5
    assert answer["change"]["judgements"][0]["reached"] is True
    assert main(["scale", "score", "JRS", "--item", "severity=3"]) == 0
    assert "between 3 and 7" in capsys.readouterr().out


@pytest.mark.parametrize("action", [["list"], ["show", "TWSTRS"], ["show", "twstrs2"]])
def test_scales_are_shown(action: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale", *action]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 4
    assert main(["scale", *action, "--json"]) == 0
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "words",
    [
        ["score", "JRS", "--item", "severity=9"],
        ["score", "JRS", "--item", "severity"],
        ["score", "JRS", "--item", "force=1"],
        ["score", "TWSTRSX", "--item", "severity=1"],
        ["score", "JRS", "missing.json"],
        ["show", "nothing"],
    ],
)
def test_scale_refuses_with_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
