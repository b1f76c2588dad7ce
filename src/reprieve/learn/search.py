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

from reprieve.learn.kernel import Array, Ground, Kernel, Points, Rows, is_compiled
from reprieve.learn.linear import relinearised, straightened
from reprieve.learn.observations import PatientScores
from reprieve.learn.parameters import BY_SCALE, COMMON, slot_values, slots
from reprieve.learn.population import Population
from reprieve.learn.rows import scales_of

Cost = Callable[[Array, list[int]], tuple[float, Array]]
STEPS = 30
# Largest slope, in log likelihood a prior sd, at which the search rests: before a round that makes the patient linear
# anew, and in the last.
EARLY, RESTING = 1.0, 0.3
_LONGEST = 1.5
# How many coordinates are looked along beside each place, how far, and the least curvature that is learned from. The
# compiled kernel has all three: it works on four places at once, of which a search alone needs one.
_BESIDE, _PROBE, _LEAST_CURVATURE = 3, 1e-3, 0.5
_NARROWEST = 1e-6  # variance, where the prior's is 1
# The log by which a patient's variability may lie off the population's: some four prior sds. Scores that never change,
# as in a diary always answered alike, would otherwise say that there is no noise at all, and a density without bound
# drowns every other thing.
MOST_SPREAD, _STRAIGHT = 1.5, 0.8
# The logs by which one patient may take the population's drift and error down, for the same reason: they have no bound
# of their own where the population is uncertain of them.
LEAST_ERROR = 1.0
_PLACE = {name: i for i, name in enumerate(COMMON)}
_KIND = {name: i for i, name in enumerate(BY_SCALE)}


@dataclass(frozen=True, slots=True)
class Mode:
    """A place, and the covariance around it, both of shape (v,) and (v, v)."""

    at: Array
    covariance: Array

    def root(self) -> Array:
        """Return the lower root of the covariance: it hangs on that alone, no axes are chosen by a last bit."""
        covariance = 0.5 * (self.covariance + self.covariance.T) + _NARROWEST * np.eye(len(self.at))
        return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """From standard normal coordinates to the kernel's slots; parameters that no row of the patient needs have none.

    Attributes
    ----------
    mean, root : ndarray, shapes (p,) and (p, p)
        Parameters that are needed, and the root of their covariance.
    places : ndarray of int, shape (slots,)
        Position of each slot's parameter; -1 where it is fixed at 0 or not needed.
    needed : ndarray of int, shape (p,)
        Positions among the population's parameters.
    channels : int
    """

    mean: Array
    root: Array
    places: NDArray[np.int32]
    needed: NDArray[np.int64]
    channels: int

    def origin(self) -> Mode:
        """Return the prior."""
        size = self.root.shape[1] + 2
        return Mode(np.zeros(size), np.eye(size))

    def theta(self, at: Array) -> Array:
        """Return the needed parameters at the coordinates `at`, shape (g, v)."""
        return self.mean + at[:, :-2] @ self.root.T

    def points(self, at: Array, responds: NDArray[np.int32]) -> Points:
        """Return nodes at the coordinates `at`."""
        slot = np.ascontiguousarray(slot_values(self.theta(at), self.places))
        errors, mean = self._errors()
        below = mean - slot[:, errors]
        slot[:, errors] = mean - np.where(below > 0.0, held(below, LEAST_ERROR)[0], below)
        most = MOST_SPREAD * np.exp(-slot[:, _PLACE["log_scale_spread"]])
        return Points(slot, np.ascontiguousarray(at[:, -2]), held(at[:, -1], most)[0], responds)

    def _errors(self) -> tuple[NDArray[np.int64], Array]:
        """Return the slots of drift and error of each channel, and the population's means of them."""
        first, width = len(COMMON), len(BY_SCALE)
        of_kind = first + width * np.arange(self.channels)[:, None] + [_KIND["log_sd_drift"], _KIND["log_sigma"]]
        slots = of_kind.ravel()[self.places[of_kind.ravel()] >= 0]
        return slots, self.mean[self.places[slots]]

    def slope(self, by_slot: Array, slot: Array, spread: float) -> Array:
        """Return the gradient in these coordinates from the gradient by slot, where `spread` is the last coordinate."""
        by_slot = by_slot.copy()
        deviate, free = held(spread, MOST_SPREAD * np.exp(-slot[_PLACE["log_scale_spread"]]))
        # Where variability is held, its bound moves against the population's spread.
        by_slot[_PLACE["log_scale_spread"]] *= free * spread / deviate if deviate else 1.0
        product = len(COMMON) + len(BY_SCALE) * self.channels
        half_loss = by_slot[product + 1 :: 2].sum() * np.exp(slot[_PLACE["log_sd_half_loss"]])
        errors, mean = self._errors()
        # The patient's variability multiplies the sd of drift and of noise on every scale alike.
        spread = free * by_slot[errors].sum() * np.exp(slot[_PLACE["log_scale_spread"]])
        by_slot[errors] *= _free_below(mean - slot[errors])
        by_theta = np.zeros(len(self.mean))
        known = self.places >= 0
        np.add.at(by_theta, self.places[known], by_slot[known])
        return np.concatenate([self.root.T @ by_theta, [half_loss, spread]])


