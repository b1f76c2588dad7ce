"""Both sternocleidomastoids in one session; trouble swallowing is the reason."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import source_words
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.risks import risk_rows

MUSCLE, RULE = "sternocleidomastoid", "bilateral_scm"


def bilateral_scm(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that both sides are injected."""
    sides = {dose.side for dose in doses_of(case, MUSCLE) if dose.units > 0}
    if not {"left", "right"} <= sides:
        return
    for row in risk_rows()[RULE]:
        yield Finding(
            rule=RULE,
            severity=Severity.WARNING,
            message=f"{row.concern.capitalize()}; {source_words(row.source)}.",
            subject=MUSCLE,
            sources=(row.source,),
            clears_if=row.clears_if,
        )
