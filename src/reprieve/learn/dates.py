"""When a cycle starts to work, is best, fades and has worn off, as weighted draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.curve import SHAPES
from reprieve.learn.design import product_names
from reprieve.learn.posterior import ResponsePosterior

Array = NDArray[np.float64]
# The definition of the daxibotulinumtoxinA trials: worn off when 80 % of the peak improvement is lost.
LEFT_AT_WEAR_OFF = 0.2
LEFT_AT_FADING = 0.5
REACHED_AT_ONSET = 0.5
_STEP_WEEKS, _HORIZON_WEEKS = 1.0 / 7.0, 52.0
_DRAWS = 8


@dataclass(frozen=True, slots=True)
class Milestones:
    """Weighted draws of one cycle's milestones, in weeks since its injection, shape (d,).

    Attributes
    ----------
    onset : ndarray
        Half of the peak reached.
    peak : ndarray
    fading : ndarray
        Half of the peak lost.
    wear_off : ndarray
        Four fifths of the peak lost.
    share : ndarray
        Peak effect beyond placebo, as share of the scale's reference score; negative means worse.
    weight : ndarray
        Sums to 1.
    """

    onset: Array
    peak: Array
    fading: Array
    wear_off: Array
    share: Array
    weight: Array


def milestones(posterior: ResponsePosterior, cycle: int) -> Milestones:
    """Return the milestones of `cycle` (its index) under `posterior`."""
    population, nodes = posterior.population, posterior.nodes
    value = {name: np.repeat(nodes.theta[:, i], _DRAWS) for i, name in enumerate(population.names)}
    product = product_names(population)[int(posterior.batch.times.product[0, cycle])]
    ratio = max(float(posterior.batch.times.ratio[0, cycle]), 1e-9)
    base = len(posterior.scales)
    effects = _draw(posterior, (base, base + 2 + 2 * cycle, base + 3 + 2 * cycle))
    kappa = np.exp(value["log_kappa"])
    share = value[f"amplitude:{product}"] * ratio * (1 + kappa) / (ratio + kappa)
    share = share + np.exp(value["log_sd_amplitude"]) * effects[:, 0]
    share = share + np.exp(value["log_sd_cycle_amplitude"]) * effects[:, 1]
    half_loss = value[f"log_half_loss:{product}"] + value["duration_slope"] * np.log(ratio)
    half_loss = half_loss + np.exp(value["log_sd_half_loss"]) * np.repeat(nodes.half_loss, _DRAWS)
    half_loss = half_loss + np.exp(value["log_sd_cycle_half_loss"]) * effects[:, 2]
    weeks = np.arange(_STEP_WEEKS, _HORIZON_WEEKS, 2 * _STEP_WEEKS)
    course = SHAPES[population.family](
        weeks, np.exp(value["log_onset"])[:, None], np.exp(half_loss)[:, None], np.exp(value["log_steepness"])[:, None]
    )
    top = course.argmax(1)
    height = course.max(1, keepdims=True)
    after = np.arange(len(weeks)) > top[:, None]
    return Milestones(
        weeks[(course >= REACHED_AT_ONSET * height).argmax(1)],
        weeks[top],
        _first(after & (course <= LEFT_AT_FADING * height), weeks),
        _first(after & (course <= LEFT_AT_WEAR_OFF * height), weeks),
        share * height[:, 0],
        np.repeat(posterior.weight, _DRAWS) / _DRAWS,
    )


def _first(reached: NDArray[np.bool_], weeks: Array) -> Array:
    return np.where(reached.any(1), weeks[reached.argmax(1)], _HORIZON_WEEKS)


def _draw(posterior: ResponsePosterior, columns: tuple[int, ...]) -> Array:
    """Return draws of some effects, `_DRAWS` for each node, shape (g * draws, columns); the same ones each time."""
    index = np.array(columns)
    mean = posterior.effects.mean[:, index]
    root = np.linalg.cholesky(posterior.effects.covariance[:, index[:, None], index] + 1e-12 * np.eye(len(index)))
    z = np.random.default_rng(11).standard_normal((len(mean), _DRAWS // 2, len(index)))
    z = np.concatenate([z, -z], axis=1)
    return (mean[:, None] + np.einsum("gij,gdj->gdi", root, z)).reshape(-1, len(index))


def weighted_quantiles(values: Array, weight: Array, levels: Array) -> Array:
    """Return the quantiles of weighted draws at `levels`."""
    order = np.argsort(values)
    mass = np.cumsum(weight[order])
    return values[order][np.minimum(np.searchsorted(mass, levels * mass[-1]), len(values) - 1)]
