"""The labelled range of one session, one eye, one limb; and the labelled first dose."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure, source_words
from reprieve.plan.safety.limbs import units_by_limb
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow, Per

ABOVE, BELOW = "session_dose_above_label", "session_dose_below_label"


def session_dose_outside_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the session with the labelled range, and a first dose with the labelled start."""
    for row in case.of(LimitKind.SESSION_RANGE):
        what = f"This session's {case.product.id}"
        yield from at_most(row, case.total, rule=ABOVE, subject="session", what=what)
        yield from _below(row, row.low, case.total, "session")
    for row in case.of(LimitKind.PLACE_RANGE):
        for subject, units in _places(case, row):
            yield from at_most(row, units, rule=ABOVE, subject=subject, what=f"Dose of {subject.replace('_', ' ')}")
            yield from _below(row, row.low, units, subject)
    if case.child:
        yield from _child_limbs(case)
    if case.naive:
        yield from _first_dose(case)


def _child_limbs(case: Case) -> Iterator[Finding]:
    """Say that a child's limb lies below the labelled range; its upper end is the cap's own rule."""
    for row in case.of(LimitKind.LIMB_RANGE):
        low, _ = per_body(row, case, end="low")
        for limb, units in units_by_limb(case).items():
            if limb.kind == row.target:
                yield from _below(row, low, units, limb.name)


def _first_dose(case: Case) -> Iterator[LimitCheck | Finding]:
    sure = case.earlier.complete
    for row in case.of(LimitKind.START):
        for subject, units in _places(case, row):
            yield from at_most(
                row,
                units,
                rule=ABOVE,
                subject=subject,
                what=f"First dose of {case.product.id}" if sure else f"First known dose of {case.product.id}",
                severity=Severity.WARNING,
                clears_if=f"at most {figure(row.high or Decimal(0))} units, or an earlier dose is on record",
            )


def _places(case: Case, row: LimitRow) -> list[tuple[str, Decimal]]:
    """Return what the row counts for: the session, each side (eye, armpit), or each muscle of each side."""
    if row.per is Per.SESSION:
        return [("session", case.total)]
    table: dict[str, Decimal] = {}
    for entry in case.placed:
        for side in entry.sides:
            name = side or "side not told"
            key = f"{row.per.value} {name}" if row.per is not Per.MUSCLE else f"{entry.injection.muscle} {name}"
            table[key] = table.get(key, Decimal(0)) + entry.units_a_side
    return list(table.items())


def _below(row: LimitRow, low: Decimal | None, actual: Decimal, subject: str) -> Iterator[Finding]:
    if low is None or actual >= low:
        return
    yield Finding(
        rule=BELOW,
        severity=Severity.INFO,
        message=(
            f"{figure(actual)} units lie below the labelled {figure(low)} units for {row.scope}; "
            f"{source_words(row.source)}."
        ),
        limit=low,
        actual=actual,
        exceed_by=low - actual,
        unit="units",
        subject=subject,
        sources=(row.source,),
        clears_if=f"at least {figure(low)} units; less is often right in dystonia",
    )
