"""Uses off the label, by product and jurisdiction."""

from __future__ import annotations

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    BLEPH,
    CD,
    DAXI,
    INCO,
    LEG,
    ONA,
    RIMA,
    found,
    inject,
    plan,
)

NECK = inject("splenius_capitis", 2500, sites=60)


@pytest.mark.parametrize(
    ("product", "use", "place", "off"),
    [
        (ONA, CD, "US", False),
        (ONA, CD, "UK", False),
        (ONA, "hemifacial_spasm", "EU", False),
        (ONA, "hemifacial_spasm", "US", True),
        (ONA, "focal_hand_dystonia", "US", True),
        (ABO, BLEPH, "US", True),
        (ABO, BLEPH, "EU", False),
        (INCO, LEG, "US", True),
        (DAXI, ARM, "US", True),
        (RIMA, BLEPH, "US", True),
        (DAXI, CD, "EU", True),
    ],
)
def test_off_label_use_by_product_and_jurisdiction(product: str, use: str, place: str, off: bool) -> None:
    findings = found(plan(product, use, NECK, jurisdiction=place), "off_label_indication")
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if off else [])
