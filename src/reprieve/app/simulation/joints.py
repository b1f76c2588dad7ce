"""What a plan would do to the posture: the pull of the injected muscles before, and with the force that is left.

Each injected muscle is taken to pull with a third of its strength, as in the inverse problem of the ranking; without
the toxin the joint rests where that pull and its passive resistance balance. A direction and a size, not a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.app.simulation.model import Run
from reprieve.assess.inverse_posture import ACTIVATION_SD
from reprieve.pharmacology.muscle import force
from reprieve.reference.mechanics import Chain, Mechanics, mechanics

SMALLEST_DEG = 1.0
_CHAINS: tuple[Chain, ...] = ("neck", "shoulder", "elbow", "leg")


@dataclass(frozen=True, slots=True, kw_only=True)
class JointChange:
    """One motion: the angle that the injected muscles would hold, and what is left of it on the day they are weakest.

    `torque_share` is the part of their torque that is left then; `day` the day of that.
    """

    motion: str
    side: str | None
    before_deg: float
    after_deg: float
    q025: float
    q975: float
    torque_share: float
    day: int


def joint_changes(run: Run) -> tuple[JointChange, ...]:
    """Return the change of each motion that the injected muscles move by a degree or more."""
    left: dict[tuple[str, str], NDArray[np.float64]] = {}
    for target in run.targets:
        left[target.muscle, target.side] = force(run.blocked[target.structure.key], run.axis)
    found: list[JointChange] = []
    for chain in _CHAINS:
        body = mechanics(chain)
        for sides in (("right", "left"),) if body.paired else (("right",), ("left",)):
            found += _of_chain(body, sides, left)
    return tuple(found)


def _of_chain(
    body: Mechanics, sides: tuple[str, ...], left: dict[tuple[str, str], NDArray[np.float64]]
) -> list[JointChange]:
    pulls: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for side in sides:
        torques = ACTIVATION_SD * body.torques_nm({}, mirrored=body.paired and side == "left")
        pulls += [(torques[i], left[name, side]) for i, name in enumerate(body.muscles) if (name, side) in left]
    if not pulls:
        return []
    before = np.sum([torque for torque, _ in pulls], axis=0)
    # Shape (motions, draws, days).
    after = np.sum([torque[:, None, None] * force_left for torque, force_left in pulls], axis=0)
    strength = np.sum([np.abs(torque).sum() * force_left[0] for torque, force_left in pulls], axis=0)
    day = int(strength.argmin())
    found = []
    for i, motion in enumerate(body.motions):
        passive = body.passive[motion]
        start = passive.angle_deg(float(before[i]))
        if abs(start) < SMALLEST_DEG:
            continue
        low, high = np.quantile(after[i, :, day], (0.025, 0.975))
        found.append(
            JointChange(
                motion=motion,
                side=None if body.paired else sides[0],
                before_deg=round(start, 1),
                after_deg=round(passive.angle_deg(float(after[i, 0, day])), 1),
                q025=round(passive.angle_deg(float(low)), 1),
                q975=round(passive.angle_deg(float(high)), 1),
                torque_share=round(float(after[i, 0, day] / before[i]), 3),
                day=day,
            )
        )
    return found
