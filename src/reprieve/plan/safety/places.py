"""What a row of the label counts for: the session, each side, each muscle of each side."""

from __future__ import annotations

from decimal import Decimal

from reprieve.plan.safety.case import Case
from reprieve.reference.formulary.limit_row import LimitRow, Per


def units_by_place(case: Case, row: LimitRow) -> list[tuple[str, Decimal]]:
    """Return units of the session, of each side (eye, armpit), or of each muscle of each side, as `row` counts them."""
    if row.per is Per.SESSION:
        return [("session", case.total)]
    table: dict[str, Decimal] = {}
    for entry in case.placed:
        for side in entry.sides:
            name = side or "side not told"
            key = f"{row.per.value} {name}" if row.per is not Per.MUSCLE else f"{entry.injection.muscle} {name}"
            table[key] = table.get(key, Decimal(0)) + entry.units_a_side
    return list(table.items())
