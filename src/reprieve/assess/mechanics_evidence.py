"""The posture read twice: by the posture table and by mechanics, and where the two disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date  # a field may be called date

import numpy as np

from reprieve.assess.evidence import Evidence, PostureUsed, Target
from reprieve.assess.inverse_posture import ANGLE_SD_DEG, MuscleSet, explain_posture
from reprieve.record.chart import PostureFinding
from reprieve.reference.mechanics import Chain, mechanics
from reprieve.reference.posture_table import posture

# Seen but not measured counts for nothing; beside a measured one, a motion nobody named is near 0, less surely.
UNNAMED_SD_DEG = 10.0
# Smaller angles are within the error of an examiner.
NAMED_DEG = 5.0
FIRST = 3

# Posture of the table -> (motion, sign of the angle when the posture's side is the right one).
_MOTIONS: dict[str, tuple[Chain, str, int]] = {
    "cervical.torticaput": ("neck", "neck_upper.rotation_left", -1),
    "cervical.torticollis": ("neck", "neck_lower.rotation_left", -1),
    "cervical.laterocaput": ("neck", "neck_upper.tilt_right", 1),
    "cervical.laterocollis": ("neck", "neck_lower.tilt_right", 1),
    "cervical.antecaput": ("neck", "neck_upper.extension", -1),
    "cervical.antecollis": ("neck", "neck_lower.extension", -1),
    "cervical.retrocaput": ("neck", "neck_upper.extension", 1),
    "cervical.retrocollis": ("neck", "neck_lower.extension", 1),
    "leg.equinus": ("leg", "ankle.dorsiflexion", -1),
    "leg.varus": ("leg", "subtalar.inversion", 1),
    "leg.valgus": ("leg", "subtalar.inversion", -1),
    "leg.knee_flexion": ("leg", "knee.flexion", 1),
    "leg.knee_extension": ("leg", "knee.flexion", -1),
    "leg.hip_adduction": ("leg", "hip.adduction", 1),
    "leg.hip_flexion": ("leg", "hip.flexion", 1),
    "leg.hip_internal_rotation": ("leg", "hip.internal_rotation", 1),
}
_SAGITTAL = {"neck_upper.extension", "neck_lower.extension"}


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
) -> tuple[MechanicalReading, ...]:
    """Return one reading for the neck and one for each leg with measured angles; none without an angle."""
    measured: dict[tuple[Chain, str | None], dict[str, float]] = {}
    for finding, used in findings:
        if finding.posture in _MOTIONS and finding.angle_deg is not None and used.used:
            chain, motion, sign = _MOTIONS[finding.posture]
            mirrored = chain == "neck" and finding.side == "left" and motion not in _SAGITTAL
            side = None if chain == "neck" else finding.side
            angle = float(finding.angle_deg) * sign * (-1 if mirrored else 1)
            if side in (None, "left", "right"):
                measured.setdefault((chain, side), {})[motion] = angle
    weighed = {target: sum(entry.log_odds for entry in entries) for target, entries in table.items()}
    return tuple(_reading(chain, side, angles, weighed, rng) for (chain, side), angles in measured.items())


def angles_as_postures(angles_deg: Mapping[str, float]) -> list[tuple[PostureFinding, PostureUsed]]:
    """Return the named postures of the neck that an examiner would see in these angles."""
    found: list[tuple[PostureFinding, PostureUsed]] = []
    for name, (chain, motion, sign) in _MOTIONS.items():
        angle = sign * angles_deg.get(motion, 0.0)
        sagittal = motion in _SAGITTAL
        if chain != "neck" or (angle if sagittal else abs(angle)) < NAMED_DEG:
            continue
        side = None if sagittal else "right" if angle > 0 else "left"
        row = posture(name)
        finding = PostureFinding(posture=name, side=side)
        found.append((finding, PostureUsed(name, row.name, side, row.direction, "clear", Date.min, used=True)))
    return found


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
