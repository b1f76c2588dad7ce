"""The bounds against the safety rules, which were written apart from the same data: same limit, same sum."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import numpy as np

from plan.optimise.random_patients import TODAY, RandomPatient, random_patient
from reprieve.plan.optimise.bounds import Bound, bounds_of
from reprieve.plan.optimise.candidates import field_of
from reprieve.plan.optimise.involvement import Involvement, Place
from reprieve.plan.optimise.limit_rows import rows_in_force
from reprieve.plan.optimise.program import Choice
from reprieve.plan.optimise.session_plan import plan_of
from reprieve.plan.optimise.session_problem import Prices, SessionProblem, session_problem
from reprieve.plan.optimise.situation import situation_of
from reprieve.plan.safety import check
from reprieve.plan.safety.outcome import LimitCheck
from reprieve.reference.muscle_catalogue import muscles
from reprieve.reference.plan_parameters import plan_parameters

# The safety rule of a step counts the rise, the bound counts the total; the sums are compared in the random sweep.
RISES = {"titration_step_too_large"}


def a_problem(seed: int) -> tuple[SessionProblem, RandomPatient] | None:
    """Return the problem of a random patient of whom a third of all muscles is suspected; None without a candidate."""
    rng = np.random.default_rng(seed)
    patient = random_patient(rng)
    sessions = patient.chart.sessions
    condition = sessions[-1].indication if sessions else patient.chart.conditions[0].condition
    situation = situation_of(patient.chart, TODAY, patient.product, condition)
    rows, parameters = rows_in_force(situation, patient.reviews), plan_parameters()
    told = [
        Involvement(place=Place(name, side), log_odds=2.0, sd=0.5)  # type: ignore[arg-type]
        for name, one in muscles().items()
        if rng.random() < 0.3
        for side in one.sides
    ]
    field = field_of(situation, told, rows, patient.reviews, (), parameters)
    if not field.candidates:
        return None
    weights = [1.0] * len(field.candidates)
    return session_problem(situation, field, rows, weights, Prices(), False, parameters, rng), patient


def of_the_same_place(bound: Bound, limit: LimitCheck) -> bool:
    where = bound.id.removeprefix(bound.row.id).removeprefix(".") if bound.row else ""
    return not where or limit.subject.endswith(where.split(" ")[-1])


def test_each_limit_and_each_sum_is_that_of_the_safety_rules() -> None:
    compared: Counter[str] = Counter()
    for seed in range(250):
        made = a_problem(seed)
        if made is None:
            continue
        problem, patient = made
        rng = np.random.default_rng(seed)
        levels = tuple(int(rng.integers(len(one.levels))) for one in problem.candidates)
        choice = Choice(levels=levels, vials=0, objective=0, gap=0)
        report = check(plan_of(problem, choice, patient.chart), today=TODAY, reviews=patient.reviews)
        for bound in problem.bounds:
            total = problem.program.total(bound, choice) + bound.used
            for limit in report.limits:
                same_row = bound.row is not None and limit.row == bound.row.id and limit.rule not in RISES
                if same_row and total and of_the_same_place(bound, limit):
                    assert (limit.limit, limit.actual) == (bound.limit, total), (seed, bound.id, limit.subject)
                    assert limit.blocks == bound.blocks
                    compared[limit.rule] += 1
    assert compared.total() > 60
    assert {"cumulative_limit_exceeded", "muscle_dose_above_label", "session_limit_exceeded"} <= set(compared)
    assert "paediatric_cap_exceeded" in compared


def test_an_own_bound_above_the_last_session_only_where_no_step_is_labelled() -> None:
    seen = set()
    for seed in range(60):
        patient = random_patient(np.random.default_rng(seed))
        if not patient.chart.sessions:
            continue
        last = patient.chart.sessions[-1]
        situation = situation_of(patient.chart, TODAY, patient.product, last.indication)
        rows, parameters = rows_in_force(situation, ()), plan_parameters()
        field = field_of(situation, (), rows, (), (), parameters)
        if field.candidates and situation.last_same is not None and last.units > 0:
            bounds = bounds_of(situation, field.candidates, rows, parameters)
            own = [bound for bound in bounds if bound.id == "own.total_rise"]
            labelled = any(row.kind == "titration" for row in rows)
            assert not (own and labelled)
            seen.update((labelled, bool(own)) for _ in own or [0])
            for bound in own:
                assert bound.at_most == last.units * Decimal("1.25")
    assert (False, True) in seen
