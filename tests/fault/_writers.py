"""Starts writers that write for ever and kills them at a given moment; driven over standard input by a test.

Each line of input is a JSON document ``{"target", "names", "seconds"}``; the answer tells for each name the last number
that its writer acknowledged before it was killed. The writers are forked from a process that has opened and written a
record of its own, so that a round pays neither for imports nor for what is compiled at the first write.
"""

from __future__ import annotations

import itertools
import json
import os
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
    os.write(pipe, b"ready\n")
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


def start(target: str, name: str) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            write_for_ever(target, name, writing)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def kill_and_read(child: int, reading: int) -> int:
    os.kill(child, signal.SIGKILL)
    told = b""
    while part := os.read(reading, 65536):
        told += part
    os.close(reading)
    os.waitpid(child, 0)
    numbers = [line for line in told.split(b"\n")[:-1] if line.isdigit()]
    return int(numbers[-1]) if numbers else 0


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
        running = {name: start(wish["target"], name) for name in wish["names"]}
        for _, reading in running.values():
            assert os.read(reading, 6) == b"ready\n", "the writer could not open the record"
        time.sleep(wish["seconds"])
        print(json.dumps({name: kill_and_read(*one) for name, one in running.items()}), flush=True)


if __name__ == "__main__":
    main()
