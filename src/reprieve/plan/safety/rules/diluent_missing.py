"""A powder that is said to be made up with nothing."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.concentration import own_volume_ml
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.plan_vials import begin, vials_of


def diluent_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a diluent of 0 mL is none, and that no volume can be worked out from it."""
    for vial, subject in vials_of(case):
        if vial.diluent_ml == 0 and own_volume_ml(case.product.id, vial) is None:
            yield Finding(
                rule="diluent_missing",
                severity=Severity.WARNING,
                message=(
                    f"{begin(subject)} is said to be made up with 0 mL, but {case.product.id} is a powder; no volume "
                    "was worked out or checked."
                ),
                subject=subject,
                clears_if="the volume of the diluent is told, or left out while it is not known",
            )
