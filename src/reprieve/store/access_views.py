"""Views of who may look: shares by the digest of their secret, closed charts, broken glasses. Made from the events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.tables import closed_charts, glasses, shares

GLASS_MINUTES = 60


def project_access(connection: Connection, new: Sequence[Event]) -> None:
    """Bring the views up to date with `new` events."""
    for event in new:
        if event.body is None or event.patient is None:
            continue
        if event.kind is EventKind.SHARE_GRANTED:
            connection.execute(insert(shares).values(**share_row(event)))
        elif event.kind is EventKind.SHARE_REVOKED:
            where = (shares.c.clinic == event.clinic) & (shares.c.share_id == event.body.share_id)
            connection.execute(update(shares).where(where).values(revoked=1))
        elif event.kind is EventKind.CHART_CLOSED:
            _close(connection, event)
        elif event.kind is EventKind.GLASS_BROKEN:
            _break(connection, event)
        elif event.kind is EventKind.PATIENT_ERASED:
            where = (shares.c.clinic == event.clinic) & (shares.c.patient == event.patient)
            connection.execute(update(shares).where(where).values(revoked=1))
            for table in (closed_charts, glasses):
                own = (table.c.clinic == event.clinic) & (table.c.patient == event.patient)
                connection.execute(delete(table).where(own))


def share_row(event: Event) -> dict[str, Any]:
    """Return the row of a share as it was granted."""
    body = event.body
    return {
        "secret_hash": body.secret_hash,
        "share_id": body.share_id,
        "clinic": event.clinic,
        "patient": event.patient,
        "scope": body.scope,
        "for_whom": body.for_whom,
        "granted_by": event.by,
        "granted_at": event.at.isoformat(),
        "expires_at": body.expires_at.isoformat(),
        "revoked": 0,
    }


def closed_row(event: Event) -> dict[str, Any] | None:
    """Return the row of a closed chart, None for one that was opened to all again."""
    if not event.body.names:
        return None
    return {"clinic": event.clinic, "patient": event.patient, "names": json.dumps(list(event.body.names))}


def glass_row(event: Event) -> dict[str, Any]:
    """Return the row of a broken glass: whose it is and until when it stays so, as text that sorts by time."""
    until = event.at.astimezone(UTC) + timedelta(minutes=GLASS_MINUTES)
    return {
        "clinic": event.clinic,
        "account": event.by,
        "patient": event.patient,
        "until": until.isoformat(timespec="microseconds"),
    }


def _close(connection: Connection, event: Event) -> None:
    where = (closed_charts.c.clinic == event.clinic) & (closed_charts.c.patient == event.patient)
    connection.execute(delete(closed_charts).where(where))
    row = closed_row(event)
    if row is not None:
        connection.execute(insert(closed_charts).values(**row))


def _break(connection: Connection, event: Event) -> None:
    row = glass_row(event)
    own = [glasses.c[column.name] == row[column.name] for column in glasses.primary_key.columns]
    connection.execute(delete(glasses).where(*own))
    connection.execute(insert(glasses).values(**row))
