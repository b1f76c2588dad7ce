"""The times of a numbing cream: on, effective from, to be taken off by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from reprieve.core.errors import DateError
from reprieve.core.findings import Finding, Severity
from reprieve.deliver.elapsed import after, elapsed
from reprieve.reference.numbing import NumbingCream

NOTHING = timedelta(0)
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
        if elapsed(self.effective_from, now) < NOTHING:
            return "working"
        if self.remove_by is not None and elapsed(self.remove_by, now) > NOTHING:
            return "take_off"
        if self.numb_until is not None and elapsed(self.numb_until, now) > NOTHING:
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
        effective_from=after(on_at, cream.works_after_min),
        remove_by=None if cream.longest_on_min is None else after(on_at, cream.longest_on_min),
        numb_until=None if cream.numb_for_min is None else after(on_at, cream.numb_for_min),
    )


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
    if first_needle is not None and elapsed(times.effective_from, first_needle) < NOTHING:
        gone = _minutes(times.on_at, first_needle)
        found.append(_finding("numbing_too_short", f"works after {needed} minutes; the needle came after {gone}",
                              times, needed, gone, needed - gone))  # fmt: skip
    longest = times.cream.longest_on_min
    if longest is not None and removed_at is not None and elapsed(times.on_at, removed_at) > timedelta(minutes=longest):
        on = _minutes_begun(times.on_at, removed_at)
        found.append(_finding("numbing_too_long", f"may stay on for {longest} minutes; it stayed on for {on}",
                              times, Decimal(longest), on, on - longest))  # fmt: skip
    numbs = times.cream.numb_for_min
    if numbs is not None and first_needle is not None and elapsed(times.on_at, first_needle) > timedelta(minutes=numbs):
        limit = Decimal(numbs)
        gone = _minutes_begun(times.on_at, first_needle)
        found.append(_finding("numbing_worn_off", f"numbs for {limit} minutes; the needle came after {gone}",
                              times, limit, gone, gone - limit))  # fmt: skip
    return tuple(found)


def _minutes(start: datetime, end: datetime) -> Decimal:
    return Decimal(elapsed(start, end) // timedelta(minutes=1))


def _minutes_begun(start: datetime, end: datetime) -> Decimal:
    """Return the minutes, a begun one whole: what is too long by some seconds is never told as just long enough."""
    return Decimal(-(elapsed(end, start) // timedelta(minutes=1)))


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
