"""The muscle score on simulated sessions with known truth, and laws of its parts. No clinical validity is claimed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from reprieve.app.emg.channels import ChannelMap, Epoch
from reprieve.app.emg.recording import report_of
from reprieve.app.emg.report import EmgReport
from reprieve.emg.bootstrap import Estimate, block_means, mean_estimate, resample_weights
from reprieve.emg.score import MuscleFindings, muscle_score
from reprieve.emg.simulate import NOISE_UV, SimulatedMuscle, simulate_session
from reprieve.interop.recording import Channel, Recording
from reprieve.reference.assessment_weights import assessment_weights

NAMES = ("splenius_capitis", "sternocleidomastoid", "trapezius_descending", "levator_scapulae", "semispinalis_capitis")
WEIGHTS = assessment_weights()


def simulated(muscles: tuple[SimulatedMuscle, ...], seed: int, noise_uv: float = NOISE_UV) -> EmgReport:
    """Return the report on a simulated session, through the same door as a recording."""
    random = np.random.default_rng(seed)
    session = simulate_session(muscles, random, rate_hz=1000.0, epoch_s=16.0, noise_uv=noise_uv)
    channels = tuple(
        Channel(name=f"EMG{i}", unit="uV", rate_hz=1000.0, raw=row, hint="surface EMG")
        for i, row in enumerate(session.samples_uv)
    )
    entries = {f"EMG{i}": {"muscle": NAMES[i], "side": "left", "kind": "surface"} for i in range(len(muscles))}
    epochs = tuple(
        Epoch(kind=kind, start_s=start, stop_s=stop)  # type: ignore[arg-type]
        for kind, spans in session.epochs.items()
        for start, stop in spans
    )
    recording = Recording(path="simulated", format="made", channels=channels)
    return report_of(recording, ChannelMap(entries=entries, epochs=epochs))[0]


def test_roles_and_bad_electrodes_are_told_apart() -> None:
    muscles = (
        SimulatedMuscle(role="dystonic"),
        SimulatedMuscle(role="dystonic"),
        SimulatedMuscle(role="compensatory"),
        SimulatedMuscle(role="silent"),
        SimulatedMuscle(role="dystonic", fault="dead"),
    )
    by_muscle = {one.muscle: one for one in simulated(muscles, 1).muscles}
    first, second, third, fourth, fifth = (by_muscle[name] for name in NAMES)
    assert (third.score.muscle_class, fourth.score.muscle_class) == ("compensatory", "silent")
    assert fifth.score.muscle_class == "unusable"
    assert first.coherent_4_7_hz
    assert second.coherent_4_7_hz
    assert not third.coherent_4_7_hz
    assert not fourth.coherent_4_7_hz
    assert min(one.score.low or 0 for one in (first, second)) > max(one.score.high or 1 for one in (third, fourth))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_dystonic_muscle_holds_is_seen_at_twice_the_noise(seed: int) -> None:
    # The posture is 60 uV over a noise of 25; three times that would hide all of it.
    muscles = tuple(SimulatedMuscle(role=role) for role in ("dystonic", "overflow", "silent"))  # type: ignore[arg-type]
    by_muscle = {one.muscle: one for one in simulated(muscles, seed, noise_uv=25.0).muscles}
    held = [by_muscle[name].sustained_fraction or 0.0 for name in NAMES[:3]]
    assert held[0] > 0.7
    assert held[1] < 0.1
    assert held[2] == 0
    assert [(by_muscle[name].score.score or 0) > 0.5 for name in NAMES[:3]] == [True, False, False]


def test_ranked_by_the_lower_limit() -> None:
    report = simulated((SimulatedMuscle(role="silent"), SimulatedMuscle(role="dystonic")), 2)
    lows = [one.score.low for one in report.muscles]
    assert report.muscles[0].muscle == NAMES[1]
    assert lows == sorted(lows, key=lambda low: low or -1, reverse=True)


@pytest.mark.parametrize(
    ("more", "sign"),
    [
        ({"sustained_fraction": 0.9}, 1),
        ({"sustained_fraction": 0.1}, -1),
        ({"lead": Estimate(-0.1, -0.2, -0.05)}, 1),
        ({"lead": Estimate(-0.1, -0.2, 0.05)}, 0),
        ({"paradox": Estimate(0.8, 0.6, 0.9)}, 1),
        ({"paradox": Estimate(0.1, 0.05, 0.15)}, -1),
        ({"paradox": Estimate(1.5, 1.2, 1.9)}, -1),
        ({"turns_per_s": 150.0}, 1),
        ({"turns_per_s": 90.0}, 0),
        ({"low_frequency_fraction": 0.7}, 1),
        ({"low_frequency_fraction": 0.3}, -1),
        ({"coherent_4_7_hz": True}, 1),
        ({"coherent_4_7_hz": False}, 0),
    ],
)
def test_each_finding_moves_the_score_its_way(more: dict[str, object], sign: int) -> None:
    bare = MuscleFindings(activity_percent=Estimate(5.0, 4.0, 6.0))
    before = muscle_score(bare, 0.4, WEIGHTS).score
    after = muscle_score(dataclasses.replace(bare, **more), 0.4, WEIGHTS).score  # type: ignore[arg-type]
    assert before == pytest.approx(0.4)  # 5 % is the reference: it adds nothing
    assert np.sign(round((after or 0) - 0.4, 9)) == sign


def test_the_score_is_the_logistic_of_the_sum() -> None:
    found = muscle_score(MuscleFindings(activity_percent=Estimate(20.0, 15.0, 26.0), turns_per_s=250.0), 0.15, WEIGHTS)
    z = np.log(0.15 / 0.85) + np.log(20 / 5) + 2 * 0.7
    assert found.score == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
    assert found.low == pytest.approx(1 / (1 + np.exp(-(z + np.log(15 / 20)))), rel=1e-12)


def test_the_interval_of_the_score_holds_those_of_all_findings() -> None:
    # Independent normal findings: 95 % of what their sum does on the logit scale, by drawing them.
    activity, sustained, low_frequency = Estimate(10.0, 8.0, 12.5), (0.5, 0.7), (0.55, 0.65)
    findings = MuscleFindings(
        activity_percent=activity,
        sustained_fraction=0.6,
        low_frequency_fraction=0.6,
        intervals={"sustained_fraction": sustained, "low_frequency_fraction": low_frequency},
    )
    found = muscle_score(findings, 0.4, WEIGHTS)
    rng = np.random.default_rng(3)
    draws = [np.exp(rng.normal(np.log(10), np.log(12.5 / 8) / 3.92, 20_000))]
    draws += [rng.normal((a + b) / 2, (b - a) / 3.92, 20_000) for a, b in (sustained, low_frequency)]
    z = np.log(0.4 / 0.6) + np.log(draws[0] / 5) + 0.7 * (2 * draws[1] - 1) + 0.2 * (draws[2] - 0.5) / 0.15
    assert found.low is not None
    assert found.high is not None
    logits = [np.log(one / (1 - one)) for one in (found.low, found.high)]
    assert logits == pytest.approx(np.percentile(z, [2.5, 97.5]), abs=0.02)
    alone = muscle_score(dataclasses.replace(findings, intervals={}), 0.4, WEIGHTS)
    assert found.low < (alone.low or 0) < (alone.high or 0) < found.high


def test_turns_that_may_lie_under_the_cut_off_widen_the_interval() -> None:
    sure = MuscleFindings(
        activity_percent=Estimate(5.0, 5.0, 5.0), turns_per_s=120.0, intervals={"turns_per_s": (110.0, 130.0)}
    )
    unsure = dataclasses.replace(sure, intervals={"turns_per_s": (90.0, 150.0)})
    assert muscle_score(sure, 0.4, WEIGHTS).low == muscle_score(sure, 0.4, WEIGHTS).score
    assert muscle_score(unsure, 0.4, WEIGHTS).low == pytest.approx(0.4)
    assert muscle_score(unsure, 0.4, WEIGHTS).high == muscle_score(unsure, 0.4, WEIGHTS).score


def test_without_an_interval_no_muscle_is_dystonic() -> None:
    found = muscle_score(MuscleFindings(activity_percent=Estimate(90.0, None, None)), 0.6, WEIGHTS)
    assert found.muscle_class == "possible"
    with pytest.raises(ValueError, match="prior"):
        muscle_score(MuscleFindings(), float("nan"), WEIGHTS)


def test_weights_of_a_resample_are_the_moving_blocks() -> None:
    values = np.random.default_rng(5).normal(3, 1, 61)
    weights = resample_weights(61, 2, np.random.default_rng(6))
    expected = block_means(values, 2, np.random.default_rng(6))
    assert weights is not None
    np.testing.assert_allclose(weights @ values / weights.sum(1), expected, rtol=1e-9)
    assert resample_weights(7, 2, np.random.default_rng(6)) is None


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    # Gaussian noise of RMS 1 with independent seconds: 95 % of 200 intervals, five standard errors allowed.
    rng = np.random.default_rng(7)
    weights = resample_weights(120, 2, rng)
    assert weights is not None
    hits = 0
    for _ in range(200):
        power = rng.chisquare(40, 120) / 40
        low, high = np.percentile(weights @ power / 120, [2.5, 97.5])
        hits += low <= 1 <= high
    assert 0.87 <= hits / 200 <= 0.99


@pytest.mark.parametrize("seconds", [10, 20, 60])
def test_nineteen_of_twenty_intervals_hold_the_mean(seconds: int) -> None:
    # An envelope that varies slowly, as a posture does; its true mean is known. Scatter of the count: some 1.1 %.
    rng, rate, held = np.random.default_rng(seconds), 20.0, 0
    for _ in range(400):
        noise = ndimage.gaussian_filter1d(rng.standard_normal(round((seconds + 20) * rate)), 0.25 * rate)
        values = 10 * (1 + 0.3 * noise[200 : 200 + round(seconds * rate)] / 0.238)
        found = mean_estimate(np.maximum(values, 0), rate, rng)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 10.0 <= found.high
    assert 0.915 < held / 400 < 0.985
