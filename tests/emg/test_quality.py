"""Quality: each fault put in is named, and clean recordings are left in peace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reprieve.emg.envelope import rms_envelope
from reprieve.emg.filters import band_pass
from reprieve.emg.mains import mains_ratio_db
from reprieve.emg.problems import Quality
from reprieve.emg.quality import channel_quality
from reprieve.emg.simulate import ElectrodeFault, SimulatedMuscle, simulate_session
from reprieve.interop.recordings import read_recording


def judge(samples_uv: np.ndarray, rate_hz: float = 2000.0, **more: object) -> Quality:
    envelope = rms_envelope(band_pass(samples_uv, rate_hz), rate_hz)
    return channel_quality(samples_uv, rate_hz, envelope=envelope, volts_per_unit=1e-6, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", ["none", "dead", "clipping", "mains", "loose", "gain"])
@pytest.mark.parametrize("role", ["dystonic", "overflow"])
def test_each_fault_is_named_and_no_other(fault: ElectrodeFault, role: str) -> None:
    muscle = SimulatedMuscle(role=role, fault=fault)  # type: ignore[arg-type]
    session = simulate_session((muscle,), np.random.default_rng(4), epoch_s=10.0)
    found = judge(session.samples_uv[0])
    assert [problem.problem for problem in found.problems] == ([] if fault == "none" else [fault])
    assert found.verdict == {"none": "use", "dead": "reject"}.get(fault, "use_with_note")


def test_one_sample_at_full_scale_is_no_clipping(shipped: Path) -> None:
    # The neuropathy record touches full scale with one sample at each end.
    channel = read_recording(str(shipped / "needle_emgdb" / "emg_neuropathy.hea")).channels[0]
    values = channel.values
    found = channel_quality(
        values,
        channel.rate_hz,
        envelope=rms_envelope(band_pass(values, channel.rate_hz, needle=True), channel.rate_hz),
        volts_per_unit=1e-3,
        step=channel.scale,
        rail=(float(values.min()), float(values.max())),
        needle=True,
    )
    assert found.problems == ()


def test_the_known_rail_and_the_guessed_one_agree() -> None:
    rng = np.random.default_rng(0)
    samples = np.clip(rng.normal(0, 300, 20_000).round(), -500, 500)
    known, guessed = judge(samples, rail=(-500.0, 500.0)), judge(samples)
    assert known.has("clipping")
    assert guessed.has("clipping")
    assert known.figure("clipping") == pytest.approx(float((np.abs(samples) == 500).mean()), rel=0.05)


def test_seconds_are_named() -> None:
    rng = np.random.default_rng(1)
    samples = rng.normal(0, 50, 10 * 2000)
    samples[3 * 2000 : 4 * 2000] = np.clip(8 * samples[3 * 2000 : 4 * 2000], -200, 200)
    found = judge(samples, rail=(-200.0, 200.0))
    assert next(p for p in found.problems if p.problem == "clipping").seconds[:1] == (3,)
    samples = rng.normal(0, 50, 10 * 2000)
    samples[6 * 2000 : 8 * 2000] = 12.0
    assert next(p for p in judge(samples).problems if p.problem == "dead").seconds == (6, 7)


def test_a_coarse_converter_at_rest_is_not_dead(shipped: Path) -> None:
    recording = read_recording(str(shipped / "made" / "adductor_two_devices.edf"))
    for channel in recording.channels:
        values = channel.values
        found = channel_quality(
            values,
            channel.rate_hz,
            envelope=rms_envelope(band_pass(values, channel.rate_hz), channel.rate_hz),
            volts_per_unit=1e-3,
            step=channel.scale,
        )
        assert found.verdict == "use", found


@pytest.mark.parametrize(("mains_uv", "ratio_db"), [(100.0, 0.0), (30.0, 10.46)])
def test_mains_ratio_is_that_of_the_powers(mains_uv: float, ratio_db: float) -> None:
    rng = np.random.default_rng(2)
    emg = band_pass(rng.standard_normal(60_000), 2000.0)
    emg *= 100 / np.sqrt(2) / emg.std()
    hum = mains_uv * np.sin(2 * np.pi * 60 * np.arange(60_000) / 2000)
    assert mains_ratio_db(emg + hum, 2000.0, 60.0) == pytest.approx(ratio_db, abs=0.7)
    assert mains_ratio_db(emg, 2000.0, 60.0) is None


def test_samples_that_are_no_numbers_make_a_dead_channel() -> None:
    samples = np.ones(5000)
    samples[7] = np.nan
    assert channel_quality(samples, 1000.0, envelope=None, volts_per_unit=None).verdict == "reject"
