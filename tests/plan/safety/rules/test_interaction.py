"""Medicines that act with the toxin, and another toxin that may still work."""

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
    given,
    inject,
    plan,
    rules_of,
)

NECK = inject("splenius_capitis", 2500, sites=60)


def test_another_toxin_within_three_months_is_said_and_not_added() -> None:
    one = plan(ONA, CD, exposures=(given(91, 500, ABO),))
    assert {"interaction", "units_not_interchangeable"} <= rules_of(one)
    assert not {"interaction", "units_not_interchangeable"} & rules_of(plan(ONA, CD, exposures=(given(92, 500, ABO),)))


def test_a_toxin_without_a_known_name_still_counts_as_toxin() -> None:
    assert "interaction" in rules_of(plan(ONA, CD, exposures=(given(20, 50, "unknown"),)))


@pytest.mark.parametrize("product", [ONA, ABO, INCO, DAXI, RIMA])
@pytest.mark.parametrize("risk", ["aminoglycoside", "muscle_relaxant", "anticholinergic"])
def test_every_product_answers_every_common_risk(product: str, risk: str) -> None:
    (finding,) = found(plan(product, CD, NECK, risks=(risk,)), "interaction", risk)
    assert finding.severity is Severity.WARNING
    assert finding.sources
    assert finding.clears_if
