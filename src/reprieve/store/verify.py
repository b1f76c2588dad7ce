"""Verify the record: find any change, gap, reordering or cut, and any table that says what no event says."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from reprieve.core.errors import ReprieveError
from reprieve.record.event_kinds import EventKind
from reprieve.store.anchor_file import heads
from reprieve.store.chain import GENESIS, digest_of_body, hash_of_row
from reprieve.store.codec import body_of
from reprieve.store.engine import Database
from reprieve.store.fold_accounts import AccountFold
from reprieve.store.fold_views import ViewFold
from reprieve.store.problem import Problem
from reprieve.store.tables import anchors, events

# Enough to see what happened; a broken chain can fault every later row.
_PRINTED = "printed head"
MOST_PROBLEMS = 20
ROWS_AT_ONCE = 2000
_COLUMNS = tuple(column.name for column in events.c)
# Two processes of one machine write in an order that may differ from their clocks by a little.
CLOCK_SLACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of going through the whole record; `chain` is its events alone, `ok` the tables beside them too."""

    ok: bool
    events: int
    head: str
    problems: tuple[Problem, ...]
    remarks: tuple[str, ...] = ()
    erased: int = 0
    chain: bool = True

    @property
    def problem(self) -> str | None:
        """The first break in words, None if there is none."""
        return str(self.problems[0]) if self.problems else None


def verify(database: Database, printed: Sequence[tuple[int, str]] = ()) -> Verification:
    """Go through every event and anchor of `database`, and through the tables that follow from them.

    Parameters
    ----------
    database : Database
    printed : sequence of (int, str)
        Heads from elsewhere (printed sheets, an auditor's note): number of the event and its hash or the start of it.
    """
    problems: list[Problem] = []
    remarks: list[str] = []
    erased_rows: dict[str, int] = {}
    allowed: set[str] = set()
    count = 0
    before, expected, last_at = GENESIS, 1, ""
    clock_at: datetime | None = None
    # Read before the record: what is written meanwhile may miss in the file then, and never in the record.
    file_heads = heads(database.path) if database.path is not None else []
    with database.snapshot() as connection:
        beside = _Beside(connection)
        told = connection.execution_options(yield_per=ROWS_AT_ONCE)
        anchored = told.execute(select(anchors.c.seq, anchors.c.hash).order_by(anchors.c.seq))
        witnesses = _Witnesses(
            _named("anchor", ((row.seq, row.hash) for row in anchored)),
            _named("witness file", sorted(file_heads)),
            _named(_PRINTED, sorted(printed)),
        )
        for values in told.execute(select(events).order_by(events.c.seq)):
            row = dict(zip(_COLUMNS, values, strict=True))
            problems += _check_row(row, before, expected)
            problems += witnesses.at(row["seq"], row["hash"])
            if row["body"] is None:
                erased_rows[row["id"]] = row["seq"]
            elif row["kind"] == EventKind.PATIENT_ERASED:
                allowed.update(_erased_ids(row))
            count += 1
            before = row["hash"]
            expected = row["seq"] + 1
            last_at = row["at"]
            clock_at = _told_time(row, clock_at, remarks)
            if not problems:
                problems += beside.take(row)
        problems += witnesses.beyond(expected - 1)
        problems += [
            Problem(number, "content is gone, and no event of erasure names it")
            for key, number in erased_rows.items()
            if key not in allowed
        ]
        if count and witnesses.last_anchor != expected - 1:
            problems.append(Problem(expected - 1, "no anchor stands at the end; events were added or anchors removed"))
        chain = not problems
        # What an altered event says proves nothing about the tables beside it.
        problems += beside.differences(connection) if chain else ()
    problems.sort(key=lambda problem: problem.number)
    remarks += beside.remarks() if chain else ["the tables beside the events were not compared"]
    if len(problems) > MOST_PROBLEMS:
        remarks.append(f"{len(problems) - MOST_PROBLEMS} further breaks are not listed")
    if last_at:
        remarks.append(f"last event at {last_at}")
    return Verification(
        ok=not problems,
        events=count,
        head=before,
        problems=tuple(problems[:MOST_PROBLEMS]),
        remarks=tuple(remarks),
        erased=len(erased_rows),
        chain=chain,
    )


