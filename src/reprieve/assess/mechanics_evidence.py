"""The posture read twice: by the posture table and by mechanics, and where the two disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from reprieve.assess.evidence import Evidence, PostureUsed, Target
from reprieve.assess.inverse_posture import ANGLE_SD_DEG, MuscleSet, explain_posture
from reprieve.assess.joint_angles import MOTIONS, SAGITTAL, JointAngles
from reprieve.record.chart import PostureFinding
from reprieve.reference.mechanics import Chain, mechanics

# Seen but not measured counts for nothing; beside a measured one, a motion nobody named is near 0, less surely.
UNNAMED_SD_DEG = 10.0
FIRST = 3


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A muscle that one reading puts among its first three and the other does not."""

    muscle: str
    side: str
    mechanics_probability: float
    table_log_odds: float | None
    told_by: str


@dataclass(frozen=True, slots=True)
class MechanicalReading:
    """What mechanics makes of the measured angles; shown beside the ranking, not counted in it.

    `agree` are the muscles that both put first; `sets` are several explanations, since several may fit.
    """

    chain: str
    side: str | None
    angles_deg: dict[str, float]
    sets: tuple[MuscleSet, ...]
    muscles: tuple[tuple[Target, float], ...]
    agree: tuple[Target, ...]
    disagreements: tuple[Disagreement, ...]
    statement: str


def mechanical_readings(
    findings: Iterable[tuple[PostureFinding, PostureUsed]],
    table: Mapping[Target, Iterable[Evidence]],
    rng: np.random.Generator,
    angles: JointAngles | None = None,
) -> tuple[MechanicalReading, ...]:
    """Return one reading for the neck and one for each limb joint with measured angles; none without an angle.

    `angles` are angles as they were measured; for their chain they take the place of those that postures carry.
    """
    measured: dict[tuple[Chain, str | None], dict[str, float]] = {}
    for finding, used in findings:
        if finding.posture in MOTIONS and finding.angle_deg is not None and used.used:
            chain, motion, sign = MOTIONS[finding.posture]
            mirrored = chain == "neck" and finding.side == "left" and motion not in SAGITTAL
            side = None if chain == "neck" else finding.side
            angle = float(finding.angle_deg) * sign * (-1 if mirrored else 1)
            if side in (None, "left", "right"):
                measured.setdefault((chain, side), {})[motion] = angle
    if angles is not None:
        measured |= {key: dict(own) for key, own in angles.by_chain().items()}
    weighed = {target: sum(entry.log_odds for entry in entries) for target, entries in table.items()}
    return tuple(_reading(chain, side, angles, weighed, rng) for (chain, side), angles in measured.items())


def _reading(
    chain: Chain, side: str | None, angles: dict[str, float], table: Mapping[Target, float], rng: np.random.Generator
) -> MechanicalReading:
    body = mechanics(chain)
    # Only the neck is looked at as a whole: of a leg, what was not named may not have been examined.
    whole = {**dict.fromkeys(body.motions, 0.0), **angles} if chain == "neck" else angles
    sds = {motion: ANGLE_SD_DEG if motion in angles else UNNAMED_SD_DEG for motion in whole}
    found = explain_posture(body, whole, rng, sides=("right", "left") if side is None else (side,), angle_sd_deg=sds)
    order = sorted(found.probability, key=lambda target: (-found.probability[target], target))
    known = set(found.probability)
    by_table = sorted((target for target in table if target in known), key=lambda target: (-table[target], target))
    first, named = order[:FIRST], by_table[:FIRST]
    differ = [(target, "mechanics") for target in first if target not in named]
    differ += [(target, "table") for target in named if target not in first]
    return MechanicalReading(
        chain=chain,
        side=side,
        angles_deg=angles,
        sets=found.sets,
        muscles=tuple((target, found.probability[target]) for target in order[: 2 * FIRST]),
        agree=tuple(target for target in first if target in named),
        disagreements=tuple(
            Disagreement(target.muscle, target.side, found.probability[target], table.get(target), told_by)
            for target, told_by in differ
        ),
        statement=(
            "few pulling muscles that would hold these angles against passive resistance of assumed size; "
            "gravity, contracture and the patient's own counter-pull are not in it; not counted in the ranking"
        ),
    )
