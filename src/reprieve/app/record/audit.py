"""Reading the audit: events without their content, and the verification of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reprieve.app.clinic import Clinic
from reprieve.core.errors import TamperedError
from reprieve.store.engine import Database
from reprieve.store.verify import Problem, Verification, verify


def verification(store: Clinic) -> dict[str, Any]:
    """Return the result of going through the whole record."""
    return _told(verify(store.database))


def verification_of(record: str, printed: Sequence[tuple[int, str]] = ()) -> dict[str, Any]:
    """Return the verification of the record at `record`, also against heads from printed sheets."""
    try:
        database = Database(record, create=False)
        try:
            return _told(verify(database, printed))
        finally:
            database.close()
    except TamperedError as error:
        # A file that SQLite itself cannot read has no chain that holds, and is an answer like another.
        return _told(Verification(ok=False, events=0, head="", problems=(Problem(0, str(error)),)))


def _told(found: Verification) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "events": found.events,
        "head": found.head,
        "problem": found.problem,
        "problems": [{"number": problem.number, "what": problem.what} for problem in found.problems],
        "remarks": list(found.remarks),
        "erased": found.erased,
    }


def audit_rows(
    store: Clinic, clinic: str, *, limit: int = 100, before: int | None = None, patient: str | None = None
) -> dict[str, Any]:
    """Return the newest events without their content; `next` is the `before` of the next page."""
    rows = store.ledger.latest(clinic, patient=patient, limit=limit + 1, before=before)
    shown = rows[:limit]
    return {
        "events": [
            {
                "id": event.id,
                "number": number,
                "at": event.at.isoformat(),
                "kind": event.kind.value,
                "by": event.by,
                "patient_id": event.patient,
                "reason": event.reason,
                "replaces": event.replaces,
                "what": getattr(event.body, "what", None),
                "hash": hashed,
            }
            for number, hashed, event in shown
        ],
        "next": shown[-1][0] if len(rows) > limit else None,
    }
