"""Turns and amplitude per turn of a raw record (Willison 1964)."""

from __future__ import annotations

from collections.abc import Sequence
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
    if len(extrema) == 0:
        return Turns(np.empty(0, np.int64), np.empty(0))
    finder = TurnFinder(threshold)
    finder.push([float(values[0])], 0)
    # Plain lists: this loop runs over floats, and NumPy scalars would make it five times slower.
    indices = np.asarray(finder.push_at(values[extrema].tolist(), extrema.tolist()), dtype=np.int64)
    return Turns(indices, np.abs(np.diff(values[indices])))


class TurnFinder:
    """The turns of a record that arrives in pieces; samples between local extrema change nothing.

    Parameters
    ----------
    threshold : float
        Smallest swing that makes a turn, in the unit of the samples.
    """

    __slots__ = ("_best", "_direction", "_first", "_high", "_high_at", "_low", "_low_at", "_place", "_threshold")

    def __init__(self, threshold: float = THRESHOLD_MV) -> None:
        self._threshold = threshold
        self._direction = 0
        self._best = self._low = self._high = 0.0
        self._place = self._low_at = self._high_at = 0
        self._first: int | None = None

    def push(self, heights: list[float], start: int) -> list[int]:
        """Take consecutive samples, the first of number `start`; return the numbers of the turns now certain."""
        return self.push_at(heights, range(start, start + len(heights)))

    def push_at(self, heights: list[float], places: Sequence[int]) -> list[int]:
        """Take the samples of numbers `places`, in order; return the numbers of the turns now certain."""
        turns: list[int] = []
        threshold = self._threshold
        pairs = zip(heights, places, strict=True)
        if self._first is None:
            first = next(pairs, None)
            if first is None:
                return turns
            self._low = self._high = self._best = first[0]
            self._low_at = self._high_at = self._place = self._first = first[1]
        direction, best, place = self._direction, self._best, self._place
        for height, at in pairs:
            if direction > 0:
                if height >= best:
                    best, place = height, at
                elif best - height > threshold:
                    turns.append(place)
                    direction, best, place = -1, height, at
            elif direction < 0:
                if height <= best:
                    best, place = height, at
                elif height - best > threshold:
                    turns.append(place)
                    direction, best, place = 1, height, at
            else:
                direction, best, place = self._begin(height, at, turns)
        self._direction, self._best, self._place = direction, best, place
        return turns

    def _begin(self, height: float, at: int, turns: list[int]) -> tuple[int, float, int]:
        """Follow both extremes until the signal has swung far enough to have a direction."""
        if height > self._high or (height == self._high and self._high_at != self._first):
            self._high, self._high_at = height, at
        if height < self._low or (height == self._low and self._low_at != self._first):
            self._low, self._low_at = height, at
        # The first sample has nothing before it: it can be an extreme, but no turn.
        if self._high - height > self._threshold and self._high_at != self._first:
            turns.append(self._high_at)
            return -1, height, at
        if height - self._low > self._threshold and self._low_at != self._first:
            turns.append(self._low_at)
            return 1, height, at
        if self._high - self._low > self._threshold:
            up = self._high_at > self._low_at
            return (1, self._high, self._high_at) if up else (-1, self._low, self._low_at)
        return 0, self._best, self._place


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
