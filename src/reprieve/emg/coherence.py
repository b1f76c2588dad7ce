"""Coherence of two muscles, with its limit and its interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from reprieve.emg.filters import Samples, floating
from reprieve.emg.spectra import (
    SegmentStream,
    Spectrum,
    density,
    real_products,
    segment_transforms,
    sum_of_squares,
)

Floats = NDArray[np.float64]

SEGMENT_S = 1.0
LEVEL = 0.05
DYSTONIC_BAND_HZ = (4.0, 7.0)
CROSSTALK_BAND_HZ = (60.0, 250.0)
CROSSTALK_LIMIT = 0.3
# Fewer segments than this have a limit above 0.5: nothing could be said.
FEWEST_SEGMENTS = 6


@dataclass(frozen=True)
class SegmentSpectra:
    """Fourier transforms of the disjoint 1 s segments of one channel.

    Attributes
    ----------
    frequency_hz : ndarray, shape (n_frequencies,)
    values : ndarray of complex, shape (n_segments, n_frequencies)
    """

    frequency_hz: Floats
    values: NDArray[np.complexfloating]

    def between(self, low_hz: float, high_hz: float) -> SegmentSpectra:
        """Return the part from `low_hz` to `high_hz`, both included."""
        first = int(np.searchsorted(self.frequency_hz, low_hz))
        kept = slice(first, int(np.searchsorted(self.frequency_hz, high_hz, side="right")))
        return SegmentSpectra(self.frequency_hz[kept], self.values[:, kept])

    def spectrum(self) -> Spectrum:
        """Return the mean power over the segments, in no particular unit."""
        return Spectrum(self.frequency_hz, self.power, len(self.values))

    @cached_property
    def power(self) -> Floats:
        """Sum of squared magnitudes over the segments, shape (n_frequencies,)."""
        return self._power(len(self.values))

    def power_of(self, segments: int) -> Floats:
        """Return `power` of the first `segments` only."""
        if segments == len(self.values):
            return self.power
        return self._power(segments)

    def _power(self, segments: int) -> Floats:
        return sum_of_squares(self.values[:segments])


def complex_array(shape: tuple[int, int]) -> NDArray[np.complexfloating]:
    """Return room for transforms of float32 samples."""
    return np.empty(shape, np.complex64)


@dataclass(frozen=True, slots=True)
class Coherence:
    """Magnitude-squared coherence of two channels.

    Attributes
    ----------
    frequency_hz, values, phase_rad : ndarray, shape (n_frequencies,)
    segments : int
    limit : float
        95 % limit of the coherence of unrelated signals, one frequency at a time.
    """

    frequency_hz: Floats
    values: Floats
    phase_rad: Floats
    segments: int
    limit: float

    def at(self, frequency_hz: float) -> float:
        """Return the coherence at the nearest frequency."""
        return float(self.values[np.argmin(np.abs(self.frequency_hz - frequency_hz))])

    def interval(self) -> tuple[Floats, Floats]:
        """Return the 95 % interval, tanh²(atanh|c| ± 1.96 / sqrt(2 L)), floored at 0."""
        centre = np.arctanh(np.minimum(np.sqrt(self.values), 1 - 1e-12))
        half = 1.96 / np.sqrt(2 * self.segments)
        return np.tanh(np.maximum(centre - half, 0)) ** 2, np.tanh(centre + half) ** 2


def segment_spectra(
    samples: ArrayLike, rate_hz: float, *, lowest_hz: float = 0.0, highest_hz: float | None = None
) -> SegmentSpectra:
    """Return the transforms of disjoint Hann segments of one second, each less its mean; the rest at the end is left.

    Parameters
    ----------
    samples : array_like, shape (n_samples,)
        Rectified EMG for common drive, EMG as it is for crosstalk.
    rate_hz : float
        Sampling rate.
    lowest_hz, highest_hz : float, optional
        Keep only the frequencies between, both included: 16 channels of ten minutes then stay small.
    """
    samples = floating(samples)
    length = round(SEGMENT_S * rate_hz)
    frequency, kept = _kept(length, rate_hz, lowest_hz, highest_hz)
    if len(samples) < length:
        return SegmentSpectra(frequency, np.empty((0, len(frequency)), np.result_type(samples.dtype, np.complex64)))
    parts = [batch[:, kept].copy() for batch in segment_transforms(samples, length, 0.0)]
    return SegmentSpectra(frequency, np.concatenate(parts))


class SecondsStream:
    """`segment_spectra` of a record that arrives in blocks.

    Parameters
    ----------
    total : int
        Samples that will come.
    rate_hz : float
    lowest_hz, highest_hz : float
        Frequencies to keep, both included.
    most : int, optional
        Keep about this many seconds, spread evenly over the record.
    make : callable
        Gives the array for the transforms, by its shape.
    """

    def __init__(
        self,
        total: int,
        rate_hz: float,
        *,
        lowest_hz: float,
        highest_hz: float,
        most: int | None = None,
        make: Callable[[tuple[int, int]], NDArray[np.complexfloating]] = complex_array,
    ) -> None:
        length = round(SEGMENT_S * rate_hz)
        seconds = total // length
        self.every = 1 if most is None or not seconds else -(-seconds // most)
        self.frequency_hz, self._columns = _kept(length, rate_hz, lowest_hz, highest_hz)
        self._values = make((-(-seconds // self.every), len(self.frequency_hz)))
        self._segments = SegmentStream(length, 0.0)

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        for first, batch in self._segments.push(samples):
            self.take(first, batch)

    def take(self, first: int, transforms: NDArray[np.complexfloating]) -> None:
        """Take the transforms of whole seconds, the first of number `first`."""
        begin = -first % self.every
        kept = transforms[begin :: self.every, self._columns]
        place = (first + begin) // self.every
        self._values[place : place + len(kept)] = kept

    def close(self) -> SegmentSpectra:
        """Return the transforms."""
        return SegmentSpectra(self.frequency_hz, self._values)


class SpectrumStream:
    """`power_spectrum` of a record that arrives in blocks, and the seconds of it that a `SecondsStream` wants.

    Every second of the segments that overlap by half is one of those that do not, if a segment has an even length;
    else the seconds are transformed by themselves.

    Parameters
    ----------
    total : int
        Samples that will come.
    rate_hz : float
    seconds : SecondsStream
        Is given the same samples, or their transforms.
    """

    def __init__(self, total: int, rate_hz: float, seconds: SecondsStream) -> None:
        self._rate_hz, self._seconds = rate_hz, seconds
        self._length = min(round(SEGMENT_S * rate_hz), total)
        self._shared = self._length % 2 == 0 and self._length == round(SEGMENT_S * rate_hz)
        self._segments = SegmentStream(self._length, 0.5)
        self._power = np.zeros(self._length // 2 + 1)

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        for first, batch in self._segments.push(samples):
            self._power += sum_of_squares(batch)
            if self._shared:
                self._seconds.take((first + 1) // 2, batch[first % 2 :: 2])
        if not self._shared:
            self._seconds.push(samples)

    def close(self) -> Spectrum:
        """Return the spectrum."""
        count = self._segments.count
        return density(self._power / max(1, count), self._length, self._rate_hz, count)


def _kept(length: int, rate_hz: float, lowest_hz: float, highest_hz: float | None) -> tuple[Floats, slice]:
    """Return the frequencies of a segment from `lowest_hz` to `highest_hz`, and where they are."""
    frequency = np.asarray(np.arange(length // 2 + 1) * (rate_hz / length), dtype=np.float64)
    first = int(np.searchsorted(frequency, lowest_hz))
    stop = len(frequency) if highest_hz is None else int(np.searchsorted(frequency, highest_hz, side="right"))
    return frequency[first:stop], slice(first, stop)


def coherence_limit(segments: int, level: float = LEVEL) -> float:
    """Return the limit that unrelated signals exceed with probability `level`: 1 - level^(1/(L-1)).

    References
    ----------
    .. [1] Rosenberg et al. 1989, Prog Biophys Mol Biol 53:1.

    Examples
    --------
    >>> round(coherence_limit(61), 4)
    0.0487
    """
    return 1.0 - level ** (1.0 / (segments - 1)) if segments > 1 else 1.0


def cut_alike(first: SegmentSpectra, second: SegmentSpectra) -> bool:
    """Return whether the segments of two channels are equally long: else those of an hour lie apart at its end."""
    width = min(len(first.frequency_hz), len(second.frequency_hz))
    return bool(np.allclose(first.frequency_hz[:width], second.frequency_hz[:width]))


def coherence(first: SegmentSpectra, second: SegmentSpectra) -> Coherence:
    """Return the coherence of two channels cut into the same seconds.

    Raises
    ------
    ValueError
        If the frequency grids differ.
    """
    width = min(len(first.frequency_hz), len(second.frequency_hz))
    if not cut_alike(first, second):
        raise ValueError("both channels must be cut into segments of the same length")
    count = min(len(first.values), len(second.values))
    cross = _cross(first, second, count, width)
    power = first.power_of(count)[:width] * second.power_of(count)[:width]
    values = np.divide(np.abs(cross) ** 2, power, out=np.zeros(width), where=power > 0)
    limit = coherence_limit(count)
    return Coherence(first.frequency_hz[:width], np.minimum(values, 1.0), np.angle(cross), count, limit)


def pooled_coherence(found: Coherence, low_hz: float, high_hz: float) -> tuple[float, float]:
    """Return the mean coherence of a band and the probability of at least that in unrelated signals.

    Notes
    -----
    Under independence each -(L-1) ln(1-C) is exponential; their sum over K bins is gamma with shape K. A Hann window
    makes neighbours share information, so K counts every 1.5th bin [1]_.

    References
    ----------
    .. [1] equivalent noise bandwidth of the Hann window, 1.5 bins: Harris 1978, Proc IEEE 66:51.
    """
    inside = (found.frequency_hz >= low_hz) & (found.frequency_hz <= high_hz)
    values = np.minimum(found.values[inside], 1 - 1e-12)
    if not len(values) or found.segments < 2:
        return float("nan"), 1.0
    independent = max(1.0, len(values) / 1.5)
    total = -(found.segments - 1) * np.log1p(-values).mean() * independent
    return float(values.mean()), float(special.gammaincc(independent, total))


def zero_lag_coherence(first: SegmentSpectra, second: SegmentSpectra) -> float:
    """Return the mean squared real part of the coherency at 60-250 Hz: crosstalk travels without delay.

    Compared with `CROSSTALK_LIMIT`; neither channel rectified.
    """
    a, b = first.between(*CROSSTALK_BAND_HZ), second.between(*CROSSTALK_BAND_HZ)
    width, count = min(a.values.shape[1], b.values.shape[1]), min(len(a.values), len(b.values))
    if width == 0 or count == 0:
        return 0.0
    power = a.power_of(count)[:width] * b.power_of(count)[:width]
    real = real_products(a.values[:count, :width], b.values[:count, :width])
    return float(np.divide(real**2, power, out=np.zeros(width), where=power > 0).mean())


def _cross(first: SegmentSpectra, second: SegmentSpectra, count: int, width: int) -> NDArray[np.complex128]:
    """Return the sum of conj(first) second over the segments, shape (width,)."""
    a, b = first.values[:count, :width], second.values[:count, :width]
    return np.asarray(np.einsum("ij,ij->j", a.conj(), b), dtype=np.complex128)


def holm(probabilities: ArrayLike) -> Floats:
    """Return p-values adjusted for several comparisons by Holm's method, in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(values)
    steps = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
