"""The labelled dose of one salivary gland."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most, figure, source_words
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind

RULE, BELOW = "gland_dose_above_label", "gland_dose_below_label"


def gland_dose_above_label(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare each gland of each side with its row."""
    for row in case.of(LimitKind.GLAND_RANGE):
        for dose in doses_of(case, str(row.target)):
            name = dose.subject.replace("_", " ").capitalize()
            yield from at_most(row, dose.units, rule=RULE, subject=dose.subject, what=name)
            if row.low is not None and dose.units < row.low:
                yield Finding(
                    rule=BELOW,
                    severity=Severity.INFO,
                    message=(
                        f"{name}: {figure(dose.units)} units, below the labelled {figure(row.low)} units; "
                        f"{source_words(row.source)}."
                    ),
                    limit=row.low,
                    actual=dose.units,
                    exceed_by=row.low - dose.units,
                    unit="units",
                    subject=dose.subject,
                    sources=(row.source,),
                    clears_if=f"at least {figure(row.low)} units",
                )
