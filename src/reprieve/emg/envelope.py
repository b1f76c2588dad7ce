"""The RMS envelope and the noise beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

WINDOW_S = 0.1
ENVELOPE_RATE_HZ = 200.0
NOISE_WINDOW_S, NOISE_STEP_S = 1.0, 0.05
# Where rest comes in pauses shorter than a second: a twentieth of the record is taken to be pause. In plain noise the
# quietest twentieth lies some 15 % beneath it, so that this never lowers the noise of a record with a quiet second.
PAUSE_WINDOW_S, PAUSE_SHARE, PAUSE_EXCESS, FEWEST_PAUSES = 0.2, 0.05, 1.25, 8
MVC_WINDOW_S = 0.5


@dataclass(frozen=True)
class Envelope:
    """RMS of one channel in a sliding window, at `rate_hz`, with its own noise.

    Attributes
    ----------
    values : ndarray, shape (n,)
        RMS in the unit of the samples, centred windows.
    rate_hz : float
        Points per second.
    noise : float
        RMS of the quietest second, or of shorter pauses where no second is quiet.
    """

    values: Floats
    rate_hz: float
    noise: float

    @cached_property
    def corrected(self) -> Floats:
        """The envelope less its noise: sqrt(max(e² - n², 0))."""
        power = np.square(self.values)
        power -= self.noise**2
        np.maximum(power, 0.0, out=power)
        return np.sqrt(power, out=power)

    @cached_property
    def best_effort(self) -> float:
        """The highest mean of the corrected envelope over half a second: the reference for %MVC."""
        return float(sliding_mean(self.corrected, round(MVC_WINDOW_S * self.rate_hz)).max())


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
    start, stop = _window_edges(len(samples), window, 1)
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
    step = max(1, round(rate_hz / ENVELOPE_RATE_HZ))
    windows = [max(1, round(window_s * rate_hz)) for window_s in windows_s]
    # Windows whose edges fall on the points need the power between the points only.
    grid = step if all(window % step == 0 and window // 2 % step == 0 for window in windows) else 1
    total = _running_power(values, grid)
    found: list[Envelope] = []
    for window in windows:
        start, stop = _window_edges(len(values), window, step)
        if grid == step:
            # The looks into the running power as slices, which is much faster than by index.
            before, width = window // 2 // step, window // step
            padded = np.concatenate([np.zeros(before), total, np.full(width - before, total[-1])])
            power = padded[width : width + len(start)] - padded[: len(start)]
        else:
            power = total[stop] - total[start]
        power /= stop - start
        np.maximum(power, 0.0, out=power)
        noise = _quietest(power, rate_hz / step)
        found.append(Envelope(np.sqrt(power, out=power), rate_hz / step, noise))
    return tuple(found)


def _running_power(values: NDArray[np.floating], grid: int) -> Floats:
    """Return the sum of squares up to every `grid`-th sample, and to the end."""
    if grid == 1:
        squares = np.square(values, dtype=np.float64)
    else:
        whole = len(values) // grid * grid
        blocks = np.ascontiguousarray(values[:whole]).reshape(-1, grid)
        rest = np.square(values[whole:], dtype=np.float64).sum(keepdims=True)[: len(values) - whole]
        squares = np.concatenate([(np.square(blocks) @ np.ones(grid, blocks.dtype)).astype(np.float64), rest])
    return np.concatenate([[0.0], np.cumsum(squares)])


def noise_rms(envelope: ArrayLike, rate_hz: float) -> float:
    """Return the RMS of the quietest second of an envelope (of all of it when it is shorter), or of short pauses."""
    return _quietest(np.asarray(envelope, dtype=np.float64) ** 2, rate_hz)


def _quietest(power: Floats, rate_hz: float) -> float:
    if not len(power):
        return 0.0
    # From one twentieth of a second to the next, which is close enough for a mean over a second.
    steps = _piece_means(power, max(1, int(NOISE_STEP_S * rate_hz)))
    second = float(sliding_mean(steps, round(NOISE_WINDOW_S * rate_hz * len(steps) / len(power))).min())
    pieces = _piece_means(power, max(1, round(PAUSE_WINDOW_S * rate_hz)))
    if len(pieces) < FEWEST_PAUSES:
        return float(np.sqrt(second))
    place = int(PAUSE_SHARE * len(pieces))
    # Among efforts with pauses under a second the quietest second holds some effort.
    return float(np.sqrt(min(second, PAUSE_EXCESS**2 * np.partition(pieces, place)[place])))


def _piece_means(values: Floats, length: int) -> Floats:
    """Return the means of pieces of `length` points, of one piece where there are fewer; the rest is left."""
    length = min(length, len(values))
    # A product with a vector is faster than a mean over a short axis.
    return values[: len(values) // length * length].reshape(-1, length) @ np.full(length, 1 / length)


def sliding_mean(values: ArrayLike, window: int) -> Floats:
    """Return the means of all full windows of `window` points (one window over all when there are fewer)."""
    values = np.asarray(values, dtype=np.float64)
    window = max(1, min(window, len(values)))
    total = np.zeros(len(values) + 1)
    np.cumsum(values, out=total[1:])
    means = total[window:] - total[:-window]
    means /= window
    return np.maximum(means, 0.0, out=means)


def _window_edges(length: int, window: int, step: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    centre = np.arange(0, length, step)
    start = centre - window // 2
    return np.maximum(start, 0), np.minimum(start + window, length)
