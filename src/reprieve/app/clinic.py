"""The clinic: charts out of events, each read told, each write checked and stored once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from reprieve.app.accounts.accounts import Accounts, Person
from reprieve.app.clock import now
from reprieve.app.ids import new_id, origin
from reprieve.core.errors import ConflictError, InputError, UnknownNameError
from reprieve.core.once import first_twice
from reprieve.record.chart import Chart
from reprieve.record.event_bodies import Reading
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.events_of_chart import events_of_chart
from reprieve.record.fold import REGISTRATIONS, fold_chart
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Receipt, Request
from reprieve.store.tables import patients

DEFAULT_CLINIC = "clinic"
# A kept chart takes about two kilobytes for each of its events; so many events stay in memory, of the latest charts.
EVENTS_KEPT = 60_000
# A screen asks for the chart several times while it is open; one reading a minute tells as much as ten.
READING_TOLD_EVERY_S = 60.0


class NoSuchPatientError(UnknownNameError):
    """The clinic has no such patient."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart and its version: the number of the latest event that could change it."""

    chart: Chart
    version: int
    deceased: date | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    view: ChartView
    events: tuple[Event, ...]


class Clinic:
    """One record, open for use.

    Parameters
    ----------
    database : Database
    clock : callable
        The server's time with zone.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = now, accounts: Accounts | None = None
    ) -> None:
        self.database = database
        self.ledger = Ledger(database, origin())
        self.clock = clock
        self.accounts = accounts or Accounts(self.ledger, clock)
        self._charts: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._events_kept = 0
        self._readings: dict[tuple[str, str, str, str], float] = {}
        self._lock = threading.Lock()

    def today(self) -> date:
        """Return the clinic's date."""
        return self.clock().date()

    def view(self, clinic: str, patient: str) -> ChartView:
        """Return the chart of `patient`, without telling that it was read: for the program's own use.

        Raises
        ------
        NoSuchPatientError
            The clinic has no such patient.
        """
        return self._known(clinic, patient).view

    def chart_events(self, clinic: str, patient: str) -> tuple[Event, ...]:
        """Return the events that the chart of `patient` is made of, oldest first; who read it is not among them."""
        return self._known(clinic, patient).events

    def _known(self, clinic: str, patient: str) -> _Kept:
        version = self.ledger.version(clinic, patient)
        if version is None:
            raise NoSuchPatientError("this clinic has no such patient; look the patient up in the list")
        key = (clinic, patient)
        with self._lock:
            kept = self._charts.get(key)
            if kept is not None and kept.view.version == version:
                self._charts.move_to_end(key)
                return kept
        events = self._events(clinic, patient, version, kept)
        deceased = [event.body.deceased for event in events if event.kind in REGISTRATIONS and event.body is not None]
        kept = _Kept(ChartView(fold_chart(events), version, deceased[-1] if deceased else None), events)
        with self._lock:
            self._keep(key, kept)
        return kept

    def _keep(self, key: tuple[str, str], kept: _Kept) -> None:
        before = self._charts.pop(key, None)
        self._charts[key] = kept
        self._events_kept += len(kept.events) - (len(before.events) if before else 0)
        while self._events_kept > EVENTS_KEPT and len(self._charts) > 1:
            _, oldest = self._charts.popitem(last=False)
            self._events_kept -= len(oldest.events)

    def _events(self, clinic: str, patient: str, version: int, kept: _Kept | None) -> tuple[Event, ...]:
        """Return the events of a chart up to `version`; of a kept chart only what came since is read."""
        if kept is not None and kept.view.version < version:
            new = self.ledger.events_of(clinic, patient, after=kept.view.version, upto=version, chart_only=True)
            # An erasure takes the content of older events away.
            if not any(event.kind is EventKind.PATIENT_ERASED for event in new):
                return (*kept.events, *new)
        return tuple(self.ledger.events_of(clinic, patient, upto=version, chart_only=True))

    def read(self, person: Person, patient: str, what: str) -> ChartView:
        """Return the chart of `patient` and tell that `person` read it."""
        view = self.view(person.clinic, patient)
        self.tell_reading(person, patient, what)
        return view

    def tell_reading(self, person: Person, patient: str | None, what: str) -> None:
        """Record that `person` read `what`."""
        key = (person.clinic, person.name, patient or "", what)
        moment = time.monotonic()
        with self._lock:
            told = self._readings.get(key)
            if told is not None and moment - told < READING_TOLD_EVERY_S:
                return
            self._readings[key] = moment
            if len(self._readings) > 50_000:
                self._readings = {k: t for k, t in self._readings.items() if moment - t < READING_TOLD_EVERY_S}
        self.ledger.append([self.event(person, EventKind.CHART_READ, Reading(what=what), patient=patient)])

    def event(
        self,
        person: Person,
        kind: EventKind,
        body: Any,
        *,
        patient: str | None = None,
        replaces: str | None = None,
        reason: str | None = None,
    ) -> Event:
        """Return a new event by `person`, now."""
        return Event(
            id=new_id(),
            kind=kind,
            clinic=person.clinic,
            patient=patient,
            by=person.name,
            at=self.clock(),
            body=body,
            replaces=replaces,
            reason=reason,
        )

    def append(
        self,
        events: Sequence[Event],
        *,
        answer: Any = None,
        request: Request | None = None,
        expected: Mapping[str, int | None] | None = None,
        also: Callable[[Connection], object] | None = None,
    ) -> Receipt:
        """Append `events`; see `Ledger.append`."""
        return self.ledger.append(events, answer=answer, request=request, expected=expected, at=self.clock(), also=also)

    def import_charts(
        self,
        charts: Sequence[Chart],
        *,
        clinic: str,
        by: str,
        reason: str | None = None,
        more: Sequence[Event] = (),
    ) -> Receipt:
        """Record `charts` of new patients and the events `more` in one write.

        Raises
        ------
        ConflictError
            A patient of that id is in the record.
        InputError
            Two of them have one id.
        """
        twice = first_twice(chart.patient.id for chart in charts)
        if twice is not None:
            raise InputError(f"patient {twice!r} stands twice in the file; nothing was imported, give each once")
        known = self.known_patients(clinic, [chart.patient.id for chart in charts])
        if known:
            raise ConflictError(
                f"patient {sorted(known)[0]!r} is in the record already; nothing was imported, "
                "give the imported patient another id"
            )
        at = self.clock()
        events = [
            event
            for chart in charts
            for event in events_of_chart(chart, clinic=clinic, by=by, at=at, new_id=new_id, reason=reason)
        ]
        # Asked once more within the write: two imports of one file may have looked at the same moment.
        return self.ledger.append([*events, *more], expected={chart.patient.id: None for chart in charts}, at=at)

    def known_patients(self, clinic: str, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` that the clinic has."""
        found: set[str] = set()
        with self.database.read() as connection:
            for start in range(0, len(ids), 500):
                query = select(patients.c.patient).where(
                    patients.c.clinic == clinic, patients.c.patient.in_(ids[start : start + 500])
                )
                found.update(connection.scalars(query))
        return found

    def patient_ids(self, clinic: str) -> list[tuple[str, int]]:
        """Return id and version of every patient of the clinic, by name."""
        query = (
            select(patients.c.patient, patients.c.version)
            .where(patients.c.clinic == clinic)
            .order_by(patients.c.search, patients.c.patient)
        )
        with self.database.read() as connection:
            return [(row.patient, row.version) for row in connection.execute(query)]
