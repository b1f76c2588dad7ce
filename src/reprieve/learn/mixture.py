"""Moments and quantiles of mixtures of normal distributions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.normal import ndtr
from reprieve.learn.posterior import Mixture

Array = NDArray[np.float64]
_GRID = 41


def mean_sd(mixture: Mixture) -> tuple[Array, Array]:
    """Return mean and standard deviation at each time, both of shape (m,)."""
    mean = mixture.mean @ mixture.weight
    second = (mixture.sd**2 + (mixture.mean - mean[:, None]) ** 2) @ mixture.weight
    return mean, np.sqrt(second)


def cumulative(mixture: Mixture, values: Array) -> Array:
    """Return P(score <= value), for `values` of shape (m, q)."""
    z = (values[..., None] - mixture.mean[:, None]) / mixture.sd[:, None]
    return ndtr(z) @ mixture.weight


def log_density(mixture: Mixture, values: Array) -> Array:
    """Return the log density at `values`, shape (m,)."""
    z = (values[:, None] - mixture.mean) / mixture.sd
    terms = -0.5 * z**2 - np.log(mixture.sd) - 0.5 * np.log(2 * np.pi) + np.log(np.maximum(mixture.weight, 1e-300))
    top = terms.max(1, keepdims=True)
    return top[:, 0] + np.log(np.exp(terms - top).sum(1))


def quantiles(mixture: Mixture, levels: Array) -> Array:
    """Return the quantiles at `levels` (q,), shape (m, q); monotone in the level.

    Notes
    -----
    The distribution function on a grid, inverted by interpolation and polished by two Newton steps.
    """
    mean, sd = mean_sd(mixture)
    grid = mean[:, None] + sd[:, None] * np.linspace(-6.0, 6.0, _GRID)
    curve = cumulative(mixture, grid)
    found = np.stack([np.interp(levels, curve[i], grid[i]) for i in range(len(mean))])
    for _ in range(2):
        z = (found[..., None] - mixture.mean[:, None]) / mixture.sd[:, None]
        density = (np.exp(-0.5 * z**2) / mixture.sd[:, None]) @ mixture.weight / np.sqrt(2 * np.pi)
        step = (ndtr(z) @ mixture.weight - levels) / np.maximum(density, 1e-12)
        found = found - np.clip(step, -0.2 * sd[:, None], 0.2 * sd[:, None])
    return np.maximum.accumulate(found, axis=1)
