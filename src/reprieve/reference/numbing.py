"""Creams that numb the skin: when they work, when they must come off, each figure with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from reprieve.core.errors import ReferenceDataError
from reprieve.core.findings import SourceRef
from reprieve.reference._files import read_json
from reprieve.reference._names import unknown
from reprieve.reference.preparations import PreparationSource

_FILE = "numbing/creams.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbingCream:
    """One cream or gel; None is not known, never zero.

    Attributes
    ----------
    works_after_min : int
        Minutes on the skin before a needle.
    longest_on_min : int or None
        Minutes after which it must be off.
    numb_for_min : int or None
        Minutes from the application for which the skin stays numb.
    """

    id: str
    name: str
    works_after_min: int
    longest_on_min: int | None
    numb_for_min: int | None
    source: SourceRef
    note: str


@cache
def numbing_creams() -> Mapping[str, NumbingCream]:
    """Return the creams on file, by id."""
    return MappingProxyType({row["id"]: _cream(row) for row in read_json(_FILE)["creams"]})


def numbing_cream(name: str) -> NumbingCream:
    """Return the cream `name`, or raise `UnknownNameError` with near matches."""
    try:
        return numbing_creams()[name]
    except KeyError:
        raise unknown("numbing cream", name, numbing_creams()) from None


@cache
def numbing_sources() -> Mapping[str, PreparationSource]:
    """Return the documents behind the figures, by key."""
    return MappingProxyType({row["key"]: PreparationSource(**row) for row in read_json(_FILE)["sources"]})


def _cream(row: dict[str, object]) -> NumbingCream:
    values = dict(row)
    key, checked = str(values.pop("source")), bool(values.pop("checked"))
    source = numbing_sources().get(key)
    if source is None:
        raise ReferenceDataError(f"numbing cream {row['id']} names no known source {key!r}; add it to the list")
    return NumbingCream(source=SourceRef(key, source.grade, checked), **values)  # type: ignore[arg-type]
