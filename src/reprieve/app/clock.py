"""The clinic's time: the one room where the clock comes into the program."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reprieve.core.errors import SetupError

ZONE = "REPRIEVE_ZONE"


def now() -> datetime:
    """Return the clinic's time with its offset: by the zone that REPRIEVE_ZONE names, or else by the machine's.

    A server that counts in UTC has another day than its clinic for some hours, and would refuse a session of today.
    """
    zone = _zone(os.environ.get(ZONE, "").strip())
    if zone is None:
        return datetime.now().astimezone()
    moment = datetime.now(zone)
    # The offset alone: Python subtracts two times of one named zone by the clock on the wall.
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()))


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SetupError(f"{ZONE} must name a time zone such as Europe/Berlin, but got {name!r}; correct it") from None
