"""The answer of the planner, as a value and as one JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from reprieve.app.planning.goal import AskedGoal
from reprieve.app.planning.questions import Ask
from reprieve.assess.ranking import Ranking
from reprieve.core.documents import as_json
from reprieve.core.findings import Finding, Severity, SourceRef
from reprieve.plan.optimise import MODEL, Offer, Offers
from reprieve.record.chart import Chart
from reprieve.record.plan import Plan
from reprieve.reference.formulary.literature import unit_ratios
from reprieve.reference.plan_parameters import PlanParameters
from reprieve.reference.reviews import Review, reviews_in_force

STATEMENT = "Proposals to a clinician who can review each number; only a signed plan is a plan."


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An offer with what the safety rules say to its plan."""

    offer: Offer
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether a rule stops it; then it is withheld."""
        return any(one.severity is Severity.ERROR for one in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Everything that `reprieve plan` says.

    Attributes
    ----------
    offers : Offers or None
        None when so much is missing that there was nothing to plan with.
    proposed, withheld : tuple of Checked
        Withheld: a rule that no dose can heal stops it (a contraindication); its findings say which.
    repeat_last : Plan or None
    repeat_findings : tuple of Finding
    ask : tuple of Ask
    """

    chart: Chart
    on: date
    product: str | None
    condition: str | None
    goal: AskedGoal
    ranking: Ranking
    offers: Offers | None
    proposed: tuple[Checked, ...]
    withheld: tuple[Checked, ...]
    repeat_last: Plan | None
    repeat_findings: tuple[Finding, ...]
    ask: tuple[Ask, ...]
    parameters: PlanParameters
    reviews: tuple[Review, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the answer as plain JSON by the contract of the command."""
        return _document_of(self)


def _document_of(told: Proposals) -> dict[str, Any]:
    """Return the document; the same chart and day give the same bytes."""
    offers = told.offers
    names = [one.offer.id for one in told.proposed]
    return as_json(
        {
            "proposals": [_proposal(one, names) for one in told.proposed],
            "repeat_last": told.repeat_last,
            "repeat_last_check": _repeated(told),
            "withheld": [
                {"id": one.offer.id, "title": one.offer.title, "findings": one.findings} for one in told.withheld
            ],
            "conflict": None
            if offers is None or offers.conflict is None
            else {"limits": [bound.id for bound in offers.conflict.bounds], "words": offers.conflict.words},
            "pareto": _front(told),
            "no_sourced_dose": _unsourced(told),
            "product_switch": _switch(told),
            "complaints": offers.complaints if offers is not None else [],
            "ask": told.ask,
            "asks": told.ask,
            "notes": [
                *(offers.notes if offers is not None else []),
                *([told.goal.statement] if told.goal.statement else []),
            ],
            "inputs": _inputs(told),
            "model": MODEL,
            "parameters": {"version": told.parameters.version, "status": told.parameters.status},
            "sources": _sources(told),
            "statement": STATEMENT,
        }
    )


def _notes(told: Proposals) -> list[str]:
    notes = list(told.offers.notes) if told.offers is not None else []
    return [*notes, told.goal.statement] if told.goal.statement else notes


def _proposal(one: Checked, names: list[str]) -> dict[str, Any]:
    """Return one proposal: a plan document with more beside it, and the bare plan under ``plan``."""
    offer = one.offer
    plan = as_json(offer.plan)
    return {
        **plan,
        "id": offer.id,
        "name": offer.title,
        "title": offer.title,
        "plan": plan,
        "reasons": offer.reasons,
        "binding_limits": offer.binding_limits,
        "optimality_gap": offer.gap,
        "expected_effect": offer.effect,
        "findings": one.findings,
        "model": MODEL,
        "alternatives": [name for name in (*names, "repeat_last") if name != offer.id],
    }


def _repeated(told: Proposals) -> dict[str, Any] | None:
    if told.repeat_last is None or told.offers is None:
        return None
    return {"findings": told.repeat_findings, "expected_effect": told.offers.repeat_effect}


def _front(told: Proposals) -> list[dict[str, Any]]:
    if told.offers is None or not told.proposed:
        return []
    candidates = told.offers.candidates
    return [
        {
            "relief": round(point.relief, 4),
            "risk": round(point.risk, 4),
            "units": point.units,
            "doses": [
                {"muscle": one.place.muscle, "side": one.place.side, "units": one.levels[index].units}
                for one, index in zip(candidates, point.choice.levels, strict=True)
                if index is not None
            ],
        }
        for point in told.offers.front
    ]


def _unsourced(told: Proposals) -> list[dict[str, Any]]:
    if told.offers is None:
        return []
    return [
        {
            "muscle": one.place.muscle,
            "side": one.place.side,
            "statement": f"{one.place.words}: no sourced dose of {told.product} on file; enter one",
            "rows_to_confirm": one.rows,
        }
        for one in told.offers.unsourced
    ]


def _switch(told: Proposals) -> dict[str, Any] | None:
    """Return what a change of product means; a ratio is text of the literature, no number is computed with it."""
    if told.offers is None or not told.offers.situation.switched or told.offers.situation.last is None:
        return None
    before, now = told.offers.situation.last.product, told.product
    return {
        "from": before,
        "to": now,
        "statement": (
            f"Doses of {before} say nothing about {now}: every dose starts blank, with the sources of {now}. "
            "Units of two products are not interchangeable."
        ),
        "literature_not_label": [
            {"of": one.of, "to": one.to, "low": one.low, "high": one.high, "kind": one.kind, "condition": one.condition,
             "source": one.source, "note": one.note}
            for one in unit_ratios()
            if {one.of, one.to} == {before, now}
        ],
    }  # fmt: skip


def _inputs(told: Proposals) -> dict[str, Any]:
    """Return the values that the proposals rest on, by their name in the chart."""
    situation = told.offers.situation if told.offers is not None else None
    last = situation.last if situation is not None else None
    return {
        "patient": told.chart.patient.id,
        "date": told.on,
        "product": told.product,
        "condition": told.condition,
        "jurisdiction": situation.jurisdiction if situation is not None else told.chart.jurisdiction,
        "age_years": situation.age if situation is not None else None,
        "weight_kg": told.chart.patient.weight_kg,
        "risks": told.chart.risks,
        "last_session": {"id": last.id, "date": last.date, "product": last.product, "units": last.units}
        if last
        else None,
        "exposures": situation.given if situation is not None else [],
        "postures": told.ranking.postures,
        "ranking_weights": told.ranking.weights_version,
        "goals": told.chart.goals,
        "vial": situation.vial if situation is not None else None,
        "reviews": [
            {"row_id": one.row_id, "verdict": one.verdict, "value": one.value, "effective_from": one.effective_from}
            for _, one in sorted(reviews_in_force(told.reviews, told.on).items())
        ],
    }


def _sources(told: Proposals) -> list[SourceRef]:
    found: dict[SourceRef, None] = {}
    for one in (*told.proposed, *told.withheld):
        for reason in one.offer.reasons:
            found.update(dict.fromkeys(reason.sources))
        for finding in one.findings:
            found.update(dict.fromkeys(finding.sources))
        found.update(dict.fromkeys(limit.source for limit in one.offer.binding_limits if limit.source))
    return list(found)
