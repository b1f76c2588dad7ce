"""Moment arms, strength and passive resistance: what a muscle does to a joint when it pulls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import read_json, read_rows

Floats = NDArray[np.float64]
Chain = Literal["neck", "leg", "shoulder", "elbow"]

# Motions that a mirrored muscle makes the other way; the tables hold the muscles of the right side.
_MIRRORED = {"neck_upper.tilt_right", "neck_upper.rotation_left", "neck_lower.tilt_right", "neck_lower.rotation_left"}

# The arm at the side, in the coordinates of the shoulder table (radians, as printed there).
_HANGING = {"coord:GH_z_rad": "0.0", "coord:GH_y_rad": "0.6", "coord:GH_yy_rad": "-0.3"}


@dataclass(frozen=True, slots=True)
class PassiveMotion:
    """Passive resistance of one motion: torque = end (linear x + (1 - linear) x³), x = angle / end of the range."""

    low_deg: float
    high_deg: float
    end_torque_nm: float
    linear: float

    def torque_nm(self, angle_deg: float) -> float:
        """Return the torque that holds `angle_deg` against the passive tissues."""
        x = angle_deg / self._end(angle_deg)
        return float(np.sign(angle_deg)) * self.end_torque_nm * (self.linear * x + (1 - self.linear) * x**3)

    def stiffness_nm_per_deg(self, angle_deg: float) -> float:
        """Return the slope of the torque."""
        x = angle_deg / self._end(angle_deg)
        return self.end_torque_nm * (self.linear + 3 * (1 - self.linear) * x**2) / abs(self._end(angle_deg))

    def angle_deg(self, torque_nm: float) -> float:
        """Return the angle that `torque_nm` holds; the inverse of `torque_nm`."""
        end = self.high_deg if torque_nm >= 0 else -self.low_deg
        cubic, linear = 1 - self.linear, self.linear
        roots = np.roots([cubic, 0.0, linear, -abs(torque_nm) / self.end_torque_nm])
        x = float(roots[np.argmin(np.abs(roots.imag))].real)
        return float(np.sign(torque_nm)) * x * end

    def _end(self, angle_deg: float) -> float:
        return self.high_deg if angle_deg >= 0 else self.low_deg


@dataclass(frozen=True, slots=True)
class Mechanics:
    """The muscles of one side of a chain of joints.

    Attributes
    ----------
    chain : str
    motions : tuple of str
    muscles : tuple of str
    passive : mapping of str to PassiveMotion
    paired : bool
        Whether the muscles of both sides act on the same joints, as in the neck.
    """

    chain: Chain
    motions: tuple[str, ...]
    muscles: tuple[str, ...]
    passive: Mapping[str, PassiveMotion]
    paired: bool
    # (motion swept) -> (angles, torque of shape (n_angles, n_muscles, n_motions)), Nm at full activation.
    sweeps: Mapping[str, tuple[Floats, Floats]]

    def torques_nm(self, angles_deg: Mapping[str, float], *, mirrored: bool = False) -> Floats:
        """Return the torque of each muscle about each motion at full activation, shape (n_muscles, n_motions).

        Parameters
        ----------
        angles_deg : mapping of motion to angle
            Motions left out stand at 0.
        mirrored : bool
            The muscles of the left side; the posture is mirrored with them.

        Notes
        -----
        The tables sweep one motion at a time, so the changes from neutral are added up over the motions.
        """
        neutral = self._at(self.motions[0], 0.0)
        total = neutral.copy()
        for motion in self.motions:
            angle = angles_deg.get(motion, 0.0)
            total += self._at(motion, -angle if mirrored and motion in _MIRRORED else angle) - neutral
        if mirrored:
            total *= np.array([-1.0 if motion in _MIRRORED else 1.0 for motion in self.motions])
        return total

    def _at(self, motion: str, angle_deg: float) -> Floats:
        angles, torques = self.sweeps[motion]
        place = float(np.interp(angle_deg, angles, np.arange(len(angles))))
        low = int(place)
        high = min(low + 1, len(angles) - 1)
        return torques[low] + (place - low) * (torques[high] - torques[low])


@cache
def mechanics(chain: Chain) -> Mechanics:
    """Return the mechanics of the neck, the leg, the shoulder or the elbow.

    Force times moment arm of the model elements of each muscle: maximal isometric force, less the pennation.
    """
    if chain == "shoulder":
        return _shoulder()
    return _elbow() if chain == "elbow" else _swept(chain)


def _shoulder() -> Mechanics:
    """The joint of humerus and blade: swept sideways and forwards; turning inwards has the arms of the hanging arm."""
    motions = ("shoulder.abduction", "shoulder.flexion", "shoulder.internal_rotation")
    rows = [
        row
        for row in read_rows("anatomy/mechanics/shoulder_gh_moment_arms.csv")
        if row["coord:GH_yy_rad"] == _HANGING["coord:GH_yy_rad"]
    ]
    names = tuple(dict.fromkeys(row["muscle_id"] for row in rows))
    hanging = [row for row in rows if all(row[key] == value for key, value in _HANGING.items())]
    start = _table(hanging, names, motions)
    sweeps = {"shoulder.internal_rotation": (np.array([0.0]), np.array([start]))}
    for motion, plane in (("shoulder.abduction", "0.0"), ("shoulder.flexion", "1.2")):
        tables = {0.0: start}
        for lift in ("0.35", "0.7", "1.05", "1.4"):
            here = [row for row in rows if row["coord:GH_z_rad"] == lift and row["coord:GH_y_rad"] == plane]
            tables[float(here[0]["humerus_elevation_deg"])] = _table(here, names, motions)
        sweeps[motion] = (np.array(sorted(tables)), np.array([tables[angle] for angle in sorted(tables)]))
    return Mechanics("shoulder", motions, names, _passive(motions), False, MappingProxyType(sweeps))


def _table(rows: list[dict[str, str]], names: tuple[str, ...], motions: tuple[str, ...]) -> Floats:
    table = np.zeros((len(names), len(motions)))
    for row in rows:
        arms = np.array([float(row[f"ma_mm:{motion}"]) for motion in motions])
        table[names.index(row["muscle_id"])] += 1e-3 * float(row["f0m_total_n"]) * arms
    return table


def _elbow() -> Mechanics:
    """Flexion of the elbow with the arm hanging; brachioradialis has no figure in the model and is not in it."""
    motions = ("elbow.flexion",)
    strength = {
        row["element"]: float(row["f0m_n"]) * cos(radians(float(row["pennation_deg"])))
        for row in read_rows("anatomy/mechanics/arm_elements.csv")
        if row["model"] == "arm26"
    }
    rows = [row for row in read_rows("anatomy/mechanics/elbow_moment_arms.csv") if row["shoulder_elev_deg"] == "0"]
    names = tuple(dict.fromkeys(row["muscle_id"] for row in rows))
    tables: dict[float, Floats] = {}
    for row in rows:
        table = tables.setdefault(float(row["elbow_flexion_deg"]), np.zeros((len(names), 1)))
        table[names.index(row["muscle_id"])] += 1e-3 * strength[row["element"]] * float(row["ma_mm:elbow.flexion"])
    sweep = np.array(sorted(tables)), np.array([tables[angle] for angle in sorted(tables)])
    sweeps = MappingProxyType({"elbow.flexion": sweep})
    return Mechanics("elbow", motions, names, _passive(motions), False, sweeps)


def _swept(chain: Literal["neck", "leg"]) -> Mechanics:
    stem = chain
    strength = {
        row["element"]: float(row["f0m_n"]) * cos(radians(float(row["pennation_deg"] or 0)))
        for row in read_rows(f"anatomy/mechanics/{stem}_elements.csv")
    }
    rows = [
        row
        for row in read_rows(f"anatomy/mechanics/{stem}_moment_arms.csv")
        if row.get("ref_posture", "anatomical") == "anatomical"
    ]
    motions = tuple(name.removeprefix("ma_mm:") for name in rows[0] if name.startswith("ma_mm:"))
    names = tuple(dict.fromkeys(row["muscle_id"] for row in rows))
    swept: dict[str, dict[float, Floats]] = {motion: {} for motion in motions}
    for row in rows:
        if row["element"] not in strength:
            raise ReferenceDataError(f"{stem}_moment_arms.csv: {row['element']!r} has no strength; add its element")
        table = swept[row["sweep_dof"]].setdefault(float(row["angle_deg"]), np.zeros((len(names), len(motions))))
        arms = np.array([float(row[f"ma_mm:{motion}"]) for motion in motions])
        table[names.index(row["muscle_id"])] += 1e-3 * strength[row["element"]] * arms
    sweeps = {
        motion: (np.array(sorted(tables)), np.array([tables[angle] for angle in sorted(tables)]))
        for motion, tables in swept.items()
    }
    paired = chain == "neck"
    return Mechanics(chain, motions, names, _passive(motions), paired, MappingProxyType(sweeps))


def _passive(motions: tuple[str, ...]) -> Mapping[str, PassiveMotion]:
    table = read_json("anatomy/mechanics/passive_torque.json")
    linear = float(table["meta"]["linear"])
    return MappingProxyType(
        {
            motion: PassiveMotion(
                float(table["motions"][motion]["low"]),
                float(table["motions"][motion]["high"]),
                float(table["motions"][motion]["end_torque_nm"]),
                linear,
            )
            for motion in motions
        }
    )
