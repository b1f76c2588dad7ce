"""The content of the vials."""

from __future__ import annotations

from decimal import Decimal

from reprieve.core.findings import Severity
from support.plans import (
    CD,
    ONA,
    found,
    inject,
    plan,
    report_of,
    vials,
)


def test_too_few_units_in_the_vials() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 120), reconstitution=vials(100))
    (finding,) = found(one, "vial_too_small")
    assert (finding.severity, finding.exceed_by) == (Severity.WARNING, Decimal(20))
    assert report_of(plan(ONA, CD, inject("splenius_capitis", 80), reconstitution=vials(100))).totals.waste_units == 20
