"""The labelled upper end for one muscle on one side."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.labelled_muscles import labelled_doses, name_of
from reprieve.plan.safety.outcome import Gap, LimitCheck

RULE = "muscle_dose_above_label"


def muscle_dose_above_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare each muscle of each side with the upper end of its row."""
    for row, dose in labelled_doses(case):
        high, words = per_body(row, case)
        if high is not None:
            yield from at_most(
                row, dose.units, rule=RULE, subject=dose.subject, what=name_of(dose), limit=high, words=words
            )
