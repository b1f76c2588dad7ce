"""The causal twin of the pipeline: EMG in blocks of 10 ms, for guiding a needle while it moves.

Every figure of a block depends on that block and earlier ones only, and memory does not grow with the recording.
However the samples arrive, they are worked in blocks of 10 ms, so the same samples give the same figures.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

from reprieve.emg.filters import ORDER, emg_band
from reprieve.emg.spikes import REACH_S, REST_S, Spike, Verdict, measure_spike, verdict_of
from reprieve.emg.turns import THRESHOLD_MV, TurnFinder

Floats = NDArray[np.float64]

BLOCK_S = 0.01
RMS_WINDOW_S = 0.1
FIGURES_WINDOW_S = 1.0
NOISE_WINDOW_S = 2.0
NOISE_EVERY_BLOCKS = 10
SPIKE_SDS = 5.0
# The median of |x| of Gaussian noise is 0.6745 standard deviations; spikes, being rare, hardly move it.
MEDIAN_TO_SD = 0.6745
_NOISE_POINTS = 500
_WARM_UP_S = 0.1


@dataclass(frozen=True, slots=True)
class StreamState:
    """What the last block says, one entry per channel.

    Attributes
    ----------
    time_s : float
        End of the block since the first sample.
    rms_uv : ndarray, shape (n_channels,)
        Of the last 100 ms, filtered.
    turns_per_s, spikes_per_s : ndarray, shape (n_channels,)
        Of the last second (of what there is, in the first second).
    last_spike : tuple of Spike or None
    new_spikes : tuple of tuple of Spike
        Completed since the push before; a spike is complete 3 ms after it crossed the level.
    verdict : tuple of str
    """

    time_s: float
    rms_uv: Floats
    turns_per_s: Floats
    spikes_per_s: Floats
    last_spike: tuple[Spike | None, ...]
    new_spikes: tuple[tuple[Spike, ...], ...]
    verdict: tuple[Verdict, ...]


class EmgStream:
    """Running figures of one or more channels.

    Parameters
    ----------
    rate_hz : float
    channels : int
    volts_per_unit : float
        Volts in one unit of the samples: turns and spikes are in volts.
    needle : bool
        Needle band (20 Hz to 0.475 of the rate); surface is 20-450 Hz.

    Notes
    -----
    The filter is the batch filter run once forwards: no block waits for the future, at the price of a group delay of a
    few milliseconds near 20 Hz. Turns are counted on the raw samples, as in the batch.
    """

    def __init__(self, rate_hz: float, channels: int = 1, *, volts_per_unit: float = 1e-6, needle: bool = True) -> None:
        low, high = emg_band(rate_hz, needle=needle)
        self.rate_hz, self.channels = float(rate_hz), channels
        self._uv, self._mv = volts_per_unit / 1e-6, volts_per_unit / 1e-3
        self._sections = signal.butter(ORDER, [low, high], "bandpass", fs=rate_hz, output="sos")
        self._filter_state: Floats | None = None
        self._block = max(1, round(BLOCK_S * rate_hz))
        self._pending = np.empty((channels, 0))
        self._recent = _Recent(channels, round(NOISE_WINDOW_S * rate_hz))
        self._turns = [TurnFinder(THRESHOLD_MV) for _ in range(channels)]
        self._turn_times: list[deque[int]] = [deque() for _ in range(channels)]
        self._spikes: list[deque[Spike]] = [deque() for _ in range(channels)]
        self._new: list[list[Spike]] = [[] for _ in range(channels)]
        self._scanned = [round(_WARM_UP_S * rate_hz)] * channels
        self._level = np.full(channels, np.inf)
        self._last_above = np.zeros(channels, np.int64)
        self._reach = max(1, round(REACH_S * rate_hz))
        self._rms: deque[Floats] = deque(maxlen=round(FIGURES_WINDOW_S / BLOCK_S))
        self._loudest: deque[Floats] = deque(maxlen=round(FIGURES_WINDOW_S / BLOCK_S))
        self._blocks = 0
        self.samples = 0

    def push(self, samples: ArrayLike) -> StreamState | None:
        """Take samples of shape (n_samples,) or (channels, n_samples); return the state after the last full block.

        None until the first 10 ms are complete.

        Raises
        ------
        ValueError
            If the number of channels is not that of the stream, or a sample is not finite.
        """
        block = np.atleast_2d(np.asarray(samples, dtype=np.float64))
        if block.shape[0] != self.channels:
            raise ValueError(f"samples has {block.shape[0]} channels, this stream has {self.channels}; push them all")
        if not np.isfinite(block).all():
            raise ValueError("samples must be finite, but a NaN or an infinity came; leave the block out or fill it")
        self._new = [[] for _ in range(self.channels)]
        joined = np.concatenate([self._pending, block], axis=1) if self._pending.shape[1] else block
        whole = joined.shape[1] // self._block * self._block
        for start in range(0, whole, self._block):
            self._work(joined[:, start : start + self._block])
        self._pending = joined[:, whole:].copy()
        return self._state() if self._blocks else None

    def _work(self, raw: Floats) -> None:
        raw_uv = raw * self._uv
        if self._filter_state is None:
            # Start as if the first value had always stood there: an offset must not ring as a spike.
            still = signal.sosfilt_zi(self._sections)[:, None, :]
            self._filter_state = still * raw_uv[None, :, :1]
        filtered, self._filter_state = signal.sosfilt(self._sections, raw_uv, axis=-1, zi=self._filter_state)
        self._recent.append(filtered)
        window = self._recent.last(round(RMS_WINDOW_S * self.rate_hz))
        self._rms.append(np.sqrt(np.einsum("ij,ij->i", window, window) / window.shape[1]))
        peaks = np.abs(filtered).max(axis=1)
        self._loudest.append(peaks)
        first = self.samples
        self.samples += raw_uv.shape[1]
        self._blocks += 1
        if self._blocks % NOISE_EVERY_BLOCKS == 0:
            self._level = SPIKE_SDS * self._noise_sd()
            # What lay under the old level may lie above the new one.
            self._last_above[:] = self.samples
        self._last_above[peaks > self._level] = self.samples
        above = self._last_above.tolist()
        oldest = self.samples - round(FIGURES_WINDOW_S * self.rate_hz)
        # In mV, as the batch has them: a swing of exactly the threshold must round the same way.
        rows = (raw * self._mv).tolist()
        for channel in range(self.channels):
            times = self._turn_times[channel]
            times.extend(self._turns[channel].push(rows[channel], first))
            while times and times[0] < oldest:
                times.popleft()
            spikes = self._spikes[channel]
            while spikes and spikes[0].at_s < oldest / self.rate_hz:
                spikes.popleft()
            # A channel that stayed under its level since it was scanned last holds no spike.
            if above[channel] >= self._scanned[channel]:
                self._find_spikes(channel)
            else:
                self._scanned[channel] = max(self._scanned[channel], self.samples - self._reach)

    def _noise_sd(self) -> Floats:
        recent = self._recent.last(self._recent.length)
        step = max(1, recent.shape[1] // _NOISE_POINTS)
        return np.median(np.abs(recent[:, ::step]), axis=1) / MEDIAN_TO_SD

    def _find_spikes(self, channel: int) -> None:
        """Take every crossing whose potential is complete: `REACH_S` must have passed since it."""
        reach, rest = self._reach, max(1, round(REST_S * self.rate_hz))
        spikes = self._spikes[channel]
        level = self._level[channel]
        held = min(self._recent.filled, self.samples - self._scanned[channel])
        if held <= reach or not np.isfinite(level):
            return
        fresh = np.abs(self._recent.last(held)[channel])
        start = self.samples - held
        while True:
            offset = self._scanned[channel] - start
            above = fresh[max(0, offset - 1) : held - reach] > level
            # Only a rise through the level begins a spike: the far flank of the one before must not count again.
            rising = np.flatnonzero(above[1:] & ~above[:-1])
            if not len(rising):
                self._scanned[channel] = max(self._scanned[channel], self.samples - reach)
                return
            crossing = max(0, offset - 1) + int(rising[0]) + 1
            peak = crossing + int(np.argmax(fresh[crossing : crossing + reach]))
            spike = self._spike(channel, start + peak, reach)
            spikes.append(spike)
            self._new[channel].append(spike)
            self._scanned[channel] = start + peak + rest

    def _spike(self, channel: int, peak: int, reach: int) -> Spike:
        back = min(reach, peak - (self.samples - self._recent.filled))
        recent = self._recent.last(self.samples - peak + back)[channel]
        return measure_spike(recent[: back + 1], back, self.rate_hz, peak / self.rate_hz)

    def _state(self) -> StreamState:
        seconds = min(FIGURES_WINDOW_S, self.samples / self.rate_hz)
        rms, loudest = np.array(self._rms), np.array(self._loudest).max(axis=0)
        verdicts: list[Verdict] = []
        levels, spreads = np.median(rms, axis=0).tolist(), np.ptp(rms, axis=0).tolist()
        for spikes, level, spread, peak in zip(self._spikes, levels, spreads, loudest.tolist(), strict=True):
            verdicts.append(verdict_of(spikes, level, spread, peak))
        return StreamState(
            time_s=self.samples / self.rate_hz,
            rms_uv=rms[-1],
            turns_per_s=np.array([len(times) / seconds for times in self._turn_times]),
            spikes_per_s=np.array([len(spikes) / seconds for spikes in self._spikes]),
            last_spike=tuple(spikes[-1] if spikes else None for spikes in self._spikes),
            new_spikes=tuple(tuple(spikes) for spikes in self._new),
            verdict=tuple(verdicts),
        )


class _Recent:
    """The last samples of all channels; twice the room, so that most blocks are written without moving any."""

    def __init__(self, channels: int, length: int) -> None:
        self.length = length
        self._room = np.zeros((channels, 2 * length))
        self._stop = 0
        self.filled = 0

    def append(self, block: Floats) -> None:
        size = block.shape[1]
        if self._stop + size > self._room.shape[1]:
            keep = min(self.filled, self.length - size)
            self._room[:, :keep] = self._room[:, self._stop - keep : self._stop]
            self._stop = keep
        self._room[:, self._stop : self._stop + size] = block
        self._stop += size
        self.filled = min(self.filled + size, self.length)

    def last(self, count: int) -> Floats:
        """Return a view of the last `count` samples, fewer where there are fewer."""
        return self._room[:, self._stop - min(count, self.filled) : self._stop]
