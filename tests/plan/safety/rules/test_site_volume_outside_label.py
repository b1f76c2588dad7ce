"""The labelled volume at one needle position: ``drugscom_ona`` (lids 0.05 to 0.1 mL)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    BLEPH,
    ONA,
    found,
    inject,
    plan,
)

RANGE = "site_volume_outside_label"


@pytest.mark.parametrize(("ml", "told"), [("0.05", False), ("0.1", False), ("0.12", True), ("0.04", True)])
def test_the_lids_labelled_volume_informs(ml: str, told: bool) -> None:
    one = plan(ONA, BLEPH, inject("orbicularis_oculi_upper_medial", "2", sites=1, volume_ml=Decimal(ml)))
    findings = found(one, RANGE)
    assert [finding.severity for finding in findings] == ([Severity.INFO] if told else [])
