"""The most in one session, and in one region of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow

RULE = "session_limit_exceeded"


def session_limit_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the session's total, and its shoulder part, with their maxima."""
    for row in case.of(LimitKind.SESSION_MAXIMUM):
        yield from at_most(row, case.total, rule=RULE, subject="session", what=f"This session's {case.product.id}")
    for row in case.of(LimitKind.REGION_MAXIMUM):
        yield from at_most(row, _region(case, row), rule=RULE, subject=str(row.target), what=f"Dose for {row.scope}")


def _region(case: Case, row: LimitRow) -> Decimal:
    shoulder = row.target == "shoulder"
    return sum((entry.units for entry in case.placed if entry.target.shoulder is shoulder), Decimal(0))
