"""What a patient sees of the own record: entries, the course in dates, what was injected. Never a dose."""

from __future__ import annotations

from datetime import date
from typing import Any

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.record.forecasts import Forecasts
from reprieve.app.record.head_angles import camera_at_home
from reprieve.app.record.muscles import muscle_words
from reprieve.core.documents import as_json
from reprieve.core.errors import AccessError, ReprieveError
from reprieve.deliver.recall import chart_lots
from reprieve.record.chart import Chart, Session
from reprieve.record.event_kinds import ACCESS_KINDS, EventKind

DIARY_DAYS_SHOWN = 400


def own_patient(person: Person) -> str:
    """Return the patient whose account this is.

    Raises
    ------
    AccessError
        The account belongs to no patient.
    """
    if person.patient_id is None:
        raise AccessError("this page is a patient's own; sign in with the patient's account")
    return person.patient_id


def own_page(store: Clinic, known: Forecasts, person: Person) -> dict[str, Any]:
    """Return the page of the patient who is signed in; no dose and no advice to inject is in it (S22)."""
    patient = own_patient(person)
    chart = store.read(person, patient, "own page").chart
    today = store.today()
    return {
        "patient": {"given_name": chart.patient.given_name},
        "sessions": [_session(session) for session in chart.sessions if session.injections],
        "diary": [
            {"date": entry.date.isoformat(), "severity": as_json(entry.severity), "note": entry.note}
            for entry in chart.diary
            if (today - entry.date).days <= DIARY_DAYS_SHOWN
        ],
        "symptoms": [
            {"date": entry.date.isoformat(), "symptom": entry.symptom, "resolved": as_json(entry.resolved)}
            for entry in chart.symptoms
        ],
        "forecast": _course(known, person, patient, today),
        "next_appointment": _next_appointment(chart, today),
        "urgent_text": None,
        "camera": camera_at_home(store, person),
    }


def own_readings(store: Clinic, person: Person, limit: int = 200) -> list[dict[str, Any]]:
    """Return who read the patient's own chart and when (S14)."""
    patient = own_patient(person)
    kinds = (EventKind.CHART_READ, EventKind.GLASS_BROKEN, EventKind.RECORD_EXPORTED)
    return [
        {"at": event.at.isoformat(), "by": event.by, "what": getattr(event.body, "what", None)}
        for _, _, event in store.ledger.latest(person.clinic, patient=patient, kinds=kinds, limit=limit)
        if event.by != person.name
    ]


def own_export(store: Clinic, person: Person) -> dict[str, Any]:
    """Return everything the record holds about the patient, machine-readable (S24)."""
    patient = own_patient(person)
    view = store.read(person, patient, "export of one's own data")
    return person_export(store, person.clinic, patient, view.chart)


def person_export(store: Clinic, clinic: str, patient: str, chart: Chart) -> dict[str, Any]:
    """Return the chart, all its events with earlier versions, all lots, and every reading of it."""
    events = store.ledger.events_of(clinic, patient)
    return {
        "chart": as_json(chart),
        "lots": list(chart_lots(chart)),
        "events": [
            {
                "id": event.id,
                "kind": event.kind.value,
                "at": event.at.isoformat(),
                "by": event.by,
                "replaces": event.replaces,
                "reason": event.reason,
                "body": as_json(event.body),
            }
            for event in events
            if event.kind not in ACCESS_KINDS
        ],
        "readings": [
            {"at": event.at.isoformat(), "by": event.by, "what": as_json(event.body)}
            for event in events
            if event.kind in ACCESS_KINDS
        ],
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "date": session.date.isoformat(),
        "product": session.product,
        "place": session.place,
        "muscles": [muscle_words(row.muscle, row.side) for row in session.injections],
    }


def _course(known: Forecasts, person: Person, patient: str, today: date) -> dict[str, Any] | None:
    try:
        told = known.of(person.clinic, patient, today)
    except ReprieveError:
        return None
    if told["abstains"] or not told["peak"] or not told["fading"]:
        return None
    fading, peak = told["fading"], told["peak"]
    return {
        "best_from": peak["low"],
        "best_to": min(peak["high"], fading["low"]) if fading["low"] > peak["low"] else peak["high"],
        "fading_from": fading["low"],
        "fading_to": fading["high"],
        "text": None,
    }


def _next_appointment(chart: Chart, today: date) -> dict[str, str] | None:
    coming = sorted(
        (entry for entry in chart.appointments if entry.date >= today and entry.state == "booked"),
        key=lambda entry: entry.date,
    )
    return {"date": coming[0].date.isoformat(), "purpose": coming[0].purpose} if coming else None
