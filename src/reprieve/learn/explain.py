"""Why a forecast is what it is: which scores moved it, and how much of it is the person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reprieve.learn.dates import milestones
from reprieve.learn.posterior import ResponsePosterior

MOST = 12
# A score whose error is this far out (its precision, as an odd one's) does not join the others.
ODD_PRECISION, ODD_SHARE, ODD_FEWEST = 0.4, 0.2, 3
WILDEST = 1.2  # log of a patient's variability beside the population's: more than three times as much


@dataclass(frozen=True, slots=True)
class Influence:
    """One score, and what the forecast would be without it.

    Attributes
    ----------
    week : float
        Weeks from the first injection.
    scale : str
    score : float
    moved_fading_days : float
        How much later (positive) the expected fading lies because of this score.
    moved_share : float
        How much larger the expected peak effect is because of it, as share of the scale's reference.
    """

    week: float
    scale: str
    score: float
    moved_fading_days: float
    moved_share: float


def influences(posterior: ResponsePosterior, cycle: int, *, most: int = MOST) -> tuple[Influence, ...]:
    """Return the `most` latest scores with what each moved, the strongest first.

    Notes
    -----
    Each score is left out in turn on the same nodes, which are weighted anew.
    """
    whole = milestones(posterior, cycle)
    fading, share = float(whole.weight @ whole.fading), float(whole.weight @ whole.share)
    patient, told = posterior.patient, []
    for j in range(max(0, len(patient.weeks) - most), len(patient.weeks)):
        without = milestones(_without(posterior, j), cycle)
        told.append(
            Influence(
                float(patient.weeks[j]),
                patient.scales[patient.channels[j]],
                float(patient.scores[j]),
                round(7.0 * (fading - float(without.weight @ without.fading)), 1),
                round(share - float(without.weight @ without.share), 4),
            )
        )
    return tuple(sorted(told, key=lambda one: -abs(one.moved_fading_days)))


def _without(posterior: ResponsePosterior, j: int) -> ResponsePosterior:
    weight = posterior.rows.weight.copy()
    weight[j] = 0.0
    told = posterior.kernel(replace(posterior.rows, weight=weight), posterior.points)
    log_weight = np.log(np.maximum(posterior.weight, 1e-300)) + told.log_likelihood - posterior.told.log_likelihood
    mass = np.exp(log_weight - log_weight.max())
    return replace(posterior, told=told, weight=mass / mass.sum())


def person_share(posterior: ResponsePosterior) -> float:
    """Return how far the scores narrowed half-loss time and response below the population's spread: 0 to 1."""
    k, weight = len(posterior.scales), posterior.weight
    z = posterior.points.half_loss
    duration = 1.0 - float(weight @ z**2 - (weight @ z) ** 2)
    amplitude = 1.0 - float(weight @ posterior.told.covariance[:, k, k])
    return round(min(max(0.5 * (duration + amplitude), 0.0), 1.0), 3)


def contradiction(posterior: ResponsePosterior) -> str | None:
    """Return why the scores cannot be one person's course, or None."""
    precision = posterior.rows.weight
    odd = int((precision < ODD_PRECISION).sum())
    if odd >= ODD_FEWEST and odd > ODD_SHARE * len(precision):
        return f"{odd} of {len(precision)} scores lie far from any course that joins the others; check dates and scales"
    unit = np.exp(posterior.theta[:, posterior.population.index("log_scale_spread")])
    spread = float(posterior.weight @ (unit * posterior.points.spread))
    if spread > WILDEST:
        return "the scores vary more than those of any patient the model knows; check dates and scales"
    return None