class _Beside:
    """The tables that follow from the events: what they should hold, gathered while the events are gone through."""

    def __init__(self, connection: Connection) -> None:
        self._views, self._accounts = ViewFold(), AccountFold(connection)

    def take(self, row: Any) -> list[Problem]:
        try:
            self._views.take(row)
            self._accounts.take(row)
        except (ReprieveError, ValueError, KeyError):
            return [Problem(row["seq"], "its content cannot be read by this version of the program")]
        return []

    def differences(self, connection: Connection) -> list[Problem]:
        moved = select(anchors.c.seq).join(events, events.c.seq == anchors.c.seq).where(anchors.c.at != events.c.at)
        times = [Problem(seq, "the time is not that of its event", anchors.name) for seq in connection.scalars(moved)]
        return [*times, *self._views.differences(connection), *self._accounts.differences(connection)]

    def remarks(self) -> list[str]:
        return list(self._accounts.remarks())


def _told_time(row: Any, before: datetime | None, remarks: list[str]) -> datetime | None:
    """Remark a clock that was set back: no fault of the chain, which counts by number, but worth knowing."""
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError:
        return before  # a changed time, found as such
    if before is not None and before - at > CLOCK_SLACK and len(remarks) < MOST_PROBLEMS:
        remarks.append(f"the clock was set back before event {row['seq']}: from {before.isoformat()} to {row['at']}")
    return at


def _check_row(row: Any, before: str, expected: int) -> list[Problem]:
    number, found = row["seq"], []
    if number > expected:
        missing = f"event {expected} is" if number == expected + 1 else f"events {expected} to {number - 1} are"
        found.append(Problem(expected, f"{missing} missing"))
    if row["body"] is not None and digest_of_body(row["salt"] or "", row["body"]) != row["body_digest"]:
        found.append(Problem(number, "its content was changed"))
    if row["body"] is None and row["salt"] is not None:
        found.append(Problem(number, "something was put where its content was erased"))
    if hash_of_row(before, row) != row["hash"]:
        if number > expected:
            found.append(Problem(number, "does not follow the event that stands before it now"))
        else:
            found.append(Problem(number, "does not fit the event before it: changed, inserted or reordered"))
    return found


def _erased_ids(row: Any) -> tuple[str, ...]:
    try:
        return tuple(body_of(EventKind.PATIENT_ERASED, row["body"]).events)
    except ValueError:
        return ()


def _named(kind: str, told: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    return ((number, kind, head) for number, head in told)


class _Witnesses:
    """What others saw, in the order of the events, so that a long record is gone through in little memory."""

    def __init__(self, *each: Iterator[tuple[int, str, str]]) -> None:
        self._told = heapq.merge(*each, key=lambda told: told[0])
        self._next = next(self._told, None)
        self.last_anchor = 0

    def at(self, number: int, found: str) -> list[Problem]:
        """Return what the witnesses up to the event `number` say against it and against what should stand before."""
        problems: dict[int, Problem] = {}
        while self._next is not None and self._next[0] <= number:
            seen, kind, head = self._next
            if kind == "anchor":
                self.last_anchor = seen
            # A sheet may hold the first signs only; an anchor of no or few signs would otherwise fit many events.
            fits = found.startswith(head) if kind == _PRINTED else found == head
            if seen < number or not fits:
                problems.setdefault(seen, Problem(seen, f"is not the event that the {kind} saw"))
            self._next = next(self._told, None)
        return list(problems.values())

    def beyond(self, end: int) -> list[Problem]:
        """Return one line for the whole cut, at the first number that is gone, and none if nothing is."""
        if self._next is None:
            return []
        seen, kind, _ = self._next
        for _ in self._told:  # read to its end: a server's cursor must not stay open
            pass
        return [Problem(end + 1, f"the record was cut: the {kind} saw events up to {seen}")]
