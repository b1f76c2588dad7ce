"""The sources behind the anatomy tables, with grade and what was read of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from reprieve.core.errors import ReferenceDataError
from reprieve.core.findings import SourceRef
from reprieve.reference._files import read_json
from reprieve.reference._names import unknown


@dataclass(frozen=True, slots=True)
class AnatomySource:
    """One document, data set or model; `read` says what the compiler really saw of it."""

    id: str
    citation: str
    kind: str
    grade: str
    read: str
    licence: str
    where: str
    quality: str
    used_for: str


@cache
def anatomy_sources() -> Mapping[str, AnatomySource]:
    """Return the sources of the anatomy tables by key."""
    table: dict[str, AnatomySource] = {}
    for row in read_json("anatomy/sources.json")["sources"]:
        if row["id"] in table:
            raise ReferenceDataError(f"source {row['id']!r} stands twice in the reference data; keep one")
        table[row["id"]] = AnatomySource(**row)
    return MappingProxyType(table)


def anatomy_source(key: str) -> AnatomySource:
    """Return the source `key`, or raise `UnknownNameError` with near matches."""
    try:
        return anatomy_sources()[key]
    except KeyError:
        raise unknown("source", key, anatomy_sources()) from None


def source_ref(key: str, checked: bool) -> SourceRef:
    """Return the reference to the source `key` for a fact that is or is not `checked`."""
    return SourceRef(key, anatomy_source(key).grade, checked)
