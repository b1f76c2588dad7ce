"""Checklist times, a visit beside its plan, the packet for a payer, printed sheets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.authorisation import authorisation_packet
from reprieve.app.documents import adapter
from reprieve.app.reviews.policy import policy_of
from reprieve.app.sheets.adverse import adverse_draft, adverse_drafts
from reprieve.app.sheets.visit import checklist_document, checklist_of, delivery_of
from reprieve.core.documents import as_json
from reprieve.deliver.billing import PayerRounding
from reprieve.reference.numbing import numbing_creams
from reprieve.web.caller import Caller, May, json_answer

router = APIRouter(tags=["deliveries"])
Reader = Annotated[Caller, Depends(May(Action.READ_CHART))]
PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsSoFar:
    """Steps of the checklist with their times; `cream` is the id of a cream on file, where one is used."""

    steps: dict[str, datetime | None]
    cream: str | None = None


adapter(StepsSoFar)


@router.get("/api/reference/numbing")
def creams(_: Annotated[Caller, Depends(May(Action.READ_REFERENCE))]) -> Response:
    """Return the numbing creams on file with their times and sources."""
    return json_answer({"rows": as_json(list(numbing_creams().values()))})


@router.post("/api/checklist")
def check_steps(caller: Reader, body: StepsSoFar) -> Response:
    """Return where a visit stands: steps done and open, when the cream works and must come off; nothing is recorded."""
    now = caller.store.clock()
    steps = dict(list(body.steps.items())[:100])
    return json_answer(checklist_document(checklist_of(steps, cream=body.cream, now=now), now))


@router.get("/api/patients/{patient}/sessions/{session}/delivery")
def delivery(
    caller: Reader, patient: str, session: str, cream: Annotated[str | None, Query(max_length=60)] = None
) -> Response:
    """Return a session beside its plan: differences with reasons, checklist, vials, waste, billing units."""
    caller.store.read(caller.person, patient, "delivery")
    told = delivery_of(caller.store, caller.person.clinic, patient, session, cream=cream)
    return json_answer(told.document())


@router.get("/api/patients/{patient}/sessions/{session}/delivery.pdf")
def delivery_pdf(
    caller: Reader, patient: str, session: str, cream: Annotated[str | None, Query(max_length=60)] = None
) -> Response:
    """Return the report of a visit as PDF."""
    from reprieve.app.sheets.printing import visit_sheet

    chart = caller.store.read(caller.person, patient, "visit report").chart
    told = delivery_of(caller.store, caller.person.clinic, patient, session, cream=cream)
    return Response(visit_sheet(chart, told, _head(caller)), media_type=PDF)


Rounding = Literal["up", "nearest", "down"]


@router.get("/api/patients/{patient}/authorisation")
def authorisation(
    caller: Reader,
    patient: str,
    on: Annotated[date | None, Query()] = None,
    rounding: Rounding | None = None,
) -> Response:
    """Return the packet for a payer's prior authorisation; `missing` says what a person must still find out."""
    chart = caller.store.read(caller.person, patient, "prior authorisation").chart
    packet = authorisation_packet(chart, on=on or caller.store.today(), rounding=_rounding(caller, rounding))
    return json_answer(packet.document())


@router.get("/api/patients/{patient}/authorisation.pdf")
def authorisation_pdf(
    caller: Reader,
    patient: str,
    on: Annotated[date | None, Query()] = None,
    rounding: Rounding | None = None,
) -> Response:
    """Return the same packet as PDF."""
    from reprieve.app.sheets.printing import authorisation_sheet

    chart = caller.store.read(caller.person, patient, "prior authorisation").chart
    packet = authorisation_packet(chart, on=on or caller.store.today(), rounding=_rounding(caller, rounding))
    return Response(authorisation_sheet(chart, packet, _head(caller)), media_type=PDF)


@router.get("/api/patients/{patient}/adverse-drafts")
def adverse(caller: Reader, patient: str) -> Response:
    """Return a draft of a report for each side effect, serious ones first; nothing is ever sent from here."""
    chart = caller.store.read(caller.person, patient, "adverse event drafts").chart
    drafts = adverse_drafts(chart, on=caller.store.today())
    return json_answer({"rows": [draft.document() for draft in drafts]})


@router.get("/api/patients/{patient}/adverse-drafts.pdf")
def adverse_pdf(caller: Reader, patient: str, number: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """Return one of these drafts, counted from 1, as PDF."""
    from reprieve.app.sheets.printing import adverse_sheet

    chart = caller.store.read(caller.person, patient, "adverse event draft").chart
    draft = adverse_draft(chart, on=caller.store.today(), place=number)
    return Response(adverse_sheet(chart, draft, _head(caller)), media_type=PDF)


def _rounding(caller: Caller, asked: Rounding | None) -> PayerRounding:
    return PayerRounding(asked or policy_of(caller.store, caller.person.clinic).payer_rounding)


def _head(caller: Caller):  # type: ignore[no-untyped-def]
    from reprieve.app.sheets.printing import Letterhead

    _, head = caller.store.ledger.head()
    return Letterhead(clinic=caller.person.clinic, audit_head=head, printed_at=caller.store.clock())
