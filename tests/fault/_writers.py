"""Starts writers that write for ever and kills them at a given moment; driven over standard input by a test.

Each line of input is a JSON document ``{"target", "names", "after", "seconds"}``: the writers are killed a moment after
they acknowledged `after` writes together (None: while they open the record), however slow the machine is. The answer
tells for each name the last number that its writer acknowledged before it was killed. The writers are forked from a
process that has opened and written a record of its own, so that a round pays neither for imports nor for what is
compiled at the first write.
"""

from __future__ import annotations

import itertools
import json
import os
import selectors
import signal
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from reprieve.record.chart import DiaryEntry, Symptom
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request


def write_for_ever(target: str, name: str, pipe: int) -> None:
    ledger = Ledger(Database(target), Origin("0", "t"))
    for number in itertools.count(1):
        write(ledger, name, number)
        os.write(pipe, f"{number}\n".encode())


def write(ledger: Ledger, name: str, number: int) -> None:
    # Three events in one write: after a kill there are three of them or none.
    batch = [
        Event(
            id=f"{name}-{number}-{part}",
            kind=EventKind.DIARY_ENTERED if part else EventKind.SYMPTOM_REPORTED,
            clinic="clinic",
            patient="a",
            by=name,
            at=datetime.now(UTC),
            body=DiaryEntry(date=date(2026, 1, 1), severity=Decimal(part))
            if part
            else Symptom(date=date(2026, 1, 1), symptom="fatigue"),
        )
        for part in range(3)
    ]
    request = Request.of("clinic", name, f"key-{number}", b"body")
    ledger.append(batch, answer={"number": number}, request=request)


class Victim:
    """A forked writer, and what it has told so far."""

    def __init__(self, target: str, name: str) -> None:
        self.pipe, writing = os.pipe()
        self.told = b""
        self.process = os.fork()
        if self.process == 0:
            os.close(self.pipe)
            try:
                write_for_ever(target, name, writing)
            finally:
                os._exit(1)
        os.close(writing)

    @property
    def acknowledged(self) -> list[int]:
        return [int(line) for line in self.told.split(b"\n")[:-1] if line.isdigit()]

    def listen(self) -> bool:
        """Take what it tells; False once it tells nothing any more."""
        part = os.read(self.pipe, 65536)
        self.told += part
        return bool(part)

    def kill(self) -> int:
        """Kill it and return the last number that it acknowledged."""
        os.kill(self.process, signal.SIGKILL)
        while self.listen():
            pass
        os.close(self.pipe)
        os.waitpid(self.process, 0)
        return max(self.acknowledged, default=0)


def wait_for(victims: list[Victim], writes: int) -> None:
    """Return once the writers have acknowledged so many writes together."""
    with selectors.DefaultSelector() as ready:
        for victim in victims:
            ready.register(victim.pipe, selectors.EVENT_READ, victim)
        while sum(len(victim.acknowledged) for victim in victims) < writes:
            for key, _ in ready.select():
                assert key.data.listen(), "a writer ended by itself"


opened: set[str] = set()


def warm_up() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(str(Path(folder) / "warm.db"))
        write(Ledger(database, Origin("0", "t")), "warm", 1)
        database.close()


def main() -> None:
    warm_up()
    for line in sys.stdin:
        wish = json.loads(line)
        if wish["target"] not in opened:
            opened.add(wish["target"])
            Database(wish["target"]).close()  # its driver is loaded; each writer opens the record itself
        running = {name: Victim(wish["target"], name) for name in wish["names"]}
        if wish["after"] is not None:
            wait_for(list(running.values()), wish["after"])
        time.sleep(wish["seconds"])
        print(json.dumps({name: victim.kill() for name, victim in running.items()}), flush=True)


if __name__ == "__main__":
    main()
