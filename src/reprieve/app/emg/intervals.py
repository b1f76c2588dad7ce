"""95 % intervals of a channel's figures, all from the same draws of neighbouring seconds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.emg.bootstrap import BLOCK_S, limits, resample_weights
from reprieve.emg.coherence import SegmentSpectra
from reprieve.emg.contractions import Interval
from reprieve.emg.spectra import CDF10_HIGH_HZ, CDF10_LOW_HZ, CDF10_MID_HZ
from reprieve.emg.turns import TurnSums

Floats = NDArray[np.float64]

# The draws are always the same: the same recording gives the same report.
SEED = 20261124
FEWEST_BURSTS = 6
# Of a longer record the draws are of several seconds at a time: an hour of single ones is enough.
MOST_UNITS = 3600
_SECONDS_AT_ONCE = 4096
_NORMAL_95 = 1.959963984540054


def figure_intervals(
    power: Floats,
    second_s: float,
    scale: float,
    turns: TurnSums | None,
    turn_scale: float,
    drive: SegmentSpectra,
    bursts: Sequence[Interval],
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each figure that has one, by its name.

    Parameters
    ----------
    power : ndarray, shape (n_seconds,)
        Mean square of each second of what the RMS is of.
    second_s : float
        Length of such a second, which is one to the sample.
    scale : float
        What makes the RMS the one shown.
    turns : TurnSums or None
        By the same seconds.
    turn_scale : float
        What makes the amplitude of a turn the one shown.
    drive : SegmentSpectra
        Of the rectified channel, a segment a second.
    bursts : sequence of Interval
    """
    found: dict[str, tuple[float, float]] = {}
    unit = max(1, -(-len(power) // MOST_UNITS))
    units, block = len(power) // unit, round(BLOCK_S) if unit == 1 else 2
    weights = _weights(units, block)
    if weights is not None:

        def bounds(drawn: Floats) -> tuple[float, float]:
            low, high = limits(drawn, units // block)
            return max(0.0, low), high

        found["rms"] = bounds(scale * np.sqrt(_means(weights, _by(unit, power))))
        if turns is not None:
            found["turns_per_s"] = bounds(_means(weights, _by(unit, turns.count)) / second_s)
            swings, sizes = _means(weights, _by(unit, turns.swings)), _means(weights, _by(unit, turns.sizes))
            if swings.min() > 0:
                found["mean_amplitude_per_turn"] = bounds(turn_scale * sizes / swings)
        low, whole = _bands(drive)
        if len(whole) == len(power) and whole.sum() > 0:
            share = _means(weights, _by(unit, low)) / _means(weights, _by(unit, whole))
            found["low_frequency_fraction"] = bounds(share)
    if len(bursts) >= FEWEST_BURSTS:
        found["burst_median_s"] = _median_limits(np.sort([one.duration_s for one in bursts]))
    return found


def _by(unit: int, seconds: Floats) -> Floats:
    """Return the means of so many seconds each."""
    return seconds if unit == 1 else seconds[: len(seconds) // unit * unit].reshape(-1, unit).mean(axis=1)


def _bands(drive: SegmentSpectra) -> tuple[Floats, Floats]:
    """Return the power of each second at 3-10 and at 3-32 Hz."""
    found: tuple[list[Floats], list[Floats]] = ([], [])
    for first in range(0, len(drive.values), _SECONDS_AT_ONCE):
        part = SegmentSpectra(drive.frequency_hz, drive.values[first : first + _SECONDS_AT_ONCE])
        for powers, high_hz in zip(found, (CDF10_MID_HZ, CDF10_HIGH_HZ), strict=True):
            powers.append(_band(part, high_hz))
    return tuple(np.concatenate([np.empty(0), *powers]) for powers in found)  # type: ignore[return-value]


def _band(drive: SegmentSpectra, high_hz: float) -> NDArray[np.float64]:
    part = drive.between(CDF10_LOW_HZ, high_hz).values
    return (np.square(part.real) + np.square(part.imag)).sum(axis=1, dtype=np.float64)


@lru_cache(maxsize=4)
def _weights(units: int, block: int) -> NDArray[np.float32] | None:
    return resample_weights(units, block, np.random.default_rng([SEED, units]))


def _means(weights: NDArray[np.float32], values: NDArray[np.generic]) -> NDArray[np.float64]:
    # Every draw has the same number of seconds.
    return np.asarray(weights @ values.astype(np.float32), dtype=np.float64) / float(weights[0].sum())


def _median_limits(ordered: NDArray[np.float64]) -> tuple[float, float]:
    """Return the interval of a median by order statistics, normal approximation of the binomial."""
    count = len(ordered)
    reach = _NORMAL_95 * np.sqrt(count) / 2
    low, high = int(np.floor(count / 2 - reach)), int(np.ceil(count / 2 + reach))
    return float(ordered[max(0, low)]), float(ordered[min(count - 1, high)])
