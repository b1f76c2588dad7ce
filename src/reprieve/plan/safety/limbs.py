"""Units by limb; an injection whose side is not told counts in both limbs, so that none seems freer than it is."""

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


def _parts(entry: Placed) -> list[tuple[Limb, Decimal]]:
    told = entry.injection.limb
    if told is not None:
        return [(_BY_NAME[told], entry.units)]
    kind = entry.target.limb
    if kind is None:
        return []
    if entry.sides in ((None,), ("midline",)):
        return [(LIMBS[kind, "right"], entry.units), (LIMBS[kind, "left"], entry.units)]
    return [(LIMBS[kind, str(side)], entry.units_a_side) for side in entry.sides]
