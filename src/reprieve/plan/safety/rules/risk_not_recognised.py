"""Recorded risks that no rule knows."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.from_risks import words_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.risks import risk_rows


def risk_not_recognised(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that nothing was checked for a risk that no rule knows."""
    for risk in dict.fromkeys(case.plan.patient.risks):
        if risk in risk_rows():
            continue
        yield Finding(
            rule="risk_not_recognised",
            severity=Severity.WARNING,
            message=f"{words_of(risk)} is recorded as a risk, but no rule knows it: nothing was checked for it.",
            subject=risk,
            clears_if="the risk is recorded under a name that the rules know, or the clinician weighs it",
        )
        yield Gap(rule="contraindicated", subject=risk, missing="a rule for this risk", needs="weigh it by hand")
