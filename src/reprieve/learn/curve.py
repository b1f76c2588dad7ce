"""The shape of one treatment: onset times waning, and the placebo course."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Family = Literal["hill", "gompertz"]
# Beyond these powers of t/half-loss nothing of the effect is left (1e-5 of it); the kernel in C stops there too.
# Peak of a patient's own first weeks; decay of what follows an effect that is gone. kernel.c has both too.
EARLY_WEEKS, AFTER_WEEKS = 2.0, 26.0
_PLACES, _MASSES = (0.0, 3.0**0.5, -(3.0**0.5)), (2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0)
_GONE = {"hill": 11.5, "gompertz": 4.0}


def shape_and_slope(
    family: str, weeks: Array, onset: Array, half_loss: Array, steepness: Array, blur: Array | float = 0.0
) -> tuple[Array, Array]:
    """Return the share of the full effect after `weeks`, and its derivative by the log of the half-loss time.

    Parameters
    ----------
    family : {"hill", "gompertz"}
    weeks : ndarray
        Weeks since the injection; 0 or less gives 0.
    onset, half_loss : ndarray
        Weeks; time scale of the onset, and time at which half of the effect is lost. Broadcast with `weeks`.
    steepness : ndarray
        Exponent of the waning.
    blur : ndarray, optional
        Standard deviation of the log of the half-loss time, over which both are averaged by Gauss-Hermite quadrature of
        three points.

    Returns
    -------
    share, slope : ndarray

    Notes
    -----
    ``hill: g = [1 - exp(-(t/onset)^2)] / [1 + (t/half_loss)^steepness]``;
    ``gompertz: g = [1 - exp(-(t/onset)^2)] 2^-(t/half_loss)^(steepness/2)``, a lighter tail.
    """
    started = weeks > 0
    t = np.where(started, weeks, 1.0)
    rise = -np.expm1(-((t / onset) ** 2))
    power = (steepness if family == "hill" else 0.5 * steepness) * np.log(t / half_loss)
    live = started & (power < _GONE[family])
    share, slope = np.zeros(power.shape), np.zeros(power.shape)
    for place, mass in zip(_PLACES, _MASSES, strict=True) if np.any(blur) else ((0.0, 1.0),):
        x = np.exp(np.where(live, power - (steepness if family == "hill" else 0.5 * steepness) * place * blur, 0.0))
        if family == "hill":
            left = mass * rise / (1.0 + x)
            share += left
            slope += left * steepness * x / (1.0 + x)
        else:
            lost = np.log(2.0) * x
            left = mass * rise * np.exp(-lost)
            share += left
            slope += left * 0.5 * steepness * lost
    return np.where(live, share, 0.0), np.where(live, slope, 0.0)


def placebo_course(weeks: Array, decay: Array) -> Array:
    """Return the course of the placebo response: up within days, by a factor of e less each `decay` weeks.

    Notes
    -----
    ``(1 - exp(-t)) exp(-t/decay)``.
    """
    t = np.maximum(weeks, 0.0)
    return -np.expm1(-t) * np.exp(-t / decay)


def early_course(weeks: Array) -> Array:
    """Return the course of a patient's own first weeks: highest 2 weeks after the injection, gone by week 6.

    Notes
    -----
    ``v exp(1 - v), v = (t/2)^2``.
    """
    v = (np.maximum(weeks, 0.0) / EARLY_WEEKS) ** 2
    return v * np.exp(1.0 - v)


def after_course(weeks: Array, onset: Array, share: Array) -> Array:
    """Return the course of what follows an effect of which `share` is left: it comes as the effect goes.

    Notes
    -----
    ``(1 - exp(-(t/onset)^2) - share) exp(-(t/26)^2)``.
    """
    t = np.maximum(weeks, 0.0)
    return (-np.expm1(-((t / onset) ** 2)) - share) * np.exp(-((t / AFTER_WEEKS) ** 2))


SHAPES: tuple[Family, ...] = ("hill", "gompertz")
