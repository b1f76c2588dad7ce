"""The most probable place of everything that is not linear, for one patient.

Coordinates are standard normal before any score is seen: the population's parameters along the root of their
covariance, then the patient's half-loss time and variability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.kernel import Array, Compiled, Ground, Kernel, Points, Rows
from reprieve.learn.observations import PatientScores
from reprieve.learn.parameters import BY_SCALE, COMMON, slots
from reprieve.learn.population import Population
from reprieve.learn.quadrature import slot_values
from reprieve.learn.rows import scales_of

Cost = Callable[[Array], tuple[float, Array]]
STEPS = 30
RESTING = 0.05  # largest slope, in log likelihood a prior sd, at which the search rests
_LONGEST = 1.5
_NARROWEST_AND_WIDEST = (1e-4, 1.5)  # variances, where the prior's is 1
# The log by which a patient's variability may lie off the population's: some four prior sds. Scores that never change,
# as in a diary always answered alike, would otherwise say that there is no noise at all, and a density without bound
# drowns every other thing.
MOST_SPREAD, _STRAIGHT = 1.5, 0.8
_PLACE = {name: i for i, name in enumerate(COMMON)}
_KIND = {name: i for i, name in enumerate(BY_SCALE)}


@dataclass(frozen=True, slots=True)
class Mode:
    """A place, and the covariance around it, both of shape (v,) and (v, v)."""

    at: Array
    covariance: Array

    def root(self) -> tuple[Array, float]:
        """Return the symmetric root of the covariance, and its log determinant.

        The symmetric one, because it hangs on the covariance alone: where many directions are as wide as the prior, any
        turn of their axes would do as well, and a last bit would decide.
        """
        values, vectors = np.linalg.eigh(self.covariance)
        sd = np.sqrt(np.clip(values, *_NARROWEST_AND_WIDEST))
        return (vectors * sd) @ vectors.T, float(np.log(sd).sum())


@dataclass(frozen=True, slots=True)
class Frame:
    """From standard normal coordinates to the kernel's slots."""

    mean: Array
    root: Array
    places: NDArray[np.int32]
    channels: int

    def origin(self) -> Mode:
        """Return the prior."""
        size = self.root.shape[1] + 2
        return Mode(np.zeros(size), np.eye(size))

    def theta(self, at: Array) -> Array:
        """Return the population parameters at the coordinates `at`, shape (g, v)."""
        return self.mean + at[:, :-2] @ self.root.T

    def points(self, at: Array, responds: NDArray[np.int32]) -> Points:
        """Return nodes at the coordinates `at`."""
        slot = np.ascontiguousarray(slot_values(self.theta(at), self.places))
        most = MOST_SPREAD * np.exp(-slot[:, _PLACE["log_scale_spread"]])
        return Points(slot, np.ascontiguousarray(at[:, -2]), held(at[:, -1], most)[0], responds)

    def slope(self, by_slot: Array, slot: Array, spread: float) -> Array:
        """Return the gradient in these coordinates from the gradient by slot, where `spread` is the last coordinate."""
        by_slot = by_slot.copy()
        deviate, free = held(spread, MOST_SPREAD * np.exp(-slot[_PLACE["log_scale_spread"]]))
        # Where variability is held, its bound moves against the population's spread.
        by_slot[_PLACE["log_scale_spread"]] *= free * spread / deviate if deviate else 1.0
        by_theta = np.zeros(len(self.mean))
        known = self.places >= 0
        np.add.at(by_theta, self.places[known], by_slot[known])
        first, width = len(COMMON), len(BY_SCALE)
        product = first + width * self.channels
        half_loss = by_slot[product + 1 :: 2].sum() * np.exp(slot[_PLACE["log_sd_half_loss"]])
        # The patient's variability multiplies the sd of drift and of noise on every scale alike.
        noise = [by_slot[first + _KIND[name] : product : width].sum() for name in ("log_sd_drift", "log_sigma")]
        spread = free * sum(noise) * np.exp(slot[_PLACE["log_scale_spread"]])
        return np.concatenate([self.root.T @ by_theta, [half_loss, spread]])


def held(at: Array | float, most: Array | float) -> tuple[Array, Array]:
    """Return `at`, bent so that it stays within `most`, and the slope of that; up to four fifths it is not bent."""
    straight = _STRAIGHT * np.asarray(most)
    room = np.asarray(most) - straight
    beyond = np.tanh(np.maximum(np.abs(at) - straight, 0.0) / room)
    return np.sign(at) * (np.minimum(np.abs(at), straight) + room * beyond), 1.0 - beyond**2


def frame_of(patient: PatientScores, population: Population) -> Frame:
    """Return the coordinates for `patient` under `population`."""
    scales = scales_of(patient, population)
    place = slots(population.names, scales, tuple(population.products))
    return Frame(population.mean, _root(population.covariance.tobytes(), len(population.mean)), place, len(scales))


@lru_cache(maxsize=8)
def _root(covariance: bytes, size: int) -> Array:
    values, vectors = np.linalg.eigh(np.frombuffer(covariance).reshape(size, size))
    return vectors * np.sqrt(np.maximum(values, 0.0))


def settle(frame: Frame, rows: Rows, start: Mode, kernel: Kernel, *, responds: bool) -> Mode:
    """Return the mode near `start`, by BFGS; the covariance is what the steps learned of the curvature."""
    if isinstance(kernel, Compiled):
        ground = Ground(frame.mean, frame.root, frame.places, MOST_SPREAD, _STRAIGHT, STEPS, RESTING, _LONGEST)
        return Mode(*kernel.settle(rows, ground, start.at, start.covariance, responds=responds))
    return Mode(*_settle(frame, rows, start, kernel, responds=responds))


def _settle(frame: Frame, rows: Rows, start: Mode, kernel: Kernel, *, responds: bool) -> tuple[Array, Array]:
    """Return what `Compiled.settle` does."""
    flag = np.array([int(responds)], np.int32)

    def cost(at: Array) -> tuple[float, Array]:
        points = frame.points(at[None], flag)
        told = kernel(rows, points, gradient=True)
        assert told.gradient is not None
        slope = at - frame.slope(told.gradient[0], points.slots[0], float(at[-1]))
        return 0.5 * float(at @ at) - float(told.log_likelihood[0]), slope

    at, inverse = start.at, start.covariance
    value, slope = cost(at)
    for _ in range(STEPS):
        if np.abs(slope).max() < RESTING:
            break
        step = -inverse @ slope
        length = float(np.sqrt(step @ step))
        step *= min(1.0, _LONGEST / length)
        found = _line(cost, at, step, value, slope)
        if found is None:
            break
        moved, value, fresh = found
        inverse = _updated(inverse, moved - at, fresh - slope)
        at, slope = moved, fresh
    return at, inverse


def _line(cost: Cost, at: Array, step: Array, value: float, slope: Array) -> tuple[Array, float, Array] | None:
    """Return the first shortened step that lowers the cost, or None."""
    fall = float(slope @ step)
    for _ in range(8):
        moved = at + step
        told, fresh = cost(moved)
        if np.isfinite(told) and np.isfinite(fresh).all() and told <= value + 1e-4 * fall:
            return moved, told, fresh
        step, fall = 0.4 * step, 0.4 * fall
    return None


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """Return the BFGS update of the inverse curvature."""
    curvature = float(step @ change)
    if curvature < 1e-10:
        return inverse
    moved = inverse @ change
    outer = np.outer(moved, step)
    scale = (1.0 + float(change @ moved) / curvature) / curvature
    return inverse + scale * np.outer(step, step) - (outer + outer.T) / curvature
