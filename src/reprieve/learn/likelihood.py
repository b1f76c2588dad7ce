"""Marginal likelihood of patients, with all linear effects integrated out exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.design import Nodes, Times, cycle_arrays, linear_part
from reprieve.learn.noise import Whitened, noise_of, whiten
from reprieve.learn.observations import PatientScores
from reprieve.learn.population import Population

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Patients padded to one shape."""

    times: Times
    scores: Array
    seen: NDArray[np.bool_]


def batch_of(patients: Sequence[PatientScores], population: Population, scales: tuple[str, ...]) -> Batch:
    """Return `patients` padded into arrays, with channels numbered by `scales`."""
    size = (len(patients), max(1, max(len(patient.weeks) for patient in patients)))
    weeks, scores = np.zeros(size), np.zeros(size)
    channel, seen = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    for i, patient in enumerate(patients):
        count = len(patient.weeks)
        weeks[i, :count], scores[i, :count], seen[i, :count] = patient.weeks, patient.scores, True
        weeks[i, count:] = patient.weeks[-1] if count else 0.0
        lookup = np.array([scales.index(scale) for scale in patient.scales], dtype=np.int64)
        channel[i, :count] = lookup[patient.channels] if count else 0
    return Batch(Times(weeks, channel, *cycle_arrays(patients, population), scales), scores, seen)


@dataclass(frozen=True, slots=True)
class Moments:
    """What the scores say at each node, before the patient's own variability s (sd factor) enters.

    Attributes
    ----------
    gram : ndarray, shape (p, g, k, k)
    shift : ndarray, shape (p, g, k)
    residual : ndarray, shape (p, g)
        Whitened sum of squares.
    count : ndarray, shape (p,)
    whitened : Whitened
        Its last column is the residual's.
    """

    gram: Array
    shift: Array
    residual: Array
    count: NDArray[np.int64]
    whitened: Whitened


def moments(batch: Batch, nodes: Nodes, population: Population) -> Moments:
    """Return the sufficient figures of `batch` at `nodes`."""
    mean, loadings = linear_part(batch.times, nodes, population)
    columns = np.concatenate([loadings, (batch.scores[..., None] - mean)[..., None]], axis=-1)
    noise = noise_of(batch.times.scales, nodes, population)
    white = whiten(columns, batch.times.weeks, batch.times.channel, batch.seen, noise)
    by_node = white.columns.transpose(0, 2, 1, 3)  # (p, g, n, m)
    product = by_node.swapaxes(-1, -2) @ by_node
    k = loadings.shape[-1]
    return Moments(product[..., :k, :k], product[..., :k, k], product[..., k, k], batch.seen.sum(1), white)


@dataclass(frozen=True, slots=True)
class NodePosterior:
    """Normal posterior of the effects at each node, and the log marginal likelihood.

    Attributes
    ----------
    mean : ndarray, shape (..., k)
    covariance : ndarray, shape (..., k, k)
    log_likelihood : ndarray, shape (...)
    """

    mean: Array
    covariance: Array
    log_likelihood: Array


def integrate(figures: Moments, spread: Array) -> NodePosterior:
    """Integrate the effects out, for the variability factor `spread` of each node.

    Parameters
    ----------
    figures : Moments
        p patients, g nodes.
    spread : ndarray, broadcastable with (p, g)
        Factor on the sd of drift and noise.
    """
    square = spread**2
    k = figures.gram.shape[-1]
    precision = figures.gram / square[..., None, None] + np.eye(k)
    shift = figures.shift / square[..., None]
    covariance: Array = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    mean = (covariance @ shift[..., None])[..., 0]
    count = figures.count[:, None]
    log_likelihood = (
        -0.5
        * (
            figures.residual / square
            - (mean * shift).sum(-1)
            + np.linalg.slogdet(precision)[1]
            + count * (np.log(2 * np.pi) + np.log(square))
        )
        - figures.whitened.log_scale
    )
    return NodePosterior(mean, covariance, log_likelihood)


def log_sum_exp(values: Array) -> Array:
    """Return log(sum(exp(values))) over the last axis."""
    top = values.max(-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(values - top).sum(-1))
