"""One patient's posterior: weighted nodes, each with a normal posterior of everything linear.

Half-loss time, variability and response at all are not linear. They are covered by nodes that move, in a few rounds,
to where the patient's scores put them (adaptive importance sampling); each node also carries its own draw of the
population parameters, so that a population learned from few patients leaves its uncertainty in every interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.kernel import Array, Kernel, NodeResults, Points, Rows
from reprieve.learn.observations import PatientScores
from reprieve.learn.parameters import slots
from reprieve.learn.population import Population
from reprieve.learn.quadrature import TAIL_DEGREES, relinearised, robust_weights, slot_values
from reprieve.learn.rows import cycle_arrays, rows_of, scales_of

NODES, SILENT_NODES = 96, 16
ROUNDS = 5
ENOUGH = 0.35
# The proposal is wider than the posterior it aims at, and one node in ten keeps to the prior.
WIDEN, FROM_PRIOR = 1.35, 0.1
NARROWEST = 0.04


@dataclass(frozen=True, slots=True)
class ResponsePosterior:
    """What is believed about one patient.

    Attributes
    ----------
    patient : PatientScores
    population : Population
    scales : tuple of str
        The channels.
    theta : ndarray, shape (g, p)
        Population parameters of each node.
    points : Points
        The nodes as the kernel takes them.
    weight : ndarray, shape (g,)
        Posterior weights; they sum to 1.
    told : NodeResults
        Posterior of the effects at each node.
    rows : Rows
        The scores, made linear where the posterior is.
    effective_nodes : float
        Effective number of nodes, of g.
    kernel : Kernel
    """

    patient: PatientScores
    population: Population
    scales: tuple[str, ...]
    theta: Array
    points: Points
    weight: Array
    told: NodeResults
    rows: Rows
    effective_nodes: float
    kernel: Kernel

    @property
    def non_response(self) -> float:
        """Probability that the toxin does nothing for this patient."""
        return float(self.weight[self.points.responds == 0].sum())


@lru_cache(maxsize=8)
def _deviates(count: int, dimension: int) -> Array:
    """Return standard normal rows with exactly zero mean and unit covariance; the same each time."""
    draws = np.random.default_rng(20261124).standard_normal((count // 2, dimension))
    draws = np.concatenate([draws, -draws])
    if count > 2 * dimension:
        draws = draws @ np.linalg.inv(np.linalg.cholesky(draws.T @ draws / count)).T
    return draws


@lru_cache(maxsize=8)
def _plane(count: int) -> Array:
    """Return `count` evenly spread points of a two-dimensional standard normal distribution, shape (count, 2)."""
    i = np.arange(count)
    radius = np.sqrt(-2.0 * np.log1p(-(i + 0.5) / count))
    angle = i * math.pi * (3.0 - math.sqrt(5.0))
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    # The order is shuffled once, so that neighbours of the plane do not meet neighbours among the parameter draws.
    return points[np.random.default_rng(7).permutation(count)]


def population_draws(population: Population, count: int) -> Array:
    """Return `count` draws of the population parameters, shape (count, p); always the same ones."""
    root = _root(population.covariance.tobytes(), len(population.mean))
    return population.mean + _deviates(count, len(population.mean)) @ root.T


@lru_cache(maxsize=8)
def _root(covariance: bytes, size: int) -> Array:
    values, vectors = np.linalg.eigh(np.frombuffer(covariance).reshape(size, size))
    return vectors * np.sqrt(np.maximum(values, 0.0))


def update_response(
    patient: PatientScores, population: Population, kernel: Kernel, *, nodes: int = NODES, rounds: int = ROUNDS
) -> ResponsePosterior:
    """Return the posterior of `patient` under `population`.

    Parameters
    ----------
    patient : PatientScores
        May have no scores at all: the answer is then the population's.
    population : Population
    kernel : Kernel
    nodes : int
        Number of nodes for a patient who responds; even.
    rounds : int
        At most so many moves of the nodes.
    """
    scales = scales_of(patient, population)
    place = slots(population.names, scales, tuple(population.products))
    frame = _Frame.of(patient, population, place, nodes)
    rows = rows_of(patient, population)
    mean, cov = frame.prior_mean, frame.prior_cov
    best: ResponsePosterior | None = None
    for turn in range(rounds):
        points, log_weight = frame.nodes(mean, cov)
        told = kernel(rows, points, surprise=True)
        joint = told.log_likelihood + log_weight
        weight = np.exp(joint - joint.max())
        weight /= weight.sum()
        size = float(1.0 / (weight**2).sum())
        current = ResponsePosterior(patient, population, scales, frame.theta, points, weight, told, rows, size, kernel)
        settled = turn > 0 or not len(patient.weeks)
        if best is None or (settled and (best.rows is not rows or size > best.effective_nodes)):
            best = current
        if settled and size >= ENOUGH * nodes:
            break
        mean, cov = frame.moments(points, weight)
        if turn < 2:
            responder = points.responds > 0
            if weight[responder].sum() > 1e-9:
                centre = weight[responder] @ told.mean[responder] / weight[responder].sum()
                rows = relinearised(rows, slot_values(population.mean, place), centre)
            assert told.surprise is not None
            rows = replace(rows, weight=robust_weights(weight @ told.surprise))
    assert best is not None
    return best


@dataclass(frozen=True, slots=True)
class _Frame:
    """The nodes' parameter draws, and the prior of half-loss time and variability in common coordinates."""

    theta: Array
    slot: Array
    centre: Array
    wide: Array
    prior_mean: Array
    prior_cov: Array
    log_class: Array
    count: int

    @staticmethod
    def of(patient: PatientScores, population: Population, place: NDArray[np.int64], count: int) -> _Frame:
        theta = population_draws(population, count)
        theta = np.concatenate([theta, theta[:SILENT_NODES]])
        product = tuple(population.products)[int(cycle_arrays(patient, population)[3][-1])]
        index = population.index
        centre = theta[:, [index(f"log_half_loss:{product}"), index(f"log_sigma:{population.primary_scale}")]]
        wide = np.exp(theta[:, [index("log_sd_half_loss"), index("log_scale_spread")]])
        cov = np.diag(wide.mean(0) ** 2) + np.cov(centre.T)
        logit = theta[:, index("logit_non_response")]
        silent = np.arange(len(theta)) >= count
        log_class = np.where(silent, -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit))
        log_class = log_class - np.where(silent, math.log(SILENT_NODES), math.log(count))
        return _Frame(theta, slot_values(theta, place), centre, wide, centre.mean(0), cov, log_class, count)

    def nodes(self, mean: Array, cov: Array) -> tuple[Points, Array]:
        """Return nodes around `mean`, and their log weights: prior over proposal."""
        at = _propose(mean, cov, self.prior_mean, self.prior_cov, self.count)
        at = np.concatenate([at, _propose(mean, cov, self.prior_mean, self.prior_cov, SILENT_NODES)])
        z = (at - self.centre) / self.wide
        log_prior = -0.5 * (z**2).sum(1) - np.log(self.wide).sum(1)
        log_weight = log_prior - _log_proposal(at, mean, cov, self.prior_mean, self.prior_cov) + self.log_class
        responds = (np.arange(len(z)) < self.count).astype(np.int32)
        return Points(self.slot, np.ascontiguousarray(z[:, 0]), np.ascontiguousarray(z[:, 1]), responds), log_weight

    def moments(self, points: Points, weight: Array) -> tuple[Array, Array]:
        """Return mean and widened covariance of the weighted nodes, in the common coordinates."""
        at = self.centre + self.wide * np.stack([points.half_loss, points.spread], axis=1)
        mean = weight @ at
        cov = ((at - mean).T * weight) @ (at - mean)
        return mean, WIDEN**2 * cov + NARROWEST**2 * np.eye(2)


