"""The mixed-integer program: one dose or none for each target, every bound kept, solved to proven optimality by HiGHS.

Each candidate has one binary for each of its levels, at most one of them 1. Nothing is linearised: what a level costs
and brings is worked out beforehand, so any shape of curve is exact. All values of the objective are whole numbers of
`TICK`; a gap below one tick is therefore no gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from reprieve.plan.optimise.bounds import Bound
from reprieve.plan.optimise.candidates import Candidate
from reprieve.plan.optimise.levels import Level

Floats = NDArray[np.float64]
TICK = 1e-6
# HiGHS stops at an absolute gap of 1e-6: a tick is a thousand of that.
_SCALE = 1e-3
_MOST_VIALS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """``low <= values . x <= high`` over the levels; an added demand such as "keep the relief"."""

    values: Floats
    low: float
    high: float

    @classmethod
    def in_ticks(cls, values: Floats, low: float = -np.inf, high: float = np.inf) -> Row:
        """Return a demand on a worth, in whole ticks, so that no answer lies within the solver's tolerance of it."""
        bounds = [end if np.isinf(end) else np.round(end / TICK) * _SCALE for end in (low, high)]
        return cls(np.round(values / TICK) * _SCALE, float(bounds[0]), float(bounds[1]))


@dataclass(frozen=True, slots=True)
class Tail:
    """Conditional value at risk of the relief: the mean of the worst `share` of the draws, weighed by `weight`."""

    relief_draws: Floats
    share: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The answer: the index of the chosen level of each candidate, None for none; gap in parts of the objective."""

    levels: tuple[int | None, ...]
    vials: int
    objective: float
    gap: float


@dataclass(frozen=True)
class Program:
    """The unchanging part of all questions about one session.

    Attributes
    ----------
    candidates : tuple of Candidate
    bounds : tuple of Bound
    vial_units : Decimal or None
        Content of one vial, if the session is drawn from whole vials of one size.
    vial_cost : float
        Cost of a whole vial thrown away.
    """

    candidates: tuple[Candidate, ...]
    bounds: tuple[Bound, ...]
    vial_units: Decimal | None
    vial_cost: float

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """Candidate of each column, shape (n_columns,)."""
        return np.repeat(np.arange(len(self.candidates)), [len(one.levels) for one in self.candidates])

    @cached_property
    def columns(self) -> tuple[Level, ...]:
        """Level of each column."""
        return tuple(level for one in self.candidates for level in one.levels)

    @cached_property
    def units(self) -> Floats:
        """Units of each column."""
        return np.array([float(level.units) for level in self.columns])

    @cached_property
    def sites(self) -> Floats:
        """Sites of each column."""
        return np.array([float(level.sites) for level in self.columns])

    @cached_property
    def _matrix(self) -> tuple[Any, Floats, Floats]:
        """At most one level for each candidate; every bound; enough vials."""
        count, width = len(self.candidates), len(self.columns)
        one_each = sparse.csr_matrix((np.ones(width), (self.owner, np.arange(width))), shape=(count, width + 1))
        rows = [np.append(self.coefficients(bound), 0.0) for bound in self.bounds]
        high = [1.0] * count + [float(bound.at_most) for bound in self.bounds]
        if self.vial_units is not None:
            # In vials, not in units: a vial that is whole to the solver's tolerance is then whole in this row too.
            rows.append(np.append(self.units / float(self.vial_units), -1.0))
            high.append(0.0)
        parts = [one_each, sparse.csr_matrix(np.array(rows).reshape(len(rows), width + 1))]
        return sparse.vstack(parts, format="csr"), np.full(len(high), -np.inf), np.array(high)

    def coefficients(self, bound: Bound) -> Floats:
        """Return what each column counts for in `bound`."""
        weights = np.array([float(weight) for weight in bound.weights])
        return weights[self.owner] * (self.sites if bound.quantity == "sites" else self.units)

    def solve(
        self, values: Floats, extra: Sequence[Row] = (), tail: Tail | None = None, *, some: bool = True
    ) -> Choice | None:
        """Return the choice with the largest sum of `values`, or None if there is none.

        Parameters
        ----------
        values : ndarray, shape (n_columns,)
            What each level is worth beside the waste of vials.
        extra : sequence of Row
        tail : Tail, optional
            Replaces part of the mean relief by its worst draws.
        some : bool
            At least one dose; "nothing" is no proposal.
        """
        worth = np.round(self._less_waste(values) / TICK)
        demands = [*extra, Row(np.ones(len(worth)), 1.0, np.inf)] if some else list(extra)
        cost = np.append(-worth, round(self.vial_cost / TICK) if self.vial_units is not None else 0.0)
        result = self._run(cost * _SCALE, demands, tail)
        if result.x is None:
            return None
        picked = np.flatnonzero(result.x[: len(worth)] > 0.5)
        levels: list[int | None] = [None] * len(self.candidates)
        for column in picked:
            first = int(np.searchsorted(self.owner, self.owner[column]))
            levels[self.owner[column]] = int(column) - first
        vials = round(result.x[len(worth)]) if self.vial_units is not None else 0
        ticks = abs(result.fun - result.mip_dual_bound) / _SCALE
        exact = ticks < 1 if tail is None else ticks * TICK < 1e-6
        gap = 0.0 if exact else abs(result.fun - result.mip_dual_bound) / max(abs(result.fun), 1e-12)
        return Choice(levels=tuple(levels), vials=vials, objective=-result.fun / _SCALE * TICK, gap=gap)

    def _less_waste(self, values: Floats) -> Floats:
        # Each unit used of an opened vial is one thrown away less.
        return values if self.vial_units is None else values + self.vial_cost / float(self.vial_units) * self.units

    def _run(self, cost: Floats, demands: Sequence[Row], tail: Tail | None) -> OptimizeResult:
        matrix, low, high = self._matrix
        if demands:
            added = np.array([np.append(row.values, 0.0) for row in demands])
            matrix = sparse.vstack([matrix, sparse.csr_matrix(added)], format="csr")
            low = np.append(low, [row.low for row in demands])
            high = np.append(high, [row.high for row in demands])
        width = len(cost)
        upper = np.append(np.ones(width - 1), _MOST_VIALS)
        integral, lower = np.ones(width), np.zeros(width)
        if tail is not None:
            matrix, low, high, cost, lower, upper, integral = _with_tail(matrix, low, high, cost, upper, tail)
        return milp(
            cost,
            constraints=LinearConstraint(cast("Any", matrix), cast("Any", low), cast("Any", high)),
            bounds=Bounds(cast("Any", lower), cast("Any", upper)),
            integrality=integral,
            options={"mip_rel_gap": 0.0},
        )

    def kept(self, choice: Choice) -> bool:
        """Return whether `choice` keeps every bound, counted in exact decimals."""
        return all(self.total(bound, choice) <= bound.at_most for bound in self.bounds)

    def total(self, bound: Bound, choice: Choice) -> Decimal:
        """Return what `choice` counts for in `bound`, exactly."""
        found = Decimal(0)
        for weight, one, index in zip(bound.weights, self.candidates, choice.levels, strict=True):
            if index is not None:
                level = one.levels[index]
                found += weight * (Decimal(level.sites) if bound.quantity == "sites" else level.units)
        return found

    def chosen(self, choice: Choice) -> NDArray[np.int64]:
        """Return the chosen columns."""
        starts = np.searchsorted(self.owner, np.arange(len(self.candidates)))
        return np.array(
            [start + index for start, index in zip(starts, choice.levels, strict=True) if index is not None],
            dtype=np.int64,
        )


def _with_tail(
    matrix: Any, low: Floats, high: Floats, cost: Floats, upper: Floats, tail: Tail
) -> tuple[Any, Floats, Floats, Floats, Floats, Floats, Floats]:
    """Add ``weight (t - mean(u) / share)`` with ``u_k >= t - relief_k``, u >= 0 (Rockafellar and Uryasev 2000)."""
    draws, width = tail.relief_draws.shape[0], len(cost)
    # Relief, t and u in the unit of the objective.
    in_units = np.round(tail.relief_draws / TICK) * _SCALE
    relief = np.hstack([in_units, np.zeros((draws, width - in_units.shape[1]))])
    left = sparse.vstack([matrix, sparse.csr_matrix(relief)])
    right = sparse.vstack(
        [
            sparse.csr_matrix((matrix.shape[0], draws + 1)),
            sparse.hstack([-np.ones((draws, 1)), sparse.identity(draws)]),
        ]
    )
    added = np.append(-tail.weight, np.full(draws, tail.weight / (tail.share * draws)))
    return (
        sparse.hstack([left, right], format="csr"),
        np.append(low, np.zeros(draws)),
        np.append(high, np.full(draws, np.inf)),
        np.append(cost, added),
        np.append(np.zeros(width), np.append(-1 / TICK, np.zeros(draws))),
        np.append(upper, np.full(draws + 1, np.inf)),
        np.append(np.ones(width), np.zeros(draws + 1)),
    )
