"""A history that is not known."""

from __future__ import annotations

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    found,
    plan,
    rules_of,
)


def test_s07_what_is_missing_is_said() -> None:
    assert "exposure_unknown" not in rules_of(plan(ONA, CD))
    (finding,) = found(plan(ONA, CD, history="unknown"), "exposure_unknown")
    assert finding.severity is Severity.WARNING
