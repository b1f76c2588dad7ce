"""When a cycle starts to work, is best, fades and has worn off, as weighted draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.bounds import to_points
from reprieve.learn.curve import AFTER_WEEKS
from reprieve.learn.parameters import baseline_parts
from reprieve.learn.posterior import ResponsePosterior, without_idle_nodes

Array = NDArray[np.float64]
# The definition of the daxibotulinumtoxinA trials: worn off when 80 % of the peak improvement is lost.
LEFT_AT_WEAR_OFF = 0.2
LEFT_AT_FADING = 0.5
REACHED_AT_ONSET = 0.5
_FIRST_WEEKS, _HORIZON_WEEKS = 1.0 / 7.0, 52.0
# Each a tenth later than the one before; straight between them, which is within a day of the curve.
_WEEKS = np.geomspace(_FIRST_WEEKS, _HORIZON_WEEKS, 64)
# An effect of nearly nothing has no date of fading of its own; what it leaves behind is then held in bounds.
_LEAST_SHARE, _BEHIND = 0.02, (-0.5, 1.0)
_FAR = 50.0  # a power beyond which nothing is left
_DRAWS = 896  # about so many in all; an even number, and at least two, for each node


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
        Peak gain beyond placebo, as share of the scale's reference score; negative means worse.
    weight : ndarray
        Sums to 1; nodes of patients who do not respond have none, dates are those of a patient who does.
    """

    onset: Array
    peak: Array
    fading: Array
    wear_off: Array
    share: Array
    weight: Array


def milestones(posterior: ResponsePosterior, cycle: int) -> Milestones:
    """Return the milestones of `cycle` (its index) under `posterior`, if the patient responds at all."""
    kept = without_idle_nodes(posterior)
    # Whoever surely does not respond has no such node left: the dates are then those of the population's kind.
    posterior = kept if (kept.points.responds > 0).any() else posterior
    responds = posterior.points.responds > 0
    weight = posterior.weight * responds
    weight = weight / weight.sum() if weight.sum() > 0 else responds / responds.sum()
    share, half_loss, level = _cycle_draws(posterior, cycle)
    draws = len(share) // len(weight)
    weeks = _WEEKS
    course = _in_points(posterior, level, share, _gain(posterior, cycle, weeks, share, half_loss))
    top, height = course.argmax(1), course.max(1, keepdims=True)
    after = np.arange(len(weeks)) > top[:, None]
    return Milestones(
        _crossed(course >= REACHED_AT_ONSET * height, course, REACHED_AT_ONSET * height, weeks),
        weeks[top],
        _crossed(after & (course <= LEFT_AT_FADING * height), course, LEFT_AT_FADING * height, weeks),
        _crossed(after & (course <= LEFT_AT_WEAR_OFF * height), course, LEFT_AT_WEAR_OFF * height, weeks),
        share * height[:, 0],
        np.repeat(weight, draws) / draws,
    )


def _channel(posterior: ResponsePosterior) -> int:
    """Return the channel on whose points dates hang: the population's own scale, where there is one."""
    primary = posterior.population.primary_scale
    return posterior.scales.index(primary) if primary in posterior.scales else 0


