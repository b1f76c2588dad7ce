"""A volume told for a muscle beside the one that its units take from the vials."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.plan.safety.concentration import concentrations
from reprieve.plan.safety.outcome import Gap, LimitCheck

# What reading a syringe and rounding to its marks may differ by: a check of this program and no label.
SHARE, LEAST_ML = Decimal("0.05"), Decimal("0.01")


def volume_differs_from_dilution(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that volume, units and dilution contradict each other: who draws up the volume gives another dose."""
    known = concentrations(case.plan)
    if not known:
        return
    for entry in case.placed:
        told, units = entry.injection.volume_ml, entry.units
        if told is None:
            continue
        # Several strengths: any mixture of them may have been meant.
        low, high = units / max(known), units / min(known)
        nearest = min(max(told, low), high)
        if abs(told - nearest) <= max(nearest * SHARE, LEAST_ML):
            continue
        strength = max(known) if nearest == low else min(known)
        yield Finding(
            rule="volume_differs_from_dilution",
            severity=Severity.WARNING,
            message=(
                f"{entry.subject.replace('_', ' ').capitalize()}: {figure(told)} mL at {figure(strength)} units per mL "
                f"hold {figure(told * strength)} units, but {figure(units)} units are planned."
            ),
            limit=nearest,
            actual=told,
            exceed_by=abs(told - nearest),
            unit="mL",
            subject=entry.subject,
            clears_if=f"the volume is {figure(nearest)} mL, or units, vials or diluent are corrected",
        )
