"""Something that a person has to answer within minutes; each is used once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from reprieve.app.accounts.policy import Person
from reprieve.app.accounts.throttle import utc_text
from reprieve.core.errors import InputError
from reprieve.store.engine import Database
from reprieve.store.tables import challenges

MINUTES = 5


def keep_challenge(database: Database, purpose: str, value: str, now: datetime, person: Person | None) -> str:
    """Keep `value` for `purpose` and return its id."""
    key = secrets.token_urlsafe(24)
    with database.write() as connection:
        connection.execute(delete(challenges).where(challenges.c.expires_at < utc_text(now)))
        connection.execute(
            insert(challenges).values(
                id=key,
                purpose=purpose,
                clinic=person.clinic if person else None,
                account=person.name if person else None,
                value=value,
                expires_at=utc_text(now + timedelta(minutes=MINUTES)),
            )
        )
    return key


def take_challenge(connection: Connection, purpose: str, key: str, now: datetime, person: Person | None) -> str:
    """Return what was kept under `key` and forget it.

    Raises
    ------
    InputError
        There is no such challenge (any more), or it was given to somebody else.
    """
    row = connection.execute(
        select(challenges).where(
            challenges.c.id == key, challenges.c.purpose == purpose, challenges.c.expires_at >= utc_text(now)
        )
    ).one_or_none()
    owner = (person.clinic, person.name) if person else (None, None)
    if row is None or (row.clinic, row.account) != owner:
        raise InputError("this step took too long or was done already; begin again")
    connection.execute(delete(challenges).where(challenges.c.id == key))
    return row.value
