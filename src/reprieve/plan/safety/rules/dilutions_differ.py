"""Vials of one plan that are made up to different strengths."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.plan.safety.concentration import concentrations, own_volume_ml
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.plan_vials import vials_of
from reprieve.record.plan import Vial

# Strengths so near to each other are one: nobody draws up more exactly.
SHARE = Decimal("0.02")


def dilutions_differ(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that one volume of two vials holds two doses: a syringe filled from the wrong one gives another dose."""
    # By arithmetic: a printed value that is rounded otherwise makes no other strength.
    known = sorted({vial.units / ml for vial, ml in _made_up(case)}) if concentrations(case.plan) else []
    if not known or known[-1] <= known[0] * (1 + SHARE):
        return
    told = ", ".join(figure(strength) for strength in known)
    yield Finding(
        rule="dilutions_differ",
        severity=Severity.WARNING,
        message=(
            f"The vials are made up to different strengths ({told} units per mL): volumes that are not told are "
            f"worked out by the weakest, and from the strongest they would give {figure(known[-1] / known[0])} times "
            "the dose."
        ),
        limit=round(known[0], 4),
        actual=round(known[-1], 4),
        exceed_by=round(known[-1] - known[0], 4),
        unit="units per mL",
        subject="vials",
        clears_if="all vials are made up alike",
    )


def _made_up(case: Case) -> Iterator[tuple[Vial, Decimal]]:
    for vial, _ in vials_of(case):
        yield vial, (vial.diluent_ml or Decimal(0)) + (own_volume_ml(case.product.id, vial) or Decimal(0))
