"""Whose label holds is not told."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def jurisdiction_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the limits of every label on file were used."""
    if case.jurisdiction is None:
        yield Finding(
            rule="jurisdiction_missing",
            severity=Severity.WARNING,
            message="Whose label holds is not told: the limits of every label on file were used side by side.",
            subject="session",
            clears_if="the jurisdiction is entered (US, EU, UK)",
        )
