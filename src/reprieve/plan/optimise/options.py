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


def front(problem: SessionProblem, reference: Choice, steps: tuple[int, int] = (5, 4)) -> tuple[FrontPoint, ...]:
    """Return the front of relief, risk and units, by bounds on two of them (epsilon constraint).

    Parameters
    ----------
    steps : (int, int)
        How many bounds on units and on risk; one solution each.
    """
    units, risk = problem.program.units, problem.risk
    richest = problem.program.solve(problem.relief) or reference
    most_units, most_risk = problem.sum_of(units, richest), problem.sum_of(risk, richest)
    # A hair of cost, so that of equal relief the cheaper is taken.
    values = problem.relief - 1e-3 * risk - 1e-6 * units
    found: dict[tuple[int | None, ...], FrontPoint] = {}
    for i in range(1, steps[0] + 1):
        for j in range(1, steps[1] + 1):
            within = [
                Row(units, -np.inf, most_units * i / steps[0] + _TOLERANCE),
                Row.in_ticks(risk, high=most_risk * j / steps[1]),
            ]
            choice = problem.program.solve(values, within)
            if choice is not None:
                found.setdefault(choice.levels, _point(problem, choice))
    points = list(found.values())
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
