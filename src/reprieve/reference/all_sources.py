"""All sources of the reference data in one list: anatomy, published figures, formulary, muscle model, scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve.reference._files import read_json
from reprieve.reference._names import unknown
from reprieve.reference.formulary._records import source_records
from reprieve.reference.numbing import numbing_sources
from reprieve.reference.pharmacology import pharmacology_priors
from reprieve.reference.scale_catalogue import scales
from reprieve.reference.source_list import anatomy_sources


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source; `read` says what was really seen of it, `catalogues` which tables use it."""

    key: str
    citation: str
    grade: str
    read: str
    catalogues: tuple[str, ...]
    licence: str | None = None
    where: str | None = None


@cache
def all_sources() -> Mapping[str, SourceEntry]:
    """Return every source by key; a key that two tables share is one entry."""
    merged: dict[str, SourceEntry] = {}
    for entry in _every():
        known = merged.get(entry.key)
        if known is None:
            merged[entry.key] = entry
        else:
            both = tuple(dict.fromkeys((*known.catalogues, *entry.catalogues)))
            merged[entry.key] = SourceEntry(
                known.key, known.citation, known.grade, known.read, both, known.licence, known.where or entry.where
            )
    return MappingProxyType(merged)


def any_source(key: str) -> SourceEntry:
    """Return the source `key`, or raise `UnknownNameError` with near matches."""
    try:
        return all_sources()[key]
    except KeyError:
        raise unknown("source", key, all_sources()) from None


def grade_of(key: str) -> str:
    """Return the grade of `key`; of a list of keys the grades in turn; ``web`` for a bare address."""
    return ", ".join(dict.fromkeys(_one_grade(part) for part in key.split(", ")))


def _one_grade(key: str) -> str:
    entry = all_sources().get(key)
    return entry.grade if entry else "cited"


def _every() -> Iterator[SourceEntry]:
    for one in anatomy_sources().values():
        yield SourceEntry(one.id, one.citation, one.grade, one.read, ("anatomy",), one.licence, one.where)
    for key, row in read_json("published/sources.json").items():
        where = f"doi:{row['doi']}" if row.get("doi") else None
        yield SourceEntry(key, row["cite"], "paper", row["read"], ("published",), "facts", where)
    for key, row in source_records().items():
        yield SourceEntry(key, _title(row), row["grade"], row["read"], ("formulary",), "facts", row.get("doi"))
    for row in numbing_sources().values():
        yield SourceEntry(row.key, f"{row.title}. {row.publisher}", row.grade, row.read, ("numbing",), "facts")
    for key, row in pharmacology_priors().sources.items():
        if row["grade"] != "assumption":
            yield SourceEntry(key, row["title"], row["grade"], "see the priors of the muscle model", ("pharmacology",))
    for scale in scales().values():
        for address in scale.sources:
            if address.startswith("http"):
                text = f"{scale.name}: page read for its structure"
                yield SourceEntry(address, text, "web", "see the scale's checked parts", ("scales",), None, address)


def _title(row: dict[str, Any]) -> str:
    return f"{row['title']}. {row['publisher']}" + (f", {row['year']}" if row["year"] else ", no year shown")
