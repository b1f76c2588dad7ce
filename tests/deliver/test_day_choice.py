"""Vials of a day: the integer program against every possible way to open vials, tried out one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.core.dose import Dose
from reprieve.core.errors import InputError, UnitsError
from reprieve.deliver.day_choice import DayDose, DayPlan, least_waste_of_day
from reprieve.deliver.vial_choice import least_waste

ONA, ABO = "onabotulinumtoxinA", "abobotulinumtoxinA"
START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def day(*entries: tuple[str, str, float]) -> list[DayDose]:
    return [
        DayDose(patient=patient, dose=Dose(units, ONA), at=START + timedelta(hours=hours))
        for patient, units, hours in entries
    ]


def told(plan: DayPlan) -> list[tuple[str, D, int]]:
    return [(one.patient, one.units, one.count) for one in plan.openings]


def test_each_patient_gets_vials_of_their_own_unless_sharing_is_allowed() -> None:
    doses = day(("a", "60", 0), ("b", "40", 1), ("c", "50", 2))
    stock = {D(100): 3, D(50): 1}
    alone = least_waste_of_day(doses, stock, ONA)
    # By hand: 350 units are on hand for 150; the 50 goes to b or c, the others open a 100 each.
    assert (alone.waste, alone.vials, alone.shared) == (Dose(100, ONA), 3, False)
    shared = least_waste_of_day(doses, stock, ONA, share_within_hours=D(24))
    assert (shared.waste, shared.vials, shared.shared) == (Dose(0, ONA), 2, True)


def test_a_vial_is_not_shared_after_its_time() -> None:
    doses = day(("a", "50", 0), ("b", "50", 4), ("c", "50", 4.01))
    within = least_waste_of_day(doses, {D(100): 3}, ONA, share_within_hours=D(4))
    # a and b share the first; c comes a little too late for it.
    assert told(within) in ([("a", D(100), 1), ("b", D(100), 1)], [("a", D(100), 1), ("c", D(100), 1)])
    assert within.waste == Dose(50, ONA)
    assert all(share.opened_for != "a" for share in within.shares if share.patient == "c")
    assert least_waste_of_day(doses[:1] + doses[2:], {D(100): 2}, ONA, share_within_hours=D(4)).vials == 2
    assert least_waste_of_day(doses[:2], {D(100): 2}, ONA, share_within_hours=D(4)).vials == 1, "the last minute counts"


def test_the_order_of_the_list_is_not_the_order_of_the_day() -> None:
    late, early = day(("a", "30", 3), ("b", "70", 1))
    plan = least_waste_of_day([late, early], {D(100): 1}, ONA, share_within_hours=D(24))
    assert [(one.patient, one.at) for one in plan.openings] == [("b", early.at)]
    assert [(one.opened_for, one.patient, one.dose.units) for one in plan.shares] == [
        ("b", "b", D(70)),
        ("b", "a", D(30)),
    ]


def test_fewer_vials_win_among_equal_waste() -> None:
    plan = least_waste_of_day(day(("a", "100", 0)), {D(50): 4, D(100): 1}, ONA)
    assert told(plan) == [("a", D(100), 1)]
    # One vial more never outweighs a smaller waste, however small.
    plan = least_waste_of_day(day(("a", "99.99", 0)), {D("99.99"): 1, D(100): 1, D("33.33"): 3}, ONA)
    assert told(plan) == [("a", D("99.99"), 1)]
    plan = least_waste_of_day(day(("a", "99.99", 0)), {D(100): 1, D("33.33"): 3}, ONA)
    assert told(plan) == [("a", D("33.33"), 3)]
    plan = least_waste_of_day(day(("a", "99.99", 0)), {D(100): 1, D("11.11"): 9}, ONA)
    assert told(plan) == [("a", D("11.11"), 9)]


def test_an_empty_day_needs_nothing() -> None:
    assert least_waste_of_day([], {}, ONA) == DayPlan(openings=(), shares=(), waste=Dose(0, ONA))


@pytest.mark.parametrize(
    ("doses", "stock", "says"),
    [
        (day(("a", "0", 0)), {D(100): 1}, "must be positive"),
        (day(("a", "10", 0), ("a", "10", 1)), {D(100): 1}, "stands twice"),
        (day(("a", "10", 0)), {D(0): 1}, "sizes are positive"),
        (day(("a", "10", 0)), {D(100): -1}, "counts not negative"),
        (day(("a", "10.001", 0)), {D(100): 1}, "dose of a takes at most two decimals"),
        (day(("a", "10", 0)), {D("100.001"): 1}, "a vial takes at most two decimals"),
        (day(("a", "101", 0)), {D(100): 1}, r"101 units of onabotulinumtoxinA for 1 patients .*\(100 units\)"),
        (day(("a", "10", 0), ("b", "10", 0)), {D(100): 1}, "cannot be served"),
        (day(("a", "10", 0)), {D(100): 0}, "cannot be served"),
    ],
)
def test_what_cannot_be_served_is_one_clear_line(doses: list[DayDose], stock: dict[D, int], says: str) -> None:
    with pytest.raises(InputError, match=says):
        least_waste_of_day(doses, stock, ONA)


def test_units_of_two_products_never_meet() -> None:
    with pytest.raises(UnitsError):
        least_waste_of_day([DayDose(patient="a", dose=Dose(10, ABO), at=START)], {D(100): 1}, ONA)


def ways(doses: list[DayDose], stock: dict[D, int]) -> Iterator[list[dict[D, int]]]:
    """Every way to open vials at the visits of the day."""
    per_visit = [
        dict(zip(stock, counts, strict=True)) for counts in itertools.product(*(range(c + 1) for c in stock.values()))
    ]
    for chosen in itertools.product(per_visit, repeat=len(doses)):
        if all(sum(one[size] for one in chosen) <= stock[size] for size in stock):
            yield list(chosen)


def serves(doses: list[DayDose], opened: list[dict[D, int]], hours: D | None) -> bool:
    """Whether the vials do for everybody: every set of visits must find enough in what its members may use.

    Hall's condition, written from the definition and not from the dealing of the program.
    """
    held = [sum((size * count for size, count in one.items()), D(0)) for one in opened]
    places = range(len(doses))

    def may(first: int, later: int) -> bool:
        if hours is None or first == later:
            return first == later
        gone = doses[later].at - doses[first].at
        return first <= later and gone <= timedelta(hours=float(hours))

    for size in range(1, len(doses) + 1):
        for group in itertools.combinations(places, size):
            usable = {first for first in places if any(may(first, later) for later in group)}
            if sum((doses[place].dose.units for place in group), D(0)) > sum((held[p] for p in usable), D(0)):
                return False
    return True


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 24), st.integers(0, 12)), min_size=1, max_size=3, unique_by=lambda e: e[1]),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    st.sampled_from([None, D(3), D(24)]),
)
def test_no_way_of_opening_vials_wastes_less(
    entries: list[tuple[int, int]], counts: tuple[int, int], hours: D | None
) -> None:
    doses = sorted(day(*((f"p{hour}", str(units * 5), hour) for units, hour in entries)), key=lambda one: one.at)
    stock = {D(100): counts[0], D(50): counts[1]}
    wanted = sum((one.dose.units for one in doses), D(0))
    possible = [
        (
            sum((s * c for one in way for s, c in one.items()), D(0)) - wanted,
            sum(c for one in way for c in one.values()),
        )
        for way in ways(doses, stock)
        if serves(doses, way, hours)
    ]
    if not possible:
        with pytest.raises(InputError, match="cannot be served"):
            least_waste_of_day(doses, stock, ONA, share_within_hours=hours)
        return
    plan = least_waste_of_day(doses, stock, ONA, share_within_hours=hours)
    assert (plan.waste.units, plan.vials) == min(possible)
    for one in doses:
        assert sum((share.dose.units for share in plan.shares if share.patient == one.patient), D(0)) == one.dose.units
    for opening in {one.patient for one in plan.openings}:
        held = sum((one.units * one.count for one in plan.openings if one.patient == opening), D(0))
        assert sum((share.dose.units for share in plan.shares if share.opened_for == opening), D(0)) <= held


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.tuples(*[st.integers(0, 3)] * 3))
def test_one_patient_s_day_is_the_choice_for_one_patient(units: int, counts: tuple[int, int, int]) -> None:
    stock = {size: count for size, count in zip((D(200), D(100), D(50)), counts, strict=True) if count}
    if sum((size * count for size, count in stock.items()), D(0)) < units:
        return
    one = least_waste(Dose(units, ONA), stock)
    plan = least_waste_of_day(day(("a", str(units), 0)), stock, ONA)
    assert (plan.waste, plan.vials) == (one.waste, one.vials)


def test_a_size_that_ran_out_is_no_mistake_and_a_vial_of_one_unit_is_a_vial() -> None:
    assert least_waste(Dose("60", ONA), {D(100): 0, D(50): 2}).counts == ((D(50), 2),)
    assert least_waste(Dose("2", ONA), {D(1): 3}).counts == ((D(1), 2),)
    both = day(("a", "2", 0), ("b", "60", 1))
    assert told(least_waste_of_day(both, {D(1): 2, D(100): 0, D(50): 2}, ONA)) == [("a", D(1), 2), ("b", D(50), 2)]
    for size, count in ((0, 1), (-50, 1), (50, -1)):
        with pytest.raises(InputError, match="sizes are positive"):
            least_waste(Dose("10", ONA), {D(size): count, D(100): 1})
