"""Drafts: plans that nobody signed yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import ChartView, Clinic
from reprieve.app.ids import new_id
from reprieve.app.record.entries import check_reason, write_built
from reprieve.app.record.muscles import check_injections
from reprieve.core.errors import ConflictError, InputError
from reprieve.record.event_bodies import Draft, VoidedPlan
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.fold import standing
from reprieve.record.plan import Plan
from reprieve.record.plan_patient import plan_patient
from reprieve.store.ledger import Receipt, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftToKeep:
    """A plan to keep as a draft."""

    plan: Plan
    draft_id: str | None = None


def keep_draft(
    store: Clinic, person: Person, patient: str, wish: DraftToKeep, *, request: Request | None, seen: int | None
) -> Receipt:
    """Keep `wish.plan` as a draft; the same person's draft of that product and day is replaced."""
    if not wish.plan.injections:
        raise InputError("a draft needs at least one muscle; add one")
    check_injections(wish.plan.injections)

    def build(view: ChartView) -> list[Event]:
        plan = replace(wish.plan, patient=plan_patient(view.chart, store.today(), wish.plan.patient))
        old = _open_draft(store, person, patient, wish)
        draft = Draft(draft_id=old.body.draft_id if old else wish.draft_id or new_id(), plan=plan)
        replaces = old.id if old else None
        return [store.event(person, EventKind.PLAN_DRAFTED, draft, patient=patient, replaces=replaces)]

    def answer(events: list[Event], first: int, head: str) -> dict[str, Any]:
        return {"draft_id": events[0].body.draft_id, "patient_id": patient, "version": first, "hash": head}

    return write_built(store, person, patient, build, request=request, seen=seen, answer=answer)


def void_draft(
    store: Clinic, person: Person, patient: str, draft_id: str, *, reason: str, request: Request | None
) -> Receipt:
    """Take a draft back."""
    told = check_reason(reason)

    def build(_: ChartView) -> list[Event]:
        if draft_id not in open_drafts(store, person.clinic, patient):
            raise InputError("no such draft is open; it was signed or taken back already")
        body = VoidedPlan(draft_id=draft_id)
        return [store.event(person, EventKind.PLAN_VOIDED, body, patient=patient, reason=told)]

    return write_built(store, person, patient, build, request=request, seen=None)


def open_drafts(store: Clinic, clinic: str, patient: str) -> dict[str, Event]:
    """Return the drafts that nobody signed or took back, by draft id, oldest first."""
    drafts, closed = _drafts(store, clinic, patient)
    return {key: event for key, event in drafts.items() if key not in closed}


def _drafts(store: Clinic, clinic: str, patient: str) -> tuple[dict[str, Event], set[str | None]]:
    """Return every draft that stands, by its id, and the ids that a signature or a word closed."""
    drafts: dict[str, Event] = {}
    closed: set[str | None] = set()
    for entry in standing(store.chart_events(clinic, patient)):
        event = entry.latest
        if event.kind is EventKind.PLAN_DRAFTED and event.body is not None:
            drafts[event.body.draft_id] = event
        elif event.kind in (EventKind.PLAN_SIGNED, EventKind.PLAN_VOIDED) and event.body is not None:
            closed.add(event.body.draft_id)
    return drafts, closed


def draft_closed_by(store: Clinic, person: Person, patient: str, plan: Plan, draft_id: str | None) -> str | None:
    """Return the id of the open draft that a session of `plan` closes, None if there is none.

    Raises
    ------
    ConflictError
        `draft_id` names one that is not open.
    """
    drafts = open_drafts(store, person.clinic, patient)
    if draft_id is not None:
        if draft_id not in drafts:
            raise ConflictError(
                "this draft was signed or taken back already; nothing was written, read the chart again"
            )
        return draft_id
    alike = [key for key, event in drafts.items() if event.body.plan.product == plan.product]
    return alike[-1] if alike else None


def _open_draft(store: Clinic, person: Person, patient: str, wish: DraftToKeep) -> Event | None:
    known, closed = _drafts(store, person.clinic, patient)
    drafts = {key: event for key, event in known.items() if key not in closed}
    if wish.draft_id is not None:
        # What is signed or taken back closes its id for good: a plan kept under it would never be seen again.
        if wish.draft_id in closed:
            raise ConflictError(
                "this draft was signed or taken back already; nothing was written. Read the chart again; "
                "to keep the plan all the same, keep it as a new draft"
            )
        return drafts.get(wish.draft_id)
    mine = [
        event
        for event in drafts.values()
        if event.by == person.name
        and event.body.plan.product == wish.plan.product
        and event.body.plan.date == wish.plan.date
    ]
    return mine[-1] if mine else None
