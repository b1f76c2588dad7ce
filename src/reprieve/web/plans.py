"""The live check, drafts, and the signed session."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.record.corrections import SessionAsItWas, correct_session, take_session_back
from reprieve.app.record.drafts import DraftToKeep, keep_draft, open_drafts, void_draft
from reprieve.app.record.signing import Check, SessionToSign, sign_session
from reprieve.app.reviews.rows import reviews_of
from reprieve.core.documents import as_json
from reprieve.record.plan import Plan
from reprieve.web.caller import Caller, May, MayWrite, json_answer
from reprieve.web.entries import Why

router = APIRouter(tags=["plans"])
for _document in (Plan, DraftToKeep, SessionToSign, SessionAsItWas):
    adapter(_document)


@router.post("/api/check")
def check(caller: Annotated[Caller, Depends(May(Action.CHECK_PLAN))], body: Plan) -> Response:
    """Check a plan against every limit that applies; nothing is recorded."""
    return json_answer(as_json(_checked_by(caller)(body).document()))


@router.get("/api/patients/{patient}/drafts")
def drafts(caller: Annotated[Caller, Depends(May(Action.READ_CHART))], patient: str) -> Response:
    """Return the drafts that nobody signed or took back."""
    caller.store.read(caller.person, patient, "drafts")
    found = open_drafts(caller.store, caller.person.clinic, patient)
    rows = [
        {"draft_id": key, "by": event.by, "at": event.at.isoformat(), "plan": as_json(event.body.plan)}
        for key, event in found.items()
    ]
    return json_answer({"rows": rows})


@router.post("/api/patients/{patient}/drafts", status_code=201)
def draft(caller: Annotated[Caller, Depends(MayWrite(Action.DRAFT_PLAN))], patient: str, body: DraftToKeep) -> Any:
    """Keep a plan as a draft."""
    return keep_draft(caller.store, caller.person, patient, body, request=caller.write, seen=caller.seen).answer


@router.post("/api/patients/{patient}/drafts/{draft_id}/void")
def void(
    caller: Annotated[Caller, Depends(MayWrite(Action.DRAFT_PLAN))], patient: str, draft_id: str, body: Why
) -> Any:
    """Take a draft back."""
    return void_draft(caller.store, caller.person, patient, draft_id, reason=body.reason, request=caller.write).answer


@router.post("/api/patients/{patient}/sessions", status_code=201)
def sign(caller: Annotated[Caller, Depends(MayWrite(Action.SIGN_SESSION))], patient: str, body: SessionToSign) -> Any:
    """Record a session as given and sign it; all of it stands, or nothing."""
    return sign_session(
        caller.store,
        caller.person,
        patient,
        body,
        check=_checked_by(caller),
        request=caller.write,
        seen=caller.seen,
    ).answer


@router.post("/api/patients/{patient}/sessions/{session}/correction")
def correct(
    caller: Annotated[Caller, Depends(MayWrite(Action.SIGN_SESSION))],
    patient: str,
    session: str,
    body: SessionAsItWas,
) -> Any:
    """Put what was really given in the place of a session, and sign it; the old version stays in the history."""
    return correct_session(
        caller.store,
        caller.person,
        patient,
        session,
        body,
        check=_checked_by(caller),
        request=caller.write,
        seen=caller.seen,
    ).answer


@router.post("/api/patients/{patient}/sessions/{session}/take-back")
def take_back(
    caller: Annotated[Caller, Depends(MayWrite(Action.SIGN_SESSION))], patient: str, session: str, body: Why
) -> Any:
    """Take a session back that this patient was never given; its vials are in the stock again."""
    return take_session_back(
        caller.store, caller.person, patient, session, reason=body.reason, request=caller.write, seen=caller.seen
    ).answer


def _checked_by(caller: Caller) -> Check:
    """Return the check with the clinic's own reviews, at this moment."""
    from reprieve.app.check import check_plan

    reviews, now = reviews_of(caller.store, caller.person.clinic), caller.store.clock()
    return lambda plan: check_plan(plan, today=now.date(), now=now, reviews=reviews)
