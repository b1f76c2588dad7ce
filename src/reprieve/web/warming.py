"""Compute today's forecasts behind the requests, so that the first look at the list finds them."""

from __future__ import annotations

import os
import threading
from time import monotonic

from reprieve.app.clinic import DEFAULT_CLINIC
from reprieve.core.errors import ReprieveError
from reprieve.web.caller import Rooms

# People come first: while they ask, at most a twentieth of the time goes into what nobody waits for.
PEOPLE_S = 2.0
WAIT_FOR_EACH = 19.0
PAUSE_S = 30.0
AT_ONCE_S = 0.1
PLACES = 7919


def warm_forecasts(rooms: Rooms, stop: threading.Event) -> None:
    """Work through the list a little at a time until `stop` is set."""
    while not stop.is_set():
        before = monotonic()
        try:
            done = _a_little(rooms)
        except ReprieveError:
            done = 0  # a busy or closed record: the next round tries again, and each page computes its own
        took = monotonic() - before
        if not done:
            stop.wait(PAUSE_S)
        elif rooms.limits.quiet_s < PEOPLE_S:
            stop.wait(took * WAIT_FOR_EACH)


def _a_little(rooms: Rooms) -> int:
    """Make some lines of the list, or else some forecasts, and return how many."""
    made = rooms.work_list.make_lines(DEFAULT_CLINIC, AT_ONCE_S)
    if made:
        return made
    today = rooms.store.today()
    missing = rooms.work_list.missing(DEFAULT_CLINIC, today)
    if not missing:
        return 0
    # Several workers begin at different places, and each takes what another has done: no forecast is made by all.
    place = os.getpid() * PLACES % len(missing)
    rooms.forecasts.warm(DEFAULT_CLINIC, missing[place:] + missing[:place], today, AT_ONCE_S)
    return len(missing) - len(rooms.work_list.missing(DEFAULT_CLINIC, today))
