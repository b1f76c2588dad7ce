"""A switch of product: nothing is carried over."""

from __future__ import annotations

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    CD,
    ONA,
    found,
    inject,
    last,
    plan,
)

STEP = "titration_step_too_large"


def test_a_switch_of_product_carries_nothing_over() -> None:
    one = plan(ABO, CD, inject("splenius_capitis", 500, sites=60), last_session=last(120, 200, ONA))
    (finding,) = found(one, "units_not_interchangeable")
    assert finding.severity is Severity.WARNING
    assert not found(one, STEP)
