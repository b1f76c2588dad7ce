"""Simulated registries with known truth, by another model than the one that is fitted.

Scores are a bounded logistic curve (not shares of a reference), rounded and clipped; diary noise is autocorrelated;
patients drop out when they are worse. So a fit that recovers the truth here does not do so because it wrote it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.observations import Cycle, PatientScores, patient_scores
from reprieve.learn.scales import DIARY

Array = NDArray[np.float64]
Curve = Callable[[Array], Array]
TOP = {"TWSTRS": 85.0, DIARY: 10.0}


@dataclass(frozen=True, slots=True)
class Registry:
    """What a simulated registry is like; times in days, effects on the logistic scale.

    Attributes
    ----------
    cycles : int
        Treatment cycles of each patient.
    diary_every_days : float
        7: weekly; 1: daily; 0: no diary.
    noise_days : float
        Correlation time of the diary's noise; 0: independent.
    dropout : float
        Chance of leaving before the next injection for a patient at the average level; higher when worse.
    non_response : float
        Share of patients in whom the toxin does nothing.
    """

    cycles: int = 4
    diary_every_days: float = 7.0
    noise_days: float = 3.0
    dropout: float = 0.0
    non_response: float = 0.05
    product: str = "onabotulinumtoxinA"
    reference_units: float = 180.0
    second_product: str | None = None
    amplitude: float = 0.9
    amplitude_sd: float = 0.35
    wear_off_days: float = 84.0
    wear_off_sd: float = 0.2
    cycle_sd: float = 0.1
    steepness: float = 6.0
    onset_days: float = 7.0
    baseline: float = 0.2
    baseline_sd: float = 0.5
    slope_sd: float = 0.1
    placebo: float = -0.3
    dose_slope: float = 0.25
    rating_noise: float = 3.5
    diary_noise: float = 0.9


@dataclass(frozen=True, slots=True)
class SimulatedPatient:
    """A patient with the truth: scores, and the day of each cycle on which half of the best gain in points is lost."""

    scores: PatientScores
    wear_off_days: Array
    responds: bool


def simulate_registry(registry: Registry, count: int, rng: np.random.Generator) -> list[SimulatedPatient]:
    """Return `count` patients drawn from `registry`."""
    return [_patient(registry, str(i + 1), rng) for i in range(count)]


def _patient(registry: Registry, name: str, rng: np.random.Generator) -> SimulatedPatient:
    responds = rng.random() >= registry.non_response
    own = rng.standard_normal(5)
    level = registry.baseline + registry.baseline_sd * own[0]
    slope = registry.slope_sd * own[1]
    log_a = np.log(registry.amplitude) + registry.amplitude_sd * own[2]
    log_off = np.log(registry.wear_off_days) + registry.wear_off_sd * own[3]
    onset = registry.onset_days * np.exp(0.2 * own[4])
    starts, cycles, log_as, log_offs, ratios = [], [], [], [], []
    start = 0.0
    for c in range(registry.cycles):
        ratio = float(rng.choice([0.7, 1.0, 1.3]))
        product = registry.second_product if registry.second_product and c >= registry.cycles // 2 else registry.product
        starts.append(start)
        ratios.append(ratio)
        log_as.append(log_a + registry.cycle_sd * rng.standard_normal() + 0.3 * np.log(ratio))
        log_offs.append(log_off + registry.cycle_sd * rng.standard_normal() + registry.dose_slope * np.log(ratio))
        cycles.append(Cycle(start / 7.0, product, round(ratio * registry.reference_units, 1), name=str(c + 1)))
        start += float(np.clip(rng.normal(94.0, 10.0), 77.0, 130.0))

    def logit(days: Array) -> Array:
        value = level + slope * days / 365.0 + registry.placebo * np.exp(-np.maximum(days, 0) / 42.0) * (days > 0)
        for begin, a, off in zip(starts, log_as, log_offs, strict=True):
            since = np.maximum(days - begin, 0.0)
            course = -np.expm1(-((since / onset) ** 2)) / (1.0 + (since / np.exp(off)) ** registry.steepness)
            value = value - responds * np.exp(a) * course
        return value

    end = _end(registry, starts, start, logit, rng)
    kept = [cycle for cycle in cycles if cycle.start_weeks * 7.0 < end]
    visits = np.array([day for begin in starts if begin < end for day in (begin - 0.5, begin + 28.0) if day < end])
    scores = _seen(visits, logit, "TWSTRS", registry.rating_noise, 0.0, rng)
    days, values, scales = list(visits), list(scores), ["TWSTRS"] * len(visits)
    if registry.diary_every_days:
        diary = np.arange(-14.0, end, registry.diary_every_days)
        diary = diary[rng.random(len(diary)) < 0.85]
        days += list(diary)
        values += list(_seen(diary, logit, DIARY, registry.diary_noise, registry.noise_days, rng))
        scales += [DIARY] * len(diary)
    told = patient_scores(name, kept, [day / 7.0 for day in days], values, scales)
    fading = [
        _half_lost(level, np.exp(a), onset, np.exp(off), registry.steepness)
        for a, off in zip(log_as, log_offs, strict=True)
    ]
    return SimulatedPatient(told, np.array(fading[: len(kept)]), responds)


def _half_lost(level: float, size: float, onset: float, off: float, steepness: float) -> float:
    """Return the day on which half of the best gain in points is lost; the logistic scale bends the course."""
    days = np.arange(1.0, 365.0)
    course = -np.expm1(-((days / onset) ** 2)) / (1.0 + (days / off) ** steepness)
    gain = 1.0 / (1.0 + np.exp(-level)) - 1.0 / (1.0 + np.exp(size * course - level))
    top = int(gain.argmax())
    return float(days[top + int((gain[top:] <= 0.5 * gain[top]).argmax())])


def _end(registry: Registry, starts: list[float], last: float, logit: Curve, rng: np.random.Generator) -> float:
    for day in [*starts[1:], last]:
        worse = float(logit(np.array([day - 1.0]))[0])
        if registry.dropout and rng.random() < registry.dropout * np.exp(worse):
            return day
    return last


def _seen(days: Array, logit: Curve, scale: str, noise: float, noise_days: float, rng: np.random.Generator) -> Array:
    top = TOP[scale]
    state = top / (1.0 + np.exp(-logit(days)))
    z = rng.standard_normal(len(days))
    if noise_days:
        rho = np.exp(-np.diff(days) / noise_days)
        for i in range(1, len(z)):
            z[i] = rho[i - 1] * z[i - 1] + np.sqrt(1.0 - rho[i - 1] ** 2) * z[i]
    return np.clip(np.round(state + noise * z), 0.0, top)
