"""Zero-phase band filters, and mains removed only where it was found."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, signal

from reprieve.emg.blas import quiet_blas

Floats = NDArray[np.float64]
Samples = NDArray[np.floating]

SURFACE_LOW_HZ, SURFACE_HIGH_HZ = 20.0, 450.0
# ECG reaches the neck and trunk below 30 Hz.
NECK_LOW_HZ = 30.0
HIGHEST_OF_RATE = 0.475
ORDER = 4
# Below this a 20 Hz high-pass leaves too little of the EMG band to speak of.
LOWEST_RATE_HZ = 100.0
# What is left of an impulse after the settling time; below the resolution of any converter.
SETTLED = 1e-10
_LEAST_BLOCK, _BLOCKS_AT_ONCE = 8192, 16


def emg_band(rate_hz: float, *, needle: bool = False, low_hz: float = SURFACE_LOW_HZ) -> tuple[float, float]:
    """Return the pass band in Hz: 20-450 Hz for surface EMG, 20 Hz to 0.475 of the rate for a needle.

    Raises
    ------
    ValueError
        If the rate is too low to hold an EMG band.
    """
    if not rate_hz >= LOWEST_RATE_HZ:
        raise ValueError(f"rate_hz must be at least {LOWEST_RATE_HZ:g} Hz for EMG, but got {rate_hz:g} Hz")
    top = HIGHEST_OF_RATE * rate_hz
    return low_hz, top if needle else min(SURFACE_HIGH_HZ, top)


@lru_cache(maxsize=32)
def band_sections(rate_hz: float, low_hz: float, high_hz: float, order: int = ORDER) -> Floats:
    """Return the second-order sections of the Butterworth band-pass, shape (order, 6)."""
    return np.asarray(signal.butter(order, [low_hz, high_hz], "bandpass", fs=rate_hz, output="sos"), dtype=np.float64)


def band_pass(samples: ArrayLike, rate_hz: float, *, needle: bool = False, low_hz: float = SURFACE_LOW_HZ) -> Samples:
    """Return `samples` in the EMG band, filtered forwards and backwards so that no edge moves.

    Parameters
    ----------
    samples : array_like, shape (..., n_samples)
        Any unit; returned in the same.
    rate_hz : float
        Sampling rate.
    needle : bool
        Keep everything up to 0.475 of the rate.
    low_hz : float
        Lower edge; 30 Hz over the neck and trunk, where the ECG reaches.

    Returns
    -------
    ndarray, shape (..., n_samples)

    Notes
    -----
    Butterworth, order 4, applied twice (magnitude squared, phase zero), in float64 unless the samples are float32.
    A long record goes through the transform in overlapping blocks, which is the same filter to 1e-9 at a third of the
    time: the overlap lets an impulse fall to `SETTLED`, and both ends are done by recursion.
    """
    samples = floating(samples)
    low, high = emg_band(rate_hz, needle=needle, low_hz=low_hz)
    sections = band_sections(float(rate_hz), low, high)
    margin = _settling_samples(float(rate_hz), low, high)
    size = max(_LEAST_BLOCK, 1 << (8 * margin - 1).bit_length())
    if samples.ndim == 1 and len(samples) > 4 * size:
        return _by_blocks(samples, sections, margin, size)
    return _by_recursion(samples, sections)


def floating(samples: ArrayLike) -> Samples:
    """Return float32 as it is, anything else as float64."""
    values = np.asarray(samples)
    return values if values.dtype == np.float32 else values.astype(np.float64, copy=False)


def _by_recursion(samples: Samples, sections: Floats) -> Samples:
    padding = min(3 * (2 * len(sections) + 1), samples.shape[-1] - 1)
    if padding < 1:
        return np.zeros_like(samples)
    found = signal.sosfiltfilt(sections, samples.astype(np.float64, copy=False), axis=-1, padlen=padding)
    return found.astype(samples.dtype, copy=False)


@lru_cache(maxsize=32)
def _settling_samples(rate_hz: float, low_hz: float, high_hz: float) -> int:
    """Return after how many samples an impulse through the filter and back has fallen to `SETTLED`."""
    radius = max(float(np.abs(np.roots(section[3:])).max()) for section in band_sections(rate_hz, low_hz, high_hz))
    return int(np.ceil(np.log(SETTLED) / np.log(radius)))


@lru_cache(maxsize=8)
def _gain(sections: bytes, size: int) -> Floats:
    """Return |H|² at the frequencies of a transform of `size`."""
    angle = 2 * np.pi * np.arange(size // 2 + 1) / size
    return np.abs(signal.sosfreqz(np.frombuffer(sections).reshape(-1, 6), angle)[1]) ** 2


def _by_blocks(samples: Samples, sections: Floats, margin: int, size: int) -> Samples:
    """Return the zero-phase filter by overlap-save: |H|² on blocks of `size`, less `margin` at both ends of each."""
    hop, found = size - 2 * margin, np.empty_like(samples)
    count = (len(samples) - size) // hop + 1
    done = margin + count * hop
    _overlap_save(samples, sections, margin, size, found[margin:done])
    found[: 2 * margin] = _by_recursion(samples[: 4 * margin], sections)[: 2 * margin]
    found[done:] = _by_recursion(samples[done - 2 * margin :], sections)[2 * margin :]
    return found


def _overlap_save(samples: Samples, sections: Floats, margin: int, size: int, found: Samples) -> None:
    """Put into `found` the samples from `margin` on, as far as whole blocks reach."""
    gain = _gain(sections.tobytes(), size).astype(samples.dtype)
    blocks = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size - 2 * margin]
    for first in range(0, len(blocks), _BLOCKS_AT_ONCE):
        spectra = np.asarray(fft.rfft(blocks[first : first + _BLOCKS_AT_ONCE], axis=1))
        spectra *= gain
        kept = np.asarray(fft.irfft(spectra, size, axis=1))[:, margin : size - margin]
        start = first * (size - 2 * margin)
        found[start : start + kept.size] = kept.reshape(-1)


class BandPassStream:
    """`band_pass` of a record that arrives in blocks: the same samples, some later, whatever the size of the blocks.

    Parameters
    ----------
    rate_hz : float
    needle : bool
        Keep everything up to 0.475 of the rate.

    Notes
    -----
    What comes out lags by less than a transform (`_LEAST_BLOCK` samples or more); `close` gives the rest. The mean
    should be small beside the signal where the samples are float32.
    """

    def __init__(self, rate_hz: float, *, needle: bool = False) -> None:
        low, high = emg_band(rate_hz, needle=needle)
        self._sections = band_sections(float(rate_hz), low, high)
        self._margin = _settling_samples(float(rate_hz), low, high)
        self._size = max(_LEAST_BLOCK, 1 << (8 * self._margin - 1).bit_length())
        # Before the first transform: all samples. Then: from two margins before the first sample not yet given.
        self._held: Samples | None = None
        self._begun = False

    def push(self, samples: Samples) -> Samples:
        """Take the next samples; return those that are now filtered, which may be none."""
        joined = samples if self._held is None else np.concatenate([self._held, samples])
        margin, hop = self._margin, self._size - 2 * self._margin
        first = margin if self._begun else 0
        count = max(0, (len(joined) - first - self._size) // hop + 1)
        self._held = joined[first + count * hop - margin :].copy() if count else joined
        if not count:
            return joined[:0]
        found = np.empty(count * hop, joined.dtype)
        _overlap_save(joined[first : first + (count - 1) * hop + self._size], self._sections, margin, self._size, found)
        if self._begun:
            return found
        self._begun = True
        head = _by_recursion(joined[: 4 * margin], self._sections)[: 2 * margin]
        return np.concatenate([head, found[margin:]])

    def close(self) -> Samples:
        """Return the last samples."""
        if self._held is None:
            return np.empty(0)
        found = _by_recursion(self._held, self._sections)
        return found[2 * self._margin :] if self._begun else found


def without_mains(samples: ArrayLike, rate_hz: float, mains_hz: float, *, highest_hz: float = 450.0) -> Floats:
    """Return `samples` less the sinusoids at the mains frequency and its harmonics, fitted second by second.

    Notes
    -----
    A notch would also take the EMG at 50 or 60 Hz; a least-squares sinusoid over one second takes a band of 1 Hz.
    Sine and cosine are orthogonal over whole seconds of an integer frequency, so the fit is a projection.
    """
    samples = np.array(samples, dtype=np.float64)
    block = round(rate_hz)
    whole = samples.shape[-1] // block * block
    last = samples[..., -block:].copy()
    seconds = samples[..., :whole].reshape(*samples.shape[:-1], -1, block)
    cleaned = seconds - _mains_part(seconds, rate_hz, mains_hz, highest_hz)
    samples[..., :whole] = cleaned.reshape(*samples.shape[:-1], whole)
    rest = samples.shape[-1] - whole
    if rest and whole:
        # A short tail cannot tell mains from EMG: the last whole second can.
        samples[..., whole:] -= _mains_part(last, rate_hz, mains_hz, highest_hz)[..., block - rest :]
    return samples


def _mains_part(blocks: Floats, rate_hz: float, mains_hz: float, highest_hz: float) -> Floats:
    """Return the projection of each block (last axis) on sines and cosines of the mains and its harmonics."""
    harmonics = np.arange(mains_hz, min(highest_hz, 0.49 * rate_hz) + 0.5, mains_hz)
    angle = 2 * np.pi * harmonics[:, None] * (np.arange(blocks.shape[-1]) / rate_hz)
    # One orthogonal basis serves all blocks: each has its own amplitudes and phases.
    basis = np.linalg.qr(np.concatenate([np.sin(angle), np.cos(angle)]).T)[0]
    with quiet_blas():
        return (blocks - blocks.mean(-1, keepdims=True)) @ basis @ basis.T
