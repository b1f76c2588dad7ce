"""Which resources can be read at all, and whether all that one says went into the record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from reprieve.interop.fhir.context import has_profile
from reprieve.interop.fhir.elements import Json
from reprieve.interop.fhir.entries import understands_foreign
from reprieve.interop.fhir.kinds import PROFILE_STATES, PROFILE_TYPES, STATES
from reprieve.interop.fhir.names import extension_address
from reprieve.interop.fhir.patient import is_weight
from reprieve.interop.fhir.reading import Element

Leaf = tuple[str, type, Any]
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T.*")
_UNVERIFIED = ("entered-in-error", "refuted", "unconfirmed", "differential")
_OVER = ("inactive", "remission", "resolved")
_UNTOLD = frozenset({"id", "reference", "versionId", "lastUpdated", "profile"})


def own_profile(resource: Element) -> str | None:
    """Return the own profile that a resource follows, None for a foreign one."""
    for name, kind in PROFILE_TYPES.items():
        if resource.data.get("resourceType") == kind and has_profile(resource, name):
            return name
    return None


def may_be_read(resource: Element) -> bool:
    """Return whether this program reads a resource, whole or in part."""
    if withheld(resource) is not None:
        return False
    kind = resource.data.get("resourceType")
    return (
        kind == "Patient"
        or own_profile(resource) is not None
        or understands_foreign(resource)
        or (kind == "Observation" and is_weight(resource))
    )


def withheld(resource: Element) -> str | None:
    """Return why a resource must not be read as a fact, None if it may."""
    data = resource.data
    if "modifierExtension" in data or "implicitRules" in data:
        return "it carries a modifier that this program does not know"
    told = next((code for code in _codes(data.get("verificationStatus")) if code in _UNVERIFIED), None)
    if told is not None:
        return f"its verification status is {told}"
    over = next((code for code in _codes(data.get("clinicalStatus")) if code in _OVER), None)
    # An allergy that is called over stays: a risk is heeded until a person takes it off.
    if over is not None and data.get("resourceType") == "Condition":
        return f"its clinical status is {over}"
    states = STATES.get(str(data.get("resourceType")))
    status = data.get("status")
    if states is not None and status is not None and not (isinstance(status, str) and status in states):
        return f"its status is {str(status)[:40]!r}"
    profile = own_profile(resource)
    if profile in PROFILE_STATES and status != PROFILE_STATES[profile]:
        return f"its status is {str(status)[:40]!r}, which contradicts its profile {profile}"
    return None


def _codes(concept: Any) -> list[str]:
    """Return the codes of a CodeableConcept, whatever their system."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return [str(one.get("code")) for one in (codings if isinstance(codings, list) else ()) if isinstance(one, dict)]


def leaves(value: Any, path: str = "") -> Iterator[Leaf]:
    """Yield what a resource says: each value with its path, without ids, versions and generated narrative."""
    if isinstance(value, dict):
        if value.get("url") == extension_address("position"):
            return
        for key, entry in value.items():
            if (key in _UNTOLD and not isinstance(entry, dict)) or (key == "source" and path == "/meta"):
                continue
            if key == "display" and "code" in value:
                continue
            if key == "text" and isinstance(entry, dict) and entry.get("status") == "generated":
                continue
            yield from leaves(entry, f"{path}/{key}")
    elif isinstance(value, list):
        for entry in value:
            yield from leaves(entry, path)
    elif value is not None:
        yield path, bool if isinstance(value, bool) else object, _comparable(value)


def _comparable(value: Any) -> Any:
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            return value
        return told if told.tzinfo else value
    return value


class Written:
    """What records say once they are written: finds out what of an incoming resource is in none of them.

    Parameters
    ----------
    resources : iterable of dict
        As written from the records.
    """

    def __init__(self, resources: Iterable[Json]) -> None:
        self._by_address: dict[str, Json] = {}
        self._by_kind: dict[str, list[Json]] = defaultdict(list)
        for resource in resources:
            self._by_kind[resource["resourceType"]].append(resource)
            self._by_address[f"{resource['resourceType']}/{resource['id']}"] = resource
        self._leaves: dict[str, list[frozenset[Leaf]]] = {}
        self._whole: dict[str, set[frozenset[Leaf]]] = {}

    def unread(self, address: str, original: Json) -> list[str]:
        """Return the paths of what `original` says and nothing written says; empty when all of it is there.

        Ids do not count: a server may have given others. So the resource of the same address is tried first, then
        one that says exactly the same, then any of the same type.
        """
        same = self._by_address.get(address)
        if same is not None and (same == original or not set(leaves(original)) - set(leaves(same))):
            return []
        told, kind = frozenset(leaves(original)), original["resourceType"]
        if kind not in self._leaves:
            self._leaves[kind] = [frozenset(leaves(resource)) for resource in self._by_kind[kind]]
            self._whole[kind] = set(self._leaves[kind])
        if told in self._whole[kind]:
            return []
        missing = min((told - candidate for candidate in self._leaves[kind]), key=len, default=told)
        return sorted({path for path, _, _ in missing})
