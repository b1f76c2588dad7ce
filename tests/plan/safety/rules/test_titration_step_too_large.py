"""A rise since the last session.

Sources: ``medscape_daxi`` (steps 50 to 75 units), ``toxina_notes`` (abo 250 units, tertiary), ``botoxone_bleph`` (at
most doubled).
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
    ONA,
    found,
    given,
    inject,
    last,
    plan,
    report_of,
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


def test_arm_labels_have_no_step() -> None:
    assert not found(plan(INCO, ARM, inject("brachialis", 100), last_session=last(120, 10, INCO)), STEP)
