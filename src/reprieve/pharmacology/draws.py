"""Draws from a prior: medians first, then random ones from a generator that is passed in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from reprieve.reference.pharmacology import Prior


def draw(prior: Prior, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the median followed by `count` random values.

    Parameters
    ----------
    prior : Prior
        The distribution.
    count : int
        Random values wanted.
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    ndarray, shape (1 + count,)
    """
    if prior.family == "fixed":
        return np.full(1 + count, prior.values[0])
    first, second = prior.values
    if prior.family == "beta":
        return np.concatenate([[float(betaincinv(first, second, 0.5))], rng.beta(first, second, count)])
    return first * np.exp(second * np.concatenate([[0.0], rng.standard_normal(count)]))
