"""Simple entries, one resource each: conditions, risks, goals, exposures, other treatments, appointments."""

from __future__ import annotations

from typing import Any

from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.body_site import muscle_extensions, read_muscle_extension, read_side, side_extension
from reprieve.interop.fhir.context import Reading, Writing, has_profile, head, read_rest, rest
from reprieve.interop.fhir.elements import Json, annotation, coding, compact, concept, extension
from reprieve.interop.fhir.names import DATA_ABSENT, TERMINOLOGIES
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import dose_quantity, product_concept, read_dose, read_product
from reprieve.record.chart import Appointment, Condition, Goal, OtherTreatment
from reprieve.record.plan import Exposure
from reprieve.reference.terminology import codes, name_of_code

_CONDITION = ("condition", "since", "side", "note")
_GOAL = ("text", "date", "muscle", "side")
_EXPOSURE = ("date", "product", "indication", "units", "place")
_TREATMENT = ("date", "treatment", "until", "note")
_APPOINTMENT = ("date", "purpose", "state")
TERMS = "http://terminology.hl7.org/CodeSystem/"
ALLERGY_ENDS = ("_allergy", "_hypersensitivity")
APPOINTMENT_STATUS = {"booked": "booked", "kept": "fulfilled", "missed": "noshow", "cancelled": "cancelled"}


def public_codings(kind: str, name: str) -> list[Json]:
    """Return the codings of public terminologies for a word of the record."""
    return [{"system": TERMINOLOGIES[code.system], "code": code.code} for code in codes(kind).get(name, ())]


def indication(name: str) -> Json:
    """Return a condition's name as a CodeableConcept."""
    return concept("condition", name, *public_codings("condition", name))


def read_indication(holder: Element | None) -> str | None:
    """Return the record's word for a condition, by its own code or by a public one."""
    if holder is None:
        return None
    own = holder.code_of("condition")
    if own is not None:
        return own
    for system, address in TERMINOLOGIES.items():
        code = holder.code_in(address)
        name = name_of_code("condition", system, code) if code else None
        if name is not None:
            return name
    return None


def write_condition(out: Writing, key: str, position: int, entry: Condition) -> None:
    """Write a Condition."""
    resource = head("Condition", key, "condition", position, side_extension(entry.side), *rest(entry, *_CONDITION))
    told = {"code": indication(entry.condition), "subject": out.subject, "onsetDateTime": entry.since}
    out.add({**resource, **told, "note": annotation(entry.note)})


def read_condition(inp: Reading, resource: Element) -> Condition:
    """Read a Condition whose code has a word in the record."""
    return Condition(
        condition=needed(read_indication(resource.child("code")), resource, "a code that this record knows"),
        since=resource.day("onsetDateTime"),
        side=read_side(resource),
        note=resource.note(),
        **read_rest(Condition, resource, *_CONDITION),
    )


def write_risk(out: Writing, key: str, position: int, entry: str) -> None:
    """Write an AllergyIntolerance for an allergy, a Flag for any other risk."""
    if entry.endswith(ALLERGY_ENDS):
        resource = head("AllergyIntolerance", key, "risk-allergy", position)
        # A risk that stands in the record is one to heed; FHIR asks for the status of an allergy (ait-1).
        status = {"coding": [{"system": f"{TERMS}allergyintolerance-clinical", "code": "active"}]}
        out.add({**resource, "clinicalStatus": status, "code": concept("risk", entry), "patient": out.subject})
        return
    category = {"system": f"{TERMS}flag-category", "code": "safety"}
    resource = head("Flag", key, "risk-flag", position)
    told = {"status": "active", "category": [{"coding": [category]}], "code": concept("risk", entry)}
    out.add({**resource, **told, "subject": out.subject})


def read_risk(inp: Reading, resource: Element) -> str:
    """Read a risk."""
    return needed(resource.own_code("code", "risk"), resource, "the risk's own code")


def write_goal(out: Writing, key: str, position: int, entry: Goal) -> None:
    """Write a Goal."""
    parts = (*muscle_extensions(entry.muscle, entry.side), *rest(entry, *_GOAL))
    resource = head("Goal", key, "goal", position, *parts)
    told = {"lifecycleStatus": "active", "description": {"text": entry.text}, "subject": out.subject}
    out.add({**resource, **told, "startDate": entry.date})


def read_goal(inp: Reading, resource: Element) -> Goal:
    """Read a Goal."""
    description = needed(resource.child("description"), resource, "description")
    return Goal(
        text=description.needed_text("text"),
        date=resource.day("startDate"),
        muscle=read_muscle_extension(resource),
        side=read_side(resource),
        **read_rest(Goal, resource, *_GOAL),
    )


