"""A limb of the other side."""

from __future__ import annotations

from support.plans import (
    ARM,
    ONA,
    found,
    inject,
    plan,
)

RULE = "limb_differs_from_side"


def test_a_limb_of_the_other_side_is_said() -> None:
    def said(side: str, limb: str) -> bool:
        return bool(found(plan(ONA, ARM, inject("biceps_brachii", 50, side, limb=limb)), RULE))

    (finding,) = found(plan(ONA, ARM, inject("biceps_brachii", 50, "left", limb="right_arm")), RULE)
    assert "the right arm; side and limb contradict each other" in finding.message
    assert said("left", "right_arm")
    assert said("right", "left_arm")
    assert not said("left", "left_arm")
    assert not said("both", "right_arm")


def test_a_limb_in_which_the_muscle_does_not_lie_is_said() -> None:
    def said(muscle: str, limb: str) -> bool:
        return bool(found(plan(ONA, ARM, inject(muscle, 50, "right", limb=limb)), RULE))

    (finding,) = found(plan(ONA, ARM, inject("gastrocnemius", 50, "right", limb="right_arm")), RULE)
    assert "the right arm; muscle and limb contradict each other" in finding.message
    assert finding.clears_if == "muscle or limb is corrected"
    assert said("gastrocnemius", "right_arm")
    assert said("biceps_brachii", "right_leg")
    assert not said("gastrocnemius", "right_leg")
    assert not said("splenius_capitis", "right_arm")  # of the neck: no limb is contradicted
