"""The side of a muscle that has two is not told."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def side_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a muscle has two sides and which is not told."""
    for entry in case.placed:
        if entry.target.paired and entry.injection.side in (None, "midline"):
            yield Finding(
                rule="side_missing",
                severity=Severity.WARNING,
                message=f"{entry.injection.muscle.replace('_', ' ').capitalize()} has two sides; which is not told.",
                subject=entry.subject,
                clears_if="left, right or both is entered",
            )
