"""Above the labelled range of a session, first doses, per eye.

Sources: ``dysport_hcp_adult`` (abo arm 500 to 1,000), ``abbviepro_lls`` (ona leg 300 to 400), ``medscape_daxi`` (125 to
250).
"""

from __future__ import annotations

from decimal import Decimal

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
    border,
    found,
    given,
    inject,
    plan,
)

ABOVE = "session_dose_above_label"


@pytest.mark.parametrize(
    ("product", "jurisdiction", "start"),
    [(ABO, "US", 500), (INCO, "US", 120), (RIMA, "US", 5000), (RIMA, "EU", 10000), (INCO, "EU", 200)],
)
def test_a_first_dose_is_held_against_the_labelled_start_of_that_jurisdiction(
    product: str, jurisdiction: str, start: int
) -> None:
    over = inject("splenius_capitis", start + 1, sites=60)
    first = plan(product, CD, over, jurisdiction=jurisdiction)
    assert [(f.severity, f.limit) for f in found(first, ABOVE, "session")] == [(Severity.WARNING, Decimal(start))]
    assert not found(plan(product, CD, inject("splenius_capitis", start, sites=60), jurisdiction=jurisdiction), ABOVE)
    later = plan(product, CD, over, jurisdiction=jurisdiction, exposures=(given(300, 100, product),))
    assert not found(later, ABOVE)


def test_toxin_of_another_product_does_not_make_it_a_second_dose() -> None:
    assert found(plan(INCO, CD, inject("splenius_capitis", 130, sites=6), exposures=(given(300, 500, ABO),)), ABOVE)


def test_a_start_per_eye_counts_each_side() -> None:
    lids = [inject("orbicularis_oculi", units, side, sites=24) for side, units in (("left", 26), ("right", 20))]
    findings = found(plan(ONA, BLEPH, *lids, jurisdiction="EU"), ABOVE)
    assert [(finding.subject, finding.limit) for finding in findings] == [("eye left", Decimal(25))]


@pytest.mark.parametrize(
    ("product", "use", "jurisdiction", "limit", "severity"),
    [
        (ONA, CD, "EU", 200, Severity.WARNING),
        (ONA, LEG, "US", 400, Severity.ERROR),
        (ABO, ARM, "US", 1000, Severity.ERROR),
        (DAXI, CD, "US", 250, Severity.ERROR),
        (ABO, CD, "US", 1000, Severity.WARNING),
        (ONA, ARM, "US", 400, Severity.WARNING),
    ],
)
def test_the_limit_itself_passes_and_half_a_unit_more_does_not(
    product: str, use: str, jurisdiction: str, limit: int, severity: Severity
) -> None:
    within, over = border(ABOVE, product, use, jurisdiction, limit)
    assert not within
    assert [(finding.severity, finding.exceed_by) for finding in over[:1]] == [(severity, Decimal("0.5"))]
