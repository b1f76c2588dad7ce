"""The labelled lower end of one session, one eye, one limb of a child."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure, note
from reprieve.plan.safety.limbs import units_by_limb
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.places import units_by_place
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow


def session_dose_below_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the dose lies below the labelled range."""
    for row in case.of(LimitKind.SESSION_RANGE):
        yield from _below(row, row.low, case.total, "session")
    for row in case.of(LimitKind.PLACE_RANGE):
        for subject, units in units_by_place(case, row):
            yield from _below(row, row.low, units, subject)
    if case.child:
        yield from _child_limbs(case)


def _child_limbs(case: Case) -> Iterator[Finding]:
    """Say that a child's limb lies below the labelled range; its upper end is the cap's own rule."""
    for row in case.of(LimitKind.LIMB_RANGE):
        low, _ = per_body(row, case, end="low")
        for limb, units in units_by_limb(case).items():
            if limb.kind == row.target:
                yield from _below(row, low, units, limb.name)


def _below(row: LimitRow, low: Decimal | None, actual: Decimal, subject: str) -> Iterator[Finding]:
    if low is None or actual >= low:
        return
    yield note(
        row,
        low,
        actual,
        rule="session_dose_below_label",
        subject=subject,
        text=f"{figure(actual)} units lie below the labelled {figure(low)} units for {row.scope}",
        clears_if=f"at least {figure(low)} units; less is often right in dystonia",
        unit="units",
    )
