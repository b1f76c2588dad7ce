"""Power spectra and their median and mean frequency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, signal

from reprieve.emg.filters import Samples, floating

Floats = NDArray[np.float64]

SEGMENT_S = 1.0
_BATCH = 32
# CDF10 of de Bruijn 2017: power of the rectified EMG at 3-10 Hz over that at 3-32 Hz.
CDF10_LOW_HZ, CDF10_MID_HZ, CDF10_HIGH_HZ = 3.0, 10.0, 32.0


@dataclass(frozen=True, slots=True)
class Spectrum:
    """One-sided power spectral density.

    Attributes
    ----------
    frequency_hz : ndarray, shape (n_frequencies,)
    power : ndarray, shape (n_frequencies,)
        Unit of the samples squared, per Hz.
    segments : int
        Segments averaged.
    """

    frequency_hz: Floats
    power: Floats
    segments: int

    def between(self, low_hz: float, high_hz: float) -> Spectrum:
        """Return the part from `low_hz` to `high_hz`, both included."""
        inside = (self.frequency_hz >= low_hz) & (self.frequency_hz <= high_hz)
        return Spectrum(self.frequency_hz[inside], self.power[inside], self.segments)

    @property
    def median_hz(self) -> float | None:
        """The first frequency at which half of the power lies at or below; None without power."""
        total = np.cumsum(self.power)
        if len(total) == 0 or not total[-1] > 0:
            return None
        return float(self.frequency_hz[np.searchsorted(total, total[-1] / 2)])

    @property
    def mean_hz(self) -> float | None:
        """The mean frequency, weighted by power; None without power."""
        total = float(self.power.sum())
        return float((self.frequency_hz * self.power).sum() / total) if total > 0 else None


def power_spectrum(
    samples: ArrayLike, rate_hz: float, *, segment_s: float = SEGMENT_S, overlap: float = 0.5
) -> Spectrum:
    """Return the Welch spectrum: Hann segments with half overlap unless told, each less its mean.

    Parameters
    ----------
    samples : array_like, shape (n_samples,)
    rate_hz : float
        Sampling rate.
    segment_s : float
        Length of a segment: 1 s for EMG, 4 s for tremor. A shorter record is one segment.
    overlap : float
        Share of a segment that the next one repeats.
    """
    samples = floating(samples)
    length = min(round(segment_s * rate_hz), len(samples))
    power = np.zeros(length // 2 + 1)
    count = 0
    for batch in segment_transforms(samples, length, overlap):
        power += sum_of_squares(batch)
        count += len(batch)
    return density(power / count, length, rate_hz, count)


@lru_cache(maxsize=32)
def hann(length: int) -> Floats:
    """Return the periodic Hann window, for reading only."""
    window = np.asarray(signal.get_window("hann", length), dtype=np.float64)
    window.flags.writeable = False
    return window


def segment_transforms(samples: Samples, length: int, overlap: float) -> Iterator[NDArray[np.complexfloating]]:
    """Yield the transforms of the Hann segments, each less its mean, an even number of segments at a time."""
    step = length - int(overlap * length)
    window = hann(length).astype(samples.dtype)
    segments = np.lib.stride_tricks.sliding_window_view(samples, length)[::step]
    # A batch at a time: many segments in one transform, few in memory.
    for first in range(0, len(segments), _BATCH):
        batch = segments[first : first + _BATCH]
        batch = batch - batch.mean(axis=1, keepdims=True)
        batch *= window
        yield np.asarray(fft.rfft(batch, axis=1))


class SegmentStream:
    """The segments of `segment_transforms` of a record that arrives in blocks.

    Parameters
    ----------
    length : int
        Samples of a segment.
    overlap : float
        Share of a segment that the next one repeats.
    """

    def __init__(self, length: int, overlap: float) -> None:
        self._length, self._overlap, self._step = length, overlap, length - int(overlap * length)
        self._tail: Samples | None = None
        self.count = 0

    def push(self, samples: Samples) -> Iterator[tuple[int, NDArray[np.complexfloating]]]:
        """Take the next samples; yield the number of the first segment of a batch, and the transforms of the batch."""
        joined = samples if self._tail is None or not len(self._tail) else np.concatenate([self._tail, samples])
        count = max(0, (len(joined) - self._length) // self._step + 1)
        self._tail = joined[count * self._step :].copy()
        if count:
            for batch in segment_transforms(joined, self._length, self._overlap):
                yield self.count, batch
                self.count += len(batch)


def sum_of_squares(transforms: NDArray[np.complexfloating]) -> Floats:
    """Return the squared magnitudes summed over the segments, shape (n_frequencies,)."""
    return real_products(transforms, transforms)


def real_products(first: NDArray[np.complexfloating], second: NDArray[np.complexfloating]) -> Floats:
    """Return the real part of conj(first) second summed over the segments, shape (n_frequencies,)."""
    # Real and imaginary parts lie side by side: one pass takes both.
    parts = [np.ascontiguousarray(one).view(one.real.dtype) for one in (first, second)]
    both = np.einsum("ij,ij->j", *parts).astype(np.float64)
    return both[::2] + both[1::2]


def density(mean_power: Floats, length: int, rate_hz: float, segments: int) -> Spectrum:
    """Return the one-sided density from the mean squared transform."""
    power = mean_power / (rate_hz * float(np.sum(hann(length) ** 2)))
    # One-sided: all but 0 Hz and the Nyquist frequency stand for two.
    power[1 : None if length % 2 else -1] *= 2
    frequency = np.arange(length // 2 + 1, dtype=np.float64) * float(rate_hz / length)
    return Spectrum(np.asarray(frequency, dtype=np.float64), power, segments)


def low_frequency_fraction(rectified: ArrayLike, rate_hz: float) -> float | None:
    """Return CDF10, the share of 3-10 Hz in the 3-32 Hz power of the rectified EMG; None without power.

    Disjoint 1 s segments, as for the coherence.

    References
    ----------
    .. [1] de Bruijn et al. 2017, Clin Neurophysiol, doi 10.1016/j.clinph.2017.06.258.
    """
    return low_fraction_of(power_spectrum(rectified, rate_hz, overlap=0.0))


def low_fraction_of(spectrum: Spectrum) -> float | None:
    """Return CDF10 from the spectrum of the rectified EMG; any scale of the power will do."""
    whole = float(spectrum.between(CDF10_LOW_HZ, CDF10_HIGH_HZ).power.sum())
    return float(spectrum.between(CDF10_LOW_HZ, CDF10_MID_HZ).power.sum()) / whole if whole > 0 else None
