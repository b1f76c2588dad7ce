"""One patient's posterior: weighted nodes, each with a normal posterior of everything linear.

Half-loss time and variability are not linear. They are covered by nodes that move, in a few rounds, to where the
patient's scores put them (adaptive importance sampling); each node also carries its own draw of the population
parameters, so that a population learned from few patients leaves its uncertainty in every interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.design import Nodes, Times, linear_part, product_names
from reprieve.learn.likelihood import Batch, Moments, NodePosterior, batch_of, integrate, log_sum_exp, moments
from reprieve.learn.noise import Noise, noise_of
from reprieve.learn.observations import PatientScores
from reprieve.learn.population import Population

Array = NDArray[np.float64]
NODES = 96
ROUNDS = 4
ENOUGH = 0.35
# The proposal is wider than the posterior it aims at, and one node in ten keeps to the prior.
WIDEN, FROM_PRIOR = 1.35, 0.1
NARROWEST = 0.04


@dataclass(frozen=True, slots=True)
class ResponsePosterior:
    """What is believed about one patient.

    Attributes
    ----------
    nodes : Nodes
        g nodes; their `log_weight` is the posterior's, and sums to 1 over the nodes.
    effects : NodePosterior
        Normal posterior of the effects at each node, shape (g, k).
    spread : ndarray, shape (g,)
        The patient's factor on the sd of drift and noise.
    effective_nodes : float
        Effective number of nodes, of g.
    """

    patient: PatientScores
    population: Population
    scales: tuple[str, ...]
    nodes: Nodes
    effects: NodePosterior
    spread: Array
    figures: Moments
    batch: Batch
    effective_nodes: float

    @property
    def weight(self) -> Array:
        """Posterior weights of the nodes, shape (g,)."""
        return np.exp(self.nodes.log_weight)


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
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def population_draws(population: Population, count: int) -> Array:
    """Return `count` draws of the population parameters, shape (count, p); always the same ones."""
    vectors, root = _root(population.covariance.tobytes(), len(population.mean))
    return population.mean + _deviates(count, len(population.mean)) @ (vectors * root).T


@lru_cache(maxsize=8)
def _root(covariance: bytes, size: int) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(np.frombuffer(covariance).reshape(size, size))
    return vectors, np.sqrt(np.maximum(values, 0.0))


def update_response(patient: PatientScores, population: Population, *, nodes: int = NODES) -> ResponsePosterior:
    """Return the posterior of `patient` under `population`.

    Parameters
    ----------
    patient : PatientScores
        May have no scores at all: the answer is then the population's.
    population : Population
    nodes : int
        Number of nodes; even.

    Returns
    -------
    ResponsePosterior
    """
    scales = patient.scales or (population.primary_scale,)
    batch = batch_of([patient], population, scales)
    theta = population_draws(population, nodes)
    product = product_names(population)[int(batch.times.product[0, -1])]
    at = [population.index(f"log_half_loss:{product}"), population.index("log_sigma")]
    centre = theta[:, at]
    wide = np.exp(theta[:, [population.index("log_sd_half_loss"), population.index("log_scale_spread")]])
    mean, cov = centre.mean(0), np.diag(wide.mean(0) ** 2) + np.cov(centre.T)
    first_mean, first_cov = mean, cov
    best: ResponsePosterior | None = None
    for _ in range(ROUNDS):
        points = _propose(mean, cov, first_mean, first_cov, nodes)
        z = (points - centre) / wide
        log_prior = -0.5 * (z**2).sum(1) - np.log(wide).sum(1)
        log_weight = log_prior - _log_proposal(points, mean, cov, first_mean, first_cov)
        place = Nodes(theta, z[:, 0], z[:, 1], log_weight)
        current = _weigh(patient, population, scales, batch, place)
        if best is None or current.effective_nodes > best.effective_nodes:
            best = current
        if best.effective_nodes >= ENOUGH * nodes:
            break
        weight = current.weight
        mean = weight @ points
        cov = ((points - mean).T * weight) @ (points - mean)
        cov = WIDEN**2 * cov + NARROWEST**2 * np.eye(2)
    assert best is not None
    return best


def _propose(mean: Array, cov: Array, first_mean: Array, first_cov: Array, count: int) -> Array:
    plane = _plane(count)
    prior = np.arange(count) % round(1 / FROM_PRIOR) == 0
    # The order is shuffled once, so that neighbours of the plane do not meet neighbours among the parameter draws.
    order = np.random.default_rng(7).permutation(count)
    own = mean + plane @ np.linalg.cholesky(cov).T
    wide = first_mean + plane @ np.linalg.cholesky(first_cov).T
    return np.where(prior[:, None], wide[order], own[order])


def _log_proposal(points: Array, mean: Array, cov: Array, first_mean: Array, first_cov: Array) -> Array:
    own = _log_normal(points, mean, cov) + math.log1p(-FROM_PRIOR)
    wide = _log_normal(points, first_mean, first_cov) + math.log(FROM_PRIOR)
    return np.logaddexp(own, wide)


def _log_normal(points: Array, mean: Array, cov: Array) -> Array:
    away = points - mean
    return -0.5 * ((away @ np.linalg.inv(cov)) * away).sum(1) - 0.5 * np.linalg.slogdet(cov)[1]


def _weigh(
    patient: PatientScores, population: Population, scales: tuple[str, ...], batch: Batch, nodes: Nodes
) -> ResponsePosterior:
    figures = moments(batch, nodes, population)
    spread = spread_factor(nodes, population)
    fitted = integrate(figures, spread)
    log_weight = nodes.log_weight + fitted.log_likelihood[0]
    log_weight = log_weight - log_sum_exp(log_weight)
    effects = NodePosterior(fitted.mean[0], fitted.covariance[0], fitted.log_likelihood[0])
    size = float(1.0 / np.exp(2 * log_weight).sum())
    placed = Nodes(nodes.theta, nodes.half_loss, nodes.spread, log_weight)
    return ResponsePosterior(patient, population, scales, placed, effects, spread, figures, batch, size)


def spread_factor(nodes: Nodes, population: Population) -> Array:
    """Return the patient's factor on the sd of drift and noise at each node, shape (g,)."""
    return np.exp(np.exp(nodes.theta[:, population.index("log_scale_spread")]) * nodes.spread)


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of normal distributions at each of m times: weights (g,), means and sds (m, g), in points."""

    weight: Array
    mean: Array
    sd: Array


def predict(posterior: ResponsePosterior, weeks: Array, scale: str | None = None, *, error: bool = True) -> Mixture:
    """Return the predictive distribution of the score at `weeks`.

    Parameters
    ----------
    posterior : ResponsePosterior
    weeks : ndarray, shape (m,)
        Weeks from the first injection, in any order.
    scale : str, optional
        One of the posterior's scales; the first by default.
    error : bool
        Whether the error of a single rating is included; without it, the patient's state is predicted.
    """
    scale = scale or posterior.scales[0]
    k = posterior.scales.index(scale)
    weeks = np.atleast_1d(np.asarray(weeks, dtype=float))
    old = posterior.batch.times
    times = Times(
        weeks[None], np.full((1, len(weeks)), k), old.starts, old.ratio, old.product, old.with_placebo, old.scales
    )
    mean, loadings = linear_part(times, posterior.nodes, posterior.population)
    noise = noise_of(posterior.scales, posterior.nodes, posterior.population)
    state, variance = _drift_at(posterior, weeks, k, noise)  # (m, g, cols), (m, g)
    direction = loadings[0] - state[..., :-1]
    centre = mean[0] + state[..., -1] + np.einsum("mgk,gk->mg", direction, posterior.effects.mean)
    total = np.einsum("mgk,gkl,mgl->mg", direction, posterior.effects.covariance, direction, optimize=True)
    own = variance + (noise.error_variance[k] if error else 0.0)
    return Mixture(posterior.weight, centre, np.sqrt(total + posterior.spread**2 * own))


def improvement(posterior: ResponsePosterior, weeks: Array, scale: str | None = None) -> Mixture:
    """Return the distribution of the gain against the untreated course at `weeks`; positive is better.

    Parameters
    ----------
    posterior : ResponsePosterior
    weeks : ndarray, shape (m,)
        Weeks from the first injection.
    scale : str, optional
        One of the posterior's scales; the first by default. The gain is in its points.
    """
    k = posterior.scales.index(scale or posterior.scales[0])
    old = posterior.batch.times
    weeks = np.atleast_1d(np.asarray(weeks, dtype=float))
    times = Times(
        weeks[None], np.full((1, len(weeks)), k), old.starts, old.ratio, old.product, old.with_placebo, old.scales
    )
    untreated = replace(times, ratio=np.zeros_like(old.ratio), with_placebo=np.zeros_like(old.with_placebo))
    mean, loadings = linear_part(times, posterior.nodes, posterior.population)
    mean_without, loadings_without = linear_part(untreated, posterior.nodes, posterior.population)
    direction = (loadings_without - loadings)[0]
    gain = (mean_without - mean)[0] + np.einsum("mgk,gk->mg", direction, posterior.effects.mean)
    variance = np.einsum("mgk,gkl,mgl->mg", direction, posterior.effects.covariance, direction, optimize=True)
    return Mixture(posterior.weight, gain, np.sqrt(np.maximum(variance, 1e-12)))


def _drift_at(posterior: ResponsePosterior, weeks: Array, k: int, noise: Noise) -> tuple[Array, Array]:
    """Return each column's expected drift and its variance at `weeks`, smoothed where scores follow."""
    times, white = posterior.batch.times, posterior.figures.whitened
    tau, stationary = noise.drift_weeks[k], noise.drift_variance[k]
    last = white.last[0, k]
    if not np.isfinite(last) or np.all(weeks >= last):
        with np.errstate(invalid="ignore"):
            rho = np.exp(-np.maximum(weeks - last, 0.0)[:, None] / tau) if np.isfinite(last) else 0.0 * weeks[:, None]
        rho = np.broadcast_to(rho, (len(weeks), len(tau)))
        held = white.state_variance[0, k]
        return rho[..., None] * white.state[0, k], rho**2 * held + stationary * (1.0 - rho**2)
    seen = posterior.batch.seen[0] & (times.channel[0] == k)
    mean, loadings = linear_part(times, posterior.nodes, posterior.population)
    columns = np.concatenate([loadings, (posterior.batch.scores[..., None] - mean)[..., None]], axis=-1)[0, seen]
    return _smooth(columns, times.weeks[0, seen], weeks, stationary, noise.error_variance[k], tau)


