"""Copy a whole record into an empty one: backup, restore, and the way from SQLite to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Table, func, insert, select

from reprieve.core.errors import StoreError
from reprieve.store.engine import Database
from reprieve.store.fold_views import ViewFold
from reprieve.store.tables import (
    accounts,
    anchors,
    challenges,
    events,
    forecasts,
    identities,
    meta,
    passkeys,
    push_subscriptions,
    sign_ins,
    throttle,
    work_lines,
    writes,
)

# Not copied: who is signed in (a copied token must not open a door) and what can be computed again. The views are made
# anew from the copied events, so that nothing comes along that no event says.
COPIED: tuple[Table, ...] = (
    events, anchors, writes, accounts, throttle, passkeys, identities, push_subscriptions,
)  # fmt: skip
LEFT_OUT = (sign_ins, challenges, forecasts, work_lines)
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
        fold = ViewFold()
        for table in COPIED:
            rows = reading.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings()
            for part in rows.partitions(ROWS_AT_ONCE):
                writing.execute(insert(table), [dict(row) for row in part])
                if table is events:
                    count += len(part)
                    for row in part:
                        fold.take(row)
        fold.store(writing)
        known = set(writing.scalars(select(meta.c.name)))
        for row in reading.execute(select(meta)).mappings():
            if row["name"] not in known:
                writing.execute(insert(meta).values(**row))
    return count
