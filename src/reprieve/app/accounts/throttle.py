"""Waiting after refused sign-ins, kept in the store so that a restart forgives nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from reprieve.core.errors import AccessError
from reprieve.store.engine import Database
from reprieve.store.tables import throttle

FREE_FAILURES = 5
LONGEST_WAIT_S = 900


def utc_text(moment: datetime) -> str:
    """Return `moment` as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def refuse_if_throttled(database: Database, subject: str, now: datetime) -> None:
    """Refuse while `subject` has to wait.

    Raises
    ------
    AccessError
        With the seconds left.
    """
    with database.read() as connection:
        row = connection.execute(select(throttle).where(throttle.c.subject == subject)).one_or_none()
    if row is None or row.until <= utc_text(now):
        return
    left = (datetime.fromisoformat(row.until) - now).total_seconds()
    # A clock that was set back must not lock somebody out for longer than the longest wait.
    raise AccessError(f"too many attempts; try again in {min(int(left) + 1, LONGEST_WAIT_S)} s")


def note_failure(connection: Connection, subject: str, now: datetime) -> None:
    """Count one refused attempt: five are free, then the wait doubles up to a quarter of an hour."""
    row = connection.execute(select(throttle).where(throttle.c.subject == subject)).one_or_none()
    failures = (row.failures if row else 0) + 1
    over = failures - FREE_FAILURES
    wait = min(2 ** min(over, 20), LONGEST_WAIT_S) if over >= 0 else 0
    connection.execute(delete(throttle).where(throttle.c.subject == subject))
    connection.execute(
        insert(throttle).values(subject=subject, failures=failures, until=utc_text(now + timedelta(seconds=wait)))
    )
