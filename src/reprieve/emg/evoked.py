"""Responses to nerve stimuli: size and time of the M wave (CMAP) and of a later wave such as the H reflex."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reprieve.emg.bootstrap import Estimate, median_estimate

Floats = NDArray[np.float64]

# Seconds after the stimulus: the artefact is over by the first, a reflex of the leg begins after the M wave ends.
M_WAVE_S, LATE_WAVE_S = (0.004, 0.025), (0.028, 0.060)
# Noise has a size from peak to peak as well: a wave is more than this many times what lies before the stimulus (our
# choice), which is taken where no earlier stimulus is still answered.
OVER_NOISE, ANSWERED_S = 2.0, 0.15


class Sliced(Protocol):
    """A record that is there or can be read in parts."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: slice, /) -> NDArray[np.floating]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EvokedWave:
    """One wave over all stimuli.

    Attributes
    ----------
    sizes : ndarray, shape (n_stimuli,)
        Peak to peak in the window, in the unit of the samples.
    median : Estimate or None
        Of the sizes; None under five stimuli.
    noise : float or None
        Median size, of as long a stretch, just before the stimuli; None where each follows another too soon.
    latency_s : float or None
        Median time of the largest deflection after the stimulus; None where the sizes do not stand out of the noise.
    """

    sizes: Floats
    median: Estimate | None
    noise: float | None
    latency_s: float | None


def evoked_wave(
    samples: Sliced,
    rate_hz: float,
    stimuli_s: Sequence[float],
    window_s: tuple[float, float],
    rng: np.random.Generator,
) -> EvokedWave | None:
    """Return the wave that follows each stimulus within a window; None when no window lies inside the record.

    Parameters
    ----------
    samples : ndarray, shape (n_samples,), or anything that gives its slices
        Raw record, of which the windows only are read.
    rate_hz : float
    stimuli_s : sequence of float
        Seconds from the first sample.
    window_s : (float, float)
        From and to, in seconds after the stimulus.
    rng : numpy Generator
        For the interval of the median.

    Raises
    ------
    ValueError
        If the window does not run forwards.
    """
    start, stop = (round(edge * rate_hz) for edge in window_s)
    if not 0 <= start < stop:
        raise ValueError(f"window_s must run forwards from 0 s on, but got {window_s}; swap or correct")
    places = np.array([round(one * rate_hz) for one in stimuli_s], dtype=np.int64)
    noise = _noise(samples, np.unique(places), stop - start + 1, round(ANSWERED_S * rate_hz))
    places = places[(places + start >= 0) & (places + stop < len(samples))]
    if not len(places):
        return None
    cut = _cut(samples, places + start, stop - start + 1)
    sizes = np.ptp(cut, axis=1)
    present = noise is None or float(np.median(sizes)) > OVER_NOISE * noise
    furthest = np.argmax(np.abs(cut - np.median(cut, axis=1, keepdims=True)), axis=1)
    return EvokedWave(
        sizes=sizes,
        median=median_estimate(sizes, rng),
        noise=noise,
        latency_s=float(np.median(start + furthest)) / rate_hz if present else None,
    )


def _noise(samples: Sliced, places: NDArray[np.int64], length: int, answered: int) -> float | None:
    """Return the median size of `length` samples that end before a stimulus, where the one before has died away."""
    begins = places - length
    since = np.diff(begins, prepend=-answered - length) - length
    begins = begins[(since >= answered) & (begins >= 0) & (places <= len(samples))]
    return float(np.median(np.ptp(_cut(samples, begins, length), axis=1))) if len(begins) else None


def _cut(samples: Sliced, begins: NDArray[np.int64], length: int) -> Floats:
    return np.stack([np.asarray(samples[begin : begin + length], np.float64) for begin in begins.tolist()])
