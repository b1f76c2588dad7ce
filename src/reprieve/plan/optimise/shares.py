"""What part of a dose counts for a bound: all of it, one side, one limb."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from reprieve.plan.optimise.involvement import Place
from reprieve.plan.optimise.targets import limb_of
from reprieve.record.plan import Limb

HALF, ONE, NONE = Decimal("0.5"), Decimal(1), Decimal(0)
# (muscle, side, limb) -> part of the dose.
Share = Callable[[str, str | None, Limb | None], Decimal]


def everything(muscle: str, side: str | None, limb: Limb | None) -> Decimal:
    return ONE


def at_place(place: Place) -> Share:
    return lambda muscle, side, limb: ONE if (muscle, side) == place else NONE


def on_side(side: str | None) -> Share:
    def share(muscle: str, told: str | None, limb: Limb | None) -> Decimal:
        if told == "both" and side in ("left", "right"):
            return HALF
        return ONE if told == side else NONE

    return share


def in_limb(limb: Limb) -> Share:
    def share(muscle: str, told: str | None, own: Limb | None) -> Decimal:
        if own is not None:
            return ONE if own == limb else NONE
        if limb not in (limb_of(muscle, "left"), limb_of(muscle, "right")):
            return NONE
        # A dose whose limb is not told may be in either.
        return HALF if told == "both" else ONE

    return share
