"""The age of the patient is not told."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def age_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the limits of adults were used and those of children not looked at."""
    if case.age is not None:
        return
    yield Finding(
        rule="age_missing",
        severity=Severity.WARNING,
        message="The patient's age is unknown: limits of adults were used, those of children were not looked at.",
        subject="patient",
        clears_if="birth date or age is entered",
    )
    yield Gap(rule="paediatric_cap_exceeded", subject="patient", missing="age", needs="enter birth date or age")
