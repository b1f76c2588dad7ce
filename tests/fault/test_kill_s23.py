"""S23: after a kill at any moment every acknowledged write is there, none is half there, and the chain holds."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.verify import verify
from support.registered import REGISTERED

WRITERS = Path(__file__).with_name("_writers.py")


def kill_often(target: str, kills: int, seed: int, writers_at_once: int = 4) -> None:
    moments = random.Random(seed)
    database = Database(target)
    ledger = Ledger(database, Origin("0", "t"))
    ledger.append([REGISTERED])
    acknowledged: dict[str, int] = {}
    with subprocess.Popen(
        [sys.executable, str(WRITERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for number in range(0, kills, writers_at_once):
            names = [f"device{number + one}" for one in range(writers_at_once)]
            # Each eighth round while they open the record; else a moment after some writes, whichever machine it is.
            after = None if number // writers_at_once % 8 == 7 else moments.randint(2, 8)
            wish = {"target": target, "names": names, "after": after, "seconds": moments.uniform(0.0, 0.02)}
            nursery.stdin.write(json.dumps(wish) + "\n")
            nursery.stdin.flush()
            told = nursery.stdout.readline()
            assert told, "the writers failed before they were killed"
            acknowledged |= json.loads(told)
            if number % (kills // 10) < writers_at_once:
                found = verify(database)
                assert found.ok, found.problem
        nursery.stdin.close()
    assert sum(acknowledged.values()) > kills // 2, "the writers were killed before they wrote: this showed nothing"
    found = verify(database)
    assert found.ok, found.problem
    stored = Counter(event.by for event in ledger.events_of("clinic", "a"))
    for name, last in acknowledged.items():
        # Whole writes of three; at most the one that was stored but not yet acknowledged is more.
        assert stored[name] % 3 == 0
        assert stored[name] // 3 in (last, last + 1)
        # The client that lost the answer sends again and is told what happened then; nothing is written twice.
        if stored[name]:
            before = ledger.head()[0]
            request = Request.of("clinic", name, f"key-{stored[name] // 3}", b"body")
            assert ledger.append([], request=request).answer == {"number": stored[name] // 3}
            assert ledger.head()[0] == before
    database.close()


def test_s23_three_hundred_killed_writers_leave_whole_writes_only(tmp_path: Path) -> None:
    kill_often(str(tmp_path / "clinic.db"), kills=300, seed=1)


@pytest.mark.postgres
def test_s23_two_hundred_killed_writers_leave_whole_writes_only_on_a_server(request: pytest.FixtureRequest) -> None:
    kill_often(request.getfixturevalue("cluster").new_database(), kills=200, seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [5000])
def test_s23_five_thousand_killed_writers_leave_whole_writes_only(target: str, kills: int) -> None:
    """Run on each kind of database: ten thousand a night."""
    kill_often(target, kills=kills, seed=3)
