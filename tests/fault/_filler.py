"""Writes until the disk refuses; says what was acknowledged and what it was told. Optionally under a size limit."""

from __future__ import annotations

import resource
import signal
import sys
from datetime import UTC, date, datetime

from reprieve.core.errors import ReprieveError
from reprieve.record.chart import DiaryEntry
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin


def main(target: str, largest: str) -> None:
    ledger = Ledger(Database(target), Origin("0", "t"))
    if largest != "0":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    for number in range(1, 5000):
        entry = Event(
            id=f"diary-{number}",
            kind=EventKind.DIARY_ENTERED,
            clinic="clinic",
            patient="a",
            by="filler",
            at=datetime.now(UTC),
            body=DiaryEntry(date=date(2026, 1, 1), note="x" * 6000),
        )
        try:
            ledger.append([entry])
        except ReprieveError as error:
            print("refused", error, flush=True)
            return
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
