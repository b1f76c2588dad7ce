"""Advice on one sternocleidomastoid; trouble swallowing is the reason."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, Per

MUSCLE = "sternocleidomastoid"
RULE = "scm_side_above_150"


def scm_side_above_150(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare each side with the advised figure; where a document gives advice without one, that is a gap."""
    doses = doses_of(case, MUSCLE)
    if not doses:
        return
    for row in (entry for entry in case.of(LimitKind.MUSCLE_ADVICE) if entry.target == MUSCLE):
        if row.high is None:
            yield Gap(
                rule=RULE, subject=MUSCLE, missing="a figure on the label", needs="keep the dose low; none is given"
            )
        elif row.per is not Per.BOTH_SIDES:
            for dose in doses:
                name = dose.subject.replace("_", " ").capitalize()
                yield from at_most(row, dose.units, rule=RULE, subject=dose.subject, what=name)
