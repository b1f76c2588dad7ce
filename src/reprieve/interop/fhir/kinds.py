"""Which part of the record is which resource: the one table that writer, reader and server share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reprieve.interop.fhir import assessment, clinical, entries, head_angles


@dataclass(frozen=True, slots=True)
class EntryKind:
    """One kind of entry.

    Attributes
    ----------
    field : str
        Field of the chart.
    profiles : tuple of (str, str)
        Resource type and own profile; a risk has two.
    write, read : callable
        ``write(out, key, position, entry)`` and ``read(inp, resource)``.
    """

    field: str
    profiles: tuple[tuple[str, str], ...]
    write: Callable[..., None]
    read: Callable[..., Any]


ENTRY_KINDS = (
    EntryKind("conditions", (("Condition", "condition"),), entries.write_condition, entries.read_condition),
    EntryKind(
        "risks",
        (("AllergyIntolerance", "risk-allergy"), ("Flag", "risk-flag")),
        entries.write_risk,
        entries.read_risk,
    ),
    EntryKind("goals", (("Goal", "goal"),), entries.write_goal, entries.read_goal),
    EntryKind("exposures", (("MedicationStatement", "toxin-exposure"),), entries.write_exposure, entries.read_exposure),
    EntryKind("ratings", (("Observation", "rating"),), clinical.write_rating, clinical.read_rating),
    EntryKind("diary", (("QuestionnaireResponse", "diary-entry"),), clinical.write_diary, clinical.read_diary),
    EntryKind(
        "head_angles", (("Observation", "head-angles"),), head_angles.write_head_angles, head_angles.read_head_angles
    ),
    EntryKind("symptoms", (("AdverseEvent", "adverse-event"),), clinical.write_symptom, clinical.read_symptom),
    EntryKind("assessments", (("Observation", "assessment"),), assessment.write_assessment, assessment.read_assessment),
    EntryKind(
        "other_treatments",
        (("Procedure", "other-treatment"),),
        entries.write_other_treatment,
        entries.read_other_treatment,
    ),
    EntryKind("appointments", (("Appointment", "appointment"),), entries.write_appointment, entries.read_appointment),
)
# Parts of sessions and plans, read with their whole.
PARTS = (
    ("Patient", "patient"),
    ("Observation", "weight"),
    ("Procedure", "session"),
    ("MedicationAdministration", "injection"),
    ("MedicationAdministration", "injection-not-given"),
    ("Medication", "vial"),
    ("BodyStructure", "muscle-site"),
    ("Observation", "muscle-effect"),
    ("Observation", "posture-finding"),
    ("Observation", "muscle-examination"),
    ("Observation", "muscle-emg"),
    ("Provenance", "signature"),
    ("CarePlan", "plan"),
    ("RequestGroup", "plan-actions"),
    ("MedicationRequest", "plan-injection"),
    ("Basic", "waste"),
    ("Binary", "kept-resource"),
)
# Who wrote and who read, and what is derived from the record: written for others, never read back.
HISTORY = {
    "change": "Provenance",
    "access": "AuditEvent",
    "visit": "Encounter",
    "share": "Consent",
    "forecast": "RiskAssessment",
}
PROFILE_TYPES: dict[str, str] = {
    name: kind for kind, name in (*(pair for entry in ENTRY_KINDS for pair in entry.profiles), *PARTS)
}
# Two own profiles of one type that only their state tells apart: given is not "not given", whatever the profile says.
PROFILE_STATES: dict[str, str] = {"injection": "completed", "injection-not-given": "not-done"}
# The states in which a resource says what the record says; in any other it is kept and not read.
STATES: dict[str, frozenset[str]] = {
    "Observation": frozenset({"final", "amended", "corrected"}),
    "MedicationStatement": frozenset({"completed"}),
    "MedicationAdministration": frozenset({"completed", "not-done"}),
    "MedicationRequest": frozenset({"draft", "active", "completed"}),
    "RequestGroup": frozenset({"draft", "active", "completed"}),
    "CarePlan": frozenset({"draft", "active", "completed"}),
    "Procedure": frozenset({"completed", "unknown"}),
    "QuestionnaireResponse": frozenset({"completed", "amended"}),
    "Flag": frozenset({"active"}),
    "Medication": frozenset({"active"}),
    "Appointment": frozenset({"booked", "fulfilled", "noshow", "cancelled"}),
}
