"""The vial ledger of a clinic, folded from its events; each look folds only what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from reprieve.app.clinic import Clinic
from reprieve.core.dose import Dose
from reprieve.core.errors import ConflictError, InputError
from reprieve.deliver.ledger import Ledger, extended
from reprieve.deliver.ledger_entries import (
    LedgerEntry,
    SessionTakenBack,
    UnitsUsed,
    UnitsWasted,
    VialOpened,
    VialReceived,
    WasteReason,
)
from reprieve.record.clinic_bodies import StockOpened, StockReceived, StockTakenBack, StockUsed, StockWasted
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.codec import event_of_row
from reprieve.store.engine import Database
from reprieve.store.tables import events

STOCK_KINDS = (
    EventKind.STOCK_RECEIVED,
    EventKind.STOCK_OPENED,
    EventKind.STOCK_USED,
    EventKind.STOCK_WASTED,
    EventKind.STOCK_TAKEN_BACK,
)


@dataclass(frozen=True, slots=True)
class _Page:
    """A ledger and the number of the last event in it."""

    ledger: Ledger
    upto: int = 0


_books: WeakKeyDictionary[Database, dict[str, _Page]] = WeakKeyDictionary()
_lock = threading.Lock()


def entry_of(event: Event) -> LedgerEntry:
    """Return what `event` says as an entry of the ledger; the event's id is the entry's key."""
    body: Any = event.body
    if isinstance(body, StockReceived):
        return VialReceived(
            key=event.id,
            vial=body.vial,
            content=Dose(body.units, body.product),
            lot=body.lot,
            expires=body.expires,
            at=event.at,
        )
    if isinstance(body, StockOpened):
        return VialOpened(
            key=event.id,
            vial=body.vial,
            at=event.at,
            session=body.session_id,
            patient=body.patient,
            diluent_ml=body.diluent_ml,
        )
    if isinstance(body, StockUsed):
        return UnitsUsed(
            key=event.id,
            vial=body.vial,
            dose=Dose(body.units, body.product),
            at=event.at,
            session=body.session_id,
            patient=body.patient,
        )
    if isinstance(body, StockWasted):
        return UnitsWasted(
            key=event.id,
            vial=body.vial,
            dose=Dose(body.units, body.product),
            reason=WasteReason(body.reason),
            at=event.at,
            session=body.session_id,
        )
    if isinstance(body, StockTakenBack):
        return SessionTakenBack(key=event.id, vial=body.vial, session=body.session_id, at=event.at)
    raise InputError(f"an event {event.kind.value} is no entry of the stock ledger; check the caller")


def stock_ledger(store: Clinic, clinic: str) -> Ledger:
    """Return the ledger of `clinic` as the record stands."""
    with store.database.read() as connection:
        page = _page(store.database, clinic, connection)
    with _lock:
        kept = _books.setdefault(store.database, {})
        if clinic not in kept or kept[clinic].upto < page.upto:
            kept[clinic] = page
    return page.ledger


def balances_still(store: Clinic, clinic: str, connection: Connection) -> None:
    """Fold the ledger inside a write, with what the write adds; refuse the write when it cannot have happened.

    Two devices that take the same vial both saw it full: the second one to write is told so here, and nothing of its
    write stands.
    """
    try:
        _page(store.database, clinic, connection)
    except (InputError, TypeError) as problem:
        raise ConflictError(f"the stock changed in the meantime: {problem}; nothing was written, look again") from None


def after(ledger: Ledger, new: Iterable[Event]) -> Ledger:
    """Return the ledger as it would be with `new` events; raise what is wrong with them.

    The order of the record decides, not the clock: after a clock was set back an entry counts from the moment of the
    entry before it, so that a session can still be signed.
    """
    last = {name: account.last_at for name, account in ledger.accounts.items()}
    entries: list[LedgerEntry] = []
    for event in new:
        if event.kind in STOCK_KINDS:
            entry = entry_of(event)
            before = last.get(entry.vial)
            if before is not None and entry.at < before:
                entry = replace(entry, at=before)
            last[entry.vial] = entry.at
            entries.append(entry)
    return extended(ledger, entries)


def _page(database: Database, clinic: str, connection: Connection) -> _Page:
    with _lock:
        known = _books.get(database, {}).get(clinic, _Page(Ledger()))
    query = (
        select(events)
        .where(events.c.clinic == clinic, events.c.kind.in_([kind.value for kind in STOCK_KINDS]))
        .where(events.c.seq > known.upto)
        .order_by(events.c.seq)
    )
    rows = connection.execute(query).all()
    if not rows:
        return known
    return _Page(after(known.ledger, [event_of_row(row) for row in rows]), rows[-1].seq)
