"""A risk that no rule knows."""

from __future__ import annotations

from support.plans import (
    CD,
    ONA,
    found,
    plan,
    report_of,
)


def test_a_risk_that_no_rule_knows_is_said() -> None:
    one = plan(ONA, CD, risks=("left_handedness",))
    assert found(one, "risk_not_recognised", "left_handedness")
    assert any(gap.subject == "left_handedness" for gap in report_of(one).not_checked)
