"""What the recorded risks of the patient mean for the product."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import source_words
from reprieve.reference.formulary.risks import risks_of


def concerns(case: Case, rule: str, severity: Severity) -> Iterator[Finding]:
    """Yield a finding for each recorded risk that the product's documents name under `rule`."""
    for risk in dict.fromkeys(case.plan.patient.risks):
        for row in risks_of(risk, case.product.id, case.jurisdiction):
            if row.rule == rule:
                yield Finding(
                    rule=rule,
                    severity=severity,
                    message=f"{words_of(risk)}: {row.concern} ({case.product.id}); {source_words(row.source)}.",
                    subject=risk,
                    sources=(row.source,),
                    clears_if=row.clears_if,
                )


def words_of(risk: str) -> str:
    """Return the name of a risk to begin a sentence."""
    return risk.replace("_", " ").capitalize()
