"""Both sternocleidomastoids in one session."""

from __future__ import annotations

from support.plans import (
    ABO,
    CD,
    DAXI,
    INCO,
    ONA,
    RIMA,
    found,
    inject,
    plan,
)


def test_both_sides_are_said_and_one_side_is_not() -> None:
    both = [inject("sternocleidomastoid", 20, side) for side in ("left", "right")]
    for product in (ONA, ABO, INCO, DAXI, RIMA):
        assert found(plan(product, CD, *both), "bilateral_scm")
        assert not found(plan(product, CD, both[0]), "bilateral_scm")
    assert found(plan(ONA, CD, inject("sternocleidomastoid", 40, "both")), "bilateral_scm")
    assert not found(plan(ONA, CD, both[0], inject("sternocleidomastoid", 0, "right")), "bilateral_scm")
