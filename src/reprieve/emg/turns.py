"""Turns and amplitude per turn of a raw record (Willison 1964)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
        Raw record; in mV for the default threshold of 0.1 mV. Converter counts of 16 bits stay integers, which is both
        exact and faster.
    threshold : float
        Smallest swing that makes a turn, in the unit of `samples`.

    Notes
    -----
    A candidate is the furthest point in the present direction and becomes a turn once the signal has come back from it
    by more than the threshold. Swings that lie within both neighbours and do not exceed the threshold change nothing,
    so they are taken out first, all at once; only the start, which has no direction yet, is followed point by point.
    """
    values = np.asarray(samples)
    if values.dtype != np.int16:
        values = values.astype(np.float64, copy=False)
    places, heights = _swings(values, threshold)
    if len(places) < 3:
        return Turns(np.empty(0, np.int64), np.empty(0))
    large = np.flatnonzero(np.abs(np.diff(heights)) > threshold)
    finder = TurnFinder(threshold)
    # Every swing between the first and the last large one is large: all that is left over joins two of them.
    head, last = (int(large[0]) + 2, int(large[-1])) if len(large) else (len(places), 0)
    # Plain lists: NumPy scalars would make the loop five times slower.
    begun = finder.push_at(heights[:head].tolist(), places[:head].tolist())
    indices = np.concatenate([np.asarray(begun, dtype=np.int64), places[head - 1 : last + 1]]).astype(np.int64)
    return Turns(indices, np.abs(np.diff(values[indices].astype(np.float64))))


def _swings(values: NDArray[Any], threshold: float) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the ends of the record and the extrema between that may be turns, with their heights."""
    if len(values) < 3:
        return np.empty(0, np.int64), np.empty(0)
    extrema = np.concatenate([[0], _local_extrema(values), [len(values) - 1]])
    heights = values[extrema].astype(np.int32 if values.dtype == np.int16 else np.float64)
    keep = _without_small_swings(heights, threshold)
    return extrema[keep], heights[keep]


def _without_small_swings(heights: NDArray[Any], threshold: float) -> NDArray[np.bool_]:
    """Return which extrema stay when every swing of at most `threshold` within both its neighbours is taken out.

    Of several equal swings the first goes, so that of equal extremes the last stands, as in the point-by-point rule.
    Only small swings and what borders on them is looked at again: stretches of large ones are settled at once.
    """
    keep = np.ones(len(heights), np.bool_)
    places, after_gap = np.arange(len(heights), dtype=np.int32), np.zeros(len(heights), np.bool_)
    while len(places) > 3:
        swing = np.abs(np.diff(heights[places]))
        # Points on both sides of a stretch that was settled form no swing.
        swing[after_gap[1:]] = np.inf if swing.dtype == np.float64 else np.iinfo(np.int32).max
        small = swing <= threshold
        inner = swing[1:-1]
        first = np.flatnonzero(small[1:-1] & (inner < swing[:-2]) & (inner <= swing[2:])) + 1
        if not len(first):
            break
        keep[places[first]] = keep[places[first + 1]] = False
        near = _around(small)
        near[first] = near[first + 1] = False
        # A gap is what was settled, not what was taken out: after the latter the neighbours do form a swing.
        settled = ~near
        settled[first] = settled[first + 1] = False
        # Settled points and old gaps up to each kept point: where the count rises, something lies between.
        between = np.cumsum(settled | after_gap, dtype=np.int32)[near]
        after_gap = np.concatenate([[False], between[1:] > between[:-1]])
        places = places[near]
    return keep


def _around(small: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the points within two of a small swing: its ends and those of the swings beside it."""
    near = np.zeros(len(small) + 1, np.bool_)
    near[:-1] |= small
    near[1:] |= small
    near[2:] |= small[:-1]
    near[:-2] |= small[1:]
    return near


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


def _local_extrema(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the samples where the direction changes, the last sample of a plateau standing for it."""
    before, after = values[:-1], values[1:]
    up, flat = after > before, after == before
    if flat.any():
        moving = np.flatnonzero(~flat)
        if len(moving) < 1:
            return np.empty(0, np.int64)
        up = up[moving]
        return moving[1:][up[1:] != up[:-1]]
    return np.flatnonzero(up[1:] != up[:-1]) + 1
