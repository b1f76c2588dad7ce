"""The upper end for one muscle of one side.

Sources: ``xeomin_medlibrary_p2`` (inco arm, label reprint), ``botox_uspi`` (ona leg, not read), ``yelnik2022`` (abo
French arm, review), ``botoxone_peds`` (ona children), ``dysport_uspi`` (abo children, not read).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.core.findings import Severity
from support.plans import (
    ABO,
    ARM,
    INCO,
    LEG,
    ONA,
    found,
    given,
    inject,
    plan,
)

LATER = (given(300, 10, INCO), given(300, 10, ONA), given(300, 10, ABO))
ABOVE = "muscle_dose_above_label"


def test_an_unread_table_warns_and_says_so() -> None:
    one = plan(ONA, LEG, inject("soleus", 80, sites=3), exposures=LATER)
    (finding,) = found(one, ABOVE)
    assert (finding.severity, finding.limit) == (Severity.WARNING, Decimal(75))
    assert found(one, "unverified_limit", "soleus left")


def test_a_review_is_no_label_and_warns() -> None:
    one = plan(ABO, ARM, inject("triceps_brachii", 301, sites=3), jurisdiction="EU", exposures=LATER)
    assert [finding.severity for finding in found(one, ABOVE)] == [Severity.WARNING]


def test_rows_of_one_muscle_and_side_add_up_and_sides_stay_apart() -> None:
    rows = [inject("brachialis", 60, sites=1), inject("brachialis", 50, sites=1)]
    (finding,) = found(plan(INCO, ARM, *rows, exposures=LATER), ABOVE)
    assert (finding.subject, finding.actual) == ("brachialis left", Decimal(110))
    apart = [inject("brachialis", 60, "left", sites=1), inject("brachialis", 50, "right", sites=1)]
    assert not found(plan(INCO, ARM, *apart, exposures=LATER), ABOVE)
    assert not found(plan(INCO, ARM, inject("brachialis", 200, "both", sites=2), exposures=LATER), ABOVE)
    assert len(found(plan(INCO, ARM, inject("brachialis", 201, "both", sites=2), exposures=LATER), ABOVE)) == 2


def test_a_labels_group_takes_its_members_together() -> None:
    thumb = [inject("flexor_pollicis_brevis", 20, sites=1), inject("opponens_pollicis", 20, sites=1)]
    (finding,) = found(plan(INCO, ARM, *thumb, exposures=LATER), ABOVE)
    assert (finding.subject, finding.limit, finding.actual) == (
        "flexor_pollicis_brevis_opponens left",
        Decimal(30),
        Decimal(40),
    )


def test_a_group_of_the_plan_is_held_against_the_labelled_parts_together() -> None:
    # Two heads at 75 units each in the ona leg table.
    assert not found(plan(ONA, LEG, inject("gastrocnemius", 150, sites=6), exposures=LATER), ABOVE)
    (finding,) = found(plan(ONA, LEG, inject("gastrocnemius", 151, sites=6), exposures=LATER), ABOVE)
    assert (finding.limit, finding.subject) == (Decimal(150), "gastrocnemius left")


def test_children_have_units_per_kg() -> None:
    for units, over in (("60", False), ("60.5", True)):  # 3 units/kg at 20 kg
        one = plan(ONA, ARM, inject("biceps_brachii", units, sites=4), age=9, weight=20)
        assert [f.limit for f in found(one, ABOVE)] == ([Decimal(60)] if over else [])


def test_a_childs_dose_has_an_absolute_cap_too() -> None:
    # inco biceps 2 to 3 units/kg, at most 75 (not verified).
    (finding,) = found(plan(INCO, ARM, inject("biceps_brachii", 76, sites=3), age=9, weight=30), ABOVE)
    assert (finding.limit, finding.severity) == (Decimal(75), Severity.WARNING)


@pytest.mark.parametrize(
    ("muscle", "high"),
    [
        ("flexor_digitorum_superficialis", "100"),
        ("flexor_carpi_ulnaris", "100"),
        ("biceps_brachii", "200"),
        ("pronator_quadratus", "50"),
        ("adductor_pollicis", "30"),
        ("flexor_pollicis_brevis_opponens", "30"),
    ],
)
def test_inco_arm_table_of_the_label_reprint(muscle: str, high: str) -> None:
    def arm(units: Decimal) -> list[Severity]:
        return [f.severity for f in found(plan(INCO, ARM, inject(muscle, units, sites=2), exposures=LATER), ABOVE)]

    assert arm(Decimal(high)) == []
    assert arm(Decimal(high) + Decimal("0.5")) == [Severity.ERROR]
