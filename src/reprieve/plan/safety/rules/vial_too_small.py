"""The content of all vials together."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.plan_vials import vials_of


def vial_too_small(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the vials hold fewer units than are planned."""
    rows = [vial for vial, _ in vials_of(case)]
    held = sum((vial.units for vial in rows), Decimal(0))
    if rows and held < case.total:
        yield Finding(
            rule="vial_too_small",
            severity=Severity.WARNING,
            message=f"The vials hold {figure(held)} units, fewer than the planned {figure(case.total)} units.",
            limit=held,
            actual=case.total,
            exceed_by=case.total - held,
            unit="units",
            subject="reconstitution",
            clears_if="more vials are made up",
        )
