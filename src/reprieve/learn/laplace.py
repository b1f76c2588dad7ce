"""A forecast with the population taken as known: fast enough for a registry of a million patients.

Given the population, half-loss time and variability are all of a patient that is not linear. The likelihood of both is
looked at in few places, the effects integrated out in each (an integrated nested Laplace approximation: Rue, Martino
and Chopin 2009, recalled). `update_response` leaves the population open and draws what is odd; ADR 200 compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.kernel import FAMILIES, Array, Batch, Kernel, Manner, Points, Rows, Told, is_compiled
from reprieve.learn.linear import relinearised, straightened
from reprieve.learn.mixture import NEGLIGIBLE_PARTS, mean_sd, quantiles
from reprieve.learn.observations import PLACEBO, PatientScores
from reprieve.learn.odd_scores import error_parts
from reprieve.learn.parameters import COMMON, slot_values, slots
from reprieve.learn.population import Population, scale_ends
from reprieve.learn.posterior import SortedWeeks, forecast_of, in_order, with_places
from reprieve.learn.ragged import Ragged, ragged_of
from reprieve.learn.rows import rows_of, scales_of
from reprieve.learn.search import MOST_SPREAD

ROUNDS = 2
# kernel.c has all of these, see native/laplace.h.
_BESIDE, _STRAIGHT_ON, _LEAST_BEND, _NARROW, _FRESH_STEPS, _ROOT_3 = 1.2, 1.5, 1e-9, 0.05, 6, 3.0**0.5
_NON_RESPONSE, _SPREAD = (list(COMMON).index(name) for name in ("logit_non_response", "log_scale_spread"))
# Five nodes of a patient who responds, along half-loss time and across, by variability; three of one who does not.
_ALONG = np.array([0.0, -_ROOT_3, _ROOT_3, 0.0, 0.0, 0.0, 0.0, 0.0])
_ACROSS = np.array([0.0, 0.0, 0.0, -_ROOT_3, _ROOT_3, 0.0, -_ROOT_3, _ROOT_3])
_LOG_MASS = np.log([1 / 3, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 2 / 3, 1 / 6, 1 / 6])
_RESPONDS = np.array([1, 1, 1, 1, 1, 0, 0, 0], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Belief:
    """What is believed of what is not linear.

    Attributes
    ----------
    half_loss, narrow : float
        A standard normal deviate, and its standard deviation.
    spread, known : float
        Log of the variability beside the population's, and what is known of it (one over its variance).
    silent, known_silent : float
        The same of a patient who does not respond.
    """

    half_loss: float
    narrow: float
    spread: float
    silent: float
    known: float
    known_silent: float


def laplace(patient: PatientScores, population: Population, kernel: Kernel, weeks: Array, levels: Array) -> Told:
    """Return what is told of a score on the patient's first scale.

    Parameters
    ----------
    patient : PatientScores
    population : Population
        Its covariance is not used.
    kernel : Kernel
    weeks : ndarray, shape (m,)
        Weeks from the first injection, in any order.
    levels : ndarray, shape (q,)
    """
    rows = rows_of(patient, population)
    slot = _slots(population, scales_of(patient, population))
    unit = float(np.exp(slot[_SPREAD]))
    belief = _Belief(0.0, 1.0, 0.0, 0.0, unit**-2, unit**-2)
    for _ in range(ROUNDS if len(rows.week) else 0):
        belief, rows = _looked_beside(belief, rows, slot, kernel)
    places = SortedWeeks(*in_order(weeks), 0)
    points, log_weight = _nodes(belief, slot)
    told = kernel(with_places(patient, population, rows, places), points, targets=True)
    assert told.targets is not None
    joint = told.log_likelihood + log_weight
    weight = np.exp(joint - joint.max())
    weight /= weight.sum()
    score = forecast_of(told.targets, weight, places, rows).score
    return Told(*mean_sd(score), quantiles(score, levels, kernel))


def _points(slot: Array, half_loss: Array, spread: Array, responds: NDArray[np.int32]) -> Points:
    alike = np.ascontiguousarray(np.broadcast_to(slot, (len(half_loss), len(slot))))
    return Points(alike, half_loss, spread / np.exp(slot[_SPREAD]), responds)


def _looked_beside(belief: _Belief, rows: Rows, slot: Array, kernel: Kernel) -> tuple[_Belief, Rows]:
    """Look at three half-loss times of a patient who responds, and at one who does not, and believe anew."""
    step, unit, count = _BESIDE * belief.narrow, float(np.exp(slot[_SPREAD])), len(rows.week)
    half_loss = np.array([belief.half_loss - step, belief.half_loss, belief.half_loss + step, 0.0])
    spread = np.array([*[belief.spread] * 3, belief.silent])
    told = kernel(rows, _points(slot, half_loss, spread, np.array([1, 1, 1, 0], np.int32)), errors=True)
    errors = told.errors
    assert errors is not None
    low, middle, high = joint = (told.log_likelihood - 0.5 * half_loss**2)[:3]
    share = np.append(np.exp(joint - joint.max()), 0.0)
    share /= share.sum()
    slope = errors.misfit - count + errors.owed.sum(1)
    known = np.maximum(2.0 * (count - _effects_told(told.covariance)), 0.0)
    bend, tilt = low + high - 2.0 * middle, 0.5 * (high - low)
    move, narrow = float(np.sign(tilt)) * _STRAIGHT_ON, belief.narrow
    if bend < -_LEAST_BEND:
        move = float(np.clip(-tilt / bend, -_STRAIGHT_ON, _STRAIGHT_ON))
        narrow = float(np.clip(step / np.sqrt(-bend), _NARROW, 1.0))
    fresh = _Belief(
        belief.half_loss + step * move,
        narrow,
        _fresh_spread(belief.spread, float(share @ slope), count, unit),
        _fresh_spread(belief.silent, float(slope[3]), count, unit),
        float(share @ known) + unit**-2,
        float(known[3]) + unit**-2,
    )
    linear = relinearised(rows, slot, share @ told.mean, np.einsum("g,gij->ij", share, told.covariance))
    return fresh, straightened(linear, errors.mean(share))


def _effects_told(covariance: Array) -> Array:
    """Return how many effects the scores tell of, shape (g,)."""
    return covariance.shape[1] - np.trace(covariance, axis1=1, axis2=2)


def _fresh_spread(at: float, slope: float, count: int, unit: float) -> float:
    """Return where the log of a patient's variability goes from `at`, where the log likelihood rises by `slope`.

    Notes
    -----
    ``misfit exp(-2 (x - at)) - count = x / unit**2``: the place at which errors that stay as they are would put it,
    with a normal prior of standard deviation `unit`.
    """
    misfit, x = max(slope + count, 1e-9), at
    for _ in range(_FRESH_STEPS):
        left = misfit * np.exp(-2.0 * (x - at))
        x += (left - count - x / unit**2) / (2.0 * left + unit**-2)
    return float(np.clip(x, -MOST_SPREAD, MOST_SPREAD))


def _nodes(belief: _Belief, slot: Array) -> tuple[Points, Array]:
    """Return eight nodes and the logs of their weights: prior over proposal, times how likely the kind is."""
    unit, responds, logit = float(np.exp(slot[_SPREAD])), _RESPONDS > 0, slot[_NON_RESPONSE]
    sd = np.where(responds, belief.known, belief.known_silent) ** -0.5 / unit
    half_loss = np.where(responds, belief.half_loss, 0.0) + belief.narrow * _ALONG
    deviate = np.where(responds, belief.spread, belief.silent) / unit + sd * _ACROSS
    log_weight = _LOG_MASS + np.log(sd) + 0.5 * (_ALONG**2 + _ACROSS**2 - half_loss**2 - deviate**2)
    log_weight += np.where(responds, np.log(belief.narrow) - np.logaddexp(0.0, logit), -np.logaddexp(0.0, -logit))
    return _points(slot, half_loss, deviate * unit, _RESPONDS), log_weight


def laplace_each(
    patients: Sequence[PatientScores], population: Population, kernel: Kernel, at: Array, levels: Array
) -> Told:
    """Return what `laplace_registry` does, of `patients` of whom some have other treatments: those one by one."""
    count = len(patients)
    told = Told(np.empty((count, len(at))), np.empty((count, len(at))), np.empty((count, len(at), len(levels))))
    alike = np.array([i for i, one in enumerate(patients) if one.first_known and not one.others], dtype=np.int64)
    together = laplace_registry(ragged_of([patients[i] for i in alike]), population, kernel, at, levels)
    told.mean[alike], told.sd[alike], told.quantiles[alike] = together.mean, together.sd, together.quantiles
    for i in sorted(set(range(count)) - set(alike.tolist())):
        own = laplace(patients[i], population, kernel, patients[i].cycles[-1].start_weeks + at, levels)
        told.mean[i], told.sd[i], told.quantiles[i] = own.mean, own.sd, own.quantiles
    return told


def laplace_registry(patients: Ragged, population: Population, kernel: Kernel, at: Array, levels: Array) -> Told:
    """Return what is told of all `patients` at the weeks `at`, shape (m,), since the latest injection, in any order.

    Scales and products are the population's own, by name.
    """
    count = len(patients.names)
    told = Told(np.empty((count, len(at))), np.empty((count, len(at))), np.empty((count, len(at), len(levels))))
    if not is_compiled(kernel):
        for i, patient in enumerate(patients.patients()):
            own = laplace(patient, population, kernel, patient.cycles[-1].start_weeks + at, levels)
            told.mean[i], told.sd[i], told.quantiles[i] = own.mean, own.sd, own.quantiles
        return told
    ordered, back = in_order(at)
    for kinds, which in patients.by_scales().items():
        some = patients if len(which) == count else patients.of(which)
        scales = tuple(patients.scales[kind] for kind in kinds) or (population.primary_scale,)
        own = kernel.laplace(_batch(some, population, scales, ordered), _manner(tuple(levels.tolist())))
        told.mean[which], told.sd[which] = own.mean[:, back], own.sd[:, back]
        told.quantiles[which] = np.maximum.accumulate(own.quantiles[:, back], axis=2)
    return told


def _batch(patients: Ragged, population: Population, scales: tuple[str, ...], at: Array) -> Batch:
    products = list(population.products)
    reference = np.array([entry.reference_units for entry in population.products.values()])
    drug = np.array([*(products.index(name) if name in products else 0 for name in patients.drugs), 0], dtype=np.int32)
    placebo = np.array([*(name == PLACEBO for name in patients.drugs), False])[patients.drug] | (patients.units == 0)
    first = np.zeros(len(patients.start))
    first[patients.cycles[:-1]] = 1.0
    product = np.where(placebo, 0, drug[patients.drug]).astype(np.int32)
    units = np.where(np.isnan(patients.units), reference[product], patients.units)
    entries = [population.scales[scale] for scale in scales]
    return Batch(
        patients.rows.astype(np.int32),
        patients.cycles.astype(np.int32),
        np.ascontiguousarray(patients.weeks, dtype=np.float64),
        np.ascontiguousarray(patients.scores, dtype=np.float64),
        patients.channels.astype(np.int32),
        np.ascontiguousarray(patients.start, dtype=np.float64),
        np.where(placebo, 0.0, units / reference[product]),
        np.where(placebo, 1.0, first),
        product,
        np.array([entry.reference for entry in entries]),
        *scale_ends(entries),
        np.ascontiguousarray(at),
        np.ascontiguousarray(_slots(population, scales)),
        len(products),
        FAMILIES.index(population.family),
        ROUNDS,
        MOST_SPREAD,
    )


def _slots(population: Population, scales: tuple[str, ...]) -> Array:
    return slot_values(population.mean, slots(population.names, scales, tuple(population.products)))


@lru_cache(maxsize=8)
def _manner(levels: tuple[float, ...]) -> Manner:
    precision, share = error_parts()
    none = np.zeros((0, 0))
    return Manner(none, none, none, 0.0, 0.0, 1.0, 0.0, NEGLIGIBLE_PARTS, precision, share, np.array(levels))
