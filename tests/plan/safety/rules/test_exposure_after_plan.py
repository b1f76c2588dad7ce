"""A dose dated ahead."""

from __future__ import annotations

from support.plans import (
    CD,
    ONA,
    found,
    given,
    plan,
)


def test_a_dose_after_the_plans_day_is_said_and_not_counted() -> None:
    one = plan(ONA, CD, exposures=(given(-3, 390),))
    assert found(one, "exposure_after_plan")
    assert not found(one, "cumulative_limit_exceeded")
