"""Children: units per kg and absolute, per limb and together; weights at the break points; both must hold.

Break points by hand: ona arm 6 units/kg and 200 (33.3 kg); abo arm 16 and 640 (40 kg), both legs 30 and 1,000 (33.3
kg); inco arm 8 and 200 (25 kg), both 16 and 400 (25 kg, not verified). Sources ``botoxone_peds``,
``dysport_hcp_peds``, ``xeomin_medlibrary_p2``.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import ABO, ARM, CD, INCO, LEG, ONA, found, inject, plan, report_of, rules_of

ONE, ALL = "paediatric_cap_exceeded", "paediatric_combined_cap_exceeded"


@pytest.mark.parametrize(
    ("product", "use", "muscle", "weight", "limit"),
    [
        (ONA, ARM, "biceps_brachii", "20", "120"),
        (ONA, ARM, "biceps_brachii", "33", "198"),
        (ONA, ARM, "biceps_brachii", "33.4", "200"),
        (ONA, LEG, "soleus", "37.5", "300"),
        (ONA, LEG, "soleus", "37", "296"),
        (ABO, ARM, "biceps_brachii", "40", "640"),
        (ABO, ARM, "biceps_brachii", "39.5", "632"),
        (ABO, LEG, "soleus", "20", "300"),
        (INCO, ARM, "biceps_brachii", "25", "200"),
        (INCO, ARM, "biceps_brachii", "24", "192"),
    ],
)
def test_the_lower_of_weight_and_cap_bounds_one_limb(
    product: str, use: str, muscle: str, weight: str, limit: str
) -> None:
    within = plan(product, use, inject(muscle, limit, sites=20), age=9, weight=weight)
    over = plan(product, use, inject(muscle, Decimal(limit) + Decimal("0.5"), sites=20), age=9, weight=weight)
    assert not found(within, ONE)
    (finding,) = found(over, ONE)
    assert (finding.limit, finding.exceed_by) == (Decimal(limit), Decimal("0.5"))
    assert finding.subject == ("left_arm" if use == ARM else "left_leg")
    # The ona leg is a tertiary figure: it warns.
    verified = (product, use) != (ONA, LEG)
    assert finding.severity is (Severity.ERROR if verified else Severity.WARNING)
    assert bool(found(over, "unverified_limit", finding.subject)) is not verified


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


def test_a_dose_for_both_sides_counts_half_on_each() -> None:
    assert not found(plan(ONA, ARM, inject("biceps_brachii", 240, "both", sites=20), age=9, weight=20), ONE)
    assert len(found(plan(ONA, ARM, inject("biceps_brachii", 250, "both", sites=20), age=9, weight=20), ONE)) == 2


def test_without_a_side_no_limb_seems_freer() -> None:
    one = plan(
        ONA,
        ARM,
        inject("biceps_brachii", 70, None, sites=20),
        inject("brachialis", 70, "left", sites=20),
        age=9,
        weight=20,
    )
    assert [finding.subject for finding in found(one, ONE)] == ["left_arm"]


def test_the_limb_that_is_told_decides() -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 130, "left", sites=20, limb="right_arm"), age=9, weight=20)
    assert [finding.subject for finding in found(one, ONE)] == ["right_arm"]
    assert "limb_differs_from_side" in rules_of(one)


@pytest.mark.parametrize("age", ["18", "40"])
def test_adults_have_no_cap(age: str) -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 190, sites=20), age=age, weight=20)
    assert not {ONE, ALL, "weight_missing"} & rules_of(one)


def test_the_day_before_the_18th_birthday_is_a_child() -> None:
    assert found(plan(ONA, ARM, inject("biceps_brachii", 190, sites=20), age="17.99", weight=20), ONE)


def test_a_child_below_every_label_is_not_freer() -> None:
    assert {ONE, "below_label_age"} <= rules_of(
        plan(ONA, ARM, inject("biceps_brachii", 90, sites=20), age=1, weight=10)
    )


@pytest.mark.parametrize(
    ("weight", "weighed", "rule"),
    [(None, 10, "weight_missing"), (20, 93, "weight_stale"), (20, -1, "weight_stale"), (20, 92, None)],
)
def test_a_missing_or_stale_weight_is_a_finding(weight: object, weighed: int, rule: str | None) -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 60, sites=20), age=9, weight=weight, weighed=weighed)
    assert {name for name in rules_of(one) if name.startswith("weight")} == ({rule} if rule else set())
    if weight is None:
        assert report_of(one).verdict != "clear"
        assert any(gap.missing == "weight" for gap in report_of(one).not_checked)


def test_without_a_weight_the_absolute_cap_still_holds() -> None:
    (finding,) = found(plan(ONA, ARM, inject("biceps_brachii", 201, sites=20), age=9), ONE)
    assert finding.limit == 200


def test_a_neck_has_no_limb() -> None:
    assert not {ONE, ALL} & rules_of(plan(ONA, CD, inject("splenius_capitis", 100), age=16, weight=50))


def test_below_the_labelled_range_of_a_limb_is_told() -> None:
    (finding,) = found(
        plan(ONA, ARM, inject("biceps_brachii", 50, sites=20), age=9, weight=20), "session_dose_below_label"
    )
    assert (finding.severity, finding.limit, finding.subject) == (Severity.INFO, Decimal(60), "left_arm")
