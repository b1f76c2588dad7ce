"""Views kept beside the events: the list of patients. Written in the transaction of the events they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.fold import REGISTRATIONS
from reprieve.store.access_views import forget_access, project_access
from reprieve.store.codec import EVENT_COLUMNS, event_of
from reprieve.store.engine import Database
from reprieve.store.tables import events, patients


@dataclass(slots=True)
class _Change:
    version: int
    values: dict[str, Any]


def searchable(family_name: str | None, given_name: str | None) -> str:
    """Return the text by which a patient is found and sorted."""
    return f"{family_name or ''} {given_name or ''}".strip().casefold()


def project(connection: Connection, new: Sequence[Event], numbers: Sequence[int]) -> None:
    """Bring the list of patients up to date with `new` events that have the sequence `numbers`."""
    changes: dict[tuple[str, str], _Change] = {}
    for event, seq in zip(new, numbers, strict=True):
        if event.patient is None or not event.changes_chart:
            continue
        change = changes.setdefault((event.clinic, event.patient), _Change(seq, {}))
        change.version = seq
        change.values.update(_values(event))
    for (clinic, patient), change in changes.items():
        _store(connection, clinic, patient, change)


def _values(event: Event) -> dict[str, Any]:
    body = event.body
    if event.kind in REGISTRATIONS and body is not None:
        person = body.patient
        return {
            "family_name": person.family_name,
            "given_name": person.given_name,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
            "search": searchable(person.family_name, person.given_name),
        }
    if event.kind is EventKind.PATIENT_ERASED and body is not None:
        return {
            "family_name": body.pseudonym,
            "given_name": None,
            "birth_date": None,
            "search": searchable(body.pseudonym, None),
        }
    if event.kind is EventKind.CONDITION_RECORDED and body is not None:
        return {"condition": body.condition}
    return {}


def _store(connection: Connection, clinic: str, patient: str, change: _Change) -> None:
    where = (patients.c.clinic == clinic) & (patients.c.patient == patient)
    known = connection.execute(select(patients.c.condition).where(where)).one_or_none()
    values = dict(change.values)
    if known is None:
        first = {"clinic": clinic, "patient": patient, "search": "", "version": change.version}
        connection.execute(insert(patients).values(**{**first, **values}))
    else:
        if known.condition is not None:
            values.pop("condition", None)  # the list shows the first diagnosis
        connection.execute(update(patients).where(where).values(version=change.version, **values))


def rebuild(database: Database) -> int:
    """Make the list of patients and the views of access anew from the events and return how many it holds."""
    with database.write() as connection:
        connection.execute(delete(patients))
        forget_access(connection)
        query = select(*EVENT_COLUMNS, events.c.seq).order_by(events.c.seq)
        told = [(row.seq, event_of(row)) for row in connection.execute(query)]
        project(connection, [event for _, event in told], [seq for seq, _ in told])
        project_access(connection, [event for _, event in told])
        return len(connection.execute(select(patients.c.patient)).all())
