"""From a choice to a plan document."""

from __future__ import annotations

from decimal import Decimal

from reprieve.plan.optimise.candidates import merged
from reprieve.plan.optimise.levels import Level
from reprieve.plan.optimise.program import Choice
from reprieve.plan.optimise.session_problem import SessionProblem
from reprieve.plan.optimise.situation import Situation
from reprieve.plan.optimise.targets import in_shoulder, limb_of
from reprieve.record.chart import Chart, Session
from reprieve.record.plan import Injection, Limb, Plan, Reconstitution, Side
from reprieve.record.plan_patient import last_given, plan_patient

# A volume is told only when it is exact at what a syringe can show.
_SYRINGE = Decimal("0.001")


def plan_of(problem: SessionProblem, choice: Choice, chart: Chart) -> Plan:
    """Return the plan document of `choice`, in the order of the candidates."""
    situation = problem.situation
    pairs = zip(problem.candidates, choice.levels, strict=True)
    injections = tuple(
        _injection(one.place.muscle, one.place.side, one.limb, one.levels[index], situation)
        for one, index in pairs
        if index is not None
    )
    vials = (situation.vial,) * choice.vials if situation.vial is not None else ()
    return _plan(chart, situation, injections, Reconstitution(vials=vials) if vials else None)


def repeated_plan(chart: Chart, situation: Situation, last: Session) -> Plan:
    """Return the last session as a plan: the same doses of the same product, on fresh vials."""
    vials = last.reconstitution.vials if last.reconstitution else ()
    kept = tuple(type(vial)(units=vial.units, diluent_ml=vial.diluent_ml) for vial in vials)
    injections = tuple(one.planned() for one in last.injections)
    return _plan(chart, situation, injections, Reconstitution(vials=kept) if kept else None)


def repeated_choice(problem: SessionProblem) -> Choice | None:
    """Return the choice that repeats the last session; None where one of its doses is no level."""
    levels: list[int | None] = []
    for one in problem.candidates:
        at = [index for index, level in enumerate(one.levels) if one.last is not None and level.units == one.last.units]
        if one.last is not None and not at:
            return None
        levels.append(at[0] if at else None)
    last = problem.situation.last_same
    if last is None or sum(index is not None for index in levels) != len(merged(last.injections)):
        return None
    return Choice(levels=tuple(levels), vials=0, objective=0.0, gap=0.0)


def _injection(muscle: str, side: Side | None, limb: Limb | None, level: Level, situation: Situation) -> Injection:
    concentration = situation.units_per_ml
    volume = level.units / concentration if concentration else None
    exact = volume is not None and volume == volume.quantize(_SYRINGE)
    # The side of a shoulder muscle says its arm already, and "arm" reads oddly on a trapezius treated for the neck.
    said_by_side = side is not None and in_shoulder(muscle)
    return Injection(
        muscle=muscle,
        side=side,
        units=level.units,
        sites=level.sites,
        volume_ml=volume if exact else None,
        limb=None if said_by_side else limb or limb_of(muscle, side),
    )


def _plan(
    chart: Chart, situation: Situation, injections: tuple[Injection, ...], reconstitution: Reconstitution | None
) -> Plan:
    return Plan(
        product=situation.product,
        indication=situation.condition,
        injections=injections,
        jurisdiction=situation.jurisdiction,
        date=situation.on,
        patient=plan_patient(chart, situation.on),
        reconstitution=reconstitution,
        last_session=last_given(chart, situation.on),
    )
