"""What the server side offers: the CapabilityStatement, searchsets and OperationOutcomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

from reprieve.interop.fhir.elements import Json, compact
from reprieve.interop.fhir.kinds import HISTORY, PROFILE_TYPES
from reprieve.interop.fhir.names import profile
from reprieve.interop.fhir.profile.conformance import FHIR_VERSION

PATIENT_SEARCH = {"_id": "token", "name": "string", "identifier": "token", "birthdate": "date"}
OTHER_SEARCH = {"patient": "reference", "_id": "token"}
ISSUE_CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    406: "not-supported",
    409: "conflict",
    422: "invalid",
    429: "throttled",
    503: "transient",
}


@cache
def served_types() -> dict[str, list[str]]:
    """Return the resource types that are served, with the profiles of each."""
    told: dict[str, list[str]] = defaultdict(list)
    for name, kind in {**PROFILE_TYPES, **HISTORY}.items():
        told[kind].append(profile(name))
    return dict(sorted(told.items()))


def capability_statement(base: str, version: str, on: date) -> Json:
    """Return the CapabilityStatement of the server at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": on.isoformat(),
        "kind": "instance",
        "software": {"name": "Reprieve", "version": version},
        "implementation": {"description": "Botulinum toxin therapy: read only", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Signed-in staff of the clinic; each reading stands in the record."},
                "resource": [_resource(kind, profiles) for kind, profiles in served_types().items()],
            }
        ],
    }


def _resource(kind: str, profiles: list[str]) -> Json:
    search = PATIENT_SEARCH if kind == "Patient" else OTHER_SEARCH
    definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
    return compact(
        {
            "type": kind,
            "supportedProfile": profiles,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "versioning": "no-version",
            "searchParam": [{"name": name, "type": sort} for name, sort in search.items()],
            "operation": [{"name": "everything", "definition": definition}] if kind == "Patient" else None,
        }
    )


def searchset(base: str, resources: Iterable[Json], total: int | None, links: dict[str, str]) -> Json:
    """Return a page of results; the links lead to this and to the next page."""
    entries = [
        compact({"fullUrl": _address(base, resource), "resource": resource, "search": {"mode": "match"}})
        for resource in resources
    ]
    return compact(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": total,
            "link": [{"relation": relation, "url": url} for relation, url in links.items()],
            "entry": entries,
        }
    )


def _address(base: str, resource: Json) -> str | None:
    """Return where a resource can be read; a foreign one that is kept has no address here, or not even an id."""
    if not any(told in served_types().get(resource["resourceType"], ()) for told in _profiles(resource)):
        return None
    return f"{base}/{resource['resourceType']}/{resource['id']}"


def _profiles(resource: Json) -> list[str]:
    meta = resource.get("meta")
    told = meta.get("profile") if isinstance(meta, dict) else None
    return [entry for entry in told if isinstance(entry, str)] if isinstance(told, list) else []


def operation_outcome(status: int, message: str) -> Json:
    """Return the answer for whatever goes wrong."""
    code = ISSUE_CODES.get(status, "exception")
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": message}],
    }
