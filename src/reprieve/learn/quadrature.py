"""One patient inside a population fit: nodes over what is not linear, moved to where the patient is."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.kernel import Array, Kernel, NodeResults, Points, Rows, is_compiled
from reprieve.learn.linear import relinearised, straightened
from reprieve.learn.observations import PatientScores
from reprieve.learn.parameters import COMMON, slot_values
from reprieve.learn.population import Population
from reprieve.learn.rows import rows_of

HALF_LOSS_POINTS, SPREAD_POINTS = 7, 5
# Which scores are odd is drawn so many times for each patient, at each node as often as it weighs: with few draws where
# the weight is, the log of their mean would be biased. Few scores leave more open, and afford more draws; so do few
# patients, whose spreads hang on chance more. Nodes that weigh less than the last are left out.
DRAWS, MOST_DRAWS, SCORES_AND_DRAWS, OF_FEW_PATIENTS, NEGLIGIBLE = 24, 200, 1_000, 3_000, 1e-4
NARROWEST, WIDEST = 0.08, 1.2
WIDER = 1.1  # than told, draws of a cycle's own time
# Steps of a lattice: no two are akin or nearly, and multiples of each lie evenly for any count of draws (tried to 166).
_STEPS = np.sqrt([109.0, 106.0, 3.5, 3.0, 4.75, 2.0, 7.75, 111.0, 10.5, 23.5, 59.0]) % 1.0
_NON_RESPONSE, _SD_CYCLE_HALF_LOSS = (
    list(COMMON).index(name) for name in ("logit_non_response", "log_sd_cycle_half_loss")
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """Where a patient's likelihood is evaluated.

    Attributes
    ----------
    half_loss, spread : ndarray, shape (g,)
        Half-loss time and variability, standard normal deviates.
    responds : ndarray of int32, shape (g,)
    log_weight : ndarray, shape (g,)
        Log of prior over proposal, given whether the patient responds.
    draw : ndarray, shape (g,), or None
        Number of the draw of which scores are odd.
    own_time : ndarray, shape (g, c), or None
        The cycles' own log half-loss times.
    """

    half_loss: Array
    spread: Array
    responds: NDArray[np.int32]
    log_weight: Array
    draw: Array | None = None
    own_time: Array | None = None

    def points(self, slots: Array) -> Points:
        """Return the nodes at the parameters `slots`."""
        all_alike = np.ascontiguousarray(np.broadcast_to(slots, (len(self.spread), len(slots))))
        return Points(all_alike, self.half_loss, self.spread, self.responds, self.draw, self.own_time)


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
    nodes : Nodes
        Where the likelihood is evaluated.
    """

    rows: Rows
    places: NDArray[np.int32]
    centre: Array
    root: Array
    alone: Array
    nodes: Nodes


def member_of(patient: PatientScores, population: Population, places: NDArray[np.int32]) -> Member:
    """Return `patient` with nodes at the prior."""
    centre, root, alone = np.zeros(2), np.eye(2), np.array([0.0, 1.0])
    return Member(rows_of(patient, population), places, centre, root, alone, _nodes(centre, root, alone))


def _rule(count: int) -> tuple[Array, Array]:
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    return points, np.log(weights / weights.sum())


_X, _LOG_WX = _rule(HALF_LOSS_POINTS)
_Y, _LOG_WY = _rule(SPREAD_POINTS)
_GRID = np.stack([np.repeat(_X, len(_Y)), np.tile(_Y, len(_X))], axis=1)
_LOG_GRID = np.repeat(_LOG_WX, len(_Y)) + np.tile(_LOG_WY, len(_X)) + 0.5 * (_GRID**2).sum(1)
_RESPONDS = np.repeat(np.array([1, 0], np.int32), [len(_GRID), len(_Y)])


def _nodes(centre: Array, root: Array, alone: Array) -> Nodes:
    """Return quadrature nodes: all pairs for a responder, then those of a non-responder."""
    z = centre + _GRID @ root.T
    own = _LOG_GRID - 0.5 * (z**2).sum(1) + np.log(np.diag(root)).sum()
    y = alone[0] + alone[1] * _Y
    silent = _LOG_WY + 0.5 * (_Y**2 - y**2) + np.log(alone[1])
    half_loss, spread = np.concatenate([z[:, 0], np.zeros(len(y))]), np.concatenate([z[:, 1], y])
    return Nodes(half_loss, spread, _RESPONDS, np.concatenate([own, silent]))


def _by_class(nodes: Nodes, theta: Array) -> Array:
    """Return the log of how likely a patient is one of the node's kind, who responds or does not."""
    logit = theta[_NON_RESPONSE]
    return np.where(nodes.responds > 0, -np.logaddexp(0.0, logit), -np.logaddexp(0.0, -logit))


def _weigh(
    member: Member, nodes: Nodes, theta: Array, kernel: Kernel, *, gradient: bool = False, errors: bool = False
) -> tuple[NodeResults, Array, float]:
    """Return what the kernel tells of the nodes, their shares of the posterior, and the log likelihood."""
    told = kernel(member.rows, nodes.points(slot_values(theta, member.places)), gradient=gradient, errors=errors)
    joint = told.log_likelihood + nodes.log_weight + _by_class(nodes, theta)
    top = float(joint.max())
    mass = np.exp(joint - top)
    total = float(mass.sum())
    return told, mass / total, top + float(np.log(total))


