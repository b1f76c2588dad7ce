"""Events to text and back, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from reprieve.core.documents import canonical
from reprieve.core.errors import TamperedError
from reprieve.record.event_bodies import BODIES
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.tables import events

# What an event is told by, in the order in which `event_of` takes it.
_C = events.c
EVENT_COLUMNS = (_C.id, _C.kind, _C.clinic, _C.patient, _C.by, _C.at, _C.body, _C.replaces, _C.reason)


@cache
def _validator(kind: EventKind) -> Callable[[str], Any]:
    return TypeAdapter(BODIES[kind]).validator.validate_json


def body_text(body: Any) -> str:
    """Return the canonical JSON of an event's body."""
    return canonical(body).decode()


def body_of(kind: EventKind, text: str | None) -> Any:
    """Return the body told by `text`; None once it was erased."""
    return None if text is None else _validator(kind)(text)


def event_of_row(row: Any) -> Event:
    """Return the event in a row of the table `events`."""
    return event_of(tuple(getattr(row, column.name) for column in EVENT_COLUMNS))


def event_of(values: Sequence[Any]) -> Event:
    """Return the event told by the values of `EVENT_COLUMNS`; whatever follows them is the chain's.

    Raises
    ------
    TamperedError
        They tell no event.
    """
    key, kind, clinic, patient, by, at, body, replaces, reason = values[: len(EVENT_COLUMNS)]
    try:
        told = EventKind(kind)
        return Event(
            id=key,
            kind=told,
            clinic=clinic,
            patient=patient,
            by=by,
            at=datetime.fromisoformat(at),
            body=None if body is None else _validator(told)(body),
            replaces=replaces,
            reason=reason,
        )
    except (ValueError, TypeError):
        # Without the reason that a reader gives: it shows what stands there, which is a patient's.
        raise TamperedError(
            f"the event {str(key)[:40]!r} cannot be read: it was changed or damaged; run `reprieve audit verify`, "
            "keep the file and restore a backup"
        ) from None
