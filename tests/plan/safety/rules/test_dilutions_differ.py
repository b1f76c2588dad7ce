"""Vials made up differently."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.record.plan import Reconstitution, Vial
from support.plans import CD, ONA, found, inject, plan

RULE = "dilutions_differ"


def made_up(*vials: tuple[int, str | None]) -> Reconstitution:
    return Reconstitution(
        vials=tuple(Vial(units=Decimal(units), diluent_ml=None if ml is None else Decimal(ml)) for units, ml in vials)
    )


def test_two_strengths_are_said_with_what_a_mix_up_would_give() -> None:
    """100 units in 1 mL and 50 units in 2 mL, by hand: 100 and 25 units per mL, four times apart."""
    (said,) = found(plan(ONA, CD, inject("trapezius", 50), reconstitution=made_up((100, "1"), (50, "2"))), RULE)
    assert (said.limit, said.actual, said.unit) == (25, 100, "units per mL")
    assert "(25, 100 units per mL)" in said.message
    assert "4 times the dose" in said.message


@pytest.mark.parametrize(
    "vials",
    [
        ((100, "2"),),
        ((100, "2"), (50, "1"), (200, "4")),
        ((100, "2"), (100, "2.02")),
        ((100, "1"), (100, None)),
        (),
    ],
)
def test_one_strength_or_one_that_is_not_told_is_no_difference(vials: tuple) -> None:
    assert not found(plan(ONA, CD, reconstitution=made_up(*vials)), RULE)


def test_a_vial_of_next_to_nothing_is_no_division_by_zero() -> None:
    tiny = Vial(units=Decimal("0.0000001"), diluent_ml=Decimal(2))
    vials = Reconstitution(vials=(*made_up((100, "1")).vials, tiny))
    (said,) = found(plan(ONA, CD, inject("trapezius", 50), reconstitution=vials), RULE)
    assert (said.limit, said.actual) == (0, 100)


def test_a_little_beyond_rounding_is_a_difference() -> None:
    assert found(plan(ONA, CD, reconstitution=made_up((100, "2"), (100, "2.05"))), RULE)
