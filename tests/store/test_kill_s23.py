"""S23: after a kill at any moment every acknowledged write is there, none is half there, and the chain holds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.verify import verify

WRITER = Path(__file__).with_name("_writer.py")


def _write_until_killed(target: str, name: str, seconds: float) -> int:
    """Return the last number that the writer acknowledged before it was killed."""
    writer = subprocess.Popen([sys.executable, str(WRITER), target, name], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(seconds)
    writer.kill()
    acknowledged = [int(line) for line in writer.stdout.read().splitlines() if line.strip().isdigit()]
    writer.wait()
    writer.stdout.close()
    return acknowledged[-1] if acknowledged else 0


def _rounds(target: str, registered: Callable[..., Event], kills: int, seed: int) -> None:
    random_times = random.Random(seed)
    database = Database(target)
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([registered()])
    acknowledged: dict[str, int] = {}
    for number in range(kills):
        name = f"device{number}"
        acknowledged[name] = _write_until_killed(target, name, random_times.uniform(0.0, 0.25))
        found = verify(database)
        assert found.ok, found.problem
    assert sum(acknowledged.values()) > kills, "the writers were killed before they wrote: this showed nothing"
    stored = Counter(event.by for event in ledger.events_of("clinic", "a"))
    for name, last in acknowledged.items():
        # Whole writes of three; at most the one that was stored but not yet acknowledged is more.
        assert stored[name] % 3 == 0
        assert stored[name] // 3 in (last, last + 1)
        # The client that lost the answer sends again and is told what happened then; nothing is written twice.
        before = ledger.head()[0]
        if stored[name]:
            request = Request.of("clinic", name, f"key-{stored[name] // 3}", b"body")
            assert ledger.append([], request=request).answer == {"number": stored[name] // 3}
        assert ledger.head()[0] == before
    database.close()


def test_s23_a_killed_writer_leaves_whole_writes_only(target: str, registered: Callable[..., Event]) -> None:
    _rounds(target, registered, kills=5, seed=1)


@pytest.mark.slow
def test_s23_five_hundred_killed_writers_leave_whole_writes_only(target: str, registered: Callable[..., Event]) -> None:
    _rounds(target, registered, kills=500, seed=2)
