"""Drift and noise: slow autocorrelated wandering plus independent error, taken out exactly in one pass.

Each scale has its own Ornstein-Uhlenbeck drift and white noise. Daily diaries are strongly autocorrelated; a likelihood
that ignores it is far too sure of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.design import Nodes
from reprieve.learn.population import Population

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """Drift and noise of each scale at each node, shape (scales, g); before the patient's own variability.

    Attributes
    ----------
    drift_variance, error_variance : ndarray
        In squared points.
    drift_weeks : ndarray
        Correlation time of the drift.
    """

    drift_variance: Array
    error_variance: Array
    drift_weeks: Array


def noise_of(scales: tuple[str, ...], nodes: Nodes, population: Population) -> Noise:
    """Return the noise of `scales` at each of `nodes`."""
    value = {name: nodes.theta[:, i] for i, name in enumerate(population.names)}
    entries = [population.scales[scale] for scale in scales]
    drift = np.stack([entry.reference * entry.sd_drift * np.exp(value["log_sd_drift"]) for entry in entries])
    error = np.stack([entry.reference * entry.sigma * np.exp(value["log_sigma"]) for entry in entries])
    weeks = np.stack([entry.drift_time * np.exp(value["log_drift_time"]) for entry in entries])
    return Noise(drift**2, error**2, weeks)


@dataclass(frozen=True, slots=True)
class Whitened:
    """Columns with drift and noise taken out, and what is needed to continue.

    Attributes
    ----------
    columns : ndarray, shape (p, n, g, m)
        Whitened columns; rows that were not seen are 0.
    log_scale : ndarray, shape (p, g)
        Sum of the log standard deviations.
    state : ndarray, shape (p, scales, g, m)
        Expected drift of each column at the last observation of each scale.
    state_variance : ndarray, shape (p, scales, g)
    last : ndarray, shape (p, scales)
        Time of that observation, in weeks; minus infinity before any.
    """

    columns: Array
    log_scale: Array
    state: Array
    state_variance: Array
    last: Array


def whiten(columns: Array, weeks: Array, channel: NDArray[np.int64], seen: NDArray[np.bool_], noise: Noise) -> Whitened:
    """Return `columns` as innovations of drift plus noise, each of unit variance.

    Parameters
    ----------
    columns : ndarray, shape (p, n, g, m)
    weeks : ndarray, shape (p, n)
        Not decreasing.
    channel : ndarray of int, shape (p, n)
    seen : ndarray of bool, shape (p, n)
        False for padding.
    noise : Noise

    Notes
    -----
    The Kalman filter of an Ornstein-Uhlenbeck state seen with white noise, applied to every column at once: a linear
    map L^-1 with L L' = covariance of drift plus noise, in O(n).
    """
    p, n, g, m = columns.shape
    scales = noise.drift_variance.shape[0]
    out = np.zeros_like(columns)
    log_scale = np.zeros((p, g))
    state = np.zeros((p, scales, g, m))
    variance = np.broadcast_to(noise.drift_variance, (p, scales, g)).copy()
    last = np.full((p, scales), -np.inf)
    rows = np.arange(p)
    for j in range(n):
        k, mask = channel[:, j], seen[:, j]
        with np.errstate(invalid="ignore"):
            rho = np.exp(-np.maximum(weeks[:, j] - last[rows, k], 0.0)[:, None] / noise.drift_weeks[k])
        stationary = noise.drift_variance[k]
        expected = state[rows, k] * rho[..., None]
        before = variance[rows, k] * rho**2 + stationary * (1.0 - rho**2)
        total = before + noise.error_variance[k]
        surprise = columns[:, j] - expected
        gain = before / total
        keep = mask[:, None]
        out[:, j] = np.where(keep[..., None], surprise / np.sqrt(total)[..., None], 0.0)
        log_scale += np.where(keep, 0.5 * np.log(total), 0.0)
        state[rows, k] = np.where(keep[..., None], expected + gain[..., None] * surprise, state[rows, k])
        variance[rows, k] = np.where(keep, (1.0 - gain) * before, variance[rows, k])
        last[rows, k] = np.where(mask, weeks[:, j], last[rows, k])
    return Whitened(out, log_scale, state, variance, last)
