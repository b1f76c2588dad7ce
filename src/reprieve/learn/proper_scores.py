"""Proper scores and calibration of forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.mixture import cumulative, log_density, mean_sd, quantiles
from reprieve.learn.posterior import Mixture

Array = NDArray[np.float64]
_LEVELS: Array = (np.arange(49, dtype=np.float64) + 0.5) / 49.0
INTERVALS = (0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Scored:
    """Forecasts beside what came, one entry for each score, shape (n,).

    Attributes
    ----------
    score, mean : ndarray
        In points.
    log_score : ndarray
        Negative log predictive density.
    crps : ndarray
        Continuous ranked probability score, in points.
    rank : ndarray
        Predictive probability of a lower score (the probability integral transform).
    """

    score: Array
    mean: Array
    log_score: Array
    crps: Array
    rank: Array


def scored(forecast: Mixture, scores: Array) -> Scored:
    """Return how well `forecast` told `scores`.

    Notes
    -----
    CRPS = 2 * mean over levels of the pinball loss of that level's quantile.
    """
    away = scores[:, None] - quantiles(forecast, _LEVELS)
    pinball = np.maximum(_LEVELS * away, (_LEVELS - 1.0) * away)
    rank = cumulative(forecast, scores[:, None])[:, 0]
    return Scored(scores, mean_sd(forecast)[0], -log_density(forecast, scores), 2.0 * pinball.mean(1), rank)


def together(parts: Sequence[Scored]) -> Scored:
    """Return all parts as one."""
    fields = ("score", "mean", "log_score", "crps", "rank")
    return Scored(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))


@dataclass(frozen=True, slots=True)
class Summary:
    """One model on one task.

    Attributes
    ----------
    scores : int
    nlpd, crps, rmse, bias : float
        Mean negative log predictive density; mean CRPS, root mean square and mean of the error, in points.
    coverage : dict
        Share of scores inside the central interval, by its nominal share.
    reliability : tuple of float
        Share of scores in each tenth of the predictive distribution; 0.1 each when calibrated.
    """

    scores: int
    nlpd: float
    crps: float
    rmse: float
    bias: float
    coverage: dict[str, float]
    reliability: tuple[float, ...]


def summary(told: Scored) -> Summary:
    """Return the figures of `told`."""
    error = told.score - told.mean
    count = len(error)
    tenths = np.bincount(np.clip((told.rank * 10).astype(int), 0, 9), minlength=10) / count
    return Summary(
        count,
        round(float(told.log_score.mean()), 4),
        round(float(told.crps.mean()), 4),
        round(float(np.sqrt((error**2).mean())), 4),
        round(float(error.mean()), 4),
        {f"{level:g}": round(float((np.abs(told.rank - 0.5) <= level / 2).mean()), 4) for level in INTERVALS},
        tuple(round(float(share), 4) for share in tenths),
    )
