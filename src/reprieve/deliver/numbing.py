"""The times of a numbing cream: on, effective from, to be taken off by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from reprieve.core.errors import DateError
from reprieve.core.findings import Finding, Severity
from reprieve.reference.numbing import NumbingCream

State = Literal["working", "ready", "take_off", "wears_off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbingTimes:
    """When the cream of one patient works; None where the cream's text says nothing."""

    cream: NumbingCream
    on_at: datetime
    effective_from: datetime
    remove_by: datetime | None
    numb_until: datetime | None

    def state(self, now: datetime) -> State:
        """Return where the cream stands at `now`: still working in, ready, to be taken off, or wearing off."""
        if now < self.effective_from:
            return "working"
        if self.remove_by is not None and now > self.remove_by:
            return "take_off"
        if self.numb_until is not None and now > self.numb_until:
            return "wears_off"
        return "ready"


def numbing_times(cream: NumbingCream, on_at: datetime) -> NumbingTimes:
    """Return the times of `cream` put on at `on_at`, a time with its zone.

    Raises
    ------
    DateError
        If `on_at` has no zone.
    """
    if on_at.tzinfo is None:
        raise DateError(f"the time {on_at.isoformat()} of the cream needs its zone; give it as 2026-11-26T09:00:00Z")
    return NumbingTimes(
        cream=cream,
        on_at=on_at,
        effective_from=on_at + timedelta(minutes=cream.works_after_min),
        remove_by=_later(on_at, cream.longest_on_min),
        numb_until=_later(on_at, cream.numb_for_min),
    )


def _later(start: datetime, minutes: int | None) -> datetime | None:
    return None if minutes is None else start + timedelta(minutes=minutes)


def numbing_findings(
    times: NumbingTimes, *, first_needle: datetime | None, removed_at: datetime | None
) -> tuple[Finding, ...]:
    """Return what is to be said about the cream: a needle before it works, too long on the skin, worn off.

    Parameters
    ----------
    times : NumbingTimes
    first_needle : datetime, optional
        Time of the first needle, or now while it is being waited for.
    removed_at : datetime, optional
        When it was taken off.
    """
    found: list[Finding] = []
    needed = Decimal(times.cream.works_after_min)
    if first_needle is not None and first_needle < times.effective_from:
        gone = _minutes(times.on_at, first_needle)
        found.append(_finding("numbing_too_short", f"works after {needed} minutes; the needle came after {gone}",
                              times, needed, gone, needed - gone))  # fmt: skip
    longest = times.cream.longest_on_min
    if longest is not None and removed_at is not None and times.remove_by is not None and removed_at > times.remove_by:
        on = _minutes(times.on_at, removed_at)
        found.append(_finding("numbing_too_long", f"may stay on for {longest} minutes; it stayed on for {on}",
                              times, Decimal(longest), on, on - longest))  # fmt: skip
    if times.numb_until is not None and first_needle is not None and first_needle > times.numb_until:
        limit = _minutes(times.on_at, times.numb_until)
        gone = _minutes(times.on_at, first_needle)
        found.append(_finding("numbing_worn_off", f"numbs for {limit} minutes; the needle came after {gone}",
                              times, limit, gone, gone - limit))  # fmt: skip
    return tuple(found)


def _minutes(start: datetime, end: datetime) -> Decimal:
    return Decimal((end - start) // timedelta(minutes=1))


def _finding(
    rule: str, words: str, times: NumbingTimes, limit: Decimal, actual: Decimal, exceed_by: Decimal
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        message=f"The cream ({times.cream.name}) {words}.",
        limit=limit,
        actual=actual,
        exceed_by=exceed_by,
        unit="minutes",
        subject="numbing cream",
        sources=(times.cream.source,),
        clears_if="the times of the cream's leaflet are kept",
    )
