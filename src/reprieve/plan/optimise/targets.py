"""What a name in a plan stands for, and which rows of the formulary count it."""

from __future__ import annotations

from functools import cache
from typing import Literal

from reprieve.record.plan import Limb, Side
from reprieve.reference.muscle_catalogue import label_groups, muscle, target_members

_UPPER = frozenset({"shoulder_girdle", "arm", "forearm", "hand"})
_LOWER = frozenset({"hip", "thigh", "leg", "foot"})


@cache
def region_of(name: str) -> str:
    """Return the region of a muscle, group or gland."""
    group = label_groups().get(name)
    return group.region if group else muscle(name).region


@cache
def members_of(name: str) -> frozenset[str]:
    """Return the catalogue muscles behind `name`; a gland is its own only member."""
    group = label_groups().get(name)
    if group is not None and group.kind == "class":
        return frozenset(group.members)
    return frozenset(target_members(name) or (name,))


@cache
def has_sides(name: str) -> bool:
    """Return whether `name` lies on the left and on the right."""
    return name in label_groups() or len(muscle(name).sides) > 1


@cache
def counts_for(name: str, row_target: str) -> bool:
    """Return whether a dose of `name` counts for a row about `row_target`: every muscle of it is one of the row's."""
    return name == row_target or members_of(name) <= members_of(row_target)


@cache
def is_part(name: str) -> bool:
    """Return whether `name` is a place within a muscle: one corner of a lid."""
    group = label_groups().get(name)
    return group is not None and group.kind == "part"


def arm_or_leg(name: str) -> Literal["upper", "lower"] | None:
    """Return whether `name` lies in an arm (shoulder girdle included) or a leg."""
    region = region_of(name)
    return "upper" if region in _UPPER else "lower" if region in _LOWER else None


def limb_of(name: str, side: Side | None) -> Limb | None:
    """Return the limb of `name` on `side`; None for head, neck and trunk, and where the side is not told."""
    part = arm_or_leg(name)
    if side == "left" and part is not None:
        return "left_arm" if part == "upper" else "left_leg"
    if side == "right" and part is not None:
        return "right_arm" if part == "upper" else "right_leg"
    return None


def in_shoulder(name: str) -> bool:
    """Return whether the shoulder part of an arm label counts `name`."""
    return region_of(name) == "shoulder_girdle"
