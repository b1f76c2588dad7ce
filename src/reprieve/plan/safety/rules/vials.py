"""The vials of the plan: expired, open too long, too small."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from reprieve.core.findings import Finding, Severity
from reprieve.plan.safety.case import Case
from reprieve.plan.safety.compare import figure, source_words
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.record.plan import Vial
from reprieve.reference.preparations import is_verified, preparations


def vials(case: Case) -> Iterator[LimitCheck | Finding | Gap]:
    """Look at each vial, and at all together."""
    rows = case.plan.reconstitution.vials if case.plan.reconstitution else ()
    for number, vial in enumerate(rows, start=1):
        subject = f"vial {number}" + (f" lot {vial.lot}" if vial.lot else "")
        yield from _expired(case, vial, subject)
        yield from _over_time(case, vial, subject)
    held = sum((vial.units for vial in rows), Decimal(0))
    if rows and held < case.total:
        yield Finding(
            rule="vial_too_small",
            severity=Severity.WARNING,
            message=f"The vials hold {figure(held)} units, fewer than the planned {figure(case.total)} units.",
            limit=held,
            actual=case.total,
            exceed_by=case.total - held,
            unit="units",
            subject="reconstitution",
            clears_if="more vials are made up",
        )


def _expired(case: Case, vial: Vial, subject: str) -> Iterator[Finding]:
    # A vial may be used up to and including the printed day.
    if vial.expires is None or vial.expires >= case.on:
        return
    days = Decimal((case.on - vial.expires).days)
    yield Finding(
        rule="vial_expired",
        severity=Severity.ERROR,
        message=f"{_begin(subject)} expired on {vial.expires}.",
        limit=Decimal(0),
        actual=days,
        exceed_by=days,
        unit="days",
        subject=subject,
        clears_if="a vial that has not expired is chosen",
    )


def _over_time(case: Case, vial: Vial, subject: str) -> Iterator[Finding | LimitCheck]:
    facts = preparations().get(case.product.id)
    if vial.opened_at is None or facts is None or facts.use_within is None:
        return
    within = facts.use_within
    gone = _hours_gone(case, vial)
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
                f"{_begin(subject)} was made up {figure(gone)} hours before; {case.product.id} is to be used "
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
    opened = vial.opened_at
    if case.now is not None and (opened.tzinfo is None) == (case.now.tzinfo is None) and case.now.date() == case.on:
        gone = (case.now - opened) / timedelta(hours=1)
    else:
        days = (case.on - opened.date()).days
        gone = days * 24 - (opened.hour + opened.minute / 60)
    return max(Decimal(str(round(gone, 2))), Decimal(0))


def _begin(subject: str) -> str:
    """Return `subject` to begin a sentence; the letters of a lot stay as they are."""
    return subject[:1].upper() + subject[1:]
