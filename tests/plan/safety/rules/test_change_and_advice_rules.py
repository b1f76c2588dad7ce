"""Titration, the sternocleidomastoid, product switches, other toxins, concentrations, vials.

Sources: ``medscape_daxi`` (steps 50 to 75 units), ``toxina_notes`` (abo 250 units, tertiary), ``botoxone_bleph`` (at
most doubled), ``skyscape_ona`` (100 units in both), ``hauser2013`` (150 units in one), ``drugscom_daxi`` (8 units per
0.1 mL).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
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
    ONA,
    RIMA,
    TODAY,
    found,
    given,
    inject,
    last,
    plan,
    report_of,
    rules_of,
    vials,
)

STEP = "titration_step_too_large"


@pytest.mark.parametrize(
    ("product", "before", "now", "limit"),
    [(DAXI, 125, 200, None), (DAXI, 125, 201, 75), (ABO, 500, 750, None), (ABO, 500, 751, 250)],
)
def test_a_rise_stays_within_the_labelled_step(product: str, before: int, now: int, limit: int | None) -> None:
    one = plan(product, CD, inject("splenius_capitis", now, sites=60), last_session=last(120, before, product))
    findings = found(one, STEP)
    assert [(f.severity, f.limit) for f in findings] == ([] if limit is None else [(Severity.WARNING, Decimal(limit))])


def test_a_fall_is_no_step() -> None:
    one = plan(DAXI, CD, inject("splenius_capitis", 125), last_session=last(120, 250, DAXI))
    assert not found(one, STEP)


def test_the_lids_are_at_most_doubled() -> None:
    for units, over in (("30", False), ("30.5", True)):
        one = plan(ONA, BLEPH, inject("orbicularis_oculi", units, sites=20), last_session=last(120, 15))
        assert bool(found(one, STEP)) is over


def test_without_the_last_session_it_is_a_gap() -> None:
    one = plan(DAXI, CD, inject("splenius_capitis", 250), exposures=(given(120, 125, DAXI),))
    assert any(gap.rule == STEP for gap in report_of(one).not_checked)
    assert not any(gap.rule == STEP for gap in report_of(plan(DAXI, CD, inject("splenius_capitis", 250))).not_checked)


def test_a_switch_of_product_carries_nothing_over() -> None:
    one = plan(ABO, CD, inject("splenius_capitis", 500, sites=60), last_session=last(120, 200, ONA))
    (finding,) = found(one, "units_not_interchangeable")
    assert finding.severity is Severity.WARNING
    assert not found(one, STEP)


@pytest.mark.parametrize(("left", "right", "over"), [(50, 50, False), (50, "50.5", True), (101, 0, True)])
def test_ona_advises_100_units_in_both_sternocleidomastoids(left: object, right: object, over: bool) -> None:
    rows = [inject("sternocleidomastoid", units, side) for units, side in ((left, "left"), (right, "right"))]
    findings = found(plan(ONA, CD, *rows), "scm_total_above_100")
    assert [finding.severity for finding in findings] == ([Severity.WARNING] if over else [])


def test_both_sides_are_said_and_one_side_is_not() -> None:
    both = [inject("sternocleidomastoid", 20, side) for side in ("left", "right")]
    for product in (ONA, ABO, INCO, DAXI, RIMA):
        assert found(plan(product, CD, *both), "bilateral_scm")
        assert not found(plan(product, CD, both[0]), "bilateral_scm")
    assert found(plan(ONA, CD, inject("sternocleidomastoid", 40, "both")), "bilateral_scm")
    assert not found(plan(ONA, CD, both[0], inject("sternocleidomastoid", 0, "right")), "bilateral_scm")


def test_abo_advises_150_units_in_one_side() -> None:
    for units, over in ((150, False), (151, True)):
        one = plan(ABO, CD, inject("sternocleidomastoid", units))
        assert [f.subject for f in found(one, "scm_side_above_150")] == (["sternocleidomastoid left"] if over else [])


def test_another_toxin_within_three_months_is_said_and_not_added() -> None:
    one = plan(ONA, CD, exposures=(given(91, 500, ABO),))
    assert {"interaction", "units_not_interchangeable"} <= rules_of(one)
    assert not {"interaction", "units_not_interchangeable"} & rules_of(plan(ONA, CD, exposures=(given(92, 500, ABO),)))


def test_a_toxin_without_a_known_name_still_counts_as_toxin() -> None:
    assert "interaction" in rules_of(plan(ONA, CD, exposures=(given(20, 50, "unknown"),)))


def test_the_labels_printed_concentration_goes_before_arithmetic() -> None:
    one = plan(DAXI, CD, inject("splenius_capitis", 80), reconstitution=vials(100, 100, diluent_ml="1.2"))
    (finding,) = found(one, "label_value_differs_from_arithmetic")
    assert finding.limit == 8
    assert round(finding.actual or Decimal(0), 3) == Decimal("8.333")
    assert report_of(one).totals.volume_ml == 1  # 80 units at 8 per 0.1 mL; arithmetic would say 0.96
    assert not found(plan(ONA, CD, reconstitution=vials(100, diluent_ml=2)), "label_value_differs_from_arithmetic")


def test_a_ready_solution_needs_no_diluent() -> None:
    one = plan(RIMA, CD, inject("splenius_capitis", 2500), reconstitution=vials(5000, diluent_ml=0))
    assert report_of(one).totals.volume_ml == Decimal("0.5")


@pytest.mark.parametrize(("expires", "stops"), [(TODAY, False), (TODAY - timedelta(days=1), True), (None, False)])
def test_a_vial_may_be_used_on_its_last_day(expires: date | None, stops: bool) -> None:
    findings = found(plan(ONA, CD, reconstitution=vials(100, expires=expires)), "vial_expired")
    assert [finding.severity for finding in findings] == ([Severity.ERROR] if stops else [])


def test_hours_since_making_up() -> None:
    noon = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    for hours, stops in ((24, False), (25, True)):
        one = plan(ONA, CD, reconstitution=vials(100, opened_at=noon - timedelta(hours=hours)))
        findings = found(one, "vial_over_time", now=noon)
        assert [finding.severity for finding in findings] == ([Severity.ERROR] if stops else [])
    # rima: 4 hours once diluted, not verified
    late = plan(
        RIMA,
        CD,
        inject("splenius_capitis", 2500),
        reconstitution=vials(5000, diluent_ml=0, opened_at=noon - timedelta(hours=5)),
    )
    assert [finding.severity for finding in found(late, "vial_over_time", now=noon)] == [Severity.WARNING]


def test_without_the_hour_only_what_is_certain_is_said() -> None:
    opened = datetime(2026, 11, 25, 8, 0)
    assert not found(
        plan(ONA, CD, reconstitution=vials(100, opened_at=opened)), "vial_over_time"
    )  # 16 hours at midnight
    assert found(plan(ONA, CD, reconstitution=vials(100, opened_at=opened - timedelta(days=1))), "vial_over_time")


def test_too_few_units_in_the_vials() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 120), reconstitution=vials(100))
    (finding,) = found(one, "vial_too_small")
    assert (finding.severity, finding.exceed_by) == (Severity.WARNING, Decimal(20))
    assert report_of(plan(ONA, CD, inject("splenius_capitis", 80), reconstitution=vials(100))).totals.waste_units == 20


def test_arm_labels_have_no_step() -> None:
    assert not found(plan(INCO, ARM, inject("brachialis", 100), last_session=last(120, 10, INCO)), STEP)
