"""Totals of one session: maxima, labelled ranges, first doses, parts of the arm, per eye.

Sources in the formulary: ``drugscom_xeomin`` (inco 400), ``dysport_hcp_adult`` (abo 1,500; arm 500 to 1,000),
``abbviepro_lls`` (ona leg 300 to 400), ``medscape_daxi`` (125 to 250), ``ipsenhub_adult`` (EU arm 1,500, 1,000
without the shoulder, 500 for it), ``medic_il`` (ona EU neck 300).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import ABO, ARM, BLEPH, CD, DAXI, INCO, LEG, ONA, RIMA, found, given, inject, plan, report_of

MAXIMUM, ABOVE, BELOW = "session_limit_exceeded", "session_dose_above_label", "session_dose_below_label"


@pytest.mark.parametrize(
    ("product", "use", "jurisdiction", "limit", "rule", "severity"),
    [
        (INCO, "focal_hand_dystonia", "US", 400, MAXIMUM, Severity.ERROR),
        (INCO, ARM, "US", 400, MAXIMUM, Severity.ERROR),
        (ABO, LEG, "US", 1500, MAXIMUM, Severity.ERROR),
        (ABO, CD, "EU", 1000, MAXIMUM, Severity.ERROR),
        (ONA, CD, "EU", 300, MAXIMUM, Severity.ERROR),
        (ONA, CD, "UK", 300, MAXIMUM, Severity.ERROR),
        (INCO, CD, "EU", 300, MAXIMUM, Severity.WARNING),
        (ONA, CD, "EU", 200, ABOVE, Severity.WARNING),
        (ONA, LEG, "US", 400, ABOVE, Severity.ERROR),
        (ABO, ARM, "US", 1000, ABOVE, Severity.ERROR),
        (DAXI, CD, "US", 250, ABOVE, Severity.ERROR),
        (ABO, CD, "US", 1000, ABOVE, Severity.WARNING),
        (ONA, ARM, "US", 400, ABOVE, Severity.WARNING),
    ],
)
def test_the_limit_itself_passes_and_half_a_unit_more_does_not(
    product: str, use: str, jurisdiction: str, limit: int, rule: str, severity: Severity
) -> None:
    muscle = {ARM: "brachialis", LEG: "soleus"}.get(use, "splenius_capitis")
    earlier = (given(200, 10, product),)  # not the first dose
    within = plan(product, use, inject(muscle, limit, sites=60), jurisdiction=jurisdiction, exposures=earlier)
    over = plan(product, use, inject(muscle, limit + 0.5, sites=60), jurisdiction=jurisdiction, exposures=earlier)
    assert not [finding for finding in found(within, rule) if finding.limit == limit]
    findings = [finding for finding in found(over, rule) if finding.limit == limit]
    assert [(finding.severity, finding.exceed_by) for finding in findings[:1]] == [(severity, Decimal("0.5"))]


def test_an_unverified_maximum_warns_and_says_so() -> None:
    one = plan(
        INCO, CD, inject("splenius_capitis", 301, sites=60), jurisdiction="EU", exposures=(given(200, 10, INCO),)
    )
    assert found(one, "unverified_limit", "session")


@pytest.mark.parametrize(
    ("product", "use", "units", "low"),
    [(DAXI, CD, 124, 125), (ONA, LEG, 299, 300), (ABO, ARM, 400, 500), (RIMA, "sialorrhoea", 1400, 1500)],
)
def test_below_the_range_is_told_and_no_more(product: str, use: str, units: int, low: int) -> None:
    muscle = {ARM: "brachialis", LEG: "soleus", "sialorrhoea": "parotid_gland"}.get(use, "splenius_capitis")
    (finding,) = found(
        plan(product, use, inject(muscle, units, sites=60), exposures=(given(200, 1000, product),)), BELOW
    )
    assert (finding.severity, finding.limit) == (Severity.INFO, Decimal(low))


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
