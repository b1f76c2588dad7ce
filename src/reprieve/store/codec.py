"""Events to text and back, the same bytes each time."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from reprieve.core.documents import canonical
from reprieve.record.event_bodies import BODIES
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event


@cache
def _adapter(kind: EventKind) -> TypeAdapter[Any]:
    return TypeAdapter(BODIES[kind])


def body_text(body: Any) -> str:
    """Return the canonical JSON of an event's body."""
    return canonical(body).decode()


def body_of(kind: EventKind, text: str | None) -> Any:
    """Return the body told by `text`; None once it was erased."""
    return None if text is None else _adapter(kind).validate_json(text)


def event_of_row(row: Any) -> Event:
    """Return the event in a row of the table `events`."""
    kind = EventKind(row.kind)
    return Event(
        id=row.id,
        kind=kind,
        clinic=row.clinic,
        patient=row.patient,
        by=row.by,
        at=datetime.fromisoformat(row.at),
        body=body_of(kind, row.body),
        replaces=row.replaces,
        reason=row.reason,
    )
