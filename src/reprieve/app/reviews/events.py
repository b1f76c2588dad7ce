"""Reading the clinic's own events: each kind of question folds once and then only looks whether something is new."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from reprieve.app.clinic import Clinic
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.codec import event_of_row
from reprieve.store.engine import Database
from reprieve.store.tables import events

T = TypeVar("T")
_kept: WeakKeyDictionary[Database, dict[Any, tuple[int, Any]]] = WeakKeyDictionary()
_lock = threading.Lock()


def events_of_clinic(store: Clinic, clinic: str, kinds: Sequence[EventKind]) -> list[Event]:
    """Return the clinic's events of `kinds`, oldest first."""
    query = (
        select(events)
        .where(events.c.clinic == clinic, events.c.kind.in_([kind.value for kind in kinds]))
        .order_by(events.c.seq)
    )
    with store.database.read() as connection:
        return [event_of_row(row) for row in connection.execute(query)]


def folded(store: Clinic, clinic: str, kinds: tuple[EventKind, ...], fold: Callable[[list[Event]], T]) -> T:
    """Return ``fold(events)``, folded anew only when an event of `kinds` was added since the last look.

    The live check asks with every keystroke; one look at an index answers it.
    """
    words = [kind.value for kind in kinds]
    newest = select(func.max(events.c.seq)).where(events.c.clinic == clinic, events.c.kind.in_(words))
    with store.database.read() as connection:
        upto = connection.scalar(newest) or 0
    key = (clinic, kinds, fold)
    with _lock:
        known = _kept.setdefault(store.database, {}).get(key)
    if known is not None and known[0] == upto:
        return known[1]
    # Read after the look: an event that slips in between is folded now and again at the next look.
    value = fold(events_of_clinic(store, clinic, kinds))
    with _lock:
        _kept.setdefault(store.database, {})[key] = (upto, value)
    return value
