"""The clinic's rule of retention, who is due by it, who is held back, and erasing who is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.record.retention import MOST_DAYS_AHEAD, due_page, erase_due, hold, retention_of, set_retention
from reprieve.core.documents import as_json
from reprieve.record.clinic_bodies import RetentionRule
from reprieve.web.caller import Caller, May, MayWrite, json_answer

router = APIRouter(tags=["entries"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """The whole rule, and why it is set so."""

    rule: RetentionRule
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Whose record is kept beyond the rule, or no longer, and why."""

    patient_id: str
    held: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToErase:
    """Who is erased as due, and why."""

    patient_id: str
    reason: str


adapter(NewRule)


@router.get("/api/retention")
def retention(caller: Annotated[Caller, Depends(May(Action.READ_POLICY))]) -> Response:
    """Return how long the clinic keeps who a patient was."""
    return json_answer(as_json(retention_of(caller.store, caller.person.clinic)))


@router.post("/api/retention")
def new_retention(caller: Annotated[Caller, Depends(MayWrite(Action.SET_POLICY))], body: NewRule) -> Any:
    """Set the rule, whole; nothing is erased by it."""
    return set_retention(caller.store, caller.person, body.rule, reason=body.reason, request=caller.write).answer


@router.get("/api/retention/due")
def due(
    caller: Annotated[Caller, Depends(May(Action.ERASE_PATIENT))],
    after: Annotated[str | None, Query(max_length=128)] = None,
    ahead_days: Annotated[int, Query(ge=0, le=MOST_DAYS_AHEAD)] = 0,
) -> Response:
    """Return who is due, or will be, among the next charts, by id and without names; `next` goes on from there."""
    page = due_page(caller.store, caller.person.clinic, after=after, ahead_days=ahead_days)
    caller.store.tell_reading(caller.person, None, "retention list")
    return json_answer(as_json(page))


@router.post("/api/retention/hold")
def hold_back(caller: Annotated[Caller, Depends(MayWrite(Action.ERASE_PATIENT))], body: Hold) -> Any:
    """Keep a record beyond the rule, or no longer; a held one is not erased as due."""
    done = hold(caller.store, caller.person, body.patient_id, held=body.held, reason=body.reason, request=caller.write)
    return done.answer


@router.post("/api/retention/erase")
def erase(caller: Annotated[Caller, Depends(MayWrite(Action.ERASE_PATIENT))], body: ToErase) -> Any:
    """Erase a patient who is due and not held; what was given stays under a pseudonym."""
    return erase_due(caller.store, caller.person, body.patient_id, reason=body.reason, request=caller.write).answer
