"""Browsers that a patient asked to be reminded on. Nothing is offered until the clinic's policy says so."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.reminders.key import public_key
from reprieve.app.reviews.policy import policy_of
from reprieve.core.errors import ConflictError, InputError
from reprieve.interop.web_push import padless, subscriber
from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.store.ledger import Request
from reprieve.store.tables import push_subscriptions as rows

MOST_BROWSERS = 5
LONGEST_ADDRESS = 1000
Language = Literal["en", "de", "fr"]


def offer(store: Clinic, person: Person) -> dict[str, Any]:
    """Return whether the clinic offers reminders, the key to subscribe with, and on how many browsers they are on."""
    if not policy_of(store, person.clinic).push_reminders:
        return {"offered": False, "key": None, "browsers": 0}
    query = select(func.count()).where(rows.c.clinic == person.clinic, rows.c.account == person.name)
    with store.database.read() as connection:
        count = connection.scalar(query) or 0
    return {"offered": True, "key": public_key(store.database, store.accounts.vault), "browsers": count}


def subscribe(
    store: Clinic,
    person: Person,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    language: Language,
    request: Request | None,
) -> None:
    """Keep a browser; the same one again takes its own place.

    Raises
    ------
    ConflictError
        The clinic does not send reminders.
    InputError
        The subscription is none, or there are too many.
    """
    if not policy_of(store, person.clinic).push_reminders:
        raise ConflictError("this clinic sends no reminders; nothing was kept")
    if len(endpoint) > LONGEST_ADDRESS:
        raise InputError(f"the address of a push service takes up to {LONGEST_ADDRESS} characters; nothing was kept")
    told = subscriber(endpoint, p256dh, auth)
    own = (rows.c.clinic == person.clinic) & (rows.c.account == person.name)

    def keep(connection: Connection) -> None:
        connection.execute(delete(rows).where(rows.c.id == _id(endpoint)))
        if (connection.scalar(select(func.count()).where(own)) or 0) >= MOST_BROWSERS:
            raise InputError(f"reminders go to up to {MOST_BROWSERS} browsers; turn one off first")
        connection.execute(
            insert(rows).values(
                id=_id(endpoint),
                clinic=person.clinic,
                account=person.name,
                endpoint=endpoint,
                public_key=padless(told.public_key),
                auth=padless(told.auth),
                language=language,
                created_at=store.clock().isoformat(),
            )
        )

    _append(store, person, "reminders turned on", keep, request)


def unsubscribe(store: Clinic, person: Person, *, endpoint: str | None, request: Request | None) -> None:
    """Forget one browser, or all of the account."""
    own = (rows.c.clinic == person.clinic) & (rows.c.account == person.name)
    which = own if endpoint is None else own & (rows.c.id == _id(endpoint))

    def drop(connection: Connection) -> None:
        connection.execute(delete(rows).where(which))

    _append(store, person, "reminders turned off", drop, request)


def forget(store: Clinic, clinic: str, account: str, key: str) -> None:
    """Drop a browser that its push service no longer knows."""
    change = AccountChange(account=account, change="reminders ended by the push service")
    event = store.accounts.told(clinic, EventKind.ACCOUNT_CHANGED, "reminders", change)
    store.ledger.append([event], first=lambda connection: connection.execute(delete(rows).where(rows.c.id == key)))


def _append(store: Clinic, person: Person, what: str, first: Any, request: Request | None) -> None:
    change = AccountChange(account=person.name, change=what)
    event = store.accounts.told(person.clinic, EventKind.ACCOUNT_CHANGED, person.name, change)
    store.ledger.append([event], first=first, request=request)


def _id(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
