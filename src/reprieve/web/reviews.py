"""Clinic review of reference rows, the clinic's policy, approvals and the report of overrides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.reviews.overrides import (
    OverrideToApprove,
    approve_override,
    open_approvals,
    override_report,
)
from reprieve.app.reviews.policy import policy_of, set_policy
from reprieve.app.reviews.rows import (
    RowToReview,
    review_list,
    review_row,
    review_rows,
    second_review,
    take_back_review,
)
from reprieve.core.documents import as_json
from reprieve.record.clinic_bodies import ClinicPolicy
from reprieve.web.caller import Caller, May, MayWrite, json_answer

router = APIRouter(tags=["reviews"])
Reader = Annotated[Caller, Depends(May(Action.READ_REFERENCE))]
Reviewer = Annotated[Caller, Depends(MayWrite(Action.REVIEW_REFERENCE))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A second person's word; the name is the account's."""

    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Why a review is taken back."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """The whole policy, and why it is set so."""

    policy: ClinicPolicy
    reason: str


for _document in (RowToReview, Agreement, TakeBack, NewPolicy, OverrideToApprove):
    adapter(_document)


@router.get("/api/reviews/rows")
def rows(
    caller: Reader,
    text: Annotated[str, Query(max_length=200)] = "",
    product: Annotated[str | None, Query(max_length=80)] = None,
    unverified: bool = False,
) -> Response:
    """Return the shipped rows, each with the review that counts for this clinic beside it."""
    found = review_rows(caller.store, caller.person.clinic, text=text, product=product, unverified=unverified)
    return json_answer({"rows": found})


@router.get("/api/reviews")
def reviews(caller: Reader, on: Annotated[date | None, Query()] = None) -> Response:
    """Return every review ever recorded, the newest first, each beside the shipped row."""
    return json_answer({"rows": review_list(caller.store, caller.person.clinic, on=on)})


@router.post("/api/reviews", status_code=201)
def review(caller: Reviewer, body: RowToReview) -> Any:
    """Confirm, correct or withdraw a row for this clinic, with the source that was read."""
    return review_row(caller.store, caller.person, body, request=caller.write).answer


@router.post("/api/reviews/{review_id}/second")
def second(caller: Reviewer, review_id: str, body: Agreement) -> Any:
    """Stand for a review as the second person."""
    return second_review(caller.store, caller.person, review_id, note=body.note, request=caller.write).answer


@router.post("/api/reviews/{review_id}/take-back")
def take_back(caller: Reviewer, review_id: str, body: TakeBack) -> Any:
    """Take a review back; the shipped row holds again."""
    return take_back_review(caller.store, caller.person, review_id, reason=body.reason, request=caller.write).answer


@router.get("/api/policy")
def policy(caller: Annotated[Caller, Depends(May(Action.READ_POLICY))]) -> Response:
    """Return what the clinic decided for itself."""
    return json_answer(as_json(policy_of(caller.store, caller.person.clinic)))


@router.post("/api/policy")
def new_policy(caller: Annotated[Caller, Depends(MayWrite(Action.SET_POLICY))], body: NewPolicy) -> Any:
    """Set the clinic's policy, whole."""
    return set_policy(caller.store, caller.person, body.policy, reason=body.reason, request=caller.write).answer


@router.get("/api/overrides")
def overrides(
    caller: Annotated[Caller, Depends(May(Action.READ_OVERRIDES))],
    since: Annotated[date | None, Query()] = None,
    until: Annotated[date | None, Query()] = None,
) -> Response:
    """Return every limit that was gone over, with who, when, why and the second person."""
    caller.store.tell_reading(caller.person, None, "override report")
    return json_answer(override_report(caller.store, caller.person.clinic, since=since, until=until))


@router.get("/api/patients/{patient}/approvals")
def approvals(caller: Annotated[Caller, Depends(May(Action.READ_CHART))], patient: str) -> Response:
    """Return the approvals of a second person that can still be used for this patient."""
    caller.store.read(caller.person, patient, "approvals")
    return json_answer({"rows": as_json(open_approvals(caller.store, caller.person.clinic, patient))})


@router.post("/api/patients/{patient}/approvals", status_code=201)
def approve(
    caller: Annotated[Caller, Depends(MayWrite(Action.APPROVE_OVERRIDE))], patient: str, body: OverrideToApprove
) -> Any:
    """Agree as the second person, under one's own account, that a rule may be gone over once."""
    return approve_override(caller.store, caller.person, patient, body, request=caller.write).answer
