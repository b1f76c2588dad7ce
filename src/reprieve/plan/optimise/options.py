"""The options always shown, each solved to optimality: best, cautious, lowest dose, smallest change; and the front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from reprieve.plan.optimise.complaint import Complaint
from reprieve.plan.optimise.program import Choice, Row, Tail
from reprieve.plan.optimise.session_problem import SessionProblem

Floats = NDArray[np.float64]
# Doses are multiples of a step far above this.
_TOLERANCE = 1e-7
_CHANGE, _SIZE_OF_CHANGE = 1.0, 0.05
# Breaks ties between equal changes, and is too small to buy one.
_TIE = 1e-3
# Factors on the risk and on the unit cost of the parameters, from hardly anything to far above what a clinician pays.
_RISK_PRICES = (0.1, 0.7, 2.0, 5.0, 12.0)
_UNIT_PRICES = (0.1, 2.0, 6.0, 15.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPoint:
    """One point of the front: nothing else has more relief at no more risk and no more units."""

    relief: float
    risk: float
    units: Decimal
    choice: Choice


def best(problem: SessionProblem) -> Choice | None:
    """Return the choice with the largest expected relief less costs; None if nothing fits."""
    return problem.program.solve(problem.net)


def cautious(problem: SessionProblem) -> Choice | None:
    """Return the choice that weighs the worst draws beside the mean (conditional value at risk)."""
    weight = problem.parameters.caution_weight.value
    tail = Tail(problem.relief_draws, problem.parameters.caution_tail.value, weight)
    return problem.program.solve((1 - weight) * problem.relief - problem.costs, tail=tail)


def lowest_dose(problem: SessionProblem, reference: Choice) -> Choice | None:
    """Return the fewest units that keep the share `keep_share` of the relief of `reference`; of these the best."""
    wanted = problem.parameters.keep_share.value * problem.sum_of(problem.relief, reference)
    keep = Row.in_ticks(problem.relief, low=wanted)
    units = problem.program.units
    # Units alone, in whole ticks: the waste of vials has no voice in how little is enough.
    fewest = problem.program.solve(-units * 1e-3, [keep])
    if fewest is None:
        return None
    least = problem.sum_of(units, fewest)
    return problem.program.solve(problem.net, [keep, Row(units, -np.inf, least + _TOLERANCE)])


def smallest_change(problem: SessionProblem, complaints: Sequence[Complaint], reference: Choice) -> Choice | None:
    """Return the fewest and smallest changes of the last session that answer the complaints.

    A muscle that wants more gets more. Too little relief altogether is answered by a part (`complaint_share`) of what
    `reference` adds to the last session. Less, where a dose was too much, is one of the bounds already.
    """
    program = problem.program
    change = np.zeros(len(program.columns))
    untouched = np.zeros(len(program.columns))
    demands: list[Row] = []
    wanted = {one.place for one in complaints if one.wish == "more" and one.place is not None}
    for index, one in enumerate(problem.candidates):
        own = program.owner == index
        last = float(one.last.units) if one.last is not None else 0.0
        scale = problem.worths[index].scale
        differs = np.abs(program.units[own] - last) / scale
        dropped = (_CHANGE + _SIZE_OF_CHANGE * last / scale) if last else 0.0
        change[own] = dropped - _CHANGE * (differs > 0) - _SIZE_OF_CHANGE * differs
        untouched[own] = program.units[own] == last
        if one.place in wanted:
            demands.append(Row((own & (program.units > last)).astype(float), 1.0, np.inf))
    if any(one.wish == "more" and one.place is None for one in complaints):
        repeated = float(problem.relief @ untouched)
        gain = problem.sum_of(problem.relief, reference) - repeated
        share = problem.parameters.complaint_share.value
        demands.append(Row.in_ticks(problem.relief, low=repeated + share * max(gain, 0.0)))
    return program.solve(change + _TIE * problem.net, demands)


def front(problem: SessionProblem) -> tuple[FrontPoint, ...]:
    """Return points of the front of relief, risk and units, fewest units first.

    Twenty pairs of prices on risk and units, one solution each. A choice that is best at positive prices is on the
    front (Geoffrion 1968); points in a hollow of the front are not found this way.
    """
    units, risk = problem.program.units, problem.risk
    by_unit = problem.parameters.unit_cost.value / float(np.median([one.scale for one in problem.worths]))
    found: dict[tuple[int | None, ...], FrontPoint] = {}
    for of_risk in _RISK_PRICES:
        for of_units in _UNIT_PRICES:
            choice = problem.program.solve(problem.relief - of_risk * risk - of_units * by_unit * units)
            if choice is not None:
                found.setdefault(choice.levels, _point(problem, choice))
    points = list(found.values())
    # Worth is counted in ticks, so a point may lie a tick behind another.
    kept = [one for one in points if not any(_better(other, one) for other in points)]
    return tuple(sorted(kept, key=lambda one: (one.units, one.risk)))


def _point(problem: SessionProblem, choice: Choice) -> FrontPoint:
    chosen = problem.program.chosen(choice)
    return FrontPoint(
        relief=problem.sum_of(problem.relief, choice),
        risk=problem.sum_of(problem.risk, choice),
        units=sum((problem.program.columns[column].units for column in chosen), Decimal(0)),
        choice=choice,
    )


def _better(a: FrontPoint, b: FrontPoint) -> bool:
    no_worse = a.relief >= b.relief and a.risk <= b.risk and a.units <= b.units
    return no_worse and (a.relief > b.relief or a.risk < b.risk or a.units < b.units)
