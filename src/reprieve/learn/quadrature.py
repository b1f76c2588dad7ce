"""One patient inside a population fit: nodes over what is not linear, moved to where the patient is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.bounds import tangent
from reprieve.learn.kernel import Array, Kernel, NodeResults, Points, Rows
from reprieve.learn.observations import PatientScores
from reprieve.learn.parameters import BY_SCALE, COMMON, baseline_parts
from reprieve.learn.population import Population
from reprieve.learn.rows import dose_factor, rows_of

HALF_LOSS_POINTS, SPREAD_POINTS = 5, 5
# A single rating's error is normal, but for an odd one in fifty, normal with a standard deviation four times as large.
ODD_SHARE, ODD_WIDTH = 0.02, 4.0
NARROWEST, WIDEST = 0.08, 1.2
LINEAR_AROUND = 0.7  # how far a cycle's linearisation point moves towards its posterior mean in one round
_PLACE = {name: i for i, name in enumerate(COMMON)}


@dataclass(frozen=True, slots=True)
class Member:
    """A patient in a fit.

    Attributes
    ----------
    rows : Rows
    places : ndarray of int
        For each kernel slot the position of its parameter; -1 where it is fixed at 0.
    centre : ndarray, shape (2,)
        Of the nodes: half-loss time and variability of a responder, as standard normal deviates.
    root : ndarray, shape (2, 2)
        Cholesky factor of their spread.
    alone : ndarray, shape (2,)
        Centre and spread of the variability of a non-responder.
    """

    rows: Rows
    places: NDArray[np.int32]
    centre: Array
    root: Array
    alone: Array


def member_of(patient: PatientScores, population: Population, places: NDArray[np.int32]) -> Member:
    """Return `patient` with nodes at the prior."""
    return Member(rows_of(patient, population), places, np.zeros(2), np.eye(2), np.array([0.0, 1.0]))


def slot_values(theta: Array, places: NDArray[np.int32]) -> Array:
    """Return parameters in the order of the kernel's slots, for `theta` of shape (..., p)."""
    return np.where(places < 0, 0.0, theta[..., np.maximum(places, 0)])


def _rule(count: int) -> tuple[Array, Array]:
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    return points, np.log(weights / weights.sum())


_X, _LOG_WX = _rule(HALF_LOSS_POINTS)
_Y, _LOG_WY = _rule(SPREAD_POINTS)
_GRID = np.stack([np.repeat(_X, len(_Y)), np.tile(_Y, len(_X))], axis=1)
_LOG_GRID = np.repeat(_LOG_WX, len(_Y)) + np.tile(_LOG_WY, len(_X))


def _points(member: Member, theta: Array) -> tuple[Points, Array]:
    """Return the nodes and the log of prior over proposal."""
    z = member.centre + _GRID @ member.root.T
    log_weight = _LOG_GRID + 0.5 * ((_GRID**2).sum(1) - (z**2).sum(1)) + np.log(np.diag(member.root)).sum()
    alone = member.alone[0] + member.alone[1] * _Y
    log_alone = _LOG_WY + 0.5 * (_Y**2 - alone**2) + np.log(member.alone[1])
    logit = theta[_PLACE["logit_non_response"]]
    log_weight = np.concatenate([log_weight - np.logaddexp(0.0, logit), log_alone - np.logaddexp(0.0, -logit)])
    responds = np.concatenate([np.ones(len(z), np.int32), np.zeros(len(_Y), np.int32)])
    count = len(responds)
    slots = np.broadcast_to(slot_values(theta, member.places), (count, len(member.places)))
    half_loss = np.concatenate([z[:, 0], np.zeros(len(_Y))])
    spread = np.concatenate([z[:, 1], alone])
    return Points(np.ascontiguousarray(slots), half_loss, spread, responds), log_weight


def _weigh(
    member: Member, theta: Array, kernel: Kernel, *, gradient: bool = False, surprise: bool = False
) -> tuple[Points, NodeResults, Array, float]:
    points, log_weight = _points(member, theta)
    told = kernel(member.rows, points, gradient=gradient, surprise=surprise)
    joint = told.log_likelihood + log_weight
    top = float(joint.max())
    mass = np.exp(joint - top)
    return points, told, mass / mass.sum(), top + float(np.log(mass.sum()))


def score_of(member: Member, theta: Array, kernel: Kernel) -> tuple[float, Array]:
    """Return the patient's log likelihood at `theta` and its gradient."""
    points, told, weight, value = _weigh(member, theta, kernel, gradient=True)
    assert told.gradient is not None
    by_slot = weight @ told.gradient
    slope = np.zeros(len(theta))
    known = member.places >= 0
    np.add.at(slope, member.places[known], by_slot[known])
    silent = float(weight[points.responds == 0].sum())
    at = _PLACE["logit_non_response"]
    slope[at] = silent - 1.0 / (1.0 + np.exp(-theta[at]))
    return value, slope


