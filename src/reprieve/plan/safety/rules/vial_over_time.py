"""Hours since a vial was made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure, source_words
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.plan_vials import begin, vials_of
from reprieve.record.plan import Vial
from reprieve.reference.preparations import is_verified, preparations


def vial_over_time(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Compare the hours since each vial was opened with those that its product allows."""
    for vial, subject in vials_of(case):
        yield from _over_time(case, vial, subject)


def _over_time(case: Case, vial: Vial, subject: str) -> Iterator[Finding | LimitCheck]:
    facts = preparations().get(case.product.id)
    if vial.opened_at is None or facts is None or facts.use_within is None:
        return
    within = facts.use_within
    gone = _hours_gone(case, vial)
    if gone < 0 and case.now is not None:
        yield Finding(
            rule="vial_over_time",
            severity=Severity.WARNING,
            message=f"{begin(subject)} is said to be made up at {vial.opened_at}, which lies ahead.",
            subject=subject,
            clears_if="the time of making up is corrected",
        )
    gone = max(gone, Decimal(0))
    enforced = is_verified(within.source)
    yield LimitCheck(
        rule="vial_over_time",
        scope=f"hours after making up, at {within.at}",
        subject=subject,
        limit=within.hours,
        actual=gone,
        headroom=within.hours - gone,
        unit="hours",
        verified=enforced,
        blocks=enforced,
        nature="label",
        source=within.source,
    )
    if gone > within.hours:
        yield Finding(
            rule="vial_over_time",
            severity=Severity.ERROR if enforced else Severity.WARNING,
            message=(
                f"{begin(subject)} was made up {figure(gone)} hours before; {case.product.id} is to be used "
                f"within {figure(within.hours)} hours at {within.at}; {source_words(within.source)}."
            ),
            limit=within.hours,
            actual=gone,
            exceed_by=gone - within.hours,
            unit="hours",
            subject=subject,
            sources=(within.source,),
            clears_if="a fresh vial is made up",
        )


def _hours_gone(case: Case, vial: Vial) -> Decimal:
    """Return the hours since opening: to now if now is the plan's day, else to the first minute of that day."""
    assert vial.opened_at is not None
    opened, now = vial.opened_at, case.now
    if now is not None and opened.tzinfo is None:
        # Told without a zone: the clinic's own clock.
        opened = opened.replace(tzinfo=now.tzinfo)
    if now is not None and (opened.tzinfo is None) == (now.tzinfo is None) and now.date() == case.on:
        gone = (now - opened) / timedelta(hours=1)
    else:
        days = (case.on - opened.date()).days
        gone = days * 24 - (opened.hour + opened.minute / 60)
    return Decimal(str(round(gone, 2)))
