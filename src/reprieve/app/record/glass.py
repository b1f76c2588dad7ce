"""Closed charts, and breaking the glass: reading in an emergency what one may not, with a reason and an alert."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from reprieve.app.accounts.accounts import Action, Person
from reprieve.app.accounts.throttle import utc_text
from reprieve.app.clinic import Clinic
from reprieve.core.errors import InputError
from reprieve.record.event_bodies import AlertSeen, ClosedChart, Reading
from reprieve.record.event_kinds import EventKind
from reprieve.store.access_views import GLASS_MINUTES
from reprieve.store.ledger import Receipt, Request
from reprieve.store.tables import closed_charts, glasses

SHORTEST_REASON = 10
# Reading only: whoever broke the glass still writes nothing that the role may not write.
OPENED = frozenset({Action.READ_CHART})


def may(store: Clinic, person: Person, action: Action, patient: str | None) -> bool:
    """Return whether `person` may do `action`, for the chart of `patient` where one is named."""
    allowed = person.may(action)
    if patient is None:
        return allowed
    if allowed and not _keeps_out(store, person, patient):
        return True
    # A closed chart that was opened by breaking the glass is open for what the role may do anyway.
    return (allowed or action in OPENED) and _is_broken(store, person, patient)


def break_glass(store: Clinic, person: Person, patient: str, reason: str, request: Request | None) -> Receipt:
    """Open a chart for an hour, for this person alone; everybody who watches over the clinic is told."""
    told = reason.strip()
    if not SHORTEST_REASON <= len(told) <= 2000:
        raise InputError(f"breaking the glass needs a reason of at least {SHORTEST_REASON} characters; give it")
    store.view(person.clinic, patient)
    event = store.event(person, EventKind.GLASS_BROKEN, Reading(what="chart"), patient=patient, reason=told)
    until = event.at + timedelta(minutes=GLASS_MINUTES)
    answer = {"patient_id": patient, "until": until.isoformat(), "alert": event.id}
    return store.append([event], answer=answer, request=request)


def close_chart(
    store: Clinic, person: Person, patient: str, names: tuple[str, ...], reason: str, request: Request | None
) -> Receipt:
    """Let only the accounts in `names` open a chart; an empty list opens it for all again."""
    known = {str(row["name"]) for row in store.accounts.list_of(person.clinic)}
    strangers = sorted(set(names) - known)
    if strangers:
        raise InputError(f"there is no account {strangers[0]!r}; name accounts of this clinic")
    if len(reason.strip()) < 3:
        raise InputError("closing or opening a chart needs a reason; it stays in the record")
    store.view(person.clinic, patient)
    body = ClosedChart(names=tuple(dict.fromkeys(names)))
    event = store.event(person, EventKind.CHART_CLOSED, body, patient=patient, reason=reason.strip())
    return store.append([event], answer={"patient_id": patient, "names": list(body.names)}, request=request)


def alerts(store: Clinic, clinic: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return the broken glasses, newest first, and who looked into each."""
    kinds = (EventKind.GLASS_BROKEN, EventKind.ALERT_SEEN)
    found = [event for _, _, event in store.ledger.latest(clinic, kinds=kinds, limit=2 * limit)]
    seen = {event.body.alert: event for event in found if event.kind is EventKind.ALERT_SEEN}
    return [
        {
            "alert": event.id,
            "at": event.at.isoformat(),
            "by": event.by,
            "patient_id": event.patient,
            "reason": event.reason,
            "seen_by": seen[event.id].by if event.id in seen else None,
        }
        for event in found
        if event.kind is EventKind.GLASS_BROKEN
    ][:limit]


def see_alert(store: Clinic, person: Person, alert: str, note: str, request: Request | None) -> Receipt:
    """Record that `person` looked into an alert; nobody does so for the own one."""
    known = {row["alert"]: row for row in alerts(store, person.clinic, 500)}
    if alert not in known:
        raise InputError("there is no such alert; read the list again")
    if known[alert]["by"] == person.name:
        raise InputError("whoever broke the glass cannot look into it alone; let somebody else do it")
    event = store.event(
        person,
        EventKind.ALERT_SEEN,
        AlertSeen(alert=alert),
        patient=known[alert]["patient_id"],
        reason=note.strip() or None,
    )
    return store.append([event], answer={"alert": alert, "seen_by": person.name}, request=request)


def _keeps_out(store: Clinic, person: Person, patient: str) -> bool:
    query = select(closed_charts.c.names).where(
        closed_charts.c.clinic == person.clinic, closed_charts.c.patient == patient
    )
    with store.database.read() as connection:
        names = connection.scalar(query)
    return names is not None and person.name not in json.loads(names)


def _is_broken(store: Clinic, person: Person, patient: str) -> bool:
    query = select(glasses.c.until).where(
        glasses.c.clinic == person.clinic, glasses.c.account == person.name, glasses.c.patient == patient
    )
    with store.database.read() as connection:
        until = connection.scalar(query)
    return until is not None and until > utc_text(store.clock())
