"""Use case: propose a session. Ranking, planner and check meet here; nothing here changes a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import NormalDist

import numpy as np

from reprieve.app.check import check_plan
from reprieve.app.follow import outcomes_of
from reprieve.app.planning.answer import Checked, Proposals
from reprieve.app.planning.goal import AskedGoal, read_goal
from reprieve.app.planning.questions import Ask, questions, risks_told
from reprieve.assess.evidence import RankedMuscle, logit
from reprieve.assess.ranking import Ranking, rank_muscles
from reprieve.plan.optimise import DoseModel, Involvement, Offers, Place, Situation, plan_session, situation_of
from reprieve.plan.optimise.limit_rows import rows_in_force
from reprieve.record.chart import Chart
from reprieve.reference.assessment_weights import assessment_weights
from reprieve.reference.formulary.product import product as product_named
from reprieve.reference.formulary.product import product_of
from reprieve.reference.plan_parameters import PlanParameters, plan_parameters
from reprieve.reference.preparations import check_condition
from reprieve.reference.reviews import Review

# The same chart gives the same bytes.
SEED = 20261126
_STATEMENTS = 4


def propose(
    chart: Chart,
    *,
    on: date,
    goal: str | None = None,
    product: str | None = None,
    reviews: Sequence[Review] = (),
    front: bool = True,
    model: DoseModel | None = None,
) -> Proposals:
    """Return proposals for a session on the day `on`, each checked, with reasons; none of them changes a plan.

    Parameters
    ----------
    chart : Chart
    on : date
        Day of the session.
    goal : str, optional
        A muscle (with or without a side), ``relief``, ``fewer_side_effects``, ``lowest_dose``, ``fewer_sites``, or the
        patient's words.
    product : str, optional
        By its nonproprietary name; the last session's unless told. Another than the last starts with blank doses.
    reviews : sequence of Review
        The clinic's own word on rows of the reference data.
    front : bool
        Whether to work out the front of relief, risk and units.
    model : DoseModel, optional
        Of what a dose does in the muscle (`simulation_for_planner`); off unless given.

    Raises
    ------
    UnknownNameError
        Product, condition, muscle or posture is not in the reference data.
    """
    parameters = plan_parameters()
    # Without the sampler of the mechanics: it is shown beside the ranking and does not count in it.
    ranking = rank_muscles(chart, assessment_weights())
    wanted = read_goal(goal)
    known, condition, missing = _what(chart, on, product)
    empty = Proposals(
        chart=chart,
        on=on,
        product=known,
        condition=condition,
        goal=wanted,
        ranking=ranking,
        offers=None,
        proposed=(),
        withheld=(),
        repeat_last=None,
        repeat_findings=(),
        ask=missing,
        parameters=parameters,
        reviews=tuple(reviews),
    )
    if known is None or condition is None:
        return empty
    situation = situation_of(chart, on, known, condition)
    asked = questions(chart, situation, rows_in_force(situation, reviews))
    offers = _offers(chart, situation, ranking, wanted, reviews, parameters, front, model)
    return _checked(replace(empty, offers=offers, ask=asked), reviews)


def _what(chart: Chart, on: date, product: str | None) -> tuple[str | None, str | None, tuple[Ask, ...]]:
    """Return product and condition of the session, and what to ask when one is not known."""
    for session in chart.sessions:
        if product_of(session.product) is not None:
            product_named(session.product)  # a brand would pass for another product, whose doses say nothing
    before = sorted((one for one in chart.sessions if one.injections and one.date < on), key=lambda one: one.date)
    last = before[-1] if before else None
    name = product or (last.product if last else None)
    condition = last.indication if last else next((one.condition for one in chart.conditions), None)
    missing: list[Ask] = []
    if name is None:
        missing.append(
            Ask(field="product", ask="Which product?", why="Units belong to one product; none is guessed.", stops=True)
        )
    else:
        name = product_named(name).id
    if condition is None:
        missing.append(
            Ask(field="conditions", ask="What is treated?", why="Limits and doses belong to one use.", stops=True)
        )
    else:
        check_condition(condition)
    return name, condition, tuple(missing)


def _offers(
    chart: Chart,
    situation: Situation,
    ranking: Ranking,
    wanted: AskedGoal,
    reviews: Sequence[Review],
    parameters: PlanParameters,
    front: bool,
    model: DoseModel | None,
) -> Offers:
    goals = [one for one in chart.goals if one.date is None or one.date <= situation.on]
    told = plan_session(
        chart,
        situation,
        [_involvement(one, ranking.interval_level) for one in ranking.muscles],
        goals=[*([wanted.goal] if wanted.goal else []), *goals],
        prices=wanted.prices,
        poor=_poor(chart, situation),
        reviews=reviews,
        parameters=parameters,
        rng=np.random.default_rng(SEED),
        front=front,
        model=model,
    )
    if model is None:
        return told
    words = f"what a dose brings and where it spreads is told by {model.name}, as asked for; it explains, unproven"
    return replace(told, notes=(*told.notes, words))


def _involvement(one: RankedMuscle, level: float) -> Involvement:
    low, high = one.interval
    reach = NormalDist().inv_cdf(0.5 + level / 2)
    weighty = sorted(one.evidence[1:], key=lambda entry: -abs(entry.log_odds))
    return Involvement(
        place=Place(one.muscle, one.side),  # type: ignore[arg-type]
        log_odds=one.log_odds,
        sd=(logit(high) - logit(low)) / (2 * reach),
        statements=tuple(entry.statement for entry in weighty[:_STATEMENTS]),
        measure_next=one.next_measurement.measurement if one.next_measurement else None,
    )


def _poor(chart: Chart, situation: Situation) -> str | None:
    """Return why the last session helped too little, or None."""
    last = situation.last_same
    outcome = next((one for one in reversed(outcomes_of(chart, situation.on)) if one.session == last), None)
    if outcome is None or outcome.verdict != "no_benefit":
        return None
    return f"the last session gave too little: {outcome.why}"


def _checked(told: Proposals, reviews: Sequence[Review]) -> Proposals:
    assert told.offers is not None
    again = told.offers.repeat_last
    findings = check_plan(again, today=told.on, reviews=reviews).findings if again is not None else ()
    checked = [
        Checked(offer=offer, findings=check_plan(offer.plan, today=told.on, reviews=reviews).findings)
        for offer in told.offers.offers
    ]
    # "Repeat nothing, ask": with an answer missing that everything rests on, there is no proposal.
    stopped = any(one.stops for one in told.ask)
    return replace(
        told,
        proposed=() if stopped else tuple(one for one in checked if not one.blocked),
        withheld=tuple(one for one in checked if one.blocked),
        repeat_last=again,
        repeat_findings=findings,
        ask=(*told.ask, *_nothing_to_plan(told)),
    )


def _nothing_to_plan(told: Proposals) -> list[Ask]:
    assert told.offers is not None
    asked: list[Ask] = []
    if not told.offers.candidates:
        asked.append(
            Ask(
                field="assessments",
                ask="Which muscles pull, and what dose of them is on file or was given before?",
                why="No muscle of this chart has both evidence and a sourced dose of this product; none is invented.",
                stops=True,
            )
        )
        # No proposal carries what the rules would say of the patient, so it is said here.
        asked += risks_told(told.chart, told.offers.situation, "special_population")
    # The plan's own questions are the closer ones; what they ask is not asked again.
    known = {one.field for one in told.ask}
    asked += [Ask(field=one.field, ask=one.ask, why=one.why) for one in told.ranking.ask if one.field not in known]
    return asked