def write_exposure(out: Writing, key: str, position: int, entry: Exposure) -> None:
    """Write a MedicationStatement: toxin given by anyone; unknown units are left out, never zero."""
    place = extension("place", valueString=entry.place)
    dose = None if entry.units is None else {"doseQuantity": dose_quantity(entry.units, entry.product)}
    out.add(
        {
            **head("MedicationStatement", key, "toxin-exposure", position, place, *rest(entry, *_EXPOSURE)),
            "status": "completed",
            "medicationCodeableConcept": product_concept(entry.product),
            "subject": out.subject,
            "effectiveDateTime": entry.date,
            "reasonCode": None if entry.indication is None else [indication(entry.indication)],
            "dosage": None if dose is None else [{"doseAndRate": [dose]}],
        }
    )


def read_exposure(inp: Reading, resource: Element) -> Exposure:
    """Read toxin given elsewhere."""
    medication = needed(resource.child("medicationCodeableConcept"), resource, "medicationCodeableConcept")
    product = read_product(medication)
    dosage = resource.first("dosage")
    rate = dosage.first("doseAndRate") if dosage else None
    quantity = rate.child("doseQuantity") if rate else None
    reason = resource.first("reasonCode")
    return Exposure(
        date=resource.needed_day("effectiveDateTime"),
        product=product,
        indication=reason_word(reason),
        units=read_dose(quantity, product) if quantity else None,
        place=resource.extension("place").text("valueString"),
        **read_rest(Exposure, resource, *_EXPOSURE),
    )


def reason_word(reason: Element | None) -> str | None:
    """Return a reason as the record's word, or as its text where the record has no word."""
    if reason is None:
        return None
    told = read_indication(reason)
    return reason.text("text") if told is None else told


def write_other_treatment(out: Writing, key: str, position: int, entry: OtherTreatment) -> None:
    """Write a Procedure that is not a session of this record; the record does not know how far it went."""
    resource = head("Procedure", key, "other-treatment", position, *rest(entry, *_TREATMENT))
    out.add(
        {
            **resource,
            "status": "unknown",
            "code": {"coding": [coding("record", "other-treatment")], "text": entry.treatment},
            "subject": out.subject,
            "performedPeriod": compact({"start": entry.date, "end": entry.until}),
            "note": annotation(entry.note),
        }
    )


def read_other_treatment(inp: Reading, resource: Element) -> OtherTreatment:
    """Read a treatment beside the toxin."""
    period = needed(resource.child("performedPeriod"), resource, "performedPeriod")
    return OtherTreatment(
        date=period.needed_day("start"),
        treatment=needed(resource.child("code"), resource, "code").needed_text("text"),
        until=period.day("end"),
        note=resource.note(),
        **read_rest(OtherTreatment, resource, *_TREATMENT),
    )


def write_appointment(out: Writing, key: str, position: int, entry: Appointment) -> None:
    """Write an Appointment; the record knows the day and no hour, so `start` says that it is unknown."""
    resource = head("Appointment", key, "appointment", position, *rest(entry, *_APPOINTMENT))
    out.add(
        {
            **resource,
            "status": APPOINTMENT_STATUS[entry.state],
            "description": entry.purpose,
            "_start": {"extension": [{"url": DATA_ABSENT, "valueCode": "unknown"}]},
            "_end": {"extension": [{"url": DATA_ABSENT, "valueCode": "unknown"}]},
            "participant": [{"actor": out.subject, "status": "accepted"}],
            "requestedPeriod": [{"start": entry.date, "end": entry.date}],
        }
    )


def read_appointment(inp: Reading, resource: Element) -> Appointment:
    """Read an Appointment."""
    period = resource.first("requestedPeriod")
    day = resource.day("start") or (period.day("start") if period else None)
    states = {status: state for state, status in APPOINTMENT_STATUS.items()}
    status = resource.needed_text("status")
    if status not in states:
        raise DocumentError(
            f"{resource.where}: status {status!r} has no word in this record; it takes {', '.join(states)}"
        )
    state: Any = states[status]
    return Appointment(
        date=needed(day, resource, "start"),
        purpose=resource.text("description") or "",
        state=state,
        **read_rest(Appointment, resource, *_APPOINTMENT),
    )


def understands_foreign(resource: Element) -> bool:
    """Return whether a resource of another system can be read into the record, with its remainder kept beside."""
    if resource.data.get("resourceType") != "Condition" or has_profile(resource, "condition"):
        return False
    code = resource.data.get("code")
    return isinstance(code, dict) and read_indication(Element(code, f"{resource.where}.code")) is not None
