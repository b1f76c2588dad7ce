"""Change of the session's dose from the last one of the same product."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow
from reprieve.reference.formulary.product import product_of

RULE = "titration_step_too_large"


def titration_step_too_large(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the rise since the last session with the labelled step."""
    rows = case.of(LimitKind.TITRATION)
    if not rows:
        return
    last = case.plan.last_session
    substance = product_of(last.product) if last else None
    if last is None or substance is None or substance.id != case.product.id:
        if not (case.earlier.complete and case.naive):
            yield Gap(
                rule=RULE,
                subject="session",
                missing="last session with this product",
                needs="give last_session, or tell that there was none",
            )
        return
    if last.units is None:
        yield Gap(rule=RULE, subject="session", missing="units of the last session", needs="enter them")
        return
    for row in rows:
        yield from _step(case, row, last.units)


def _step(case: Case, row: LimitRow, before: Decimal) -> Iterator[LimitCheck | Finding]:
    if row.high is not None:
        yield from at_most(
            row,
            case.total - before,
            rule=RULE,
            subject="session",
            what=f"Rise from {figure(before)} to {figure(case.total)} units",
            severity=Severity.WARNING,
            clears_if=f"at most {figure(before + row.high)} units now",
        )
    if row.multiplier is not None and before > 0:
        yield from at_most(
            row,
            case.total,
            rule=RULE,
            subject="session",
            what=f"Rise from {figure(before)} units",
            limit=before * row.multiplier,
            severity=Severity.WARNING,
            words=f"{figure(row.multiplier)} times the last session; {row.note}",
            clears_if=f"at most {figure(before * row.multiplier)} units now",
        )
