"""The lower end for one muscle of one side: ``xeomin_medlibrary_p2`` (inco arm, label reprint)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    INCO,
    ONA,
    found,
    given,
    inject,
    plan,
)

LATER = (given(300, 10, INCO), given(300, 10, ONA), given(300, 10, ABO))


@pytest.mark.parametrize(
    ("muscle", "low"),
    [
        ("flexor_digitorum_superficialis", "25"),
        ("flexor_carpi_ulnaris", "20"),
        ("biceps_brachii", "50"),
        ("pronator_quadratus", "10"),
        ("adductor_pollicis", "5"),
        ("flexor_pollicis_brevis_opponens", "5"),
    ],
)
def test_inco_arm_table_of_the_label_reprint(muscle: str, low: str) -> None:
    def arm(units: Decimal) -> list[Severity]:
        return [
            f.severity
            for f in found(plan(INCO, ARM, inject(muscle, units, sites=2), exposures=LATER), "muscle_dose_below_label")
        ]

    assert arm(Decimal(low)) == []
    assert arm(Decimal(low) - Decimal("0.5")) == [Severity.INFO]
