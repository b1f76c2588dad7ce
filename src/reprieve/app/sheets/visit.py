"""One visit as it was delivered: checklist with times, planned against given, vials, waste, billing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.app.clinic import Clinic
from reprieve.app.reviews.policy import policy_of
from reprieve.core.documents import as_json
from reprieve.core.dose import Dose, total
from reprieve.core.errors import InputError, UnknownNameError
from reprieve.deliver.billing import DrugClaim, PayerRounding, drug_claim
from reprieve.deliver.checklist import Checklist, checklist
from reprieve.deliver.numbing import numbing_times
from reprieve.deliver.plan_against_given import MuscleDifference, differences
from reprieve.record.chart import Session
from reprieve.record.event_bodies import SignedPlan
from reprieve.record.event_kinds import EventKind
from reprieve.reference.numbing import numbing_cream
from reprieve.reference.preparations import product_facts

# No visit of this record lies outside; far years would break the arithmetic of zones.
FIRST_YEAR, LAST_YEAR = 1980, 2200


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A signed session beside its plan.

    Attributes
    ----------
    plan_known : bool
        Whether the record holds the plan; an imported session has none, and then nothing is compared.
    """

    session: Session
    plan_known: bool
    differences: tuple[MuscleDifference, ...]
    checklist: Checklist
    opened: Dose | None
    given: Dose
    wasted: Dose | None
    claim: DrugClaim | None
    why_no_claim: str | None

    def document(self) -> dict[str, Any]:
        """Return the visit as plain JSON."""
        told = as_json(self)
        told["differences"] = [
            {**as_json(row), "difference_units": as_json(row.difference_units)} for row in self.differences
        ]
        told["checklist"] = checklist_document(self.checklist)
        return told


def checklist_document(seen: Checklist, now: datetime | None = None) -> dict[str, Any]:
    """Return a checklist as plain JSON, with the cream's state at `now`."""
    told = as_json(seen)
    told["may_sign"], told["minutes"] = seen.may_sign, as_json(seen.minutes)
    if seen.numbing is not None:
        told["numbing"]["state"] = seen.numbing.state(now) if now is not None else None
    return told


def checklist_of(told: Mapping[str, datetime | None], *, cream: str | None, now: datetime | None) -> Checklist:
    """Return the checklist of steps told so far; with the name of a cream its times too.

    Raises
    ------
    UnknownNameError
        There is no such cream on file.
    DateError
        A time has no zone.
    """
    for step, at in told.items():
        if at is not None and at.tzinfo is None:
            raise InputError(f"the time of the step {step!r} needs its zone; give it as 2026-11-26T09:00:00Z")
        if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise InputError(f"the time of the step {step!r} lies in the year {at.year}; correct it")
    on_at = told.get("cream_on")
    numbing = numbing_times(numbing_cream(cream), on_at) if cream and on_at is not None else None
    return checklist(told, numbing=numbing, now=now)


def delivery_of(store: Clinic, clinic: str, patient: str, session_id: str, *, cream: str | None = None) -> Delivery:
    """Return the session `session_id` of `patient` beside its plan.

    Raises
    ------
    UnknownNameError
        The chart has no such session.
    """
    chart = store.view(clinic, patient).chart
    session = next((one for one in chart.sessions if one.id == session_id), None)
    if session is None:
        raise UnknownNameError("this chart has no session of that id; take the id from the chart")
    steps: dict[str, datetime | None] = {}
    signed: SignedPlan | None = None
    given = False
    for event in store.ledger.events_of(clinic, patient):
        body: Any = event.body
        if body is None or getattr(body, "session_id", None) != session_id:
            continue
        if event.kind is EventKind.CHECKLIST_STEP:
            steps[body.step] = body.at
        elif event.kind is EventKind.SESSION_OPENED:
            given = True
        # A plan is signed before its session opens. What is signed later is a correction: of a session that had a plan
        # it repeats that plan, of one without it says what was given, which nobody planned.
        elif event.kind is EventKind.PLAN_SIGNED and (signed is not None or not given):
            signed = body
    rounding = PayerRounding(policy_of(store, clinic).payer_rounding)
    return _delivery(session, signed, checklist_of(steps, cream=cream, now=None), rounding)


def _delivery(session: Session, signed: SignedPlan | None, seen: Checklist, rounding: PayerRounding) -> Delivery:
    given = Dose(session.units, session.product)
    vials = session.reconstitution.vials if session.reconstitution else ()
    opened = total((Dose(vial.units, session.product) for vial in vials), session.product) if vials else None
    claim, why = _claim(session, given, rounding)
    return Delivery(
        session=session,
        plan_known=signed is not None,
        differences=differences(signed.plan, session) if signed is not None else (),
        checklist=seen,
        opened=opened,
        given=given,
        wasted=opened - given if opened is not None and given <= opened else None,
        claim=claim,
        why_no_claim=why,
    )


def _claim(session: Session, given: Dose, rounding: PayerRounding) -> tuple[DrugClaim | None, str | None]:
    vials = session.reconstitution.vials if session.reconstitution else ()
    if not vials:
        return None, "no vial of this session is on record, so nothing can be billed from it"
    try:
        facts = product_facts(session.product)
        return drug_claim(facts, given, [Dose(vial.units, session.product) for vial in vials], rounding), None
    except InputError as problem:
        return None, str(problem)
