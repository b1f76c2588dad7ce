"""Addresses of this project's own profiles, extensions and code systems.

No domain is bought for them: ``.example`` is reserved for this use and never resolves, so nothing is fetched from it.
"""

from __future__ import annotations

import hashlib
import re

BASE = "https://reprieve.example/fhir"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
ARBITRARY_UNIT = "[arb'U]"
TERMINOLOGIES = {
    "mondo": "http://purl.obolibrary.org/obo/mondo.owl",
    "hpo": "http://human-phenotype-ontology.org",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "uberon": "http://purl.obolibrary.org/obo/uberon.owl",
}
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_LOGICAL_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def profile(name: str) -> str:
    """Return the address of the profile `name`."""
    return f"{BASE}/StructureDefinition/{name}"


def extension_address(name: str) -> str:
    """Return the address of the extension `name`; a profile may have the same name."""
    return f"{BASE}/StructureDefinition/extension-{name}"


def code_system(name: str) -> str:
    """Return the address of the code system `name`."""
    return f"{BASE}/CodeSystem/{name}"


def identifier_system(name: str) -> str:
    """Return the address of the namespace in which `name` ids are unique."""
    return f"{BASE}/identifier/{name}"


def derived_id(*parts: str) -> str:
    """Return a logical id that follows from `parts`, the same each time."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def owner_mark(patient: str) -> str:
    """Return the beginning of the ids of all parts of the Patient `patient`: it tells whose chart to look into."""
    return hashlib.sha256(f"owner\n{patient}".encode()).hexdigest()[:12]


def part_id(patient: str, *parts: str) -> str:
    """Return the id of a part of the Patient `patient`, the same each time."""
    return f"{owner_mark(patient)}.{derived_id(patient, *parts)}"


def logical_id(own: str) -> str:
    """Return `own` where FHIR takes it as an id, else one derived from it."""
    return own if _LOGICAL_ID.fullmatch(own) else derived_id("id", own)
