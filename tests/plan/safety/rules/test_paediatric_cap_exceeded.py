"""Children, one limb: units per kg and absolute; weights at the break points; both must hold.

Break points by hand: ona arm 6 units/kg and 200 (33.3 kg); abo arm 16 and 640 (40 kg); inco arm 8 and 200 (25 kg).
Sources ``botoxone_peds``, ``dysport_hcp_peds``, ``xeomin_medlibrary_p2``.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    CD,
    INCO,
    LEG,
    ONA,
    found,
    inject,
    plan,
    rules_of,
)

ONE = "paediatric_cap_exceeded"
ALL = "paediatric_combined_cap_exceeded"


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


def test_a_limb_that_contradicts_the_side_frees_neither() -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 130, "left", sites=20, limb="right_arm"), age=9, weight=20)
    assert [finding.subject for finding in found(one, ONE)] == ["right_arm", "left_arm"]
    assert "limb_differs_from_side" in rules_of(one)


def test_a_dose_cannot_be_split_over_a_limb_that_is_not_its_muscles() -> None:
    """15 units/kg in one leg, 300 at 20 kg (``dysport_hcp_peds``): the calf written into the arm is still the calf."""
    halves = [
        inject("gastrocnemius", units, "right", limb=limb) for units, limb in ((200, "right_leg"), (150, "right_arm"))
    ]
    one = plan(ABO, LEG, *halves, age=8, weight=20)
    assert [(finding.subject, finding.actual) for finding in found(one, ONE)] == [("right_leg", 350)]


def test_the_limb_that_is_told_decides_where_no_side_is() -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 130, None, sites=20, limb="right_arm"), age=9, weight=20)
    assert [finding.subject for finding in found(one, ONE)] == ["right_arm"]


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


def test_without_a_weight_the_absolute_cap_still_holds() -> None:
    (finding,) = found(plan(ONA, ARM, inject("biceps_brachii", 201, sites=20), age=9), ONE)
    assert finding.limit == 200


def test_a_neck_has_no_limb() -> None:
    assert not {ONE, ALL} & rules_of(plan(ONA, CD, inject("splenius_capitis", 100), age=16, weight=50))
