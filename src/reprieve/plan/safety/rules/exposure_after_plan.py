"""Earlier doses that are dated after the plan."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def exposure_after_plan(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a dose is dated ahead; one of the same substance counts in every window that holds both days."""
    for dose in case.earlier.ahead:
        counted = "counted in each window that holds both days" if dose in case.earlier.ahead_same else "not counted"
        yield Finding(
            rule="exposure_after_plan",
            severity=Severity.WARNING,
            message=f"A dose of {dose.product} is dated {dose.date}, after the plan's day {case.on}; {counted}.",
            subject="patient",
            clears_if="one of the two dates is corrected",
        )
