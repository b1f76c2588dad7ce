"""What the views hold by the events alone: made anew from them, or compared with what stands in the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from reprieve.record.event_kinds import ACCESS_KINDS, EventKind
from reprieve.record.events import Event
from reprieve.record.fold import REGISTRATIONS
from reprieve.store.access_views import closed_row, glass_row, share_row
from reprieve.store.codec import EVENT_COLUMNS, event_of
from reprieve.store.engine import Database
from reprieve.store.problem import Problem
from reprieve.store.tables import closed_charts, events, forecasts, glasses, patients, shares, work_lines
from reprieve.store.views import listed

VIEWS = (patients, shares, closed_charts, glasses)
# A glass that is gone opens nothing: records of earlier versions forgot them, and so may anybody.
_MAY_LACK = frozenset({glasses})
ROWS_AT_ONCE = 1000
_ACCESS = frozenset(kind.value for kind in ACCESS_KINDS)
_READ = frozenset(
    kind.value
    for kind in (
        *REGISTRATIONS,
        EventKind.CONDITION_RECORDED,
        EventKind.PATIENT_ERASED,
        EventKind.SHARE_GRANTED,
        EventKind.SHARE_REVOKED,
        EventKind.CHART_CLOSED,
        EventKind.GLASS_BROKEN,
    )
)
_CONDITION = EventKind.CONDITION_RECORDED.value
Row = dict[str, Any]


class ViewFold:
    """The views after the events that were taken, in their order."""

    def __init__(self) -> None:
        self._rows: dict[Table, dict[tuple[Any, ...], Row]] = {table: {} for table in VIEWS}
        self._shares: dict[tuple[str, str], list[Row]] = defaultdict(list)

    def take(self, told: Mapping[Any, Any]) -> None:
        """Take the next row of the table `events`."""
        kind, patient = told["kind"], told["patient"]
        if patient is None:
            return
        line: Row | None = None
        if kind not in _ACCESS:
            key = (told["clinic"], patient)
            line = self._rows[patients].get(key)
            if line is None:
                line = dict.fromkeys(patients.c.keys())
                line |= {"clinic": key[0], "patient": patient, "search": ""}
                self._rows[patients][key] = line
            line["version"] = told["seq"]
        if kind not in _READ or told["body"] is None:
            return
        if kind == _CONDITION and line is not None and line["condition"] is not None:
            return
        event = event_of([told[column.name] for column in EVENT_COLUMNS])
        if line is not None:
            line |= listed(event)
        self._take_access(event)

    def _take_access(self, event: Event) -> None:
        if event.kind is EventKind.SHARE_GRANTED:
            row = share_row(event)
            self._put(shares, row)
            self._shares[event.clinic, event.body.share_id].append(row)
            self._shares[event.clinic, f"of {event.patient}"].append(row)
        elif event.kind is EventKind.SHARE_REVOKED:
            _revoke(self._shares[event.clinic, event.body.share_id])
        elif event.kind is EventKind.CHART_CLOSED:
            row = closed_row(event)
            if row is None:
                self._rows[closed_charts].pop((event.clinic, event.patient), None)
            else:
                self._put(closed_charts, row)
        elif event.kind is EventKind.GLASS_BROKEN:
            self._put(glasses, glass_row(event))
        elif event.kind is EventKind.PATIENT_ERASED:
            self._forget(event)

    def _forget(self, event: Event) -> None:
        _revoke(self._shares[event.clinic, f"of {event.patient}"])
        self._rows[closed_charts].pop((event.clinic, event.patient), None)
        kept = self._rows[glasses]
        for key in [
            key for key, row in kept.items() if (row["clinic"], row["patient"]) == (event.clinic, event.patient)
        ]:
            del kept[key]

    def _put(self, table: Table, row: Row) -> None:
        self._rows[table][_key(table, row)] = row

    def store(self, connection: Connection) -> int:
        """Put the views in the place of what the tables hold and return the number of patients."""
        for table, rows in self._rows.items():
            connection.execute(delete(table))
            every = list(rows.values())
            for start in range(0, len(every), ROWS_AT_ONCE):
                connection.execute(insert(table), every[start : start + ROWS_AT_ONCE])
        return len(self._rows[patients])

    def differences(self, connection: Connection) -> Iterator[Problem]:
        """Yield where the tables do not hold what the events say."""
        for table, expected in self._rows.items():
            left = dict(expected)
            for found in connection.execute(select(table)).mappings():
                key = _key(table, found)
                wanted = left.pop(key, None)
                if wanted is None:
                    yield Problem(0, f"{_named(table, found)} comes from no event", table.name)
                    continue
                other = [name for name in [column.name for column in table.c] if found[name] != wanted[name]]
                if other:
                    number = wanted.get("version") or 0
                    what = f"{_named(table, found)}: {', '.join(other)} is not what the events say"
                    yield Problem(number, what, table.name)
            if table not in _MAY_LACK:
                for wanted in left.values():
                    yield Problem(wanted.get("version") or 0, f"{_named(table, wanted)} is missing", table.name)


def rebuild(database: Database) -> int:
    """Make the views anew from the events, forget what only spares computing, and return the number of patients."""
    with database.write() as connection:
        fold = ViewFold()
        query = select(events).order_by(events.c.seq)
        told = connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
        for row in told.mappings():
            fold.take(row)
        for kept in (work_lines, forecasts):
            connection.execute(delete(kept))
        return fold.store(connection)


def _revoke(rows: list[Row]) -> None:
    for row in rows:
        row["revoked"] = 1


def _key(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _named(table: Table, row: Any) -> str:
    """Return which row it is, by its patient: the digest of a share's secret says nothing to anybody."""
    more = f" by {row['account']!r}" if "account" in table.c else ""
    return f"the row of patient {row['patient']!r}{more}"
