"""Bundles: what one file or one answer of a server holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.elements import Json, compact
from reprieve.interop.fhir.json_text import read_json, write_json
from reprieve.interop.fhir.names import BASE
from reprieve.interop.fhir.reader import Incoming

BUNDLE_TYPES = ("collection", "searchset", "transaction", "batch", "document", "history", "message")
CREATES = ("POST", "PUT")


def collection(resources: Iterable[Json], at: datetime | None = None) -> Json:
    """Return a Bundle of type ``collection``."""
    return _bundle([_told(resource) for resource in resources], at)


def collection_text(resources: Iterable[Json], at: datetime | None = None) -> Iterator[str]:
    """Yield the same Bundle as JSON, piece by piece: a whole clinic does not fit into memory."""
    # The first one before a word is written: what cannot be given at all leaves nothing behind.
    entries = (write_json(_told(resource)) for resource in resources)
    first = next(entries, None)
    yield write_json(_bundle([], at)).removesuffix("}")
    if first is not None:
        yield ',"entry":[' + first
        for entry in entries:
            yield "," + entry
        yield "]"
    yield "}"


def _bundle(entries: list[Json], at: datetime | None) -> Json:
    stamp = None if at is None else at.isoformat(timespec="seconds")
    return compact({"resourceType": "Bundle", "type": "collection", "timestamp": stamp, "entry": entries})


def _told(resource: Json) -> Json:
    return compact({"fullUrl": _full_url(resource), "resource": resource})


def _full_url(resource: Json) -> str | None:
    key = resource.get("id")
    return f"{BASE}/{resource['resourceType']}/{key}" if isinstance(key, str) else None


def read_bundle(text: str, where: str) -> list[Incoming]:
    """Return the resources of a Bundle, or the one resource that `text` is.

    Raises
    ------
    DocumentError
        No FHIR JSON, or a bundle that asks for something else than taking resources in.
    """
    value = read_json(text, where)
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise DocumentError(f"{where} holds no FHIR resource; give a Bundle or a resource as JSON")
    if value["resourceType"] != "Bundle":
        return [Incoming(value)]
    if value.get("type") not in BUNDLE_TYPES:
        raise DocumentError(f"{where}: a Bundle has a type out of {', '.join(BUNDLE_TYPES)}; correct it")
    entries = value.get("entry", [])
    if not isinstance(entries, list):
        raise DocumentError(f"{where}: entry must be a list; correct the Bundle")
    return [told for number, entry in enumerate(entries, 1) for told in _entry(entry, f"{where}, entry {number}")]


def _entry(entry: Any, where: str) -> list[Incoming]:
    if not isinstance(entry, dict):
        raise DocumentError(f"{where} must be an object; correct the Bundle")
    request = entry.get("request")
    method = request.get("method") if isinstance(request, dict) else None
    if method is not None and method not in CREATES:
        raise DocumentError(f"{where} asks to {str(method)[:20]}; an import takes resources in and does nothing else")
    resource, address = entry.get("resource"), entry.get("fullUrl")
    if resource is None:
        return []
    if not isinstance(resource, dict) or not (address is None or isinstance(address, str)):
        raise DocumentError(f"{where}: resource must be an object and fullUrl a text; correct the Bundle")
    return [Incoming(resource, address)]
