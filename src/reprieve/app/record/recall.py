"""Recall of a lot: everybody who got it, by one query (S19)."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import or_, select

from reprieve.app.clinic import Clinic
from reprieve.app.stock.book import stock_ledger
from reprieve.core.documents import as_json
from reprieve.core.dose import plain
from reprieve.core.errors import InputError
from reprieve.deliver.ledger import Ledger
from reprieve.deliver.recall import Recall, SimilarLot, lot_likeness, recall_from_charts, recall_from_ledger
from reprieve.record.event_kinds import EventKind
from reprieve.store.tables import events

_LOT_KINDS = (EventKind.INJECTION_GIVEN.value, EventKind.VIAL_OPENED.value)
# Bodies are canonical JSON, so a lot stands in exactly this form.
_LOT = re.compile(r'"lot":("(?:[^"\\]|\\.)*")')


def recall_lot(store: Clinic, clinic: str, lot: str) -> Recall:
    """Return every session in which `lot` was given, with patient, date, dose and muscles, and its vials in the house.

    The charts say who got it; the stock ledger says what of it is still on the shelf, also when nobody got any. Lots
    that differ only in case, in signs between, or by O for 0 are told beside it: a lot is typed by hand, and a recall
    must not miss one for a letter.

    Raises
    ------
    InputError
        The lot is empty.
    """
    wanted = lot.strip()
    if not wanted or len(wanted) > 100:
        raise InputError("lot takes 1 to 100 characters; read it from the vial")
    ledger = stock_ledger(store, clinic)
    patients = _patients_by_lot(store, clinic, lot_likeness(wanted))
    told = {name: _recall(store, clinic, name, of) for name, of in patients.items()}
    shelves = {name: recall_from_ledger(ledger, name) for name in _alike(ledger, wanted) | {wanted} | set(told)}
    similar = tuple(
        SimilarLot(lot=name, patients=told[name].patients if name in told else (), vials=len(shelves[name].vials))
        for name in sorted(set(shelves) - {wanted})
    )
    return Recall(
        lot=wanted,
        sessions=told[wanted].sessions if wanted in told else (),
        vials=shelves[wanted].vials,
        received=shelves[wanted].received,
        similar=tuple(one for one in similar if one.patients or one.vials),
    )


def recall_document(found: Recall) -> dict[str, Any]:
    """Return a recall as the API and the command tell it: each vial with its state, and whom it was opened for."""
    vials = [
        {
            "vial": one.vial,
            "state": one.status.value,
            "product": one.content.product,
            "units": plain(one.content.units),
            "left": plain(one.left.units),
            "expires": one.expires.isoformat(),
            "received_at": one.received_at.isoformat(),
            "opened_at": one.opened_at.isoformat() if one.opened_at else None,
            "opened_for": one.opened_for,
            "session": one.session,
        }
        for one in found.vials
    ]
    return {**as_json(found), "patients": list(found.patients), "vials": vials}


def _patients_by_lot(store: Clinic, clinic: str, likeness: str) -> dict[str, set[str]]:
    """Return whose events ever told a lot of that likeness, by its spelling."""
    query = (
        select(events.c.patient, events.c.body)
        .where(events.c.clinic == clinic, or_(*(events.c.kind == kind for kind in _LOT_KINDS)))
        .where(events.c.body.like('%"lot":"%'), events.c.patient.is_not(None))
    )
    found: dict[str, set[str]] = {}
    with store.database.read() as connection:
        for patient, body in connection.execute(query):
            for name in map(json.loads, _LOT.findall(body)):
                if lot_likeness(name) == likeness:
                    found.setdefault(name, set()).add(patient)
    return found


def _recall(store: Clinic, clinic: str, lot: str, patients: set[str]) -> Recall:
    # The charts decide: an entry that was voided or corrected since then no longer counts.
    return recall_from_charts((store.view(clinic, patient).chart for patient in sorted(patients)), lot)


def _alike(ledger: Ledger, lot: str) -> set[str]:
    names = {account.lot for account in ledger.accounts.values()}
    return {name for name in names if lot_likeness(name) == lot_likeness(lot)}
