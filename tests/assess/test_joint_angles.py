"""From angles to the names of postures, and from a pair of sensors to angles."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from reprieve.app.assessment import MeasuredAngles, Orientations, assess_chart
from reprieve.assess.inverse_posture import explain_posture
from reprieve.assess.joint_angles import MOTIONS, JointAngles, named_postures
from reprieve.cli.main import main
from reprieve.core.errors import DocumentError
from reprieve.record.chart import Chart, ChartPatient
from reprieve.reference.mechanics import mechanics
from reprieve.reference.posture_table import postures

ON = date(2026, 11, 26)
NOBODY = Chart(patient=ChartPatient(id="p"))
LEVEL = (1.0, 0.0, 0.0, 0.0)


def names(side: str | None = None, /, **angles: float) -> dict[str, str | None]:
    told = {name.replace("__", "."): angle for name, angle in angles.items()}
    found = named_postures(JointAngles(angles_deg=told, side=side))  # type: ignore[arg-type]
    return {one.posture: one.side for one in found}


def test_every_name_is_one_of_the_table() -> None:
    assert set(MOTIONS) <= set(postures())


@pytest.mark.parametrize(
    ("angles", "expected"),
    [
        ({"neck_upper__rotation_left": 20}, {"cervical.torticaput": "left"}),
        ({"neck_lower__rotation_left": -20}, {"cervical.torticollis": "right"}),
        # Jost 2020: laterocollis to one side with laterocaput to the other, without net tilt, is a shift.
        ({"neck_lower__tilt_right": 12, "neck_upper__tilt_right": -10}, {"cervical.lateral_shift": "right"}),
        (
            {"neck_lower__tilt_right": 25, "neck_upper__tilt_right": -8},
            {"cervical.laterocollis": "right", "cervical.laterocaput": "left"},
        ),
        # Antecollis with retrocaput: the head is pushed forwards.
        ({"neck_lower__extension": -20, "neck_upper__extension": 12}, {"cervical.sagittal_shift_anterior": None}),
        ({"neck_lower__extension": 20, "neck_upper__extension": -12}, {"cervical.sagittal_shift_posterior": None}),
        (
            {"neck_lower__extension": -20, "neck_upper__extension": -12},
            {"cervical.antecollis": None, "cervical.antecaput": None},
        ),
        ({"neck_upper__rotation_left": 3}, {}),
    ],
)  # fmt: skip
def test_head_and_neck_are_named_apart(angles: dict[str, float], expected: dict[str, str | None]) -> None:
    assert names(**angles) == expected


def test_limbs_are_named_on_their_side() -> None:
    assert names("left", ankle__dorsiflexion=-20) == {"leg.equinus": "left"}
    assert names("left", ankle__dorsiflexion=-20, subtalar__inversion=10) == {"leg.equinovarus": "left"}
    assert names("right", elbow__flexion=60) == {"arm.elbow_flexion": "right"}
    assert names("right", shoulder__internal_rotation=40, shoulder__flexion=20) == {"arm.shoulder_pattern_a": "right"}
    assert names("right", shoulder__internal_rotation=40, shoulder__flexion=-20) == {"arm.shoulder_pattern_b": "right"}


def test_a_small_angle_is_slight_and_a_mirrored_one_has_the_other_side() -> None:
    (finding,) = named_postures(JointAngles(angles_deg={"neck_lower.tilt_right": -7.0}))
    assert (finding.side, finding.certainty, str(finding.angle_deg)) == ("left", "slight", "7.0")


def test_sensors_see_the_sum_so_both_parts_are_doubtful_and_asked_for() -> None:
    turn = np.radians(30) / 2
    # 30 degrees about the axis that points up: the face to the left.
    told = Orientations(trunk=(1, 0, 0, 0), head=(float(np.cos(turn)), 0, 0, float(np.sin(turn))))
    measured = MeasuredAngles(date=ON, orientations=told)
    assert measured.joint_angles().angles_deg["head.rotation_left"] == pytest.approx(30)
    ranking = assess_chart(NOBODY, measured=measured)
    assert {(one.posture, one.side, one.certainty) for one in ranking.postures} == {
        ("cervical.torticaput", "left", "doubtful"),
        ("cervical.torticollis", "left", "doubtful"),
    }
    assert "caput" in ranking.ask[0].ask
    assert ranking.mechanics == ()


def test_measured_angles_are_read_by_mechanics_too() -> None:
    measured = MeasuredAngles(date=ON, side="right", angles_deg={"elbow.flexion": 70.0})
    (reading,) = assess_chart(NOBODY, measured=measured).mechanics
    assert (reading.chain, reading.side) == ("elbow", "right")
    assert {target.muscle for target, _ in reading.muscles[:2]} == {"biceps_brachii", "brachialis"}


def test_an_arm_turned_inwards_is_pulled_by_those_that_turn_it_so() -> None:
    """By anatomy pectoralis, latissimus, teres major and subscapularis turn in; infraspinatus and teres minor out."""
    body = mechanics("shoulder")
    angles = {"shoulder.internal_rotation": 45.0}
    share = explain_posture(body, angles, np.random.default_rng(0), sides=("right",)).probability
    by_name = {target.muscle: probability for target, probability in share.items()}
    turns = dict(
        zip(body.muscles, body.torques_nm({})[:, body.motions.index("shoulder.internal_rotation")], strict=True)
    )
    for inwards in ("pectoralis_major", "latissimus_dorsi", "teres_major", "subscapularis"):
        for outwards in ("infraspinatus", "teres_minor"):
            assert turns[inwards] > 0 > turns[outwards]
            assert by_name[inwards] > by_name[outwards]
    assert body.torques_nm({})[body.muscles.index("deltoid_middle"), 0] > 0


def test_flexors_of_the_elbow_bend_and_triceps_straightens_at_every_angle() -> None:
    body = mechanics("elbow")
    for angle in (0.0, 30.0, 60.0, 90.0, 120.0):
        torque = dict(zip(body.muscles, body.torques_nm({"elbow.flexion": angle})[:, 0], strict=True))
        assert torque["triceps_brachii"] < 0 < min(torque["biceps_brachii"], torque["brachialis"])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"angles_deg": {"neck.turn": 3.0}}, "no motion"),
        ({"angles_deg": {"elbow.flexion": 40.0}}, "whose limb"),
        ({"angles_deg": {"neck_upper.extension": 400.0}}, "between -180 and 180"),
        ({}, "no angle"),
        ({"orientations": Orientations(trunk=LEVEL, head=LEVEL, neutral_trunk=LEVEL)}, "neutral_trunk .* neutral_head"),
        ({"orientations": Orientations(trunk=LEVEL, head=LEVEL, neutral_head=LEVEL)}, "neutral_head .* neutral_trunk"),
    ],
)
def test_what_is_no_angle_is_one_clear_line(told: dict, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        MeasuredAngles(date=ON, **told).joint_angles()


def test_the_command_takes_angles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart, angles = tmp_path / "chart.json", tmp_path / "angles.json"
    chart.write_text('{"patient": {"id": "p"}}')
    angles.write_text('{"date": "2026-11-26", "angles_deg": {"neck_lower.rotation_left": 30}}')
    assert main(["assess", str(chart), "--angles", str(angles), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["postures"][0]["posture"] == "cervical.torticollis"
    assert told["muscles"][0]["side"] == "left"
    assert told["mechanics"][0]["chain"] == "neck"
    angles.write_text('{"date": "2026-11-26", "angles_deg": {"neck": 30}}')
    assert main(["assess", str(chart), "--angles", str(angles)]) == 2
