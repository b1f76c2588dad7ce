"""Angles beside SciPy's rotations, and the change of a figure beside simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from reprieve.emg.bootstrap import Estimate, mean_estimate
from reprieve.emg.change import change
from reprieve.emg.movement import (
    ROTATION_STEPS_DEG,
    TILT_STEPS_DEG,
    from_matrix,
    head_angles,
    mean_orientation,
    pose_orientation,
    summarise,
)

angle = st.floats(-80, 80)


def scalar_first(rotation: Rotation) -> np.ndarray:
    return np.atleast_2d(rotation.as_quat())[:, [3, 0, 1, 2]]


@given(angle, angle, st.floats(-170, 170), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_angles_are_scipys_cardan_angles_however_sensors_and_trunk_lie(
    roll: float, pitch: float, yaw: float, seed: int
) -> None:
    trunk, stuck, neutral = Rotation.random(3, rng=np.random.default_rng(seed))
    turn = Rotation.from_euler("ZXY", [yaw, roll, pitch], degrees=True)
    head = trunk * turn * stuck
    found = head_angles(
        scalar_first(trunk), scalar_first(head), neutral=(scalar_first(neutral), scalar_first(neutral * stuck))
    )
    expected = turn.as_euler("ZXY", degrees=True)
    assert found.rotation_left_deg[0] == pytest.approx(expected[0], abs=1e-6)
    assert found.tilt_right_deg[0] == pytest.approx(expected[1], abs=1e-6)
    assert found.extension_deg[0] == pytest.approx(-expected[2], abs=1e-6)


def test_signs_mean_what_their_names_say() -> None:
    # x forwards, y left, z up. Face to the left: the nose (x) moves to +y.
    for axis, sign, name in (("z", 1, "rotation_left_deg"), ("x", 1, "tilt_right_deg"), ("y", -1, "extension_deg")):
        turn = Rotation.from_euler(axis, 20 * sign, degrees=True)
        found = head_angles([1, 0, 0, 0], scalar_first(turn))
        assert getattr(found, name)[0] == pytest.approx(20)
    assert Rotation.from_euler("z", 20, degrees=True).apply([1, 0, 0])[1] > 0
    # Ear to the right shoulder: the top of the head (z) moves to the right, -y. Chin up: the nose moves up.
    assert Rotation.from_euler("x", 20, degrees=True).apply([0, 0, 1])[1] < 0
    assert Rotation.from_euler("y", -20, degrees=True).apply([1, 0, 0])[2] > 0


def test_a_pose_gives_the_same_orientation_as_its_rotation() -> None:
    rotations = Rotation.random(50, rng=np.random.default_rng(1))
    right, left, low, high = (rotations.apply(p) for p in ([0, -1, 0], [0, 1, 0], [0, 0, 0], [0.1, 0.2, 1]))
    found = pose_orientation(right, left, low, high)
    # A slanted upward line does not matter across, but the forward lean of the line is part of the segment.
    lean = pose_orientation([[0, -1, 0]], [[0, 1, 0]], [[0, 0, 0]], [[0.1, 0.2, 1]])
    expected = rotations * Rotation.from_quat(lean[:, [1, 2, 3, 0]])
    assert np.abs(np.sum(found * scalar_first(expected), axis=1)) == pytest.approx(np.ones(50))
    with pytest.raises(ValueError, match="one line"):
        pose_orientation([[0, 0, 0]], [[1, 0, 0]], [[0, 0, 0]], [[2, 0, 0]])


def test_matrices_become_scipys_quaternions() -> None:
    rotations = Rotation.concatenate(
        [
            Rotation.random(200, rng=np.random.default_rng(2)),
            Rotation.from_euler("xyz", [[180, 0, 0], [0, 180, 0], [0, 0, 180]], degrees=True),
        ]
    )
    same = np.sum(from_matrix(rotations.as_matrix()) * scalar_first(rotations), axis=1)
    assert np.abs(same) == pytest.approx(np.ones(len(rotations)))


def test_mean_orientation_is_scipys() -> None:
    rotations = Rotation.from_rotvec(np.random.default_rng(3).normal([0.5, 0, 1], 0.2, (80, 3)))
    quaternions = scalar_first(rotations) * np.where(np.arange(80) % 2, 1, -1)[:, None]
    expected = scalar_first(rotations.mean())[0]
    assert abs(float(mean_orientation(quaternions) @ expected)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("degrees", "rotation", "tilt"),
    [
        *((0.5, 0, 0), (1, 1, 1), (15, 1, 1), (16, 1, 2), (22, 1, 2), (23, 2, 2), (35, 2, 2), (36, 2, 3)),
        *((45, 2, 3), (46, 3, 3), (67, 3, 3), (68, 4, 3), (-80, 4, 3)),
    ],
)
def test_steps_of_the_form(degrees: float, rotation: int, tilt: int) -> None:
    # TWSTRS form: rotation 1-22, 23-45, 46-67, 68-90 degrees are 1 to 4; tilt 1-15, 16-35, above 35 are 1 to 3.
    for steps, expected in ((ROTATION_STEPS_DEG, rotation), (TILT_STEPS_DEG, tilt)):
        found = summarise(np.full(9, degrees), steps)
        assert found is not None
        assert found.twstrs_like == expected
    assert summarise([np.nan]) is None


def test_what_is_no_orientation_is_refused() -> None:
    with pytest.raises(ValueError, match=r"length 0"):
        head_angles([1, 0, 0, 0], [0, 0, 0, 0])
    with pytest.raises(ValueError, match="shape"):
        head_angles([1, 0, 0, 0], [1, 0, 0])
    with pytest.raises(ValueError, match="samples"):
        head_angles(np.tile([1.0, 0, 0, 0], (3, 1)), np.tile([1.0, 0, 0, 0], (2, 1)))


def test_near_the_lost_axis_angles_are_unknown_not_wrong() -> None:
    found = head_angles([1, 0, 0, 0], scalar_first(Rotation.from_euler("ZXY", [30, 88, 10], degrees=True)))
    assert np.isnan(found.rotation_left_deg[0])
    assert np.isnan(found.extension_deg[0])
    assert found.tilt_right_deg[0] == pytest.approx(88)


def test_the_interval_of_a_change_covers_the_truth() -> None:
    # Two stretches of smoothed noise, the second at 0.7 of the level: the 95 % interval must hold 0.7 in about 95 %.
    rng = np.random.default_rng(4)
    held, less = 0, 0
    for _ in range(200):
        first, second = (mean_estimate(level * rng.gamma(4.0, 0.25, 12_000), 200.0, rng) for level in (10.0, 7.0))
        found = change(first, second)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.7 <= found.high
        less += found.verdict == "less"
    assert 0.88 * 200 <= held <= 199
    assert less == 200


def test_a_change_within_the_scatter_is_none() -> None:
    one, other = Estimate(10.0, 8.0, 12.5), Estimate(9.0, 7.2, 11.25)
    found = change(one, other)
    assert found.verdict == "no_sure_change"
    # Both intervals reach a factor of 1.25: together exp(sqrt(2) ln 1.25), a fall of 27 %.
    assert found.detectable_percent == pytest.approx(100 * (1 - 1.25 ** -np.sqrt(2)), rel=1e-9)
    wider = change(one, other, retest_log_sd=0.3)
    assert wider.detectable_percent is not None
    assert wider.detectable_percent == pytest.approx(
        100 * (1 - np.exp(-1.95996 * np.sqrt(2 * 0.0129622 + 0.18))), rel=1e-3
    )
    assert change(None, one).verdict == "unknown"
    assert change(one, Estimate(5.0, None, None)).verdict == "unknown"
    assert change(one, Estimate(0.0, 0.0, 0.0)).ratio is None
