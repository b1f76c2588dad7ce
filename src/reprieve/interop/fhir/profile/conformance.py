"""Build the conformance resources from the tables in this folder and from the reference data."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from reprieve.interop.fhir.clinical import ANSWERS, QUESTIONNAIRE
from reprieve.interop.fhir.elements import Json, compact
from reprieve.interop.fhir.names import code_system, extension_address, profile
from reprieve.record.event_kinds import EventKind
from reprieve.reference import label_groups, muscles, postures, scales

_FOLDER = Path(__file__).resolve().parent
FHIR_VERSION = "4.0.1"
_HL7 = "http://hl7.org/fhir/StructureDefinition/"
# Systems whose codes are the record's own words, which a clinic may add to.
OPEN_SYSTEMS = {
    "condition": "Conditions by the record's word",
    "risk": "Risks by the record's word",
    "symptom": "Side effects by the record's word",
    "scale-item": "Items of rating scales by the record's word",
}


@cache
def table(name: str) -> dict[str, Any]:
    """Return one of the tables in this folder."""
    return json.loads((_FOLDER / f"{name}.json").read_bytes())


def conformance_resources() -> list[Json]:
    """Return all StructureDefinitions, CodeSystems, the Questionnaire and the examples."""
    from reprieve.interop.fhir.profile.example import example_resources

    return [
        *(_profile(name, told) for name, told in table("profiles")["profiles"].items()),
        *(_extension(name, told) for name, told in table("extensions")["extensions"].items()),
        *code_systems(),
        diary_questionnaire(),
        *example_resources(),
    ]


def _definition(address: str, title: str, description: str) -> Json:
    name = address.rsplit("/", 1)[-1]
    return {
        "resourceType": "StructureDefinition",
        "id": name.replace("_", "-"),
        "url": address,
        "name": "".join(part.capitalize() for part in name.replace("_", "-").split("-")),
        "title": title,
        "status": "draft",
        "description": description,
        "fhirVersion": FHIR_VERSION,
    }


def _profile(name: str, told: Json) -> Json:
    kind = told["type"]
    elements = [
        compact(
            {
                "id": f"{kind}.{path}",
                "path": f"{kind}.{path}",
                "min": low,
                "max": high,
                "mustSupport": True if low else None,
            }
        )
        for path, low, high in told["elements"]
    ]
    slices = [
        {
            "id": f"{kind}.extension:{extension}",
            "path": f"{kind}.extension",
            "sliceName": extension,
            "type": [{"code": "Extension", "profile": [extension_address(extension)]}],
        }
        for extension in told["extensions"]
    ]
    return {
        **_definition(profile(name), told["title"], told["description"]),
        "kind": "resource",
        "abstract": False,
        "type": kind,
        "baseDefinition": _HL7 + kind,
        "derivation": "constraint",
        "differential": {"element": [{"id": kind, "path": kind}, *slices, *elements]},
    }


def _extension(name: str, told: Json) -> Json:
    elements: list[Json] = [{"id": "Extension", "path": "Extension", "short": told["description"]}]
    elements += [
        {
            "id": f"Extension.extension:{part}",
            "path": "Extension.extension",
            "sliceName": part,
            "type": [{"code": "Extension", "profile": [extension_address(part)]}],
        }
        for part in told.get("parts", ())
    ]
    elements.append({"id": "Extension.url", "path": "Extension.url", "fixedUri": extension_address(name)})
    value = {"id": "Extension.value[x]", "path": "Extension.value[x]"}
    if "value" in told:
        binding = told.get("binding")
        about = {"strength": "preferred", "description": f"Codes of {code_system(binding)}"} if binding else None
        elements.append(compact({**value, "min": 1, "type": [{"code": told["value"]}], "binding": about}))
    else:
        elements.append({**value, "max": "0"})
    return {
        **_definition(extension_address(name), name.replace("-", " ").capitalize(), told["description"]),
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": place} for place in told["on"]],
        "type": "Extension",
        "baseDefinition": _HL7 + "Extension",
        "derivation": "constraint",
        "differential": {"element": elements},
    }


def code_systems() -> list[Json]:
    """Return the code systems: closed ones with their codes, open ones without."""
    closed: dict[str, dict[str, str]] = {
        name: told for name, told in table("vocabularies").items() if isinstance(told, dict)
    }
    closed["event"] = {kind.value: kind.value.replace("_", " ") for kind in EventKind}
    closed["muscle"] = {key: known.name for key, known in muscles().items()}
    closed["muscle"] |= {key: known.name for key, known in label_groups().items()}
    closed["posture"] = {key: known.name for key, known in postures().items()}
    closed["scale"] = {key: known.name for key, known in scales().items()}
    return [
        *(_code_system(name, name.replace("-", " ").capitalize(), codes) for name, codes in closed.items()),
        *(_code_system(name, title, None) for name, title in OPEN_SYSTEMS.items()),
    ]


def _code_system(name: str, title: str, codes: dict[str, str] | None) -> Json:
    rows = None if codes is None else [{"code": code, "display": display} for code, display in codes.items()]
    return compact(
        {
            "resourceType": "CodeSystem",
            "id": name,
            "url": code_system(name),
            "name": "".join(part.capitalize() for part in name.split("-")),
            "title": title,
            "status": "draft",
            "caseSensitive": True,
            "content": "not-present" if rows is None else "complete",
            "count": None if rows is None else len(rows),
            "concept": rows,
        }
    )


def diary_questionnaire() -> Json:
    """Return the questionnaire that a diary entry answers."""
    scores = [{"linkId": name, "text": name.capitalize(), "type": "decimal"} for name in ANSWERS]
    return {
        "resourceType": "Questionnaire",
        "id": "diary",
        "url": QUESTIONNAIRE,
        "name": "Diary",
        "title": "Dystonia diary: 0 is none, 10 the worst",
        "status": "draft",
        "subjectType": ["Patient"],
        "item": [
            {"linkId": "date", "text": "Day", "type": "date", "required": True},
            *scores,
            {"linkId": "treatments", "text": "Other treatments today", "type": "string", "repeats": True},
            {"linkId": "note", "text": "Note", "type": "text"},
        ],
    }
