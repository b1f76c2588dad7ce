"""Which rows of the formulary hold in a situation, and what each bounds there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from reprieve.plan.optimise.situation import Situation
from reprieve.reference.formulary.limit_row import LimitRow, Window
from reprieve.reference.formulary.limits import indications, limits_of, reviewed
from reprieve.reference.reviews import Review

ADULT_YEARS = Decimal(18)
# A label that says "3 months" names no number of days; 92 is the longest that three calendar months can be.
_DAYS_IN_THREE_MONTHS = 92


def rows_in_force(situation: Situation, reviews: Sequence[Review]) -> tuple[LimitRow, ...]:
    """Return the rows that hold, as the clinic sees them.

    Unknown age: the rows of an adult, and the caller asks. A child younger than every label: the rows of all ages, for
    it must not be freer of limits than an older one.
    """
    rows = limits_of(situation.product, situation.condition, situation.jurisdiction)
    years = ADULT_YEARS if situation.age is None else Decimal(situation.age)
    labels = [
        one
        for one in indications(situation.product)
        if one.labelled and situation.condition in one.conditions and one.holds_in(situation.jurisdiction)
    ]
    below = years < ADULT_YEARS and bool(labels) and not any(one.holds_at(years) for one in labels)
    held = rows if below else tuple(row for row in rows if row.holds_at(years))
    return reviewed(held, reviews, situation.on)


def needs_weight(rows: Sequence[LimitRow]) -> bool:
    """Return whether any row is per body weight."""
    return any(row.unit == "units/kg" for row in rows)


def upper_end(row: LimitRow, weight_kg: Decimal | None) -> Decimal | None:
    """Return the upper end of `row` in its own unit, units per kg worked out; None if it has none."""
    return _worked_out(row, row.high, weight_kg)


def lower_end(row: LimitRow, weight_kg: Decimal | None) -> Decimal | None:
    """Return the lower end of `row`, units per kg worked out; None if it has none."""
    return _worked_out(row, row.low, weight_kg)


def _worked_out(row: LimitRow, figure: Decimal | None, weight_kg: Decimal | None) -> Decimal | None:
    if row.unit != "units/kg":
        return figure
    if figure is None or weight_kg is None:
        return row.absolute
    worked = figure * weight_kg
    return worked if row.absolute is None else min(worked, row.absolute)


def window_days(window: Window) -> int:
    """Return a window in days, the longest that its words allow."""
    if window.unit == "days":
        return int(window.count)
    if window.unit == "weeks":
        return int(window.count * 7)
    return int((window.count * _DAYS_IN_THREE_MONTHS / 3).to_integral_value(ROUND_CEILING))
