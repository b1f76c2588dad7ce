"""The inverse problem: exact sums beside the sampler, known torques, recall and calibration on simulated patients."""

from __future__ import annotations

import importlib.util
import itertools
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import integrate, special

from reprieve.assess.evidence import PostureUsed, Target
from reprieve.assess.inverse_posture import ACTIVATION_SD, explain_posture, sample_sets
from reprieve.assess.joint_angles import angles_as_postures
from reprieve.assess.mechanics_evidence import mechanical_readings
from reprieve.assess.posture_evidence import posture_evidence
from reprieve.record.chart import PostureFinding
from reprieve.reference.assessment_weights import assessment_weights
from reprieve.reference.mechanics import mechanics
from reprieve.reference.posture_table import posture


@pytest.fixture(scope="module")
def benchmark_module() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "inverse_posture.py"
    spec = importlib.util.spec_from_file_location("inverse_posture_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_sampler_equals_the_sum_over_all_sets() -> None:
    # Two muscles: every set's evidence by numerical integration over its activations.
    columns, wanted, prior = np.array([[3.0, 1.0], [2.0, -2.0]]), np.array([2.0, 0.3]), np.array([-1.0, -0.5])

    def density(*activations: float) -> float:
        a = np.array(activations)
        return float(np.exp(-0.5 * np.sum((wanted - a @ columns) ** 2)))

    def slab(a: float) -> float:
        return 2 * np.exp(-0.5 * (a / ACTIVATION_SD) ** 2) / (ACTIVATION_SD * np.sqrt(2 * np.pi))

    evidence = {
        (): density(0, 0),
        (0,): integrate.quad(lambda a: density(a, 0) * slab(a), 0, 4)[0],
        (1,): integrate.quad(lambda b: density(0, b) * slab(b), 0, 4)[0],
        (0, 1): integrate.dblquad(lambda a, b: density(a, b) * slab(a) * slab(b), 0, 4, 0, 4)[0],
    }
    weights = {chosen: value * np.exp(prior[list(chosen)].sum()) for chosen, value in evidence.items()}
    total = sum(weights.values())
    shares, counts = sample_sets(columns, wanted, prior, np.random.default_rng(0))
    for j in (0, 1):
        exact = sum(value for chosen, value in weights.items() if j in chosen) / total
        assert shares[j] == pytest.approx(exact, abs=0.02)
    visited = sum(counts.values())
    for chosen, value in weights.items():
        assert counts[chosen] / visited == pytest.approx(value / total, abs=0.02)


def test_without_any_leverage_the_prior_stays() -> None:
    shares, _ = sample_sets(np.zeros((3, 2)), np.ones(2), np.array([-2.0, 0.0, 1.0]), np.random.default_rng(0))
    assert shares == pytest.approx(special.expit([-2.0, 0.0, 1.0]), abs=1e-9)


def test_torque_is_force_times_moment_arm_and_mirrored_on_the_left() -> None:
    # neck_elements.csv and neck_moment_arms.csv: 63.41 N x -29.01 mm about rotation to the left, no pennation.
    body = mechanics("neck")
    row, column = body.muscles.index("obliquus_capitis_inferior"), body.motions.index("neck_upper.rotation_left")
    assert body.torques_nm({})[row, column] == pytest.approx(-63.41 * 29.01e-3, rel=1e-6)
    assert body.torques_nm({}, mirrored=True)[row, column] == pytest.approx(63.41 * 29.01e-3, rel=1e-6)
    posture_right = {"neck_upper.tilt_right": 4.0, "neck_lower.rotation_left": -12.0, "neck_lower.extension": 20.0}
    mirror = {"neck_upper.tilt_right": -4.0, "neck_lower.rotation_left": 12.0, "neck_lower.extension": 20.0}
    sign = np.array([1.0, -1, -1, 1, -1, -1])
    assert body.torques_nm(mirror, mirrored=True) == pytest.approx(body.torques_nm(posture_right) * sign)


@pytest.mark.parametrize("angle", [-30.0, -2.0, 0.0, 7.0, 44.0])
def test_passive_torque_and_angle_are_inverse(angle: float) -> None:
    for passive in mechanics("neck").passive.values():
        assert passive.angle_deg(passive.torque_nm(angle)) == pytest.approx(angle, abs=1e-9)
        slope = (passive.torque_nm(angle + 1e-4) - passive.torque_nm(angle + 1e-5)) / 9e-5
        assert slope == pytest.approx(passive.stiffness_nm_per_deg(angle), rel=1e-3)


@pytest.mark.parametrize(("sign", "side"), [(1, "left"), (-1, "right")])
def test_a_head_turned_on_the_neck_points_to_the_rotator_of_that_side(sign: int, side: str) -> None:
    angles = dict.fromkeys(mechanics("neck").motions, 0.0) | {"neck_upper.rotation_left": 30.0 * sign}
    found = explain_posture(mechanics("neck"), angles, np.random.default_rng(0))
    assert max(found.probability, key=lambda target: found.probability[target]) == Target(
        "obliquus_capitis_inferior", side
    )
    assert len(found.sets) == 5
    again = explain_posture(mechanics("neck"), angles, np.random.default_rng(0))
    assert again == found


def test_equinus_is_pulled_by_calf_muscles() -> None:
    found = explain_posture(mechanics("leg"), {"ankle.dorsiflexion": -30.0}, np.random.default_rng(0), sides=("left",))
    body = mechanics("leg")
    about_ankle = body.torques_nm({})[:, body.motions.index("ankle.dorsiflexion")]
    share = np.array([found.probability[Target(name, "left")] for name in body.muscles])
    assert {target.side for target in found.probability} == {"left"}
    assert share[about_ankle < -1].min() > share[about_ankle > 1].max()
    assert sum(about_ankle < -1) >= 5


def test_motions_must_be_of_the_chain() -> None:
    with pytest.raises(ValueError, match=r"hip\.flexion"):
        explain_posture(mechanics("neck"), {"hip.flexion": 3.0}, np.random.default_rng(0))


def test_recall_beats_the_table_and_probabilities_are_calibrated(benchmark_module: ModuleType) -> None:
    outcome = benchmark_module.validate(patients=30, seed=3, fused=False)
    assert outcome.recall_inverse > outcome.recall_table + 0.15
    assert outcome.brier < outcome.brier_base
    for predicted, actual, count in outcome.bins:
        # Three standard errors of a share, and a little.
        assert abs(predicted - actual) < 0.03 + 3 * np.sqrt(predicted * (1 - predicted) / count)


def finding(name: str, side: str | None, angle: str | None) -> tuple[PostureFinding, PostureUsed]:
    from datetime import date

    row = posture(name)
    degrees = None if angle is None else Decimal(angle)
    seen = PostureFinding(posture=name, side=side, angle_deg=degrees)  # type: ignore[arg-type]
    return seen, PostureUsed(name, row.name, side, row.direction, "clear", date(2026, 1, 1), used=True)


def test_readings_show_where_table_and_mechanics_differ() -> None:
    findings = [finding("cervical.torticaput", "left", "30"), finding("cervical.laterocollis", "right", None)]
    table = posture_evidence(findings, assessment_weights())
    (reading,) = mechanical_readings(findings, table, np.random.default_rng(0))
    assert reading.angles_deg == {"neck_upper.rotation_left": 30.0}
    named = {(one.muscle, one.side) for one in reading.disagreements}
    first = {target for target, _ in reading.muscles[:3]}
    assert first == set(reading.agree) | {
        Target(one.muscle, one.side) for one in reading.disagreements if one.told_by == "mechanics"
    }
    assert len(named) == len(reading.disagreements)
    assert mechanical_readings([finding("cervical.torticaput", "left", None)], table, np.random.default_rng(0)) == ()


def test_angles_are_named_as_an_examiner_would() -> None:
    names = {(one.posture, one.side) for one, _ in angles_as_postures({"neck_upper.rotation_left": 20.0})}
    assert names == {("cervical.torticaput", "left")}
    both = angles_as_postures(
        {"neck_lower.extension": -20.0, "neck_lower.tilt_right": 9.0, "neck_upper.extension": 3.0}
    )
    assert {(one.posture, one.side) for one, _ in both} == {
        ("cervical.antecollis", None),
        ("cervical.laterocollis", "right"),
    }
    for (left, _), (right, _) in itertools.pairwise(both):
        assert left.posture != right.posture
