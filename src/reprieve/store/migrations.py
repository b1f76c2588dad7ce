"""From every version of the store to the next: forward only, in one transaction, never touching an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, select, update

from reprieve.record.event_kinds import EventKind
from reprieve.store.tables import (
    SCHEMA_VERSION,
    events,
    forecasts,
    glasses,
    meta,
    metadata,
    patients,
    sign_ins,
    work_lines,
)
from reprieve.store.views import searchable


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


def _to_5(connection: Connection) -> None:
    """Forget what nothing proves, such as sign-ins; list patients by plain letters and their first diagnosis."""
    for table in (sign_ins, glasses, forecasts, work_lines):
        connection.execute(delete(table))
    first: dict[tuple[str, str], str] = {}
    of_kind = (events.c.kind == EventKind.CONDITION_RECORDED.value) & events.c.body.is_not(None)
    for row in connection.execute(
        select(events.c.clinic, events.c.patient, events.c.body).where(of_kind).order_by(events.c.seq)
    ):
        first.setdefault((row.clinic, row.patient), json.loads(row.body)["condition"])
    for row in connection.execute(select(patients)).all():
        told = first.get((row.clinic, row.patient))
        search = searchable(row.family_name, row.given_name)
        if (told, search) != (row.condition, row.search):
            own = (patients.c.clinic == row.clinic) & (patients.c.patient == row.patient)
            connection.execute(update(patients).where(own).values(condition=told, search=search))


STEPS: Mapping[int, Callable[[Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4, 4: _to_5}


def migrate(connection: Connection) -> None:
    """Bring the store of `connection` up to this program's version; another worker may have done it meanwhile."""
    stored = int(connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) or 0)
    for version in range(stored, SCHEMA_VERSION):
        STEPS[version](connection)
    connection.execute(update(meta).where(meta.c.name == "schema").values(value=str(SCHEMA_VERSION)))
