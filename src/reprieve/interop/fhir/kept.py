"""Foreign resources that the record has no word for: kept as they came, given back as they came."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.context import head
from reprieve.interop.fhir.elements import Json, compact
from reprieve.interop.fhir.json_text import read_json, write_json
from reprieve.interop.fhir.names import part_id
from reprieve.interop.fhir.reading import Element
from reprieve.interop.fhir.understood import may_be_read
from reprieve.record.event_bodies import KeptResource

CONTENT_TYPE = "application/fhir+json"
TOXIN_WORDS = (
    "botulinum", "botulinic", "botox", "dysport", "xeomin", "bocouture", "azzalure", "jeuveau", "daxxify", "myobloc",
    "neurobloc", "letybo", "vistabel", "alluzience", "relfydess",
)  # fmt: skip


def keep(resource: Json) -> KeptResource:
    """Return `resource` as the record keeps it."""
    return KeptResource(resource_type=str(resource.get("resourceType")), text=write_json(resource))


def write_kept(kept: Iterable[KeptResource], patient: str, own: Iterable[Json]) -> list[Json]:
    """Return the kept resources as they came.

    One that this program would read (part of it is in the record), or whose id one of `own` has, goes into a Binary:
    otherwise the next import would count it twice.
    """
    taken = {(resource["resourceType"], resource["id"]) for resource in own}
    told: list[Json] = []
    for entry in kept:
        resource = read_json(entry.text, f"kept {entry.resource_type}")
        address = (resource.get("resourceType"), resource.get("id"))
        if address in taken or may_be_read(Element(resource, f"kept {entry.resource_type}")):
            resource = _wrapped(entry, patient)
            address = (resource["resourceType"], resource["id"])
        if address not in taken:
            told.append(resource)
        taken.add(address)
    return told


def _wrapped(entry: KeptResource, patient: str) -> Json:
    key = part_id(patient, "kept", entry.text)
    return compact(
        {
            **head("Binary", key, "kept-resource"),
            "contentType": CONTENT_TYPE,
            "securityContext": {"reference": f"Patient/{patient}"},
            "data": base64.b64encode(entry.text.encode()).decode(),
        }
    )


def read_wrapped(resource: Element) -> KeptResource:
    """Return what `write_kept` put into a Binary."""
    try:
        text = base64.b64decode(resource.needed_text("data"), validate=True).decode()
    except (ValueError, binascii.Error):
        raise resource.misfit("data", "base64 of UTF-8 text") from None
    inner = read_json(text, f"{resource.where}.data")
    if not isinstance(inner, dict) or not isinstance(inner.get("resourceType"), str):
        raise DocumentError(f"{resource.where}.data holds no FHIR resource; correct it")
    return KeptResource(resource_type=inner["resourceType"], text=text)


def names_toxin(text: str) -> bool:
    """Return whether a resource speaks of botulinum toxin: somebody must look whether it is an exposure."""
    low = text.lower()
    return any(word in low for word in TOXIN_WORDS)
