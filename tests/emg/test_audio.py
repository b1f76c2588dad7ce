"""The sound of the needle: off until asked, limited whatever comes, in its band, the same in any pieces."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from reprieve.emg.audio import CEILING, NeedleSound
from reprieve.emg.spikes import Spike

RATE = 25_000.0
SHARP, SLOW = Spike(0.1, 400.0, 200.0, False), Spike(0.1, 400.0, 900.0, False)


def test_it_is_off_until_asked() -> None:
    assert not NeedleSound(RATE).play(np.random.default_rng(0).normal(0, 500, 250), [SHARP]).any()


@pytest.mark.parametrize("size", [1e3, 1e6, 1e12])
def test_nothing_is_louder_than_the_ceiling(size: float) -> None:
    sound = NeedleSound(RATE, volume=1.0)
    blocks = [sound.play(size * np.random.default_rng(i).normal(size=250), [SHARP]) for i in range(20)]
    assert np.abs(np.concatenate(blocks)).max() <= CEILING


def test_low_hum_is_not_heard_and_a_unit_is() -> None:
    time = np.arange(50_000) / RATE

    def heard(frequency_hz: float) -> float:
        sound = NeedleSound(RATE, volume=1.0).play(50 * np.sin(2 * np.pi * frequency_hz * time))
        return float(np.sqrt(np.mean(sound[5000:] ** 2)))

    assert heard(50) < 0.1 * heard(1000)
    # Small signals pass the soft limit unchanged: SciPy's band-pass tells the size.
    sections = signal.butter(2, [200, 5000], "bandpass", fs=RATE, output="sos")
    gain = np.abs(signal.sosfreqz(sections, [1000], fs=RATE)[1][0])
    assert heard(1000) == pytest.approx(CEILING * 0.1 * gain / np.sqrt(2), rel=0.02)


def test_only_a_sharp_spike_clicks() -> None:
    quiet = np.zeros(250)
    assert np.abs(NeedleSound(RATE, volume=1.0).play(quiet, [SHARP])).max() > 0.2
    assert not NeedleSound(RATE, volume=1.0).play(quiet, [SLOW]).any()


def test_pieces_change_nothing() -> None:
    samples = np.random.default_rng(3).normal(0, 100, 5000)
    whole = NeedleSound(RATE, volume=0.5).play(samples)
    sound = NeedleSound(RATE, volume=0.5)
    pieces = np.concatenate([sound.play(samples[i : i + 250]) for i in range(0, 5000, 250)])
    np.testing.assert_allclose(pieces, whole, rtol=0, atol=1e-12)


def test_a_volume_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="volume"):
        NeedleSound(RATE, volume=1.5)
    with pytest.raises(ValueError, match="rate_hz"):
        NeedleSound(400.0)
