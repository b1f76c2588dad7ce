"""Both sternocleidomastoids together: ``skyscape_ona`` (100 units)."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    found,
    inject,
    plan,
)


@pytest.mark.parametrize(("left", "right", "over"), [(50, 50, False), (50, "50.5", True), (101, 0, True)])
def test_ona_advises_100_units_in_both_sternocleidomastoids(left: object, right: object, over: bool) -> None:
    rows = [inject("sternocleidomastoid", units, side) for units, side in ((left, "left"), (right, "right"))]
    findings = found(plan(ONA, CD, *rows), "scm_total_above_100")
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if over else [])
