"""Advice on both sternocleidomastoids together; trouble swallowing is the reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import at_most
from reprieve.plan.safety.doses_by_target import doses_of
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.reference.formulary.limit_row import LimitKind, Per

MUSCLE = "sternocleidomastoid"
RULE = "scm_total_above_100"


def scm_total_above_100(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare both sides together with the advised figure."""
    doses = doses_of(case, MUSCLE)
    for row in case.of(LimitKind.MUSCLE_ADVICE):
        if doses and row.target == MUSCLE and row.high is not None and row.per is Per.BOTH_SIDES:
            total = sum((dose.units for dose in doses), Decimal(0))
            yield from at_most(row, total, rule=RULE, subject=MUSCLE, what="Sternocleidomastoid, both sides together")
