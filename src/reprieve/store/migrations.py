"""From every version of the store to the next: forward only, in one transaction, never touching an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, select, update

from reprieve.store.tables import SCHEMA_VERSION, forecasts, meta, metadata


def _to_2(connection: Connection) -> None:
    """Add the tables of second factors, passkeys, shares, closed charts and the work list."""
    metadata.create_all(connection)
    # The cache held whole forecasts; it holds what the list shows now, and is filled again by itself.
    connection.execute(delete(forecasts))


def _to_3(connection: Connection) -> None:
    """Add the table of identities at a provider."""
    metadata.create_all(connection)


def _to_4(connection: Connection) -> None:
    """Add the table of browsers that asked to be reminded."""
    metadata.create_all(connection)


STEPS: Mapping[int, Callable[[Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4}


def migrate(connection: Connection) -> None:
    """Bring the store of `connection` up to this program's version; another worker may have done it meanwhile."""
    stored = int(connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) or 0)
    for version in range(stored, SCHEMA_VERSION):
        STEPS[version](connection)
    connection.execute(update(meta).where(meta.c.name == "schema").values(value=str(SCHEMA_VERSION)))
