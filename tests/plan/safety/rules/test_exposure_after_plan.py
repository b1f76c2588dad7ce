"""A dose dated ahead."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.plan.safety.given_before import earlier_doses
from reprieve.reference.formulary.product import product
from support.plans import (
    ABO,
    CD,
    ONA,
    TODAY,
    found,
    given,
    inject,
    plan,
)

LIMIT = "cumulative_limit_exceeded"


def test_a_dose_after_the_plans_day_is_said_and_counted() -> None:
    """400 in three months (``lexi_ona``): a session written down late does not hide behind a later one."""
    one = plan(ONA, CD, inject("splenius_capitis", 50), exposures=(given(-3, 390),))
    (said,) = found(one, "exposure_after_plan")
    assert "counted in each window" in said.message
    (over,) = found(one, LIMIT)
    assert (over.actual, over.exceed_by) == (Decimal(440), Decimal(40))
    assert over.clears_if == "at most 10 units now"


@pytest.mark.parametrize(("ahead", "counted"), [(1, True), (91, True), (92, False)])
def test_only_a_window_that_holds_both_days(ahead: int, counted: bool) -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 50), exposures=(given(-ahead, 390),))
    assert bool(found(one, LIMIT)) is counted


def test_two_doses_that_no_window_holds_together_are_not_summed() -> None:
    """180 units 60 days before and 180 units 60 days after, 120 days apart: each window holds 50 + 180."""
    one = plan(ONA, CD, inject("splenius_capitis", 50), exposures=(given(60, 180), given(-60, 180)))
    assert not found(one, LIMIT)
    near = plan(ONA, CD, inject("splenius_capitis", 50), exposures=(given(45, 180), given(-46, 180)))
    assert [finding.actual for finding in found(near, LIMIT)] == [Decimal(410)]


def test_a_dose_of_the_plans_own_day_is_not_ahead() -> None:
    one = plan(ONA, CD, exposures=(given(0, 50), given(0, 500, ABO)))
    assert not found(one, "exposure_after_plan")
    earlier = earlier_doses(one, product(ONA), TODAY)
    assert [dose.units for dose in earlier.same] == [50]
    assert [dose.units for dose in earlier.other] == [500]
    assert not earlier.ahead_same


def test_another_toxin_ahead_is_said_and_never_added() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 50), exposures=(given(-3, 390, ABO),))
    (said,) = found(one, "exposure_after_plan")
    assert said.message.endswith("2026-11-26; not counted.")
    assert not found(one, LIMIT)
