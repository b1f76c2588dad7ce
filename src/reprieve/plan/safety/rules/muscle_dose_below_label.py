"""The labelled lower end for one muscle on one side."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.body_weight import per_body
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure, note
from reprieve.plan.safety.labelled_muscles import labelled_doses, name_of
from reprieve.plan.safety.outcome import Gap, LimitCheck


def muscle_dose_below_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a muscle of a side gets less than its row has."""
    for row, dose in labelled_doses(case):
        low, _ = per_body(row, case, end="low")
        if low is not None and dose.units < low:
            yield note(
                row,
                low,
                dose.units,
                rule="muscle_dose_below_label",
                subject=dose.subject,
                text=f"{name_of(dose)}: {figure(dose.units)} units, below the labelled {figure(low)} units",
                clears_if=f"at least {figure(low)} units; less is often right in dystonia",
                unit="units",
            )
