"""The labelled lower end for one salivary gland."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure, note
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind


def gland_dose_below_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a gland of a side gets less than its row has."""
    for row in case.of(LimitKind.GLAND_RANGE):
        for dose in doses_of(case, str(row.target)):
            if row.low is not None and dose.units < row.low:
                name = dose.subject.replace("_", " ").capitalize()
                yield note(
                    row,
                    row.low,
                    dose.units,
                    rule="gland_dose_below_label",
                    subject=dose.subject,
                    text=f"{name}: {figure(dose.units)} units, below the labelled {figure(row.low)} units",
                    clears_if=f"at least {figure(row.low)} units",
                    unit="units",
                )
