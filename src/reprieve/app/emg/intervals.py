"""95 % intervals of a channel's figures, all from the same draws of neighbouring seconds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.emg.bootstrap import BLOCK_S, resample_weights
from reprieve.emg.coherence import SegmentSpectra
from reprieve.emg.contractions import Interval
from reprieve.emg.filters import Samples
from reprieve.emg.spectra import CDF10_HIGH_HZ, CDF10_LOW_HZ, CDF10_MID_HZ
from reprieve.emg.turns import Turns

# The draws are always the same: the same recording gives the same report.
SEED = 20261124
FEWEST_BURSTS = 6
_NORMAL_95 = 1.959963984540054


def rms_of(samples: Samples) -> float:
    """Return the RMS of a whole record, summed by rows: one sum over a long float32 record would lose digits."""
    rows = samples[: len(samples) // 1000 * 1000].reshape(-1, 1000)
    rest = samples[rows.size :].astype(np.float64)
    total = float(np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64)) + float(rest @ rest)
    return float(np.sqrt(total / len(samples)))


def figure_intervals(
    samples: Samples,
    rate_hz: float,
    scale: float,
    turns: Turns | None,
    turn_scale: float,
    drive: SegmentSpectra,
    bursts: Sequence[Interval],
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each figure that has one, by its name.

    Parameters
    ----------
    samples : ndarray, shape (n_samples,)
        What the RMS is of.
    rate_hz, scale : float
        Sampling rate, and what makes the RMS the one shown.
    turns : Turns or None
    turn_scale : float
        What makes the amplitude of a turn the one shown.
    drive : SegmentSpectra
        Of the rectified channel, a segment a second.
    bursts : sequence of Interval
    """
    found: dict[str, tuple[float, float]] = {}
    length = round(rate_hz)
    seconds = len(samples) // length
    weights = _weights(seconds)
    if weights is not None:
        rows = samples[: seconds * length].reshape(seconds, length)
        power = np.einsum("ij,ij->i", rows, rows) / length
        found["rms"] = _limits(scale * np.sqrt(_means(weights, power)))
        if turns is not None:
            count = np.bincount(turns.indices // length, minlength=seconds)[:seconds]
            found["turns_per_s"] = _limits(_means(weights, count) * (rate_hz / length))
            swings = turns.indices[:-1] // length
            sizes, number = (np.bincount(swings, each, seconds)[:seconds] for each in (turns.amplitudes, None))
            drawn = _means(weights, number)
            if drawn.min() > 0:
                found["mean_amplitude_per_turn"] = _limits(turn_scale * _means(weights, sizes) / drawn)
        low, whole = (_band(drive, high_hz) for high_hz in (CDF10_MID_HZ, CDF10_HIGH_HZ))
        if len(whole) == seconds and whole.sum() > 0:
            found["low_frequency_fraction"] = _limits(_means(weights, low) / _means(weights, whole))
    if len(bursts) >= FEWEST_BURSTS:
        found["burst_median_s"] = _median_limits(np.sort([one.duration_s for one in bursts]))
    return found


def _band(drive: SegmentSpectra, high_hz: float) -> NDArray[np.float64]:
    part = drive.between(CDF10_LOW_HZ, high_hz).values
    return (np.square(part.real) + np.square(part.imag)).sum(axis=1, dtype=np.float64)


@lru_cache(maxsize=4)
def _weights(seconds: int) -> NDArray[np.float32] | None:
    return resample_weights(seconds, round(BLOCK_S), np.random.default_rng([SEED, seconds]))


def _means(weights: NDArray[np.float32], values: NDArray[np.generic]) -> NDArray[np.float64]:
    # Every draw has the same number of seconds.
    return np.asarray(weights @ values.astype(np.float32), dtype=np.float64) / float(weights[0].sum())


def _limits(drawn: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def _median_limits(ordered: NDArray[np.float64]) -> tuple[float, float]:
    """Return the interval of a median by order statistics, normal approximation of the binomial."""
    count = len(ordered)
    reach = _NORMAL_95 * np.sqrt(count) / 2
    low, high = int(np.floor(count / 2 - reach)), int(np.ceil(count / 2 + reach))
    return float(ordered[max(0, low)]), float(ordered[min(count - 1, high)])
