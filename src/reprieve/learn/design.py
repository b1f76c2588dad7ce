"""From patients and parameters to means and loadings of the linear part of the model.

Given the nodes (population parameters, this patient's half-loss time and variability) everything else is linear:
``score = mean + loadings @ effects + drift + noise`` with standard normal effects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.curve import SHAPES, placebo_course
from reprieve.learn.observations import PatientScores
from reprieve.learn.population import Population

Array = NDArray[np.float64]
_SLOPE_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Nodes:
    """Points over what is not linear.

    Attributes
    ----------
    theta : ndarray, shape (g, p)
        Population parameters.
    half_loss : ndarray, shape (g,)
        The patient's half-loss time, as a standard normal deviate.
    spread : ndarray, shape (g,)
        The patient's variability, as a standard normal deviate.
    log_weight : ndarray, shape (g,)
        Log prior weight; the weights sum to 1.
    """

    theta: Array
    half_loss: Array
    spread: Array
    log_weight: Array


@dataclass(frozen=True, slots=True)
class Times:
    """Where the model is evaluated: times, channels and cycles of a batch of p patients.

    Attributes
    ----------
    weeks : ndarray, shape (p, n)
        Weeks from the first injection.
    channel : ndarray of int, shape (p, n)
    starts : ndarray, shape (p, c)
        Starts of the cycles, in weeks; infinite where a patient has fewer.
    ratio : ndarray, shape (p, c)
        Dose over the product's reference dose; 0 is placebo.
    product : ndarray of int, shape (p, c)
        Index of the product in the population.
    with_placebo : ndarray, shape (p, c)
        1 where a placebo response is expected.
    scales : tuple of str
    """

    weeks: Array
    channel: NDArray[np.int64]
    starts: Array
    ratio: Array
    product: NDArray[np.int64]
    with_placebo: Array
    scales: tuple[str, ...]


def product_names(population: Population) -> tuple[str, ...]:
    """Return the products of `population` in the order of its parameters."""
    return tuple(name.partition(":")[2] for name in population.names if name.startswith("amplitude:"))


def cycle_arrays(
    patients: Sequence[PatientScores], population: Population
) -> tuple[Array, Array, NDArray[np.int64], Array]:
    """Return starts, dose ratios, product indices and placebo flags of all cycles, padded."""
    names = product_names(population)
    size = (len(patients), max(len(patient.cycles) for patient in patients))
    starts, ratio = np.full(size, np.inf), np.zeros(size)
    product, with_placebo = np.zeros(size, dtype=np.int64), np.zeros(size)
    for i, patient in enumerate(patients):
        for j, cycle in enumerate(patient.cycles):
            starts[i, j] = cycle.start_weeks
            with_placebo[i, j] = float(cycle.is_placebo or (j == 0 and patient.first_known))
            if cycle.is_placebo:
                continue
            name = cycle.product if cycle.product in names else names[0]
            product[i, j] = names.index(name)
            ratio[i, j] = 1.0 if cycle.units is None else cycle.units / population.products[name].reference_units
    return starts, ratio, product, with_placebo


def linear_part(times: Times, nodes: Nodes, population: Population) -> tuple[Array, Array]:
    """Return the mean and the loadings at `times` for each node.

    Parameters
    ----------
    times : Times
        p patients, n times, c cycles.
    nodes : Nodes
        g nodes.
    population : Population

    Returns
    -------
    mean : ndarray, shape (p, n, g)
        In points.
    loadings : ndarray, shape (p, n, g, k)
        Of the standard normal effects: one baseline for each scale, response, placebo response, and for each cycle
        its own response and its own duration.
    """
    value = {name: nodes.theta[:, i] for i, name in enumerate(population.names)}
    names = product_names(population)
    amplitude = np.stack([value[f"amplitude:{name}"] for name in names])[times.product]  # (p, c, g)
    log_half_loss = np.stack([value[f"log_half_loss:{name}"] for name in names])[times.product]
    kappa = np.exp(value["log_kappa"])
    ratio = times.ratio[..., None]
    active = (ratio > 0).astype(float)
    log_ratio = np.log(np.where(ratio > 0, ratio, 1.0))
    amplitude = active * amplitude * ratio * (1.0 + kappa) / (ratio + kappa)
    log_half_loss = (
        log_half_loss + value["duration_slope"] * log_ratio + np.exp(value["log_sd_half_loss"]) * nodes.half_loss
    )
    since = times.weeks[:, :, None] - times.starts[:, None, :]
    since = np.where(np.isfinite(since), since, -1.0)[..., None]
    shape = SHAPES[population.family]
    onset, steepness = np.exp(value["log_onset"]), np.exp(value["log_steepness"])
    course = active[:, None] * shape(since, onset, np.exp(log_half_loss)[:, None], steepness)  # (p, n, c, g)
    later = active[:, None] * shape(since, onset, np.exp(log_half_loss + _SLOPE_STEP)[:, None], steepness)
    earlier = active[:, None] * shape(since, onset, np.exp(log_half_loss - _SLOPE_STEP)[:, None], steepness)
    slope = (later - earlier) / (2 * _SLOPE_STEP)
    placebo = (times.with_placebo[:, None, :, None] * placebo_course(since, np.exp(value["log_placebo_decay"]))).sum(2)
    effect, reach = (amplitude[:, None] * course).sum(2), course.sum(2)

    entries = [population.scales[scale] for scale in times.scales]
    reference = np.array([entry.reference for entry in entries])[times.channel][..., None]
    factor = np.array([entry.sd_baseline for entry in entries])[times.channel][..., None]
    mean = reference * (value["mean_baseline"] - effect - value["placebo"] * placebo)
    level = reference * factor * np.exp(value["log_sd_baseline"])
    level = level * (1.0 - value["coupling"] * reach - value["coupling_placebo"] * placebo)
    columns = [level * (times.channel == k)[..., None] for k in range(len(entries))]
    columns.append(-reference * np.exp(value["log_sd_amplitude"]) * reach)
    columns.append(-reference * np.exp(value["log_sd_placebo"]) * placebo)
    for c in range(times.starts.shape[1]):
        columns.append(-reference * np.exp(value["log_sd_cycle_amplitude"]) * course[:, :, c])
        columns.append(-reference * np.exp(value["log_sd_cycle_half_loss"]) * amplitude[:, None, c] * slope[:, :, c])
    return mean, np.stack(columns, axis=-1)
