"""From a patient's scores to the rows a kernel takes, with places to predict sorted in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.kernel import FAMILIES, Array, Rows
from reprieve.learn.observations import PatientScores
from reprieve.learn.odd_scores import ODD_SHARE, turns
from reprieve.learn.others import other_courses, prior_of, told_apart
from reprieve.learn.population import Population, scale_ends


def scales_of(patient: PatientScores, population: Population) -> tuple[str, ...]:
    """Return the channels of `patient`; the population's primary scale when there is no score at all."""
    return patient.scales or (population.primary_scale,)


def rows_of(
    patient: PatientScores,
    population: Population,
    *,
    at: Array | None = None,
    at_channel: int = 0,
    linear: Rows | None = None,
) -> Rows:
    """Return the rows of `patient`.

    Parameters
    ----------
    patient : PatientScores
    population : Population
    at : ndarray, shape (m,), optional
        Weeks to predict, not decreasing, on channel `at_channel`.
    linear : Rows, optional
        The same scores, made linear already; else at the population's amplitude and spread between cycles, and at each
        scale's reference score.
    """
    week, points, channel, count = patient.weeks, patient.scores, patient.channels, len(patient.weeks)
    score, tilt, weight, odd, turn = points, np.ones(count), np.ones(count), np.full(count, ODD_SHARE), turns(count)
    if linear is not None:
        score, tilt, weight, odd = linear.score, linear.tilt, linear.weight, linear.odd
    if at is not None:
        week = np.concatenate([week, at])
        order, none = np.argsort(week, kind="stable"), np.zeros(len(at))
        week, channel = week[order], np.concatenate([channel, np.full(len(at), at_channel)])[order]
        kept = (points, score, weight, odd, turn)
        points, score, weight, odd, turn = (np.concatenate([own, none])[order] for own in kept)
        tilt = np.concatenate([tilt, none + 1.0])[order]
    start, ratio, with_placebo, product = cycle_arrays(patient, population)
    scales = scales_of(patient, population)
    if linear is not None:
        off_time, lifted, blur, owed = linear.off_time, linear.lifted, linear.blur, linear.owed
    else:
        lifted = np.tile(usual_amplitude(ratio, product, population), (len(scales), 1))
        off_time, blur = np.zeros(len(start)), np.full(len(start), usual_blur(population))
        owed = np.zeros(len(scales))
    others = told_apart(patient)
    entries = [population.scales[scale] for scale in scales]
    return Rows(
        np.ascontiguousarray(week, dtype=np.float64),
        np.ascontiguousarray(points, dtype=np.float64),
        np.ascontiguousarray(score, dtype=np.float64),
        np.ascontiguousarray(tilt, dtype=np.float64),
        np.ascontiguousarray(weight, dtype=np.float64),
        np.ascontiguousarray(odd, dtype=np.float64),
        np.ascontiguousarray(turn, dtype=np.float64),
        np.ascontiguousarray(channel, dtype=np.int32),
        start,
        ratio,
        with_placebo,
        product,
        off_time,
        lifted,
        blur,
        owed,
        np.array([entry.reference for entry in entries]),
        *scale_ends(entries),
        other_courses(others, week),
        np.array([prior_of(other.name).mean for other in others]),
        np.array([prior_of(other.name).sd for other in others]),
        len(population.products),
        FAMILIES.index(population.family),
    )


def dose_factor(ratio: Array, kappa: float | Array) -> Array:
    """Return the share of the reference dose's effect that a dose of `ratio` times it has."""
    return ratio * (1.0 + kappa) / (ratio + kappa)


def usual_amplitude(ratio: Array, product: NDArray[np.int32], population: Population) -> Array:
    """Return the population's amplitude of each cycle, as share of the reference score."""
    amplitude, kappa, _ = _usual(population.names, tuple(population.products), population.mean.tobytes())
    return amplitude[product] * dose_factor(ratio, kappa)


def usual_blur(population: Population) -> float:
    """Return the population's spread of log half-loss time between a patient's cycles."""
    return _usual(population.names, tuple(population.products), population.mean.tobytes())[2]


@lru_cache(maxsize=16)
def _usual(names: tuple[str, ...], products: tuple[str, ...], mean: bytes) -> tuple[Array, float, float]:
    """Return amplitude by product, kappa and the spread between cycles: the same for all patients of a registry."""
    value = dict(zip(names, np.frombuffer(mean), strict=True))
    amplitude = np.array([value[f"amplitude:{name}"] for name in products])
    return amplitude, float(np.exp(value["log_kappa"])), float(np.exp(value["log_sd_cycle_half_loss"]))


def cycle_arrays(patient: PatientScores, population: Population) -> tuple[Array, Array, Array, NDArray[np.int32]]:
    """Return starts, dose ratios, placebo flags and product indices of the cycles."""
    places = {name: i for i, name in enumerate(population.products)}
    references = [entry.reference_units for entry in population.products.values()]
    cycles = patient.cycles
    with_placebo, product, ratio = np.zeros(len(cycles)), np.zeros(len(cycles), dtype=np.int32), np.zeros(len(cycles))
    for i, cycle in enumerate(cycles):
        if cycle.is_placebo:
            with_placebo[i] = 1.0
            continue
        with_placebo[i] = float(i == 0 and patient.first_known)
        product[i] = place = places.get(cycle.product or "", 0)
        ratio[i] = 1.0 if cycle.units is None else cycle.units / references[place]
    return np.array([cycle.start_weeks for cycle in cycles]), ratio, with_placebo, product
