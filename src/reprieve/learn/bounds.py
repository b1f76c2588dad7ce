"""Between the level that effects add up in and the points of a scale that has ends.

A score cannot leave its scale: near an end the same change of the level moves it less. At the reference score both are
alike, so that amounts keep their meaning. A scale whose ends are not known is not bent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Nearer to an end than this share of the scale nothing is made linear, and no reference is taken. kernel.c has both.
LEAST_SHARE, LEAST_REFERENCE = 0.02, 0.1
_LEAST_SD = 1e-6
# Gauss-Hermite, three points: a mean over a level that is not known.
_PLACES, _MASSES = np.array([0.0, 3.0**0.5, -(3.0**0.5)]), np.array([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0])


def _of_scale(reference: Array, lowest: Array, highest: Array) -> tuple[Array, Array, Array]:
    """Return the width of each scale, the log odds at its reference, and the level that one of these is worth."""
    width = highest - lowest
    bounded = np.isfinite(width) & (reference > lowest) & (reference < highest)
    width = np.where(bounded, width, np.nan)
    share = np.clip((reference - lowest) / width, 1e-6, 1.0 - 1e-6)
    middling = np.clip(share, LEAST_REFERENCE, 1.0 - LEAST_REFERENCE)
    return width, np.log(share / (1.0 - share)), width * middling * (1.0 - middling)


def to_points(level: Array, reference: Array, lowest: Array, highest: Array) -> Array:
    """Return the points of a scale at `level`.

    Notes
    -----
    ``lowest + K expit(logit(p) + (level - reference)/(K p (1 - p)))`` with ``K = highest - lowest`` and
    ``p = (reference - lowest)/K``; p between 0.1 and 0.9 in the last factor.
    """
    width, odds, unit = _of_scale(reference, lowest, highest)
    points = lowest + width / (1.0 + np.exp(np.clip(-odds - (level - reference) / unit, -700.0, 700.0)))
    return np.where(np.isnan(width), level, points)


def tangent(level: Array, reference: Array, lowest: Array, highest: Array) -> tuple[Array, Array, Array]:
    """Return where near `level` a line touches the curve, the points there, and its slope."""
    width, odds, unit = _of_scale(reference, lowest, highest)
    far = np.log((1.0 - LEAST_SHARE) / LEAST_SHARE)
    own = np.clip(odds + (level - reference) / unit, -far, far)
    share = 1.0 / (1.0 + np.exp(-own))
    straight = np.isnan(width)
    at = np.where(straight, level, reference + (own - odds) * unit)
    points = np.where(straight, level, lowest + width * share)
    return at, points, np.where(straight, 1.0, width * share * (1.0 - share) / unit)


def moments_in_points(
    centre: Array, variance: Array, reference: Array, lowest: Array, highest: Array
) -> tuple[Array, Array, Array]:
    """Return mean and variance in points of levels that are normal with `centre` and `variance`, of one shape.

    And the mean slope: times the covariance of the level with something, it is that of the points with it.
    """
    sd = np.maximum(np.sqrt(np.maximum(variance, 0.0)), _LEAST_SD)
    points = to_points(centre[..., None] + sd[..., None] * _PLACES, reference, lowest, highest)
    mean = points @ _MASSES
    slope = (points[..., 1] - points[..., 2]) / (2.0 * _PLACES[1] * sd)
    return mean, (points - mean[..., None]) ** 2 @ _MASSES, slope
