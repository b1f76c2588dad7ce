"""Medicines among the recorded risks, and another toxin that may still work."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import source_words
from reprieve.plan.safety.from_risks import concerns
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.risks import risks_of


def interaction(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say which recorded medicine acts with the toxin, and that another toxin may still work."""
    yield from concerns(case, "interaction", Severity.WARNING)
    yield from _other_toxin(case)


def _other_toxin(case: Case) -> Iterator[Finding]:
    days = case.settings.days_in_three_months
    recent = [dose for dose in case.earlier.other if dose.days_ago < days]
    for dose in recent:
        for row in risks_of("other_toxin", case.product.id, case.jurisdiction):
            yield Finding(
                rule="interaction",
                severity=Severity.WARNING,
                message=(
                    f"{dose.product} was given {dose.days_ago} days ago ({dose.date}) and may still work: "
                    f"{row.concern}; {source_words(row.source)}."
                ),
                subject="patient",
                sources=(row.source,),
                clears_if=row.clears_if,
            )
