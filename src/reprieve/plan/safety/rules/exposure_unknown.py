"""Earlier doses that may be missing from the list, or their units: unknown is said, never taken for none."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def exposure_unknown(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the list of earlier doses may be incomplete, or holds doses without units."""
    if not case.earlier.complete:
        yield Finding(
            rule="exposure_unknown",
            severity=Severity.WARNING,
            message=(
                "Whether toxin was given elsewhere, for anything (also migraine, bladder, cosmetic), is UNKNOWN; "
                "the cumulative sum counts only what is on record."
            ),
            subject="patient",
            clears_if="the patient is asked and the history recorded as known",
        )
        yield Gap(
            rule="cumulative_limit_exceeded",
            subject="patient",
            missing="complete history of toxin given by anyone",
            needs="ask the patient, record the exposures, mark the history as known",
        )
    longest = max(case.settings.days_in_three_months, 84)
    for dose in (*case.earlier.same, *case.earlier.ahead_same):
        if not dose.units and abs(dose.days_ago) < longest:
            told = "are UNKNOWN and are not in the sum" if dose.units is None else "are told as 0, which is no dose"
            yield Finding(
                rule="exposure_unknown",
                severity=Severity.WARNING,
                message=f"{dose.product} was given on {dose.date}, but its units {told}.",
                subject="patient",
                clears_if="the units are recorded",
            )
    for dose in case.earlier.nameless:
        if dose.days_ago < longest:
            yield Finding(
                rule="exposure_unknown",
                severity=Severity.WARNING,
                message=(
                    f"{dose.product!r}, given on {dose.date}, is no product on file; if it was {case.product.id}, its "
                    "units are missing in the sum."
                ),
                subject="patient",
                clears_if="the product is recorded under its nonproprietary name or brand",
            )
