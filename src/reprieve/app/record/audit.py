"""Reading the audit: events without their content, and the verification of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from reprieve.app.accounts.vault import Vault, vault_of
from reprieve.app.clinic import Clinic
from reprieve.app.record.kept import differences
from reprieve.core.errors import TamperedError
from reprieve.store.engine import Database
from reprieve.store.fold_views import rebuild
from reprieve.store.problem import EVENTS, Problem
from reprieve.store.verify import MOST_PROBLEMS, Verification, verify

__all__ = ["EVENTS", "audit_rows", "rebuild_of", "verification", "verification_of"]


def verification(store: Clinic) -> dict[str, Any]:
    """Return the result of going through the whole record."""
    return _told(_verified(store.database, store.accounts.vault))


def verification_of(record: str, printed: Sequence[tuple[int, str]] = ()) -> dict[str, Any]:
    """Return the verification of the record at `record`, also against heads from printed sheets."""
    try:
        database = Database(record, create=False)
        try:
            return _told(_verified(database, vault_of(database), printed))
        finally:
            database.close()
    except TamperedError as error:
        # A file that SQLite itself cannot read has no chain that holds, and is an answer like another.
        return _told(Verification(ok=False, events=0, head="", problems=(Problem(0, str(error)),), chain=False))


def rebuild_of(record: str) -> dict[str, Any]:
    """Make the views of the record at `record` anew, and return how many patients they hold and the verification.

    Raises
    ------
    TamperedError
        The chain of events does not hold: views of altered events would only hide it.
    """
    database = Database(record, create=False)
    try:
        found = verify(database)
        if not found.chain:
            raise TamperedError(
                f"{database.shown} does not verify ({found.problem}); no view was made anew, restore the latest backup"
            )
        return {"patients": rebuild(database), **_told(_verified(database, vault_of(database)))}
    finally:
        database.close()


def _verified(database: Database, vault: Vault, printed: Sequence[tuple[int, str]] = ()) -> Verification:
    """Verify the record, and what this server's key marked in it."""
    found = verify(database, printed)
    if not found.chain:
        return found
    with database.snapshot() as connection:
        foreign = tuple(islice(differences(connection, vault), MOST_PROBLEMS))
    return replace(found, ok=found.ok and not foreign, problems=(*found.problems, *foreign)[:MOST_PROBLEMS])


def _told(found: Verification) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "events": found.events,
        "head": found.head,
        "chain": found.chain,
        "problem": found.problem,
        "problems": [
            {"number": problem.number, "what": problem.what, "table": problem.table} for problem in found.problems
        ],
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
