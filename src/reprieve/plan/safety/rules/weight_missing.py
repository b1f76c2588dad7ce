"""A child's weight that is not told: caps per kg hang on it."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def weight_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a child's weight is missing."""
    if not case.child or case.plan.patient.weight_kg is not None:
        return
    yield Finding(
        rule="weight_missing",
        severity=Severity.WARNING,
        message="The child's weight is missing, so caps per kg were not checked.",
        subject="patient",
        clears_if="the weight is entered",
    )
    yield Gap(rule="paediatric_cap_exceeded", subject="patient", missing="weight", needs="weigh the patient")
