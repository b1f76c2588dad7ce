"""What a plan's muscle name stands for: catalogue members, region, limb."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from reprieve.reference.muscle_catalogue import label_groups, muscle, target_members

_UPPER = frozenset({"shoulder_girdle", "arm", "forearm", "hand"})
_LOWER = frozenset({"hip", "thigh", "leg", "foot"})
# The shoulder part of an arm label: girdle muscles that move the shoulder; neck labels count trapezius and levator.
_SHOULDER = frozenset({"shoulder_girdle"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One name of a plan.

    Attributes
    ----------
    name : str
    members : frozenset of str
        Catalogue muscles; a gland or a muscle outside the catalogue is its own only member.
    limb : {"upper", "lower"} or None
    shoulder, paired : bool
    """

    name: str
    members: frozenset[str]
    limb: str | None
    shoulder: bool
    paired: bool


@cache
def target_of(name: str) -> Target:
    """Return what `name` stands for.

    Raises
    ------
    UnknownNameError
        It is neither a catalogue muscle nor a label group nor a gland.
    """
    members = target_members(name)
    group = label_groups().get(name)
    region = group.region if group else muscle(name).region
    return Target(
        name=name,
        members=frozenset(members or (name,)),
        limb="upper" if region in _UPPER else "lower" if region in _LOWER else None,
        shoulder=region in _SHOULDER,
        paired=group is not None or len(muscle(name).sides) > 1,
    )
