"""The ledger: append events, read them back. Nothing else touches the table of events."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from reprieve.core.errors import ConflictError, StoreError
from reprieve.record.event_kinds import ACCESS_KINDS, EventKind
from reprieve.record.events import Event
from reprieve.store.access_proof import found_in, proved
from reprieve.store.access_views import project_access
from reprieve.store.anchor_file import note_head
from reprieve.store.chain import GENESIS, digest_of_body, hash_of_row
from reprieve.store.codec import EVENT_COLUMNS, body_text, event_of
from reprieve.store.engine import Database
from reprieve.store.tables import anchors, events, patients, writes
from reprieve.store.views import project


@dataclass(frozen=True, slots=True)
class Origin:
    """Which program and which reference data a write comes from."""

    program: str
    reference: str


@dataclass(frozen=True, slots=True)
class Request:
    """An idempotent request: the same key by the same account is carried out once.

    `digest` tells whether it is really the same request.
    """

    clinic: str
    account: str
    key: str
    digest: str

    @staticmethod
    def of(clinic: str, account: str, key: str, content: bytes) -> Request:
        """Return the request with the digest of its `content`."""
        return Request(clinic, account, key, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a write did: sequence numbers, head of the chain, the answer for the client, and whether it was a repeat."""

    first: int
    last: int
    head: str
    answer: Any
    repeated: bool = False


