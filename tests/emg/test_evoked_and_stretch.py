"""Responses to nerve stimuli against the published sizes; stretches against a closed form and another library."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm

from reprieve.emg.envelope import rms_envelope
from reprieve.emg.evoked import LATE_WAVE_S, M_WAVE_S, evoked_wave
from reprieve.emg.stretch import Stretch, measure_stretch, stretch_threshold
from reprieve.interop.recordings import read_recording


def test_m_wave_and_h_reflex_of_the_soleus(elsewhere: Callable[[str], str]) -> None:
    # README of the recording: M wave 0.17-0.32 mV, H reflex 9.3-10.7 mV for the first of a pair, 4.6-7.7 for the
    # second, its peak at 38 ms.
    recording = read_recording(elsewhere("hreflex_spike2/physiology.smr"))
    soleus = next(channel for channel in recording.channels if channel.name == "soleus")
    stimuli = [mark.onset_s for mark in recording.annotations if mark.text.startswith("Hreflex")]
    rng = np.random.default_rng(0)
    early = evoked_wave(soleus.values, soleus.rate_hz, stimuli, M_WAVE_S, rng)
    late = evoked_wave(soleus.values, soleus.rate_hz, stimuli, LATE_WAVE_S, rng)
    assert early is not None
    assert late is not None
    assert len(early.sizes) == 20
    assert early.sizes.min() >= 0.17
    assert early.sizes.max() == pytest.approx(0.32, abs=0.01)
    first, second = late.sizes[::2], late.sizes[1::2]
    assert (first.min(), first.max()) == (pytest.approx(9.3, abs=0.06), pytest.approx(10.7, abs=0.06))
    assert (second.min(), second.max()) == (pytest.approx(4.6, abs=0.06), pytest.approx(7.7, abs=0.06))
    assert late.latency_s == pytest.approx(0.038, abs=0.001)


def test_a_wave_of_known_size_and_time() -> None:
    rate, samples = 10_000.0, np.zeros(50_000)
    for stimulus, size in ((1.0, 2.0), (2.0, 4.0), (3.0, 6.0)):
        place = round((stimulus + 0.010) * rate)
        samples[place : place + 20] += size * np.sin(2 * np.pi * np.arange(20) / 20)
    wave = evoked_wave(samples + 7.0, rate, [1.0, 2.0, 3.0, 4.999], M_WAVE_S, np.random.default_rng(0))
    assert wave is not None
    assert wave.sizes == pytest.approx([4.0, 8.0, 12.0], rel=1e-9)
    assert wave.latency_s == pytest.approx(0.0105, abs=1e-9)
    assert wave.median is None
    assert evoked_wave(samples, rate, [4.999], M_WAVE_S, np.random.default_rng(0)) is None
    with pytest.raises(ValueError, match="run forwards"):
        evoked_wave(samples, rate, [1.0], (0.02, 0.01), np.random.default_rng(0))


def test_noise_is_no_wave() -> None:
    rate, rng = 2000.0, np.random.default_rng(3)
    samples = 0.02 * rng.standard_normal(30_000)
    stimuli = [float(second) + part for second in range(1, 14) for part in (0.0, 0.1)]
    for stimulus in stimuli:
        place = round((stimulus + 0.010) * rate)
        samples[place : place + 10] += np.sin(2 * np.pi * np.arange(10) / 10)
    early, late = (evoked_wave(samples, rate, stimuli, window, rng) for window in (M_WAVE_S, LATE_WAVE_S))
    assert early is not None
    assert late is not None
    assert early.latency_s == pytest.approx(0.0115, abs=0.002)
    assert late.latency_s is None
    # The second of a pair is not looked at: what precedes it is the answer to the first.
    assert early.noise == pytest.approx(0.02 * 4.5, rel=0.3)
    train = evoked_wave(samples, rate, [*stimuli[1:2], stimuli[1] + 0.1], LATE_WAVE_S, rng)
    assert train is not None
    assert train.latency_s is None


def test_a_stretch_of_known_speed_and_onset() -> None:
    rng, rate = np.random.default_rng(1), 2000.0
    time = np.arange(round(8 * rate)) / rate
    angle = np.clip((time - 4) * 120, 0, 60)  # 120 degrees per second from 4 s on
    emg = rng.normal(0, 2, len(time)) + rng.normal(0, 200, len(time)) * (time > 4.25)
    found = measure_stretch(angle, rate, rms_envelope(emg, rate), 3.5, 5.5)
    assert found is not None
    assert found.speed_deg_per_s == pytest.approx(120, rel=1e-3)
    # The 100 ms window of the envelope hears the burst up to 50 ms, here 6 degrees, early.
    assert found.onset_angle_deg == pytest.approx(30, abs=6.5)
    quiet = measure_stretch(angle, rate, rms_envelope(rng.normal(0, 2, len(time)), rate), 3.5, 5.5)
    assert quiet is not None
    assert quiet.onset_angle_deg is None
    assert measure_stretch(angle, rate, rms_envelope(emg, rate), 20, 21) is None


def test_a_muscle_active_before_the_stretch_does_not_answer_it_at_its_first_angle() -> None:
    rng, rate = np.random.default_rng(1), 2000.0
    time = np.arange(round(8 * rate)) / rate
    angle = np.clip((time - 4) * 120, 0, 60)
    size = 2 + 200 * ((time > 2.5) & (time < 4.1)) + 200 * (time > 4.3)
    envelope = rms_envelope(rng.normal(0, 1, len(time)) * size, rate)
    found = measure_stretch(angle, rate, envelope, 3.5, 5.5)
    assert found is not None
    assert found.onset_angle_deg == pytest.approx(33, abs=4)  # of the second burst, heard up to 50 ms early
    throughout = measure_stretch(angle, rate, envelope, 4.4, 5.5)
    assert throughout is not None
    assert throughout.onset_angle_deg is None


def test_threshold_equals_the_intercept_of_statsmodels() -> None:
    rng = np.random.default_rng(2)
    speed = rng.uniform(20, 300, 20)
    angle = 55 - 0.12 * speed + rng.normal(0, 4, 20)
    found = stretch_threshold([Stretch(float(v), float(a)) for v, a in zip(speed, angle, strict=True)])
    line = sm.OLS(angle, sm.add_constant(speed)).fit()
    low, high = line.conf_int()[0]
    assert found.threshold_deg is not None
    assert found.threshold_deg.value == pytest.approx(line.params[0], rel=1e-9)
    assert found.threshold_deg.low == pytest.approx(low, rel=1e-9)
    assert found.threshold_deg.high == pytest.approx(high, rel=1e-9)
    assert found.catch_deg == angle[np.argmax(speed)]


def test_few_answers_give_a_catch_but_no_threshold() -> None:
    found = stretch_threshold([Stretch(100.0 + i, None if i % 2 else 30.0) for i in range(18)])
    assert (found.stretches, found.answered, found.catch_deg, found.threshold_deg) == (18, 9, 30.0, None)
