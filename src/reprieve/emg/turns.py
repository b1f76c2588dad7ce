"""Turns and amplitude per turn of a raw record (Willison 1964)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

THRESHOLD_MV = 0.1
# EMG needs some 15; a slow beat of mains would need thousands, and is left to the point-by-point rule.
_ROUNDS = 24
# Points kept from block to block: a quiet channel makes many swings and no turn.
_MOST_KEPT = 4096


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
    so they are taken out first, all at once; what has no direction yet, or is still small, is followed point by point.
    """
    return TurnCounter(threshold).push(np.asarray(samples))


class TurnCounter:
    """The turns of a record that arrives in blocks, found many at a time; the size of the blocks changes none.

    Parameters
    ----------
    threshold : float
        Smallest swing that makes a turn, in the unit of the samples.

    Notes
    -----
    Between blocks the last turn is kept and the swings since: begun anew at a turn, the rule goes on as it would have.
    """

    def __init__(self, threshold: float = THRESHOLD_MV) -> None:
        self._threshold = threshold
        self._samples = 0
        self._places, self._heights = np.empty(0, np.int64), np.empty(0)
        self._from_turn = False

    def push(self, samples: NDArray[Any]) -> Turns:
        """Take the next samples; return the turns that are now certain.

        After the first turn of the record, the first amplitude is that of the swing from the last turn before.
        """
        values = samples if samples.dtype == np.int16 else samples.astype(np.float64, copy=False)
        fresh = _swings(values, self._threshold)
        if self._samples and len(values) > 1 and values[0] == values[1]:
            # Of a plateau the last sample counts, also where a block begins on it.
            flat = int(np.argmax(values != values[0])) or len(values)
            fresh = np.union1d(fresh, [flat - 1])
        places, heights = fresh + self._samples, values[fresh]
        self._samples += len(values)
        if len(self._places):
            places = np.concatenate([self._places, places])
            heights = np.concatenate([self._heights.astype(values.dtype), heights])
            kept = _swings(heights, self._threshold)
            places, heights = places[kept], heights[kept]
        turns = _turns_among(heights, self._threshold)
        swung = np.concatenate([[0], turns]) if self._from_turn else turns
        amplitudes = np.abs(np.diff(heights[swung].astype(np.float64)))
        found = Turns(places[turns], amplitudes)
        if len(turns):
            self._from_turn = True
            places, heights = places[turns[-1] :], heights[turns[-1] :]
        kept = _essential(heights) if len(heights) > _MOST_KEPT else slice(None)
        self._places, self._heights = places[kept].copy(), heights[kept].copy()
        return found


class TurnSums:
    """Turns of a record that arrives in blocks, by the second.

    Attributes
    ----------
    count : ndarray, shape (n_seconds,)
        Turns of each whole second.
    sizes, swings : ndarray, shape (n_seconds,)
        Sum and number of the swings that begin in each whole second.
    """

    def __init__(self, threshold: float, length: int, total: int) -> None:
        self._counter, self._length, self._last = TurnCounter(threshold), length, np.empty(0, np.int64)
        # One more for what follows the last whole second.
        self._sums = np.zeros((3, total // length + 1))
        self.count, self.sizes, self.swings = self._sums[:, :-1]

    def push(self, samples: NDArray[Any]) -> None:
        """Take the next samples."""
        found = self._counter.push(samples)
        joined = np.concatenate([self._last, found.indices])
        begun = joined[:-1] // self._length
        for row, places, worth in (
            (0, found.indices // self._length, None),
            (1, begun, found.amplitudes),
            (2, begun, None),
        ):
            if len(places):
                first = int(places[0])
                sums = np.bincount(places - first, worth)
                self._sums[row, first : first + len(sums)] += sums
        self._last = joined[-1:]

    @property
    def turns(self) -> int:
        """Turns of the whole record."""
        return int(self._sums[0].sum())

    @property
    def mean_amplitude(self) -> float | None:
        """Mean swing between turns; None when there are fewer than two."""
        number = self._sums[2].sum()
        return float(self._sums[1].sum() / number) if number > 0 else None


def _turns_among(heights: NDArray[Any], threshold: float) -> NDArray[np.int64]:
    """Return which of the points that `_swings` left are turns."""
    if len(heights) < 3:
        return np.empty(0, np.int64)
    small = _sizes(heights) <= _limit(heights, threshold)
    large = np.flatnonzero(~small)
    # The swings between the first and the last large one join two turns each, once all small ones are out.
    head, last = (int(large[0]) + 2, int(large[-1])) if len(large) else (len(heights), 0)
    if small[head - 2 : last + 1].any():
        head = len(heights)
    # Plain lists: NumPy scalars would make the loop five times slower.
    begun = TurnFinder(threshold).push_at(heights[:head].tolist(), range(head))
    rest = np.arange(head - 1, last + 1) if head < len(heights) else np.empty(0, np.int64)
    return np.concatenate([np.asarray(begun, dtype=np.int64), rest])


def _essential(heights: NDArray[Any]) -> list[int]:
    """Return the points since a turn, or since the beginning, that the rule remembers: first, extremes, last."""
    ends: list[int] = [0, len(heights) - 1]
    for extreme in (heights.min(), heights.max()):
        at = np.flatnonzero(heights == extreme)
        # Of equal extremes the last stands, but the first sample is left by a higher one only.
        ends.append(0 if at[0] == 0 else int(at[-1]))
    return sorted(set(ends))


def _swings(values: NDArray[Any], threshold: float) -> NDArray[np.int64]:
    """Return the samples that may be turns: both ends, and the extrema less the swings that change nothing.

    A swing of at most `threshold` within both its neighbours goes; of several equal ones the first, so that of equal
    extremes the last stands, as in the point-by-point rule. What the rounds leave, the rule itself will judge.
    """
    if len(values) < 3:
        return np.arange(len(values))
    places = np.concatenate([[0], _local_extrema(values), [len(values) - 1]])
    heights = values[places]
    limit = _limit(heights, threshold)
    for _ in range(_ROUNDS):
        size = _sizes(heights)
        inner = size[1:-1]
        out = (inner < size[:-2]) & (inner <= size[2:]) & (inner <= limit)
        keep = np.ones(len(places), np.bool_)
        keep[1:-2] = ~out
        keep[2:-1] &= ~out
        left = np.flatnonzero(keep)
        if len(left) == len(places):
            break
        places, heights = places[left], heights[left]
    return places


def _sizes(heights: NDArray[Any]) -> NDArray[Any]:
    """Return the size of each swing; of 16-bit heights without a sign, since it may need all 16."""
    if heights.dtype == np.int16:
        return (np.maximum(heights[1:], heights[:-1]) - np.minimum(heights[1:], heights[:-1])).view(np.uint16)
    return np.abs(np.diff(heights))


def _limit(heights: NDArray[Any], threshold: float) -> np.generic:
    """Return the largest small swing in the type of `_sizes`: comparing 16 bits with 16 is the fastest."""
    return np.uint16(min(threshold, 65535)) if heights.dtype == np.int16 else np.float64(threshold)


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
    way = (after > before).view(np.int8) - (after < before).view(np.int8)
    # Where a rise or fall begins; on a plateau the one before it counts.
    begins = np.flatnonzero((way[1:] != way[:-1]) & (way[1:] != 0)) + 1
    ways = np.concatenate([way[:1], way[begins]])
    return begins[(ways[1:] != ways[:-1]) & (ways[:-1] != 0)]
