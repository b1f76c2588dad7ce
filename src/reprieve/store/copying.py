"""Copy a whole record into an empty one: backup, restore, and the way from SQLite to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Table, func, insert, select

from reprieve.core.errors import StoreError
from reprieve.store.engine import Database
from reprieve.store.tables import (
    accounts,
    anchors,
    challenges,
    closed_charts,
    events,
    forecasts,
    glasses,
    identities,
    meta,
    passkeys,
    patients,
    push_subscriptions,
    shares,
    sign_ins,
    throttle,
    work_lines,
    writes,
)

# Not copied: who is signed in (a copied token must not open a door) and what can be computed again.
COPIED: tuple[Table, ...] = (
    events, anchors, writes, patients, accounts, throttle, passkeys, identities, shares, closed_charts,
    push_subscriptions,
)  # fmt: skip
LEFT_OUT = (sign_ins, challenges, glasses, forecasts, work_lines)
ROWS_AT_ONCE = 1000


def is_empty(database: Database) -> bool:
    """Return whether nothing was ever written to `database`."""
    with database.read() as connection:
        return not any(connection.scalar(select(func.count()).select_from(table)) for table in COPIED)


def copy_record(source: Database, target: Database) -> int:
    """Copy all of `source`, as it is at one moment, into the empty `target`, and return the number of events.

    The source may be in use: what is written meanwhile is in the next copy.

    Raises
    ------
    StoreError
        The target holds something already.
    """
    if not is_empty(target):
        raise StoreError(f"{target.shown} holds a record already; nothing was copied, give an empty one")
    count = 0
    with source.snapshot() as reading, target.write() as writing:
        for table in COPIED:
            rows = reading.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings()
            for part in rows.partitions(ROWS_AT_ONCE):
                writing.execute(insert(table), [dict(row) for row in part])
                count += len(part) if table is events else 0
        known = set(writing.scalars(select(meta.c.name)))
        for row in reading.execute(select(meta)).mappings():
            if row["name"] not in known:
                writing.execute(insert(meta).values(**row))
    return count
