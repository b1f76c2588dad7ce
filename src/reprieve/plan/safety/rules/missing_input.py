"""What the plan does not tell: unknown is said, never taken for none."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.core.dates import days_between
from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.outcome import Gap, LimitCheck


def exposure_unknown(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that the list of earlier doses may be incomplete, holds doses without units, or dates ahead."""
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
    for dose in case.earlier.same:
        if dose.units is None and dose.days_ago < longest:
            yield Finding(
                rule="exposure_unknown",
                severity=Severity.WARNING,
                message=f"{dose.product} was given on {dose.date}, but its units are UNKNOWN and are not in the sum.",
                subject="patient",
                clears_if="the units are recorded",
            )
    for dose in case.earlier.ahead:
        yield Finding(
            rule="exposure_after_plan",
            severity=Severity.WARNING,
            message=f"A dose of {dose.product} is dated {dose.date}, after the plan's day {case.on}; not counted.",
            subject="patient",
            clears_if="one of the two dates is corrected",
        )


def weight_missing(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that a child's weight is missing, undated or stale: caps per kg hang on it."""
    if not case.child:
        return
    patient, days = case.plan.patient, case.settings.child_weight_days
    if patient.weight_kg is None:
        yield _weight("weight_missing", "is missing, so caps per kg were not checked", "the weight is entered")
        yield Gap(rule="paediatric_cap_exceeded", subject="patient", missing="weight", needs="weigh the patient")
    elif patient.weight_date is None:
        yield _weight("weight_stale", "has no date; it may be old", "the date of the weight is entered")
    else:
        age = days_between(patient.weight_date, case.on)
        if age > days:
            yield _weight(
                "weight_stale", f"is {age} days old; the clinic allows {days}", "the patient is weighed again"
            )
        elif age < 0:
            yield _weight("weight_stale", "is dated after the plan", "the date of the weight is corrected")


def _weight(rule: str, text: str, clears_if: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        message=f"The child's weight {text}.",
        subject="patient",
        clears_if=clears_if,
    )


def plan_incomplete(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Say that jurisdiction, date or sides are missing."""
    if case.jurisdiction is None:
        yield Finding(
            rule="jurisdiction_missing",
            severity=Severity.WARNING,
            message="Whose label holds is not told: the limits of every label on file were used side by side.",
            subject="session",
            clears_if="the jurisdiction is entered (US, EU, UK)",
        )
    if case.plan.date is None:
        yield Finding(
            rule="date_missing",
            severity=Severity.WARNING,
            message=f"The plan has no date; windows and intervals were counted to {case.on}.",
            subject="session",
            clears_if="the date of the session is entered",
        )
    for entry in case.placed:
        if entry.target.paired and entry.injection.side in (None, "midline"):
            yield Finding(
                rule="side_missing",
                severity=Severity.WARNING,
                message=f"{entry.injection.muscle.replace('_', ' ').capitalize()} has two sides; which is not told.",
                subject=entry.subject,
                clears_if="left, right or both is entered",
            )
        elif entry.injection.limb and entry.injection.side and not _agrees(entry.injection.limb, entry.injection.side):
            yield Finding(
                rule="limb_differs_from_side",
                severity=Severity.WARNING,
                message=f"{entry.subject.replace('_', ' ').capitalize()} is planned for the "
                f"{entry.injection.limb.replace('_', ' ')}; side and limb contradict each other.",
                subject=entry.subject,
                clears_if="side or limb is corrected",
            )


def _agrees(limb: str, side: str) -> bool:
    return side in ("both", "midline") or limb.startswith(side)
