"""One break that verifying a record found."""

from __future__ import annotations

from dataclasses import dataclass

EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Problem:
    """One break: at which event, what, and in which table.

    Beside the events `number` is the last event that could have left the row as it should be, 0 where there is none.
    """

    number: int
    what: str
    table: str = EVENTS

    def __str__(self) -> str:
        return f"event {self.number}: {self.what}" if self.table == EVENTS else f"table {self.table}: {self.what}"
