"""Tremor: the real 6 Hz tremor, simulated ones, and no tremor where there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reprieve.emg.filters import band_pass
from reprieve.emg.simulate import shaped_noise
from reprieve.emg.tremor import band_peaks, tremor_peak
from reprieve.interop.recordings import read_recording


def test_the_postural_tremor_is_at_6_hz(elsewhere: Callable[[str], str]) -> None:
    # README: rectified EMG and accelerometer all peak at 6.0 Hz (4 s Hann Welch).
    flex, ext, accel = read_recording(elsewhere("tremor_spike2/tremor_postural.edf")).channels
    peaks = [tremor_peak(np.abs(band_pass(c.values, c.rate_hz)), c.rate_hz) for c in (flex, ext)]
    peaks.append(tremor_peak(accel.values - accel.values.mean(), accel.rate_hz))
    assert [peak.frequency_hz for peak in peaks if peak] == [6.0, 6.0, 6.0]


@pytest.mark.parametrize("frequency_hz", [4.0, 5.5, 8.25, 10.0])
def test_a_modulated_emg_trembles_at_its_modulation(frequency_hz: float) -> None:
    rng = np.random.default_rng(int(10 * frequency_hz))
    time = np.arange(60_000) / 1000
    emg = (1 + 0.5 * np.sin(2 * np.pi * frequency_hz * time)) * shaped_noise(60_000, 1000.0, rng)
    peak = tremor_peak(np.abs(emg), 1000.0)
    assert peak is not None
    assert peak.frequency_hz == pytest.approx(frequency_hz, abs=0.25)
    assert peak.width_hz < 1.0


def test_steady_and_bursting_muscles_do_not_tremble() -> None:
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        emg = shaped_noise(40_000, 1000.0, rng)
        if seed % 2:
            on = np.repeat(rng.uniform(size=20) > 0.5, 2000)
            emg = emg * (0.05 + on)
        found.append(tremor_peak(np.abs(emg), 1000.0))
    assert sum(peak is not None for peak in found) <= 1


def test_real_contractions_do_not_tremble(shipped: Path) -> None:
    for name in ("surface_opensignals/emg_bursts.h5", "surface_biosppy/emg_1.txt"):
        channel = read_recording(str(shipped / name)).channels[0]
        assert tremor_peak(np.abs(band_pass(channel.values, 1000.0)), 1000.0) is None


def test_short_or_slow_records_tell_nothing() -> None:
    noise = np.random.default_rng(0).standard_normal(7000)
    assert tremor_peak(noise, 1000.0) is None
    assert tremor_peak(noise, 50.0) is None


def test_a_peak_at_the_edge_of_the_floor_is_none() -> None:
    rng = np.random.default_rng(4)
    time = np.arange(40_000) / 1000
    samples = rng.standard_normal(len(time)) + 3 * np.sin(2 * np.pi * 30.0 * time)
    assert band_peaks(samples, 1000.0, [(20.0, 30.0), (2.0, 3.0)])[0] is None
