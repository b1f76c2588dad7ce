"""Three ways to treat one virtual patient: the loop assess, plan, inject, follow, learn; by a rule; always the same.

All begin with the same session, a clinician's: the muscles that the ranking finds likely, at their usual doses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from reprieve.app.check import check_plan
from reprieve.app.forecast import default_population, scores_of_chart
from reprieve.app.planning.proposal import propose
from reprieve.app.response.kernel import kernel
from reprieve.app.virtual.patients import (
    DAY_ONE,
    PRODUCT,
    Cycle,
    Truth,
    VirtualPatient,
    draw_patient,
    first_assessment,
    live,
    untreated_rating,
)
from reprieve.assess.ranking import rank_muscles
from reprieve.core.findings import Severity
from reprieve.learn.dates import milestones, weighted_quantiles
from reprieve.learn.posterior import update_response
from reprieve.plan.optimise import DoseModel
from reprieve.record.chart import Chart, ChartPatient, Condition, GivenInjection, Session
from reprieve.record.plan import Exposure, LastSession, Plan, PlanPatient
from reprieve.reference.assessment_weights import assessment_weights

BORN = date(1968, 3, 1)
# Units of a first session, as the demo clinic gives them; assumed.
USUAL_UNITS = {
    "splenius_capitis": 50,
    "sternocleidomastoid": 30,
    "trapezius_descending": 30,
    "levator_scapulae": 25,
    "semispinalis_capitis": 40,
    "longissimus_capitis": 20,
    "scalenus_medius": 15,
    "splenius_cervicis": 25,
    "longissimus_cervicis": 20,
}
LIKELY = 0.5
SHORTEST_D, LONGEST_D = 84, 126
# The rule of the clinician who titrates: by so much more after a poor cycle, by so much less after a side effect.
MORE, LESS = Decimal("1.15"), Decimal("0.85")
STEP_UNITS = Decimal(5)
# TWSTRS, smallest change that patients notice: -8 points (Dashtipour 2019, registry CD PROBE).
NOTICED_POINTS = 8
# A day is symptomatic when less than this share is gone of what toxin can take from this patient.
SYMPTOMATIC_BELOW = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a treatment came to, in figures of one year; `relief` is the mean share of the score taken away."""

    symptomatic_days: float
    side_effect_days: float
    units: float
    visits: float
    relief: float


def treat_by_loop(truth: Truth, seed: int, *, cycles: int = 10, model: Callable[[], DoseModel] | None = None) -> Course:
    """Return the course of one patient whom the engines plan for, anew in each cycle."""
    patient, chart, rng = _new(truth, seed)
    lived: list[tuple[Cycle, Decimal]] = []
    start = 0.0
    for number in range(cycles):
        session = _planned(chart, start, model) if number else _clinicians(chart)
        chart, length = _given(patient, chart, session, start)
        cycle = live(patient, session, start, length, rng)
        chart = _told(chart, session, cycle)
        if session is not None:
            length = _next_visit(chart, session, length)
            cycle = live(patient, session, start, length, np.random.default_rng([seed, round(start)]))
            chart = _told(_without_cycle(chart, start), session, cycle)
        lived.append((cycle, session.units if session is not None else Decimal(0)))
        start += length
    return _course(patient, lived)


def treat_the_same(truth: Truth, seed: int, *, cycles: int = 10) -> Course:
    """Return the course of the same patient with the first session's doses every twelve weeks."""
    patient, chart, rng = _new(truth, seed)
    first = _clinicians(chart)
    lived: list[tuple[Cycle, Decimal]] = []
    for number in range(cycles):
        start = float(number * SHORTEST_D)
        session = None if first is None else replace(first, date=DAY_ONE + timedelta(days=round(start)), id=str(number))
        _given(patient, chart, session, start)
        cycle = live(patient, session, start, SHORTEST_D, rng)
        lived.append((cycle, session.units if session is not None else Decimal(0)))
    return _course(patient, lived)


