"""Spectra, coherence and phase beside a second library, value by value: nitime (Welch by matplotlib's own code)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import signal

from reprieve.emg.coherence import SecondsStream, SegmentSpectra, SpectrumStream, coherence, segment_spectra
from reprieve.emg.filters import band_pass
from reprieve.emg.spectra import Spectrum, power_spectrum
from reprieve.interop.recordings import read_recording

algorithms = pytest.importorskip("nitime.algorithms")
mlab = pytest.importorskip("matplotlib.mlab")


def welch(rate_hz: float, overlap: float = 0.0) -> dict[str, Any]:
    """Return nitime's way of saying Hann segments of one second, each less its mean."""
    length = round(rate_hz)
    return {
        "this_method": "welch",
        "NFFT": length,
        "Fs": rate_hz,
        "n_overlap": int(overlap * length),
        "window": signal.get_window("hann", length),
        "detrend": mlab.detrend_mean,
    }


def streamed(samples: np.ndarray, rate_hz: float, size: int = 777) -> tuple[Spectrum, SegmentSpectra]:
    """Return spectrum and seconds of a record that comes in blocks of an odd size."""
    seconds = SecondsStream(len(samples), rate_hz, lowest_hz=60, highest_hz=250, make=partial(np.empty, dtype=complex))
    spectrum = SpectrumStream(len(samples), rate_hz, seconds)
    for first in range(0, len(samples), size):
        spectrum.push(samples[first : first + size])
    return spectrum.close(), seconds.close()


def pair(shipped: Path, name: str) -> tuple[np.ndarray, float]:
    """Return two rectified channels of one length, shape (2, n_samples), and their rate."""
    recording = read_recording(str(shipped / "made" / name))
    # The first channel of the C3D file is no EMG.
    channels = recording.channels[-2:]
    return np.array([np.abs(band_pass(one.values, one.rate_hz)) for one in channels]), channels[0].rate_hz


@pytest.mark.parametrize("name", ["adductor_two_devices.edf", "shoulder_six_channels.c3d"])
def test_coherence_and_phase(shipped: Path, name: str) -> None:
    both, rate = pair(shipped, name)
    ours = coherence(segment_spectra(both[0], rate), segment_spectra(both[1], rate))
    frequency, theirs = algorithms.coherence(both, csd_method=welch(rate))
    phase = algorithms.coherency_phase_spectrum(both, csd_method=welch(rate))[1]
    assert np.abs(frequency - ours.frequency_hz).max() < 1e-9
    assert np.abs(theirs[0, 1] - ours.values).max() < 1e-9
    # nitime counts the phase from the second channel.
    assert np.abs(np.exp(-1j * phase[0, 1]) - np.exp(1j * ours.phase_rad))[1:50].max() < 1e-6


@pytest.mark.parametrize("name", ["adductor_two_devices.edf", "shoulder_six_channels.c3d"])
def test_power(shipped: Path, name: str) -> None:
    both, rate = pair(shipped, name)
    frequency, theirs = algorithms.get_spectra(both, method=welch(rate, 0.5))
    ours = power_spectrum(both[0], rate)
    once = streamed(both[0], rate)[0]
    assert np.abs(frequency - ours.frequency_hz).max() < 1e-9
    assert ours.power[1:] == pytest.approx(np.real(theirs[0, 0])[1:], rel=1e-9)
    assert once.power == pytest.approx(ours.power, rel=1e-12)


@pytest.mark.parametrize("rate_hz", [1000.0, 1111.0])
def test_segments_kept_from_the_spectrum_are_the_segments(rate_hz: float) -> None:
    samples = np.random.default_rng(0).standard_normal(round(7.6 * rate_hz))
    kept = streamed(samples, rate_hz)[1]
    alone = segment_spectra(samples, rate_hz, lowest_hz=60, highest_hz=250)
    assert np.array_equal(kept.frequency_hz, alone.frequency_hz)
    assert kept.values.shape == alone.values.shape
    assert np.allclose(kept.values, alone.values)
