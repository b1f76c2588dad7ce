"""Children, limbs together: abo both legs 30 units/kg and 1,000 (33.3 kg), EU both arms 21 units/kg.

Source ``dysport_hcp_peds`` and the EU row.
"""

from __future__ import annotations

from decimal import Decimal

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    LEG,
    found,
    inject,
    plan,
    rules_of,
)

ONE = "paediatric_cap_exceeded"
ALL = "paediatric_combined_cap_exceeded"


def test_two_limbs_within_their_caps_may_be_too_much_together() -> None:
    legs = [inject("soleus", 300, side, sites=20) for side in ("left", "right")]
    arm = inject("biceps_brachii", 50, sites=20)
    assert not {ONE, ALL} & rules_of(plan(ABO, LEG, *legs, age=9, weight=20))  # 15 units/kg each, 30 in all
    one = plan(ABO, LEG, *legs, arm, age=9, weight=20)
    assert not found(one, ONE)
    (finding,) = found(one, ALL, "session")
    assert (finding.severity, finding.limit, finding.actual) == (Severity.ERROR, Decimal(600), Decimal(650))


def test_the_eu_bounds_both_arms_together() -> None:
    arms = [inject("biceps_brachii", 250, side, sites=20) for side in ("left", "right")]
    one = plan(ABO, ARM, *arms, jurisdiction="EU", age=9, weight=20)
    assert not found(one, ONE)  # 16 x 20 = 320 each
    (finding,) = found(one, ALL, "upper_limbs")
    assert (finding.limit, finding.actual) == (Decimal(420), Decimal(500))
