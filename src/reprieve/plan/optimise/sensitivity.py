"""Learning how sensitive one muscle of one patient is, from what earlier doses did.

Model: with x = ln(dose / scale) + theta and theta ~ N(0, tau²) between muscles, a judgement is an ordered answer
same < better < weak: ``P(weak) = Phi((x - ln c_weak) / s)``, ``P(same) = Phi((ln c_better - x) / s)``, better between.
Older judgements count less (power posterior). Without judgements theta stays at the population, which is the
shrinkage. The posterior is worked out on a grid: no chance in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from reprieve.record.chart import Effect
from reprieve.reference.plan_parameters import PlanParameters

Floats = NDArray[np.float64]
_GRID = np.linspace(-3.0, 3.0, 121)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One earlier dose of one muscle and what it did; `effect` None: nobody judged it."""

    date: str
    units: Decimal
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Posterior of theta, log; positive: less is needed.

    Attributes
    ----------
    grid, weights : ndarray, shape (n_grid,)
        The weights add up to 1.
    judgements : int
        How many earlier answers are in it.
    """

    grid: Floats
    weights: Floats
    judgements: int

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(self.grid @ self.weights)

    def at(self, shares: Floats) -> Floats:
        """Return the quantiles of theta at `shares`, shape (n,)."""
        return np.interp(shares, np.cumsum(self.weights) - self.weights / 2, self.grid)


def learn_sensitivity(history: Sequence[Judged], scale: float, parameters: PlanParameters) -> Sensitivity:
    """Return the posterior of a muscle's sensitivity.

    Parameters
    ----------
    history : sequence of Judged
        Newest first, all of one product.
    scale : float
        Units at which 1 - 1/e of the effect is reached in the population.
    """
    log_weights = -0.5 * (_GRID / parameters.sensitivity_sd.value) ** 2
    power, counted = 1.0, 0
    for judged in history:
        # "worse" speaks about the choice of the muscle, not about how much it needs.
        if judged.effect in ("same", "better", "weak") and judged.units > 0:
            x = np.log(float(judged.units) / scale) + _GRID
            log_weights = log_weights + power * _log_likelihood(x, judged.effect, parameters)
            power *= parameters.older_judgement.value
            counted += 1
    weights = np.exp(log_weights - log_weights.max())
    return Sensitivity(_GRID, weights / weights.sum(), counted)


def _log_likelihood(x: Floats, effect: Effect, parameters: PlanParameters) -> Floats:
    sd = parameters.answer_sd.value
    below = (np.log(parameters.better_from.value) - x) / sd
    above = (x - np.log(parameters.weak_from.value)) / sd
    if effect == "same":
        return log_ndtr(below)
    if effect == "weak":
        return log_ndtr(above)
    return np.log(np.maximum(1 - ndtr(below) - ndtr(above), 1e-12))


def chance_of_weakness(x: Floats, parameters: PlanParameters) -> Floats:
    """Return the chance that a dose is judged as too much, at x = ln(dose / scale) + theta."""
    return ndtr((x - np.log(parameters.weak_from.value)) / parameters.answer_sd.value)
