"""Events: the only thing the record is made of. What is not an event did not happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.core.errors import DateError, DocumentError
from reprieve.record.event_bodies import BODIES
from reprieve.record.event_kinds import ACCESS_KINDS, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, as it is told to the store.

    Attributes
    ----------
    id : str
        Given by the caller; unique for ever.
    kind : EventKind
    clinic : str
        The clinic that owns the event.
    patient : str or None
        None for what concerns no single patient.
    by : str
        Name of the account, or ``import``, ``system``.
    at : datetime
        By the server's clock, with its zone.
    body : object
        Of the type that `BODIES` gives for `kind`.
    replaces : str or None
        Id of the event whose place this one takes, or that it voids.
    reason : str or None
        Why something was changed or overridden.
    """

    id: str
    kind: EventKind
    clinic: str
    by: str
    at: datetime
    body: Any
    patient: str | None = None
    replaces: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise DateError(f"the time of an event needs its zone, but got {self.at}; use the server's clock")
        expected = BODIES[self.kind]
        # Erased content is None; everything else is of the one type of its kind.
        if self.body is not None and not isinstance(self.body, expected):
            raise DocumentError(
                f"an event {self.kind} carries {expected.__name__}, but got {type(self.body).__name__}; "
                "check the caller"
            )

    @property
    def changes_chart(self) -> bool:
        """Return whether the chart may look different after this event."""
        return self.kind not in ACCESS_KINDS
