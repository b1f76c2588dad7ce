"""What clinicians call a muscle: its names in other languages, in Latin, and short or older ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import read_json, read_rows
from reprieve.reference.muscle_catalogue import label_groups, muscles


@dataclass(frozen=True, slots=True)
class MuscleName:
    """One name of a muscle, label group or gland; `language` is ``de`` or ``fr``."""

    language: str
    name: str
    source: str
    checked: bool


@cache
def names_by_language() -> Mapping[str, tuple[MuscleName, ...]]:
    """Return the names of every target that a plan may name, by its id."""
    found: dict[str, dict[str, MuscleName]] = {}
    for row in read_rows("anatomy/names_by_language.csv"):
        told = MuscleName(row["language"], row["name"], row["source"], row["checked"] == "true")
        names = found.setdefault(row["muscle"], {})
        if told.language in names or row["muscle"] not in (*muscles(), *label_groups()):
            raise ReferenceDataError(f"{row['muscle']!r} is no muscle, or has two names in {told.language}; correct it")
        names[told.language] = told
    return MappingProxyType({name: tuple(names.values()) for name, names in found.items()})


def other_names(name: str) -> tuple[str, ...]:
    """Return what `name` is called besides its English name; for searches, never for a plan or chart."""
    known = muscles().get(name)
    latin = (known.latin,) if known is not None and known.latin else ()
    shorts = (short for short, target in _short_names().items() if target == name)
    return (*latin, *shorts, *(one.name for one in names_by_language().get(name, ())))


@cache
def _short_names() -> dict[str, str]:
    return read_json("anatomy/short_names.json")["names"]