def recentre(member: Member, theta: Array, kernel: Kernel, *, rounds: int) -> Member:
    """Return the patient with nodes and linearisation where the scores put them."""
    for _ in range(rounds):
        points, told, weight, _ = _weigh(member, theta, kernel, surprise=True)
        member = _moved(member, theta, points, told, weight)
    return member


def _moved(member: Member, theta: Array, points: Points, told: NodeResults, weight: Array) -> Member:
    count = len(_GRID)
    own, alone = weight[:count], weight[count:]
    z = np.stack([points.half_loss[:count], points.spread[:count]], axis=1)
    centre, root = member.centre, member.root
    if own.sum() > 1e-12:
        own = own / own.sum()
        centre = own @ z
        spread = ((z - centre).T * own) @ (z - centre) + NARROWEST**2 * np.eye(2)
        root = np.linalg.cholesky(np.clip(spread, -(WIDEST**2), WIDEST**2))
        slots, covariance = slot_values(theta, member.places), np.einsum("g,gij->ij", own, told.covariance[:count])
        rows = relinearised(member.rows, slots, own @ told.mean[:count], covariance)
    else:
        rows = member.rows
    if alone.sum() > 1e-12:
        alone = alone / alone.sum()
        y = points.spread[count:]
        middle = float(alone @ y)
        member = replace(member, alone=np.array([middle, np.sqrt(float(alone @ (y - middle) ** 2) + NARROWEST**2)]))
    assert told.surprise is not None
    assert told.fitted is not None
    rows = straightened(rows, weight @ told.surprise, weight @ told.fitted)
    return replace(member, centre=centre, root=root, rows=rows)


def straightened(rows: Rows, surprise: Array, fitted: Array) -> Rows:
    """Return `rows` with scores linear in the level, by the lines at `fitted`; odd ones are weighted down."""
    channel, scored = rows.channel, rows.weight > 0
    at, points, tilt = tangent(fitted, rows.reference[channel], rows.lowest[channel], rows.highest[channel])
    score = np.where(scored, rows.points - points + tilt * at, 0.0)
    return replace(rows, score=score, tilt=tilt, weight=np.where(scored, robust_weights(surprise), 0.0))


def robust_weights(surprise: Array) -> Array:
    """Return the precision of each row's error, given its expected square: near 1 unless it must be an odd one."""
    log_odds = np.log(ODD_SHARE / ((1.0 - ODD_SHARE) * ODD_WIDTH)) + 0.5 * surprise * (1.0 - ODD_WIDTH**-2)
    odd = 1.0 / (1.0 + np.exp(-np.minimum(log_odds, 700.0)))
    return 1.0 - odd * (1.0 - ODD_WIDTH**-2)


def error_parts() -> tuple[Array, Array]:
    """Return precisions and weights of the normal distributions that a rating's error is a mixture of."""
    return np.array([1.0, ODD_WIDTH**-2]), np.array([1.0 - ODD_SHARE, ODD_SHARE])


def _of_scale(name: str, rows: Rows) -> NDArray[np.int64]:
    return len(COMMON) + len(BY_SCALE) * np.arange(len(rows.reference)) + tuple(BY_SCALE).index(name)


def relinearised(rows: Rows, slots: Array, mean: Array, covariance: Array) -> Rows:
    """Return `rows` made linear nearer to the posterior of the effects: `mean` (k,) and `covariance` (k, k)."""
    first, cycle, step = len(rows.reference), rows.first_cycle, LINEAR_AROUND
    unit = np.exp(slots[_PLACE["log_sd_cycle_half_loss"]])
    time, blur = unit * mean[cycle + 1 :: 2], unit * np.sqrt(np.diag(covariance)[cycle + 1 :: 2])
    amplitude = slots[len(slots) - 2 * rows.products :: 2][rows.product]
    lifted = amplitude * dose_factor(rows.ratio, np.exp(slots[_PLACE["log_kappa"]]))
    lifted = lifted + np.exp(slots[_PLACE["log_sd_amplitude"]]) * mean[first]
    lifted = lifted + np.exp(slots[_PLACE["log_sd_cycle_amplitude"]]) * mean[cycle::2]
    # Who stands higher responds otherwise, on each scale by the level there.
    parts = baseline_parts(slots[_PLACE["logit_shared_baseline"]], first)
    level = np.exp(slots[_of_scale("log_sd_baseline", rows)] - slots[_of_scale("log_effect", rows)]) * (
        parts @ mean[:first]
    )
    lifted = np.where(rows.ratio > 0, lifted + slots[_PLACE["coupling"]] * level[:, None], 0.0)
    return replace(
        rows,
        off_time=rows.off_time + step * (time - rows.off_time),
        lifted=rows.lifted + step * (lifted - rows.lifted),
        blur=rows.blur + step * (blur - rows.blur),
    )
