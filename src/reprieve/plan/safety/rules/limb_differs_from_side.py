"""Side and limb of one injection that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.limbs import contradicts
from reprieve.plan.safety.outcome import Gap, LimitCheck


def limb_differs_from_side(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that an injection names a limb of the other side, or one in which its muscle does not lie."""
    for entry in case.placed:
        what = contradicts(entry)
        if what is not None:
            yield Finding(
                rule="limb_differs_from_side",
                severity=Severity.WARNING,
                message=f"{entry.subject.replace('_', ' ').capitalize()} is planned for the "
                f"{str(entry.injection.limb).replace('_', ' ')}; {what} and limb contradict each other.",
                subject=entry.subject,
                clears_if=f"{what} or limb is corrected",
            )
