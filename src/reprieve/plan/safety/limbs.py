"""Units by limb, so that none seems freer than it is.

An injection whose side is not told counts in both limbs, and one whose limb contradicts its side or muscle in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.plan.safety.case import Case, Placed


@dataclass(frozen=True, slots=True)
class Limb:
    """One limb: ``right_arm`` is of kind ``upper``."""

    name: str
    kind: str


LIMBS = {
    ("upper", "right"): Limb("right_arm", "upper"),
    ("upper", "left"): Limb("left_arm", "upper"),
    ("lower", "right"): Limb("right_leg", "lower"),
    ("lower", "left"): Limb("left_leg", "lower"),
}
_BY_NAME = {limb.name: limb for limb in LIMBS.values()}


def units_by_limb(case: Case) -> dict[Limb, Decimal]:
    """Return the units in each limb that the plan touches."""
    table: dict[Limb, Decimal] = {}
    for entry in case.placed:
        for limb, units in _parts(entry):
            table[limb] = table.get(limb, Decimal(0)) + units
    return table


def contradicts(entry: Placed) -> str | None:
    """Return what the limb of an injection contradicts, its side or its muscle; None where they agree."""
    told, side = entry.injection.limb, entry.injection.side
    if told is None:
        return None
    if side in ("left", "right") and not told.startswith(side):
        return "side"
    return "muscle" if entry.target.limb not in (None, _BY_NAME[told].kind) else None


def _parts(entry: Placed) -> list[tuple[Limb, Decimal]]:
    told = entry.injection.limb
    if told is None:
        return _meant(entry)
    # What a contradiction means beside the limb told is always another one.
    return [(_BY_NAME[told], entry.units), *(_meant(entry) if contradicts(entry) else ())]


def _meant(entry: Placed) -> list[tuple[Limb, Decimal]]:
    kind = entry.target.limb
    if kind is None:
        return []
    if entry.sides in ((None,), ("midline",)):
        return [(LIMBS[kind, "right"], entry.units), (LIMBS[kind, "left"], entry.units)]
    return [(LIMBS[kind, str(side)], entry.units_a_side) for side in entry.sides]