def treat_by_rule(truth: Truth, seed: int, *, cycles: int = 10) -> Course:
    """Return the course of the same patient every twelve weeks, all doses moved by a rule that needs no engine.

    Notes
    -----
    After a side effect 15 % less; else, where the rating of week four is not better than the untreated one by what
    patients notice, 15 % more, unless the safety rules then warn of something that they did not at first; else the
    same. The factor is kept exactly; what is given is rounded to 5 units.
    """
    patient, chart, rng = _new(truth, seed)
    session = first = _clinicians(chart)
    factor = Decimal(1)
    lived: list[tuple[Cycle, Decimal]] = []
    for number in range(cycles):
        start = float(number * SHORTEST_D)
        _given(patient, chart, session, start)
        cycle = live(patient, session, start, SHORTEST_D, rng)
        lived.append((cycle, session.units if session is not None else Decimal(0)))
        if session is not None and first is not None:
            factor *= _step_of(cycle, chart.ratings[0].total)
            wanted = _titrated(first, factor, number + 1)
            if factor > 1 and not _warnings(chart, wanted, session) <= _warnings(chart, first, None):
                factor /= MORE
                wanted = _titrated(first, factor, number + 1)
            session = wanted
    return _course(patient, lived)


def _step_of(cycle: Cycle, untreated: Decimal | None) -> Decimal:
    at_four_weeks = cycle.ratings[0].total
    if cycle.symptoms:
        return LESS
    poor = untreated is not None and at_four_weeks is not None and untreated - at_four_weeks < NOTICED_POINTS
    return MORE if poor else Decimal(1)


def _titrated(first: Session, factor: Decimal, number: int) -> Session:
    given = tuple(replace(one, units=_in_steps(one.units * factor)) for one in first.injections)
    on = DAY_ONE + timedelta(days=number * SHORTEST_D)
    return replace(first, date=on, id=str(number), injections=given)


def _in_steps(units: Decimal) -> Decimal:
    return max(STEP_UNITS * (units / STEP_UNITS).to_integral_value(), STEP_UNITS)


def _warnings(chart: Chart, session: Session, before: Session | None) -> set[str]:
    """Return the rules that warn of or block a session, `before` being the last one."""
    person = chart.patient
    told = () if before is None else (Exposure(date=before.date, product=PRODUCT, units=before.units),)
    plan = Plan(
        product=PRODUCT,
        indication="cervical_dystonia",
        injections=tuple(one.planned() for one in session.injections),
        jurisdiction="US",
        date=session.date,
        patient=PlanPatient(
            birth_date=person.birth_date,
            weight_kg=person.weight_kg,
            weight_date=person.weight_date,
            exposure_history="known",
            exposures=told,
        ),
        last_session=None if before is None else LastSession(date=before.date, product=PRODUCT, units=before.units),
    )
    return {one.rule for one in check_plan(plan, today=session.date).findings if one.severity is not Severity.INFO}


def _new(truth: Truth, seed: int) -> tuple[VirtualPatient, Chart, np.random.Generator]:
    rng = np.random.default_rng(seed)
    patient = draw_patient(truth, f"v{seed}", rng)
    chart = Chart(
        patient=ChartPatient(
            id=patient.name, birth_date=BORN, weight_kg=Decimal(70), weight_date=DAY_ONE, exposure_history="known"
        ),
        jurisdiction="US",
        conditions=(Condition(condition="cervical_dystonia"),),
        ratings=(untreated_rating(patient, rng),),
        assessments=(first_assessment(patient),),
    )
    return patient, chart, rng


def _clinicians(chart: Chart) -> Session | None:
    """Return the first session: up to four likely muscles at their usual doses."""
    ranking = rank_muscles(chart, assessment_weights())
    likely = [one for one in ranking.muscles if one.muscle in USUAL_UNITS and one.probability >= LIKELY]
    given = tuple(
        GivenInjection(
            muscle=one.muscle,
            side=one.side,  # type: ignore[arg-type]
            units=Decimal(USUAL_UNITS[one.muscle]),
            sites=3,
            volume_ml=Decimal("0.3"),
        )
        for one in likely[:4]
    )
    if not given:
        return None
    return Session(date=DAY_ONE, product=PRODUCT, indication="cervical_dystonia", injections=given, id="0")


