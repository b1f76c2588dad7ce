"""A record with a few events, for the tests of the store."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reprieve.record.chart import ChartPatient, DiaryEntry
from reprieve.record.event_bodies import Registration
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)


@pytest.fixture
def database(target: str) -> Iterator[Database]:
    opened = Database(target)
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database, Origin("0.1.0", "test"))


@pytest.fixture
def registered() -> Callable[..., Event]:
    """Makes the registration of a patient."""

    def make(patient: str = "a", clinic: str = "clinic", key: str | None = None) -> Event:
        return Event(
            id=key or f"register-{clinic}-{patient}",
            kind=EventKind.PATIENT_REGISTERED,
            clinic=clinic,
            patient=patient,
            by="Dr. A",
            at=START,
            body=Registration(patient=ChartPatient(id=patient, family_name="Sample", given_name="Sam")),
        )

    return make


@pytest.fixture
def diary() -> Callable[..., Event]:
    """Makes diary entries, each with its own id."""
    numbers = itertools.count(1)

    def make(patient: str = "a", severity: int = 4, key: str | None = None, clinic: str = "clinic") -> Event:
        number = next(numbers)
        return Event(
            id=key or f"diary-{number}",
            kind=EventKind.DIARY_ENTERED,
            clinic=clinic,
            patient=patient,
            by="patient",
            at=START + timedelta(hours=number),
            body=DiaryEntry(date=date(2026, 3, 1) + timedelta(days=number), severity=Decimal(severity)),
        )

    return make


@pytest.fixture
def filled(ledger: Ledger, registered: Callable[..., Event], diary: Callable[..., Event]) -> Ledger:
    """A record of ten events in ten writes."""
    ledger.append([registered()])
    for _ in range(9):
        ledger.append([diary()])
    return ledger
