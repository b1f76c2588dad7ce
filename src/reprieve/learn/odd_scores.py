"""The error of a single score: normal, but in one score of fifty, normal and four times as wide.

The kernels take normal errors alone. Each score therefore gets one normal distribution in place of both, the one that
moves what is expected of it as both would, given all other scores (what expectation propagation calls a site).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ODD_SHARE, ODD_WIDTH = 0.02, 4.0  # kernel.c has both
_MOST, _LEAST_CHANCE = 600.0, 1e-6  # of a logarithm; of an odd score
_GOLDEN, _PLASTIC = 0.6180339887498949, 0.7548776662466927


def error_parts() -> tuple[Array, Array]:
    """Return precisions and weights of the normal distributions that a score's error is a mixture of."""
    return np.array([1.0, ODD_WIDTH**-2]), np.array([1.0 - ODD_SHARE, ODD_SHARE])


def normal_errors(away: Array, ahead: Array, usual: Array) -> tuple[Array, Array, Array]:
    """Return the normal error that stands for the mixture, what the likelihood then owes, and the chance of an odd one.

    Parameters
    ----------
    away : ndarray
        The score, less what all the others say is to be expected, in points.
    ahead : ndarray
        Variance of that expectation, without the error.
    usual : ndarray
        Variance of the usual error.

    Returns
    -------
    weight : ndarray
        `usual` over the variance of the normal error: from 1 down to a sixteenth.
    owed : ndarray
        Derivative of the mixture's log likelihood by the log of the error's standard deviation, less that of the
        normal error's.
    odd : ndarray
        Chance that the error is an odd one.

    Notes
    -----
    With p_z the posterior chances of both errors and ``v_z`` the variances of the score under them, the mean of what is
    expected moves by ``ahead * away * sum(p_z / v_z)``; a normal error of variance ``1 / sum(p_z / v_z) - ahead`` does
    the same. Minka 2001, "Expectation propagation for approximate Bayesian inference" (recalled); the variance is not
    matched, so that a site never takes away from what is known.
    """
    wide = ahead + ODD_WIDTH**2 * usual
    narrow, square = ahead + usual, away**2
    log_odds = np.log(ODD_SHARE / (1.0 - ODD_SHARE)) + 0.5 * np.log(narrow / wide)
    log_odds = log_odds + 0.5 * square * (1.0 / narrow - 1.0 / wide)
    odd = 1.0 / (1.0 + np.exp(-np.minimum(log_odds, _MOST)))
    precision = (1.0 - odd) / narrow + odd / wide
    error = 1.0 / precision - ahead
    told = (1.0 - odd) * usual * (square / narrow - 1.0) / narrow
    told = told + odd * ODD_WIDTH**2 * usual * (square / wide - 1.0) / wide
    owed = told - error * (square * precision - 1.0) * precision
    return usual / error, owed, np.clip(odd, _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)


def turns(count: int) -> Array:
    """Return for each of `count` scores where its draws begin, between 0 and 1."""
    return np.arange(count, dtype=np.float64) * _PLASTIC % 1.0


def where_odd(draw: Array, turn: Array, odd: Array) -> NDArray[np.bool_]:
    """Return whether a score that begins at `turn` and is odd with chance `odd` is so in the draw of this number.

    Notes
    -----
    Multiples of the golden ratio and of the plastic number, modulo 1: over the draws each score is odd as often as it
    should be, nearly to one draw, and independently of other scores.
    """
    place = draw * _GOLDEN + turn
    return place - np.round(place - 0.5) < odd
