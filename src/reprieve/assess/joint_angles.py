"""From measured angles to the names of postures: head and neck apart, shifts, mixed forms; shoulder, elbow, leg."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from reprieve.assess.evidence import PostureUsed, Question
from reprieve.core.errors import DocumentError
from reprieve.record.chart import PostureFinding
from reprieve.record.plan import Side
from reprieve.reference.mechanics import Chain, mechanics
from reprieve.reference.posture_table import posture

# Smaller angles are within the error of an examiner.
NAMED_DEG = 5.0
# Below twice that error a posture is seen, not clear (expert default).
CLEAR_DEG = 10.0

# Posture of the table -> (motion, sign of the angle when the posture's side is the right one).
MOTIONS: dict[str, tuple[Chain, str, int]] = {
    "cervical.torticaput": ("neck", "neck_upper.rotation_left", -1),
    "cervical.torticollis": ("neck", "neck_lower.rotation_left", -1),
    "cervical.laterocaput": ("neck", "neck_upper.tilt_right", 1),
    "cervical.laterocollis": ("neck", "neck_lower.tilt_right", 1),
    "cervical.antecaput": ("neck", "neck_upper.extension", -1),
    "cervical.antecollis": ("neck", "neck_lower.extension", -1),
    "cervical.retrocaput": ("neck", "neck_upper.extension", 1),
    "cervical.retrocollis": ("neck", "neck_lower.extension", 1),
    "arm.elbow_flexion": ("elbow", "elbow.flexion", 1),
    "leg.equinus": ("leg", "ankle.dorsiflexion", -1),
    "leg.varus": ("leg", "subtalar.inversion", 1),
    "leg.valgus": ("leg", "subtalar.inversion", -1),
    "leg.knee_flexion": ("leg", "knee.flexion", 1),
    "leg.knee_extension": ("leg", "knee.flexion", -1),
    "leg.hip_adduction": ("leg", "hip.adduction", 1),
    "leg.hip_flexion": ("leg", "hip.flexion", 1),
    "leg.hip_internal_rotation": ("leg", "hip.internal_rotation", 1),
}
SAGITTAL = {"neck_upper.extension", "neck_lower.extension"}
# Forms made of two motions: name -> ((motion, sign), ...); the single names of these motions are then left out.
_PAIRS: dict[str, tuple[tuple[str, int], tuple[str, int]]] = {
    "cervical.sagittal_shift_anterior": (("neck_lower.extension", -1), ("neck_upper.extension", 1)),
    "cervical.sagittal_shift_posterior": (("neck_lower.extension", 1), ("neck_upper.extension", -1)),
    "leg.equinovarus": (("ankle.dorsiflexion", -1), ("subtalar.inversion", 1)),
    "arm.shoulder_pattern_a": (("shoulder.internal_rotation", 1), ("shoulder.flexion", 1)),
    "arm.shoulder_pattern_b": (("shoulder.internal_rotation", 1), ("shoulder.flexion", -1)),
}
# One sensor on the head and one on the trunk see the sum: which part turns is not known.
_HEAD: dict[str, tuple[str, str]] = {
    "head.rotation_left": ("neck_upper.rotation_left", "neck_lower.rotation_left"),
    "head.tilt_right": ("neck_upper.tilt_right", "neck_lower.tilt_right"),
    "head.extension": ("neck_upper.extension", "neck_lower.extension"),
}
_CHAINS: tuple[Chain, ...] = ("neck", "shoulder", "elbow", "leg")


@dataclass(frozen=True, slots=True, kw_only=True)
class JointAngles:
    """Angles of one examination, in degrees from the neutral position.

    Attributes
    ----------
    angles_deg : mapping of motion to angle
        ``neck_upper.rotation_left``, ``ankle.dorsiflexion``, ``head.tilt_right``, ... ; left out: not measured.
    side : {"left", "right"} or None
        The limb that was measured; None for head and neck.
    """

    angles_deg: Mapping[str, float]
    side: Literal["left", "right"] | None = None

    def __post_init__(self) -> None:
        known = [motion for chain in _CHAINS for motion in mechanics(chain).motions]
        for motion, angle in self.angles_deg.items():
            if motion not in known and motion not in _HEAD:
                raise DocumentError(f"no motion {motion!r}; use one of {', '.join([*_HEAD, *known])}")
            if not -180 <= angle <= 180:
                raise DocumentError(f"{motion} must lie between -180 and 180 degrees, but got {angle:g}; correct it")
        limb = next((motion for motion in self.angles_deg if not motion.startswith(("neck", "head"))), None)
        if limb is not None and self.side is None:
            raise DocumentError(f"{limb}: whose limb is not told; give side left or right")

    def by_chain(self) -> dict[tuple[Chain, str | None], dict[str, float]]:
        """Return the angles that a chain of joints can read, by chain and side."""
        found: dict[tuple[Chain, str | None], dict[str, float]] = {}
        for chain in _CHAINS:
            own = {motion: self.angles_deg[motion] for motion in mechanics(chain).motions if motion in self.angles_deg}
            if own:
                found[chain, None if chain == "neck" else self.side] = own
        return found


def named_postures(angles: JointAngles) -> tuple[PostureFinding, ...]:
    """Return the postures that an examiner would name from `angles`, the combined forms before the single ones."""
    told = angles.angles_deg
    found: list[PostureFinding] = []
    used: set[str] = set()
    for finding, motions in (*_shifted_sideways(told), *_pairs(told, angles.side)):
        found.append(finding)
        used.update(motions)
    for name, (chain, motion, sign) in MOTIONS.items():
        if motion not in used:
            found += _single(name, chain, sign * told.get(motion, 0.0), motion, angles.side)
    return (*found, *_of_the_head(told))


def questions_of(angles: JointAngles) -> tuple[Question, ...]:
    """Return what the angles leave open."""
    if not any(motion in _HEAD and abs(angle) >= NAMED_DEG for motion, angle in angles.angles_deg.items()):
        return ()
    return (
        Question(
            "assessments.postures",
            "Does the head move on the neck (caput) or the neck on the trunk (collum)?",
            "A sensor on head and trunk sees their sum; both forms were taken as doubtful.",
        ),
    )


def angles_as_postures(angles_deg: Mapping[str, float]) -> list[tuple[PostureFinding, PostureUsed]]:
    """Return the named postures of the neck with what the table needs beside them."""
    found = []
    for finding in named_postures(JointAngles(angles_deg=angles_deg)):
        row = posture(finding.posture)
        entry = PostureUsed(row.id, row.name, finding.side, row.direction, finding.certainty, date.min, used=True)
        found.append((finding, entry))
    return found


def _shifted_sideways(told: Mapping[str, float]) -> Iterator[tuple[PostureFinding, tuple[str, str]]]:
    """The neck tilts to one side and the head back to the other, with little tilt left."""
    lower, upper = told.get("neck_lower.tilt_right", 0.0), told.get("neck_upper.tilt_right", 0.0)
    opposed = lower * upper < 0 and min(abs(lower), abs(upper)) >= NAMED_DEG
    if opposed and abs(lower + upper) < NAMED_DEG:
        side: Side = "right" if lower > 0 else "left"
        finding = PostureFinding(posture="cervical.lateral_shift", side=side, certainty=_certainty(lower))
        yield finding, ("neck_lower.tilt_right", "neck_upper.tilt_right")


def _pairs(told: Mapping[str, float], side: Side | None) -> Iterator[tuple[PostureFinding, tuple[str, str]]]:
    for name, ((first, sign), (second, other)) in _PAIRS.items():
        sizes = sign * told.get(first, 0.0), other * told.get(second, 0.0)
        if min(sizes) >= NAMED_DEG:
            own = None if name.startswith("cervical") else side
            yield PostureFinding(posture=name, side=own, certainty=_certainty(min(sizes))), (first, second)


def _single(name: str, chain: Chain, angle: float, motion: str, side: Side | None) -> Iterator[PostureFinding]:
    """Yield the posture if `angle`, positive towards it, is large enough; a turn of the neck has its side from it."""
    turned = chain == "neck" and motion not in SAGITTAL
    if (abs(angle) if turned else angle) < NAMED_DEG:
        return
    own: Side | None = ("right" if angle > 0 else "left") if turned else None if chain == "neck" else side
    degrees = Decimal(str(round(abs(angle), 1)))
    yield PostureFinding(posture=name, side=own, angle_deg=degrees, certainty=_certainty(angle))


def _of_the_head(told: Mapping[str, float]) -> Iterator[PostureFinding]:
    for motion, parts in _HEAD.items():
        angle = told.get(motion, 0.0)
        for name, (chain, own, sign) in MOTIONS.items():
            if own in parts:
                for finding in _single(name, chain, sign * angle, own, None):
                    yield PostureFinding(posture=finding.posture, side=finding.side, certainty="doubtful")


def _certainty(angle: float) -> Literal["clear", "slight"]:
    return "clear" if abs(angle) >= CLEAR_DEG else "slight"