def _propose(mean: Array, cov: Array, first_mean: Array, first_cov: Array, count: int) -> Array:
    plane = _plane(count)
    prior = np.arange(count) % round(1 / FROM_PRIOR) == 0
    own = mean + plane @ np.linalg.cholesky(cov).T
    wide = first_mean + plane @ np.linalg.cholesky(first_cov).T
    return np.where(prior[:, None], wide, own)


def _log_proposal(points: Array, mean: Array, cov: Array, first_mean: Array, first_cov: Array) -> Array:
    own = _log_normal(points, mean, cov) + math.log1p(-FROM_PRIOR)
    wide = _log_normal(points, first_mean, first_cov) + math.log(FROM_PRIOR)
    return np.logaddexp(own, wide)


def _log_normal(points: Array, mean: Array, cov: Array) -> Array:
    away = points - mean
    return -0.5 * ((away @ np.linalg.inv(cov)) * away).sum(1) - 0.5 * np.linalg.slogdet(cov)[1]


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of normal distributions at each of m times: weights (g,), means and sds (m, g), in points."""

    weight: Array
    mean: Array
    sd: Array


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected at m times.

    Attributes
    ----------
    state : Mixture
        The patient's state, without the error of a single rating.
    score : Mixture
        A rating.
    gain : Mixture
        Against the untreated course; positive is better.
    """

    state: Mixture
    score: Mixture
    gain: Mixture


