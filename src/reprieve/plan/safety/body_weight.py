"""Limits in units per kg: the lower of weight times figure and the absolute cap."""

from __future__ import annotations

from decimal import Decimal

from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.reference.formulary.limit_row import LimitRow


def per_body(row: LimitRow, case: Case, *, end: str = "high") -> tuple[Decimal | None, str | None]:
    """Return one end of `row` in units for this patient, and how it came about.

    Without a weight only the absolute cap is left, or nothing; then `weight_missing` says so.
    """
    value: Decimal | None = getattr(row, end)
    if row.unit != "units/kg" or value is None:
        return value, None
    weight = case.weight_kg
    if weight is None:
        return (row.absolute, "absolute cap alone, weight missing") if end == "high" else (None, None)
    weighed = value * weight
    words = f"{figure(value)} units/kg at {figure(weight)} kg"
    if row.absolute is not None and row.absolute < weighed:
        return row.absolute, f"{words} would be {figure(weighed)}, the absolute cap is lower"
    return weighed, words
