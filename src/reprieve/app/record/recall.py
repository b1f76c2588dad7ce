"""Recall of a lot: everybody who got it, by one query (S19)."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import or_, select

from reprieve.app.clinic import Clinic
from reprieve.app.stock.book import stock_ledger
from reprieve.core.errors import InputError
from reprieve.deliver.recall import Recall, recall_from_charts, recall_from_ledger
from reprieve.record.event_kinds import EventKind
from reprieve.store.tables import events

_LOT_KINDS = (EventKind.INJECTION_GIVEN.value, EventKind.VIAL_OPENED.value)


def recall_lot(store: Clinic, clinic: str, lot: str) -> Recall:
    """Return every session in which `lot` was given, with patient, date, dose and muscles, and its vials in the house.

    The charts say who got it; the stock ledger says what of it is still on the shelf, also when nobody got any.

    Raises
    ------
    InputError
        The lot is empty.
    """
    wanted = lot.strip()
    if not wanted or len(wanted) > 100:
        raise InputError("lot takes 1 to 100 characters; read it from the vial")
    # Bodies are canonical JSON, so the lot stands in exactly this form.
    told = '"lot":' + json.dumps(wanted, ensure_ascii=False)
    like = "%" + told.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    query = (
        select(events.c.patient)
        .where(events.c.clinic == clinic, or_(*(events.c.kind == kind for kind in _LOT_KINDS)))
        .where(events.c.body.like(like, escape="\\"), events.c.patient.is_not(None))
        .distinct()
    )
    with store.database.read() as connection:
        patients = sorted(connection.scalars(query))
    # The charts decide: an entry that was voided or corrected since then no longer counts.
    found = recall_from_charts((store.view(clinic, patient).chart for patient in patients), wanted)
    return replace(found, vials=recall_from_ledger(stock_ledger(store, clinic), wanted).vials)
