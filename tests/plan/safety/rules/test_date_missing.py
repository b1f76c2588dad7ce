"""A plan without a date."""

from __future__ import annotations

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    found,
    plan,
    rules_of,
)


def test_s06_what_is_missing_is_said() -> None:
    assert "date_missing" not in rules_of(plan(ONA, CD))
    (finding,) = found(plan(ONA, CD, on=None), "date_missing")
    assert finding.severity is Severity.WARNING
