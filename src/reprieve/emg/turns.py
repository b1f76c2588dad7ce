"""Turns and amplitude per turn of a raw record (Willison 1964)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

THRESHOLD_MV = 0.1


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns of one record.

    Attributes
    ----------
    indices : ndarray of int, shape (n_turns,)
        Samples of the turning points.
    amplitudes : ndarray, shape (n_turns - 1,)
        Size of the swing from each turn to the next, in the unit of the record.
    """

    indices: NDArray[np.int64]
    amplitudes: NDArray[np.float64]

    def per_second(self, length_s: float) -> float:
        """Turns per second of a record of `length_s` seconds."""
        return len(self.indices) / length_s

    @property
    def mean_amplitude(self) -> float | None:
        """Mean swing between turns; None when there are fewer than two."""
        return float(self.amplitudes.mean()) if len(self.amplitudes) else None


def find_turns(samples: ArrayLike, threshold: float = THRESHOLD_MV) -> Turns:
    """Return the turns of `samples`: extrema that differ from the ones before and after by more than `threshold`.

    Parameters
    ----------
    samples : array_like, shape (n_samples,)
        Raw record; in mV for the default threshold of 0.1 mV.
    threshold : float
        Smallest swing that makes a turn, in the unit of `samples`.

    Notes
    -----
    One pass over the local extrema: a candidate is the furthest point in the present direction and becomes a turn once
    the signal has come back from it by more than the threshold.
    """
    values = np.asarray(samples, dtype=np.float64)
    extrema = _local_extrema(values)
    turns: list[int] = []
    if len(extrema) == 0:
        return Turns(np.empty(0, np.int64), np.empty(0))
    # Plain lists: this loop runs over floats, and NumPy scalars would make it five times slower.
    heights, places = values[extrema].tolist(), extrema.tolist()
    direction, best, place = 0, float(values[0]), 0
    low = high = float(values[0])
    low_at = high_at = 0
    for height, at in zip(heights, places, strict=True):
        if direction == 0:
            if height > high:
                high, high_at = height, at
            if height < low:
                low, low_at = height, at
            if high - height > threshold and high_at != 0:
                turns.append(high_at)
                direction, best, place = -1, height, at
            elif height - low > threshold and low_at != 0:
                turns.append(low_at)
                direction, best, place = 1, height, at
            elif high - low > threshold:
                direction, best, place = (1, high, high_at) if high_at > low_at else (-1, low, low_at)
        elif direction * (height - best) >= 0:
            best, place = height, at
        elif direction * (best - height) > threshold:
            turns.append(place)
            direction, best, place = -direction, height, at
    indices = np.asarray(turns, dtype=np.int64)
    return Turns(indices, np.abs(np.diff(values[indices])))


def _local_extrema(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the samples where the direction changes, the last sample of a plateau standing for it, and the ends."""
    if len(values) < 3:
        return np.empty(0, np.int64)
    slope = np.diff(values)
    moving = np.flatnonzero(slope != 0)
    if len(moving) < 1:
        return np.empty(0, np.int64)
    sign = np.sign(slope[moving])
    turning = moving[1:][sign[1:] != sign[:-1]]
    return np.concatenate([turning, [len(values) - 1]]).astype(np.int64)
