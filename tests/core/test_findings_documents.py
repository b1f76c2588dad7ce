"""Findings sum to a verdict; values have one JSON form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

import numpy as np
import pytest

from reprieve.core.documents import WHEN_SET, as_json, canonical
from reprieve.core.dose import Dose
from reprieve.core.findings import Finding, Severity, SourceRef, Verdict, verdict_of


def _finding(severity: Severity) -> Finding:
    return Finding(rule="r", severity=severity, message="m")


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ([], Verdict.CLEAR),
        ([Severity.INFO], Verdict.CLEAR),
        ([Severity.INFO, Severity.WARNING], Verdict.WARNED),
        ([Severity.WARNING, Severity.ERROR, Severity.INFO], Verdict.BLOCKED),
    ],
)
def test_the_worst_finding_decides(severities: list[Severity], verdict: Verdict) -> None:
    assert verdict_of(_finding(severity) for severity in severities) is verdict


def test_a_finding_has_the_fields_of_the_contract() -> None:
    finding = Finding(
        rule="session_limit_exceeded",
        severity=Severity.ERROR,
        message="too much",
        limit=Decimal("400"),
        actual=Decimal("412.50"),
        exceed_by=Decimal("12.50"),
        unit="units",
        subject="session",
        sources=(SourceRef("lexi_ona", "compendium", True),),
        clears_if="give less",
    )
    assert as_json(finding) == {
        "rule": "session_limit_exceeded",
        "severity": "error",
        "message": "too much",
        "limit": "400",
        "actual": "412.5",
        "exceed_by": "12.5",
        "unit": "units",
        "subject": "session",
        "sources": [{"key": "lexi_ona", "grade": "compendium", "checked": True}],
        "clears_if": "give less",
    }


class _Colour(Enum):
    RED = 1


def test_unknown_figures_are_null_and_never_zero() -> None:
    assert as_json([float("nan"), float("inf"), None, 0.0]) == [None, None, None, 0.0]


def test_every_kind_of_value_has_a_plain_form() -> None:
    value = {
        "dose": Dose("5.0", "onabotulinumtoxinA"),
        "day": date(2026, 11, 23),
        "colour": _Colour.RED,
        "names": {"b", "a"},
        "array": np.array([1.5, 2.0]),
        "text": Severity.INFO,
        1: True,
    }
    assert as_json(value) == {
        "dose": {"units": "5", "product": "onabotulinumtoxinA"},
        "day": "2026-11-23",
        "colour": 1,
        "names": ["a", "b"],
        "array": [1.5, 2.0],
        "text": "info",
        "1": True,
    }


def test_what_has_no_json_form_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="no JSON form for object"):
        as_json(object())
    with pytest.raises(TypeError, match="no JSON form for type"):
        as_json(Finding)


def test_canonical_bytes_do_not_depend_on_order() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
    assert json.loads(canonical(_finding(Severity.INFO)))["severity"] == "info"


def test_a_later_field_is_told_only_when_it_is_set() -> None:
    """Documents from before it keep their bytes; an empty field of another kind is told as ever."""

    @dataclass(frozen=True)
    class Row:
        name: str | None = None
        places: tuple[int, ...] = field(default=(), metadata=WHEN_SET)

    assert canonical(Row()) == b'{"name":null}'
    assert canonical(Row(places=(1,))) == b'{"name":null,"places":[1]}'
