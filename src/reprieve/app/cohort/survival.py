"""Time to an event with censoring: Kaplan-Meier and Weibull on whole days, from weighted counts of each day.

Notes
-----
Kaplan-Meier: :math:`S(t) = \\prod_{d \\le t} (1 - e_d / n_d)` with :math:`e_d` events on day d and :math:`n_d` at risk.

Weibull: :math:`S(t) = \\exp(-(t/\\lambda)^k)`. The shape k solves
:math:`\\sum w t^k \\log t / \\sum w t^k - 1/k = \\overline{\\log t}` (the mean over events), then
:math:`\\lambda^k = \\sum w t^k / \\sum e`.

Both are sums over days, so a registry of any size needs the memory of its longest interval. The plain estimates are
checked against ``scipy.stats.ecdf``, ``scipy.stats.weibull_min.fit`` and statsmodels in the tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_STEPS = 60
_FLATTEST, _STEEPEST = 1e-2, 1e5


def kaplan_meier(events: Array, censored: Array) -> Array:
    """Return the share without the event after each day.

    Parameters
    ----------
    events, censored : ndarray, shape (..., n_days)
        Weighted counts on day 0, 1, 2, ...

    Returns
    -------
    ndarray, shape (..., n_days)
    """
    gone = np.cumsum(events + censored, axis=-1)
    total = gone[..., -1:]
    at_risk = total - gone + events + censored
    left = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 1e-9)
    return np.asarray(np.cumprod(1.0 - np.clip(left, 0.0, 1.0), axis=-1), dtype=np.float64)


def survival_quantile(survival: Array, share: float) -> Array:
    """Return the first day on which `share` or more had the event; NaN when it never came so far.

    Parameters
    ----------
    survival : ndarray, shape (..., n_days)
    share : float
        For example 0.5 for the median.
    """
    reached = survival <= 1.0 - share + 1e-9
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1).astype(float), np.nan)


def weibull(events: Array, censored: Array) -> tuple[Array, Array]:
    """Return shape and scale (in days) of the Weibull distribution that makes the counts most probable.

    Parameters
    ----------
    events, censored : ndarray, shape (n_rows, n_days)
        Weighted counts on day 0, 1, 2, ...; day 0 is not used.

    Returns
    -------
    shape, scale : ndarray, shape (n_rows,)
        NaN without two different days, and where no shape is the best: events on the last day alone are the more
        probable the steeper it is.
    """
    log_days = np.log(np.arange(1, events.shape[-1], dtype=float))
    events, whole = events[:, 1:], (events + censored)[:, 1:]
    number = events.sum(axis=-1)
    enough = (number > 0) & ((whole > 0).sum(axis=-1) > 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_log = events @ log_days / number
    # Times are counted in units of the largest, so that no power overflows.
    largest = np.where(whole > 0, log_days, -np.inf).max(axis=-1, initial=-np.inf)
    relative = log_days - np.where(np.isfinite(largest), largest, 0.0)[:, None]
    low, high = np.full(len(number), _FLATTEST), np.full(len(number), _STEEPEST)
    for _ in range(_STEPS):  # bisection on the logarithm: the left side grows with k, so there is one root
        middle = np.sqrt(low * high)
        with np.errstate(under="ignore", invalid="ignore", divide="ignore"):
            power = whole * np.exp(middle[:, None] * np.minimum(relative, 0.0))
            slope = (power @ log_days) / power.sum(axis=-1)
        too_small = slope - 1.0 / middle < mean_log
        low, high = np.where(too_small, middle, low), np.where(too_small, high, middle)
    shape = np.sqrt(low * high)
    enough &= (shape > 1.01 * _FLATTEST) & (shape < 0.99 * _STEEPEST)
    power = whole * np.exp(shape[:, None] * np.minimum(relative, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        log_scale = np.where(np.isfinite(largest), largest, 0.0) + np.log(power.sum(axis=-1) / number) / shape
    return np.where(enough, shape, np.nan), np.where(enough, np.exp(log_scale), np.nan)
