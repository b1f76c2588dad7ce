"""The record's own proof: is the chain whole, and what was written and read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.record.audit import audit_rows, verification
from reprieve.app.record.recall import recall_document, recall_lot
from reprieve.web.caller import Caller, May, json_answer

router = APIRouter(tags=["audit"])


@router.get("/api/audit/verify")
def verify_chain(caller: Annotated[Caller, Depends(May(Action.VERIFY_RECORD))]) -> Response:
    """Go through the whole chain; `head` is what a printed sheet carries."""
    return json_answer(verification(caller.store))


@router.get("/api/audit/head")
def head(caller: Annotated[Caller, Depends(May(Action.VERIFY_RECORD))]) -> Any:
    """Return number and hash of the last event, without going through the chain."""
    number, hashed = caller.store.ledger.head()
    return {"events": number, "head": hashed}


@router.get("/api/recall")
def recall(
    caller: Annotated[Caller, Depends(May(Action.READ_STOCK))], lot: Annotated[str, Query(min_length=1, max_length=100)]
) -> Response:
    """Return everybody who got a lot, with date, dose and muscles, and its vials that are not yet empty."""
    caller.store.tell_reading(caller.person, None, f"recall of lot {lot}")
    found = recall_lot(caller.store, caller.person.clinic, lot)
    return json_answer(recall_document(found))


@router.get("/api/audit/events")
def events(
    caller: Annotated[Caller, Depends(May(Action.READ_AUDIT))],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1)] = None,
    patient: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return the newest events: number, who, when, what kind, about whom; never their content."""
    return json_answer(audit_rows(caller.store, caller.person.clinic, limit=limit, before=before, patient=patient))
