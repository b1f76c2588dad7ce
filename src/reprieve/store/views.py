"""Views kept beside the events: the list of patients. Written in the transaction of the events they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from reprieve.core.letters import plain_letters
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.fold import REGISTRATIONS
from reprieve.store.tables import patients


@dataclass(slots=True)
class _Change:
    version: int
    values: dict[str, Any]


def searchable(family_name: str | None, given_name: str | None) -> str:
    """Return the text by which a patient is found and sorted."""
    return plain_letters(f"{family_name or ''} {given_name or ''}".strip())


def project(connection: Connection, new: Sequence[Event], numbers: Sequence[int]) -> None:
    """Bring the list of patients up to date with `new` events that have the sequence `numbers`."""
    changes: dict[tuple[str, str], _Change] = {}
    for event, seq in zip(new, numbers, strict=True):
        if event.patient is None or not event.changes_chart:
            continue
        change = changes.setdefault((event.clinic, event.patient), _Change(seq, {}))
        change.version = seq
        told = listed(event)
        if "condition" in change.values:
            told.pop("condition", None)  # the list shows the first diagnosis, of one write too
        change.values.update(told)
    for (clinic, patient), change in changes.items():
        _store(connection, clinic, patient, change)


def listed(event: Event) -> dict[str, Any]:
    """Return what the list of patients takes from `event`."""
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
            values.pop("condition", None)
        connection.execute(update(patients).where(where).values(version=change.version, **values))
