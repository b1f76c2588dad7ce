"""Small parts of resources: concepts, quantities, references, extensions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reprieve.interop.fhir.names import LOINC, UCUM, code_system, extension_address

Json = dict[str, Any]


def compact(resource: Json) -> Json:
    """Return `resource` without what is None or empty: FHIR has no empty element."""
    return {key: value for key, value in resource.items() if value is not None and value != [] and value != {}}


def coding(system: str, code: str, display: str | None = None) -> Json:
    """Return a Coding of one of this project's own code systems."""
    return compact({"system": code_system(system), "code": code, "display": display})


def concept(system: str, code: str, *more: Json, text: str | None = None) -> Json:
    """Return a CodeableConcept of an own code, with further codings."""
    return {"coding": [coding(system, code), *more], "text": text or code}


def loinc(code: str, display: str) -> Json:
    """Return a Coding of LOINC."""
    return {"system": LOINC, "code": code, "display": display}


def measured(value: Decimal | float, unit: str, code: str) -> Json:
    """Return a Quantity in the UCUM unit `code`; `unit` is its name for people. Never for a dose of toxin."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def reference(kind: str, key: str) -> Json:
    """Return a Reference to the resource `kind`/`key`."""
    return {"reference": f"{kind}/{key}"}


def extension(name: str, **value: Any) -> Json | None:
    """Return the extension `name` with its one value, None if the value is None."""
    ((kind, told),) = value.items()
    return None if told is None else {"url": extension_address(name), kind: told}


def nested(name: str, *parts: Json | None) -> Json | None:
    """Return an extension made of extensions, None if it has none."""
    told = present(*parts)
    return {"url": extension_address(name), "extension": told} if told else None


def present(*parts: Json | None) -> list[Json]:
    """Return `parts` without the missing ones."""
    return [part for part in parts if part is not None]


def annotation(note: str | None) -> list[Json] | None:
    """Return a note as FHIR has it."""
    return None if note is None else [{"text": note}]


def absent_value() -> Json:
    """Return the reason for a value that nobody knows: unknown is never zero."""
    return {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}],
    }
