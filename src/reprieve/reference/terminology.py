"""Codes of public terminologies for the record's own words; a word without a row has no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from reprieve.reference._files import read_rows


@dataclass(frozen=True, slots=True)
class TerminologyCode:
    """One code: `system` is ``mondo``, ``hpo`` or ``icd10cm``; `checked` whether the code itself was seen."""

    system: str
    code: str
    source: str
    checked: bool


@cache
def codes(kind: str) -> Mapping[str, tuple[TerminologyCode, ...]]:
    """Return the codes of every word of `kind` (``condition`` or ``symptom``)."""
    found: dict[str, tuple[TerminologyCode, ...]] = {}
    for row in read_rows("terminology/codes.csv"):
        if row["kind"] == kind:
            code = TerminologyCode(row["system"], row["code"], row["source"], row["checked"] == "true")
            found[row["name"]] = (*found.get(row["name"], ()), code)
    return MappingProxyType(found)


@cache
def name_of_code(kind: str, system: str, code: str) -> str | None:
    """Return the record's word for a code, None where the record has no word for it."""
    for name, known in codes(kind).items():
        if any((entry.system, entry.code) == (system, code) for entry in known):
            return name
    return None