def _planned(chart: Chart, start: float, model: Callable[[], DoseModel] | None) -> Session | None:
    """Return the first proposal as a session, the last one again where there is none; None on neither."""
    on = DAY_ONE + timedelta(days=round(start))
    told = propose(chart, on=on, product=PRODUCT, front=False, model=model() if model is not None else None)
    plan: Plan | None = told.proposed[0].offer.plan if told.proposed else told.repeat_last
    if plan is None or not plan.injections:
        return None
    given = tuple(
        GivenInjection(muscle=one.muscle, side=one.side, units=one.units, sites=one.sites, volume_ml=one.volume_ml)
        for one in plan.injections
    )
    return Session(
        date=on, product=PRODUCT, indication="cervical_dystonia", injections=given, id=str(len(chart.sessions))
    )


def _given(patient: VirtualPatient, chart: Chart, session: Session | None, start: float) -> tuple[Chart, int]:
    if session is None:
        return chart, SHORTEST_D
    injections = tuple(one.planned() for one in session.injections)
    patient.inject(start, Plan(product=PRODUCT, indication="cervical_dystonia", injections=injections))
    return replace(chart, sessions=(*chart.sessions, session)), SHORTEST_D


def _told(chart: Chart, session: Session | None, cycle: Cycle) -> Chart:
    sessions = chart.sessions
    if session is not None:
        sessions = (*(one for one in sessions if one.id != session.id), replace(session, muscle_effects=cycle.effects))
    return replace(
        chart,
        sessions=sessions,
        ratings=(*chart.ratings, *cycle.ratings),
        diary=(*chart.diary, *cycle.diary),
        symptoms=(*chart.symptoms, *cycle.symptoms),
    )


def _without_cycle(chart: Chart, start: float) -> Chart:
    """The chart as it was when the cycle began, its session kept: the cycle is told anew at its full length."""
    first = DAY_ONE + timedelta(days=round(start))
    return replace(
        chart,
        ratings=tuple(one for one in chart.ratings if one.date < first),
        diary=tuple(one for one in chart.diary if one.date < first),
        symptoms=tuple(one for one in chart.symptoms if one.date < first),
    )


def _next_visit(chart: Chart, session: Session, seen: int) -> int:
    """Return the length of the cycle: the day on which half of the effect is likely lost, asked at twelve weeks."""
    fading = fading_day(chart, session.date + timedelta(days=seen))
    return SHORTEST_D if fading is None else int(np.clip(fading, SHORTEST_D, LONGEST_D))


def fading_day(chart: Chart, on: date) -> float | None:
    """Return the days from the last session to the loss of half of its effect: the forecast's median, no more of it.

    None where the response model has no ground for it.
    """
    model = default_population()
    sessions = sorted((one for one in chart.sessions if one.date <= on and one.units > 0), key=lambda one: one.date)
    if not sessions:
        return None
    entry = model.products[sessions[-1].product]
    patient = scores_of_chart(chart, sessions, model, on)
    if not entry.lowest_units <= float(sessions[-1].units) <= entry.highest_units or not len(patient.weeks):
        return None
    found = milestones(update_response(patient, model, kernel()), len(patient.cycles) - 1)
    return 7.0 * float(weighted_quantiles(found.fading, found.weight, np.array([0.5]))[0])


def _course(patient: VirtualPatient, lived: list[tuple[Cycle, Decimal]]) -> Course:
    state = np.concatenate([cycle.state for cycle, _ in lived])
    untreated = np.concatenate([cycle.untreated for cycle, _ in lived])
    relief = 1.0 - state / untreated
    years = state.size / 365.0
    enough = SYMPTOMATIC_BELOW * sum(patient.weights.values())
    return Course(
        symptomatic_days=float((relief <= enough).sum()) / years,
        side_effect_days=sum(cycle.side_effect_days for cycle, _ in lived) / years,
        units=float(sum((units for _, units in lived), Decimal(0))) / years,
        visits=len(lived) / years,
        relief=float(relief.mean()),
    )
