"""Coherence: SciPy beside it, closed forms of Rosenberg 1989, published figures of a real tremor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from reprieve.emg import spectra
from reprieve.emg.coherence import (
    coherence,
    coherence_limit,
    holm,
    pooled_coherence,
    segment_spectra,
    zero_lag_coherence,
)
from reprieve.emg.filters import band_pass
from reprieve.interop.recordings import read_recording


def test_equal_to_scipy() -> None:
    rng = np.random.default_rng(0)
    a = rng.standard_normal(37_321)
    b = 0.5 * np.roll(a, 7) + rng.standard_normal(len(a))
    found = coherence(segment_spectra(a, 1000.0), segment_spectra(b, 1000.0))
    frequency, expected = signal.coherence(a, b, 1000, nperseg=1000, noverlap=0)
    assert found.frequency_hz == pytest.approx(frequency)
    assert np.abs(found.values - expected).max() < 1e-12


def test_a_shared_source_has_the_coherence_of_its_power() -> None:
    # x = s + n, y = s + m with equal powers: |coherency|² = (1/2)² at all frequencies.
    rng = np.random.default_rng(1)
    shared = rng.standard_normal(400_000)
    x, y = shared + rng.standard_normal(400_000), shared + rng.standard_normal(400_000)
    found = coherence(segment_spectra(x, 500.0, highest_hz=200), segment_spectra(y, 500.0, highest_hz=200))
    assert found.values[1:].mean() == pytest.approx(0.25, abs=0.005)


def test_unrelated_signals_pass_the_limit_five_times_in_a_hundred() -> None:
    rng = np.random.default_rng(2)
    above = []
    for _ in range(40):
        x, y = rng.standard_normal((2, 30 * 256))
        found = coherence(segment_spectra(x, 256.0), segment_spectra(y, 256.0))
        above.append((found.values[2:-2] > found.limit).mean())
    assert np.mean(above) == pytest.approx(0.05, abs=0.01)


def test_pooled_probability_is_uniform_for_unrelated_signals() -> None:
    rng = np.random.default_rng(3)
    chances = []
    for _ in range(600):
        x, y = rng.standard_normal((2, 30 * 64))
        found = coherence(segment_spectra(x, 64.0), segment_spectra(y, 64.0))
        chances.append(pooled_coherence(found, 4, 7)[1])
    # At most a little more than 5 %, and not a test that never fires.
    assert 0.02 < np.mean(np.array(chances) < 0.05) < 0.08


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(4)
    covered = []
    for _ in range(200):
        shared = rng.standard_normal(60 * 64)
        x, y = shared + rng.standard_normal(60 * 64), shared + rng.standard_normal(60 * 64)
        found = coherence(segment_spectra(x, 64.0), segment_spectra(y, 64.0))
        low, high = found.interval()
        covered.append(((low < 0.25) & (high > 0.25))[2:-2].mean())
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


def test_limit_of_61_segments() -> None:
    # README of the tremor recording: 61 segments, limit 0.0487.
    assert coherence_limit(61) == pytest.approx(0.0487, abs=5e-5)
    assert coherence_limit(1) == 1.0


def test_tremor_of_the_wrist(elsewhere: Callable[[str], str]) -> None:
    recording = read_recording(elsewhere("tremor_spike2/tremor_postural.edf"))
    flex, ext = (
        segment_spectra(np.abs(band_pass(channel.values, channel.rate_hz)), channel.rate_hz, highest_hz=50)
        for channel in recording.channels[:2]
    )
    found = coherence(flex, ext)
    assert [found.at(hz) for hz in (5, 6, 7)] == pytest.approx([0.610, 0.829, 0.815], abs=1e-3)


def test_crosstalk_is_told_from_a_common_drive() -> None:
    rng = np.random.default_rng(5)
    source = rng.standard_normal(60_000)
    leaked = segment_spectra(0.8 * source + 0.3 * rng.standard_normal(60_000), 1000.0)
    # A common drive modulates two carriers of their own.
    drive = 1 + np.sin(2 * np.pi * 5 * np.arange(60_000) / 1000)
    a, b = drive * rng.standard_normal((2, 60_000))
    assert zero_lag_coherence(segment_spectra(source, 1000.0), leaked) > 0.7
    assert zero_lag_coherence(segment_spectra(a, 1000.0), segment_spectra(b, 1000.0)) < 0.05


def test_holm_adjusts_as_in_the_textbook() -> None:
    # Holm 1979, four tests: 0.005*4, 0.01*3, 0.03*2, 0.04*1 made monotone.
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_different_grids_are_refused() -> None:
    x = np.random.default_rng(0).standard_normal(10_000)
    with pytest.raises(ValueError, match="same length"):
        coherence(segment_spectra(x, 1000.0), segment_spectra(x, 333.4))


def test_equal_to_mne_connectivity_with_its_window(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its Hann window is the symmetric one of numpy.hanning. The periodic one, as SciPy and nitime have it, is right for
    # a transform: its own has three lines and no more (Harris 1978, Proc IEEE 66:51). Coherences differ by some 0.001.
    frequency, theirs = np.loadtxt(shipped / "mne_connectivity.csv", delimiter=",", skiprows=3).T
    channels = read_recording(str(shipped / "made" / "adductor_two_devices.edf")).channels

    def ours() -> np.ndarray:
        parts = [
            segment_spectra(np.abs(one.values - one.values.mean()), one.rate_hz, lowest_hz=1, highest_hz=50)
            for one in channels
        ]
        assert np.array_equal(parts[0].frequency_hz, frequency)
        return coherence(*parts).values

    assert np.abs(ours() - theirs).max() < 2e-3
    assert np.abs(ours() - theirs).max() > 1e-6
    monkeypatch.setattr(spectra, "hann", np.hanning)
    assert np.abs(ours() - theirs).max() < 1e-12


def test_the_periodic_window_has_three_lines_and_no_more() -> None:
    lines = np.abs(np.fft.fft(spectra.hann(1000))) / 1000
    assert lines[:2] == pytest.approx([0.5, 0.25])
    assert lines[2:-1].max() < 1e-15
    assert np.abs(np.fft.fft(np.hanning(1000)))[2:-1].max() / 1000 > 1e-4
