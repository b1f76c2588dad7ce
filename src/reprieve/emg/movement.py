"""Joint angles from orientations: head against trunk, from two IMUs or from a pose.

Axes of both segments: x forwards, y to the patient's left, z up. Angles are Cardan z-x-y of the turn from the neutral
pose: first rotation about z, then tilt about the new x, then flexion about the new y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Beyond this tilt the first and the third axis come together and cannot be told apart.
GIMBAL_DEG = 85.0
# A length further from 1 is no orientation: a sensor that was not ready, or a wrong column.
LENGTH_TOLERANCE = 0.05
# Upper ends of the steps of the TWSTRS form: rotation 1-22, 23-45, 46-67, 68-90; tilt 1-15, 16-35, above 35 degrees.
ROTATION_STEPS_DEG = (22.0, 45.0, 67.0)
TILT_STEPS_DEG = (15.0, 35.0)
LEAST_DEG = 1.0


@dataclass(frozen=True, slots=True)
class HeadAngles:
    """Angles of the head against the trunk, in degrees, NaN where they cannot be told.

    Attributes
    ----------
    rotation_left_deg, tilt_right_deg, extension_deg : ndarray, shape (n_samples,)
        Positive: face to the left, ear to the right shoulder, chin up.
    """

    rotation_left_deg: Floats
    tilt_right_deg: Floats
    extension_deg: Floats


@dataclass(frozen=True, slots=True)
class AngleSummary:
    """Median and 90th centile of the size of one angle, and the step of the TWSTRS form that the median falls into.

    The step stands beside the rater's item, never instead of it; None for flexion, which the form divides otherwise.
    """

    median_deg: float
    p90_deg: float
    twstrs_like: int | None


def head_angles(trunk: ArrayLike, head: ArrayLike, *, neutral: tuple[ArrayLike, ArrayLike] | None = None) -> HeadAngles:
    """Return the angles of the head against the trunk.

    Parameters
    ----------
    trunk, head : array_like, shape (n_samples, 4)
        Orientation quaternions, scalar first, that turn the axes of the segment into those of the room.
    neutral : pair of array_like, shape (4,), optional
        Trunk and head in the neutral pose: takes out how the head's sensor was stuck on. That of the trunk must lie
        along the axes of the trunk.

    Raises
    ------
    ValueError
        If a quaternion has not length 1 within 5 %, or the numbers of samples differ.

    Notes
    -----
    ``q = conj(trunk) head conj(q0)`` with q0 the same in the neutral pose.
    """
    trunk, head = _unit("trunk", trunk), _unit("head", head)
    if len(trunk) != len(head):
        raise ValueError(f"trunk has {len(trunk)} samples, head {len(head)}; resample them to one clock")
    turn = multiply(conjugate(trunk), head)
    if neutral is not None:
        start = multiply(conjugate(_unit("neutral trunk", neutral[0])), _unit("neutral head", neutral[1]))
        turn = multiply(turn, conjugate(start))
    return _cardan(turn)


def mean_orientation(quaternions: ArrayLike) -> Floats:
    """Return the mean orientation, shape (4,): the eigenvector of the largest eigenvalue of sum q qᵀ.

    References
    ----------
    .. [1] Markley et al. 2007, J Guid Control Dyn 30:1193, doi 10.2514/1.28949.
    """
    unit = _unit("quaternions", quaternions)
    return np.linalg.eigh(unit.T @ unit)[1][:, -1]


def pose_orientation(right: ArrayLike, left: ArrayLike, up_from: ArrayLike, up_to: ArrayLike) -> Floats:
    """Return the orientation of a segment from four points of a pose, as quaternions of shape (n_samples, 4).

    Parameters
    ----------
    right, left : array_like, shape (n_samples, 3)
        Points on the patient's right and left: shoulders, ears.
    up_from, up_to : array_like, shape (n_samples, 3)
        From the lower to the upper: mid-hip to mid-shoulder, chin to brow.

    Raises
    ------
    ValueError
        If the points lie on one line.
    """
    y = np.atleast_2d(np.asarray(left, dtype=np.float64) - np.asarray(right, dtype=np.float64))
    upwards = np.atleast_2d(np.asarray(up_to, dtype=np.float64) - np.asarray(up_from, dtype=np.float64))
    x = np.cross(y, upwards)
    lengths = np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1)
    if not (np.minimum(*lengths) > 1e-12).all():
        raise ValueError("the points of a pose must span a plane, but they lie on one line; leave these frames out")
    x, y = x / lengths[0][:, None], y / lengths[1][:, None]
    return from_matrix(np.stack([x, y, np.cross(x, y)], axis=-1))


def summarise(angle_deg: ArrayLike, steps_deg: tuple[float, ...] | None = None) -> AngleSummary | None:
    """Return median and 90th centile of the size of an angle; None without a sample."""
    values = np.abs(np.asarray(angle_deg, dtype=np.float64))
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    median = float(np.median(values))
    step = None
    if steps_deg is not None:
        step = 0 if median < LEAST_DEG else 1 + int(np.searchsorted(steps_deg, np.round(median), side="left"))
    return AngleSummary(median, float(np.percentile(values, 90)), step)


def multiply(first: Floats, second: Floats) -> Floats:
    """Return the Hamilton product, scalar first; arrays of shape (n, 4) or (1, 4)."""
    a, b = first, second
    scalar = a[:, :1] * b[:, :1] - np.sum(a[:, 1:] * b[:, 1:], axis=1, keepdims=True)
    vector = a[:, :1] * b[:, 1:] + b[:, :1] * a[:, 1:] + np.cross(a[:, 1:], b[:, 1:])
    return np.concatenate([scalar, vector], axis=1)


def conjugate(quaternions: Floats) -> Floats:
    """Return the inverse turn."""
    return quaternions * np.array([1.0, -1.0, -1.0, -1.0])


def from_matrix(matrices: Floats) -> Floats:
    """Return the quaternions, scalar first, of rotation matrices of shape (n, 3, 3).

    By the largest of the four components, so that no root of a small number is divided by.
    """
    m = matrices
    trace = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    squares = np.stack([trace, m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]], axis=1)
    found = np.empty((len(m), 4))
    for row, largest in enumerate(np.argmax(squares, axis=1)):
        one = m[row]
        if largest == 0:
            q = np.array([1 + trace[row], one[2, 1] - one[1, 2], one[0, 2] - one[2, 0], one[1, 0] - one[0, 1]])
        else:
            i = int(largest) - 1
            j, k = (i + 1) % 3, (i + 2) % 3
            q = np.empty(4)
            q[0] = one[k, j] - one[j, k]
            q[1 + i] = 1 + 2 * one[i, i] - trace[row]
            q[1 + j], q[1 + k] = one[i, j] + one[j, i], one[i, k] + one[k, i]
        found[row] = q / np.linalg.norm(q)
    return found


def _unit(name: str, quaternions: ArrayLike) -> Floats:
    values = np.atleast_2d(np.asarray(quaternions, dtype=np.float64))
    if values.ndim != 2 or values.shape[1] != 4:
        raise ValueError(f"{name} must have shape (n_samples, 4), scalar first, but has {values.shape}")
    length = np.linalg.norm(values, axis=1, keepdims=True)
    if not (np.abs(length - 1) <= LENGTH_TOLERANCE).all():
        worst = float(length[np.argmax(np.abs(np.nan_to_num(length, nan=np.inf) - 1)), 0])
        raise ValueError(f"{name} has a quaternion of length {worst:.3g}, allowed is 1 within 5 %; leave it out")
    return values / length


def _cardan(turn: Floats) -> HeadAngles:
    """Return z-x-y angles: R = Rz(yaw) Rx(roll) Ry(pitch)."""
    w, x, y, z = turn.T
    yaw = np.degrees(np.arctan2(2 * (w * z - x * y), 1 - 2 * (x**2 + z**2)))
    roll = np.degrees(np.arcsin(np.clip(2 * (w * x + y * z), -1, 1)))
    pitch = np.degrees(np.arctan2(2 * (w * y - x * z), 1 - 2 * (x**2 + y**2)))
    lost = np.abs(roll) > GIMBAL_DEG
    yaw, pitch = np.where(lost, np.nan, yaw), np.where(lost, np.nan, pitch)
    # About x (forwards) a positive turn brings the head to the right; about y (left) it brings the chin down.
    return HeadAngles(yaw, roll, -pitch)
