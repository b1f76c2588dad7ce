"""Patient, and the body weight as an Observation of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import absent_value, compact, extension, loinc, measured, present
from reprieve.interop.fhir.names import identifier_system
from reprieve.interop.fhir.reading import Element, needed
from reprieve.record.chart import ChartPatient
from reprieve.record.plan import Jurisdiction, Knowledge

WEIGHT_LOINC = "29463-7"  # "Body weight", the code of FHIR's own body weight profile
_MAPPED = (
    "id", "family_name", "given_name", "birth_date", "sex", "weight_kg", "weight_date",
    "exposure_history", "prior_toxin_tolerated", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a Patient resource tells."""

    patient: ChartPatient
    jurisdiction: Jurisdiction | None = None
    deceased: date | None = None


def write_patient(out: Writing, person: Person) -> None:
    """Write the Patient and the weight."""
    told = person.patient
    name = compact({"family": told.family_name, "given": None if told.given_name is None else [told.given_name]})
    resource = head("Patient", out.patient, "patient")
    resource["extension"] = [
        *present(
            extension("exposure-history", valueCode=told.exposure_history),
            extension("prior-toxin-tolerated", valueBoolean=told.prior_toxin_tolerated),
            extension("jurisdiction", valueCode=person.jurisdiction),
        ),
        *rest(told, *_MAPPED),
    ]
    language = {"coding": [{"system": "urn:ietf:bcp:47", "code": told.language}], "text": told.language}
    out.add(
        {
            **resource,
            "identifier": [{"system": identifier_system("patient"), "value": told.id}],
            "name": [name] if name else None,
            "gender": told.sex,
            "birthDate": told.birth_date,
            "deceasedDateTime": person.deceased,
            "communication": None if told.language is None else [{"language": language, "preferred": True}],
        }
    )
    if told.weight_kg is not None or told.weight_date is not None:
        _write_weight(out, told)


def _write_weight(out: Writing, told: ChartPatient) -> None:
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    weight = None if told.weight_kg is None else measured(told.weight_kg, "kg", "kg")
    out.add(
        {
            **head("Observation", out.child_id("weight"), "weight"),
            "status": "final",
            "category": [{"coding": [category]}],
            "code": {"coding": [loinc(WEIGHT_LOINC, "Body weight")], "text": "Body weight"},
            "subject": out.subject,
            "effectiveDateTime": told.weight_date,
            "valueQuantity": weight,
            "dataAbsentReason": absent_value() if weight is None else None,
        }
    )


def patient_id(resource: Element) -> str:
    """Return the id of a patient here: this program's identifier, else the id at the server it comes from."""
    for entry in resource.children("identifier"):
        if entry.data.get("system") == identifier_system("patient"):
            return entry.needed_text("value")
    return needed(resource.text("id"), resource, "id")


def read_patient(inp: Reading, resource: Element, weights: list[Element]) -> Person:
    """Return the person told by a Patient and by the latest weight."""
    inp.take(resource)
    name = _name(resource)
    given = name.data.get("given") if name else None
    if given is not None and not (isinstance(given, list) and all(isinstance(part, str) for part in given)):
        raise resource.misfit("name", "names whose given is a list of texts")
    weight_kg, weight_date = _weight(inp, weights)
    return Person(
        patient=ChartPatient(
            id=patient_id(resource),
            family_name=name.text("family") if name else None,
            given_name=" ".join(given) if given else None,
            birth_date=resource.day("birthDate"),
            sex=_sex(resource),
            weight_kg=weight_kg,
            weight_date=weight_date,
            exposure_history=resource.extension("exposure-history").choice("valueCode", Knowledge) or "unknown",
            prior_toxin_tolerated=resource.extension("prior-toxin-tolerated").flag("valueBoolean"),
            language=_language(resource),
            **read_rest(ChartPatient, resource, *_MAPPED),
        ),
        jurisdiction=resource.extension("jurisdiction").choice("valueCode", Jurisdiction),
        deceased=resource.day("deceasedDateTime"),
    )


def _name(resource: Element) -> Element | None:
    names = resource.children("name")
    official = [name for name in names if name.data.get("use") == "official"]
    return (official or names or [None])[0]


def _sex(resource: Element) -> Any:
    return resource.choice("gender", Literal["female", "male", "other", "unknown"]) or "unknown"


def _language(resource: Element) -> str | None:
    first = resource.first("communication")
    language = first.child("language") if first else None
    return language.code_in("urn:ietf:bcp:47") if language else None


def is_weight(resource: Element) -> bool:
    """Return whether an Observation is a body weight in kg, or one that says it is not known."""
    code = resource.data.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    if not isinstance(codings, list) or not any(
        isinstance(entry, dict) and entry.get("code") == WEIGHT_LOINC and entry.get("system") == "http://loinc.org"
        for entry in codings
    ):
        return False
    quantity = resource.data.get("valueQuantity")
    return quantity is None or (isinstance(quantity, dict) and quantity.get("code") == "kg")


def _weight(inp: Reading, weights: list[Element]) -> tuple[Decimal | None, date | None]:
    told = [(entry.day("effectiveDateTime"), entry) for entry in weights]
    if not told:
        return None, None
    day, latest = max(told, key=lambda row: row[0] or date.min)
    inp.take(latest)
    quantity = latest.child("valueQuantity")
    return (quantity.number("value") if quantity else None), day
