"""The day of the session is not told."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def date_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the plan has no date."""
    if case.plan.date is None:
        yield Finding(
            rule="date_missing",
            severity=Severity.WARNING,
            message=f"The plan has no date; windows and intervals were counted to {case.on}.",
            subject="session",
            clears_if="the date of the session is entered",
        )
