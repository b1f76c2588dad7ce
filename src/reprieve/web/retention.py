"""The clinic's rule of retention, and who is due by it; erasing is a route of the entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.record.retention import due_page, retention_of, set_retention
from reprieve.core.documents import as_json
from reprieve.record.clinic_bodies import RetentionRule
from reprieve.web.caller import Caller, May, MayWrite, json_answer

router = APIRouter(tags=["entries"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """The whole rule, and why it is set so."""

    rule: RetentionRule
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
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return who is due among the next charts, by id and without names; `next` goes on where this part ends."""
    page = due_page(caller.store, caller.person.clinic, after=after)
    caller.store.tell_reading(caller.person, None, "retention list")
    return json_answer(as_json(page))
