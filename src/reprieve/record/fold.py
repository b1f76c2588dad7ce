"""Fold events into a chart: the same events give the same chart, whoever folds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from reprieve.core.errors import DocumentError
from reprieve.record.chart import Chart, ChartPatient
from reprieve.record.event_bodies import Registration
from reprieve.record.event_kinds import ACCESS_KINDS, EventKind
from reprieve.record.events import Event
from reprieve.record.fold_session import SESSION_KINDS, fold_sessions

# kind -> field of the chart that holds its bodies, in the order they were first told.
FIELDS = {
    EventKind.CONDITION_RECORDED: "conditions",
    EventKind.RISK_RECORDED: "risks",
    EventKind.GOAL_SET: "goals",
    EventKind.EXPOSURE_REPORTED: "exposures",
    EventKind.RATING_RECORDED: "ratings",
    EventKind.DIARY_ENTERED: "diary",
    EventKind.HEAD_ANGLES_MEASURED: "head_angles",
    EventKind.SYMPTOM_REPORTED: "symptoms",
    EventKind.ASSESSMENT_RECORDED: "assessments",
    EventKind.OTHER_TREATMENT_RECORDED: "other_treatments",
    EventKind.APPOINTMENT_BOOKED: "appointments",
    EventKind.PLAN_DRAFTED: "drafts",
}
REGISTRATIONS = (EventKind.PATIENT_REGISTERED, EventKind.PATIENT_AMENDED)


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands now in one place of the chart: the latest event there, and the event that opened the place."""

    first: Event
    latest: Event


def standing(events: Iterable[Event]) -> list[Entry]:
    """Return what stands after `events`: replaced entries by their latest version, voided ones left out.

    A replacement keeps the place of what it replaces, so that an amended rating stays where it was.
    """
    places: dict[str, Entry] = {}
    place_of: dict[str, str] = {}
    for event in events:
        if event.kind in ACCESS_KINDS:
            continue
        place = place_of.get(event.replaces) if event.replaces else None
        if event.kind is EventKind.ENTRY_VOIDED:
            if place is not None:
                places.pop(place, None)
            continue
        if place is not None and place in places:
            place_of[event.id] = place
            places[place] = Entry(places[place].first, event)
        else:
            place_of[event.id] = event.id
            places[event.id] = Entry(event, event)
    return list(places.values())


def fold_chart(events: Iterable[Event]) -> Chart:
    """Return the chart of the one patient whose `events` these are.

    Raises
    ------
    DocumentError
        If no event registers the patient.
    """
    entries = standing(events)
    fields: dict[str, list[Any]] = {name: [] for name in FIELDS.values()}
    registration: Registration | None = None
    pseudonym: str | None = None
    session_entries: list[Entry] = []
    closed_drafts: set[str] = set()
    for entry in entries:
        kind, body = entry.latest.kind, entry.latest.body
        if kind is EventKind.PATIENT_ERASED:
            pseudonym = body.pseudonym
        elif body is None:  # erased content
            continue
        elif kind in REGISTRATIONS:
            registration = body
        elif kind in SESSION_KINDS:
            session_entries.append(entry)
        elif kind is EventKind.PLAN_VOIDED or kind is EventKind.PLAN_SIGNED:
            if body.draft_id is not None:
                closed_drafts.add(body.draft_id)
        elif kind in FIELDS:
            fields[FIELDS[kind]].append(body)
    if registration is None:
        registration = _erased(entries, pseudonym)
    fields["risks"] = [body.risk for body in fields["risks"]]
    fields["drafts"] = [body.plan for body in fields["drafts"] if body.draft_id not in closed_drafts]
    return Chart(
        patient=registration.patient,
        jurisdiction=registration.jurisdiction,
        sessions=fold_sessions(session_entry.latest for session_entry in session_entries),
        **{name: tuple(values) for name, values in fields.items()},
    )


def _erased(entries: list[Entry], pseudonym: str | None) -> Registration:
    if pseudonym is None or not entries:
        raise DocumentError("these events register no patient; a chart needs a patient, give all events of one")
    patient = next((entry.latest.patient for entry in entries if entry.latest.patient), None) or pseudonym
    return Registration(patient=ChartPatient(id=patient, family_name=pseudonym))


def fold_registration(events: Iterable[Event]) -> Registration | None:
    """Return the latest registration among `events`, None if there is none."""
    found = [event.body for event in events if event.kind in REGISTRATIONS and event.body is not None]
    return found[-1] if found else None


def without_drafts(chart: Chart) -> Chart:
    """Return `chart` without plans nobody signed."""
    return replace(chart, drafts=())
