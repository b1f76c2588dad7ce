"""The labelled upper end for one salivary gland."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind

RULE = "gland_dose_above_label"


def gland_dose_above_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare each gland of each side with the upper end of its row."""
    for row in case.of(LimitKind.GLAND_RANGE):
        for dose in doses_of(case, str(row.target)):
            name = dose.subject.replace("_", " ").capitalize()
            yield from at_most(row, dose.units, rule=RULE, subject=dose.subject, what=name)
