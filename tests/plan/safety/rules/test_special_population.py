"""Risks that ask for care; ``mpr_myobloc`` and others for the warnings."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    CD,
    DAXI,
    INCO,
    ONA,
    RIMA,
    found,
    inject,
    plan,
)

NECK = inject("splenius_capitis", 2500, sites=60)


@pytest.mark.parametrize("product", [ONA, ABO, INCO, DAXI, RIMA])
@pytest.mark.parametrize("risk", ["pregnancy", "breastfeeding", "anticoagulant"])
def test_every_product_answers_every_common_risk(product: str, risk: str) -> None:
    (finding,) = found(plan(product, CD, NECK, risks=(risk,)), "special_population", risk)
    assert finding.severity is Severity.WARNING
    assert finding.sources
    assert finding.clears_if
