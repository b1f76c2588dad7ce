"""The content of each vial beside the vials that its product comes in."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.plan_vials import begin, vials_of
from reprieve.reference.preparations import preparations


def vial_not_on_file(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a vial holds what no vial of the product holds: a slip there shifts every volume."""
    facts = preparations().get(case.product.id)
    if facts is None or not facts.vials:
        return
    sizes = sorted({size.units for size in facts.vials})
    for vial, subject in vials_of(case):
        if vial.units in sizes:
            continue
        nearest = min(sizes, key=lambda size: (abs(size - vial.units), size))
        yield Finding(
            rule="vial_not_on_file",
            severity=Severity.WARNING,
            message=(
                f"{begin(subject)} is said to hold {figure(vial.units)} units; the vials of {case.product.id} on file "
                f"hold {', '.join(figure(size) for size in sizes)}."
            ),
            limit=nearest,
            actual=vial.units,
            exceed_by=abs(vial.units - nearest),
            unit="units",
            subject=subject,
            clears_if="the content is read from the vial again",
        )
