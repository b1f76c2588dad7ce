"""A dose at a date that cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reprieve.record.plan import Exposure, LastSession, Plan
from support.plans import ABO, CD, ONA, TODAY, found, plan

RULE = "exposure_date_unlikely"


def dated(day: date, *, product: str = ONA, birth: date | None = None, age: object = 50) -> Plan:
    one = plan(ONA, CD, age=None if birth else age, exposures=(Exposure(date=day, product=product, units=None),))
    return replace(one, patient=replace(one.patient, birth_date=birth))


def test_s06_a_slip_in_the_year_is_said() -> None:
    """Typed 0206 for 2026: the dose lies outside every window, and nothing else would ask."""
    (said,) = found(dated(date(206, 10, 1)), RULE)
    assert "0206-10-01, before the patient, who is 50 years old, was born" in said.message
    assert said.clears_if == "the date is corrected"


@pytest.mark.parametrize("product", [ONA, ABO, "from abroad"])
def test_before_birth_and_on_the_day_of_birth(product: str) -> None:
    birth = date(1980, 2, 29)
    assert found(dated(date(1980, 2, 28), product=product, birth=birth), RULE)
    assert not found(dated(birth, product=product, birth=birth), RULE)


@pytest.mark.parametrize(("years", "said"), [(51, False), (52, True)])
def test_an_age_alone_may_be_a_birthday_old(years: int, said: bool) -> None:
    assert bool(found(dated(TODAY.replace(year=TODAY.year - years)), RULE)) is said


@pytest.mark.parametrize(("day", "said"), [(TODAY.replace(year=TODAY.year - 60), False), (date(1966, 11, 25), True)])
def test_longer_ago_than_toxin_is_in_use(day: date, said: bool) -> None:
    assert bool(found(dated(day, birth=date(1940, 1, 1)), RULE)) is said
    assert bool(found(dated(day, age=None), RULE)) is said


def test_the_last_session_is_looked_at_too() -> None:
    one = plan(ONA, CD, last_session=LastSession(date=date(1926, 1, 1), product=ONA, units=Decimal(100)))
    assert found(one, RULE)
