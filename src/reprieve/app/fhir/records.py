"""The record in the store, as FHIR sees it: out of events, and back into events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from reprieve import __version__
from reprieve.app.clinic import Clinic
from reprieve.app.ids import new_id
from reprieve.core.documents import as_json
from reprieve.core.errors import ReprieveError
from reprieve.interop.fhir.derived import ForecastTold, write_consents, write_forecast, write_visits
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.history import write_history
from reprieve.interop.fhir.kinds import ENTRY_KINDS
from reprieve.interop.fhir.names import logical_id
from reprieve.interop.fhir.record import FhirRecord, write_record
from reprieve.record.chart import Chart
from reprieve.record.event_bodies import KeptResource, Registration
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.events_of_chart import events_of_chart, with_session_ids
from reprieve.record.fold import FIELDS, fold_chart, standing

_BESIDE = {
    EventKind.WASTE_RECORDED: "waste",
    EventKind.CHECKLIST_STEP: "steps",
    EventKind.PLAN_SIGNED: "signed_plans",
    EventKind.RESOURCE_KEPT: "kept",
}
_REGISTRATIONS = (EventKind.PATIENT_REGISTERED, EventKind.PATIENT_AMENDED)
_TYPE_OF = {kind.field: kind.profiles[0][0] for kind in ENTRY_KINDS}


def record_of_events(events: Sequence[Event]) -> FhirRecord:
    """Return the whole record told by the events of one patient; an entry's id is that of its first event."""
    beside: dict[str, list[Any]] = {name: [] for name in _BESIDE.values()}
    keys: dict[str, list[str]] = {name: [] for name in FIELDS.values() if name != "drafts"}
    keys["waste"] = []
    deceased = None
    for entry in standing(events):
        kind, body = entry.latest.kind, entry.latest.body
        if body is None:  # erased content
            continue
        if kind in _REGISTRATIONS:
            deceased = body.deceased
        elif kind in _BESIDE:
            beside[_BESIDE[kind]].append(body)
        if kind in FIELDS and FIELDS[kind] in keys:
            keys[FIELDS[kind]].append(logical_id(entry.first.id))
        elif kind is EventKind.WASTE_RECORDED:
            keys["waste"].append(logical_id(entry.first.id))
    return FhirRecord(
        chart=fold_chart(events),
        deceased=deceased,
        keys={name: tuple(ids) for name, ids in keys.items()},
        **{name: tuple(rows) for name, rows in beside.items()},
    )


def resources_of_patient(store: Clinic, clinic: str, patient: str, *, history: bool = True) -> list[Json]:
    """Return all resources of one patient; with `history` also who wrote, who read, visits, shares, forecast."""
    events = store.ledger.events_of(clinic, patient)
    record = record_of_events(events)
    resources = write_record(record)
    if history:
        key = logical_id(record.chart.patient.id)
        derived = write_visits(resources, key) + write_consents(events, key, store.clock())
        derived += _forecast(store, record.chart, key)
        # What another record of this kind derived was kept with its ids: it is not told twice.
        taken = {(row["resourceType"], row.get("id")) for row in resources}
        resources += write_history(events, key, _targets(events))
        resources += [row for row in derived if (row["resourceType"], row["id"]) not in taken]
    return resources


def consents_of_patient(store: Clinic, clinic: str, patient: str) -> list[Json]:
    """Return the shares of a chart as they stand now; they change while the chart does not."""
    return write_consents(store.ledger.events_of(clinic, patient), logical_id(patient), store.clock())


def _forecast(store: Clinic, chart: Chart, key: str) -> list[Json]:
    # The forecast pulls in SciPy; an export without it should not wait for that.
    from reprieve.app.forecast import forecast_chart

    on = store.today()
    try:
        document = as_json(forecast_chart(chart, on=on))
    except ReprieveError:
        return []  # a chart that cannot be forecast; its page says why
    return write_forecast(ForecastTold(document, f"reprieve {__version__}, response model", on), key)


def _targets(events: Sequence[Event]) -> dict[str, str]:
    """Return for each event that tells an entry the resource of it; later versions name the same one."""
    first: dict[str, str] = {}
    told: dict[str, str] = {}
    for event in events:
        first[event.id] = first.get(event.replaces or "", event.id)
        field = FIELDS.get(event.kind)
        # A risk is an AllergyIntolerance or a Flag: its Provenance names the patient.
        if field in _TYPE_OF and field != "risks":
            told[event.id] = f"{_TYPE_OF[field]}/{logical_id(first[event.id])}"
    return told


def events_of_record(record: FhirRecord, *, clinic: str, by: str, at: datetime, reason: str) -> list[Event]:
    """Return the events that tell `record` as a new patient."""
    chart = with_session_ids(record.chart, new_id)
    events = events_of_chart(chart, clinic=clinic, by=by, at=at, new_id=new_id, reason=reason)
    if record.deceased is not None:
        body = Registration(patient=chart.patient, jurisdiction=chart.jurisdiction, deceased=record.deceased)
        events[0] = replace(events[0], body=body)
    more = [(kind, body) for kind, name in _BESIDE.items() for body in getattr(record, name)]
    return events + [
        Event(id=new_id(), kind=kind, clinic=clinic, patient=chart.patient.id, by=by, at=at, body=body, reason=reason)
        for kind, body in more
    ]


def events_of_kept(kept: Sequence[KeptResource], *, clinic: str, by: str, at: datetime, reason: str) -> list[Event]:
    """Return the events that keep foreign resources of no single patient."""
    kind = EventKind.RESOURCE_KEPT
    return [Event(id=new_id(), kind=kind, clinic=clinic, by=by, at=at, body=body, reason=reason) for body in kept]


def kept_of_clinic(store: Clinic, clinic: str) -> Iterator[KeptResource]:
    """Yield the foreign resources of no single patient, oldest first."""
    before: int | None = None
    found: list[KeptResource] = []
    while rows := store.ledger.latest(clinic, kinds=[EventKind.RESOURCE_KEPT], limit=1000, before=before):
        found += [event.body for _, _, event in rows if event.patient is None and event.body is not None]
        before = rows[-1][0]
    yield from reversed(found)
