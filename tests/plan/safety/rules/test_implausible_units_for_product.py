"""Units typed under the wrong brand."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    CD,
    DAXI,
    ONA,
    RIMA,
    found,
    inject,
    plan,
)


@pytest.mark.parametrize(
    ("product", "units", "severity"),
    [
        (ONA, 1000, Severity.ERROR),
        (ONA, 5000, Severity.ERROR),
        (RIMA, 200, Severity.WARNING),
        (DAXI, 500, Severity.ERROR),
        (ONA, 300, None),
        (RIMA, 10000, None),
        (ABO, 1000, None),
    ],
)
def test_a_unit_under_the_wrong_brand_is_caught(product: str, units: int, severity: Severity | None) -> None:
    findings = found(plan(product, CD, inject("splenius_capitis", units, sites=60)), "implausible_units_for_product")
    assert [finding.severity for finding in findings] == ([] if severity is None else [severity])
