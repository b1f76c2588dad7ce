"""What the needle sounds like: the band 200 Hz to 5 kHz, limited softly, with a click for every sharp spike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

from reprieve.emg.spikes import Spike

Floats = NDArray[np.float64]

LOW_HZ, HIGH_HZ = 200.0, 5000.0
ORDER = 2
# The loudest that may leave this room, of full scale: a slipped electrode must not hurt an ear.
CEILING = 0.5
CLICK_S, CLICK_HZ = 0.004, 2500.0
FULL_SCALE_UV = 500.0


class NeedleSound:
    """Sound of one needle channel, block by block; no block waits for the future.

    Parameters
    ----------
    rate_hz : float
        Of the samples, and of the sound.
    volume : float
        0 (off, as it begins) to 1.
    """

    def __init__(self, rate_hz: float, *, volume: float = 0.0) -> None:
        if not 0 <= volume <= 1:
            raise ValueError(f"volume must lie between 0 and 1, but got {volume!r}; 0 is off")
        if not rate_hz > 2.2 * LOW_HZ:
            raise ValueError(f"rate_hz must exceed {2.2 * LOW_HZ:g} Hz to be heard, but got {rate_hz:g} Hz")
        self.rate_hz, self.volume = float(rate_hz), float(volume)
        top = min(HIGH_HZ, 0.475 * rate_hz)
        self._sections = np.asarray(signal.butter(ORDER, [LOW_HZ, top], "bandpass", fs=rate_hz, output="sos"))
        self._state = np.zeros((len(self._sections), 2))
        time = np.arange(round(CLICK_S * rate_hz)) / rate_hz
        tone = min(CLICK_HZ, 0.4 * rate_hz)
        self._click = np.sin(2 * np.pi * tone * time) * np.hanning(len(time) + 2)[1:-1]
        self._tail = np.empty(0)

    def play(self, block_uv: ArrayLike, new_spikes: Sequence[Spike] = ()) -> Floats:
        """Return the sound of a block, shape (n_samples,), each within `CEILING` of full scale.

        Parameters
        ----------
        block_uv : array_like, shape (n_samples,)
            Raw needle EMG in microvolts.
        new_spikes : sequence of Spike
            Completed since the block before (`StreamState.new_spikes`); a sharp one adds a click at the block's start.
        """
        samples = np.asarray(block_uv, dtype=np.float64)
        heard, self._state = signal.sosfilt(self._sections, samples, zi=self._state)
        sound = np.tanh(heard / FULL_SCALE_UV)
        if any(spike.sharp for spike in new_spikes):
            self._tail = self._click.copy()
        count = min(len(sound), len(self._tail))
        sound[:count] += self._tail[:count]
        self._tail = self._tail[count:]
        return self.volume * CEILING * np.tanh(sound)
