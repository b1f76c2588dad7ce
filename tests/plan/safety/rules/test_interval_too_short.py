"""Intervals by product, use, age and limb; a label's advice, so it warns.

Figures: abo arm of a child 16 weeks, leg 12 (``dysport_hcp_peds``); ona EU neck 10 weeks (``rxreasoner_cd_eu``); abo
adult arm 12 weeks (``dysport_hcp_adult``); daxi 3 months (not verified); the US label of ona names none for the neck.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from reprieve.plan.safety import SafetySettings
from support.plans import ABO, ARM, CD, DAXI, LEG, ONA, found, given, inject, last, plan, report_of

RULE = "interval_too_short"
BICEPS, SOLEUS = inject("biceps_brachii", 100), inject("soleus", 100)


@pytest.mark.parametrize(
    ("product", "use", "jurisdiction", "age", "days"),
    [
        (ABO, ARM, "US", 9, 112),
        (ABO, LEG, "US", 9, 84),
        (ABO, ARM, "US", 40, 84),
        (ONA, CD, "EU", 40, 70),
        (DAXI, CD, "US", 40, 92),
        (ONA, ARM, "US", 40, 84),
    ],
)
def test_each_label_has_its_own_interval_and_the_border_day_is_late_enough(
    product: str, use: str, jurisdiction: str, age: int, days: int
) -> None:
    muscle = {ARM: BICEPS, LEG: SOLEUS}.get(use, inject("splenius_capitis", 100))
    for ago, short in ((days - 1, True), (days, False)):
        one = plan(
            product, use, muscle, jurisdiction=jurisdiction, age=age, weight=30, exposures=(given(ago, 10, product),)
        )
        findings = found(one, RULE)
        assert bool(findings) is short, (ago, findings)
        assert all(f.severity is Severity.WARNING and f.limit == days and f.exceed_by == 1 for f in findings)


def test_an_unverified_interval_says_so() -> None:
    one = plan(DAXI, CD, inject("splenius_capitis", 150), exposures=(given(60, 10, DAXI),))
    assert found(one, "unverified_limit", "patient")
    assert not found(plan(ONA, CD, jurisdiction="EU", exposures=(given(60, 10),)), "unverified_limit")


def test_without_a_label_interval_the_clinics_own_is_used_in_its_own_words() -> None:
    one = plan(ONA, CD, exposures=(given(83, 100),))
    (finding,) = found(one, RULE)
    assert "local practice" in finding.message
    assert not found(one, "unverified_limit")
    assert not found(one, RULE, settings=SafetySettings(usual_interval_weeks=None))
    assert not found(plan(ONA, CD, exposures=(given(84, 100),)), RULE)


def test_any_use_and_any_clinic_counts_and_the_latest_dose_decides() -> None:
    one = plan(ONA, CD, exposures=(given(200, 100), given(30, 20, "Botox Cosmetic", "glabellar_lines"), given(90, 50)))
    (finding,) = found(one, RULE)
    assert finding.actual == 30
    assert "2026-12-20 or later" not in finding.clears_if
    assert finding.clears_if == "the session is on 2027-01-19 or later"


def test_the_last_session_counts_too() -> None:
    assert found(plan(ONA, CD, last_session=last(50, 100)), RULE)


def test_another_product_has_no_interval_here() -> None:
    assert not found(plan(ONA, CD, exposures=(given(10, 500, ABO),)), RULE)


def test_headroom_is_shown_when_all_is_well() -> None:
    (limit,) = [
        x for x in report_of(plan(ONA, CD, jurisdiction="EU", exposures=(given(100, 50),))).limits if x.rule == RULE
    ]
    assert (limit.limit, limit.actual, limit.headroom, limit.least) == (Decimal(70), Decimal(100), Decimal(30), True)


def test_an_unknown_history_is_a_gap() -> None:
    assert any(gap.rule == RULE for gap in report_of(plan(ONA, CD, history="unknown")).not_checked)
    assert not any(gap.rule == RULE for gap in report_of(plan(ONA, CD)).not_checked)
