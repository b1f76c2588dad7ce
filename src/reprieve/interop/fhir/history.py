"""Who wrote and who read: Provenance for each change, AuditEvent for each access.

Another record cannot take them over as its own history; an import keeps them as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reprieve.interop.fhir.context import head
from reprieve.interop.fhir.elements import Json, coding, compact
from reprieve.interop.fhir.names import part_id
from reprieve.interop.fhir.sealing import seal
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event

_AUDIT = "http://dicom.nema.org/resources/ontology/DCM"
# AuditEvent.action: C create, R read, U update, D delete, E execute.
_ACTIONS = {
    EventKind.CHART_READ: "R",
    EventKind.RECORD_EXPORTED: "R",
    EventKind.GLASS_BROKEN: "R",
    EventKind.RECORD_IMPORTED: "C",
    EventKind.SHARE_GRANTED: "C",
    EventKind.SHARE_REVOKED: "D",
}


def write_history(events: Iterable[Event], patient: str, targets: Mapping[str, str]) -> list[Json]:
    """Return Provenance and AuditEvent resources.

    Parameters
    ----------
    events : iterable of Event
        Of one patient, oldest first.
    patient : str
        Logical id of the Patient.
    targets : mapping
        Event id to ``Type/id`` of the resource it tells; the others name the Patient.
    """
    told = []
    for event in events:
        target = targets.get(event.id, f"Patient/{patient}")
        told.append(seal(_change(event, patient, target) if event.changes_chart else _access(event, patient)))
    return told


def _change(event: Event, patient: str, target: str) -> Json:
    entity = None
    if event.replaces is not None:
        replaced = {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:reprieve-event:{event.replaces}"}}
        entity = [{"role": "revision", "what": replaced}]
    return compact(
        {
            **head("Provenance", part_id(patient, "provenance", event.id), "change"),
            "target": [{"reference": target}],
            "recorded": event.at,
            "reason": None if event.reason is None else [{"text": event.reason}],
            "activity": {"coding": [coding("event", event.kind.value)], "text": event.kind.value.replace("_", " ")},
            "agent": [{"who": {"display": event.by}}],
            "entity": entity,
        }
    )


def _access(event: Event, patient: str) -> Json:
    what = getattr(event.body, "what", None)
    return compact(
        {
            **head("AuditEvent", part_id(patient, "audit", event.id), "access"),
            "type": {"system": _AUDIT, "code": "110110", "display": "Patient Record"},
            "subtype": [coding("event", event.kind.value)],
            "action": _ACTIONS.get(event.kind, "E"),
            "recorded": event.at,
            "outcome": "0",
            "outcomeDesc": event.reason,
            "agent": [{"who": {"display": event.by}, "requestor": True}],
            "source": {"observer": {"display": "reprieve"}},
            "entity": [compact({"what": {"reference": f"Patient/{patient}"}, "description": what})],
        }
    )
