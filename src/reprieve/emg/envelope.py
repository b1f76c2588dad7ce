"""The RMS envelope and the noise beneath it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.emg.blas import quiet_blas

Floats = NDArray[np.float64]
Samples = NDArray[np.floating]

WINDOW_S = 0.1
ENVELOPE_RATE_HZ = 200.0
NOISE_WINDOW_S, NOISE_STEP_S = 1.0, 0.05
# Where rest comes in pauses shorter than a second: a twentieth of the record is taken to be pause. In plain noise the
# quietest twentieth lies some 15 % beneath it, so that this never lowers the noise of a record with a quiet second.
PAUSE_WINDOW_S, PAUSE_SHARE, PAUSE_EXCESS, FEWEST_PAUSES = 0.2, 0.05, 1.25, 8
# The noise of 200 ms goes some 10 % up and down, and the quietest second lies beneath its mean.
REST_EXCESS, REST_SHARE = 1.35, 0.08
# What lies between rest and effort, of rest: less where the best effort is not even three times the noise.
REST_VALLEY, REST_VALLEY_FAINT, FAINTEST = 1.0, 0.5, 3.0
MVC_WINDOW_S = 0.5
# A longer envelope, of an hour and a half, is looked at in pieces.
POINTS_AT_ONCE = 2**20


@dataclass(frozen=True)
class Envelope:
    """RMS of one channel in a sliding window, at `rate_hz`, with its own noise.

    Attributes
    ----------
    values : ndarray of float32 or float64, shape (n,)
        RMS in the unit of the samples, centred windows.
    rate_hz : float
        Points per second.
    noise : float
        RMS of the quietest second, or of shorter pauses where no second is quiet.
    """

    values: Samples
    rate_hz: float
    noise: float

    def between(self, start: int, stop: int) -> Envelope:
        """Return the points from `start` to before `stop`, with the noise of the whole."""
        return Envelope(self.values[start:stop], self.rate_hz, self.noise)

    def scaled(self, factor: float) -> Envelope:
        """Return the envelope in another unit; the points are changed in place."""
        np.multiply(self.values, factor, out=self.values, casting="same_kind")
        return Envelope(self.values, self.rate_hz, self.noise * factor)

    @cached_property
    def corrected(self) -> Samples:
        """The envelope less its noise: sqrt(max(e² - n², 0))."""
        power = np.square(self.values)
        power -= self.noise**2
        np.maximum(power, 0.0, out=power)
        return np.sqrt(power, out=power)

    @cached_property
    def best_effort(self) -> float:
        """The highest mean of the corrected envelope over half a second: the reference for %MVC."""
        window = round(MVC_WINDOW_S * self.rate_hz)
        if len(self.values) <= POINTS_AT_ONCE:
            return float(sliding_mean(self.corrected, window).max())
        pieces = (self.between(a, a + POINTS_AT_ONCE + window) for a in range(0, len(self.values), POINTS_AT_ONCE))
        # The last piece may be shorter than the window; what it holds was in the one before.
        return max(float(sliding_mean(one.corrected, window).max()) for one in pieces if len(one.values) >= window)


def sliding_rms(samples: ArrayLike, window: int) -> Floats:
    """Return the RMS of `samples` in centred windows of `window` samples; at the ends the window is cut.

    Parameters
    ----------
    samples : array_like, shape (n_samples,)
    window : int
        Samples in a window, at least 1.

    Returns
    -------
    ndarray, shape (n_samples,)
    """
    samples = np.asarray(samples, dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(samples**2)])
    start, stop = _window_edges(np.arange(len(samples)), window, len(samples))
    return np.sqrt(np.maximum(total[stop] - total[start], 0.0) / (stop - start))


def rms_envelope(samples: ArrayLike, rate_hz: float, *, window_s: float = WINDOW_S) -> Envelope:
    """Return the RMS envelope of a filtered channel at about 200 points per second.

    Parameters
    ----------
    samples : array_like, shape (n_samples,)
        Band-passed EMG.
    rate_hz : float
        Sampling rate.
    window_s : float
        Length of the sliding window; 100 ms unless told.
    """
    return rms_envelopes(samples, rate_hz, (window_s,))[0]


def rms_envelopes(samples: ArrayLike, rate_hz: float, windows_s: Sequence[float]) -> tuple[Envelope, ...]:
    """Return envelopes of several window lengths at the same points; the samples are squared once for all."""
    values = np.asarray(samples)
    if not np.issubdtype(values.dtype, np.floating):
        values = values.astype(np.float64)
    stream = EnvelopeStream(len(values), rate_hz, windows_s, partial(np.empty, dtype=values.dtype))
    stream.push(values)
    return stream.close()


class EnvelopeStream:
    """Envelopes of a filtered channel that arrives in blocks; the points do not depend on the size of the blocks.

    Parameters
    ----------
    total : int
        Samples that will come.
    rate_hz : float
    windows_s : sequence of float
        Lengths of the windows.
    make : callable
        Gives the array for the points of one window, by their number.
    """

    def __init__(
        self,
        total: int,
        rate_hz: float,
        windows_s: Sequence[float],
        make: Callable[[int], Samples],
    ) -> None:
        self._total = total
        self._step = max(1, round(rate_hz / ENVELOPE_RATE_HZ))
        self._rate_hz = rate_hz / self._step
        self._windows = [max(1, round(window_s * rate_hz)) for window_s in windows_s]
        # Windows whose edges fall on the points need the power between the points only.
        whole = all(window % self._step == 0 and window // 2 % self._step == 0 for window in self._windows)
        self._grid = self._step if whole else 1
        self._values = [make(-(-total // self._step)) for _ in self._windows]
        self._made = [0] * len(self._windows)
        self._tail: Samples | None = None
        self._base = 0  # number of the first sample of the tail; on the grid

    def push(self, filtered: Samples) -> None:
        """Take the next samples."""
        joined = filtered if self._tail is None or not len(self._tail) else np.concatenate([self._tail, filtered])
        end = self._base + len(joined)
        running = _running_power(joined, self._grid)
        for which, window in enumerate(self._windows):
            count = len(self._values[which])
            ready = count if end >= self._total else min(count, (end - window + window // 2) // self._step + 1)
            if ready > self._made[which]:
                self._put(which, ready, running)
        first = min(made * self._step - window // 2 for made, window in zip(self._made, self._windows, strict=True))
        keep = max(self._base, first // self._grid * self._grid)
        self._tail, self._base = joined[keep - self._base :].copy(), keep

    def close(self) -> tuple[Envelope, ...]:
        """Return the envelopes, each with its noise."""
        return tuple(Envelope(one, self._rate_hz, noise_rms(one, self._rate_hz)) for one in self._values)

    def _put(self, which: int, ready: int, running: Floats) -> None:
        """Work the points of one window up to number `ready`."""
        window, step, made = self._windows[which], self._step, self._made[which]
        count, found = ready - made, self._values[which][made:ready]
        if self._grid == step:
            # The looks into the running power as slices, which is much faster than by index.
            first, width = (made * step - window // 2 - self._base) // step, window // step
            before, after = max(0, -first), max(0, first + width + count - len(running))
            if before or after:
                running = np.concatenate([np.zeros(before), running, np.full(after, running[-1])])
            first += before
            np.subtract(running[first + width :][:count], running[first:][:count], out=found, casting="same_kind")
        else:
            start, stop = _window_edges(np.arange(made * step, ready * step, step), window, self._total)
            np.subtract(running[stop - self._base], running[start - self._base], out=found, casting="same_kind")
        np.maximum(found, 0.0, out=found)
        found /= window
        # At either end of the record the window is cut.
        whole = -(-(window // 2) // step), max(0, self._total - window + window // 2) // step + 1
        for place in (slice(made, min(ready, whole[0])), slice(max(made, *whole), ready)):
            start, stop = _window_edges(np.arange(place.start, place.stop) * step, window, self._total)
            self._values[which][place] *= window / (stop - start)
        np.sqrt(found, out=found)
        self._made[which] = ready


def _running_power(values: NDArray[np.floating], grid: int) -> Floats:
    """Return the sum of squares up to every `grid`-th sample, and to the end."""
    if grid == 1:
        squares = np.square(values, dtype=np.float64)
    else:
        whole = len(values) // grid * grid
        blocks = np.ascontiguousarray(values[:whole]).reshape(-1, grid)
        rest = np.square(values[whole:], dtype=np.float64).sum(keepdims=True)[: len(values) - whole]
        with quiet_blas():
            sums = np.square(blocks) @ np.ones(grid, blocks.dtype)
        squares = np.concatenate([sums.astype(np.float64), rest])
    running = np.zeros(len(squares) + 1)
    np.cumsum(squares, out=running[1:])
    return running


def noise_rms(envelope: ArrayLike, rate_hz: float) -> float:
    """Return the RMS of the quietest second of an envelope (of all of it when it is shorter), or of short pauses."""
    values = np.asarray(envelope)
    if not len(values):
        return 0.0
    # From one twentieth of a second to the next, which is close enough for a mean over a second.
    steps = _piece_powers(values, max(1, int(NOISE_STEP_S * rate_hz)))
    second = float(sliding_mean(steps, round(NOISE_WINDOW_S * rate_hz * len(steps) / len(values))).min())
    pieces = _piece_powers(values, max(1, round(PAUSE_WINDOW_S * rate_hz)))
    if len(pieces) < FEWEST_PAUSES:
        return float(np.sqrt(second))
    place = int(PAUSE_SHARE * len(pieces))
    # Among efforts with pauses under a second the quietest second holds some effort.
    return float(np.sqrt(min(second, PAUSE_EXCESS**2 * np.partition(pieces, place)[place])))


def rests_plainly(envelope: Envelope, on: float) -> bool:
    """Return whether a part of a record is hardly louder than its noise, and little lies between that and `on`.

    Otherwise the quietest second is no noise but the least of what rises and falls, or the noise has changed.
    """
    pieces = _piece_powers(envelope.values, max(1, round(PAUSE_WINDOW_S * envelope.rate_hz)))
    rest = float((pieces < (REST_EXCESS * envelope.noise) ** 2).mean())
    between = float((pieces < envelope.noise**2 + on**2).mean()) - rest
    valley = REST_VALLEY_FAINT if envelope.best_effort < FAINTEST * envelope.noise else REST_VALLEY
    return rest > REST_SHARE and between < valley * rest


def _piece_powers(values: NDArray[np.generic], length: int) -> Floats:
    """Return the mean squares of pieces of `length` points, of one piece where there are fewer; the rest is left."""
    length = min(length, len(values))
    found, many = np.empty(len(values) // length), max(1, POINTS_AT_ONCE // length)
    for first in range(0, len(found), many):
        part = values[first * length : min(first + many, len(found)) * length]
        # A product with a vector is faster than a mean over a short axis.
        squares = np.square(part, dtype=np.float64).reshape(-1, length)
        with quiet_blas():
            found[first : first + many] = squares @ np.full(length, 1 / length)
    return found


def sliding_mean(values: ArrayLike, window: int) -> Floats:
    """Return the means of all full windows of `window` points (one window over all when there are fewer)."""
    values = np.asarray(values, dtype=np.float64)
    window = max(1, min(window, len(values)))
    total = np.zeros(len(values) + 1)
    np.cumsum(values, out=total[1:])
    means = total[window:] - total[:-window]
    means /= window
    return np.maximum(means, 0.0, out=means)


def _window_edges(centre: NDArray[np.int64], window: int, length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    start = centre - window // 2
    return np.maximum(start, 0), np.minimum(start + window, length)
