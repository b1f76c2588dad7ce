"""Erasure on a patient's wish: who the patient was is gone, what was given stays under a pseudonym (S24)."""

from __future__ import annotations

import json
import secrets
from typing import Any

from sqlalchemy import Connection, delete, update

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.record.entries import check_reason
from reprieve.core.errors import ConflictError
from reprieve.record.event_bodies import Erasure
from reprieve.record.event_kinds import EventKind
from reprieve.store.ledger import Receipt, Request
from reprieve.store.tables import (
    accounts,
    events,
    forecasts,
    identities,
    passkeys,
    push_subscriptions,
    sign_ins,
    work_lines,
    writes,
)

# What tells who somebody is, or what they wrote in their own words. Doses, lots, side effects and ratings are the legal
# record of a treatment and stay; the chain keeps the digest of everything that goes.
ERASED_KINDS = frozenset(
    {
        EventKind.PATIENT_REGISTERED,
        EventKind.PATIENT_AMENDED,
        EventKind.GOAL_SET,
        EventKind.DIARY_ENTERED,
        EventKind.HEAD_ANGLES_MEASURED,
        EventKind.RESOURCE_KEPT,
        EventKind.OTHER_TREATMENT_RECORDED,
        EventKind.APPOINTMENT_BOOKED,
        EventKind.PLAN_DRAFTED,
    }
)


def erase_patient(
    store: Clinic, person: Person, patient: str, *, reason: str, request: Request | None = None
) -> Receipt:
    """Erase who `patient` was; the account of the patient goes too.

    Raises
    ------
    NoSuchPatientError
    ConflictError
        Somebody wrote to the chart at the same moment.
    """
    told = check_reason(reason)
    view = store.view(person.clinic, patient)
    known = store.ledger.events_of(person.clinic, patient)
    gone = tuple(event.id for event in known if event.kind in ERASED_KINDS and event.body is not None)
    if not gone:
        raise ConflictError("nothing is left to erase: this patient was erased before")
    pseudonym = f"erased-{secrets.token_hex(4)}"
    event = store.event(
        person, EventKind.PATIENT_ERASED, Erasure(events=gone, pseudonym=pseudonym), patient=patient, reason=told
    )

    def forget(connection: Connection) -> None:
        for start in range(0, len(gone), 500):
            part = gone[start : start + 500]
            connection.execute(update(events).where(events.c.id.in_(part)).values(body=None, salt=None))
        own = (accounts.c.clinic == person.clinic) & (accounts.c.patient == patient)
        for row in connection.execute(accounts.select().where(own)).all():
            for table in (sign_ins, passkeys, identities, push_subscriptions):
                connection.execute(delete(table).where(table.c.clinic == person.clinic, table.c.account == row.name))
        connection.execute(delete(accounts).where(own))
        # The digest of a request holds a name and a birth date, which can be guessed: it goes, a late retry is refused.
        of_patient = (writes.c.clinic == person.clinic) & (writes.c.answer.like(f"%{_told(patient)}%", escape="\\"))
        connection.execute(update(writes).where(of_patient).values(request_digest=""))
        for view in (forecasts, work_lines):
            connection.execute(delete(view).where(view.c.clinic == person.clinic, view.c.patient == patient))

    answer: dict[str, Any] = {"pseudonym": pseudonym, "erased": len(gone), "patient_id": patient}
    return store.ledger.append(
        [event], answer=answer, request=request, expected={patient: view.version}, at=store.clock(), also=forget
    )


def _told(patient: str) -> str:
    """Return how a stored answer names `patient`, as a pattern of LIKE."""
    told = f'"patient_id": {json.dumps(patient)}'
    return told.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
