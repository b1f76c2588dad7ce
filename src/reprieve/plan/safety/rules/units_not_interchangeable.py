"""Units of another product in the past: shown, never added and never converted."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.product import product_of

RULE = "units_not_interchangeable"


def units_not_interchangeable(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the last session, or doses still in a window, were of another product."""
    last = case.plan.last_session
    substance = product_of(last.product) if last else None
    if last is not None and (substance is None or substance.id != case.product.id):
        yield Finding(
            rule=RULE,
            severity=Severity.WARNING,
            message=(
                f"The last session was with {last.product}; its units say nothing about {case.product.id}. "
                "Start from the sources of the new product."
            ),
            subject="session",
            clears_if="each dose is chosen anew from the sources of the planned product",
        )
        return
    days = case.settings.days_in_three_months
    names = sorted({dose.product for dose in case.earlier.other if dose.days_ago < days})
    if names:
        yield Finding(
            rule=RULE,
            severity=Severity.INFO,
            message=(
                f"Units of {', '.join(names)} are not added to those of {case.product.id}: units of two products are "
                "not interchangeable."
            ),
            subject="patient",
            clears_if="the earlier toxin has worn off",
        )