class Ledger:
    """The append-only record in a database."""

    def __init__(self, database: Database, origin: Origin) -> None:
        self.database = database
        self.origin = origin

    def append(
        self,
        new: Sequence[Event],
        *,
        answer: Any = None,
        request: Request | None = None,
        expected: Mapping[str, int | None] | None = None,
        at: datetime | None = None,
        first: Callable[[Connection], object] | None = None,
        also: Callable[[Connection], object] | None = None,
    ) -> Receipt:
        """Append `new` events, all or none.

        Parameters
        ----------
        new : sequence of Event
        answer : JSON value or callable
            Stored with the request, given again when it is repeated; a callable gets (first seq, head).
        request : Request, optional
            Without it the write is not idempotent.
        expected : mapping, optional
            Patient id to the version of the chart that the writer saw; None for a patient who must not exist yet.
        at : datetime, optional
            Time of the request; the first event's by default.
        first : callable, optional
            Statements before the events are written, in the same transaction: changes of accounts, which the events
            prove (see `access_proof`).
        also : callable, optional
            Statements after the events were written, in the same transaction.

        Raises
        ------
        ConflictError
            The chart changed since it was read, or the key was used for another request.
        """
        with self.database.write() as connection:
            repeat = self._earlier_answer(connection, request)
            if repeat is not None:
                return repeat
            self._check_versions(connection, new, expected)
            seq, head = self._head(connection)
            found = found_in(connection, new)
            if first is not None:
                first(connection)
            new = proved(new, found, found_in(connection, new))
            rows, last_head = self._rows(new, seq, head)
            if rows:
                connection.execute(insert(events), rows)
                connection.execute(insert(anchors).values(seq=rows[-1]["seq"], hash=last_head, at=rows[-1]["at"]))
                project(connection, new, [row["seq"] for row in rows])
                project_access(connection, new)
            if also is not None:
                also(connection)
            given = answer(seq + 1, last_head) if callable(answer) else answer
            if request is not None:
                told_at = at or (new[0].at if new else None)
                connection.execute(
                    insert(writes).values(
                        clinic=request.clinic,
                        account=request.account,
                        key=request.key,
                        request_digest=request.digest,
                        answer=json.dumps(given),
                        at=told_at.isoformat() if told_at else "",
                    )
                )
        if rows and self.database.path is not None:
            note_head(self.database.path, rows[-1]["seq"], last_head)
        return Receipt(seq + 1, seq + len(rows), last_head, given)

    def earlier_answer(self, request: Request) -> Receipt | None:
        """Return the receipt of an earlier write with the same key, None if there was none."""
        with self.database.read() as connection:
            return self._earlier_answer(connection, request)

    def _earlier_answer(self, connection: Connection, request: Request | None) -> Receipt | None:
        if request is None:
            return None
        row = connection.execute(
            select(writes.c.request_digest, writes.c.answer).where(
                writes.c.clinic == request.clinic,
                writes.c.account == request.account,
                writes.c.key == request.key,
            )
        ).one_or_none()
        if row is None:
            return None
        if row.request_digest != request.digest:
            raise ConflictError(
                "this idempotency key was used for another request; nothing was written, send it with a new key"
            )
        seq, head = self._head(connection)
        return Receipt(seq + 1, seq, head, json.loads(row.answer), repeated=True)

    def _check_versions(
        self, connection: Connection, new: Sequence[Event], expected: Mapping[str, int | None] | None
    ) -> None:
        if not expected:
            return
        clinic = new[0].clinic
        for patient, version in expected.items():
            now = self._version(connection, clinic, patient)
            if version is None and now is not None:
                raise ConflictError(
                    f"patient {patient!r} came into the record meanwhile; nothing was written, open that chart or "
                    "choose another id"
                )
            if now != version:
                raise ConflictError(
                    f"the chart changed since it was read (version {version}, now {now}); nothing was written, "
                    "look at the change and send again"
                )

    @staticmethod
    def _head(connection: Connection) -> tuple[int, str]:
        row = connection.execute(
            select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
        ).one_or_none()
        anchor = connection.scalar(select(anchors.c.seq).order_by(anchors.c.seq.desc()).limit(1))
        if (row.seq if row else 0) != (anchor or 0):
            raise StoreError(
                "the record does not end where its last write ended; nothing was written, run `reprieve audit verify`"
            )
        return (row.seq, row.hash) if row else (0, GENESIS)

    def _rows(self, new: Iterable[Event], seq: int, head: str) -> tuple[list[dict[str, Any]], str]:
        rows: list[dict[str, Any]] = []
        for event in new:
            seq += 1
            text, salt = body_text(event.body), secrets.token_hex(16)
            row = {
                "seq": seq,
                "id": event.id,
                "clinic": event.clinic,
                "patient": event.patient,
                "kind": event.kind.value,
                "at": event.at.isoformat(),
                "by": event.by,
                "replaces": event.replaces,
                "reason": event.reason,
                "program": self.origin.program,
                "reference": self.origin.reference,
                "body": text,
                "salt": salt,
                "body_digest": digest_of_body(salt, text),
            }
            head = hash_of_row(head, row)
            row["hash"] = head
            rows.append(row)
        return rows, head

    @staticmethod
    def _version(connection: Connection, clinic: str, patient: str) -> int | None:
        return connection.scalar(
            select(patients.c.version).where(patients.c.clinic == clinic, patients.c.patient == patient)
        )

    def version(self, clinic: str, patient: str) -> int | None:
        """Return the version of a patient's chart (the number of its latest event), None for an unknown patient."""
        with self.database.read() as connection:
            return self._version(connection, clinic, patient)

    def events_of(
        self, clinic: str, patient: str, *, after: int = 0, upto: int | None = None, chart_only: bool = False
    ) -> list[Event]:
        """Return the events of one patient, oldest first.

        Parameters
        ----------
        after, upto : int
            Only events with a number above `after`, and not above `upto`.
        chart_only : bool
            Leave out who read and who may look: years of it would be read for nothing.
        """
        query = select(*EVENT_COLUMNS).where(
            events.c.clinic == clinic, events.c.patient == patient, events.c.seq > after
        )
        if upto is not None:
            query = query.where(events.c.seq <= upto)
        if chart_only:
            query = query.where(events.c.kind.not_in([kind.value for kind in ACCESS_KINDS]))
        with self.database.read() as connection:
            return [event_of(row) for row in connection.execute(query.order_by(events.c.seq))]

    def latest(
        self,
        clinic: str,
        *,
        patient: str | None = None,
        kinds: Iterable[EventKind] | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[tuple[int, str, Event]]:
        """Return the newest events as (number, hash, event), newest first."""
        told = select(*EVENT_COLUMNS, events.c.seq, events.c.hash).where(events.c.clinic == clinic)
        query = told.order_by(events.c.seq.desc()).limit(limit)
        if patient is not None:
            query = query.where(events.c.patient == patient)
        if kinds is not None:
            query = query.where(events.c.kind.in_([kind.value for kind in kinds]))
        if before is not None:
            query = query.where(events.c.seq < before)
        with self.database.read() as connection:
            return [(row.seq, row.hash, event_of(row)) for row in connection.execute(query)]

    def head(self) -> tuple[int, str]:
        """Return number and hash of the last event; (0, zeros) for an empty record."""
        with self.database.read() as connection:
            row = connection.execute(
                select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
            ).one_or_none()
        return (row.seq, row.hash) if row else (0, GENESIS)
