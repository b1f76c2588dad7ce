"""The importer: a chart document told as events, so that folding them gives the chart back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from reprieve.core.errors import DocumentError
from reprieve.record.chart import Chart, Session
from reprieve.record.event_bodies import (
    Draft,
    Registration,
    Risk,
    SessionEffect,
    SessionHead,
    SessionInjection,
    SessionSkip,
    SessionVial,
    Signature,
)
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.fold import FIELDS
from reprieve.record.fold_session import content_hash

SIGNED_ELSEWHERE = "signed before it was imported"


def with_session_ids(chart: Chart, new_id: Callable[[], str]) -> Chart:
    """Return `chart` with an id for each session that has none."""
    sessions = tuple(session if session.id else replace(session, id=new_id()) for session in chart.sessions)
    return replace(chart, sessions=sessions)


def events_of_chart(
    chart: Chart, *, clinic: str, by: str, at: datetime, new_id: Callable[[], str], reason: str | None = None
) -> list[Event]:
    """Return the events that tell `chart`.

    Parameters
    ----------
    chart : Chart
        Sessions without an id get one.
    clinic, by : str
        Whose record it becomes, and who imports it.
    at : datetime
        When it is imported, with zone; what happened earlier keeps its own dates inside.
    new_id : callable
        Gives a new unique id each time.
    reason : str, optional
        Why or from where.

    Returns
    -------
    list of Event
        ``fold_chart(events_of_chart(chart)) == with_session_ids(chart)``.

    Raises
    ------
    DocumentError
        If two sessions share an id: a later change could not tell which of them is meant.
    """
    chart = with_session_ids(chart, new_id)
    _refuse_shared_ids(chart)

    def event(kind: EventKind, body: Any) -> Event:
        return Event(
            id=new_id(), kind=kind, clinic=clinic, patient=chart.patient.id, by=by, at=at, body=body, reason=reason
        )

    return [event(kind, body) for kind, body in _bodies(chart, new_id)]


def _bodies(chart: Chart, new_id: Callable[[], str]) -> Iterator[tuple[EventKind, Any]]:
    yield EventKind.PATIENT_REGISTERED, Registration(patient=chart.patient, jurisdiction=chart.jurisdiction)
    for kind, field in FIELDS.items():
        for entry in getattr(chart, field):
            if kind is EventKind.RISK_RECORDED:
                yield kind, Risk(risk=entry)
            elif kind is EventKind.PLAN_DRAFTED:
                yield kind, Draft(draft_id=new_id(), plan=entry)
            else:
                yield kind, entry
    for session in chart.sessions:
        yield from session_bodies(session)


def session_bodies(session: Session, meaning: str = SIGNED_ELSEWHERE) -> Iterator[tuple[EventKind, Any]]:
    """Yield the events' bodies that tell `session`, its signature last."""
    key = session.id
    if key is None:
        raise DocumentError(f"the session of {session.date} has no id; give it one before it is recorded")
    yield (
        EventKind.SESSION_OPENED,
        SessionHead(
            session_id=key,
            date=session.date,
            product=session.product,
            indication=session.indication,
            jurisdiction=session.jurisdiction,
            place=session.place,
            note=session.note,
            vials_listed=session.reconstitution is not None,
        ),
    )
    for vial in session.reconstitution.vials if session.reconstitution else ():
        yield EventKind.VIAL_OPENED, SessionVial(session_id=key, vial=vial)
    for injection in session.injections:
        yield EventKind.INJECTION_GIVEN, SessionInjection(session_id=key, injection=injection)
    for skipped in session.skipped:
        yield EventKind.INJECTION_SKIPPED, SessionSkip(session_id=key, skipped=skipped)
    if session.signed_by is not None or session.signed_at is not None:
        signature = Signature(
            session_id=key,
            name=session.signed_by,
            at=session.signed_at,
            meaning=meaning,
            content_hash=content_hash(session),
        )
        yield EventKind.SESSION_SIGNED, signature
    for effect in session.muscle_effects:
        yield EventKind.MUSCLE_EFFECT_JUDGED, SessionEffect(session_id=key, effect=effect)


def _refuse_shared_ids(chart: Chart) -> None:
    seen: set[str] = set()
    for session in chart.sessions:
        if session.id in seen:
            raise DocumentError(
                f"two sessions share the id {session.id!r}; each session needs its own, correct the document"
            )
        seen.add(session.id or "")
