"""What the work list knows of one patient without a forecast; stored by the version of the chart, for a quick start."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select

from reprieve.app.accounts.vault import Vault
from reprieve.app.record.kept import believed, marked
from reprieve.core.documents import as_json
from reprieve.store.engine import Database
from reprieve.store.tables import work_lines

STORED_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that needs attention: what kind, of what and when; `text` is the same in one short English line."""

    kind: str
    text: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """What the list knows of one patient; made anew when the chart has another version."""

    patient_id: str
    family_name: str | None
    given_name: str | None
    birth_date: str | None
    condition: str | None
    version: int
    appointments: tuple[dict[str, str], ...]
    last_date: date | None
    last_product: str | None
    last_units: Decimal | None
    flags: tuple[Flag, ...]


def stored_lines(database: Database, vault: Vault, clinic: str, versions: Mapping[str, int]) -> dict[str, Line]:
    """Return the stored lines that are of the given versions; one that this server did not write is made anew."""
    query = select(work_lines).where(work_lines.c.clinic == clinic)
    with database.read() as connection:
        found = (
            (row.patient, believed(vault, row.line, clinic, row.patient, row.version))
            for row in connection.execute(query)
            if versions.get(row.patient) == row.version
        )
        return {patient: _line(text) for patient, text in found if text is not None}


def store_lines(database: Database, vault: Vault, clinic: str, lines: Sequence[Line]) -> None:
    """Keep `lines` for the next start."""
    for part in _parts(lines):
        ids = [line.patient_id for line in part]
        rows: list[dict[str, Any]] = []
        for line in part:
            kept = marked(vault, json.dumps(as_json(line), ensure_ascii=False), clinic, line.patient_id, line.version)
            if kept is None:
                return
            rows.append({"clinic": clinic, "patient": line.patient_id, "version": line.version, "line": kept})
        with database.write() as connection:
            connection.execute(delete(work_lines).where(work_lines.c.clinic == clinic, work_lines.c.patient.in_(ids)))
            connection.execute(insert(work_lines), rows)


def _parts(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for start in range(0, len(lines), STORED_AT_ONCE):
        yield lines[start : start + STORED_AT_ONCE]


def _line(text: str) -> Line:
    told = json.loads(text)
    told["appointments"] = tuple(told["appointments"])
    told["flags"] = tuple(Flag(**flag) for flag in told["flags"])
    told["last_date"] = date.fromisoformat(told["last_date"]) if told["last_date"] else None
    told["last_units"] = Decimal(told["last_units"]) if told["last_units"] is not None else None
    return Line(**told)
