"""Advice on the sternocleidomastoid: total, one side, both sides; trouble swallowing is the reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, source_words
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, Per
from reprieve.reference.formulary.risks import risk_rows

MUSCLE = "sternocleidomastoid"
TOTAL, SIDE, BOTH = "scm_total_above_100", "scm_side_above_150", "bilateral_scm"


def sternocleidomastoid(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare both sides together, and each side, with the advised figures."""
    doses = doses_of(case, MUSCLE)
    if not doses:
        return
    for row in (entry for entry in case.of(LimitKind.MUSCLE_ADVICE) if entry.target == MUSCLE):
        if row.high is None:
            yield Gap(
                rule=SIDE, subject=MUSCLE, missing="a figure on the label", needs="keep the dose low; none is given"
            )
        elif row.per is Per.BOTH_SIDES:
            total = sum((dose.units for dose in doses), Decimal(0))
            yield from at_most(row, total, rule=TOTAL, subject=MUSCLE, what="Sternocleidomastoid, both sides together")
        else:
            for dose in doses:
                name = dose.subject.replace("_", " ").capitalize()
                yield from at_most(row, dose.units, rule=SIDE, subject=dose.subject, what=name)
    yield from _both(case, doses_sides={dose.side for dose in doses if dose.units > 0})


def _both(case: Case, doses_sides: set[str | None]) -> Iterator[Finding]:
    if not {"left", "right"} <= doses_sides:
        return
    for row in risk_rows()[BOTH]:
        yield Finding(
            rule=BOTH,
            severity=Severity.WARNING,
            message=f"{row.concern.capitalize()}; {source_words(row.source)}.",
            subject=MUSCLE,
            sources=(row.source,),
            clears_if=row.clears_if,
        )