def held(at: Array | float, most: Array | float) -> tuple[Array, Array]:
    """Return `at`, bent so that it stays within `most`, and the slope of that; up to four fifths it is not bent."""
    straight = _STRAIGHT * np.asarray(most)
    room = np.asarray(most) - straight
    beyond = np.tanh(np.maximum(np.abs(at) - straight, 0.0) / room)
    return np.sign(at) * (np.minimum(np.abs(at), straight) + room * beyond), 1.0 - beyond**2


def _free_below(below: Array) -> Array:
    """Return the slope of the bend that led to `below`, a log of drift or error below the population's."""
    straight = _STRAIGHT * LEAST_ERROR
    return 1.0 - (np.maximum(below - straight, 0.0) / (LEAST_ERROR - straight)) ** 2


def frame_of(patient: PatientScores, population: Population, rows: Rows) -> Frame:
    """Return the coordinates for `patient`, whose `rows` these are, under `population`."""
    given = tuple(sorted(set(rows.product[rows.ratio > 0].tolist())))
    scales, products = scales_of(patient, population), tuple(population.products)
    return _frame(population.names, scales, products, given, population.mean.tobytes(), population.covariance.tobytes())


@lru_cache(maxsize=64)
def _frame(
    names: tuple[str, ...],
    scales: tuple[str, ...],
    products: tuple[str, ...],
    given: tuple[int, ...],
    mean: bytes,
    covariance: bytes,
) -> Frame:
    """Return the coordinates for patients with these scales who were `given` these of the products."""
    place = slots(names, scales, products)
    first = len(COMMON) + len(BY_SCALE) * len(scales)
    for i in set(range(len(products))) - set(given):
        place[first + 2 * i : first + 2 * i + 2] = -1
    needed = np.unique(place[place >= 0])
    place = np.where(place < 0, -1, np.searchsorted(needed, place)).astype(np.int32)
    spread = np.frombuffer(covariance).reshape(len(names), len(names))[np.ix_(needed, needed)]
    values, vectors = np.linalg.eigh(spread)
    root = np.ascontiguousarray(vectors * np.sqrt(np.maximum(values, 0.0)))
    return Frame(np.frombuffer(mean)[needed], root, place, needed.astype(np.int64), len(scales))


def settle(
    frame: Frame, rows: Rows, start: Mode, kernel: Kernel, *, responds: bool, rounds: int = 1
) -> tuple[Mode, Rows]:
    """Return the mode near `start`, and the rows made linear there.

    By BFGS; the covariance is what the steps learned of the curvature. Between the rounds the curve is made linear at
    the mode, and odd scores are weighted down. Beside each place three coordinates are looked along, the steepest first
    and none twice: what a step learns of one direction, these learn of three others, and few steps are left.
    """
    if is_compiled(kernel):
        at, inverse, rows = kernel.settle(rows, ground_of(frame, rounds), start.at, start.covariance, responds=responds)
        return Mode(at, inverse), rows
    probed: set[int] = set()
    mode, slope = start, np.arange(len(start.at), dtype=float)  # before anything is known, the last coordinates first
    for turn in range(rounds):
        last = turn == rounds - 1
        cost = _cost(frame, rows, kernel, np.array([int(responds)], np.int32))
        mode, slope = _descend(cost, mode, slope, probed, RESTING if last else EARLY)
        rows = rows if last else _adjusted(frame, rows, mode, kernel, responds=responds)
    return mode, rows


