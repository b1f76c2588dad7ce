"""S12: a record that is written to while it is verified is not called broken."""

from __future__ import annotations

import threading
from collections.abc import Callable

from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin
from reprieve.store.verify import verify


def test_s12_a_verification_beside_a_writer_finds_no_break(
    filled: Ledger, target: str, diary: Callable[..., Event]
) -> None:
    for _ in range(10):
        filled.append([diary() for _ in range(50)])
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        database = Database(target)
        ledger = Ledger(database, Origin("0", "t"))
        while not stop.is_set():
            written.append(ledger.append([diary()]).last)
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            stop.wait(0.01)
        found = [verify(filled.database)]
        while len(found) < 12 or found[-1].events == found[0].events:
            found.append(verify(filled.database))
    finally:
        stop.set()
        writer.join()
    assert [one.problems for one in found] == [()] * len(found)
    assert verify(filled.database).events == written[-1]
