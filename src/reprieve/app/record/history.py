"""The history under the form: every entry with its versions, who, when, what it said before, and why."""

from __future__ import annotations

from typing import Any

from reprieve.app.clinic import Clinic
from reprieve.core.documents import as_json
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event


def history_of(store: Clinic, clinic: str, patient: str) -> list[dict[str, Any]]:
    """Return one row for each entry, newest first, with all its versions from the oldest to the newest."""
    rows: dict[str, dict[str, Any]] = {}
    row_of: dict[str, str] = {}
    for event in store.ledger.events_of(clinic, patient, chart_only=True):
        first = row_of.get(event.replaces or "", event.id)
        row_of[event.id] = first
        row = rows.setdefault(first, {"entry": first, "kind": event.kind.value, "standing": event.id, "versions": []})
        before = row["versions"][-1]["body"] if row["versions"] else None
        row["versions"].append(_version(event, before))
        row["standing"] = None if event.kind is EventKind.ENTRY_VOIDED else event.id
    return list(reversed(rows.values()))


def _version(event: Event, before: Any) -> dict[str, Any]:
    body = as_json(event.body)
    return {
        "id": event.id,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "by": event.by,
        "reason": event.reason,
        "body": body,
        "changed": _changed(before, body),
    }


def _changed(before: Any, now: Any) -> list[dict[str, Any]]:
    """Return the fields that differ, each with its old and new value."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return []
    return [
        {"field": name, "old": before.get(name), "new": now.get(name)}
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]
