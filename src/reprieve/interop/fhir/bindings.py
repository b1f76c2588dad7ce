"""Codes that FHIR R4 requires where this program writes one (value sets of HL7 FHIR 4.0.1, binding "required").

FHIR libraries do not check them; a test compares this table with the metadata of one, and every written resource is
checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprieve.interop.fhir.elements import Json

_REQUEST_STATUS = ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown")
_EVENT_STATUS = (
    "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown",
)  # fmt: skip
REQUIRED: dict[str, tuple[str, ...]] = {
    "Patient.gender": ("male", "female", "other", "unknown"),
    "Goal.lifecycleStatus": (
        "proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error",
        "rejected",
    ),
    "Flag.status": ("active", "inactive", "entered-in-error"),
    "MedicationStatement.status": (
        "active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken",
    ),
    "MedicationAdministration.status": (
        "in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown",
    ),
    "MedicationRequest.status": (
        "active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown",
    ),
    "MedicationRequest.intent": (
        "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option",
    ),
    "Procedure.status": _EVENT_STATUS,
    "Encounter.status": (
        "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error",
        "unknown",
    ),
    "Consent.status": ("draft", "proposed", "active", "rejected", "inactive", "entered-in-error"),
    "Consent.provision.type": ("deny", "permit"),
    "RiskAssessment.status": (
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    ),
    "Observation.status": (
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    ),
    "QuestionnaireResponse.status": ("in-progress", "completed", "amended", "entered-in-error", "stopped"),
    "AdverseEvent.actuality": ("actual", "potential"),
    "Appointment.status": (
        "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error",
        "checked-in", "waitlist",
    ),
    "Appointment.participant.status": ("accepted", "declined", "tentative", "needs-action"),
    "CarePlan.status": _REQUEST_STATUS,
    "CarePlan.intent": ("proposal", "plan", "order", "option"),
    "RequestGroup.status": _REQUEST_STATUS,
    "RequestGroup.intent": (
        "proposal", "plan", "directive", "order", "original-order", "reflex-order", "filler-order", "instance-order",
        "option",
    ),
    "AuditEvent.action": ("C", "R", "U", "D", "E"),
    "AuditEvent.outcome": ("0", "4", "8", "12"),
    "Provenance.entity.role": ("derivation", "revision", "quotation", "source", "removal"),
    "Bundle.type": (
        "document", "message", "transaction", "transaction-response", "batch", "batch-response", "history",
        "searchset", "collection",
    ),
}  # fmt: skip
# Bound codings inside a CodeableConcept: the system, and what it may say.
REQUIRED_CONCEPTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AdverseEvent.severity": (
        "http://terminology.hl7.org/CodeSystem/adverse-event-severity",
        ("mild", "moderate", "severe"),
    ),
    "AdverseEvent.outcome": (
        "http://terminology.hl7.org/CodeSystem/adverse-event-outcome",
        ("resolved", "recovering", "ongoing", "resolvedWithSequelae", "fatal", "unknown"),
    ),
}


def wrong_codes(resource: Json) -> list[str]:
    """Return what in `resource` is outside a required binding; empty when all is inside."""
    kind, wrong = resource["resourceType"], []
    for path, value in _codes(resource, kind):
        allowed = REQUIRED.get(path)
        if allowed is not None and value not in allowed:
            wrong.append(f"{path} = {value!r} is none of {', '.join(allowed)}")
    for path, (system, allowed) in REQUIRED_CONCEPTS.items():
        concept = resource.get(path.split(".")[1]) if path.startswith(f"{kind}.") else None
        for coded in (concept or {}).get("coding", ()):
            if coded.get("system") != system or coded.get("code") not in allowed:
                wrong.append(f"{path} = {coded.get('code')!r} is none of {', '.join(allowed)}")
    return wrong


def _codes(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _codes(entry, f"{path}.{key}")
    elif isinstance(value, list):
        for entry in value:
            yield from _codes(entry, path)
    elif isinstance(value, str):
        yield path, value