def score_of(member: Member, theta: Array, kernel: Kernel) -> tuple[float, Array]:
    """Return the patient's log likelihood at `theta` and its gradient."""
    slots, nodes = slot_values(theta, member.places), member.nodes
    if is_compiled(kernel):
        points = Points(slots[None], nodes.half_loss, nodes.spread, nodes.responds, nodes.draw, nodes.own_time)
        value, silent, by_slot = kernel.score(member.rows, points, nodes.log_weight + _by_class(nodes, theta))
    else:
        told, weight, value = _weigh(member, nodes, theta, kernel, gradient=True)
        assert told.gradient is not None
        silent, by_slot = float(weight[nodes.responds == 0].sum()), weight @ told.gradient
    # What has no parameter adds to a place after the last.
    slope = np.bincount(np.where(member.places < 0, len(theta), member.places), by_slot, len(theta) + 1)
    slope = np.asarray(slope[: len(theta)], dtype=np.float64)
    slope[_NON_RESPONSE] = silent - 1.0 / (1.0 + np.exp(-theta[_NON_RESPONSE]))
    return value, slope


def recentre(
    member: Member,
    theta: Array,
    kernel: Kernel,
    *,
    rounds: int,
    scores_and_draws: int = SCORES_AND_DRAWS,
    other: bool = False,
) -> Member:
    """Return the patient with nodes and linearisation where the scores put them; with `other` draws, or the usual."""
    for _ in range(rounds):
        nodes = _nodes(member.centre, member.root, member.alone)
        told, weight, _ = _weigh(member, nodes, theta, kernel, errors=True)
        member = _moved(member, theta, nodes, told, weight)
    nodes = _nodes(member.centre, member.root, member.alone)
    told, weight, _ = _weigh(member, nodes, theta, kernel)
    draws = max(DRAWS, min(MOST_DRAWS, scores_and_draws // max(1, len(member.rows.week))))
    times = np.maximum(np.round(draws * weight), weight > NEGLIGIBLE).astype(int)
    # Each patient has draws of the own, so that what is left of chance is not the same in all.
    own = np.random.default_rng([zlib.crc32(member.rows.points.tobytes()), int(other)])
    return replace(member, nodes=_drawn(member, nodes, theta, told, times, own))


def _drawn(
    member: Member, nodes: Nodes, theta: Array, told: NodeResults, times: NDArray[np.int64], own: np.random.Generator
) -> Nodes:
    """Return each node so many times, each time with a draw of odd scores and of cycles' own times.

    The latter from what the node told of them while they were linear, a little wider.
    """
    at = np.repeat(np.arange(len(times)), times)
    rows, first = member.rows, member.rows.first_cycle + 1
    unit = np.exp(slot_values(theta, member.places)[_SD_CYCLE_HALF_LOSS])
    dosed = nodes.responds[at, None] * (rows.ratio > 0)
    roots = WIDER * unit * np.linalg.cholesky(told.covariance[at, first::2, first::2])
    z = _even_deviates(len(at), len(rows.start), own)
    own_time = dosed * (unit * told.mean[at, first::2] + np.einsum("gij,gj->gi", roots, z))
    density = (dosed * (np.log(np.diagonal(roots, axis1=1, axis2=2)) + 0.5 * z**2)).sum(1)
    log_weight = nodes.log_weight[at] - np.log(times[at]) + density
    draw = own.integers(1000) + np.arange(len(at), dtype=np.float64)
    return Nodes(nodes.half_loss[at], nodes.spread[at], nodes.responds[at], log_weight, draw, own_time)


def _even_deviates(count: int, dimension: int, own: np.random.Generator) -> Array:
    """Return standard normal rows that lie evenly along each coordinate, and are as random as one point of them.

    Notes
    -----
    A lattice of rank one, shifted at random (Cranley and Patterson 1976, recalled): no bias, and what is a sum over
    coordinates, as the squares that a spread is learned from, hangs on chance far less than with independent rows; so
    does each run of neighbouring rows.
    """
    from scipy.special import ndtri

    steps = np.append(_STEPS, own.random(max(0, dimension - len(_STEPS))))[:dimension]
    place = (own.random(dimension) + np.arange(count)[:, None] * steps) % 1.0
    return ndtri(np.clip(place, 1e-12, 1.0 - 1e-12))


def _moved(member: Member, theta: Array, nodes: Nodes, told: NodeResults, weight: Array) -> Member:
    count = len(_GRID)
    own, alone = weight[:count], weight[count:]
    z = np.stack([nodes.half_loss[:count], nodes.spread[:count]], axis=1)
    rows, centre, root, silent = member.rows, member.centre, member.root, member.alone
    if own.sum() > 1e-12:
        own = own / own.sum()
        centre = own @ z
        spread = ((z - centre).T * own) @ (z - centre) + NARROWEST**2 * np.eye(2)
        root = np.linalg.cholesky(np.clip(spread, -(WIDEST**2), WIDEST**2))
        slots, covariance = slot_values(theta, member.places), np.einsum("g,gij->ij", own, told.covariance[:count])
        rows = relinearised(rows, slots, own @ told.mean[:count], covariance)
    if alone.sum() > 1e-12:
        alone = alone / alone.sum()
        y = nodes.spread[count:]
        middle = float(alone @ y)
        silent = np.array([middle, np.sqrt(float(alone @ (y - middle) ** 2) + NARROWEST**2)])
    assert told.errors is not None
    return replace(member, centre=centre, root=root, alone=silent, rows=straightened(rows, told.errors.mean(weight)))