def _smooth(
    columns: Array, seen: Array, wanted: Array, stationary: Array, error: Array, tau: Array
) -> tuple[Array, Array]:
    """Kalman smoother of the drift of each column, at the times `wanted`, from columns at the times `seen`."""
    when = np.concatenate([seen, wanted])
    order = np.argsort(when, kind="stable")
    steps = len(when)
    filtered, predicted = np.zeros((steps, *columns.shape[1:])), np.zeros((steps, *columns.shape[1:]))
    after, before = np.zeros((steps, len(tau))), np.zeros((steps, len(tau)))
    rhos = np.exp(-np.diff(when[order], prepend=-np.inf)[:, None] / tau)
    state, variance = np.zeros(columns.shape[1:]), stationary
    for j, i in enumerate(order):
        state = state * rhos[j][:, None]
        variance = variance * rhos[j] ** 2 + stationary * (1.0 - rhos[j] ** 2)
        predicted[j], before[j] = state, variance
        if i < len(seen):
            gain = variance / (variance + error)
            state = state + gain[:, None] * (columns[i] - state)
            variance = (1.0 - gain) * variance
        filtered[j], after[j] = state, variance
    for j in range(steps - 2, -1, -1):
        gain = after[j] * rhos[j + 1] / before[j + 1]
        filtered[j] += gain[:, None] * (filtered[j + 1] - predicted[j + 1])
        after[j] += gain**2 * (after[j + 1] - before[j + 1])
    place = np.empty(steps, dtype=int)
    place[order] = np.arange(steps)
    chosen = place[len(seen) :]
    return filtered[chosen], after[chosen]