def predict(posterior: ResponsePosterior, weeks: Array, scale: str | None = None) -> Forecast:
    """Return the predictive distributions at `weeks`.

    Parameters
    ----------
    posterior : ResponsePosterior
    weeks : ndarray, shape (m,)
        Weeks from the first injection, in any order.
    scale : str, optional
        One of the posterior's scales; the first by default.
    """
    k = posterior.scales.index(scale or posterior.scales[0])
    weeks = np.atleast_1d(np.asarray(weeks, dtype=float))
    order = np.argsort(weeks, kind="stable")
    rows = rows_of(
        posterior.patient,
        posterior.population,
        at=weeks[order],
        at_channel=k,
        precision=posterior.rows.weight,
        off_time=posterior.rows.off_time,
        off_amplitude=posterior.rows.off_amplitude,
    )
    told = posterior.kernel(rows, posterior.points, targets=True)
    assert told.targets is not None
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    centre, state, error, gain, gain_variance = np.moveaxis(told.targets[:, back], 2, 0).swapaxes(1, 2)
    weight = posterior.weight

    def mixture(mean: Array, variance: Array) -> Mixture:
        return Mixture(weight, mean, np.sqrt(np.maximum(variance, 1e-12)))

    return Forecast(mixture(centre, state), _with_tails(weight, centre, state, error), mixture(gain, gain_variance))


def _with_tails(weight: Array, centre: Array, state: Array, error: Array) -> Mixture:
    """Return the distribution of a rating: its error is Student's t, written as a mixture of normal ones."""
    precision, share = tail_mixture(TAIL_DEGREES)
    sd = np.sqrt(np.maximum(state[..., None] + error[..., None] / precision, 1e-12))
    mean = np.broadcast_to(centre[..., None], sd.shape)
    flat = (len(centre), -1)
    return Mixture((weight[:, None] * share).ravel(), mean.reshape(flat), sd.reshape(flat))


@lru_cache(maxsize=4)
def tail_mixture(degrees: float, count: int = 5) -> tuple[Array, Array]:
    """Return precisions and weights of normal distributions that together are Student's t.

    Notes
    -----
    Gauss-Laguerre nodes of the Gamma(degrees/2) law of the precision, by the eigenvalues of its Jacobi matrix.
    """
    shape = degrees / 2.0
    i = np.arange(count)
    jacobi = np.diag(2.0 * i + shape)
    side = np.sqrt(i[1:] * (i[1:] + shape - 1.0))
    values, vectors = np.linalg.eigh(jacobi + np.diag(side, 1) + np.diag(side, -1))
    return values / shape, vectors[0] ** 2


def moved_to(posterior: ResponsePosterior, patient: PatientScores) -> ResponsePosterior:
    """Return the posterior with the scores of `patient`, an older self with more scores, on the same nodes."""
    rows = rows_of(
        patient,
        posterior.population,
        off_time=posterior.rows.off_time,
        off_amplitude=posterior.rows.off_amplitude,
    )
    told = posterior.kernel(rows, posterior.points)
    log_weight = np.log(np.maximum(posterior.weight, 1e-300)) + told.log_likelihood - posterior.told.log_likelihood
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    size = float(1.0 / (weight**2).sum())
    return replace(posterior, patient=patient, rows=rows, told=told, weight=weight, effective_nodes=size)
