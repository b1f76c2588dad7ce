"""One patient's registration: the least that a record can hold."""

from __future__ import annotations

from datetime import UTC, datetime

from reprieve.record.chart import ChartPatient
from reprieve.record.event_bodies import Registration
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event

REGISTERED = Event(
    id="register",
    kind=EventKind.PATIENT_REGISTERED,
    clinic="clinic",
    patient="a",
    by="test",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    body=Registration(patient=ChartPatient(id="a")),
)
