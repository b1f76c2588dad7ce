"""Side and limb of one injection that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def limb_differs_from_side(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that an injection names a side and a limb of the other side."""
    for entry in case.placed:
        limb, side = entry.injection.limb, entry.injection.side
        if limb and side and not _agrees(limb, side):
            yield Finding(
                rule="limb_differs_from_side",
                severity=Severity.WARNING,
                message=f"{entry.subject.replace('_', ' ').capitalize()} is planned for the "
                f"{limb.replace('_', ' ')}; side and limb contradict each other.",
                subject=entry.subject,
                clears_if="side or limb is corrected",
            )


def _agrees(limb: str, side: str) -> bool:
    return side in ("both", "midline") or limb.startswith(side)
