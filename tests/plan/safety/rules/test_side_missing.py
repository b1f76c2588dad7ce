"""A side that is not told."""

from __future__ import annotations

from support.plans import (
    CD,
    ONA,
    found,
    inject,
    plan,
)


def test_a_side_is_asked_for_where_there_are_two() -> None:
    assert found(plan(ONA, CD, inject("splenius_capitis", 50, None)), "side_missing")
    assert not found(plan(ONA, CD, inject("procerus", 5, "midline")), "side_missing")
