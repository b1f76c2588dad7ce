"""The labelled upper end of one session, one eye; and the labelled first dose."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.places import units_by_place
from reprieve.reference.formulary.limit_row import LimitKind

RULE = "session_dose_above_label"


def session_dose_above_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the session with the labelled range, and a first dose with the labelled start."""
    for row in case.of(LimitKind.SESSION_RANGE):
        yield from at_most(row, case.total, rule=RULE, subject="session", what=f"This session's {case.product.id}")
    for row in case.of(LimitKind.PLACE_RANGE):
        for subject, units in units_by_place(case, row):
            yield from at_most(row, units, rule=RULE, subject=subject, what=f"Dose of {subject.replace('_', ' ')}")
    if case.naive:
        yield from _first_dose(case)


def _first_dose(case: Case) -> Iterator[LimitCheck | Finding]:
    sure = case.earlier.complete
    for row in case.of(LimitKind.START):
        for subject, units in units_by_place(case, row):
            yield from at_most(
                row,
                units,
                rule=RULE,
                subject=subject,
                what=f"First dose of {case.product.id}" if sure else f"First known dose of {case.product.id}",
                severity=Severity.WARNING,
                clears_if=f"at most {figure(row.high or Decimal(0))} units, or an earlier dose is on record",
            )
