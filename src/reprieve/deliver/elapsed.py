"""Time that has really gone by, also on the night when the clocks change.

Python subtracts two times of the same zone by what the clock on the wall shows; a vial does not age by the wall.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def elapsed(earlier: datetime, later: datetime) -> timedelta:
    """Return the time from `earlier` to `later`, both with their zone; negative when they run backwards."""
    return later.astimezone(UTC) - earlier.astimezone(UTC)


def after(start: datetime, minutes: int) -> datetime:
    """Return the moment `minutes` after `start`, told in the zone of `start`."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
