"""The tremor peak of a rectified EMG or of a movement signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from reprieve.emg.filters import Samples, floating
from reprieve.emg.spectra import Spectrum, hann, segment_transforms

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
    samples = floating(samples)
    if len(samples) < 2 * SEGMENT_S * rate_hz or rate_hz < 2 * FLOOR_HIGH_HZ:
        return (None,) * len(bands_hz)
    spectrum, typical = _mean_and_median(samples, rate_hz)
    wide, typical = (one.between(FLOOR_LOW_HZ, FLOOR_HIGH_HZ) for one in (spectrum, typical))
    if not (wide.power > 0).all():
        return (None,) * len(bands_hz)
    ratios = wide.power / _floor(wide.frequency_hz, wide.power)
    usual = typical.power / _floor(typical.frequency_hz, np.maximum(typical.power, 1e-300))
    return tuple(_peak(wide, ratios, usual, low, high) for low, high in bands_hz)


def _peak(wide: Spectrum, ratios: Floats, usual: Floats, low_hz: float, high_hz: float) -> TremorPeak | None:
    frequency, power = wide.frequency_hz, wide.power
    inside = np.flatnonzero((frequency >= low_hz) & (frequency <= high_hz))
    top = int(inside[np.argmax(power[inside])])
    if not (power[top] > power[top - 1] and power[top] > power[top + 1]):
        return None
    freedom = FREEDOM_PER_SEGMENT * wide.segments
    chance = stats.f.sf(ratios[top], freedom, freedom * len(frequency) / 4)
    if chance * len(inside) > SIGNIFICANCE or usual[top] < TYPICAL_RATIO:
        return None
    low, high = _half_height(power, top)
    step = float(frequency[1] - frequency[0])
    amplitude = float(np.sqrt(power[round(low) : round(high) + 1].sum() * step))
    return TremorPeak(float(frequency[top]), (high - low) * step, amplitude, float(ratios[top]))


def _mean_and_median(samples: Samples, rate_hz: float) -> tuple[Spectrum, Spectrum]:
    """Return the Welch spectrum up to 30 Hz and its median over the segments: tremor goes on, a single jerk does not.

    A fast record is first averaged to about `SLOW_RATE_HZ`; what the average takes from high frequencies is given back.
    """
    step = max(1, int(rate_hz / SLOW_RATE_HZ))
    slow = samples[: len(samples) // step * step].reshape(-1, step) @ np.full(step, 1 / step, samples.dtype)
    rate_hz /= step
    length = round(SEGMENT_S * rate_hz)
    # Beyond the highest frequency of the floor nothing is looked at.
    count = min(length // 2, int(FLOOR_HIGH_HZ * length / rate_hz) + 1) + 1
    frequency: Floats = np.asarray(np.arange(count) * (rate_hz / length), dtype=np.float64)
    kept = (one[:, : len(frequency)] for one in segment_transforms(slow, length, 0.5))
    powers = np.concatenate([np.square(one.real) + np.square(one.imag) for one in kept])
    droop = np.sinc(frequency / rate_hz) / np.sinc(frequency / (rate_hz * step))
    scale = 2 / (rate_hz * float(np.sum(hann(length) ** 2)) * droop**2)
    mean = Spectrum(frequency, powers.mean(axis=0, dtype=np.float64) * scale, len(powers))
    return mean, Spectrum(frequency, np.median(powers, axis=0) * scale, len(powers))


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
