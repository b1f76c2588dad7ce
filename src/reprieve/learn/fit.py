"""Fit a population: the most probable parameters and their covariance, with every patient integrated out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from reprieve.core.documents import canonical
from reprieve.core.errors import ScoresError
from reprieve.learn.curve import Family
from reprieve.learn.design import Nodes
from reprieve.learn.likelihood import Batch, batch_of, integrate, log_sum_exp, moments
from reprieve.learn.observations import PatientScores
from reprieve.learn.population import (
    COMMON,
    Population,
    Prior,
    ProductEntry,
    ScaleEntry,
    parameter_names,
)
from reprieve.learn.posterior import spread_factor

Array = NDArray[np.float64]
HALF_LOSS_POINTS, SPREAD_POINTS = 5, 5
STEP = 1e-4
# Cells (patients x times x nodes x columns) worked on at once; bounds the memory.
CELLS = 4_000_000


def fit_population(
    patients: Sequence[PatientScores],
    *,
    products: Mapping[str, ProductEntry],
    scales: Mapping[str, ScaleEntry],
    primary_scale: str,
    product_priors: Mapping[str, tuple[Prior, Prior]],
    family: Family = "hill",
    progress: Callable[[int], None] | None = None,
) -> Population:
    """Return the population that `patients` and the priors make most probable.

    Parameters
    ----------
    patients : sequence of PatientScores
    products, scales : mapping
        Entries of every product and scale that occurs.
    primary_scale : str
    product_priors : mapping
        Priors of amplitude and log half-loss time of each product.
    family : {"hill", "gompertz"}
    progress : callable, optional
        Called with the number of the iteration.

    Returns
    -------
    Population
        Mean: the mode; covariance: the inverse curvature there.

    Notes
    -----
    The marginal likelihood of a patient integrates all linear effects exactly, half-loss time and variability by
    Gauss-Hermite quadrature; so no Laplace approximation biases the variances.
    """
    if not patients:
        raise ScoresError("no patient with a score; a population needs scores")
    names = parameter_names(tuple(products))
    priors = _priors(names, product_priors)
    start = np.array([prior.mean for prior in priors])
    draft = Population(
        names, start, np.diag([prior.sd**2 for prior in priors]), dict(products), dict(scales), primary_scale, family
    )
    batches = _batches(patients, draft)
    target = _Target(draft, batches, priors)
    count = 0

    def tick(_: Array) -> None:
        nonlocal count
        count += 1
        if progress is not None:
            progress(count)

    scale = np.array([prior.sd for prior in priors])
    found = minimize(
        lambda z: target.value_and_slope(start + scale * z, scale),
        np.zeros(len(names)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-4.0, 4.0)] * len(names),
        callback=tick,
        options={"maxiter": 200, "ftol": 1e-9, "gtol": 1e-4},
    )
    mean = start + scale * found.x
    covariance = target.covariance(mean, scale)
    origin = {
        name: f"fitted to {len(patients)} patients; prior {prior.origin}"
        for name, prior in zip(names, priors, strict=True)
    }
    return replace(draft, mean=mean, covariance=covariance, fingerprint=fingerprint(patients), provenance=origin)


def fingerprint(patients: Iterable[PatientScores]) -> str:
    """Return the SHA-256 of the scores, cycles and names; the order of the patients does not matter."""
    rows = sorted(
        canonical(
            [
                patient.patient,
                [[cycle.start_weeks, cycle.product, cycle.units] for cycle in patient.cycles],
                patient.weeks,
                patient.scores,
                [patient.scales[i] for i in patient.channels],
            ]
        )
        for patient in patients
    )
    return "sha256:" + hashlib.sha256(b"\n".join(rows)).hexdigest()


def _priors(names: Sequence[str], product_priors: Mapping[str, tuple[Prior, Prior]]) -> list[Prior]:
    priors = []
    for name in names:
        kind, _, product = name.partition(":")
        priors.append(product_priors[product][kind == "log_half_loss"] if product else COMMON[name])
    return priors


def _batches(patients: Sequence[PatientScores], population: Population) -> list[Batch]:
    """Return patients of like size together, so that little is padded."""
    scales = tuple(population.scales)
    groups: dict[tuple[int, int], list[PatientScores]] = {}
    for patient in patients:
        size = max(len(patient.weeks), 1)
        groups.setdefault((len(patient.cycles), 2 ** math.ceil(math.log2(size))), []).append(patient)
    batches = []
    for (cycles, size), members in sorted(groups.items()):
        per_patient = size * (4 + 2 * cycles) * HALF_LOSS_POINTS * (2 * len(population.names) + 1)
        share = max(1, CELLS // per_patient)
        batches += [batch_of(members[i : i + share], population, scales) for i in range(0, len(members), share)]
    return batches


class _Target:
    """Minus the log posterior of the parameters, with slope and curvature."""

    def __init__(self, population: Population, batches: Sequence[Batch], priors: Sequence[Prior]) -> None:
        self.population = population
        self.batches = batches
        self.centre = np.array([prior.mean for prior in priors])
        self.sd = np.array([prior.sd for prior in priors])
        points, weights = np.polynomial.hermite_e.hermegauss(HALF_LOSS_POINTS)
        self.half_loss, self.half_loss_weight = points, np.log(weights / weights.sum())
        points, weights = np.polynomial.hermite_e.hermegauss(SPREAD_POINTS)
        self.spread, self.spread_weight = points, np.log(weights / weights.sum())

    def log_likelihood(self, thetas: Array) -> Array:
        """Return the log likelihood of each patient at each of `thetas` (d, p), shape (patients, d)."""
        count, points = len(thetas), len(self.half_loss)
        nodes = Nodes(
            np.repeat(thetas, points, axis=0),
            np.tile(self.half_loss, count),
            np.zeros(count * points),
            np.tile(self.half_loss_weight, count),
        )
        parts = []
        for batch in self.batches:
            figures = moments(batch, nodes, self.population)
            by_spread = []
            for z, weight in zip(self.spread, self.spread_weight, strict=True):
                placed = replace(nodes, spread=np.full(count * points, z))
                fitted = integrate(figures, spread_factor(placed, self.population))
                by_spread.append(fitted.log_likelihood + nodes.log_weight + weight)
            stacked = np.stack(by_spread, axis=-1).reshape(len(batch.scores), count, -1)
            parts.append(log_sum_exp(stacked))
        return np.concatenate(parts)

    def _prior(self, theta: Array) -> tuple[float, Array]:
        z = (theta - self.centre) / self.sd
        return 0.5 * float(z @ z), z / self.sd

    def value_and_slope(self, theta: Array, scale: Array) -> tuple[float, Array]:
        """Return minus the log posterior and its slope for the scaled parameters."""
        size = len(theta)
        steps = STEP * scale
        moved = np.concatenate([theta[None], theta + np.diag(steps), theta - np.diag(steps)])
        total = self.log_likelihood(moved).sum(0)
        slope = (total[1 : size + 1] - total[size + 1 :]) / (2 * STEP)
        value, prior_slope = self._prior(theta)
        return value - total[0], prior_slope * scale - slope

    def covariance(self, theta: Array, scale: Array) -> Array:
        """Return the inverse curvature of minus the log posterior at `theta`."""
        size = len(theta)
        step = 0.02
        rows = []
        for i in range(size):
            away = np.zeros(size)
            away[i] = step * scale[i]
            up, down = self.value_and_slope(theta + away, scale)[1], self.value_and_slope(theta - away, scale)[1]
            rows.append((up - down) / (2 * step))
        curvature = np.array(rows)
        curvature = 0.5 * (curvature + curvature.T)
        values, vectors = np.linalg.eigh(curvature)
        # A direction that the data leave flat keeps at most its prior sd (1 in these units).
        inverse = (vectors / np.maximum(values, 1.0)) @ vectors.T
        return inverse * np.outer(scale, scale)