def _in_points(posterior: ResponsePosterior, level: Array, share: Array, course: Array) -> Array:
    """Return what each draw's course of the effect is in points, both as share of the full effect.

    Near an end of the scale a large effect saves fewer points, so that half of them are lost later.
    """
    channel, rows = _channel(posterior), posterior.rows
    scale = rows.reference[channel], rows.lowest[channel], rows.highest[channel]
    size = np.where(np.abs(share) < _LEAST_SHARE, np.copysign(_LEAST_SHARE, share), share)
    full = (size * np.repeat(_factor(posterior, channel), len(share) // len(posterior.theta)))[:, None]
    return (to_points(level[:, None], *scale) - to_points(level[:, None] - full * course, *scale)) / full


def _factor(posterior: ResponsePosterior, channel: int) -> Array:
    """Return the points of a whole reference effect at each node."""
    name, population = f"log_effect:{posterior.scales[channel]}", posterior.population
    factor = np.exp(posterior.theta[:, population.index(name)]) if name in population.names else 1.0
    return posterior.rows.reference[channel] * factor * np.ones(len(posterior.theta))


def _gain(posterior: ResponsePosterior, cycle: int, weeks: Array, share: Array, half_loss: Array) -> Array:
    """Return the course of each draw's gain over the untreated level, as share of its full effect."""
    theta, index = posterior.theta, posterior.population.index
    draws = len(share) // len(theta)

    def of_node(name: str) -> Array:
        return theta[:, index(name), None]

    # What all draws of a node share is made once for each node.
    rise = np.repeat(-np.expm1(-((weeks / np.exp(of_node("log_onset"))) ** 2)), draws, axis=0)
    left = rise * remaining(
        posterior.population.family,
        np.repeat(np.exp(of_node("log_steepness")), draws, axis=0) * (np.log(weeks) - half_loss[:, None]),
    )
    # What a lost effect leaves behind counts as lost too: the level is then reached sooner, or later.
    behind = of_node("after") + of_node("after_dose") * np.log(max(float(posterior.rows.ratio[cycle]), 1e-9))
    behind = np.clip(np.repeat(behind, draws, axis=0) / np.maximum(share[:, None], _LEAST_SHARE), *_BEHIND)
    return left - behind * (rise - left) * np.exp(-((weeks / AFTER_WEEKS) ** 2))


def remaining(family: str, power: Array) -> Array:
    """Return the share of a risen effect that is left; `power`: steepness times the log of time over half-loss time.

    Notes
    -----
    As in `reprieve.learn.curve.shape_and_slope`: ``1/(1 + x)`` or ``2^-sqrt(x)``, ``x = exp(power)``.
    """
    if family == "hill":
        return 1.0 / (1.0 + np.exp(np.minimum(power, _FAR)))
    return np.exp2(-np.exp(np.minimum(0.5 * power, _FAR)))


def _cycle_draws(posterior: ResponsePosterior, cycle: int) -> tuple[Array, Array, Array]:
    """Return draws of the cycle's full effect (share of the reference), log half-loss time, and untreated level."""
    population, points, rows = posterior.population, posterior.points, posterior.rows
    draws, channel = 2 * max(1, _DRAWS // (2 * len(points.half_loss))), _channel(posterior)
    product, scale = tuple(population.products)[int(rows.product[cycle])], posterior.scales[channel]

    def value(name: str) -> Array:
        return np.repeat(posterior.theta[:, population.index(name)], draws)

    ratio = max(float(rows.ratio[cycle]), 1e-9)
    first, own = len(posterior.scales), rows.first_cycle + 2 * cycle
    effects = _draw(posterior, draws, (first, own, own + 1, first + 2, *range(channel + 1))).T
    kappa = np.exp(value("log_kappa"))
    parts = baseline_parts(value("logit_shared_baseline"), channel + 1)[channel]
    higher = np.exp(value(f"log_sd_baseline:{scale}")) * (parts * effects[4:]).sum(0)
    coupled = value("coupling") * higher * rows.reference[channel]
    share = value(f"amplitude:{product}") * ratio * (1 + kappa) / (ratio + kappa)
    share = share + np.exp(value("log_sd_amplitude")) * effects[0]
    share = share + np.exp(value("log_sd_cycle_amplitude")) * effects[1]
    share = share + coupled / np.repeat(_factor(posterior, channel), draws)
    half_loss = value(f"log_half_loss:{product}") + value("duration_slope") * np.log(ratio)
    half_loss = half_loss + np.exp(value("log_sd_half_loss")) * np.repeat(points.half_loss, draws)
    half_loss = half_loss + np.exp(value("log_sd_cycle_half_loss")) * effects[2]
    slope = np.exp(value("log_sd_slope")) * effects[3] * rows.start[cycle] / 52.0
    return share, half_loss, rows.reference[channel] * (value(f"mean_baseline:{scale}") + higher + slope)


def _crossed(reached: NDArray[np.bool_], course: Array, level: Array, weeks: Array) -> Array:
    """Return when each row first `reached` its level, between the last week before and the first after."""
    at, row = reached.argmax(1), np.arange(len(reached))
    before = np.maximum(at - 1, 0)
    here, there = course[row, before], course[row, at]
    part = np.where(here == there, 1.0, (level[:, 0] - here) / np.where(here == there, 1.0, there - here))
    when = weeks[before] + np.clip(part, 0.0, 1.0) * (weeks[at] - weeks[before])
    return np.where(reached.any(1), when, _HORIZON_WEEKS)


def _draw(posterior: ResponsePosterior, draws: int, columns: tuple[int, ...]) -> Array:
    """Return draws of some effects, `draws` for each node, shape (g * draws, columns); the same ones each time."""
    index = np.array(columns)
    mean = posterior.told.mean[:, index]
    root = np.linalg.cholesky(posterior.told.covariance[:, index[:, None], index] + 1e-12 * np.eye(len(index)))
    z = np.random.default_rng(11).standard_normal((len(mean), draws // 2, len(index)))
    z /= np.sqrt((z**2).mean((0, 1)))  # the same draws for every patient: their spread must be right, not nearly so
    z = np.concatenate([z, -z], axis=1)
    return (mean[:, None] + np.einsum("gij,gdj->gdi", root, z)).reshape(-1, len(index))


def weighted_quantiles(values: Array, weight: Array, levels: Array) -> Array:
    """Return the quantiles of weighted draws at `levels`."""
    order = np.argsort(values)
    mass = np.cumsum(weight[order])
    return values[order][np.minimum(np.searchsorted(mass, levels * mass[-1]), len(values) - 1)]
