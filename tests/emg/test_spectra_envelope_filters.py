"""Filters, envelopes and spectra: SciPy straight beside them, closed forms, and published figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from reprieve.emg.envelope import noise_rms, rms_envelope, rms_envelopes, sliding_mean, sliding_rms
from reprieve.emg.filters import band_pass, emg_band, without_mains
from reprieve.emg.simulate import shaped_noise
from reprieve.emg.spectra import low_frequency_fraction, power_spectrum
from reprieve.interop.recordings import read_recording


def test_band_pass_is_scipys_and_moves_no_edge() -> None:
    rng = np.random.default_rng(0)
    samples = rng.standard_normal(5000)
    expected = signal.sosfiltfilt(signal.butter(4, [20, 450], "bandpass", fs=1000, output="sos"), samples)
    assert np.abs(band_pass(samples, 1000.0) - expected).max() < 1e-12
    pulse = np.zeros(4001)
    pulse[2000] = 1
    assert int(np.argmax(band_pass(pulse, 2000.0))) == 2000


@pytest.mark.parametrize(("frequency_hz", "gain"), [(5, 0), (20, 0.5), (150, 1), (450, 0.5), (800, 0)])
def test_band_pass_halves_at_its_corners(frequency_hz: float, gain: float) -> None:
    # Twice through a Butterworth: 3 dB twice, that is one half, at 20 and 450 Hz.
    time = np.arange(20_000) / 2000
    out = band_pass(np.sin(2 * np.pi * frequency_hz * time), 2000.0)[5000:15_000]
    assert np.sqrt(2 * np.mean(out**2)) == pytest.approx(gain, abs=0.02)


def test_bands() -> None:
    assert emg_band(2000) == (20, 450)
    assert emg_band(1000) == (20, 450)
    assert emg_band(500) == (20, pytest.approx(237.5))
    assert emg_band(4000, needle=True) == (20, pytest.approx(1900))
    with pytest.raises(ValueError, match="at least 100"):
        emg_band(float("nan"))


def test_mains_is_taken_and_the_emg_beside_it_left() -> None:
    rng = np.random.default_rng(1)
    emg = band_pass(rng.standard_normal(20_000), 1000.0)
    time = np.arange(20_000) / 1000
    hum = 3 * np.sin(2 * np.pi * 50 * time + 0.4) + np.sin(2 * np.pi * 150 * time)
    cleaned = without_mains(emg + hum, 1000.0, 50.0)
    # A projection on 2 x 8 of 1000 dimensions takes 0.9 % of the power of white noise with it.
    assert np.mean((cleaned - emg) ** 2) < 0.03 * np.mean(emg**2)


def test_the_last_part_of_a_second_is_cleaned_with_the_second_before_it() -> None:
    time = np.arange(5200) / 1000
    hum = 40 * np.sin(2 * np.pi * 50 * time + 0.7)
    emg = shaped_noise(5200, 1000.0, np.random.default_rng(3))
    cleaned = without_mains(emg + hum, 1000.0, 50.0)
    assert np.square(cleaned[-200:]).mean() < 1.5 * np.square(emg[-200:]).mean()


@given(st.integers(1, 40), st.integers(1, 200))
@settings(max_examples=50, deadline=None)
def test_sliding_rms_is_what_its_name_says(window: int, length: int) -> None:
    values = np.random.default_rng(window * 1000 + length).standard_normal(length)
    found = sliding_rms(values, window)
    for centre in range(length):
        start = max(0, centre - window // 2)
        stop = min(length, centre - window // 2 + window)
        assert found[centre] == pytest.approx(np.sqrt(np.mean(values[start:stop] ** 2)), abs=1e-7)


def test_envelope_of_a_sine_is_its_rms() -> None:
    time = np.arange(10_000) / 1000
    envelope = rms_envelope(3 * np.sin(2 * np.pi * 100 * time), 1000.0)
    assert envelope.rate_hz == 200
    assert envelope.values[50:-50] == pytest.approx(3 / np.sqrt(2), rel=1e-6)
    assert envelope.noise == pytest.approx(3 / np.sqrt(2), rel=1e-3)
    assert envelope.corrected.max() < 0.2


def test_noise_is_that_of_the_quietest_second() -> None:
    values = np.concatenate([np.full(300, 5.0), np.full(200, 2.0), np.full(300, 4.0)])
    assert noise_rms(values, 200.0) == pytest.approx(2.0)
    assert sliding_mean([1.0, 2.0, 6.0], 2).tolist() == [1.5, 4.0]


def test_power_of_a_sine_and_of_white_noise() -> None:
    time = np.arange(60_000) / 1000
    spectrum = power_spectrum(2 * np.sin(2 * np.pi * 73 * time), 1000.0)
    assert spectrum.power.sum() * 1.0 == pytest.approx(2.0, rel=1e-3)
    assert spectrum.median_hz == pytest.approx(73)
    white = power_spectrum(np.random.default_rng(2).standard_normal(400_000), 1000.0).between(20, 450)
    assert white.mean_hz == pytest.approx(235, abs=2)
    assert white.median_hz == pytest.approx(235, abs=3)
    assert power_spectrum(np.zeros(4000), 1000.0).median_hz is None


def test_frequencies_of_a_real_recording_beside_scipy(shipped: Path) -> None:
    channel = read_recording(str(shipped / "surface_opensignals" / "emg_bursts.h5")).channels[0]
    frequency, power = signal.welch(channel.values, 1000, window="hann", nperseg=1000)
    band = (frequency >= 20) & (frequency <= 450)
    found = power_spectrum(channel.values, 1000.0).between(20, 450)
    assert found.mean_hz == pytest.approx(np.average(frequency[band], weights=power[band]), rel=1e-9)
    half = np.cumsum(power[band]) >= power[band].sum() / 2
    assert found.median_hz == frequency[band][half][0]


def test_figures_of_the_tremor_recording(elsewhere: Callable[[str], str]) -> None:
    # README of the recording (scipy 1.17.1): RMS in the posture, MVC over both efforts, CDF10.
    posture = read_recording(elsewhere("tremor_spike2/tremor_postural.edf"))
    flex, ext = (band_pass(channel.values, channel.rate_hz) for channel in posture.channels[:2])
    best = {"Flex": 0.0, "Ext": 0.0}
    for name in ("tremor_mvc_ext", "tremor_mvc_flex"):
        for channel in read_recording(elsewhere(f"tremor_spike2/{name}.edf")).channels[:2]:
            values = rms_envelope(band_pass(channel.values, channel.rate_hz), channel.rate_hz).values
            best[channel.name] = max(best[channel.name], float(sliding_mean(values, 100).max()))
    rms = {"Flex": float(np.sqrt(np.mean(flex**2))), "Ext": float(np.sqrt(np.mean(ext**2)))}
    assert rms["Flex"] == pytest.approx(5.65, rel=0.005)
    assert best["Flex"] == pytest.approx(334.1, rel=0.005)
    assert 100 * rms["Flex"] / best["Flex"] == pytest.approx(1.69, rel=0.005)
    assert 100 * rms["Ext"] / best["Ext"] == pytest.approx(13.87, rel=0.005)
    assert low_frequency_fraction(np.abs(flex), 5000.0) == pytest.approx(0.699, abs=0.001)
    assert low_frequency_fraction(np.abs(ext), 5000.0) == pytest.approx(0.611, abs=0.001)


def test_mains_is_the_least_squares_sine_of_each_second_for_many_channels_at_once() -> None:
    rng = np.random.default_rng(5)
    rate, mains = 900.5, 50.0
    block = round(rate)
    samples = rng.normal(size=(2, 3 * block + block // 2 + 7)) + np.sin(np.arange(3 * block + block // 2 + 7))
    cleaned = without_mains(samples, rate, mains)
    assert without_mains(samples[1], rate, mains) == pytest.approx(cleaned[1], abs=1e-9)
    angle = 2 * np.pi * np.arange(mains, 0.49 * rate, mains)[:, None] * (np.arange(block) / rate)
    basis = np.concatenate([np.sin(angle), np.cos(angle)]).T
    part = samples[0, block : 2 * block]
    weights = np.linalg.lstsq(basis, part - part.mean(), rcond=None)[0]
    assert cleaned[0, block : 2 * block] == pytest.approx(part - basis @ weights, abs=1e-9)


@pytest.mark.parametrize(
    ("count", "rate", "overlap"), [(5000, 1000.0, 0.5), (7013, 333.0, 0.0), (90, 1000.0, 0.5), (65_001, 999.5, 0.5)]
)
def test_the_spectrum_is_scipys_welch(count: int, rate: float, overlap: float) -> None:
    samples = np.random.default_rng(6).normal(3.0, 2.0, count)
    length = min(round(rate), count)
    frequency, power = signal.welch(samples, rate, window="hann", nperseg=length, noverlap=int(overlap * length))
    found = power_spectrum(samples, rate, overlap=overlap)
    assert found.frequency_hz == pytest.approx(frequency, rel=1e-12)
    assert found.power == pytest.approx(power, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("rate", "dtype", "error"), [(2000.0, np.float64, 1e-9), (1000.0, np.float32, 1e-4)])
def test_a_long_record_by_blocks_is_the_recursion(rate: float, dtype: type, error: float) -> None:
    rng = np.random.default_rng(11)
    samples = (rng.normal(0, 50, 71_003) + np.linspace(0, 3000, 71_003)).astype(dtype)
    sections = signal.butter(4, [20, 450], "bandpass", fs=rate, output="sos")
    expected = signal.sosfiltfilt(sections, samples.astype(np.float64))
    found = band_pass(samples, rate)
    assert found.dtype == dtype
    assert np.abs(found - expected).max() < error * expected.std()


@pytest.mark.parametrize("rate", [1000.0, 1024.0, 2000.0, 4000.0, 5000.0])
def test_envelopes_of_several_windows_are_those_of_each(rate: float) -> None:
    samples = np.random.default_rng(12).normal(size=round(3.3 * rate))
    step = round(rate / 200)
    for window_s, envelope in zip((0.1, 0.2, 0.03), rms_envelopes(samples, rate, (0.1, 0.2, 0.03)), strict=True):
        expected = sliding_rms(samples, round(window_s * rate))[::step]
        np.testing.assert_allclose(envelope.values, expected, rtol=1e-9)
