"""Moments and quantiles of mixtures of normal distributions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.kernel import Kernel, is_compiled
from reprieve.learn.normal import ndtr
from reprieve.learn.posterior import Mixture

Array = NDArray[np.float64]
REACH, GRID_POINTS = 6.0, 31  # in standard deviations; the compiled kernel takes both
_GRID = np.linspace(-REACH, REACH, GRID_POINTS)
NEGLIGIBLE_PARTS = 1e-4


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


def quantiles(mixture: Mixture, levels: Array, kernel: Kernel | None = None) -> Array:
    """Return the quantiles at `levels` (q,), shape (m, q); monotone in the level. A compiled `kernel` is faster.

    Notes
    -----
    The distribution function on a grid, inverted by interpolation and polished by two Newton steps; one time after the
    other, so that what is worked on stays near the processor. Parts that weigh `NEGLIGIBLE_PARTS` in all are left out.
    """
    order = np.argsort(mixture.weight)
    kept = np.sort(order[np.cumsum(mixture.weight[order]) > NEGLIGIBLE_PARTS])
    weight = mixture.weight[kept] / mixture.weight[kept].sum()
    centre, width = mean_sd(mixture)
    if kernel is not None and is_compiled(kernel):
        found = kernel.quantiles(weight, mixture.mean[:, kept], mixture.sd[:, kept], levels, centre, width)
        return np.maximum.accumulate(found, axis=1)
    parts = zip(mixture.mean[:, kept], mixture.sd[:, kept], centre, width, strict=True)
    found = np.stack([_quantiles(weight, mean, 1.0 / sd, levels, middle, wide) for mean, sd, middle, wide in parts])
    return np.maximum.accumulate(found, axis=1)


def _quantiles(weight: Array, mean: Array, inverse_sd: Array, levels: Array, middle: float, wide: float) -> Array:
    grid = middle + wide * _GRID
    found = np.interp(levels, ndtr((grid[:, None] - mean) * inverse_sd) @ weight, grid)
    density = weight * inverse_sd / np.sqrt(2.0 * np.pi)
    for _ in range(2):
        z = (found[:, None] - mean) * inverse_sd
        step = (ndtr(z) @ weight - levels) / np.maximum(np.exp(-0.5 * z**2) @ density, 1e-12)
        found = found - np.clip(step, -0.2 * wide, 0.2 * wide)
    return found
