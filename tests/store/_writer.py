"""Writes to a record for ever and says on standard output what was acknowledged; a test kills it."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal

from reprieve.record.chart import DiaryEntry, Symptom
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request


def main(target: str, name: str) -> None:
    ledger = Ledger(Database(target), Origin("0", "t"))
    number = 0
    print("ready", flush=True)
    while True:
        number += 1
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
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