@lru_cache(maxsize=128)
def ground_of(frame: Frame, rounds: int) -> Ground:
    """Return what a compiled kernel takes to seek a mode by itself."""
    return Ground(
        frame.mean,
        frame.root,
        frame.places,
        MOST_SPREAD,
        _STRAIGHT,
        LEAST_ERROR,
        rounds,
        STEPS,
        EARLY,
        RESTING,
        _LONGEST,
    )


def _adjusted(frame: Frame, rows: Rows, mode: Mode, kernel: Kernel, *, responds: bool) -> Rows:
    """Return `rows` made linear at the mode, with the precision of each score's error there."""
    points = frame.points(mode.at[None], np.array([int(responds)], np.int32))
    told = kernel(rows, points, errors=True)
    assert told.errors is not None
    made = relinearised(rows, points.slots[0], told.mean[0], told.covariance[0])
    return straightened(made, told.errors.mean(np.ones(1)))


def _cost(frame: Frame, rows: Rows, kernel: Kernel, flag: NDArray[np.int32]) -> Cost:
    """Return what gives minus the log posterior at a place, and the gradient there and beside it along `probes`."""

    def cost(at: Array, probes: list[int]) -> tuple[float, Array]:
        places = np.concatenate([at[None], at + _PROBE * np.eye(len(at))[probes]])
        points = frame.points(places, np.repeat(flag, len(places)))
        told = kernel(rows, points, gradient=True)
        assert told.gradient is not None
        by_place = zip(places, told.gradient, points.slots, strict=True)
        slope = np.stack([one - frame.slope(by_slot, slot, float(one[-1])) for one, by_slot, slot in by_place])
        return 0.5 * float(at @ at) - float(told.log_likelihood[0]), slope

    return cost


def _descend(cost: Cost, start: Mode, slope: Array, probed: set[int], resting: float) -> tuple[Mode, Array]:
    """Go to the mode near `start`, and tell the slope there; coordinates looked along are added to `probed`."""
    at, inverse = start.at, start.covariance
    beside = _chosen(np.abs(slope), probed)
    value, slopes = cost(at, beside)
    inverse, slope = _informed(inverse, beside, slopes), slopes[0]
    for _ in range(STEPS):
        if np.abs(slope).max() < resting:
            break
        step = -inverse @ slope
        length = float(np.sqrt(step @ step))
        step *= min(1.0, _LONGEST / length)
        beside = _chosen(np.abs(slope), probed)
        found = _line(cost, at, beside, step, value, slope)
        if found is None:
            break
        moved, value, slopes = found
        inverse = _informed(_updated(inverse, moved - at, slopes[0] - slope), beside, slopes)
        at, slope = moved, slopes[0]
    return Mode(at, inverse), slope


def _chosen(steepness: Array, probed: set[int]) -> list[int]:
    """Return the steepest coordinates that nobody looked along, and note them."""
    chosen = [int(i) for i in np.argsort(-steepness, kind="stable") if int(i) not in probed][:_BESIDE]
    probed.update(chosen)
    return chosen


def _informed(inverse: Array, beside: list[int], slopes: Array) -> Array:
    """Return the inverse curvature with what was seen beside the place."""
    for i, slope in zip(beside, slopes[1:], strict=True):
        inverse = _updated(inverse, _PROBE * np.eye(len(inverse))[i], slope - slopes[0])
    return inverse


def _line(
    cost: Cost, at: Array, beside: list[int], step: Array, value: float, slope: Array
) -> tuple[Array, float, Array] | None:
    """Return the first shortened step that lowers the cost, or None."""
    fall = float(slope @ step)
    for _ in range(8):
        moved = at + step
        told, fresh = cost(moved, beside)
        if np.isfinite(told) and np.isfinite(fresh[0]).all() and told <= value + 1e-4 * fall:
            return moved, told, fresh
        step, fall = 0.4 * step, 0.4 * fall
    return None


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """Return the BFGS update of the inverse curvature."""
    curvature = float(step @ change)
    if not curvature >= _LEAST_CURVATURE * float(step @ step):
        return inverse
    moved = inverse @ change
    outer = np.outer(moved, step)
    scale = (1.0 + float(change @ moved) / curvature) / curvature
    return inverse + scale * np.outer(step, step) - (outer + outer.T) / curvature
