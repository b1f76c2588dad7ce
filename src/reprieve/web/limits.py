"""Rate limits in memory: far above what a person at a screen needs, far below what a script could do."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from reprieve.core.errors import ReprieveError

MOST_KEPT = 10_000


class TooManyError(ReprieveError):
    """Somebody asks more often than a person can; `seconds` until the next request is answered."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many requests; try again in {seconds} s")
        self.seconds = seconds


class Bucket:
    """So many at once, so many a second afterwards, for each subject."""

    def __init__(self, at_once: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.at_once = at_once
        self.per_second = per_second
        self.clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, subject: str) -> None:
        """Count one request of `subject`, or raise `TooManyError`."""
        now = self.clock()
        with self._lock:
            left, then = self._left.get(subject, (self.at_once, now))
            left = min(self.at_once, left + (now - then) * self.per_second)
            if left < 1:
                raise TooManyError(max(1, round((1 - left) / self.per_second)))
            if len(self._left) >= MOST_KEPT:
                # A full bucket says nothing; forgetting it changes nothing.
                full = self.at_once / self.per_second
                self._left = {key: value for key, value in self._left.items() if now - value[1] < full}
            self._left[subject] = (left - 1, now)


class Limits:
    """The limits of one running server.

    Parameters
    ----------
    at_once, per_second : float
        For each person who is signed in.
    """

    def __init__(self, at_once: float = 300, per_second: float = 20) -> None:
        self._people = Bucket(at_once, per_second)
        # Everybody in a clinic may come from one address, and all sign in at eight o'clock.
        self._addresses = Bucket(at_once, per_second / 4)
        self._last = -math.inf

    @property
    def quiet_s(self) -> float:
        """Seconds since anybody asked for anything."""
        return time.monotonic() - self._last

    def person(self, subject: str) -> None:
        """Count one request of a person."""
        self._last = time.monotonic()
        self._people.take(subject)

    def address(self, host: str) -> None:
        """Count one request of somebody who is not signed in."""
        self._last = time.monotonic()
        self._addresses.take(host)
