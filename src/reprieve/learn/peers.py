"""Simpler models of the same scores, to be beaten: carry forward, arm mean, linear mixed model, GLS.

All are normal: a mean that is piecewise linear in the weeks since the injection, for each arm, and a covariance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.observations import PatientScores

Array = NDArray[np.float64]
KNOTS = np.array([0.0, 2.0, 4.0, 8.0, 12.0, 16.0])
# The course of the effect as published for this trial's design: full at weeks 2 and 4, nearly gone at week 16.
EFFECT = np.array([0.0, 1.0, 1.0, 0.8, 0.4, 0.1])
LATE = np.array([0.0, 0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0])
_WIDE = 1e4  # prior variance of a mean parameter, in squared points


@dataclass(frozen=True, slots=True)
class Arm:
    """One patient's last cycle: weeks since its injection, scores, and the arm's name."""

    patient: str
    arm: str
    weeks: Array
    scores: Array


def arm_of(patient: PatientScores) -> Arm:
    """Return the last cycle of `patient` on the first scale, with what was given as the arm."""
    cycle = patient.cycles[-1]
    begun = patient.cycles[-2].start_weeks if len(patient.cycles) > 1 else -np.inf
    own = (patient.channels == 0) & (patient.weeks > max(begun, cycle.start_weeks - 4.0))
    name = "placebo" if cycle.is_placebo else f"{cycle.product or 'unnamed'} {cycle.units or 0:g}"
    return Arm(patient.patient, name, patient.weeks[own] - cycle.start_weeks, patient.scores[own])


@dataclass(frozen=True, slots=True)
class NormalForecast:
    """Mean and sd of each asked score, shape (m,)."""

    mean: Array
    sd: Array


@dataclass(frozen=True, slots=True)
class CarryForward:
    """The last known score, with the spread that changes had in the training patients."""

    sd: float

    @staticmethod
    def fit(arms: Sequence[Arm]) -> CarryForward:
        """Learn the spread of the change between the first score and the later ones."""
        changes = np.concatenate([arm.scores[1:] - arm.scores[0] for arm in arms if len(arm.scores) > 1])
        return CarryForward(float(np.sqrt(np.mean(changes**2))))

    def forecast(self, known: Arm, weeks: Array) -> NormalForecast:
        """Return the last score for all `weeks`."""
        return NormalForecast(np.full(len(weeks), known.scores[-1]), np.full(len(weeks), self.sd))


@dataclass(frozen=True, slots=True)
class LinearNormal:
    """Scores ~ N(basis beta, covariance), with beta integrated out under a wide prior.

    Attributes
    ----------
    arms : tuple of str
    kernel : callable
        (weeks, weeks, theta) to the covariance within one patient.
    """

    arms: tuple[str, ...]
    kernel: Callable[[Array, Array, Array], Array]
    theta: Array
    beta: Array
    beta_covariance: Array
    given_first: bool

    @staticmethod
    def fit(
        arms: Sequence[Arm],
        kernel: Callable[[Array, Array, Array], Array],
        start: Array,
        *,
        given_first: bool = False,
    ) -> LinearNormal:
        """Learn mean and covariance by maximum marginal likelihood.

        With `given_first` a patient's first score is not modelled but explains the later ones.
        """
        from scipy.optimize import minimize

        names = tuple(sorted({arm.arm for arm in arms}))
        if given_first:
            pairs = [(_later(arm), arm.scores[0]) for arm in arms if len(arm.scores) > 1]
            arms, firsts = [arm for arm, _ in pairs], [first for _, first in pairs]
            bases = [_basis(a.arm, a.weeks, names, y) for a, y in zip(arms, firsts, strict=True)]
        else:
            bases = [_basis(arm.arm, arm.weeks, names) for arm in arms]

        def cost(theta: Array) -> float:
            precision, shift, total = _normal_equations(arms, bases, kernel, theta)
            root = np.linalg.cholesky(precision)
            return total - 0.5 * float(shift @ np.linalg.solve(precision, shift)) + float(np.log(np.diag(root)).sum())

        found = minimize(cost, start, method="L-BFGS-B", bounds=[(-6.0, 6.0)] * len(start))
        precision, shift, _ = _normal_equations(arms, bases, kernel, found.x)
        covariance: Array = np.asarray(np.linalg.inv(precision), dtype=np.float64)
        return LinearNormal(names, kernel, found.x, covariance @ shift, covariance, given_first)

    def forecast(self, known: Arm, weeks: Array) -> NormalForecast:
        """Return the conditional distribution of scores at `weeks`."""
        first = float(known.scores[0]) if self.given_first else None
        known = _later(known) if self.given_first else known
        every, count = np.concatenate([known.weeks, weeks]), len(known.weeks)
        basis = _basis(known.arm, every, self.arms, first)
        full = self.kernel(every, every, self.theta) + basis @ self.beta_covariance @ basis.T
        gain = np.linalg.solve(full[:count, :count], full[:count, count:]).T
        mean = basis[count:] @ self.beta + gain @ (known.scores - basis[:count] @ self.beta)
        left = np.diag(full[count:, count:]) - np.einsum("ij,ji->i", gain, full[:count, count:])
        return NormalForecast(mean, np.sqrt(left))


def _normal_equations(
    arms: Sequence[Arm], bases: Sequence[Array], kernel: Callable[[Array, Array, Array], Array], theta: Array
) -> tuple[Array, Array, float]:
    size = bases[0].shape[1]
    precision, shift, total = np.eye(size) / _WIDE, np.zeros(size), 0.0
    for arm, basis in zip(arms, bases, strict=True):
        root = np.linalg.cholesky(kernel(arm.weeks, arm.weeks, theta))
        white = np.linalg.solve(root, np.column_stack([basis, arm.scores]))
        precision += white[:, :-1].T @ white[:, :-1]
        shift += white[:, :-1].T @ white[:, -1]
        total += 0.5 * float(white[:, -1] @ white[:, -1]) + float(np.log(np.diag(root)).sum())
    return precision, shift, total


def _hats(weeks: Array) -> Array:
    """Return piecewise linear basis functions at the knots, shape (n, knots)."""
    return np.stack([np.interp(weeks, KNOTS, row) for row in np.eye(len(KNOTS))], axis=1)


def _later(arm: Arm) -> Arm:
    return Arm(arm.patient, arm.arm, arm.weeks[1:], arm.scores[1:])


def _basis(arm: str, weeks: Array, arms: tuple[str, ...], first: float | None = None) -> Array:
    """Return one common level, a course for each arm, and how much a given first score still counts over the weeks."""
    hats = _hats(weeks)
    after = [hats[:, 1:] * (arm == name) for name in arms]
    if first is not None:
        after.append(hats[:, 1:] * (first - 45.0) / 10.0)
    return np.concatenate([np.ones((len(weeks), 1)), *after], axis=1)


def mixed_model(a: Array, b: Array, theta: Array) -> Array:
    """Covariance of a linear mixed model: random level, size of effect and late slope, independent error."""
    sds = np.exp(theta)
    curves = (np.zeros_like(KNOTS) + 1.0, EFFECT, LATE)
    loads = [(sd * np.interp(a, KNOTS, c), sd * np.interp(b, KNOTS, c)) for sd, c in zip(sds, curves, strict=False)]
    return sum(np.outer(x, y) for x, y in loads) + sds[3] ** 2 * (a[:, None] == b)


def autocorrelated(a: Array, b: Array, theta: Array) -> Array:
    """Covariance of generalised least squares with continuous-time autocorrelation of order 1."""
    return np.exp(2.0 * theta[0]) * np.exp(-np.abs(a[:, None] - b) * np.exp(theta[1])) + 1e-6 * (a[:, None] == b)


def independent(a: Array, b: Array, theta: Array) -> Array:
    """Covariance of the arm mean: nothing of a patient's past counts."""
    return np.exp(2.0 * theta[0]) * (a[:, None] == b)


Peer = CarryForward | LinearNormal


def fit_peers(arms: Sequence[Arm]) -> dict[str, Peer]:
    """Return the fitted peers by name."""
    return {
        "carry forward": CarryForward.fit(arms),
        "arm mean": LinearNormal.fit(arms, independent, np.array([2.5])),
        "linear mixed model": LinearNormal.fit(arms, mixed_model, np.array([2.2, 1.5, 1.5, 1.5])),
        "GLS, CAR(1)": LinearNormal.fit(arms, autocorrelated, np.array([2.2, -2.0]), given_first=True),
    }
