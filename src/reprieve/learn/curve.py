"""The shape of one treatment: onset times waning, and the placebo course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Family = Literal["hill", "gompertz"]


def hill_effect(weeks: Array, onset: Array, half_loss: Array, steepness: Array) -> Array:
    """Return the share of the full effect after `weeks`, with Hill waning.

    Parameters
    ----------
    weeks : ndarray
        Weeks since the injection; 0 or less gives 0.
    onset, half_loss : ndarray
        Weeks; time scale of the onset, and time at which half of the effect is lost. Broadcast with `weeks`.
    steepness : ndarray
        Hill exponent of the waning.

    Returns
    -------
    ndarray
        Values in [0, 1).

    Notes
    -----
    ``g(t) = [1 - exp(-(t/onset)^2)] / [1 + (t/half_loss)^steepness]``.
    """
    t = np.maximum(weeks, 0.0)
    with np.errstate(over="ignore"):  # far out the power may overflow to infinity: the effect is then 0
        return -np.expm1(-((t / onset) ** 2)) / (1.0 + (t / half_loss) ** steepness)


def gompertz_effect(weeks: Array, onset: Array, half_loss: Array, steepness: Array) -> Array:
    """Return the share of the full effect after `weeks`, with an exponential-power waning.

    Notes
    -----
    ``g(t) = [1 - exp(-(t/onset)^2)] * 2^-(t/half_loss)^(steepness/2)``; the same half-loss time, a lighter tail.
    """
    t = np.maximum(weeks, 0.0)
    return -np.expm1(-((t / onset) ** 2)) * np.exp2(-((t / half_loss) ** (steepness / 2.0)))


def placebo_course(weeks: Array, decay: Array) -> Array:
    """Return the course of the placebo response: up within days, gone by `decay` weeks.

    Notes
    -----
    ``(1 - exp(-t)) exp(-(t/decay)^2)``.
    """
    t = np.maximum(weeks, 0.0)
    return -np.expm1(-t) * np.exp(-((t / decay) ** 2))


SHAPES: dict[Family, Callable[[Array, Array, Array, Array], Array]] = {
    "hill": hill_effect,
    "gompertz": gompertz_effect,
}
