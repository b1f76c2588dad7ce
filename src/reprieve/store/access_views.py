"""Views of who may look: shares by the digest of their secret, and closed charts. Rebuilt from the events."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, update

from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.tables import closed_charts, shares


def project_access(connection: Connection, new: Sequence[Event]) -> None:
    """Bring the views up to date with `new` events."""
    for event in new:
        if event.body is None or event.patient is None:
            continue
        if event.kind is EventKind.SHARE_GRANTED:
            _grant(connection, event)
        elif event.kind is EventKind.SHARE_REVOKED:
            where = (shares.c.clinic == event.clinic) & (shares.c.share_id == event.body.share_id)
            connection.execute(update(shares).where(where).values(revoked=1))
        elif event.kind is EventKind.CHART_CLOSED:
            _close(connection, event)
        elif event.kind is EventKind.PATIENT_ERASED:
            where = (shares.c.clinic == event.clinic) & (shares.c.patient == event.patient)
            connection.execute(update(shares).where(where).values(revoked=1))


def forget_access(connection: Connection) -> None:
    """Empty the views, before they are made anew."""
    connection.execute(delete(shares))
    connection.execute(delete(closed_charts))


def _grant(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        insert(shares).values(
            secret_hash=body.secret_hash,
            share_id=body.share_id,
            clinic=event.clinic,
            patient=event.patient,
            scope=body.scope,
            for_whom=body.for_whom,
            granted_by=event.by,
            granted_at=event.at.isoformat(),
            expires_at=body.expires_at.isoformat(),
            revoked=0,
        )
    )


def _close(connection: Connection, event: Event) -> None:
    where = (closed_charts.c.clinic == event.clinic) & (closed_charts.c.patient == event.patient)
    connection.execute(delete(closed_charts).where(where))
    if event.body.names:
        names = json.dumps(list(event.body.names))
        connection.execute(insert(closed_charts).values(clinic=event.clinic, patient=event.patient, names=names))
