"""A child's weight that is old or undated: caps per kg hang on it."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.dates import days_between
from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def weight_stale(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a child's weight has no date, is old, or is dated after the plan."""
    patient, days = case.plan.patient, case.settings.child_weight_days
    if not case.child or patient.weight_kg is None:
        return
    if patient.weight_date is None:
        yield _stale("has no date; it may be old", "the date of the weight is entered")
        return
    age = days_between(patient.weight_date, case.on)
    if age > days:
        yield _stale(f"is {age} days old; the clinic allows {days}", "the patient is weighed again")
    elif age < 0:
        yield _stale("is dated after the plan", "the date of the weight is corrected")


def _stale(text: str, clears_if: str) -> Finding:
    return Finding(
        rule="weight_stale",
        severity=Severity.WARNING,
        message=f"The child's weight {text}.",
        subject="patient",
        clears_if=clears_if,
    )
