"""What a vial is said to hold. Vials of onabotulinumtoxinA: 50, 100 and 200 units (the formulary's packs)."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import CD, ONA, RIMA, found, inject, plan, vials

RULE = "vial_not_on_file"


@pytest.mark.parametrize(
    ("size", "said"), [(50, False), (100, False), (200, False), (1000, True), (10, True), (37, True)]
)
def test_a_vial_of_another_size_is_said(size: int, said: bool) -> None:
    findings = found(plan(ONA, CD, reconstitution=vials(size)), RULE)
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if said else [])


def test_each_vial_is_looked_at_and_the_nearest_is_told() -> None:
    mixed = plan(ONA, CD, reconstitution=vials(100, 2000, 210))
    told = [(one.subject, one.limit, one.actual, one.exceed_by, one.unit) for one in found(mixed, RULE)]
    assert told == [("vial 2", 200, 2000, 1800, "units"), ("vial 3", 200, 210, 10, "units")]
    assert not found(plan(ONA, CD), RULE)
    # 100 units are a vial of one product and none of another.
    assert found(plan(RIMA, CD, inject("splenius_capitis", 2500), reconstitution=vials(100, diluent_ml=1)), RULE)
