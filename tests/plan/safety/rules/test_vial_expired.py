"""The printed day of a vial."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    TODAY,
    found,
    plan,
    vials,
)


@pytest.mark.parametrize(("expires", "stops"), [(TODAY, False), (TODAY - timedelta(days=1), True), (None, False)])
def test_a_vial_may_be_used_on_its_last_day(expires: date | None, stops: bool) -> None:
    findings = found(plan(ONA, CD, reconstitution=vials(100, expires=expires)), "vial_expired")
    assert [finding.severity for finding in findings] == ([Severity.ERROR] if stops else [])
