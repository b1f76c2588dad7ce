"""A bar on standard error for long work; nothing when nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

WIDTH = 30
LEAST_S = 0.1


def bar(what: str) -> Callable[[int, int], None] | None:
    """Return a function of (done, all) that draws a bar with the time left; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        return None
    begun, drawn = time.monotonic(), [0.0]

    def show(done: int, every: int) -> None:
        now = time.monotonic()
        if done < every and now - drawn[0] < LEAST_S:
            return
        drawn[0] = now
        left_s = (now - begun) / done * (every - done) if done else 0.0
        filled = "#" * (WIDTH * done // max(1, every))
        sys.stderr.write(f"\r{what} [{filled:<{WIDTH}}] {done}/{every}, {left_s:.0f} s left \x1b[K")
        if done >= every:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show
