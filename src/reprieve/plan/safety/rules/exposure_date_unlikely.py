"""Earlier doses at a date that cannot be: a slip in the year takes a dose out of every window."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.dates import years_later
from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.given_before import GivenDose
from reprieve.plan.safety.outcome import Gap, LimitCheck

# Botulinum toxin came into use around 1980; a little more, counted from the plan's day, so that no year stands here.
LONGEST_USE_YEARS = 60


def exposure_date_unlikely(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a dose is dated before the patient's birth, or longer ago than toxin is in use."""
    for dose in (*case.earlier.same, *case.earlier.other):
        why = _why_not(case, dose)
        if why is not None:
            yield Finding(
                rule="exposure_date_unlikely",
                severity=Severity.WARNING,
                message=(
                    f"A dose of {dose.product} is dated {dose.date}, {why}. If it was given lately, its units are "
                    "missing in the sums, and the interval is wrong."
                ),
                subject="patient",
                clears_if="the date is corrected",
            )


def _why_not(case: Case, dose: GivenDose) -> str | None:
    birth = case.plan.patient.birth_date
    if birth is not None and dose.date < birth:
        return f"before the patient's birth on {birth}"
    if birth is None and case.age is not None and years_later(dose.date, int(case.age) + 1) < case.on:
        return f"before the patient, who is {int(case.age)} years old, was born"
    if years_later(dose.date, LONGEST_USE_YEARS) < case.on:
        return f"more than {LONGEST_USE_YEARS} years ago, longer than botulinum toxin is in use"
    return None
