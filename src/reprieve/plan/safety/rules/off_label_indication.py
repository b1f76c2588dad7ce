"""Whether the product is labelled for this use, here."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def off_label_indication(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the use is not on the label."""
    words, place = case.plan.indication.replace("_", " "), case.jurisdiction or "any label on file"
    if any(entry.labelled for entry in case.labels):
        return
    refused = next((entry for entry in case.labels if not entry.labelled), None)
    yield Finding(
        rule="off_label_indication",
        severity=Severity.WARNING,
        message=(
            f"{case.product.id} is not labelled for {words} ({place})"
            + (f": {refused.status}" if refused else "")
            + "; doses of other uses are no guide to this one."
        ),
        subject="session",
        sources=(refused.source,) if refused else (),
        clears_if="the clinician decides on off-label use with the patient and writes it down",
    )
