"""Contraindications, interactions and special populations from the patient's recorded risks."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import source_words
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.risks import risk_rows, risks_of

# What stops: a contraindication, however well its words were read. What asks: all else.
_SEVERITY = {
    "contraindicated": Severity.ERROR,
    "interaction": Severity.WARNING,
    "special_population": Severity.WARNING,
}


def recorded_risks(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say what each recorded risk means for the product; a risk that no rule knows is said too."""
    for risk in dict.fromkeys(case.plan.patient.risks):
        for row in risks_of(risk, case.product.id, case.jurisdiction):
            yield Finding(
                rule=row.rule,
                severity=_SEVERITY[row.rule],
                message=f"{_words(risk)}: {row.concern} ({case.product.id}); {source_words(row.source)}.",
                subject=risk,
                sources=(row.source,),
                clears_if=row.clears_if,
            )
        if risk not in risk_rows():
            yield Finding(
                rule="risk_not_recognised",
                severity=Severity.WARNING,
                message=f"{_words(risk)} is recorded as a risk, but no rule knows it: nothing was checked for it.",
                subject=risk,
                clears_if="the risk is recorded under a name that the rules know, or the clinician weighs it",
            )
            yield Gap(rule="contraindicated", subject=risk, missing="a rule for this risk", needs="weigh it by hand")


def other_toxin(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that another toxin may still work."""
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


def _words(risk: str) -> str:
    return risk.replace("_", " ").capitalize()
