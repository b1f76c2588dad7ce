"""Maxima of one session.

Sources in the formulary: ``drugscom_xeomin`` (inco 400), ``dysport_hcp_adult`` (abo 1,500), ``ipsenhub_adult`` (EU arm
1,500, 1,000 without the shoulder, 500 for it), ``medic_il`` (ona EU neck 300).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    CD,
    INCO,
    LEG,
    ONA,
    border,
    found,
    given,
    inject,
    plan,
    report_of,
)

MAXIMUM = "session_limit_exceeded"


def test_an_unverified_maximum_warns_and_says_so() -> None:
    one = plan(
        INCO, CD, inject("splenius_capitis", 301, sites=60), jurisdiction="EU", exposures=(given(200, 10, INCO),)
    )
    assert found(one, "unverified_limit", "session")


def test_the_shoulder_of_the_eu_arm_has_its_own_part() -> None:
    def arm(shoulder: int, rest: int) -> list[tuple[str, Severity]]:
        one = plan(
            ABO, ARM, inject("pectoralis_major", shoulder, sites=60), inject("brachialis", rest, sites=60),
            jurisdiction="EU", exposures=(given(300, 10, ABO),),
        )  # fmt: skip
        return [(finding.subject, finding.severity) for finding in found(one, MAXIMUM)]

    assert arm(500, 1000) == []
    assert arm(501, 900) == [("shoulder", Severity.ERROR)]
    assert arm(100, 1001) == [("without_shoulder", Severity.ERROR)]
    assert arm(500, 1001) == [("session", Severity.ERROR), ("without_shoulder", Severity.ERROR)]


def test_headroom_is_listed_when_nothing_is_wrong() -> None:
    report = report_of(plan(INCO, CD, inject("splenius_capitis", 100, sites=6)))
    (limit,) = [entry for entry in report.limits if entry.rule == MAXIMUM]
    assert (limit.limit, limit.actual, limit.headroom, limit.verified, limit.blocks) == (400, 100, 300, True, True)


@pytest.mark.parametrize(
    ("product", "use", "jurisdiction", "limit", "severity"),
    [
        (INCO, "focal_hand_dystonia", "US", 400, Severity.ERROR),
        (INCO, ARM, "US", 400, Severity.ERROR),
        (ABO, LEG, "US", 1500, Severity.ERROR),
        (ABO, CD, "EU", 1000, Severity.ERROR),
        (ONA, CD, "EU", 300, Severity.ERROR),
        (ONA, CD, "UK", 300, Severity.ERROR),
        (INCO, CD, "EU", 300, Severity.WARNING),
    ],
)
def test_the_limit_itself_passes_and_half_a_unit_more_does_not(
    product: str, use: str, jurisdiction: str, limit: int, severity: Severity
) -> None:
    within, over = border(MAXIMUM, product, use, jurisdiction, limit)
    assert not within
    assert [(finding.severity, finding.exceed_by) for finding in over[:1]] == [(severity, Decimal("0.5"))]
