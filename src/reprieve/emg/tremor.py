"""The tremor peak of a rectified EMG or of a movement signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from reprieve.emg.blas import quiet_blas
from reprieve.emg.filters import Samples, floating
from reprieve.emg.spectra import SegmentStream, Spectrum, hann

Floats = NDArray[np.float64]

SEGMENT_S = 4.0
LOW_HZ, HIGH_HZ = 3.0, 12.0
# The peak that healthy neck muscles have and dystonic ones often lack (Tijssen 2000, Nijmeijer 2014).
PHYSIOLOGICAL_HZ = (8.0, 14.0)
# The floor is fitted well beyond the tremor band, and without the strongest half octave.
FLOOR_LOW_HZ, FLOOR_HIGH_HZ = 2.0, 30.0
SIGNIFICANCE = 0.01
TYPICAL_RATIO = 3.0
SLOW_RATE_HZ = 200.0
# A Hann window spreads a sine over some three bins; half overlap leaves about 1.9 degrees of freedom a segment.
FREEDOM_PER_SEGMENT = 1.9


@dataclass(frozen=True, slots=True)
class TremorPeak:
    """The strongest peak at 3-12 Hz.

    Attributes
    ----------
    frequency_hz : float
        Where the power is highest, to the bin of 0.25 Hz.
    width_hz : float
        Full width at half of the height.
    amplitude : float
        Root of the power within the width, in the unit of the samples.
    ratio : float
        Power at the peak over the fitted floor.
    """

    frequency_hz: float
    width_hz: float
    amplitude: float
    ratio: float


def tremor_peak(samples: ArrayLike, rate_hz: float) -> TremorPeak | None:
    """Return the peak at 3-12 Hz, or None when nothing stands out of the floor."""
    return band_peaks(samples, rate_hz, ((LOW_HZ, HIGH_HZ),))[0]


def band_peaks(
    samples: ArrayLike, rate_hz: float, bands_hz: Sequence[tuple[float, float]]
) -> tuple[TremorPeak | None, ...]:
    """Return the peak of each band, None where nothing stands out of the floor.

    Parameters
    ----------
    samples : array_like, shape (n_samples,)
        Rectified EMG, or acceleration or angular velocity.
    rate_hz : float
        Sampling rate.
    bands_hz : sequence of (float, float)
        From and to, within 2-30 Hz, both included.

    Notes
    -----
    Welch with 4 s Hann segments. The floor is a straight line through log power over log frequency at 2-30 Hz, fitted
    by least absolute deviation so that the peak itself does not lift it. The peak must pass an F-test of its power
    against that floor, corrected for the number of bins searched, be a local maximum inside the band, and stand out of
    the floor in the median of the segments as well: contractions that come and go make peaks of the mean by chance.
    """
    stream = TremorStream(rate_hz)
    stream.push(floating(samples))
    return stream.close(bands_hz)


class TremorStream:
    """`band_peaks` of a record that arrives in blocks.

    A fast record is first averaged to about `SLOW_RATE_HZ`; what the average takes from high frequencies is given back.
    """

    def __init__(self, rate_hz: float) -> None:
        self._fast_hz = rate_hz
        self._step = max(1, int(rate_hz / SLOW_RATE_HZ))
        self._rate_hz = rate_hz / self._step
        length = round(SEGMENT_S * self._rate_hz)
        # Beyond the highest frequency of the floor nothing is looked at.
        count = min(length // 2, int(FLOOR_HIGH_HZ * length / self._rate_hz) + 1) + 1
        self._frequency_hz: Floats = np.asarray(np.arange(count) * (self._rate_hz / length), dtype=np.float64)
        self._segments = SegmentStream(length, 0.5)
        self._window = float(np.sum(hann(length) ** 2))
        self._powers: list[NDArray[np.floating]] = []
        self._tail: Samples | None = None
        self._samples = 0

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        self._samples += len(samples)
        joined = samples if self._tail is None or not len(self._tail) else np.concatenate([self._tail, samples])
        whole = len(joined) // self._step * self._step
        self._tail = joined[whole:].copy()
        with quiet_blas():
            slow = joined[:whole].reshape(-1, self._step) @ np.full(self._step, 1 / self._step, joined.dtype)
        for _, batch in self._segments.push(slow):
            kept = batch[:, : len(self._frequency_hz)]
            self._powers.append(np.square(kept.real) + np.square(kept.imag))

    def close(self, bands_hz: Sequence[tuple[float, float]]) -> tuple[TremorPeak | None, ...]:
        """Return the peak of each band, None where nothing stands out of the floor."""
        if self._samples < 2 * SEGMENT_S * self._fast_hz or self._fast_hz < 2 * FLOOR_HIGH_HZ:
            return (None,) * len(bands_hz)
        spectrum, typical = self._mean_and_median()
        wide, typical = (one.between(FLOOR_LOW_HZ, FLOOR_HIGH_HZ) for one in (spectrum, typical))
        if not (wide.power > 0).all():
            return (None,) * len(bands_hz)
        ratios = wide.power / _floor(wide.frequency_hz, wide.power)
        usual = typical.power / _floor(typical.frequency_hz, np.maximum(typical.power, 1e-300))
        return tuple(_peak(wide, ratios, usual, low, high) for low, high in bands_hz)

    def _mean_and_median(self) -> tuple[Spectrum, Spectrum]:
        """Return the Welch spectrum up to 30 Hz and its median over the segments: tremor goes on, a jerk does not."""
        powers, frequency = np.concatenate(self._powers), self._frequency_hz
        droop = np.sinc(frequency / self._rate_hz) / np.sinc(frequency / (self._rate_hz * self._step))
        scale = 2 / (self._rate_hz * self._window * droop**2)
        mean = Spectrum(frequency, powers.mean(axis=0, dtype=np.float64) * scale, len(powers))
        return mean, Spectrum(frequency, np.median(powers, axis=0) * scale, len(powers))


def _peak(wide: Spectrum, ratios: Floats, usual: Floats, low_hz: float, high_hz: float) -> TremorPeak | None:
    frequency, power = wide.frequency_hz, wide.power
    inside = np.flatnonzero((frequency >= low_hz) & (frequency <= high_hz))
    top = int(inside[np.argmax(power[inside])])
    if not 0 < top < len(power) - 1 or not (power[top] > power[top - 1] and power[top] > power[top + 1]):
        return None
    freedom = FREEDOM_PER_SEGMENT * wide.segments
    chance = stats.f.sf(ratios[top], freedom, freedom * len(frequency) / 4)
    if chance * len(inside) > SIGNIFICANCE or usual[top] < TYPICAL_RATIO:
        return None
    low, high = _half_height(power, top)
    step = float(frequency[1] - frequency[0])
    amplitude = float(np.sqrt(power[round(low) : round(high) + 1].sum() * step))
    return TremorPeak(float(frequency[top]), (high - low) * step, amplitude, float(ratios[top]))


def _floor(frequency: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Return the robust log-log line through a spectrum, by reweighted least squares towards the least deviation."""
    x, target = np.log(frequency), np.log(power)
    line, weights = target, np.ones(len(frequency))
    for _ in range(30):
        total = weights.sum()
        middle, height = weights @ x / total, weights @ target / total
        away = x - middle
        line = height + away * (weights @ (away * target) / (weights @ away**2))
        weights = 1 / np.maximum(np.abs(target - line), 1e-3)
    return np.exp(line)


def _half_height(power: np.ndarray, top: int) -> tuple[float, float]:
    """Return the bins, with fraction, where the power falls to half of that at `top`."""
    half = power[top] / 2
    low = top
    while low > 0 and power[low] > half:
        low -= 1
    high = top
    while high < len(power) - 1 and power[high] > half:
        high += 1

    def crossing(outer: int, inner: int) -> float:
        rise = power[inner] - power[outer]
        return outer + (inner - outer) * (half - power[outer]) / rise if rise > 0 else float(outer)

    return crossing(low, low + 1), crossing(high, high - 1)
