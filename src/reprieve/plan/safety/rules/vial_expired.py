"""Vials past their printed day."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.plan_vials import begin, vials_of


def vial_expired(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Look at the printed day of each vial."""
    for vial, subject in vials_of(case):
        # A vial may be used up to and including the printed day.
        if vial.expires is not None and vial.expires < case.on:
            days = Decimal((case.on - vial.expires).days)
            yield Finding(
                rule="vial_expired",
                severity=Severity.ERROR,
                message=f"{begin(subject)} expired on {vial.expires}.",
                limit=Decimal(0),
                actual=days,
                exceed_by=days,
                unit="days",
                subject=subject,
                clears_if="a vial that has not expired is chosen",
            )
