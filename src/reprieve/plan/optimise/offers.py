"""All that the planner offers for one session: the options, the front, and why nothing fits if nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reprieve.plan.optimise import options
from reprieve.plan.optimise.candidates import Candidate, Field, Unsourced, field_of
from reprieve.plan.optimise.complaint import Complaint, aims_at, complaints_of
from reprieve.plan.optimise.conflict import Conflict, conflict_of
from reprieve.plan.optimise.dose_model import DoseModel
from reprieve.plan.optimise.effect import ExpectedEffect, expected_effect
from reprieve.plan.optimise.involvement import Involvement
from reprieve.plan.optimise.limit_rows import rows_in_force
from reprieve.plan.optimise.options import FrontPoint
from reprieve.plan.optimise.program import Choice
from reprieve.plan.optimise.reasons import BindingLimit, Reason, binding_limits, reasons_of
from reprieve.plan.optimise.session_plan import plan_of, repeated_choice, repeated_plan
from reprieve.plan.optimise.session_problem import Prices, SessionProblem, session_problem
from reprieve.plan.optimise.situation import Situation
from reprieve.record.chart import Chart, Goal, Symptom
from reprieve.record.plan import Plan
from reprieve.reference.plan_parameters import PlanParameters
from reprieve.reference.reviews import Review

MODEL = "session-milp/1"
OfferId = Literal["best_expected", "lowest_dose", "smallest_change", "cautious"]
_SWALLOWING = frozenset({"dysphagia", "breathing_difficulty"})
_TITLES: dict[OfferId, str] = {
    "best_expected": "Best expected",
    "lowest_dose": "Lowest dose that keeps most of the relief",
    "smallest_change": "Last session with the smallest change",
    "cautious": "Loses least if the findings mislead",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One option: a plan, why, and what it is expected to do; `gap` 0 is proven optimal."""

    id: OfferId
    title: str
    plan: Plan
    choice: Choice
    reasons: tuple[Reason, ...]
    binding_limits: tuple[BindingLimit, ...]
    gap: float
    effect: ExpectedEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The answer of the planner for one situation.

    Attributes
    ----------
    offers : tuple of Offer
        Empty with a `conflict` when nothing fits, and without one when there is no candidate.
    repeat_last : Plan or None
        The last session again, whatever the rules will say to it; None after another product.
    repeat_effect : ExpectedEffect or None
    front : tuple of FrontPoint
    unsourced : tuple of Unsourced
    complaints : tuple of Complaint
    notes : tuple of str
        What an option could not do, and why.
    """

    situation: Situation
    offers: tuple[Offer, ...]
    repeat_last: Plan | None
    repeat_effect: ExpectedEffect | None
    front: tuple[FrontPoint, ...]
    conflict: Conflict | None
    unsourced: tuple[Unsourced, ...]
    complaints: tuple[Complaint, ...]
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]


def plan_session(
    chart: Chart,
    situation: Situation,
    involvements: Sequence[Involvement],
    *,
    goals: Sequence[Goal],
    prices: Prices,
    poor: str | None,
    reviews: Sequence[Review],
    parameters: PlanParameters,
    rng: np.random.Generator,
    front: bool = True,
    model: DoseModel | None = None,
) -> Offers:
    """Return what the planner offers.

    Parameters
    ----------
    chart : Chart
    situation : Situation
    involvements : sequence of Involvement
        What is believed of each muscle.
    goals : sequence of Goal
        A goal that names a muscle gives it weight.
    prices : Prices
    poor : str or None
        Why the last session helped too little; None if nothing says so.
    reviews : sequence of Review
    parameters : PlanParameters
    rng : numpy Generator
        For the draws; the same generator gives the same offers.
    front : bool
        Whether to work out the front, some twenty solutions more.
    model : DoseModel, optional
        Of what a dose does in the muscle; off unless given.
    """
    rows = rows_in_force(situation, reviews)
    symptoms = _since_last(chart, situation)
    field = field_of(situation, involvements, rows, reviews, symptoms, parameters)
    last = situation.last_same
    again = repeated_plan(chart, situation, last) if last is not None else None
    if not field.candidates:
        return _nothing(situation, field, again)
    weights = [_weight(one, goals, parameters) for one in field.candidates]
    at_risk = bool(_SWALLOWING & {*chart.risks, *(one.symptom for one in symptoms)})
    problem = session_problem(situation, field, rows, weights, prices, at_risk, parameters, rng, model)
    repeated = repeated_choice(problem)
    complaints = complaints_of(problem.candidates, goals, poor)
    made, notes, points = _solved(problem, chart, complaints, front)
    return Offers(
        situation=situation,
        offers=made,
        repeat_last=again,
        repeat_effect=expected_effect(problem, repeated) if repeated is not None else None,
        front=points,
        conflict=None if made else conflict_of(problem.program),
        unsourced=field.unsourced,
        complaints=complaints,
        candidates=problem.candidates,
        notes=notes,
    )


def _nothing(situation: Situation, field: Field, again: Plan | None) -> Offers:
    return Offers(
        situation=situation,
        offers=(),
        repeat_last=again,
        repeat_effect=None,
        front=(),
        conflict=None,
        unsourced=field.unsourced,
        complaints=(),
        candidates=(),
        notes=(),
    )


def _since_last(chart: Chart, situation: Situation) -> list[Symptom]:
    last = situation.last
    return [one for one in chart.symptoms if last is not None and last.date <= one.date <= situation.on]


def _weight(one: Candidate, goals: Sequence[Goal], parameters: PlanParameters) -> float:
    named = any(aims_at(goal, one) for goal in goals)
    return parameters.goal_weight.value if named else 1.0


def _solved(
    problem: SessionProblem, chart: Chart, complaints: Sequence[Complaint], front: bool
) -> tuple[tuple[Offer, ...], tuple[str, ...], tuple[FrontPoint, ...]]:
    first = options.best(problem)
    if first is None:
        return (), (), ()
    found: list[tuple[OfferId, Choice | None]] = [("best_expected", first)]
    notes: list[str] = []
    if problem.situation.last_same is not None:
        changed = options.smallest_change(problem, complaints, first)
        if changed is None:
            notes.append("the limits leave no room to answer every complaint; the smallest change answers what it can")
            changed = options.smallest_change(problem, [], first)
        found.append(("smallest_change", changed))
    found.append(("lowest_dose", options.lowest_dose(problem, first)))
    found.append(("cautious", options.cautious(problem)))
    made = tuple(_offer(problem, chart, name, choice, complaints) for name, choice in found if choice is not None)
    return made, tuple(notes), options.front(problem) if front else ()


def _offer(
    problem: SessionProblem, chart: Chart, name: OfferId, choice: Choice, complaints: Sequence[Complaint]
) -> Offer:
    assert problem.program.kept(choice), "the solver's answer breaks a bound"
    aim = _aim(name, problem)
    session = Reason(
        kind="session",
        subject="session",
        statement=f"{aim}: {'proven, gap 0' if not choice.gap else f'gap {choice.gap:.2g}'} ({MODEL})",
    )
    answered = tuple(
        Reason(kind="session", subject="session", statement=f"answers: {one.words}")
        for one in (complaints if name == "smallest_change" else ())
    )
    widened = tuple(
        Reason(kind="session", subject="session", statement=f"{one.words}: {one.relaxed}")
        for one in problem.bounds
        if one.relaxed is not None
    )
    return Offer(
        id=name,
        title=_TITLES[name],
        plan=plan_of(problem, choice, chart),
        choice=choice,
        reasons=(session, *answered, *widened, *reasons_of(problem, choice, proven=aim)),
        binding_limits=binding_limits(problem, choice),
        gap=choice.gap,
        effect=expected_effect(problem, choice),
    )


def _aim(name: OfferId, problem: SessionProblem) -> str:
    parameters = problem.parameters
    return {
        "best_expected": "expected relief against weakness, spread, units, sites and waste is best here",
        "lowest_dose": f"fewest units that keep {parameters.keep_share.value:.0%} of the best expected relief",
        "smallest_change": "fewest and smallest changes of the last session that answer what is complained of",
        "cautious": (
            f"the worst {parameters.caution_tail.value:.0%} of the draws count "
            f"{parameters.caution_weight.value:.0%} beside the mean"
        ),
    }[name]
