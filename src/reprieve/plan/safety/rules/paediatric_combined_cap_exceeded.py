"""A child's dose in several limbs, or in all: the lower of units per kg and the absolute cap."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow

RULE = "paediatric_combined_cap_exceeded"


def paediatric_combined_cap_exceeded(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare a child's limbs together with the combined caps; both this and the cap of one limb must hold."""
    if not case.child:
        return
    for row in case.of(LimitKind.COMBINED_CAP):
        bound, words = per_body(row, case)
        assert bound is not None, f"{row.id} has no absolute cap"
        yield from at_most(
            row,
            _units(case, row),
            rule=RULE,
            subject="session" if row.target == "any" else f"{row.target}_limbs",
            what=f"Dose of a child, {'all limbs' if row.target == 'any' else row.scope}",
            limit=bound,
            words=words,
        )


def _units(case: Case, row: LimitRow) -> Decimal:
    if row.target == "any":
        return case.total
    return sum((entry.units for entry in case.placed if entry.target.limb == row.target), Decimal(0))
