"""Dystonic postures and the muscles that may make them (COL-CAP for the neck; arm, leg, trunk, face, jaw, larynx)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import read_json
from reprieve.reference._names import unknown
from reprieve.reference.muscle_catalogue import muscles

RelativeSide = Literal["ipsilateral", "contralateral", "affected", "bilateral"]
Role = Literal["primary", "secondary", "deep_optional"]


@dataclass(frozen=True, slots=True)
class PostureCandidate:
    """One muscle that may make a posture.

    `side` is relative to the posture's direction. `weight`, 0 to 1, is a prior that the muscle takes part; it is no
    dose weight. `model_sign` says whether the neck model's moment arm pulls this way (``agrees``, ``disagrees``,
    ``no_leverage``; None where there is no model).
    """

    muscle: str
    side: RelativeSide
    role: Role
    weight: float
    source: str
    checked: bool
    model_sign: str | None = None
    model_moment_arm_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Posture:
    """One named posture; `direction` tells what its side means, None for a posture without a side."""

    id: str
    name: str
    region: str
    definition: str
    definition_source: str
    definition_checked: bool
    direction: str | None
    abnormal_actions: tuple[str, ...]
    discriminators: str | None
    candidates: tuple[PostureCandidate, ...]
    notes: str | None
    cautions: str | None

    @property
    def needs_side(self) -> bool:
        """Whether the muscles depend on a side that the examiner must give."""
        return any(candidate.side != "bilateral" for candidate in self.candidates)


@cache
def postures() -> Mapping[str, Posture]:
    """Return all postures, id to posture."""
    table: dict[str, Posture] = {}
    for row in read_json("anatomy/postures.json")["postures"]:
        if row["id"] in table:
            raise ReferenceDataError(f"posture {row['id']!r} stands twice in the reference data; keep one")
        table[row["id"]] = _posture(row)
    return MappingProxyType(table)


def posture(name: str) -> Posture:
    """Return the posture `name` (``cervical.torticaput``), or raise `UnknownNameError` with near matches."""
    try:
        return postures()[name]
    except KeyError:
        raise unknown("posture", name, postures()) from None


def _posture(row: dict[str, Any]) -> Posture:
    candidates = tuple(PostureCandidate(**entry) for entry in row["candidates"])
    for candidate in candidates:
        if candidate.muscle not in muscles():
            raise ReferenceDataError(
                f"posture {row['id']}: {candidate.muscle!r} is not in the muscle catalogue; add it"
            )
    return Posture(
        id=row["id"],
        name=row["name"],
        region=row["region"],
        definition=row["definition"],
        definition_source=row["definition_source"],
        definition_checked=row["definition_checked"],
        direction=row.get("direction"),
        abnormal_actions=tuple(row["abnormal_actions"]),
        discriminators=row.get("discriminators"),
        candidates=candidates,
        notes=row.get("notes"),
        cautions=row.get("cautions"),
    )
